internal import Cedar

/// Finds words in policies that the gateway never says, so that a slip of the pen is an error when the file is read, and
/// not a rule that never applies. (Types of values are not checked.)
struct VocabularyCheck {
    private(set) var problems: [(offset: Int, message: String)] = []

    init(_ policies: PolicySet) {
        for policy in policies.policies {
            for (uid, offset) in policy.scopeEntities { check(uid, at: offset) }
            for (type, offset) in policy.scopeTypes { check(type: type, at: offset) }
            checkPlaces(of: policy)
            for condition in policy.conditions { check(condition.body) }
        }
        for template in policies.templates {
            problems.append((template.offset, "a template decides nothing here, write an entity in place of the slot"))
        }
        problems.sort { $0.offset < $1.offset }
    }

    /// The head's entities must be of types that can stand there.
    private mutating func checkPlaces(of policy: Policy) {
        check(policy.principal, "principal", Vocabulary.principalTypes, at: policy.offset)
        check(policy.resource, "resource", Vocabulary.resourceTypes, at: policy.offset)
    }

    private mutating func check(_ scope: Policy.EntityScope, _ place: String, _ types: [String], at offset: Int) {
        let named: [String] =
            switch scope {
            case .any: []
            case .equal(let uid), .isIn(let uid): [uid.type]
            case .type(let type): [type]
            case .typeIn(let type, let uid): [type, uid.type]
            case .equalSlot, .isInSlot: []
            case .typeInSlot(let type): [type]
            }
        for type in named where Vocabulary.types.contains(type) && !types.contains(type) {
            problems.append((offset, "the \(place) is never a `\(type)`"))
        }
    }

    private mutating func check(_ uid: EntityUID, at offset: Int) {
        check(type: uid.type, at: offset)
        if uid.type == Vocabulary.action, !Vocabulary.actions.contains(uid.id) {
            let known = Vocabulary.actions.map { EntityUID(type: Vocabulary.action, id: $0).description }
            problems.append((offset, "unknown action `\(uid)`" + Spelling.question(uid.description, among: known)))
        }
    }

    private mutating func check(type: String, at offset: Int) {
        if !Vocabulary.types.contains(type) {
            problems.append(
                (offset, "unknown type of entity `\(type)`" + Spelling.question(type, among: Vocabulary.types)))
        }
    }

    private mutating func check(_ expression: Expression) {
        switch expression.kind {
        case .literal(.entity(let uid)): check(uid, at: expression.offset)
        case .isType(_, let type, _): check(type: type, at: expression.offset)
        case .attribute(let target, let name): check(name, of: target, at: expression.offset)
        case .has(let target, let path): if let name = path.first { check(name, of: target, at: expression.offset) }
        default: break
        }
        var children: [Expression] = []
        expression.forEachChild { children.append($0) }
        for child in children { check(child) }
    }

    private mutating func check(_ name: String, of target: Expression, at offset: Int) {
        guard case .variable(let variable) = target.kind else { return }
        let known =
            switch variable {
            case .principal: Vocabulary.principalAttributes
            case .resource: Vocabulary.resourceAttributes
            case .context: Vocabulary.contextAttributes
            case .action: [String]()
            }
        if !known.contains(name) {
            problems.append(
                (offset, "unknown attribute `\(variable.rawValue).\(name)`" + Spelling.question(name, among: known)))
        }
    }
}
