internal import RealModule

/// Finds a candidate that fails altogether within a few requests, at any time, however long it was well before.
///
/// An e-process: at each request a change may have happened, with a prior of 1/(t(t+1)) for the t-th of this step; from the change on, nine
/// of ten requests fail. The likelihood ratio against the rate p of failures that the control has is Π 0.9/p over failures and
/// Π 0.1/(1−p) over others; the weighted sum over all moments of change never passes 1/α but with a probability of at most α as long as the
/// candidate fails no more often than p. p is what the control's failures came to of late, and never less than a fifth, so that chance
/// alone decides nothing: five failures at once are enough in the beginning, 19 after 100,000 good answers.
public struct HardFailureMonitor: Hashable, Sendable, Codable {
    private static let leastRate = 0.2
    private static let rateWhenBroken = 0.9
    /// Where nothing is known of the control.
    private static let unknownRate = 0.5
    /// How much the control's requests before the last count: about 50 of them.
    private static let memory = 0.98

    private let alpha: Double
    private var wealth = 0.0
    private var unspent = 1.0
    private var count = 0.0
    private var controlFailures = 0.0
    private var controlRequests = 0.0

    /// Watches for a false alarm in at most this share of rollouts.
    public init(alpha: Double) { self.alpha = alpha }

    /// Takes a request of the control in.
    public mutating func control(failed: Bool) {
        controlFailures = controlFailures * Self.memory + (failed ? 1 : 0)
        controlRequests = controlRequests * Self.memory + 1
    }

    /// Takes a request of the candidate in.
    public mutating func treatment(failed: Bool) {
        count += 1
        let weight = 1 / (count * (count + 1))
        unspent -= weight
        let rate = self.rate
        // Where the control fails nearly as much, failing says nothing.
        let factor =
            rate >= Self.rateWhenBroken
            ? 1 : failed ? Self.rateWhenBroken / rate : (1 - Self.rateWhenBroken) / (1 - rate)
        wealth = min((wealth + weight) * factor, 1e300)
    }

    /// The rate of failures that the candidate is compared with.
    public var rate: Double {
        guard controlRequests >= 1 else { return Self.unknownRate }
        // Few requests say little.
        let seen = (controlFailures + 1) / (controlRequests + 2) + 1 / (controlRequests + 1).squareRoot()
        return min(max(seen, Self.leastRate), 1)
    }

    /// The evidence, as a natural logarithm.
    public var logEvidence: Double { Double.log(max(wealth + max(unspent, 0), 1e-300)) }

    /// Whether it fails altogether.
    public var isShown: Bool { alpha > 0 && wealth + max(unspent, 0) >= 1 / alpha }

    /// A new step begins: what may happen at its beginning may happen soon again.
    mutating func begin(alpha: Double) -> HardFailureMonitor {
        var next = HardFailureMonitor(alpha: alpha)
        (next.controlFailures, next.controlRequests) = (controlFailures, controlRequests)
        return next
    }
}
