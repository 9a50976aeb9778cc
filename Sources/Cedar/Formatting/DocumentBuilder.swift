/// Turns the tokens of policies into documents. The policies have been parsed, so that their grammar is certain here: where a
/// token is missed the builder goes on, and never beyond the end.
struct DocumentBuilder {
    let indentation: Int
    /// See `PolicyFormatter.isCompact`.
    let isCompact: Bool
    private let tokens: [CommentedToken]
    private var index = 0

    init(tokens: [CommentedToken], indentation: Int, isCompact: Bool) {
        self.tokens = tokens
        self.isCompact = isCompact
        self.indentation = indentation
    }

    var isAtEnd: Bool { index >= tokens.count }

    /// One policy with its annotations.
    mutating func policy() -> Document {
        var result = Document.empty
        while isSign(.at) {
            result = result + token() + token()
            if isSign(.leftParenthesis) { result = result + token() + token() + token() }
            result = result + .hardLine
        }
        let effect = token()
        result = result + .group(effect + .line + token())
        result = result + head() + token()
        while !isAtEnd, !isSign(.semicolon) { result = result + .hardLine + condition() }
        return result + token()
    }

    // MARK: - Heads

    /// Everything between the parentheses of the head: on one line if it asks for nothing.
    private mutating func head() -> Document {
        var variables: [(document: Document, isBare: Bool)] = []
        var commas: [Document] = []
        while !isAtEnd, !isSign(.rightParenthesis) {
            variables.append(variable())
            if isSign(.comma) { commas.append(token()) }
        }
        let isBare = variables.allSatisfy(\.isBare)
        var result = isBare ? Document.empty : .hardLine
        for (position, variable) in variables.enumerated() {
            result = result + variable.document
            let isLast = position == variables.count - 1
            guard position < commas.count else { continue }
            // A comma behind the resource goes, its comments stay.
            let comma = isLast ? Self.withoutText(commas[position]) : commas[position]
            result = result + comma + (isLast ? .empty : isBare ? .space : .hardLine)
        }
        result = .nest(indentation, result)
        return isBare ? .group(result) : result + .hardLine
    }

    static func withoutText(_ document: Document) -> Document {
        guard case .sequence(let parts) = document else { return .empty }
        return .sequence(parts.filter { if case .text(",") = $0 { false } else { true } })
    }

    private mutating func variable() -> (document: Document, isBare: Bool) {
        var result = token()
        var isBare = true
        if isWord("is") {
            isBare = false
            let isToken = token()
            result = result + .nest(indentation, .group(.line + isToken) + .group(.line + name()))
        }
        guard isSign(.equal) || isWord("in") else { return (result, isBare) }
        result = .group(result + .line + token())
        result = result + .nest(indentation, .line + sum())
        return (.group(result), false)
    }

    private mutating func condition() -> Document {
        let keyword = token()
        let open = token()
        let body = isSign(.rightBrace) ? Document.empty : .nest(indentation, .line + .group(expression()))
        return .group(keyword + (isCompact ? .space : .line) + .group(open + body + .line + token()))
    }

    // MARK: - Tokens

    func isSign(_ sign: Token.Sign) -> Bool { index < tokens.count && tokens[index].kind == .sign(sign) }

    func isWord(_ word: String) -> Bool {
        index < tokens.count && tokens[index].kind == .identifier && tokens[index].text == word
    }

    var isIdentifier: Bool { index < tokens.count && tokens[index].kind == .identifier }

    /// Whether a `::` follows the token here.
    var precedesSeparator: Bool { index + 1 < tokens.count && tokens[index + 1].kind == .sign(.pathSeparator) }

    /// The token here, with its comments; goes on behind it.
    mutating func token() -> Document {
        guard index < tokens.count else { return .empty }
        let token = tokens[index]
        index += 1
        if token.leading.isEmpty, token.trailing == nil { return .text(token.text) }
        var parts: [Document] = []
        if !token.leading.isEmpty { parts.append(.comments(token.leading)) }
        parts.append(.text(token.text))
        if let comment = token.trailing { parts.append(.trailingComment(comment)) }
        return .sequence(parts)
    }
}
