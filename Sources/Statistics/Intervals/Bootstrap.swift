internal import RealModule

/// The bootstrap of a mean: how the mean would vary if the sample were drawn again. Of the differences of pairs it is the
/// paired bootstrap. Same values in any order, same seed: same answer.
///
/// B. Efron and R. Tibshirani, "An Introduction to the Bootstrap" (1993), chapters 13, 14 and 16.
public struct Bootstrap: Sendable {
    /// The mean of the sample itself.
    public let estimate: Double
    /// The means of the resamples, ascending.
    public let means: [Double]
    /// Σd³ / (6 (Σd²)^1.5) over the distances d from the mean: how skewed the sample is, as BCa needs it.
    let acceleration: Double
    /// Means no further apart than this are equal: sums of the same values in another order differ in the last bits.
    private let rounding: Double

    /// Draws the resamples: 10,000 of 50,000 values in well under a second, see `ResamplingPlan`. Values that are not
    /// finite are left out; `nil` if none is left or no resample is asked for.
    /// - Parameter resamples: at least 1; 10,000 give bounds to about a hundredth of the interval's width.
    public init?(of values: [Double], resamples: Int = 10_000, seed: UInt64) {
        let sorted = values.filter(\.isFinite).sorted()
        guard !sorted.isEmpty, resamples > 0 else { return nil }
        let plan = ResamplingPlan(sorted)
        var generator = SeededGenerator(seed: seed)
        self.init(sorted: sorted, means: (0..<resamples).map { _ in plan.drawMean(&generator) })
    }

    /// Of means that were drawn already.
    init(sorted: [Double], means: [Double]) {
        let mean = SampleMoments(sorted).mean
        var (squares, cubes) = (0.0, 0.0)
        for value in sorted {
            let distance = value - mean
            squares += distance * distance
            cubes += distance * distance * distance
        }
        estimate = mean
        acceleration = squares > 0 ? cubes / (6 * squares * squares.squareRoot()) : 0
        rounding = 1e-13 * max(abs(sorted.first ?? 0), abs(sorted.last ?? 0))
        self.means = means.sorted()
    }

    /// The quantiles of the resampled means; `nil` if the confidence is not between 0 and 1.
    public func percentile(confidence: Double = 0.95) -> ConfidenceInterval? {
        guard isLevel(confidence) else { return nil }
        return interval((1 - confidence) / 2, (1 + confidence) / 2)
    }

    /// The bias-corrected and accelerated interval (BCa), better where the values are skewed; the percentile interval where
    /// all resamples lie on one side of the mean, so that no bias can be told.
    public func biasCorrected(confidence: Double = 0.95) -> ConfidenceInterval? {
        guard isLevel(confidence) else { return nil }
        let bias = NormalDistribution.quantile(1 - share(above: estimate))
        guard bias.isFinite else { return percentile(confidence: confidence) }
        func level(_ probability: Double) -> Double {
            let z = bias + NormalDistribution.quantile(probability)
            let stretch = 1 - acceleration * z
            return stretch > 0 ? NormalDistribution.cumulative(bias + z / stretch) : (probability < 0.5 ? 0 : 1)
        }
        return interval(level((1 - confidence) / 2), level((1 + confidence) / 2))
    }

    /// The two-sided p-value of the hypothesis that the true mean is `hypothesis`: the share of resamples that are as far
    /// from the estimate as the hypothesis is, (1 + count) / (1 + resamples), so never 0. NaN for NaN.
    public func pValue(ofMean hypothesis: Double = 0) -> Double {
        let distance = abs(estimate - hypothesis)
        guard !distance.isNaN else { return .nan }
        let above = means.count - Self.firstIndex(in: means) { $0 >= estimate + distance - rounding }
        let below = Self.firstIndex(in: means) { $0 > estimate - distance + rounding }
        return Double(min(above + below, means.count) + 1) / Double(means.count + 1)
    }

    /// The share of resamples above `value`, those equal to it counted half: how sure it is that the true mean is above.
    public func share(above value: Double) -> Double {
        let below = Self.firstIndex(in: means) { $0 >= value - rounding }
        let upTo = Self.firstIndex(in: means) { $0 > value + rounding }
        return 1 - Double(below + upTo) / Double(2 * means.count)
    }

    private func interval(_ lower: Double, _ upper: Double) -> ConfidenceInterval? {
        guard let low = SampleQuantile.linear(ofSorted: means, at: lower),
            let high = SampleQuantile.linear(ofSorted: means, at: upper)
        else { return nil }
        return ConfidenceInterval(estimate: estimate, lower: low, upper: high)
    }

    private static func firstIndex(in sorted: [Double], where holds: (Double) -> Bool) -> Int {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = low + (high - low) / 2
            if holds(sorted[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
