internal import RealModule

/// The population stability index: how far two histograms of the same classes are apart.
public enum PopulationStability {
    /// Σ (a − e) ln(a / e) over the classes' shares: the symmetric Kullback–Leibler divergence. By custom, below 0.1 is no
    /// change worth naming and above 0.25 a great one; but two samples of n from one distribution of k classes have about
    /// 2 (k − 1) / n. `nil` unless both have the same number of classes, at least one, and no count is negative.
    /// - Parameter smoothing: what is added to every count, so that an empty class has a share; positive.
    public static func index(reference: [Int], current: [Int], smoothing: Double = 0.5) -> Double? {
        guard reference.count == current.count, !reference.isEmpty, smoothing > 0, smoothing.isFinite,
            reference.allSatisfy({ $0 >= 0 }), current.allSatisfy({ $0 >= 0 })
        else { return nil }
        let expected = shares(reference, smoothing)
        let actual = shares(current, smoothing)
        return zip(actual, expected).reduce(0) { $0 + ($1.0 - $1.1) * Double.log($1.0 / $1.1) }
    }

    private static func shares(_ counts: [Int], _ smoothing: Double) -> [Double] {
        let total = counts.reduce(0) { $0 + Double($1) + smoothing }
        return counts.map { (Double($0) + smoothing) / total }
    }
}
