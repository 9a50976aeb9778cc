public import Inference

/// How one candidate did in one case.
public struct CaseResult: Sendable {
    /// What a scorer said.
    public struct ScorerResult: Sendable, Hashable {
        /// The scorer's name.
        public let name: String
        /// Its score.
        public let score: Score
        /// Whether that passes.
        public let passes: Bool

        /// Puts a result together.
        public init(name: String, score: Score, passes: Bool) {
            self.name = name
            self.score = score
            self.passes = passes
        }
    }

    /// The case's name.
    public let caseID: String
    /// The case's tags.
    public let tags: [String]
    /// The weighted mean of its scorers' scores, from 0 to 1; 0 for an error, `nil` where nothing could be told.
    public let score: Double?
    /// Whether every scorer passes that has a weight.
    public let passes: Bool
    /// What the scorers said.
    public let scorers: [ScorerResult]
    /// Whether there is no answer: an error of the gateway or the provider.
    public let isError: Bool
    /// Whether the answer refuses.
    public let isRefusal: Bool
    /// Whether the detectors found anything in the answer.
    public let isLeak: Bool
    /// Whether the detectors looked at the answer at all.
    public let isInspected: Bool
    /// From the first byte of the request to the last of the answer, in milliseconds; of several votes the slowest.
    public let latencyMilliseconds: Double?
    /// What all votes and judges cost.
    public let cost: Money?
    /// What all votes used.
    public let usage: TokenUsage?

    /// Of an answer and what its scorers said, in the order of `scorers`. `cost`, `usage` and `latencyMilliseconds` are
    /// the sums and the maximum over all votes; `nil`: the answer's own.
    public init(
        _ test: EvaluationCase, answer: Answer, scorers: [Scorer], scores: [Score], cost: Money? = nil,
        usage: TokenUsage? = nil, latencyMilliseconds: Double? = nil
    ) {
        caseID = test.id
        tags = test.tags
        var results: [ScorerResult] = []
        var (sum, weights) = (0.0, 0.0)
        var passes = true
        for (scorer, score) in zip(scorers, scores) {
            let isPassed = scorer.passes(score)
            results.append(ScorerResult(name: scorer.name, score: score, passes: isPassed))
            guard scorer.weight > 0 else { continue }
            passes = passes && isPassed
            guard let value = score.value else { continue }
            sum += scorer.weight * value
            weights += scorer.weight
        }
        self.scorers = results
        self.passes = passes
        score = weights > 0 ? sum / weights : nil
        isError = false
        isRefusal = Refusal.isRefusal(answer)
        isLeak = answer.findings?.contains { $0.value > 0 } == true
        isInspected = answer.findings != nil
        self.latencyMilliseconds = latencyMilliseconds ?? answer.latencyMilliseconds
        self.cost = cost ?? answer.cost
        self.usage = usage ?? answer.usage
    }

    /// Of what was kept of it.
    init(
        caseID: String, tags: [String], score: Double?, passes: Bool, scorers: [ScorerResult], isError: Bool,
        isRefusal: Bool, isLeak: Bool, isInspected: Bool, latencyMilliseconds: Double?, cost: Money?, usage: TokenUsage?
    ) {
        self.caseID = caseID
        self.tags = tags
        self.score = score
        self.passes = passes
        self.scorers = scorers
        self.isError = isError
        self.isRefusal = isRefusal
        self.isLeak = isLeak
        self.isInspected = isInspected
        self.latencyMilliseconds = latencyMilliseconds
        self.cost = cost
        self.usage = usage
    }

    /// Of a case without an answer: it scores 0, since a model that does not answer is no better than one that answers
    /// wrongly.
    public init(failed test: EvaluationCase, cost: Money? = nil) {
        caseID = test.id
        tags = test.tags
        score = 0
        passes = false
        scorers = []
        isError = true
        isRefusal = false
        isLeak = false
        isInspected = false
        latencyMilliseconds = nil
        self.cost = cost
        usage = nil
    }
}
