/// The two-sample test of Kolmogorov and Smirnov: whether two samples come from one distribution.
public enum KolmogorovSmirnovTest {
    /// Up to this product of the samples' sizes the p-value is exact.
    public static let exactLimit = 1_000_000

    /// The two-sided test; the statistic is the greatest distance D between the two empirical distributions. The p-value
    /// counts the lattice paths that reach D (J. Hodges, "The significance probability of the Smirnov two-sample test",
    /// 1958), or beyond ``exactLimit`` is the limit's, K(√(m n / (m + n)) D). Equal values in both samples make it
    /// conservative. Values that are NaN are left out; `nil` if a sample is empty then.
    public static func test(_ first: [Double], _ second: [Double]) -> TestResult? {
        let (x, y) = (first.filter { !$0.isNaN }.sorted(), second.filter { !$0.isNaN }.sorted())
        guard !x.isEmpty, !y.isEmpty else { return nil }
        let distance = greatestDistance(x, y)
        let (m, n) = (Double(x.count), Double(y.count))
        let statistic = Double(distance) / (m * n)
        let (product, overflow) = x.count.multipliedReportingOverflow(by: y.count)
        if !overflow, product <= exactLimit {
            return TestResult(statistic: statistic, pValue: exact(x.count, y.count, distance))
        }
        let scale = (m / (m + n) * n).squareRoot()
        return TestResult(statistic: statistic, pValue: KolmogorovDistribution.upperTail(scale * statistic))
    }

    /// m n D, a whole number.
    private static func greatestDistance(_ x: [Double], _ y: [Double]) -> Int {
        var (i, j, greatest) = (0, 0, 0)
        while i < x.count, j < y.count {
            let value = min(x[i], y[j])
            while i < x.count, x[i] == value { i += 1 }
            while j < y.count, y[j] == value { j += 1 }
            greatest = max(greatest, abs(i &* y.count &- j &* x.count))
        }
        return greatest
    }

    /// The probability that a random path of m steps right and n up is ever so far from the diagonal: that of having been
    /// there by (i, j) follows from those of the two points before, so that nothing is subtracted.
    private static func exact(_ m: Int, _ n: Int, _ distance: Int) -> Double {
        guard distance > 0 else { return 1 }
        var row = [Double](repeating: 0, count: n + 1)
        for i in 0...m {
            for j in 0...n {
                if abs(i * n - j * m) >= distance {
                    row[j] = 1
                } else if i + j > 0 {
                    let before = j > 0 ? row[j - 1] : 0
                    row[j] = (Double(i) * row[j] + Double(j) * before) / Double(i + j)
                }
            }
        }
        return min(row[n], 1)
    }
}
