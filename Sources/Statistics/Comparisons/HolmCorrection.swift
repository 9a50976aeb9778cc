/// Several tests at once with one error rate for all of them.
public enum HolmCorrection {
    /// The adjusted p-values in the order given: whoever rejects those at most α wrongly rejects any true hypothesis with
    /// a probability of at most α, however the tests depend on each other (S. Holm, "A simple sequentially rejective
    /// multiple test procedure", 1979). A NaN counts among the tests and stays NaN, which rejects nothing.
    public static func adjusted(_ pValues: [Double]) -> [Double] {
        let order = pValues.indices.filter { !pValues[$0].isNaN }.sorted { pValues[$0] < pValues[$1] }
        var adjusted = pValues
        var greatest = 0.0
        for (rank, index) in order.enumerated() {
            greatest = max(greatest, min(Double(pValues.count - rank) * pValues[index], 1))
            adjusted[index] = greatest
        }
        return adjusted
    }
}
