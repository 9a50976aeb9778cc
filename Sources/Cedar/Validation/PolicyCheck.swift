internal import Suggestions

/// Checks one policy: the names it uses, whether some action can meet its head, and its types in every environment.
struct PolicyCheck {
    let policy: Policy
    let index: SchemaIndex
    let mode: Validator.Mode
    private(set) var problems: [TypeChecker.Problem] = []

    init(policy: Policy, index: SchemaIndex, mode: Validator.Mode) {
        self.policy = policy
        self.index = index
        self.mode = mode
    }

    mutating func run() {
        checkNames()
        checkApplication()
        if policy.link == nil { checkTypes() }
    }

    // MARK: - Names

    private mutating func checkNames() {
        for (uid, offset) in policy.scopeEntities { check(uid, at: offset) }
        for (type, offset) in policy.scopeTypes { check(type, at: offset) }
        // What stands in a template is reported there.
        guard policy.link == nil else { return }
        for condition in policy.conditions { checkNames(in: condition.body) }
    }

    /// Recursion is bounded by the height that the parser allows.
    private mutating func checkNames(in expression: Expression) {
        switch expression.kind {
        case .literal(.entity(let uid)): check(uid, at: expression.offset)
        case .isType(_, let type, _): check(type, at: expression.offset)
        default: break
        }
        var children: [Expression] = []
        expression.forEachChild { children.append($0) }
        for child in children { checkNames(in: child) }
    }

    private mutating func check(_ type: String, at offset: Int) {
        guard !index.isKnown(entityType: type) else { return }
        report(
            .unknownEntityType,
            "unknown entity type `\(type)`" + Spelling.question(type, among: index.entityTypes.keys.sorted()),
            at: offset)
    }

    private mutating func check(_ uid: EntityUID, at offset: Int) {
        if SchemaNames.isActionType(uid.type) {
            guard index.action(uid) == nil else { return }
            let known = index.actions.map(\.declaration.uid)
            // The type is rarely the mistake, and would make short names all alike.
            let near = Spelling.closest(to: uid.id, among: known.filter { $0.type == uid.type }.map(\.id))
            let question =
                near.map { ", did you mean `\(EntityUID(type: uid.type, id: $0))`?" }
                ?? Spelling.question(uid.description, among: known.map(\.description))
            report(.unknownAction, "unknown action `\(uid)`\(question)", at: offset)
            return
        }
        check(uid.type, at: offset)
        guard let identifiers = index.entityTypes[uid.type]?.identifiers,
            !identifiers.contains(string: uid.id)
        else { return }
        let known = identifiers.elements.compactMap { if case .string(let id) = $0 { id } else { nil } }
        report(
            .unknownIdentifier,
            "the entity type `\(uid.type)` has no `\(uid)`" + Spelling.question(uid.id, among: known), at: offset)
    }

    private mutating func report(_ kind: ValidationFinding.Kind, _ message: String, at offset: Int) {
        problems.append(TypeChecker.Problem(offset: offset, kind: kind, message: message))
    }

    // MARK: - Application

    /// Some action has to apply to a principal and a resource that the head allows.
    private mutating func checkApplication() {
        let principals = types(meeting: policy.principal)
        let resources = types(meeting: policy.resource)
        let actions = actions(meeting: policy.action)
        let meets = actions.contains { action in
            action.declaration.principals.contains(where: principals)
                && action.declaration.resources.contains(where: resources)
        }
        guard !meets else { return }
        var hint = ""
        for (name, scope, chosen) in [
            ("principal", policy.principal, actions.flatMap(\.declaration.principals)),
            ("resource", policy.resource, actions.flatMap(\.declaration.resources)),
        ] {
            // A group where one of its members is wanted.
            guard case .equal(let uid) = scope, !chosen.contains(uid.type),
                chosen.contains(where: { index.canBe($0, in: uid.type) })
            else { continue }
            hint += hint.isEmpty ? ", did you mean `\(name) in \(uid)`" : " and `\(name) in \(uid)`"
        }
        report(
            .noApplicableAction,
            "no action applies to such principals and resources" + (hint.isEmpty ? "" : hint + "?"),
            at: policy.offset)
    }

    private func types(meeting scope: Policy.EntityScope) -> (String) -> Bool {
        let index = index
        switch scope {
        case .any, .equalSlot, .isInSlot: return { _ in true }
        case .equal(let uid): return { $0 == uid.type }
        case .isIn(let uid): return { index.canBe($0, in: uid.type) }
        case .type(let type), .typeInSlot(let type): return { $0 == type }
        case .typeIn(let type, let uid): return { $0 == type && index.canBe($0, in: uid.type) }
        }
    }

    private func actions(meeting scope: Policy.ActionScope) -> [SchemaIndex.Action] {
        switch scope {
        case .any: return index.actions
        case .equal(let uid): return index.action(uid).map { [$0] } ?? []
        case .isIn(let uids):
            guard uids.allSatisfy({ index.action($0) != nil }) else { return [] }
            return index.actions.filter { action in
                uids.contains { $0 == action.declaration.uid || action.declaration.ancestors.contains($0) }
            }
        }
    }

    // MARK: - Types

    /// What a part of the head is for one type or action, with the problems on the way.
    private struct ScopeAnswer {
        let isFalse: Bool
        let problems: [TypeChecker.Problem]
    }

    /// Checks each part of the head once for each type, and the conditions once for each combination of what they use.
    private mutating func checkTypes() {
        var shapes = ShapeTable()
        let scopes = ScopeExpressions(policy, &shapes)
        let conditions = policy.conditions.map { condition in
            let body = shapes.convert(condition.body)
            return condition.isUnless
                ? CheckedExpression(kind: .not(body), offset: body.offset, shape: -1, uses: body.uses) : body
        }
        let condition = CheckedExpression(
            kind: .and(conditions), offset: policy.offset, shape: -1,
            uses: conditions.reduce(into: []) { $0.formUnion($1.uses) })
        var principals: [String: ScopeAnswer] = [:]
        var resources: [String: ScopeAnswer] = [:]
        var verdicts: [EnvironmentKey: Bool] = [:]
        var isImpossible = true
        for action in index.actions {
            var actionAnswer: ScopeAnswer?
            for principal in action.declaration.principals {
                for resource in action.declaration.resources {
                    let environment = TypeChecker.Environment(
                        principal: principal, action: action, resource: resource)
                    guard answer(scopes.principal, environment, &principals[principal]) else { break }
                    guard answer(scopes.action, environment, &actionAnswer) else { break }
                    guard answer(scopes.resource, environment, &resources[resource]) else { continue }
                    let key = EnvironmentKey(environment, uses: condition.uses)
                    let isFalse = verdicts[key] ?? checkCondition(condition, environment)
                    verdicts[key] = isFalse
                    if !isFalse { isImpossible = false }
                }
            }
        }
        // Errors say more than that.
        if isImpossible, problems.isEmpty { report(.impossible, "this policy can never apply", at: policy.offset) }
    }

    /// Whether the part of the head can be true; `known` keeps the answer.
    private mutating func answer(
        _ scope: CheckedExpression, _ environment: TypeChecker.Environment, _ known: inout ScopeAnswer?
    ) -> Bool {
        if let known { return !known.isFalse }
        var checker = TypeChecker(index: index, mode: mode, environment: environment)
        let isFalse = checker.check(scope, .none).type == .false
        known = ScopeAnswer(isFalse: isFalse, problems: checker.problems)
        problems += checker.problems
        return !isFalse
    }

    private mutating func checkCondition(
        _ condition: CheckedExpression, _ environment: TypeChecker.Environment
    ) -> Bool {
        guard case .and(let conditions) = condition.kind, !conditions.isEmpty else { return false }
        var checker = TypeChecker(index: index, mode: mode, environment: environment)
        let answer = checker.check(condition, .none)
        problems += checker.problems
        return answer.type == .false
    }

    /// What of an environment an expression can tell apart.
    private struct EnvironmentKey: Hashable {
        let principal: String?
        let action: EntityUID?
        let resource: String?

        init(_ environment: TypeChecker.Environment, uses: CheckedExpression.Uses) {
            principal = uses.contains(.principal) ? environment.principal : nil
            let usesAction = uses.contains(.action) || uses.contains(.context)
            action = usesAction ? environment.action.declaration.uid : nil
            resource = uses.contains(.resource) ? environment.resource : nil
        }
    }
}

/// The parts of a policy's head as expressions.
private struct ScopeExpressions {
    let principal: CheckedExpression
    let action: CheckedExpression
    let resource: CheckedExpression

    init(_ policy: Policy, _ shapes: inout ShapeTable) {
        principal = shapes.convert(Self.expression(.principal, policy.principal, policy))
        action = shapes.convert(Self.action(policy))
        resource = shapes.convert(Self.expression(.resource, policy.resource, policy))
    }

    private static func offset(of uid: EntityUID, _ policy: Policy) -> Int {
        policy.scopeEntities.first { $0.uid == uid }?.offset ?? policy.offset
    }

    private static func expression(
        _ variable: Expression.Variable, _ scope: Policy.EntityScope, _ policy: Policy
    ) -> Expression {
        func literal(_ uid: EntityUID) -> Expression {
            Expression(.literal(.entity(uid)), at: offset(of: uid, policy))
        }
        let subject = Expression(.variable(variable), at: policy.offset)
        switch scope {
        // The entity of a slot is of a type that meets the head in every environment that counts.
        case .any, .equalSlot, .isInSlot: return Expression(.literal(.bool(true)), at: policy.offset)
        case .equal(let uid): return Expression(.binary(.equal, subject, literal(uid)), at: offset(of: uid, policy))
        case .isIn(let uid): return Expression(.binary(.isIn, subject, literal(uid)), at: offset(of: uid, policy))
        case .type(let type), .typeInSlot(let type):
            return Expression(.isType(subject, type, in: nil), at: policy.offset)
        case .typeIn(let type, let uid): return Expression(.isType(subject, type, in: literal(uid)), at: policy.offset)
        }
    }

    private static func action(_ policy: Policy) -> Expression {
        let subject = Expression(.variable(.action), at: policy.offset)
        switch policy.action {
        case .any: return Expression(.literal(.bool(true)), at: policy.offset)
        case .equal(let uid):
            let place = offset(of: uid, policy)
            return Expression(.binary(.equal, subject, Expression(.literal(.entity(uid)), at: place)), at: place)
        case .isIn(let uids):
            let place = uids.first.map { offset(of: $0, policy) } ?? policy.offset
            let set = uids.map { Expression(.literal(.entity($0)), at: offset(of: $0, policy)) }
            return Expression(.binary(.isIn, subject, Expression(.set(set), at: place)), at: place)
        }
    }
}
