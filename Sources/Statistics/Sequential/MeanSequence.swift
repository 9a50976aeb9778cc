internal import RealModule

/// An interval for the mean of bounded values that holds at all times at once, in constant time and memory a value.
///
/// The predictable plug-in empirical-Bernstein confidence sequence: I. Waudby-Smith and A. Ramdas, "Estimating means of
/// bounded random variables by betting", JRSS B 86 (2024), theorem 2, after S. Howard et al., "Time-uniform, nonparametric,
/// nonasymptotic confidence sequences", Ann. Statist. 49 (2021). Its width follows the values' own spread.
public struct MeanSequence: Hashable, Sendable, Codable {
    /// The values' bounds.
    public let lowerBound: Double
    /// The values' bounds.
    public let upperBound: Double
    /// The probability with which all the intervals cover the mean.
    public let confidence: Double
    /// How many values came.
    public private(set) var count = 0

    private var sum = 0.0
    private var squares = 0.25
    private var weights = 0.0
    private var weighted = 0.0
    private var penalty = 0.0
    private var lower = 0.0
    private var upper = 1.0

    /// A sequence without values; `nil` unless the bounds are finite and apart, and the confidence between 0 and 1.
    public init?(in bounds: ClosedRange<Double>, confidence: Double = 0.95) {
        let range = bounds.upperBound - bounds.lowerBound
        guard range > 0, range.isFinite, isLevel(confidence) else { return nil }
        lowerBound = bounds.lowerBound
        upperBound = bounds.upperBound
        self.confidence = confidence
    }

    /// Takes a value in; those outside the bounds count as the nearer bound. `false`, and nothing done, for NaN.
    @discardableResult
    public mutating func add(_ value: Double) -> Bool {
        guard !value.isNaN, upperBound > lowerBound else { return false }
        let x = (min(max(value, lowerBound), upperBound) - lowerBound) / (upperBound - lowerBound)
        let t = Double(count) + 1
        let logAlpha = Double.log(2 / (1 - confidence))
        // The weight, and the mean that the value is compared with, know only what came before.
        let variance = squares / t
        let weight = min((2 * logAlpha / (variance * t * Double.log(1 + t))).squareRoot(), 0.5)
        let before = (0.5 + sum) / t
        weights += weight
        weighted += weight * x
        penalty += (x - before) * (x - before) * (-Double.log(onePlus: -weight) - weight)
        sum += x
        let after = (0.5 + sum) / (t + 1)
        squares += (x - after) * (x - after)
        count &+= 1
        let centre = weighted / weights
        let half = (logAlpha + penalty) / weights
        lower = max(lower, centre - half)
        upper = min(upper, centre + half)
        return true
    }

    /// The interval now, about the plain mean: what every interval so far has left over. Should they have nothing in common
    /// (which has at most the probability 1 − confidence if the mean stays the same), the lower bound is above the upper.
    public var interval: ConfidenceInterval {
        let range = upperBound - lowerBound
        let mean = count > 0 ? sum / Double(count) : 0.5
        return ConfidenceInterval(
            estimate: lowerBound + range * mean, lower: lowerBound + range * lower,
            upper: lowerBound + range * upper)
    }
}
