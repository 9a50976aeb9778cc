/// The interval for a mean by Student's t: exact for normal values, good for many of any kind.
public enum MeanInterval {
    /// mean ± t(n − 1) s / √n; `nil` for fewer than two values, numbers beyond every range, or a confidence that is not
    /// between 0 and 1. Of equal values it has the width 0.
    public static func student(_ sample: SampleMoments, confidence: Double = 0.95) -> ConfidenceInterval? {
        guard isLevel(confidence), let variance = sample.varianceOfMean, variance.isFinite, sample.mean.isFinite,
            let student = StudentDistribution(degreesOfFreedom: Double(sample.count - 1))
        else { return nil }
        let half = -student.quantile((1 - confidence) / 2) * variance.squareRoot()
        return ConfidenceInterval(estimate: sample.mean, lower: sample.mean - half, upper: sample.mean + half)
    }
}
