/// Student's t distribution.
public struct StudentDistribution: Hashable, Sendable {
    /// The degrees of freedom, positive; beyond 10¹⁰ the normal distribution stands in (relative error below 1e-8).
    public let degreesOfFreedom: Double

    /// `nil` unless the degrees are positive; they may be infinite.
    public init?(degreesOfFreedom: Double) {
        guard degreesOfFreedom > 0 else { return nil }
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// P(T ≤ t), without cancellation in the lower tail; NaN for NaN.
    public func cumulative(_ t: Double) -> Double { t <= 0 ? tail(t) : 1 - tail(t) }

    /// P(T ≥ t), without cancellation in the upper tail; NaN for NaN.
    public func upperTail(_ t: Double) -> Double { cumulative(-t) }

    /// The t with P(T ≤ t) = p: −∞ at 0, ∞ at 1, NaN outside 0...1.
    public func quantile(_ probability: Double) -> Double {
        guard probability >= 0, probability <= 1 else { return .nan }
        guard probability > 0, probability < 1 else { return probability == 0 ? -.infinity : .infinity }
        guard let beta else { return NormalDistribution.quantile(probability) }
        let lower = min(probability, 1 - probability)
        let size: Double
        if lower < 0.25 {
            let x = beta.quantile(2 * lower)
            size = (degreesOfFreedom * ((1 - x) / x)).squareRoot()
        } else {
            // Near the middle the other of the two shares is small, and so exact.
            guard let mirror = BetaDistribution(0.5, degreesOfFreedom / 2) else { return .nan }
            let y = mirror.quantile(1 - 2 * lower)
            size = (degreesOfFreedom * (y / (1 - y))).squareRoot()
        }
        return probability < 0.5 ? -size : size
    }

    private var beta: BetaDistribution? { BetaDistribution(degreesOfFreedom / 2, 0.5) }

    /// P(T ≥ |t|) = ½ Iₓ(ν/2, ½) with x = ν / (ν + t²).
    private func tail(_ t: Double) -> Double {
        guard !t.isNaN else { return .nan }
        guard let beta else { return NormalDistribution.cumulative(-abs(t)) }
        // As a ratio: t² alone may be beyond every number.
        let ratio = (t / degreesOfFreedom.squareRoot()) * (t / degreesOfFreedom.squareRoot())
        guard ratio.isFinite else { return abs(t).isFinite ? far(abs(t)) : 0 }
        return 0.5 * beta.tails(1 / (1 + ratio), ratio / (1 + ratio)).lower
    }

    /// For |t| beyond 1e154: nothing that a `Double` could tell from 0, but for less than two degrees of freedom.
    private func far(_ size: Double) -> Double {
        let inverse = degreesOfFreedom.squareRoot() / size
        guard let beta, inverse * inverse > 0 else { return 0 }
        return 0.5 * beta.tails(inverse * inverse, 1).lower
    }
}
