/// All requests of an environment, sorted into finitely many cases that policies can't tell further apart.
///
/// A decision depends on a request only through the *atoms* of the policies: comparisons with constants, membership in named
/// entities, presence of optional values. For each place of a request that an atom looks at there is a short list of values
/// that tell its atoms apart; their combinations are the cases. Where every list is complete and all combinations are tried,
/// what holds of all cases holds of all requests that conform to the schema. Where a policy compares two values of a request,
/// or reckons with one, or where there are too many combinations, cases are a sample, and `coverage` says so.
public struct CaseSplit: Sendable {
    /// What cases stand for.
    public enum Coverage: Sendable, Hashable {
        /// For all requests of the environment.
        case exhaustive
        /// For those that were tried; with the reasons, at least one.
        case sampled([String])
    }

    /// Bounds on the work.
    public struct Limits: Sendable {
        /// Combinations that are all tried; of more only a sample is.
        public var maximumCases = 200_000
        /// Cases in a sample.
        public var sampledCases = 20_000

        /// The default bounds.
        public init() {}
    }

    /// The requests it is about.
    public let environment: RequestEnvironment
    /// What the cases stand for.
    public let coverage: Coverage
    /// How many cases there are, before assumptions take some away.
    public let count: Int

    let atoms: [CaseAtom]
    let places: [CasePath]
    private let choices: [[CaseChoice]]
    private let shape: CaseShape
    private let sample: [[Int]]?
    private let assumptions: [(program: Program, root: Int32)]

    /// Splits the requests of an environment so that policies, and boolean expressions besides them, can't tell more.
    ///
    /// - Parameters:
    ///   - schema: What the policies were validated against.
    ///   - environment: One of the schema's.
    ///   - policies: The policies to tell requests apart for.
    ///   - expressions: Expressions that must be decided by the cases, too.
    ///   - assumptions: What holds of every request that can come; cases in which one is false are left out.
    ///   - limits: Bounds on the work.
    public init(
        _ schema: Schema, _ environment: RequestEnvironment, policies: [PolicySet], expressions: [Expression] = [],
        assuming assumptions: [Expression] = [], limits: Limits = Limits()
    ) {
        self.environment = environment
        let typing = CaseTyping(schema, environment)
        var collector = AtomCollector(typing)
        for set in policies { collector.collect(set) }
        for expression in expressions + assumptions { collector.collect(expression) }
        var reasons = collector.limitations
        if !typing.hasOneContext { reasons.append("the actions bring different contexts") }
        let atoms = collector.atoms
        var places: [CasePath] = []
        for path in atoms.flatMap({ $0.paths + $0.required }) where !places.contains(path) { places.append(path) }
        let shape = CaseShape(typing, places: places)
        var choices: [[CaseChoice]] = []
        for path in places {
            let listed = CaseRepresentatives(of: path, atoms.filter { $0.paths.contains(path) }, typing)
            if !listed.isComplete { reasons.append("`\(path.expression)` has too many values that matter") }
            choices.append(listed.choices)
        }
        reasons += Self.sharedEntities(places, choices)
        for position in places.indices {
            choices[position] = Self.distinct(position, places, choices, atoms, shape)
        }
        var count = 1
        for list in choices {
            let (product, overflow) = count.multipliedReportingOverflow(by: list.count)
            count = overflow ? .max : product
        }
        if count > limits.maximumCases {
            reasons.append("there are \(count == .max ? "too many" : "\(count)") combinations of values")
            let sample = Self.sample(choices, limits.sampledCases)
            self.sample = sample
            self.count = sample.count
        } else {
            sample = nil
            self.count = count
        }
        coverage = reasons.isEmpty ? .exhaustive : .sampled(reasons)
        self.atoms = atoms
        self.places = places
        self.choices = choices
        self.shape = shape
        self.assumptions = assumptions.map { Program.alone($0) }
    }

    /// Two places that may hold the same named entity would describe it twice.
    private static func sharedEntities(_ places: [CasePath], _ choices: [[CaseChoice]]) -> [String] {
        var holders: [EntityUID: CasePath] = [:]
        var reasons: [String] = []
        for (path, list) in zip(places, choices) {
            for uid in Set(list.compactMap { $0.value?.entity }) {
                if let other = holders[uid] {
                    reasons.append("`\(other.expression)` and `\(path.expression)` may both be `\(uid)`")
                } else {
                    holders[uid] = path
                }
            }
        }
        return reasons
    }

    /// The values of a place that some atom tells apart; all of them where an atom compares it with another place.
    private static func distinct(
        _ position: Int, _ places: [CasePath], _ choices: [[CaseChoice]], _ atoms: [CaseAtom], _ shape: CaseShape
    ) -> [CaseChoice] {
        let concerned = atoms.filter { $0.paths.contains(places[position]) }
        guard concerned.allSatisfy(\.isSimple) else { return choices[position] }
        let isNeeded = atoms.contains { $0.required.contains(places[position]) }
        var outcomes: Set<[Bool]> = []
        return choices[position].filter { choice in
            let (request, entities) = shape.request { $0 == position ? choice : choices[$0][0] }
            return outcomes.insert(
                concerned.map { $0.holds(request, entities) } + (isNeeded ? [choice.value == nil] : [])
            ).inserted
        }
    }

    /// The ordinary case, all that differ from it in one or two places, and others by chance that is the same every time.
    private static func sample(_ choices: [[CaseChoice]], _ most: Int) -> [[Int]] {
        let ordinary = choices.map { _ in 0 }
        var cases = [ordinary]
        func add(_ changes: [(place: Int, choice: Int)]) {
            guard cases.count < most else { return }
            var next = ordinary
            for change in changes { next[change.place] = change.choice }
            cases.append(next)
        }
        for place in choices.indices { for choice in 1..<max(1, choices[place].count) { add([(place, choice)]) } }
        pairs: for first in choices.indices {
            for second in choices.indices where second > first {
                for one in 1..<max(1, choices[first].count) {
                    for other in 1..<max(1, choices[second].count) {
                        // Half of the sample is left to chance.
                        guard cases.count < most / 2 else { break pairs }
                        add([(first, one), (second, other)])
                    }
                }
            }
        }
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        while cases.count < most {
            cases.append(
                choices.map { list in
                    state ^= state << 13
                    state ^= state >> 7
                    state ^= state << 17
                    return Int(state % UInt64(list.count))
                })
        }
        return cases
    }

    // MARK: - Cases

    /// Which choices a case is made of.
    private func positions(_ ordinal: Int) -> [Int] {
        if let sample { return sample[ordinal] }
        var rest = ordinal
        return choices.map { list in
            defer { rest /= list.count }
            return rest % list.count
        }
    }

    /// A case; `nil` where an assumption rules it out. `ordinal` is less than `count`.
    public func requestCase(_ ordinal: Int) -> RequestCase? {
        let positions = positions(ordinal)
        let (request, entities) = shape.request { choices[$0][positions[$0]] }
        for (program, root) in assumptions {
            let evaluator = Evaluator(program: program, request: request, entities: entities)
            if let holds = try? evaluator.bool(root), !holds { return nil }
        }
        return RequestCase(
            request: request, entities: entities,
            values: zip(places, positions.indices).map { place, index in
                let choice = choices[index][positions[index]]
                return RequestCase.Placed(path: place, choice: choice)
            })
    }
}

/// A request that stands for all those that policies can't tell from it.
public struct RequestCase: Sendable {
    struct Placed: Sendable {
        let path: CasePath
        let choice: CaseChoice
    }

    /// The request, for the environment's first action.
    public let request: Request
    /// What is known of its entities.
    public let entities: Entities
    let values: [Placed]

    /// What was chosen, in words: places as policies write them, with their values; `nil` for what is absent. What an
    /// entity is in follows it as `principal in`.
    public var description: [(place: String, value: String?)] {
        values.sorted { $0.path.order < $1.path.order }.flatMap { placed -> [(place: String, value: String?)] in
            let place = placed.path.expression.description
            let above = placed.choice.ancestors.map(\.description).joined(separator: ", ")
            return [(place, placed.choice.value?.description)] + (above.isEmpty ? [] : [("\(place) in", "[\(above)]")])
        }
    }
}

extension CasePath {
    /// Principal first, context last.
    fileprivate var order: String {
        let rank = Expression.Variable.allCases.firstIndex(of: variable) ?? 0
        return "\(rank)\(names.joined(separator: "."))"
    }
}
