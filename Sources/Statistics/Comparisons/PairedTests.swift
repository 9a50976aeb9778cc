/// What a test of a hypothesis says.
public struct TestResult: Hashable, Sendable, Codable {
    /// The statistic that the p-value comes from; what it is says the test.
    public let statistic: Double
    /// How probable at least so great a statistic were if the hypothesis held, 0...1.
    public let pValue: Double

    /// Takes both; no check.
    public init(statistic: Double, pValue: Double) {
        self.statistic = statistic
        self.pValue = pValue
    }
}

/// McNemar's test: whether two candidates are right equally often on the same cases. Only the cases count that one alone
/// has right.
public enum McNemarTest {
    /// The exact, two-sided test: the lesser count among both is binomial with ½. The statistic is the lesser count. `nil`
    /// for negative counts or more than 10¹⁰; p = 1 where both counts are 0.
    public static func exact(onlyFirst: Int, onlySecond: Int) -> TestResult? {
        guard let both = total(onlyFirst, onlySecond),
            let binomial = BinomialDistribution(trials: both, probability: 0.5)
        else { return nil }
        let lesser = min(onlyFirst, onlySecond)
        return TestResult(statistic: Double(lesser), pValue: min(2 * binomial.cumulative(lesser), 1))
    }

    /// The chi-square test with one degree of freedom and the continuity correction, (|b − c| − 1)² / (b + c), for more
    /// than about 25 such cases (Edwards 1948). `nil` and p = 1 as for ``exact(onlyFirst:onlySecond:)``; p = 1 for equal
    /// counts too.
    public static func chiSquare(onlyFirst: Int, onlySecond: Int) -> TestResult? {
        guard let both = total(onlyFirst, onlySecond),
            let distribution = ChiSquareDistribution(degreesOfFreedom: 1)
        else { return nil }
        guard onlyFirst != onlySecond else { return TestResult(statistic: 0, pValue: 1) }
        let distance = Double(abs(onlyFirst - onlySecond)) - 1
        let statistic = distance * distance / Double(both)
        return TestResult(statistic: statistic, pValue: distribution.upperTail(statistic))
    }

    private static func total(_ first: Int, _ second: Int) -> Int? {
        let (sum, overflow) = first.addingReportingOverflow(second)
        return first >= 0 && second >= 0 && !overflow ? sum : nil
    }
}

/// Tests of the differences of pairs, of which nothing need be known but that the pairs are independent.
public enum PairedTests {
    /// The exact sign test, two-sided: whether as many differences are above 0 as below. The statistic is the number
    /// above. Zeros and NaNs are left out; p = 1 if nothing is left.
    public static func sign(_ differences: [Double]) -> TestResult {
        let above = differences.count { $0 > 0 }
        let below = differences.count { $0 < 0 }
        let pValue = McNemarTest.exact(onlyFirst: above, onlySecond: below)?.pValue ?? 1
        return TestResult(statistic: Double(above), pValue: pValue)
    }

    /// The paired t test, two-sided, of a mean difference of 0. Values that are not finite are left out; `nil` for fewer
    /// than two; equal differences are no evidence if 0, and else have p = 0 with an infinite statistic.
    public static func student(_ differences: [Double]) -> TestResult? {
        let sample = SampleMoments(differences)
        guard let variance = sample.varianceOfMean, variance.isFinite,
            let student = StudentDistribution(degreesOfFreedom: Double(sample.count - 1))
        else { return nil }
        if variance == 0 {
            guard sample.mean != 0 else { return TestResult(statistic: 0, pValue: 1) }
            return TestResult(statistic: sample.mean > 0 ? .infinity : -.infinity, pValue: 0)
        }
        let statistic = sample.mean / variance.squareRoot()
        return TestResult(statistic: statistic, pValue: min(2 * student.upperTail(abs(statistic)), 1))
    }

    /// So many differences other than 0 have their signs turned in all ways, which are a million.
    public static let mostSignFlips = 20

    /// The exact sign-flip test (Fisher's randomisation test for pairs), two-sided, of differences that are as likely turned around: in how
    /// many of all ways to give them signs their sum is as far from 0 as it is. The statistic is the mean difference. Holds for any number
    /// of pairs, however few; five pairs or fewer can show nothing at 5 %. `nil` for none, for values that are not finite, and for more
    /// than ``mostSignFlips`` other than 0.
    public static func signFlip(_ differences: [Double]) -> TestResult? {
        guard !differences.isEmpty, differences.allSatisfy(\.isFinite) else { return nil }
        let moved = differences.filter { $0 != 0 }
        guard moved.count <= mostSignFlips else { return nil }
        let sum = moved.reduce(0, +)
        let mean = sum / Double(differences.count)
        // Sums that differ by less than their rounding are the same.
        let least = abs(sum) - 1e-12 * moved.reduce(0) { $0 + abs($1) }
        let middle = moved.count / 2
        // All sums are those of one half and another, so that none has more than a few roundings.
        let (first, second) = (signedSums(moved[..<middle]), signedSums(moved[middle...]))
        var count = 0
        for one in first {
            for other in second where abs(one + other) >= least { count += 1 }
        }
        return TestResult(statistic: mean, pValue: Double(count) / Double(first.count * second.count))
    }

    /// The sums of some values with signs in all ways.
    private static func signedSums(_ values: ArraySlice<Double>) -> [Double] {
        values.reduce([0]) { sums, value in sums.map { $0 + value } + sums.map { $0 - value } }
    }

    /// The paired bootstrap test, two-sided, of a mean difference of 0; see ``Bootstrap/pValue(ofMean:)``. The statistic
    /// is the mean difference. `nil` as there.
    public static func bootstrap(_ differences: [Double], resamples: Int = 10_000, seed: UInt64) -> TestResult? {
        guard let bootstrap = Bootstrap(of: differences, resamples: resamples, seed: seed) else { return nil }
        return TestResult(statistic: bootstrap.estimate, pValue: bootstrap.pValue())
    }
}
