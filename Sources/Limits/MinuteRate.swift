/// How much is allowed: so many requests or tokens a minute in the long run, and so many at once.
public struct MinuteRate: Hashable, Sendable {
    /// The largest rate and the largest burst of requests: a million.
    public static let maximum = 1_000_000
    /// The largest of tokens: fifty million, so that a bucket twice over is far from overflowing.
    public static let mostTokens = 50_000_000

    /// Requests or tokens a minute; 0 allows none beyond nothing at all: every request is refused.
    public let perMinute: Int
    /// As many at once after a time without any: the capacity of the bucket. 0 only where `perMinute` is 0.
    public let burst: Int

    /// A rate of 0 to `maximum` a minute, and a burst of 1 to `maximum` (as many as a minute allows, unless given); `nil` for anything
    /// else. `maximum` is no more than `mostTokens`.
    public init?(perMinute: Int, burst: Int? = nil, maximum: Int = Self.maximum) {
        guard (0...min(maximum, Self.mostTokens)).contains(perMinute) else { return nil }
        self.perMinute = perMinute
        guard perMinute > 0 else {
            self.burst = 0
            return
        }
        guard (1...min(maximum, Self.mostTokens)).contains(burst ?? perMinute) else { return nil }
        self.burst = burst ?? perMinute
    }
}
