internal import RealModule

/// The number of successes in independent trials of one probability.
public struct BinomialDistribution: Hashable, Sendable {
    /// The number of trials, 0 to 10¹⁰.
    public let trials: Int
    /// The probability of a success, 0...1.
    public let probability: Double

    /// `nil` if there are fewer than 0 or more than 10¹⁰ trials, or the probability is none.
    public init?(trials: Int, probability: Double) {
        guard trials >= 0, trials <= 10_000_000_000, probability >= 0, probability <= 1 else { return nil }
        self.trials = trials
        self.probability = probability
    }

    /// P(X = k): 0 for a count that can't be.
    public func probability(of count: Int) -> Double {
        guard count >= 0, count <= trials else { return 0 }
        if probability == 0 { return count == 0 ? 1 : 0 }
        if probability == 1 { return count == trials ? 1 : 0 }
        if count == 0 { return .exp(Double(trials) * .log(onePlus: -probability)) }
        if count == trials { return .exp(Double(trials) * .log(probability)) }
        return SaddlePoint.binomialTerm(Double(count), Double(trials - count), probability, 1 - probability)
    }

    /// P(X ≤ k) = I₁₋ₚ(n − k, k + 1) (DLMF 8.17.5), without cancellation in the lower tail.
    public func cumulative(_ count: Int) -> Double {
        guard count >= 0 else { return 0 }
        guard count < trials, let beta = BetaDistribution(Double(trials - count), Double(count) + 1) else { return 1 }
        return beta.tails(1 - probability, probability).lower
    }

    /// P(X ≥ k) = Iₚ(k, n − k + 1), without cancellation in the upper tail.
    public func upperTail(_ count: Int) -> Double {
        guard count <= trials else { return 0 }
        guard count > 0, let beta = BetaDistribution(Double(count), Double(trials - count) + 1) else { return 1 }
        return beta.tails(probability, 1 - probability).lower
    }
}
