/// What is asked of a set, as a test that can be followed while members are chosen one by one.
enum SetTest {
    /// Some of these are in it.
    case any(ValueSet)
    /// All of these are.
    case all(ValueSet)
    /// Nothing else is.
    case within(ValueSet)
    /// These are, and nothing else.
    case equal(ValueSet)

    /// What an atom asks of the set at a place; `nil` if it is no such question.
    init?(_ expression: Expression, at path: CasePath) {
        func isPlace(_ expression: Expression) -> Bool { CasePath(expression) == path }
        switch expression.kind {
        case .isEmpty: self = .within([])
        case .binary(.contains, let left, let right):
            guard isPlace(left), let member = right.constantValue else { return nil }
            self = .any([member])
        case .binary(let operation, let left, let right):
            guard let constant = (isPlace(left) ? right : left).constantValue else { return nil }
            switch (operation, constant) {
            case (.containsAny, .set(let members)): self = .any(members)
            case (.containsAll, .set(let members)): self = isPlace(left) ? .all(members) : .within(members)
            case (.equal, .set(let members)): self = .equal(members)
            case (.isIn, .set(let members)): self = .any(members)
            case (.isIn, .entity): self = .any([constant])
            default: return nil
            }
        case .isType(_, _, in: let container?):
            switch container.constantValue {
            case .set(let members)?: self = .any(members)
            case .entity(let uid)?: self = .any([.entity(uid)])
            default: return nil
            }
        default: return nil
        }
    }

    var members: ValueSet {
        switch self {
        case .any(let members), .all(let members), .within(let members), .equal(let members): members
        }
    }

    /// What holds of the empty set as far as chosen.
    fileprivate var start: Bool {
        if case .any = self { false } else { true }
    }

    /// What holds after one more value was taken in or left out.
    fileprivate func next(_ holds: Bool, _ value: Value, isMember: Bool) -> Bool {
        switch self {
        case .any(let members): holds || isMember && members.contains(value)
        case .all(let members): holds && (isMember || !members.contains(value))
        case .within(let members): holds && (!isMember || members.contains(value))
        case .equal(let members): holds && isMember == members.contains(value)
        }
    }
}

/// Finds sets that tell tests apart: one for each combination of tests that some set passes.
struct SetWords {
    /// So many sets are kept before the search gives up.
    private static let most = 4_096

    /// The sets, small ones first among equals.
    private(set) var sets: [[Value]] = []
    /// Whether there is one for every combination.
    private(set) var isComplete = true

    /// `further` are members that no test names.
    init(_ tests: [SetTest], further: [Value]) {
        var universe: [Value] = []
        for value in tests.flatMap(\.members.elements) + further where !universe.contains(value) {
            universe.append(value)
        }
        var states: [(outcome: [Bool], members: [Value])] = [(tests.map(\.start), [])]
        for value in universe {
            var next: [(outcome: [Bool], members: [Value])] = []
            var known: [[Bool]: Int] = [:]
            for isMember in [false, true] {
                for state in states {
                    let outcome = zip(tests, state.outcome).map { $0.next($1, value, isMember: isMember) }
                    let members = isMember ? state.members + [value] : state.members
                    if let position = known[outcome] {
                        if next[position].members.count > members.count { next[position].members = members }
                    } else if next.count < Self.most {
                        known[outcome] = next.count
                        next.append((outcome, members))
                    } else {
                        isComplete = false
                    }
                }
            }
            states = next
        }
        sets = states.map(\.members)
    }
}
