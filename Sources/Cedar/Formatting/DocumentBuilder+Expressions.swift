extension DocumentBuilder {
    mutating func expression() -> Document {
        guard isWord("if"), !precedesSeparator else { return disjunction() }
        var parts: [Document] = []
        for _ in 0..<3 {
            let keyword = token()
            parts.append(keyword + .nest(indentation, .line + expression()))
        }
        return .group(parts[0] + .line + parts[1] + .line + parts[2])
    }

    /// Operands of `||`, each on a line of its own where one line is too short; the group around it decides.
    private mutating func disjunction() -> Document {
        chain(.or) { (builder: inout DocumentBuilder) in builder.chain(.and) { $0.relation() } }
    }

    private mutating func chain(_ sign: Token.Sign, _ operand: (inout DocumentBuilder) -> Document) -> Document {
        var parts = [operand(&self)]
        while isSign(sign) {
            parts += [.space, token(), .line]
            parts.append(operand(&self))
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func relation() -> Document {
        let left = sum()
        if isWord("has") || isWord("like") {
            let keyword = token()
            return .group(left + .line + keyword + .line + .nest(indentation, sum()))
        }
        if isWord("is") {
            let isToken = token()
            var result = left + .space + isToken + .space + .nest(indentation, name())
            if isWord("in") { result = result + .line + token() + .space + .nest(indentation, sum()) }
            return .group(result)
        }
        let relations: [Token.Sign] = [.equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual]
        guard relations.contains(where: isSign) || isWord("in") else { return left }
        let sign = token()
        return left + .space + sign + .space + sum()
    }

    mutating func sum() -> Document {
        operands(of: [.plus, .minus]) { (builder: inout DocumentBuilder) in
            builder.operands(of: [.star]) { $0.unary() }
        }
    }

    private mutating func operands(of signs: [Token.Sign], _ operand: (inout DocumentBuilder) -> Document) -> Document {
        var parts = [operand(&self)]
        while signs.contains(where: isSign) {
            parts += [.space, token(), .line]
            parts.append(operand(&self))
        }
        return parts.count == 1 ? parts[0] : .group(.sequence(parts))
    }

    private mutating func unary() -> Document {
        var result = Document.empty
        while isSign(.bang) || isSign(.minus) { result = result + token() }
        return result + member()
    }

    private mutating func member() -> Document {
        let item = primary()
        var accesses: [Document] = []
        while true {
            if isSign(.dot) {
                let dot = token()
                accesses.append(dot + token())
            } else if isSign(.leftParenthesis) {
                accesses.append(arguments())
            } else if isSign(.leftBracket) {
                let open = token()
                accesses.append(open + token() + token())
            } else {
                break
            }
        }
        guard !accesses.isEmpty else { return .group(item) }
        if isCompact { return item + .sequence(accesses) }
        var parts = [accesses[0]]
        for access in accesses.dropFirst() { parts += [.softLine, access] }
        return .group(item + .nest(indentation, .sequence(parts)))
    }

    private mutating func arguments() -> Document {
        let open = token()
        guard !isSign(.rightParenthesis) else { return open + token() }
        let isList = isSign(.leftBracket)
        let inner = list(until: .rightParenthesis) { $0.expression() }
        if isCompact {
            // A list as the argument breaks by itself.
            return isList
                ? open + inner + token()
                : .group(.nest(indentation, open + .softLine + inner) + .softLine + token())
        }
        return .nest(indentation, open + .softLine + inner) + .softLine + token()
    }

    private mutating func primary() -> Document {
        if isSign(.leftParenthesis) {
            let open = token()
            let inner = expression()
            return .group(open + .nest(1, inner) + token())
        }
        if isSign(.leftBracket) {
            let open = token()
            if isCompact, isSign(.rightBracket) { return open + token() }
            let inner = list(until: .rightBracket) { $0.expression() }
            if isCompact { return .group(open + .nest(indentation, .softLine + inner) + .softLine + token()) }
            return open + .nest(1, inner) + token()
        }
        if isSign(.leftBrace) {
            let open = token()
            guard !isSign(.rightBrace) else { return open + token() }
            let inner = list(until: .rightBrace) { builder in
                let name = builder.token()
                let colon = builder.token()
                return name + colon + .space + builder.expression()
            }
            return .group(open + .nest(indentation, .line + inner) + .line + token())
        }
        return isIdentifier ? name() : token()
    }

    /// A name with namespaces, and an identifier in quotes behind it if it is an entity.
    mutating func name() -> Document {
        var result = token()
        while isSign(.pathSeparator) { result = result + token() + token() }
        return result
    }

    /// Elements with commas between them; a comma behind the last one goes, its comments stay.
    private mutating func list(
        until end: Token.Sign, _ element: (inout DocumentBuilder) -> Document
    ) -> Document {
        var parts: [Document] = []
        while !isAtEnd, !isSign(end) {
            parts.append(element(&self))
            guard isSign(.comma) else { break }
            let comma = token()
            if isSign(end) {
                parts.append(Self.withoutText(comma))
            } else {
                parts += [comma, .line]
            }
        }
        return .sequence(parts)
    }
}
