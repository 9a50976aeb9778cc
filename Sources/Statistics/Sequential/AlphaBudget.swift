internal import RealModule

/// One error rate, shared out among several tests so that any false alarm has at most that probability (Bonferroni: the
/// tests may depend on each other in any way).
public struct AlphaBudget: Hashable, Sendable, Codable {
    /// The probability of any false alarm, between 0 and 1.
    public let total: Double

    /// `nil` unless the rate is between 0 and 1.
    public init?(_ total: Double) {
        guard isLevel(total) else { return nil }
        self.total = total
    }

    /// The rate of each test, in proportion to its weight: all together are `total`. Weights that are not positive and
    /// finite get 0, which no evidence reaches; all of them 0 share equally.
    public func shares(weights: [Double]) -> [Double] {
        let usable = weights.map { $0 > 0 && $0.isFinite ? $0 : 0 }
        guard let greatest = usable.max(), greatest > 0 else {
            return weights.map { _ in total / Double(weights.count) }
        }
        let sum = usable.reduce(0) { $0 + $1 / greatest }
        return usable.map { total * ($0 / greatest / sum) }
    }

    /// The rate of the `step`-th of endlessly many tests, counted from 1: total / (step (step + 1)), which sums to the
    /// total. 0 for a step below 1.
    public func share(ofStep step: Int) -> Double {
        guard step >= 1 else { return 0 }
        return total / (Double(step) * (Double(step) + 1))
    }

    /// The logarithm of the evidence that a test with this rate must reach; ∞ for 0.
    public static func logThreshold(_ alpha: Double) -> Double {
        alpha > 0 ? -Double.log(min(alpha, 1)) : .infinity
    }
}
