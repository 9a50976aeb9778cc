public import Evaluation
public import Statistics

/// What a run says of one candidate.
public struct CandidateFigures: Sendable {
    /// What an interval was made by.
    public enum IntervalMethod: String, Sendable, Hashable {
        /// Wilson's score interval: all scores are 0 or 1.
        case wilson
        /// The bootstrap with correction of bias and skewness (BCa).
        case bootstrap
    }

    /// Its name, `model/method`.
    public let name: String
    /// The gateway's alias of the model.
    public let model: String
    /// The method's name.
    public let method: String
    /// Sums and means over the cases that it has a result for.
    public let summary: RunSummary
    /// Cases without a result.
    public let missing: Int
    /// After how many cases a race dropped it.
    public let droppedAfter: Int?
    /// The mean score with its interval; `nil` where no score could be told.
    public let score: ConfidenceInterval?
    /// How the score's interval was made.
    public let intervalMethod: IntervalMethod
    /// The part of the cases that pass, with Wilson's interval; `nil` without cases.
    public let passRate: ConfidenceInterval?
    /// Against the baseline, by score; `nil` for the baseline itself and where no case has both scores.
    public internal(set) var scoreComparison: PairedComparison?
    /// Against the baseline, by cases that pass; `nil` for the baseline itself and where no case has both results.
    public internal(set) var passComparison: PairedComparison?
    /// Whether no other is at least as good in score, cost and latency, and better in one.
    public internal(set) var isPareto = false

    /// Of a contestant; `isBinary`: whether all scores of the run are 0 or 1.
    init(_ contestant: RunRecord.Contestant, cases: Int, isBinary: Bool, _ options: RunAnalysis.Options) {
        name = contestant.name
        model = contestant.model
        method = contestant.method
        droppedAfter = contestant.droppedAfter
        let results = contestant.results.prefix(cases).compactMap { $0 }
        missing = cases - results.count
        summary = RunSummary(results)
        let scores = results.compactMap(\.score)
        intervalMethod = isBinary ? .wilson : .bootstrap
        score =
            isBinary
            ? Self.wilson(scores, options)
            : Bootstrap(of: scores, resamples: options.resamples(of: scores.count), seed: options.seed)?
                .biasCorrected(confidence: options.confidence)
        passRate = ProportionInterval.wilson(
            successes: results.count(where: \.passes), trials: results.count, confidence: options.confidence)
    }

    private static func wilson(_ scores: [Double], _ options: RunAnalysis.Options) -> ConfidenceInterval? {
        ProportionInterval.wilson(
            successes: scores.count { $0 == 1 }, trials: scores.count, confidence: options.confidence)
    }

    /// The time below which 95 of 100 answers came, in milliseconds.
    public var p95: Double? { summary.latency(quantile: 0.95) }
}
