internal import RealModule

/// An interval for a probability that holds at all times at once: it may be looked at after every trial, and all the
/// intervals of a stream cover the truth with the stated probability.
///
/// H. Robbins, "Statistical methods related to the law of the iterated logarithm" (1970): those p remain against which the
/// mixture of all alternatives under Jeffreys' Beta(½, ½) has a likelihood ratio below 1/α. It follows from the counts alone,
/// so that it needs no state and several counters may be added up.
public enum ProportionSequence {
    /// The interval after these counts; `nil` if the successes are not 0...trials or the confidence is not between 0 and 1.
    /// Without trials it is 0...1 about ½.
    public static func interval(successes: Int, trials: Int, confidence: Double = 0.95) -> ConfidenceInterval? {
        guard trials >= 0, successes >= 0, successes <= trials, isLevel(confidence) else { return nil }
        guard trials > 0 else { return ConfidenceInterval(estimate: 0.5, lower: 0, upper: 1) }
        let (hits, misses) = (Double(successes), Double(trials - successes))
        let share = hits / Double(trials)
        let mixture =
            Double.logGamma(hits + 0.5) + Double.logGamma(misses + 0.5) - Double.logGamma(hits + misses + 1)
            - Double.log(Double.pi)
        let threshold = mixture + Double.log(1 - confidence)
        func remains(_ p: Double) -> Bool {
            let forHits = hits > 0 ? hits * Double.log(p) : 0
            let forMisses = misses > 0 ? misses * Double.log(onePlus: -p) : 0
            return forHits + forMisses > threshold
        }
        let lower = hits > 0 ? Bisection.least(in: 0...share, where: remains) : 0
        let upper = misses > 0 ? Bisection.least(in: share...1) { !remains($0) } : 1
        return ConfidenceInterval(estimate: share, lower: lower, upper: upper)
    }

    /// The interval for the treatment's probability less the control's: each group's own at half the error rate. Covers at
    /// all times at once, for any sizes; wider than ``ArmComparison`` decides. `nil` as for each group.
    public static func difference(
        treatmentSuccesses: Int, of treatmentTrials: Int, controlSuccesses: Int, of controlTrials: Int,
        confidence: Double = 0.95
    ) -> ConfidenceInterval? {
        let each = (1 + confidence) / 2
        guard let first = interval(successes: treatmentSuccesses, trials: treatmentTrials, confidence: each),
            let second = interval(successes: controlSuccesses, trials: controlTrials, confidence: each)
        else { return nil }
        return ConfidenceInterval(
            estimate: first.estimate - second.estimate, lower: first.lower - second.upper,
            upper: first.upper - second.lower)
    }
}
