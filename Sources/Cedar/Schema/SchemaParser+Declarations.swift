internal import Suggestions

extension SchemaParser {
    /// `entity …;`, `action …;` or `type …;`.
    mutating func declaration(
        _ annotations: [Policy.Annotation], expected: String, _ namespace: inout SchemaSyntax.Namespace
    ) throws(Abandoned) {
        if takeKeyword("entity") {
            try entityTypes(annotations, &namespace)
        } else if takeKeyword("action") {
            try actions(annotations, &namespace)
        } else if takeKeyword("type") {
            let name = try identifier("the name of a type")
            try expect(.assign)
            namespace.commonTypes.append(
                SchemaSyntax.CommonType(name: name, annotations: annotations, type: try type()))
            try expect(.semicolon)
        } else {
            var question = ""
            if current.kind == .identifier, !isKeyword("namespace") {
                question = Spelling.question(current.text, among: ["entity", "action", "type", "namespace"])
            } else if current.kind == .sign(.leftBrace) {
                question = ", is this a schema in JSON?"
            }
            throw abandon("expected \(expected), found \(current.shown)\(question)")
        }
    }

    /// Behind `entity`: `A, B in [C] = { … } tags T;` or `A enum ["x"];`.
    private mutating func entityTypes(
        _ annotations: [Policy.Annotation], _ namespace: inout SchemaSyntax.Namespace
    ) throws(Abandoned) {
        var names = [try identifier("the name of an entity type")]
        while take(.comma) { names.append(try identifier("the name of an entity type")) }
        let kind: SchemaSyntax.EntityType.Kind
        if takeKeyword("enum") {
            try expect(.leftBracket)
            var identifiers = [try string("an identifier in quotes")]
            while take(.comma) { identifiers.append(try string("an identifier in quotes")) }
            try expect(.rightBracket)
            kind = .enumerated(identifiers)
        } else {
            let parents = takeKeyword("in") ? try paths("an entity type") : []
            let hasShape = take(.assign)
            let offset = current.range.lowerBound
            var shape: TypeSyntax?
            if hasShape || current.kind == .sign(.leftBrace) {
                shape = TypeSyntax(kind: .record(try attributes()), offset: offset)
            }
            let tags = takeKeyword("tags") ? try type() : nil
            kind = .standard(parents: parents, shape: shape, tags: tags)
        }
        try expectEnd(after: ["in", "enum", "tags"])
        for name in names {
            namespace.entityTypes.append(SchemaSyntax.EntityType(name: name, annotations: annotations, kind: kind))
        }
    }

    /// Behind `action`: `a, "b" in [c, Action::"d"] appliesTo { … };`.
    private mutating func actions(
        _ annotations: [Policy.Annotation], _ namespace: inout SchemaSyntax.Namespace
    ) throws(Abandoned) {
        var names = [try name("the name of an action")]
        while take(.comma) { names.append(try name("the name of an action")) }
        var parents: [SchemaSyntax.Action.Parent] = []
        if takeKeyword("in") {
            if take(.leftBracket) {
                repeat { parents.append(try parent()) } while take(.comma)
                try expect(.rightBracket)
            } else {
                parents.append(try parent())
            }
        }
        let appliesTo = takeKeyword("appliesTo") ? try appliesTo(of: names[0]) : nil
        if takeKeyword("attributes") {
            try expect(.leftBrace)
            guard take(.rightBrace) else { throw abandon("actions can't have attributes") }
        }
        try expectEnd(after: ["in", "appliesTo"])
        for name in names {
            namespace.actions.append(
                SchemaSyntax.Action(name: name, annotations: annotations, parents: parents, appliesTo: appliesTo))
        }
    }

    /// `a`, `"a"` or `Namespace::Action::"a"`.
    private mutating func parent() throws(Abandoned) -> SchemaSyntax.Action.Parent {
        guard current.kind == .identifier, following.kind == .sign(.pathSeparator) else {
            return SchemaSyntax.Action.Parent(type: nil, id: try name("the name of an action"))
        }
        let type = try path("the type of an action")
        try expect(.pathSeparator)
        let offset = current.range.lowerBound
        let id = try string("the name of an action in quotes")
        return SchemaSyntax.Action.Parent(type: type, id: SchemaSyntax.Name(text: id, offset: offset))
    }

    /// Behind `appliesTo`: `{ principal: A, resource: [B], context: { … } }` in any order, a comma at the end allowed.
    private mutating func appliesTo(of action: SchemaSyntax.Name) throws(Abandoned) -> SchemaSyntax.Action.AppliesTo {
        try expect(.leftBrace)
        var principals: [SchemaSyntax.Name]?
        var resources: [SchemaSyntax.Name]?
        var context: TypeSyntax?
        repeat {
            let key = current
            guard key.kind == .identifier else {
                throw abandon("expected `principal`, `resource` or `context`, found \(key.shown)")
            }
            guard ["principal", "resource", "context"].contains(key.text) else {
                throw abandon(
                    "expected `principal`, `resource` or `context`, found `\(key.text)`"
                        + Spelling.question(key.text, among: ["principal", "resource", "context"]))
            }
            _ = takeKeyword(key.text)
            try expect(.colon)
            let isRepeated: Bool
            switch key.text {
            case "principal":
                isRepeated = principals != nil
                principals = try nonEmpty(key)
            case "resource":
                isRepeated = resources != nil
                resources = try nonEmpty(key)
            default:
                isRepeated = context != nil
                context = try contextType()
            }
            if isRepeated { problems.report("`\(key.text)` stands twice", at: key.range.lowerBound) }
        } while take(.comma) && current.kind != .sign(.rightBrace)
        try expect(.rightBrace)
        for (key, types) in [("principal", principals), ("resource", resources)] where types == nil {
            problems.report(
                "the action \(CedarString.quoted(action.text)) applies to no `\(key)`", at: action.offset)
        }
        return SchemaSyntax.Action.AppliesTo(
            principals: principals ?? [], resources: resources ?? [], context: context)
    }

    /// A record or the name of one.
    private mutating func contextType() throws(Abandoned) -> TypeSyntax {
        let offset = current.range.lowerBound
        if current.kind == .sign(.leftBrace) { return TypeSyntax(kind: .record(try attributes()), offset: offset) }
        let name = try path("a record or the name of a type")
        return TypeSyntax(kind: .name(name.text, .common), offset: name.offset)
    }

    private mutating func nonEmpty(_ key: Token) throws(Abandoned) -> [SchemaSyntax.Name] {
        let offset = current.range.lowerBound
        let types = try paths("an entity type")
        if types.isEmpty {
            problems.report(
                "`\(key.text)` names no type, leave `appliesTo` out for what can't be asked for", at: offset)
        }
        return types
    }

    /// One path, or several in brackets.
    private mutating func paths(_ expected: String) throws(Abandoned) -> [SchemaSyntax.Name] {
        guard take(.leftBracket) else { return [try path(expected)] }
        var result: [SchemaSyntax.Name] = []
        if current.kind != .sign(.rightBracket) {
            repeat { result.append(try path(expected)) } while take(.comma)
        }
        try expect(.rightBracket)
        return result
    }

    private mutating func expectEnd(after clauses: [String]) throws(Abandoned) {
        if take(.semicolon) { return }
        let isMisspelt = current.kind == .identifier && !clauses.contains(current.text)
        let question = isMisspelt ? Spelling.question(current.text, among: clauses) : ""
        throw abandon("expected `;`, found \(current.shown)\(question)")
    }
}
