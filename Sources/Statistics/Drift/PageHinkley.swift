/// The test of Page and Hinkley for a change of the mean, in either direction (E. S. Page, "Continuous inspection schemes",
/// Biometrika 41 (1954)): cheap and quick, but with no stated error rate: how often it alarms falsely follows from the
/// threshold and the values. ``ExchangeabilityMonitor`` has one.
public struct PageHinkley: Hashable, Sendable, Codable {
    /// A change of the mean that is allowed, in the values' unit.
    public let tolerance: Double
    /// The sum of deviations that alarms, in the values' unit.
    public let threshold: Double
    /// The values that must have come before an alarm.
    public let burnIn: Int
    /// How many values came.
    public private(set) var count = 0
    /// The mean of the values.
    public private(set) var mean = 0.0
    private var rise = 0.0
    private var fall = 0.0

    /// `nil` unless the tolerance is at least 0 and the threshold positive, both finite.
    public init?(tolerance: Double, threshold: Double, burnIn: Int = 30) {
        guard tolerance >= 0, tolerance.isFinite, threshold > 0, threshold.isFinite else { return nil }
        self.tolerance = tolerance
        self.threshold = threshold
        self.burnIn = burnIn
    }

    /// Takes a value in and says whether ``hasChanged``; one that is not finite is left out.
    @discardableResult
    public mutating func add(_ value: Double) -> Bool {
        guard value.isFinite else { return hasChanged }
        count &+= 1
        mean += (value - mean) / Double(count)
        // The sums less their least so far: the same as Page's, without growing for ever.
        rise = max(rise + value - mean - tolerance, 0)
        fall = max(fall + mean - value - tolerance, 0)
        return hasChanged
    }

    /// Whether the mean has risen or fallen by now.
    public var hasChanged: Bool { count >= burnIn && max(rise, fall) > threshold }
}
