public import Cryptography

/// Everything that a run asks: each candidate every case, each vote once. Made piece by piece, so that a large run
/// holds no large list.
public struct RunPlan: Sendable {
    /// One case of one candidate, with its requests: one for each vote.
    public struct Step: Sendable {
        /// The candidate's number.
        public let candidate: Int
        /// The case's number in the suite.
        public let test: Int
        /// The requests.
        public let requests: [EvaluationRequest]
        /// What their answers are kept under, in the same order.
        public let digests: [Digest32]
    }

    /// The suite.
    public let suite: Suite
    /// The candidates, each name once.
    public let candidates: [Candidate]
    private let builder: RequestBuilder
    private let gateway: String
    private let aliases: [String: String]

    /// Plans a run. `gateway`: see `CaseDigest`. `aliases`: what stands behind a model's name, in the shell's words, so that
    /// answers of another model under the same name are not taken for its own.
    public init(
        _ suite: Suite, candidates: [Candidate], seed: UInt64, gateway: String = "", aliases: [String: String] = [:]
    ) {
        self.suite = suite
        self.candidates = candidates
        self.gateway = gateway
        self.aliases = aliases
        builder = RequestBuilder(suite, methods: candidates.map(\.method), seed: seed)
    }

    /// How many steps there are.
    public var stepCount: Int { candidates.count * suite.cases.count }

    /// How many requests there are, judges not counted.
    public var requestCount: Int { candidates.reduce(0) { $0 + max(1, $1.method.votes) } * suite.cases.count }

    /// How many requests a judge is asked in the whole run, at most.
    public var judgeRequestCount: Int {
        var perCandidate = 0
        for test in suite.cases {
            for scorer in suite.scorers + test.scorers {
                guard case .judge(let judge) = scorer.rule else { continue }
                if case .pairwise = judge.manner {
                    perCandidate += 2 * judge.votes
                } else {
                    perCandidate += judge.votes
                }
            }
        }
        return perCandidate * candidates.count
    }

    /// A step by its number: all candidates' first case, then all candidates' second, so that whoever stops early has
    /// compared like with like. `passages`: what retrieval found for the case; needed where the candidate's method has
    /// retrieval.
    public func step(_ number: Int, passages: [Passage] = []) throws(PromptTemplate.Failure) -> Step {
        let (test, candidate) = number.quotientAndRemainder(dividingBy: candidates.count)
        let requests = try requests(number, passages: passages)
        let id = suite.cases[test].id
        return Step(
            candidate: candidate, test: test, requests: requests,
            digests: requests.map { digest($0, caseID: id) })
    }

    /// A step's requests alone.
    public func requests(
        _ number: Int, passages: [Passage] = []
    ) throws(PromptTemplate.Failure) -> [EvaluationRequest] {
        precondition((0..<stepCount).contains(number), "step \(number) of \(stepCount)")
        let (test, candidate) = number.quotientAndRemainder(dividingBy: candidates.count)
        return try builder.requests(for: suite.cases[test], candidate: candidates[candidate], passages: passages)
    }

    /// What the answer to a request is kept under: one of a step's, or a judge's about a case.
    public func digest(_ request: EvaluationRequest, caseID: String) -> Digest32 {
        CaseDigest.of(request, suite: suite.name, caseID: caseID, gateway: gateway + (aliases[request.model] ?? ""))
    }

    /// What retrieval looks for, for a step's case.
    public func query(_ number: Int) throws(PromptTemplate.Failure) -> String {
        precondition((0..<stepCount).contains(number), "step \(number) of \(stepCount)")
        return try builder.query(for: suite.cases[number / candidates.count])
    }
}
