/// The lines of a YAML text, in which items of lists that stand on a line each are put elsewhere. Whoever changes something checks
/// that the result means what it should: this knows lines, not YAML.
struct YAMLLines {
    var lines: [[Unicode.Scalar]]

    init(_ text: String) {
        lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(Array.init)
    }

    /// The text.
    var text: String {
        var view = String.UnicodeScalarView()
        for (number, line) in lines.enumerated() {
            if number > 0 { view.append("\n") }
            view.append(contentsOf: line)
        }
        return String(view)
    }

    /// The braces with what is in them, if both stand on one line.
    func flowText(of node: YAMLNode) -> [Unicode.Scalar]? {
        guard lines.indices.contains(node.position.line - 1) else { return nil }
        let line = lines[node.position.line - 1].dropFirst(node.position.column - 1)
        guard line.first == "{" else { return nil }
        var (depth, quote): (Int, Unicode.Scalar?) = (0, nil)
        for (index, scalar) in zip(line.indices, line) {
            if let open = quote {
                // A doubled or escaped quote ends one text and begins another, or is caught by whoever checks.
                if scalar == open { quote = nil }
            } else if scalar == "\"" || scalar == "'" {
                quote = scalar
            } else if scalar == "{" || scalar == "[" {
                depth += 1
            } else if scalar == "}" || scalar == "]" {
                depth -= 1
                if depth == 0 { return Array(line[...index]) }
            }
        }
        return nil
    }

    /// Writes a mapping with a list of candidates behind the last one, in its columns.
    mutating func append(_ key: String, _ items: [[Unicode.Scalar]], like last: YAMLNode.Entry) -> Bool {
        let indent = last.position.column - 1
        guard lines.indices.contains(last.position.line - 1), indent > 0 else { return false }
        // Up to the last line that is further in than the key; remarks and empty lines behind it stay behind.
        var end = last.position.line
        for index in last.position.line..<lines.count {
            let depth = lines[index].prefix { $0 == " " }.count
            let rest = lines[index].dropFirst(depth)
            if rest.isEmpty || rest.first == "#" || rest.first == "\r" { continue }
            guard depth > indent else { break }
            end = index + 1
        }
        let margin = [Unicode.Scalar](repeating: " ", count: indent)
        let two: [Unicode.Scalar] = [" ", " "]
        var added = [margin + Array(key.unicodeScalars) + [":"], margin + two + Array("candidates:".unicodeScalars)]
        for item in items { added.append(margin + two + two + ["-", " "] + item) }
        // The last line of a text without a line's end: there is none behind it to keep.
        lines.insert(contentsOf: added, at: end)
        return true
    }

    /// The column, from 0, of the dash that an item follows, if nothing else is before it on its line.
    func dash(before node: YAMLNode) -> Int? {
        guard lines.indices.contains(node.position.line - 1) else { return nil }
        let before = lines[node.position.line - 1].prefix(node.position.column - 1)
        let indent = before.prefix { $0 == " " }.count
        let rest = before.dropFirst(indent)
        guard rest.first == "-", rest.dropFirst().allSatisfy({ $0 == " " }), rest.count > 1 else { return nil }
        return indent
    }
}
