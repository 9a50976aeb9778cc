/// One place of a list that is being changed.
enum ListPlace {
    /// The item that stands there already, by its place of before.
    case kept(Int)
    /// A mapping in braces.
    case new([Unicode.Scalar])
}

/// Lists of mappings, in brackets or a dash each, in which items come, move and go.
extension YAMLLines {
    /// Puts a list in another order: items that are not named go, new ones come. `false`, with nothing promised of the text, where that
    /// cannot be done without touching something else.
    mutating func rearrange(_ list: YAMLNode, _ items: [YAMLNode], as places: [ListPlace]) -> Bool {
        guard scalar(at: list.position) == "[" else { return rearrangeDashes(items, places) }
        return rearrangeBrackets(list, items, places)
    }

    /// Writes `key: value` into a mapping of a list, in place of the key's value if it has one, else behind what it has.
    mutating func set(_ key: String, _ value: String, in item: YAMLNode, _ old: YAMLNode?) -> Bool {
        let value = Array(value.unicodeScalars)
        if let old {
            let line = lines[old.position.line - 1]
            let start = old.position.column - 1
            guard line.indices.contains(start) else { return false }
            let end = line[start...].firstIndex { $0 == "," || $0 == "}" || $0 == " " || $0 == "\r" } ?? line.count
            lines[old.position.line - 1].replaceSubrange(start..<end, with: value)
            return true
        }
        let word = Array("\(key): ".unicodeScalars) + value
        guard scalar(at: item.position) == "{" else {
            let margin = Array(repeating: " " as Unicode.Scalar, count: item.position.column - 1)
            lines.insert(margin + word, at: item.position.line)
            return true
        }
        guard let end = end(ofBracesAt: item.position) else { return false }
        var place = end.column - 1
        let line = lines[end.line - 1]
        while place > 0, line[place - 1] == " " { place -= 1 }
        lines[end.line - 1].insert(contentsOf: [",", " "] + word, at: place)
        return true
    }

    // MARK: - A dash each

    private mutating func rearrangeDashes(_ items: [YAMLNode], _ places: [ListPlace]) -> Bool {
        guard let first = items.first, let margin = dash(before: first) else { return false }
        var chunks: [Range<Int>] = []
        for (number, item) in items.enumerated() {
            guard dash(before: item) == margin else { return false }
            let next = items.indices.contains(number + 1) ? items[number + 1].position.line - 1 : lines.count
            chunks.append(item.position.line - 1..<end(from: item.position.line - 1, before: next, margin: margin))
        }
        // Those that stay at the end in their order are not touched.
        var staying: [Int] = []
        for place in places.reversed() {
            guard case .kept(let number) = place, staying.last.map({ number < $0 }) ?? true else { break }
            staying.append(number)
        }
        var inserted: [[Unicode.Scalar]] = []
        var removed = Set(items.indices.filter { !staying.contains($0) }.flatMap { Array(chunks[$0]) })
        for place in places.dropLast(staying.count) {
            switch place {
            case .new(let words):
                inserted.append(Array(repeating: " ", count: margin) + ["-", " "] + words)
            case .kept(let number):
                // Remarks right above an item go with it; above the first they may be the list's.
                var begin = chunks[number].lowerBound
                while number > 0, begin > chunks[number - 1].upperBound, isRemark(lines[begin - 1]) { begin -= 1 }
                inserted += lines[begin..<chunks[number].upperBound]
                removed.formUnion(begin..<chunks[number].upperBound)
            }
        }
        let start = chunks[0].lowerBound
        var changed = Array(lines[..<start]) + inserted
        for index in start..<lines.count where !removed.contains(index) { changed.append(lines[index]) }
        lines = changed
        return true
    }

    /// Behind the item's last line: what is further in than its dash. Remarks and empty lines at its end are not its own.
    private func end(from start: Int, before next: Int, margin: Int) -> Int {
        var end = start + 1
        for index in (start + 1)..<max(next, start + 1) {
            let depth = lines[index].prefix { $0 == " " }.count
            let rest = lines[index].dropFirst(depth)
            if rest.isEmpty || rest.first == "\r" || rest.first == "#" { continue }
            guard depth > margin else { break }
            end = index + 1
        }
        return end
    }

    private func isRemark(_ line: [Unicode.Scalar]) -> Bool { line.first { $0 != " " } == "#" }

    // MARK: - In brackets

    private mutating func rearrangeBrackets(_ list: YAMLNode, _ items: [YAMLNode], _ places: [ListPlace]) -> Bool {
        var texts: [[Unicode.Scalar]] = []
        var between: [[Unicode.Scalar]] = []
        var last: YAMLNode.Position?
        for item in items {
            guard scalar(at: item.position) == "{", let end = end(ofBracesAt: item.position) else { return false }
            if let last { between.append(text(from: last, to: item.position)) }
            let behind = YAMLNode.Position(line: end.line, column: end.column + 1)
            texts.append(text(from: item.position, to: behind))
            last = behind
        }
        guard let first = items.first, let last, let close = end(ofBracesAt: list.position) else { return false }
        // A remark inside belongs to an item, and only a person knows to which.
        guard !text(from: list.position, to: close).contains("#") else { return false }
        var changed: [Unicode.Scalar] = []
        for (number, place) in places.enumerated() {
            if number > 0 { changed += between.first ?? [",", " "] }
            switch place {
            case .kept(let old): changed += texts[old]
            case .new(let words): changed += words
            }
        }
        replace(from: first.position, to: last, with: changed)
        return true
    }

    private func scalar(at position: YAMLNode.Position) -> Unicode.Scalar? {
        guard lines.indices.contains(position.line - 1) else { return nil }
        let line = lines[position.line - 1]
        return line.indices.contains(position.column - 1) ? line[position.column - 1] : nil
    }

    /// Where the bracket closes that opens at a place. What it takes for quoted may be wrong; whoever checks the result sees that.
    private func end(ofBracesAt start: YAMLNode.Position) -> YAMLNode.Position? {
        var (depth, quote): (Int, Unicode.Scalar?) = (0, nil)
        var from = start.column - 1
        for number in (start.line - 1)..<lines.count {
            for (index, scalar) in lines[number].enumerated().dropFirst(from) {
                if let open = quote {
                    if scalar == open { quote = nil }
                } else if scalar == "\"" || scalar == "'" {
                    quote = scalar
                } else if scalar == "#", index > 0, lines[number][index - 1] == " " {
                    break
                } else if scalar == "{" || scalar == "[" {
                    depth += 1
                } else if scalar == "}" || scalar == "]" {
                    depth -= 1
                    if depth == 0 { return YAMLNode.Position(line: number + 1, column: index + 1) }
                }
            }
            from = 0
        }
        return nil
    }

    private func text(from start: YAMLNode.Position, to end: YAMLNode.Position) -> [Unicode.Scalar] {
        var text: [Unicode.Scalar] = []
        for number in start.line...max(start.line, end.line) {
            let line = lines[number - 1]
            let from = number == start.line ? start.column - 1 : 0
            let to = number == end.line ? end.column - 1 : line.count
            if number > start.line { text.append("\n") }
            text += line[min(from, line.count)..<max(min(to, line.count), min(from, line.count))]
        }
        return text
    }

    private mutating func replace(
        from start: YAMLNode.Position, to end: YAMLNode.Position, with text: [Unicode.Scalar]
    ) {
        let head = lines[start.line - 1].prefix(start.column - 1)
        let tail = lines[end.line - 1].dropFirst(end.column - 1)
        let changed = (head + text + tail).split(separator: "\n", omittingEmptySubsequences: false).map(Array.init)
        lines.replaceSubrange((start.line - 1)...(end.line - 1), with: changed)
    }
}

extension YAMLNode {
    /// The node in braces and brackets on one line; `nil` where a plain text in it may not stand there.
    var flowText: [Unicode.Scalar]? {
        switch content {
        case .null: return Array("null".unicodeScalars)
        case .scalar(let text, let isQuoted):
            guard isQuoted else { return Self.isPlain(text) ? Array(text.unicodeScalars) : nil }
            guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else { return nil }
            var quoted: [Unicode.Scalar] = ["\""]
            for scalar in text.unicodeScalars {
                if scalar == "\"" || scalar == "\\" { quoted.append("\\") }
                quoted.append(scalar)
            }
            return quoted + ["\""]
        case .sequence(let nodes):
            var text: [Unicode.Scalar] = ["["]
            for (number, node) in nodes.enumerated() {
                guard let words = node.flowText else { return nil }
                text += (number > 0 ? [",", " "] : []) + words
            }
            return text + ["]"]
        case .mapping(let entries):
            var text: [Unicode.Scalar] = ["{", " "]
            for (number, entry) in entries.enumerated() {
                guard Self.isPlain(entry.key), let words = entry.value.flowText else { return nil }
                text += (number > 0 ? [",", " "] : []) + Array(entry.key.unicodeScalars) + [":", " "] + words
            }
            return text + [" ", "}"]
        }
    }

    /// Whether a text is one in braces without quotes, too.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last, last != 0x3A else { return false }
        func isWord(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) }
        return isWord(first) && text.utf8.allSatisfy { isWord($0) || "-_./:@+%".utf8.contains($0) }
    }
}
