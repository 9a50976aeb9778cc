internal import Statistics

/// How long the control's answers take of late: what the wait for one of the candidate's is measured by.
public struct ControlTimes: Hashable, Sendable, Codable {
    /// The latest, in milliseconds, in the order of their coming.
    private var latest: [Double] = []

    /// So many are remembered.
    private static let mostTimes = 100
    /// Fewer say nothing.
    private static let leastTimes = 20

    /// Takes a time in, in milliseconds.
    mutating func add(_ milliseconds: Double) {
        guard milliseconds.isFinite, milliseconds >= 0 else { return }
        latest.append(milliseconds)
        if latest.count > Self.mostTimes { latest.removeFirst(latest.count - Self.mostTimes) }
    }

    /// What 95 % of them take at most, in milliseconds; `nil` while there are too few.
    public var p95: Double? {
        latest.count >= Self.leastTimes ? SampleQuantile.threshold(of: latest, exceedance: 0.05) : nil
    }
}
