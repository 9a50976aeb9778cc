public import Statistics

/// A candidate against the baseline, on the cases that both have.
public struct PairedComparison: Sendable, Hashable {
    /// Which test the p-value is of.
    public enum Test: String, Sendable, Hashable {
        /// McNemar's exact test: all are 0 or 1.
        case mcnemar
        /// The exact sign-flip test: few pairs differ.
        case signFlip = "sign_flip"
        /// The paired bootstrap of the mean difference.
        case bootstrap

        /// What people call it.
        var words: String {
            switch self {
            case .mcnemar: "McNemar's exact test"
            case .signFlip: "the exact sign-flip test"
            case .bootstrap: "the paired bootstrap"
            }
        }
    }

    /// What can be said at a level of error.
    public enum Verdict: String, Sendable, Hashable {
        /// Better than the baseline.
        case better
        /// Worse than the baseline.
        case worse
        /// Neither is shown.
        case undecided
    }

    /// Cases that both have.
    public let cases: Int
    /// The mean difference, candidate less baseline, with its interval.
    public let difference: ConfidenceInterval
    /// Cases in which the candidate is better.
    public let wins: Int
    /// Cases in which the baseline is better.
    public let losses: Int
    /// Which test.
    public let test: Test
    /// The two-sided p-value.
    public let pValue: Double
    /// The p-value after Holm's correction for all candidates that were compared.
    public internal(set) var adjustedPValue: Double

    /// What can be said, wrongly about any candidate with a probability of at most `alpha`.
    public func verdict(alpha: Double = 0.05) -> Verdict {
        guard adjustedPValue <= alpha, difference.estimate != 0 else { return .undecided }
        return difference.estimate > 0 ? .better : .worse
    }

    /// Of pairs of scores, candidate's first; `nil` without pairs.
    init?(_ pairs: [(Double, Double)], isBinary: Bool, _ options: RunAnalysis.Options) {
        guard !pairs.isEmpty else { return nil }
        cases = pairs.count
        wins = pairs.count { $0.0 > $0.1 }
        losses = pairs.count { $0.0 < $0.1 }
        if isBinary {
            guard let result = McNemarTest.exact(onlyFirst: wins, onlySecond: losses),
                let interval = PairedProportionInterval.bonettPrice(
                    onlyFirst: wins, onlySecond: losses, pairs: cases, confidence: options.confidence)
            else { return nil }
            (test, pValue, difference) = (.mcnemar, result.pValue, interval)
        } else {
            let differences = pairs.map { $0.0 - $0.1 }
            guard
                let bootstrap = Bootstrap(
                    of: differences, resamples: options.resamples(of: pairs.count), seed: options.seed),
                let interval = bootstrap.biasCorrected(confidence: options.confidence)
            else { return nil }
            difference = interval
            // A bootstrap of few values knows too little of how they vary.
            if let exact = PairedTests.signFlip(differences) {
                (test, pValue) = (.signFlip, exact.pValue)
            } else {
                (test, pValue) = (.bootstrap, bootstrap.pValue())
            }
        }
        adjustedPValue = pValue
    }
}
