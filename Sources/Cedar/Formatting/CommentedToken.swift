/// A token with the comments that belong to it.
struct CommentedToken {
    let kind: Token.Kind
    /// As it stands in the text.
    let text: String
    /// The comments on lines of their own before it; an empty one is a blank line between two others.
    var leading: [String]
    /// The comment behind it on its line.
    var trailing: String?

    /// The tokens of a text that has been parsed without errors, and the comments behind the last one.
    ///
    /// `keepsBlankLines`: whether comments that are apart stay apart.
    static func all(of source: SourceText, keepsBlankLines: Bool) -> (tokens: [CommentedToken], final: [String]) {
        var tokenizer = Tokenizer(source)
        var result: [CommentedToken] = []
        var end = 0
        for token in tokenizer.tokens() {
            let (trailing, leading) = comments(
                in: source.bytes[end..<token.range.lowerBound], isFirst: result.isEmpty,
                keepsBlankLines: keepsBlankLines)
            if let trailing { result[result.count - 1].trailing = trailing }
            if token.kind == .end { return (result, leading) }
            let text = String(decoding: source.bytes[token.range], as: UTF8.self)
            result.append(CommentedToken(kind: token.kind, text: text, leading: leading, trailing: nil))
            end = token.range.upperBound
        }
        return (result, [])
    }

    /// The comment on the line where the gap between two tokens begins, and those on the lines after it; before the first token all
    /// are on lines of their own.
    private static func comments(
        in gap: ArraySlice<UInt8>, isFirst: Bool, keepsBlankLines: Bool
    ) -> (trailing: String?, leading: [String]) {
        var trailing: String?
        var leading: [String] = []
        var isApart = false
        // The end of a line in two characters is one.
        let text = gap.indices.filter { gap[$0] != 0x0D || $0 + 1 == gap.endIndex || gap[$0 + 1] != 0x0A }.map {
            gap[$0]
        }
        let lines = text.split(omittingEmptySubsequences: false) { $0 == 0x0A || $0 == 0x0D }
        for (number, line) in lines.enumerated() {
            guard let slash = line.firstIndex(of: UInt8(ascii: "/")) else {
                isApart = true
                continue
            }
            let blanks: Set<UInt8> = [0x09, 0x0B, 0x0C, 0x20]
            let end = line.lastIndex { !blanks.contains($0) } ?? slash
            let comment = String(decoding: line[slash...end], as: UTF8.self)
            if number == 0, !isFirst {
                trailing = comment
            } else {
                if isApart, keepsBlankLines, !leading.isEmpty { leading.append("") }
                leading.append(comment)
            }
            isApart = false
        }
        return (trailing, leading)
    }
}
