/// Finds the atoms of policies and expressions in one environment, as far as they can be reached there.
struct AtomCollector {
    private(set) var atoms: [CaseAtom] = []
    /// What cases can't represent, in words.
    private(set) var limitations: [String] = []

    private let typing: CaseTyping
    /// By their texts' bytes, as texts are compared.
    private var seen: Set<[UInt8]> = []

    init(_ typing: CaseTyping) { self.typing = typing }

    /// Those of policies that may speak of the environment.
    mutating func collect(_ policies: PolicySet) {
        for policy in policies.policies where speaks(policy) {
            collect(policy.principal, .principal)
            collect(policy.resource, .resource)
            for condition in policy.conditions {
                collect(condition.body)
                if truth(condition.body) == condition.isUnless { break }
            }
        }
    }

    /// Those of a boolean expression. Recursion is bounded by the height that the parser allows.
    mutating func collect(_ expression: Expression) {
        switch expression.kind {
        case .and(let operands):
            for operand in operands {
                collect(operand)
                if truth(operand) == false { return }
            }
        case .or(let operands):
            for operand in operands {
                collect(operand)
                if truth(operand) == true { return }
            }
        case .not(let operand): collect(operand)
        case .conditional(let condition, let first, let second):
            collect(condition)
            if truth(condition) != false { collect(first) }
            if truth(condition) != true { collect(second) }
        case .binary(.equal, let left, let right) where isBoolean(left) && isBoolean(right),
            .binary(.notEqual, let left, let right) where isBoolean(left) && isBoolean(right):
            collect(left)
            collect(right)
        case .has(let target, let names) where names.count > 1:
            var target = target
            for name in names {
                let step = Expression(.has(target, [name]), at: expression.offset)
                collect(step)
                if truth(step) == false { return }
                target = Expression(.attribute(target, name), at: expression.offset)
            }
        default: if truth(expression) == nil { add(expression) }
        }
    }

    // MARK: - Heads

    private func speaks(_ policy: Policy) -> Bool {
        let actions = typing.environment.actions
        let speaksOfAction =
            switch policy.action {
            case .any: true
            case .equal(let uid): actions.contains(uid)
            case .isIn(let uids):
                actions.contains { action in
                    uids.contains { $0 == action || typing.schema.action(action)?.ancestors.contains($0) ?? false }
                }
            }
        return speaksOfAction && canBe(policy.principal, typing.environment.principal)
            && canBe(policy.resource, typing.environment.resource)
    }

    private func canBe(_ scope: Policy.EntityScope, _ type: String) -> Bool {
        func canBeIn(_ uid: EntityUID) -> Bool {
            uid.type == type || typing.schema.entityType(type)?.ancestors.contains(uid.type) ?? false
        }
        return switch scope {
        case .any: true
        case .equal(let uid): uid.type == type
        case .isIn(let uid): canBeIn(uid)
        case .type(let name): name == type
        case .typeIn(let name, let uid): name == type && canBeIn(uid)
        case .equalSlot, .isInSlot, .typeInSlot: false
        }
    }

    private mutating func collect(_ scope: Policy.EntityScope, _ variable: Expression.Variable) {
        let place = Expression(.variable(variable), at: 0)
        func test(_ operation: Expression.BinaryOperator, _ uid: EntityUID) -> Expression {
            Expression(.binary(operation, place, Expression(.literal(.entity(uid)), at: 0)), at: 0)
        }
        switch scope {
        case .equal(let uid): add(test(.equal, uid))
        case .isIn(let uid), .typeIn(_, let uid): add(test(.isIn, uid))
        default: break
        }
    }

    // MARK: - Conditions

    /// What holds of every request of the environment.
    private func truth(_ expression: Expression) -> Bool? {
        switch expression.kind {
        case .literal(.bool(let value)): return value
        case .not(let operand): return truth(operand).map { !$0 }
        case .and(let operands):
            let truths = operands.map(truth)
            return truths.contains(false) ? false : truths.contains(nil) ? nil : true
        case .or(let operands):
            let truths = operands.map(truth)
            return truths.contains(true) ? true : truths.contains(nil) ? nil : false
        case .isType(let target, let type, let container):
            guard let path = CasePath(target), case .entity(let name)? = typing.type(of: path) else { return nil }
            return name == type ? (container == nil ? true : nil) : false
        case .has(let target, let names):
            guard names.count == 1, let path = CasePath(target), let type = typing.type(of: path),
                let attributes = typing.attributes(of: type)
            else { return nil }
            guard let attribute = attributes[names[0]] else { return false }
            return attribute.isRequired ? true : nil
        case .binary(.equal, let left, let right):
            guard typing.environment.actions.count == 1, CasePath(left) == CasePath(.action, []),
                case .entity(let uid)? = right.constantValue
            else { return nil }
            return typing.environment.actions[0] == uid
        default: return nil
        }
    }

    private func isBoolean(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .literal(.bool), .not, .and, .or, .isEmpty, .has, .like, .isType: true
        case .conditional(_, let first, let second): isBoolean(first) && isBoolean(second)
        case .binary(let operation, _, _):
            switch operation {
            case .add, .subtract, .multiply, .getTag: false
            default: true
            }
        case .attribute: CasePath(expression).flatMap(typing.type) == .bool
        case .call(let function, _):
            switch function {
            case .lessThan, .lessThanOrEqual, .greaterThan, .greaterThanOrEqual, .isIpv4, .isIpv6, .isLoopback,
                .isMulticast, .isInRange:
                true
            default: false
            }
        default: false
        }
    }

    private mutating func add(_ expression: Expression) {
        let expression = expression.positive
        guard seen.insert(Array(expression.description.utf8)).inserted else { return }
        if expression.asksOfNamedEntities {
            limitations.append("`\(expression)` asks what an entity is that it names")
        }
        var paths: [CasePath] = []
        guard collectPaths(expression, &paths) else {
            limitations.append("`\(expression)` asks more than one value or what can't be listed")
            return
        }
        guard !paths.isEmpty else { return }
        let atom = CaseAtom(expression, paths: paths, typing: typing)
        if paths.count > 1 {
            limitations.append("`\(expression)` compares values with each other")
        } else if !atom.isSimple {
            limitations.append("`\(expression)` reckons with a value")
        }
        atoms.append(atom)
    }

    /// The places that an expression looks at; false where it looks at what has no value of its own in a case.
    private func collectPaths(_ expression: Expression, _ paths: inout [CasePath]) -> Bool {
        var place = CasePath(expression)
        var isPresence = false
        if case .has(let target, let names) = expression.kind, names.count == 1 {
            place = CasePath(target)?.appending(names[0])
            isPresence = true
        }
        if let place {
            guard place.variable != .action else { return true }
            guard let type = typing.type(of: place) else { return false }
            if case .record = type, !isPresence { return false }
            if !paths.contains(place) { paths.append(place) }
            return true
        }
        switch expression.kind {
        case .binary(.getTag, _, _), .binary(.hasTag, _, _): return false
        default: break
        }
        var isWhole = true
        expression.forEachChild { isWhole = collectPaths($0, &paths) && isWhole }
        return isWhole
    }
}

extension Expression {
    /// The same without a negation that a case can undo: `a == b` for `a != b`.
    fileprivate var positive: Expression {
        guard case .binary(.notEqual, let left, let right) = kind else { return self }
        return Expression(.binary(.equal, left, right), at: offset)
    }

    /// Its opposite, as one would write it.
    var negated: Expression {
        switch kind {
        case .binary(.equal, let left, let right): Expression(.binary(.notEqual, left, right), at: offset)
        case .binary(.less, let left, let right): Expression(.binary(.greaterOrEqual, left, right), at: offset)
        case .binary(.lessOrEqual, let left, let right): Expression(.binary(.greater, left, right), at: offset)
        case .binary(.greater, let left, let right): Expression(.binary(.lessOrEqual, left, right), at: offset)
        case .binary(.greaterOrEqual, let left, let right): Expression(.binary(.less, left, right), at: offset)
        case .not(let operand): operand
        default: Expression(.not(self), at: offset)
        }
    }
}
