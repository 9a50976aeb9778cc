internal import RealModule

/// The mixture sequential probability ratio test (mSPRT) for a mean, or the difference of two, of values without bounds.
///
/// H. Robbins (1970); R. Johari, P. Koomen, L. Pekelis and D. Walsh, "Always valid inference: continuous monitoring of A/B
/// tests", Oper. Res. 70 (2022): the likelihood ratio of the estimate against the hypothesis, averaged over effects of
/// N(0, τ²). Exact at all times for normal values of known variance; with the sample's own variance, as here, it holds in the
/// limit (I. Waudby-Smith et al., "Time-uniform central limit theory and asymptotic confidence sequences", Ann. Statist.
/// 52 (2024)), so that there is no verdict before `burnIn` values in each group. Heavy tails need more, or a guard on a
/// threshold, which is exact: ``SampleQuantile/threshold(of:exceedance:)`` with ``ArmComparison``.
public struct MixtureRatio: Hashable, Sendable, Codable {
    /// The standard deviation τ of the effects that are mixed, in the values' unit: the size that should be found
    /// quickest. Every other is found too, later.
    public let effect: Double
    /// The values that each group must have before there is a verdict; at least 2.
    public let burnIn: Int

    /// `nil` unless the effect is positive and finite.
    public init?(effect: Double, burnIn: Int = 100) {
        guard effect > 0, effect.isFinite, (effect * effect).isFinite, effect * effect > 0 else { return nil }
        self.effect = effect
        self.burnIn = max(burnIn, 2)
    }

    /// The logarithm of the ratio for an estimate with this variance, two-sided: whoever acts when it first reaches
    /// log(1/α) is wrong with a probability of at most α. 0 if the variance is not positive or anything is not finite.
    public func logRatio(estimate: Double, variance: Double, hypothesis: Double = 0) -> Double {
        let distance = estimate - hypothesis
        let mixed = effect * effect
        guard variance > 0, variance.isFinite, distance.isFinite else { return 0 }
        // One at a time: the square alone may be beyond every number.
        let score = (distance / variance) * (distance / (variance + mixed)) * mixed / 2
        let ratio = score - 0.5 * Double.log(onePlus: mixed / variance)
        return ratio.isFinite ? ratio : 0
    }

    /// The logarithm of the ratio for the treatment's mean against the control's; 0 before the burn-in.
    public func logRatio(treatment: SampleMoments, control: SampleMoments, hypothesis: Double = 0) -> Double {
        guard let variance = variance(treatment, control) else { return 0 }
        return logRatio(estimate: treatment.mean - control.mean, variance: variance, hypothesis: hypothesis)
    }

    /// The interval of one mean that holds at all times at once; without bounds before the burn-in, `nil` if the
    /// confidence is not between 0 and 1.
    public func interval(_ sample: SampleMoments, confidence: Double = 0.95) -> ConfidenceInterval? {
        interval(sample.mean, sample.count >= burnIn ? sample.varianceOfMean : nil, confidence)
    }

    /// The interval of the treatment's mean less the control's that holds at all times at once; without bounds before the
    /// burn-in, `nil` if the confidence is not between 0 and 1.
    public func difference(
        treatment: SampleMoments, control: SampleMoments, confidence: Double = 0.95
    ) -> ConfidenceInterval? {
        interval(treatment.mean - control.mean, variance(treatment, control), confidence)
    }

    private func variance(_ treatment: SampleMoments, _ control: SampleMoments) -> Double? {
        guard treatment.count >= burnIn, control.count >= burnIn, let first = treatment.varianceOfMean,
            let second = control.varianceOfMean
        else { return nil }
        return first + second
    }

    private func interval(_ estimate: Double, _ variance: Double?, _ confidence: Double) -> ConfidenceInterval? {
        guard isLevel(confidence) else { return nil }
        var half = Double.infinity
        if let variance, variance > 0, variance.isFinite {
            let mixed = effect * effect
            let bound = -Double.log(1 - confidence) + 0.5 * Double.log(onePlus: mixed / variance)
            half = (2 * variance * ((variance + mixed) / mixed) * bound).squareRoot()
        }
        return ConfidenceInterval(estimate: estimate, lower: estimate - half, upper: estimate + half)
    }
}
