/// A range that covers the true value in a stated share of all samples.
public struct ConfidenceInterval: Hashable, Sendable, Codable {
    /// What the sample itself says; mostly, not always, within the bounds.
    public var estimate: Double
    /// The lower bound; −∞ where nothing is known yet.
    public var lower: Double
    /// The upper bound; ∞ where nothing is known yet.
    public var upper: Double

    /// Takes all three; no check.
    public init(estimate: Double, lower: Double, upper: Double) {
        self.estimate = estimate
        self.lower = lower
        self.upper = upper
    }

    /// Whether a value lies within, bounds included.
    public func covers(_ value: Double) -> Bool { lower <= value && value <= upper }

    /// The upper bound less the lower one.
    public var width: Double { upper - lower }
}

/// Whether a number is a level of confidence: within 0..<1, both ends out.
func isLevel(_ confidence: Double) -> Bool { confidence > 0 && confidence < 1 }
