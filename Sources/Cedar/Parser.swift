internal import Suggestions

/// Turns a policy text into policies by recursive descent, and collects every error on its way.
///
/// A wrong name or a wrong number of arguments is reported and parsing goes on; a token that can't stand where it stands
/// ends the policy, and parsing goes on behind the next `;`.
struct Parser {
    /// Ends the policy; the reason is in `errors` already.
    struct Abandoned: Error {}

    private(set) var errors: [(offset: Int, error: PolicyError)] = []
    private let source: SourceText
    private let limits: PolicySet.Limits
    private let tokens: [Token]
    private var index = 0
    /// How many expressions are open.
    var depth = 0

    /// Names that stand for operators and values, and so can't name anything else.
    static let reserved: Set<String> = [
        "true", "false", "if", "then", "else", "in", "is", "like", "has", "__cedar",
    ]

    init(source: SourceText, limits: PolicySet.Limits) {
        self.source = source
        self.limits = limits
        guard source.bytes.count <= limits.maximumBytes else {
            tokens = [Token(kind: .end, range: 0..<0, text: "")]
            report("the text has \(source.bytes.count) bytes, more than \(limits.maximumBytes)", at: 0)
            return
        }
        var tokenizer = Tokenizer(source)
        tokens = tokenizer.tokens()
        for failure in tokenizer.failures { report(failure.message, at: failure.offset) }
    }

    /// Every policy and template that could be read, in the order of the text.
    mutating func parsePolicies() -> [Policy] {
        var policies: [Policy] = []
        var names: [ByteKey: Int] = [:]
        while current.kind != .end, errors.count < limits.maximumErrors {
            do throws(Abandoned) {
                let policy = try policy(position: policies.count)
                if let first = names[ByteKey(policy.id)] {
                    report(
                        "another policy has the id `\(policy.id)` already, at \(source.position(at: first))",
                        at: policy.offset)
                }
                names[ByteKey(policy.id)] = policy.offset
                policies.append(policy)
            } catch {
                while current.kind != .end, !take(.semicolon) { index += 1 }
            }
        }
        return policies
    }

    /// The one expression that the text is; errors say why there is none.
    mutating func parseExpression() -> Expression? {
        do throws(Abandoned) {
            let result = try expression()
            if current.kind != .end {
                throw abandon("expected nothing more, found \(current.shown)", at: currentOffset)
            }
            return errors.isEmpty ? result : nil
        } catch {
            return nil
        }
    }

    /// The one entity that the text names.
    mutating func parseEntity() -> EntityUID? {
        do throws(Abandoned) {
            var heads = ScopeEntities()
            let uid = try scopeEntity(&heads)
            return current.kind == .end && errors.isEmpty ? uid : nil
        } catch {
            return nil
        }
    }

    private var currentOffset: Int { current.range.lowerBound }

    // MARK: - Policies

    private mutating func policy(position: Int) throws(Abandoned) -> Policy {
        depth = 0
        let start = current.range.lowerBound
        let annotations = try annotations()
        let effectToken = current
        let effectName = try identifier("`permit` or `forbid`")
        guard let effect = Policy.Effect(rawValue: effectName) else {
            throw abandon(
                "expected `permit` or `forbid`, found `\(effectName)`"
                    + Spelling.question(effectName, among: ["permit", "forbid"]), at: effectToken.range.lowerBound)
        }
        try expect(.leftParenthesis)
        var heads = ScopeEntities()
        let principal = try entityScope("principal", &heads)
        try expect(.comma)
        let action = try actionScope(&heads)
        try expect(.comma)
        let resource = try entityScope("resource", &heads)
        _ = take(.comma)
        try expect(.rightParenthesis)
        var conditions: [Policy.Condition] = []
        while current.kind != .sign(.semicolon) { conditions.append(try condition()) }
        try expect(.semicolon)
        let id = annotations.first { sameBytes($0.key, "id") && !$0.value.isEmpty }?.value
        return Policy(
            id: id ?? "policy\(position)", effect: effect, annotations: annotations, principal: principal,
            action: action, resource: resource, conditions: conditions, offset: start,
            scopeEntities: heads.entities, scopeTypes: heads.types, link: nil)
    }

    private mutating func annotations() throws(Abandoned) -> [Policy.Annotation] {
        var result: [Policy.Annotation] = []
        while take(.at) {
            let offset = current.range.lowerBound
            let key = try identifier("the name of an annotation")
            var value = ""
            if take(.leftParenthesis) {
                value = try string("the value of the annotation in quotes")
                try expect(.rightParenthesis)
            }
            if result.contains(where: { $0.key == key }) { report("the annotation `@\(key)` stands twice", at: offset) }
            result.append(Policy.Annotation(key: key, value: value))
        }
        return result
    }

    private mutating func condition() throws(Abandoned) -> Policy.Condition {
        let offset = current.range.lowerBound
        guard current.kind == .identifier else {
            throw abandon("expected `when`, `unless` or `;`, found \(current.shown)", at: offset)
        }
        let keyword = try identifier("`when` or `unless`")
        guard keyword == "when" || keyword == "unless" else {
            throw abandon(
                "expected `when`, `unless` or `;`, found `\(keyword)`"
                    + Spelling.question(keyword, among: ["when", "unless"]), at: offset)
        }
        try expect(.leftBrace)
        if current.kind == .sign(.rightBrace) { throw abandon("the braces of `\(keyword)` are empty", at: offset) }
        let body = try expression()
        try expect(.rightBrace)
        return Policy.Condition(isUnless: keyword == "unless", body: body)
    }

    // MARK: - Heads

    struct ScopeEntities {
        var entities: [(uid: EntityUID, offset: Int)] = []
        var types: [(type: String, offset: Int)] = []
    }

    private mutating func scopeVariable(_ name: String) throws(Abandoned) {
        let offset = current.range.lowerBound
        guard current.kind == .identifier else {
            throw abandon("expected `\(name)`, found \(current.shown)", at: offset)
        }
        guard current.text == name else {
            throw abandon(
                "expected `\(name)`, found `\(current.text)`" + Spelling.question(current.text, among: [name]),
                at: offset)
        }
        index += 1
        if current.kind == .sign(.colon) {
            throw abandon("types are written `\(name) is Type`", at: current.range.lowerBound)
        }
    }

    private mutating func entityScope(_ name: String, _ heads: inout ScopeEntities) throws(Abandoned)
        -> Policy.EntityScope
    {
        try scopeVariable(name)
        if takeKeyword("is") {
            let type = try typeName()
            heads.types.append(type)
            if current.kind == .sign(.equal) {
                throw abandon("`is` and `==` can't be used together", at: current.range.lowerBound)
            }
            guard takeKeyword("in") else { return .type(type.type) }
            return try takeSlot(name) ? .typeInSlot(type.type) : .typeIn(type.type, try scopeEntity(&heads))
        }
        if take(.equal) { return try takeSlot(name) ? .equalSlot : .equal(try scopeEntity(&heads)) }
        if takeKeyword("in") {
            let scope: Policy.EntityScope = try takeSlot(name) ? .isInSlot : .isIn(try scopeEntity(&heads))
            if isKeyword("is") { throw abandon("`is` stands before `in`", at: current.range.lowerBound) }
            return scope
        }
        if current.kind == .sign(.assign) { throw abandon("equality is written `==`", at: current.range.lowerBound) }
        return .any
    }

    /// Whether the slot of that part of the head stands here.
    private mutating func takeSlot(_ name: String) throws(Abandoned) -> Bool {
        guard current.kind == .slot else { return false }
        guard current.text == "?\(name)" else {
            throw abandon(
                "expected an entity or `?\(name)`, found \(current.shown)", at: current.range.lowerBound)
        }
        index += 1
        return true
    }

    private mutating func actionScope(_ heads: inout ScopeEntities) throws(Abandoned) -> Policy.ActionScope {
        try scopeVariable("action")
        if take(.equal) { return .equal(try actionEntity(&heads)) }
        if isKeyword("is") { throw abandon("`is` can't be asked of an action", at: current.range.lowerBound) }
        if current.kind == .sign(.assign) { throw abandon("equality is written `==`", at: current.range.lowerBound) }
        guard takeKeyword("in") else { return .any }
        guard take(.leftBracket) else { return .isIn([try actionEntity(&heads)]) }
        var actions: [EntityUID] = []
        while current.kind != .sign(.rightBracket) {
            actions.append(try actionEntity(&heads))
            guard take(.comma) else { break }
        }
        try expect(.rightBracket)
        return .isIn(actions)
    }

    private mutating func actionEntity(_ heads: inout ScopeEntities) throws(Abandoned) -> EntityUID {
        let offset = current.range.lowerBound
        let uid = try scopeEntity(&heads)
        if uid.type != "Action", !uid.type.hasSuffix("::Action") {
            report("expected an entity of type `Action`, found `\(uid)`", at: offset)
        }
        return uid
    }

    private mutating func scopeEntity(_ heads: inout ScopeEntities) throws(Abandoned) -> EntityUID {
        let start = current
        guard start.kind == .identifier else {
            let hint =
                switch start.kind {
                case .slot: ", slots can't stand for actions"
                case .sign(.leftBracket): ", only actions can be asked for in a list here"
                default: ""
                }
            throw abandon("expected an entity, found \(start.shown)\(hint)", at: start.range.lowerBound)
        }
        let path = try path()
        guard path.endsInSeparator else {
            throw abandon("expected an entity such as `\(path.name)::\"name\"`", at: start.range.lowerBound)
        }
        let uid = EntityUID(type: path.name, id: try string("the entity's identifier in quotes"))
        heads.entities.append((uid, start.range.lowerBound))
        return uid
    }

    // MARK: - Names

    /// A name with namespaces; stops behind a `::` that no identifier follows.
    mutating func path() throws(Abandoned) -> (name: String, endsInSeparator: Bool, parts: Int) {
        let start = current.range.lowerBound
        var parts = [try identifier("a name")]
        var endsInSeparator = false
        while take(.pathSeparator) {
            guard current.kind == .identifier else {
                endsInSeparator = true
                break
            }
            parts.append(current.text)
            index += 1
        }
        for part in parts where Self.reserved.contains(part) && (parts.count > 1 || endsInSeparator) {
            report("`\(part)` is reserved", at: start)
        }
        return (parts.count == 1 ? parts[0] : parts.joined(separator: "::"), endsInSeparator, parts.count)
    }

    /// The name of a type, behind `is`.
    mutating func typeName() throws(Abandoned) -> (type: String, offset: Int) {
        let start = current
        guard start.kind == .identifier else {
            throw abandon("expected the name of a type, found \(start.shown)", at: start.range.lowerBound)
        }
        let path = try path()
        if path.endsInSeparator {
            throw abandon("expected the name of a type, not an entity", at: start.range.lowerBound)
        }
        if path.parts == 1, Self.reserved.contains(path.name) {
            report("`\(path.name)` is reserved", at: start.range.lowerBound)
        }
        return (path.name, start.range.lowerBound)
    }

    /// Any identifier.
    mutating func identifier(_ expected: String) throws(Abandoned) -> String {
        guard current.kind == .identifier else {
            throw abandon("expected \(expected), found \(current.shown)", at: current.range.lowerBound)
        }
        defer { index += 1 }
        return current.text
    }

    /// A string literal's text.
    mutating func string(_ expected: String) throws(Abandoned) -> String {
        guard current.kind == .string else {
            throw abandon("expected \(expected), found \(current.shown)", at: current.range.lowerBound)
        }
        let content = content(of: current)
        index += 1
        do throws(CedarString.EscapeError) {
            return try CedarString.unescape(content)
        } catch {
            report(error.message, at: content.startIndex + error.offset)
            return ""
        }
    }

    /// A pattern literal.
    mutating func pattern() throws(Abandoned) -> Pattern {
        guard current.kind == .string else {
            throw abandon("expected a pattern in quotes, found \(current.shown)", at: current.range.lowerBound)
        }
        let content = content(of: current)
        index += 1
        do throws(CedarString.EscapeError) {
            return try CedarString.pattern(content)
        } catch {
            report(error.message, at: content.startIndex + error.offset)
            return Pattern.Builder().finish()
        }
    }

    // MARK: - Tokens

    var current: Token { tokens[index] }

    var following: Token { tokens[min(index + 1, tokens.count - 1)] }

    mutating func advance() { index = min(index + 1, tokens.count - 1) }

    mutating func take(_ sign: Token.Sign) -> Bool {
        guard current.kind == .sign(sign) else { return false }
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
        if !take(sign) {
            throw abandon("expected `\(sign.rawValue)`, found \(current.shown)", at: current.range.lowerBound)
        }
    }

    private func content(of token: Token) -> ArraySlice<UInt8> {
        source.bytes[(token.range.lowerBound + 1)..<(token.range.upperBound - 1)]
    }

    // MARK: - Errors

    mutating func report(_ message: String, at offset: Int) {
        guard errors.count < limits.maximumErrors else { return }
        errors.append(
            (offset, PolicyError(source: source.name, position: source.position(at: offset), message: message)))
    }

    mutating func abandon(_ message: String, at offset: Int) -> Abandoned {
        report(message, at: offset)
        return Abandoned()
    }

    /// Opens an expression; deeper ones than the limit end the policy.
    mutating func descend() throws(Abandoned) {
        depth += 1
        if depth > limits.maximumDepth {
            throw abandon("expressions nest deeper than \(limits.maximumDepth)", at: current.range.lowerBound)
        }
    }

    /// Makes a node; trees higher than the limit end the policy.
    mutating func node(_ kind: Expression.Kind, at offset: Int) throws(Abandoned) -> Expression {
        let expression = Expression(kind, at: offset)
        if expression.height > limits.maximumDepth {
            throw abandon("expressions nest deeper than \(limits.maximumDepth)", at: offset)
        }
        return expression
    }
}
