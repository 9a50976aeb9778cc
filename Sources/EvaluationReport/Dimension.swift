internal import Evaluation
public import Statistics

/// What candidates are weighed by.
public enum Dimension: String, Sendable, Hashable, CaseIterable {
    /// The mean score.
    case score
    /// US dollars for a thousand cases.
    case usd
    /// The 95th percentile of the time to an answer's end, in milliseconds.
    case latency

    /// Which way is better.
    public var preference: Preference { self == .score ? .high : .low }

    /// What it is called in tables.
    public var title: String {
        switch self {
        case .score: "score"
        case .usd: "USD per 1,000 cases"
        case .latency: "p95 in ms"
        }
    }

    /// A candidate's value; `nil`: not known.
    public func value(of candidate: CandidateFigures) -> Double? {
        switch self {
        case .score: candidate.score?.estimate
        case .usd: candidate.summary.usdPerThousand
        case .latency: candidate.p95
        }
    }

    /// Those that are known of all candidates that have a score; the score always.
    static func known(of candidates: [CandidateFigures]) -> [Dimension] {
        let scored = candidates.filter { $0.score != nil }
        return allCases.filter { dimension in
            dimension == .score || (!scored.isEmpty && scored.allSatisfy { dimension.value(of: $0) != nil })
        }
    }
}
