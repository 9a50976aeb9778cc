/// A token with the comments that belong to it.
struct CommentedToken {
    let kind: Token.Kind
    /// As it stands in the text.
    let text: String
    /// The comments on lines of their own before it.
    var leading: [String]
    /// The comment behind it on its line.
    var trailing: String?

    /// The tokens of a text that has been parsed without errors, and the comments behind the last one.
    static func all(of source: SourceText) -> (tokens: [CommentedToken], final: [String]) {
        var tokenizer = Tokenizer(source)
        var result: [CommentedToken] = []
        var end = 0
        for token in tokenizer.tokens() {
            var (trailing, leading) = comments(in: source.bytes[end..<token.range.lowerBound])
            if result.isEmpty, let first = trailing {
                leading.insert(first, at: 0)
                trailing = nil
            }
            if let trailing { result[result.count - 1].trailing = trailing }
            if token.kind == .end { return (result, leading) }
            let text = String(decoding: source.bytes[token.range], as: UTF8.self)
            result.append(CommentedToken(kind: token.kind, text: text, leading: leading, trailing: nil))
            end = token.range.upperBound
        }
        return (result, [])
    }

    /// The comment on the line where the gap between two tokens begins, and those on the lines after it.
    private static func comments(in gap: ArraySlice<UInt8>) -> (trailing: String?, leading: [String]) {
        var trailing: String?
        var leading: [String] = []
        let lines = gap.split(omittingEmptySubsequences: false) { $0 == 0x0A || $0 == 0x0D }
        for (number, line) in lines.enumerated() {
            guard let slash = line.firstIndex(of: UInt8(ascii: "/")) else { continue }
            let blanks: Set<UInt8> = [0x09, 0x0B, 0x0C, 0x20]
            let end = line.lastIndex { !blanks.contains($0) } ?? slash
            let comment = String(decoding: line[slash...end], as: UTF8.self)
            if number == 0 { trailing = comment } else { leading.append(comment) }
        }
        return (trailing, leading)
    }
}
