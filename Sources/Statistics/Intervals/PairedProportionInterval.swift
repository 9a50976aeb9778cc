/// The interval for the difference of two proportions that were measured on the same cases.
public enum PairedProportionInterval {
    /// The adjusted Wald interval of D. Bonett and R. Price ("Adjusted Wald confidence interval for a difference of binomial
    /// proportions based on paired data", 2012): as if each of the two kinds of unlike pairs had been seen once more. Its
    /// coverage is near the stated one for few pairs, too, and it has a width where no pair differs. The estimate is the
    /// plain difference, first less second. `nil` without pairs, for counts that are negative or together more than the
    /// pairs, or a confidence that is not between 0 and 1.
    public static func bonettPrice(
        onlyFirst: Int, onlySecond: Int, pairs: Int, confidence: Double = 0.95
    ) -> ConfidenceInterval? {
        let (unlike, isOver) = onlyFirst.addingReportingOverflow(onlySecond)
        guard pairs > 0, onlyFirst >= 0, onlySecond >= 0, !isOver, unlike <= pairs, isLevel(confidence) else {
            return nil
        }
        let n = Double(pairs) + 2
        let (first, second) = ((Double(onlyFirst) + 1) / n, (Double(onlySecond) + 1) / n)
        let centre = first - second
        let z = -NormalDistribution.quantile((1 - confidence) / 2)
        let half = z * ((first + second - centre * centre) / n).squareRoot()
        return ConfidenceInterval(
            estimate: (Double(onlyFirst) - Double(onlySecond)) / Double(pairs), lower: max(centre - half, -1),
            upper: min(centre + half, 1))
    }
}
