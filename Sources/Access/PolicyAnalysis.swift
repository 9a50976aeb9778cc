internal import Cedar

/// How far an analysis of policies reaches.
public struct AnalysisCoverage: Sendable, Hashable {
    /// Cases that were decided.
    public internal(set) var cases = 0
    /// Why the cases don't stand for all requests; empty where they do.
    public internal(set) var reasons: [String] = []

    /// Whether what holds of the cases holds of all requests.
    public var isExhaustive: Bool { reasons.isEmpty }

    mutating func add(_ split: CaseSplit, cases: Int) {
        self.cases += cases
        if case .sampled(let more) = split.coverage { reasons += more.filter { !reasons.contains($0) } }
    }
}

/// Requests that policies can't tell apart, in words.
public struct AnalysedRequests: Sendable, Hashable {
    /// The types of who asks, such as `User`.
    public internal(set) var principals: [String]
    /// What holds of the principal, each in the words of policies.
    public let principal: [String]
    /// What holds of the resource.
    public let resource: [String]
    /// What holds of the data and the other circumstances.
    public let context: [String]
    /// One of them: everything that policies look at, with its value; `nil` where it is absent.
    public let example: [AccessExplanation.Value]

    init<Label>(_ found: CaseClass<Label>, _ environment: RequestEnvironment) {
        principals = [environment.principal]
        func texts(_ variables: [Expression.Variable?]) -> [String] {
            found.conditions.filter { variables.contains($0.firstVariable) }.map(\.description)
        }
        principal = texts([.principal])
        resource = texts([.resource])
        context = texts([.context, .action, nil])
        let request = found.witness.request
        example =
            [("principal", request.principal.description), ("resource", request.resource.description)]
            .map { AccessExplanation.Value(path: $0.0, text: $0.1) }
            + found.witness.description.filter { !["principal", "resource"].contains($0.place) }
            .map { AccessExplanation.Value(path: $0.place, text: $0.value) }
    }

    /// Whether they differ in nothing but the type of who asks.
    func isLike(_ other: AnalysedRequests) -> Bool {
        principal == other.principal && resource == other.resource && context == other.context
    }
}

extension Expression {
    /// The variable that stands first in it.
    fileprivate var firstVariable: Variable? {
        if case .variable(let variable) = kind { return variable }
        var found: Variable?
        forEachChild { found = found ?? $0.firstVariable }
        return found
    }
}

extension PolicySet {
    /// The values that conditions look at.
    var readPaths: [ReadPath] { policies.flatMap { $0.conditions.flatMap(\.body.readPaths) } }
}
