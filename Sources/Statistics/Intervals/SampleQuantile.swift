/// Quantiles of a sample.
public enum SampleQuantile {
    /// The quantile with linear interpolation between order statistics (type 7 of Hyndman and Fan 1996, which NumPy and R
    /// take unasked); `nil` for an empty sample or a probability outside 0...1.
    /// - Parameter sorted: the values in ascending order, none NaN.
    public static func linear(ofSorted sorted: [Double], at probability: Double) -> Double? {
        guard !sorted.isEmpty, probability >= 0, probability <= 1 else { return nil }
        let position = Double(sorted.count - 1) * probability
        let below = min(Int(position), sorted.count - 1)
        let above = min(below + 1, sorted.count - 1)
        let share = position - Double(below)
        guard share > 0, sorted[below] != sorted[above] else { return sorted[below] }
        return sorted[below] + share * (sorted[above] - sorted[below])
    }

    /// The threshold that `exceedance` of the values are above, for guards that watch a share in place of a mean: "more
    /// than 5 % of the answers take longer than 95 % of the reference did" asks nothing of the distribution's tail. Values
    /// that are not finite are left out; `nil` if none is left.
    public static func threshold(of values: [Double], exceedance: Double) -> Double? {
        linear(ofSorted: values.filter(\.isFinite).sorted(), at: 1 - exceedance)
    }
}
