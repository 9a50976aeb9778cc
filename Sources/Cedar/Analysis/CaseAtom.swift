/// A part of conditions that is true or false, and that a decision depends on no further than that.
struct CaseAtom: Sendable {
    /// The places that it looks at, each once; with more than one it is no atom of a single place.
    let paths: [CasePath]
    /// As policies write it.
    let bare: Expression
    /// The same, false instead of failing where an optional value is absent.
    let guarded: Expression
    /// The optional places without which it is false.
    let required: [CasePath]
    /// Whether values can be listed that tell all its outcomes apart, in every combination with others like it.
    let isSimple: Bool
    private let program: Program
    private let root: Int32

    init(_ bare: Expression, paths: [CasePath], typing: CaseTyping) {
        self.bare = bare
        self.paths = paths
        var required: [CasePath] = []
        for path in paths {
            // What is asked whether it is there need not be there for that.
            let steps = bare.isPresenceTest ? path.steps.dropLast() : path.steps[...]
            for step in steps where typing.isOptional(step) && !required.contains(step) { required.append(step) }
        }
        self.required = required
        let guards = required.compactMap { path in
            path.parent.map { Expression(.has($0.expression, [path.names.last ?? ""]), at: 0) }
        }
        guarded = guards.isEmpty ? bare : Expression(.and(guards + [bare]), at: bare.offset)
        isSimple = paths.count == 1 && paths.allSatisfy { Self.isSimple(bare, at: $0, typing) }
        (program, root) = Program.alone(guarded)
    }

    /// Whether it is true; what can't be evaluated is not.
    func holds(_ request: Request, _ entities: Entities) -> Bool {
        let evaluator = Evaluator(program: program, request: request, entities: entities)
        return (try? evaluator.bool(root)) ?? false
    }

    private static func isSimple(_ bare: Expression, at path: CasePath, _ typing: CaseTyping) -> Bool {
        // Both values of a boolean are tried, whatever is asked of them.
        if typing.type(of: path) == .bool { return true }
        func isPlace(_ expression: Expression) -> Bool { CasePath(expression) == path }
        switch bare.kind {
        case .has: return true
        case .isEmpty(let target), .like(let target, _), .isType(let target, _, in: nil): return isPlace(target)
        case .isType(let target, _, in: let container?): return isPlace(target) && container.constantValue != nil
        case .binary(let operation, let left, let right):
            switch operation {
            case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .contains, .containsAll,
                .containsAny:
                return isPlace(left) && right.constantValue != nil || isPlace(right) && left.constantValue != nil
            case .isIn: return isPlace(left) && right.constantValue != nil
            case .add, .subtract, .multiply, .getTag, .hasTag: return false
            }
        case .call(let function, let arguments):
            guard let first = arguments.first else { return false }
            switch function {
            case .isIpv4, .isIpv6, .isLoopback, .isMulticast: return isPlace(first)
            case .isInRange: return isPlace(first) && arguments.count == 2 && arguments[1].constantValue != nil
            case .lessThan, .lessThanOrEqual, .greaterThan, .greaterThanOrEqual:
                guard arguments.count == 2 else { return false }
                return isPlace(first) && arguments[1].constantValue != nil
                    || isPlace(arguments[1]) && first.constantValue != nil
            default: return false
            }
        default: return false
        }
    }
}

extension Expression {
    /// Whether it asks only whether something is there.
    var isPresenceTest: Bool {
        if case .has = kind { true } else { false }
    }

    /// Its value, where it speaks of no request and has one.
    var constantValue: Value? {
        guard !readsRequest, !asksOfNamedEntities else { return nil }
        let (program, root) = Program.alone(self)
        let nobody = EntityUID(type: "", id: "")
        let evaluator = Evaluator(
            program: program, request: Request(principal: nobody, action: nobody, resource: nobody), entities: .none)
        return try? evaluator.value(root)
    }

    /// Whether some part is a variable; recursion is bounded by the height that the parser allows.
    var readsRequest: Bool {
        if case .variable = kind { return true }
        var found = false
        forEachChild { found = found || $0.readsRequest }
        return found
    }

    /// Whether some part asks of an entity that is written out what it is in or what it has.
    var asksOfNamedEntities: Bool {
        switch kind {
        case .binary(.isIn, let target, _), .binary(.getTag, let target, _), .binary(.hasTag, let target, _),
            .isType(let target, _, in: _?), .attribute(let target, _), .has(let target, _):
            if !target.readsRequest { return true }
        default: break
        }
        var found = false
        forEachChild { found = found || $0.asksOfNamedEntities }
        return found
    }

    /// The largest constant parts of it, and its patterns.
    func collectConstants(_ values: inout [Value], _ patterns: inout [Pattern]) {
        if case .like(_, let pattern) = kind { patterns.append(pattern) }
        if let value = constantValue {
            values.append(value)
            return
        }
        var children: [Expression] = []
        forEachChild { children.append($0) }
        for child in children { child.collectConstants(&values, &patterns) }
    }
}
