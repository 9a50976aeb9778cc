/// Formats texts of policies as `cedar format` does: one blank around operators, a line for each operand where one line is too
/// short for all, comments where they were. What a policy means never changes.
public struct PolicyFormatter: Sendable {
    /// Columns that a line should keep to; what can't be broken may stand out.
    public var lineWidth = 80
    /// Columns of one level.
    public var indentation = 2
    /// Where lines break, opening brackets stay on theirs and elements of lists have a line each; comments with a blank line between
    /// them keep one. Without it the shape is that of `cedar format`.
    public var isCompact = false

    /// 80 columns, two a level.
    public init() {}

    /// The text in its usual shape; what is formatted stays as it is. `source` is the name of the text in messages.
    ///
    /// Throws everything that is wrong with the text.
    public func format(_ text: String, source name: String) throws(PolicyErrors) -> String {
        _ = try PolicySet(parsing: text, source: name)
        let (tokens, final) = CommentedToken.all(
            of: SourceText(name: name, text: text), keepsBlankLines: isCompact)
        var builder = DocumentBuilder(tokens: tokens, indentation: indentation, isCompact: isCompact)
        var result: [String] = []
        while !builder.isAtEnd { result.append(DocumentRenderer.text(of: builder.policy(), width: lineWidth) + "\n") }
        if isCompact, !result.isEmpty, !final.isEmpty { result.append("") }
        return result.joined(separator: "\n") + final.map { $0 + "\n" }.joined()
    }
}
