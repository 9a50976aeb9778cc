/// Reads Cedar's schema syntax by recursive descent, and collects every error on its way.
///
/// What can't stand where it stands ends its declaration, and reading goes on behind the next `;`.
struct SchemaParser {
    /// Ends the declaration; the reason is in `problems` already.
    struct Abandoned: Error {}

    var problems: SchemaProblems
    private let limits: Schema.Limits
    private let tokens: [Token]
    private var index = 0
    /// Braces that are open, to find the way out of a broken declaration.
    private var openBraces = 0
    private var depth = 0

    init(source: SourceText, limits: Schema.Limits) {
        problems = SchemaProblems(source: source)
        self.limits = limits
        guard source.bytes.count <= limits.maximumBytes else {
            tokens = [Token(kind: .end, range: 0..<0, text: "")]
            problems.report("the text has \(source.bytes.count) bytes, more than \(limits.maximumBytes)", at: 0)
            return
        }
        var tokenizer = Tokenizer(source)
        tokens = tokenizer.tokens()
        for failure in tokenizer.failures { problems.report(failure.message, at: failure.offset) }
    }

    /// Everything that could be read.
    mutating func parse() -> SchemaSyntax {
        var schema = SchemaSyntax()
        var outside = SchemaSyntax.Namespace(name: SchemaSyntax.Name(text: "", offset: 0))
        while current.kind != .end, !problems.areTooMany {
            do throws(Abandoned) {
                openBraces = 0
                let annotations = try annotations()
                if isKeyword("namespace") {
                    schema.namespaces.append(try namespace(annotations))
                } else {
                    try declaration(annotations, expected: "`entity`, `action`, `type` or `namespace`", &outside)
                }
            } catch {
                recover(to: 0)
                // A brace too many would stop reading for good.
                if current.kind == .sign(.rightBrace) { index += 1 }
            }
        }
        if !outside.commonTypes.isEmpty || !outside.entityTypes.isEmpty || !outside.actions.isEmpty {
            schema.namespaces.insert(outside, at: 0)
        }
        return schema
    }

    private mutating func namespace(_ annotations: [Policy.Annotation]) throws(Abandoned) -> SchemaSyntax.Namespace {
        index += 1
        var namespace = SchemaSyntax.Namespace(name: try path("the name of a namespace"), annotations: annotations)
        try expect(.leftBrace)
        while current.kind != .sign(.rightBrace), !problems.areTooMany {
            if current.kind == .end { throw abandon("expected `}`, found \(current.shown)") }
            do throws(Abandoned) {
                let annotations = try self.annotations()
                try declaration(annotations, expected: "`entity`, `action`, `type` or `}`", &namespace)
            } catch {
                recover(to: 1)
            }
        }
        _ = take(.rightBrace)
        return namespace
    }

    /// Goes on behind the next `;` at this depth of braces, or at the brace that closes the namespace.
    private mutating func recover(to depth: Int) {
        while current.kind != .end {
            if current.kind == .sign(.rightBrace), openBraces <= depth { return }
            if current.kind == .sign(.semicolon), openBraces <= depth {
                index += 1
                return
            }
            if !take(.leftBrace), !take(.rightBrace) { index += 1 }
        }
    }

    private mutating func annotations() throws(Abandoned) -> [Policy.Annotation] {
        var result: [Policy.Annotation] = []
        while take(.at) {
            let offset = current.range.lowerBound
            guard current.kind == .identifier else {
                throw abandon("expected the name of an annotation, found \(current.shown)")
            }
            let key = current.text
            index += 1
            var value = ""
            if take(.leftParenthesis) {
                value = try string("the value of the annotation in quotes")
                try expect(.rightParenthesis)
            }
            if result.contains(where: { $0.key == key }) {
                problems.report("the annotation `@\(key)` stands twice", at: offset)
            }
            result.append(Policy.Annotation(key: key, value: value))
        }
        return result
    }

    // MARK: - Types

    mutating func type() throws(Abandoned) -> TypeSyntax {
        depth += 1
        defer { depth -= 1 }
        let offset = current.range.lowerBound
        guard depth <= limits.maximumDepth else {
            throw abandon("types nest deeper than \(limits.maximumDepth)")
        }
        if current.kind == .sign(.leftBrace) { return TypeSyntax(kind: .record(try attributes()), offset: offset) }
        if isKeyword("Set"), following.kind == .sign(.less) {
            index += 2
            let element = try type()
            try expect(.greater)
            return TypeSyntax(kind: .set(element), offset: offset)
        }
        let name = try path("a type")
        return TypeSyntax(kind: .name(name.text, .entityOrCommon), offset: name.offset)
    }

    /// `{ a: T, "b"?: U }`, a comma at the end allowed.
    mutating func attributes() throws(Abandoned) -> [TypeSyntax.Attribute] {
        try expect(.leftBrace)
        var result: [TypeSyntax.Attribute] = []
        var names = Set<Value>()
        while current.kind != .sign(.rightBrace) {
            let annotations = try annotations()
            let name = try name("the name of an attribute")
            var isRequired = true
            if current.kind == .slot, current.text == "?" {
                isRequired = false
                index += 1
            }
            try expect(.colon)
            let type = try type()
            if names.insert(.string(name.text)).inserted {
                result.append(
                    TypeSyntax.Attribute(name: name, annotations: annotations, isRequired: isRequired, type: type))
            } else {
                problems.report("the attribute \(CedarString.quoted(name.text)) stands twice", at: name.offset)
            }
            guard take(.comma) else { break }
        }
        try expect(.rightBrace)
        return result
    }

    // MARK: - Names

    /// An identifier that is not reserved, or any text in quotes.
    mutating func name(_ expected: String) throws(Abandoned) -> SchemaSyntax.Name {
        let offset = current.range.lowerBound
        if current.kind == .string { return SchemaSyntax.Name(text: try string(expected), offset: offset) }
        guard current.kind == .identifier else { throw abandon("expected \(expected), found \(current.shown)") }
        if SchemaNames.reserved.contains(current.text) {
            problems.report("`\(current.text)` is reserved, write it in quotes", at: offset)
        }
        defer { index += 1 }
        return SchemaSyntax.Name(text: current.text, offset: offset)
    }

    /// One identifier that is not reserved.
    mutating func identifier(_ expected: String) throws(Abandoned) -> SchemaSyntax.Name {
        let token = current
        guard token.kind == .identifier else { throw abandon("expected \(expected), found \(current.shown)") }
        if SchemaNames.reserved.contains(token.text) {
            problems.report("`\(token.text)` is reserved", at: token.range.lowerBound)
        }
        index += 1
        return SchemaSyntax.Name(text: token.text, offset: token.range.lowerBound)
    }

    /// Identifiers joined by `::`.
    mutating func path(_ expected: String) throws(Abandoned) -> SchemaSyntax.Name {
        let first = try identifier(expected)
        var text = first.text
        while current.kind == .sign(.pathSeparator), following.kind == .identifier {
            index += 1
            text += "::" + (try identifier(expected).text)
        }
        return SchemaSyntax.Name(text: text, offset: first.offset)
    }

    mutating func string(_ expected: String) throws(Abandoned) -> String {
        guard current.kind == .string else { throw abandon("expected \(expected), found \(current.shown)") }
        let range = current.range
        let content = problems.source.bytes[(range.lowerBound + 1)..<(range.upperBound - 1)]
        index += 1
        do throws(CedarString.EscapeError) {
            return try CedarString.unescape(content)
        } catch {
            problems.report(error.message, at: content.startIndex + error.offset)
            return ""
        }
    }

    // MARK: - Tokens

    var current: Token { tokens[index] }

    var following: Token { tokens[min(index + 1, tokens.count - 1)] }

    mutating func take(_ sign: Token.Sign) -> Bool {
        guard current.kind == .sign(sign) else { return false }
        if sign == .leftBrace { openBraces += 1 }
        if sign == .rightBrace { openBraces -= 1 }
        index += 1
        return true
    }

    func isKeyword(_ keyword: String) -> Bool { current.kind == .identifier && current.text == keyword }

    mutating func takeKeyword(_ keyword: String) -> Bool {
        guard isKeyword(keyword) else { return false }
        index += 1
        return true
    }

    mutating func expect(_ sign: Token.Sign) throws(Abandoned) {
        if !take(sign) { throw abandon("expected `\(sign.rawValue)`, found \(current.shown)") }
    }

    /// Reports what is wrong with the current token.
    mutating func abandon(_ message: String) -> Abandoned {
        problems.report(message, at: current.range.lowerBound)
        return Abandoned()
    }
}
