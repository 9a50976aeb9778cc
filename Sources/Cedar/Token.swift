/// The smallest parts of a policy text.
struct Token: Sendable {
    enum Kind: Sendable, Equatable {
        case identifier
        case number
        case string
        case slot
        /// A sign of one or two characters, such as `::`.
        case sign(Sign)
        case end
    }

    enum Sign: String, Sendable, CaseIterable {
        case at = "@"
        case dot = "."
        case comma = ","
        case semicolon = ";"
        case colon = ":"
        case pathSeparator = "::"
        case leftParenthesis = "("
        case rightParenthesis = ")"
        case leftBrace = "{"
        case rightBrace = "}"
        case leftBracket = "["
        case rightBracket = "]"
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greaterOrEqual = ">="
        case greater = ">"
        case or = "||"
        case and = "&&"
        case plus = "+"
        case minus = "-"
        case star = "*"
        case slash = "/"
        case percent = "%"
        case bang = "!"
        case assign = "="
    }

    let kind: Kind
    /// Bytes of the text, quotes included.
    let range: Range<Int>
    /// The text of an identifier or number; the tokenizer makes it once.
    let text: String

    /// As messages show it; never the content of a long string.
    var shown: String {
        switch kind {
        case .end: "the end of the text"
        case .string: "a string"
        case .sign(let sign): "`\(sign.rawValue)`"
        case .identifier, .number, .slot: "`\(text.prefix(64))`"
        }
    }
}
