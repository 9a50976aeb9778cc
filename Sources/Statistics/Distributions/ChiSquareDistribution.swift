/// The chi-square distribution.
public struct ChiSquareDistribution: Hashable, Sendable {
    /// The degrees of freedom, positive, to 10¹⁰.
    public let degreesOfFreedom: Double

    /// `nil` unless the degrees are positive and at most 10¹⁰.
    public init?(degreesOfFreedom: Double) {
        guard degreesOfFreedom > 0, degreesOfFreedom <= 1e10 else { return nil }
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// P(X ≤ x): the regularised incomplete gamma function P(k/2, x/2); NaN for NaN.
    public func cumulative(_ x: Double) -> Double { tails(x / 2).lower }

    /// P(X ≥ x) without cancellation.
    public func upperTail(_ x: Double) -> Double { tails(x / 2).upper }

    /// The least x with P(X ≤ x) ≥ p, to the last bit; ∞ at 1, NaN outside 0...1.
    public func quantile(_ probability: Double) -> Double {
        guard probability >= 0, probability <= 1 else { return .nan }
        guard probability > 0, probability < 1 else { return probability == 0 ? 0 : .infinity }
        let range = 0...(10 * degreesOfFreedom + 4000)
        return probability <= 0.5
            ? Bisection.least(in: range) { cumulative($0) >= probability }
            : Bisection.least(in: range) { upperTail($0) <= 1 - probability }
    }

    /// P(a, x) and Q(a, x) with a = k/2: the series of DLMF 8.7.1 below the mean, the continued fraction of 8.9.2 above.
    private func tails(_ x: Double) -> (lower: Double, upper: Double) {
        guard !x.isNaN else { return (.nan, .nan) }
        guard x > 0 else { return (0, 1) }
        guard x.isFinite else { return (1, 0) }
        let a = degreesOfFreedom / 2
        let lead = SaddlePoint.poissonTerm(a, x)
        if x < a + 1 {
            let lower = min(lead * Self.series(a, x), 1)
            return (lower, 1 - lower)
        }
        let upper = lead > 0 ? min(lead * a * Self.fraction(a, x), 1) : 0
        return (1 - upper, upper)
    }

    private static func series(_ a: Double, _ x: Double) -> Double {
        var term = 1.0
        var sum = 1.0
        for step in 1...2_000_000 {
            term *= x / (a + Double(step))
            sum += term
            if term < sum * 1e-17 { break }
        }
        return sum
    }

    private static func fraction(_ a: Double, _ x: Double) -> Double {
        var b = x + 1 - a
        var c = 1e300
        var d = 1 / b
        var value = d
        for step in 1...2_000_000 {
            let m = Double(step)
            let factor = -m * (m - a)
            b += 2
            d = factor * d + b
            if abs(d) < 1e-300 { d = 1e-300 }
            d = 1 / d
            c = b + factor / c
            if abs(c) < 1e-300 { c = 1e-300 }
            value *= d * c
            if abs(d * c - 1) < 1e-16 { break }
        }
        return value
    }
}
