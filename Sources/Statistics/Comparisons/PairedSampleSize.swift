/// How many cases a paired comparison needs.
public enum PairedSampleSize {
    /// The number of pairs that shows a mean difference with the given power in a two-sided test at `alpha`, by the normal
    /// approximation: ((z(1−α/2) + z(power)) σ / δ)². `nil` if the difference is 0 or anything is out of range; not more
    /// than `Int.max`.
    public static func pairs(
        difference: Double, standardDeviation: Double, alpha: Double = 0.05, power: Double = 0.8
    ) -> Int? {
        guard isLevel(alpha), isLevel(power), difference.isFinite, difference != 0, standardDeviation >= 0,
            standardDeviation.isFinite
        else { return nil }
        let z = NormalDistribution.quantile(power) - NormalDistribution.quantile(alpha / 2)
        let root = max(z, 0) * standardDeviation / abs(difference)
        let count = (root * root).rounded(.up)
        return count < 0x1p62 ? max(Int(count), 1) : Int.max
    }

    /// How many more pairs would settle the comparison that these differences began, if their mean and spread are the true
    /// ones: 0 if there are enough already. `nil` for fewer than two differences, or a mean of 0, which nothing settles.
    /// The estimate is a rough one while the mean is uncertain: half the true mean asks for four times the pairs.
    public static func further(_ differences: SampleMoments, alpha: Double = 0.05, power: Double = 0.8) -> Int? {
        guard let deviation = differences.standardDeviation,
            let pairs = pairs(
                difference: differences.mean, standardDeviation: deviation, alpha: alpha, power: power)
        else { return nil }
        return max(pairs - max(differences.count, 0), 0)
    }
}
