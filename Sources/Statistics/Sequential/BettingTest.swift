internal import RealModule

/// A test of the mean of bounded values that may be looked at after every one: whether it is above `hypothesis`.
///
/// I. Waudby-Smith and A. Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86 (2024), §4: a
/// capital grows by 1 + λ(x − m) with each value, which a mean of at most m makes a losing game, whatever the distribution.
/// Eight stakes λ are held at once, so that the effect's size need not be known, and the result does not depend on the
/// values' order. Needs independent values, or ones whose mean given all before is at most m under the hypothesis.
public struct BettingTest: Hashable, Sendable, Codable {
    /// The values' bounds.
    public let lowerBound: Double
    /// The values' bounds.
    public let upperBound: Double
    /// The hypothesis: the mean is at most this.
    public let hypothesis: Double
    /// How many values came.
    public private(set) var count = 0
    private var wagers = Wagers()

    /// A test without values; `nil` unless the bounds are finite and the hypothesis is between them: at the lower one
    /// there is nothing to bet against, at the upper one nothing to win.
    public init?(hypothesis: Double, in bounds: ClosedRange<Double>) {
        guard bounds.lowerBound < hypothesis, hypothesis < bounds.upperBound,
            (bounds.upperBound - bounds.lowerBound).isFinite
        else { return nil }
        self.hypothesis = hypothesis
        lowerBound = bounds.lowerBound
        upperBound = bounds.upperBound
    }

    /// Takes a value in; those outside the bounds count as the nearer bound. `false`, and nothing done, for NaN.
    @discardableResult
    public mutating func add(_ value: Double) -> Bool {
        guard !value.isNaN, lowerBound < hypothesis else { return false }
        let distance = min(max(value, lowerBound), upperBound) - hypothesis
        let gain = Wagers.greatestShare * distance / (hypothesis - lowerBound)
        wagers.settle(SIMD8(repeating: 1) + Wagers.shares * SIMD8(repeating: gain))
        wagers.mark()
        count &+= 1
        return true
    }

    /// The logarithm of the evidence: whoever acts when it first reaches log(1/α) is wrong with a probability of at most α.
    public var logEvidence: Double { wagers.logWealth }

    /// The p-value that holds at all times at once: 1 / the greatest evidence so far.
    public var pValue: Double { Double.exp(-wagers.logPeak) }
}
