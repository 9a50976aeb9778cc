/// How many requests are allowed: so many a minute in the long run, and so many at once.
public struct RequestRate: Hashable, Sendable {
    /// The largest rate and the largest burst that a limit may have: a million.
    public static let maximum = 1_000_000

    /// Requests a minute; 0 allows none beyond nothing at all: every request is refused.
    public let perMinute: Int
    /// Requests at once after a time without any: the capacity of the bucket. 0 only where `perMinute` is 0.
    public let burst: Int

    /// A rate of 0 to 1,000,000 requests a minute, and a burst of 1 to 1,000,000 (as many as a minute allows, unless given);
    /// `nil` for anything else.
    public init?(perMinute: Int, burst: Int? = nil) {
        guard (0...Self.maximum).contains(perMinute) else { return nil }
        self.perMinute = perMinute
        guard perMinute > 0 else {
            self.burst = 0
            return
        }
        guard (1...Self.maximum).contains(burst ?? perMinute) else { return nil }
        self.burst = burst ?? perMinute
    }
}
