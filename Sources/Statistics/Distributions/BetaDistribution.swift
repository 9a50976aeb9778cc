internal import RealModule

/// The beta distribution; its cumulative function is the regularised incomplete beta function Iₓ(α, β).
public struct BetaDistribution: Hashable, Sendable {
    /// No shape is larger: beyond, the continued fraction takes seconds.
    public static let greatestShape = 1e10

    /// The first shape, positive.
    public let alpha: Double
    /// The second shape, positive.
    public let beta: Double

    /// `nil` unless both shapes are positive and at most ``greatestShape``.
    public init?(_ alpha: Double, _ beta: Double) {
        guard alpha > 0, beta > 0, alpha <= Self.greatestShape, beta <= Self.greatestShape else { return nil }
        self.alpha = alpha
        self.beta = beta
    }

    /// Iₓ(α, β): 0 below 0, 1 above 1, NaN for NaN; relative error about 1e-13 (1e-11 at shapes of 1e6).
    public func cumulative(_ x: Double) -> Double { tails(x, 1 - x).lower }

    /// 1 − Iₓ(α, β) without cancellation.
    public func upperTail(_ x: Double) -> Double { tails(x, 1 - x).upper }

    /// The least x with Iₓ(α, β) ≥ p, by bisection to the last bit; NaN outside 0...1.
    public func quantile(_ probability: Double) -> Double {
        guard probability >= 0, probability <= 1 else { return .nan }
        if probability == 0 { return 0 }
        if probability == 1 { return 1 }
        return probability <= 0.5
            ? Bisection.least(in: 0...1) { cumulative($0) >= probability }
            : Bisection.least(in: 0...1) { upperTail($0) <= 1 - probability }
    }

    /// Both tails at x, given with its complement so that neither loses digits.
    func tails(_ x: Double, _ complement: Double) -> (lower: Double, upper: Double) {
        guard !x.isNaN, !complement.isNaN else { return (.nan, .nan) }
        guard x > 0 else { return (0, 1) }
        guard complement > 0 else { return (1, 0) }
        // x^α (1−x)^β / B(α, β)
        let lead =
            SaddlePoint.binomialTerm(alpha, beta, x, complement) * (alpha * (beta / (alpha + beta)))
        if x < (alpha + 1) / (alpha + beta + 2) {
            let lower = min(lead * Self.fraction(alpha, beta, x) / alpha, 1)
            return (lower, 1 - lower)
        }
        let upper = min(lead * Self.fraction(beta, alpha, complement) / beta, 1)
        return (1 - upper, upper)
    }

    /// The continued fraction of DLMF 8.17.22, by Lentz's method; takes about √max(a, b) steps.
    private static func fraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
        let tiny = 1e-300
        func nonZero(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
        var c = 1.0
        var d = 1 / nonZero(1 - (a + b) * x / (a + 1))
        var value = d
        for step in 1...2_000_000 {
            let m = Double(step)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 / nonZero(1 + even * d)
            c = nonZero(1 + even / c)
            value *= d * c
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 / nonZero(1 + odd * d)
            c = nonZero(1 + odd / c)
            value *= d * c
            if abs(d * c - 1) < 1e-16 { break }
        }
        return value
    }
}
