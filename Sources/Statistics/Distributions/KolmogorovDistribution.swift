internal import RealModule

/// The limit distribution of √n times Kolmogorov's greatest distance between a distribution and its sample.
public enum KolmogorovDistribution {
    /// K(x) = √(2π)/x Σ e^(−(2k−1)²π²/(8x²)): 0 up to 0, NaN for NaN.
    public static func cumulative(_ x: Double) -> Double { tails(x).lower }

    /// 1 − K(x) = 2 Σ (−1)^(k−1) e^(−2k²x²), without cancellation.
    public static func upperTail(_ x: Double) -> Double { tails(x).upper }

    /// The least x with K(x) ≥ p; ∞ at 1, NaN outside 0...1.
    public static func quantile(_ probability: Double) -> Double {
        guard probability >= 0, probability <= 1 else { return .nan }
        guard probability > 0, probability < 1 else { return probability == 0 ? 0 : .infinity }
        return probability <= 0.5
            ? Bisection.least(in: 0...20) { cumulative($0) >= probability }
            : Bisection.least(in: 0...20) { upperTail($0) <= 1 - probability }
    }

    private static func tails(_ x: Double) -> (lower: Double, upper: Double) {
        guard !x.isNaN else { return (.nan, .nan) }
        guard x > 0 else { return (0, 1) }
        // Each series is used where five terms are more than enough.
        if x < 1 {
            let unit = Double.pi * Double.pi / (8 * x * x)
            let sum = [1.0, 3, 5, 7, 9].reduce(0) { $0 + Double.exp(-$1 * $1 * unit) }
            let lower = sum > 0 ? (2 * Double.pi).squareRoot() / x * sum : 0
            return (lower, 1 - lower)
        }
        let terms = [1.0, 2, 3, 4, 5].map { Double.exp(-2 * $0 * $0 * x * x) }
        let upper = 2 * (terms[0] - terms[1] + terms[2] - terms[3] + terms[4])
        return (1 - upper, upper)
    }
}
