/// Intervals for a probability from a count of successes.
public enum ProportionInterval {
    /// Wilson's score interval (1927): its mean coverage is the stated one, for few trials and rare successes too. `nil`
    /// without trials, if the successes are not 0...trials, or if the confidence is not between 0 and 1.
    public static func wilson(successes: Int, trials: Int, confidence: Double = 0.95) -> ConfidenceInterval? {
        guard trials > 0, (0...trials).contains(successes), isLevel(confidence) else { return nil }
        let n = Double(trials)
        let share = Double(successes) / n
        let z = -NormalDistribution.quantile((1 - confidence) / 2)
        let square = z * z
        let centre = (share + square / (2 * n)) / (1 + square / n)
        let half = z * (share * (1 - share) / n + square / (4 * n * n)).squareRoot() / (1 + square / n)
        // At the ends rounding alone would keep the bounds from 0 and 1.
        return ConfidenceInterval(
            estimate: share, lower: successes == 0 ? 0 : max(centre - half, 0),
            upper: successes == trials ? 1 : min(centre + half, 1))
    }

    /// The exact interval of Clopper and Pearson (1934): covers at least as often as stated, and so is wider. `nil` as
    /// for ``wilson(successes:trials:confidence:)``, and beyond 10¹⁰ trials.
    public static func clopperPearson(successes: Int, trials: Int, confidence: Double = 0.95) -> ConfidenceInterval? {
        guard trials > 0, (0...trials).contains(successes), isLevel(confidence) else { return nil }
        let (hits, misses) = (Double(successes), Double(trials - successes))
        let tail = (1 - confidence) / 2
        var interval = ConfidenceInterval(estimate: hits / Double(trials), lower: 0, upper: 1)
        if successes > 0 {
            guard let beta = BetaDistribution(hits, misses + 1) else { return nil }
            interval.lower = beta.quantile(tail)
        }
        if successes < trials {
            guard let beta = BetaDistribution(hits + 1, misses) else { return nil }
            interval.upper = beta.quantile(1 - tail)
        }
        return interval
    }
}
