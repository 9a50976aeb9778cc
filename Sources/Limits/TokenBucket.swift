/// A token bucket in exact integers: it never lets pass more than `burst + rate · t` requests in any span of length `t`.
///
/// The level counts in units of which a request costs 60·10⁹: so one nanosecond brings `perMinute` units, without a remainder,
/// and a full bucket of a million requests (6·10¹⁶) is far from overflowing.
struct TokenBucket: Sendable {
    static let cost: Int64 = 60_000_000_000

    private(set) var level: Int64
    /// The time of `level`, in nanoseconds of the caller's clock.
    private var time: UInt64

    /// A full bucket.
    init(rate: RequestRate, now: UInt64) {
        level = Self.capacity(rate)
        time = now
    }

    /// Brings the level to a time. A clock that went backwards brings nothing, and nothing is brought twice.
    mutating func refill(rate: RequestRate, now: UInt64) {
        guard now > time else { return }
        let elapsed = now - time
        time = now
        // Compared before multiplied: the product can't pass the capacity, so it can't overflow.
        guard elapsed < nanosecondsUntilFull(rate) else {
            level = Self.capacity(rate)
            return
        }
        level += Int64(elapsed) * Int64(rate.perMinute)
    }

    /// Whether a request may pass now; `refill` first.
    var hasRoom: Bool { level >= Self.cost }

    /// Takes the room of one request, or what is left of it where a principal names the same team twice.
    mutating func take() { level = max(0, level - Self.cost) }

    /// How long until a request may pass, in nanoseconds; a minute where the rate is 0 and that will never be.
    func nanosecondsUntilRoom(_ rate: RequestRate) -> UInt64 {
        guard rate.perMinute > 0 else { return UInt64(Self.cost) }
        return level >= Self.cost ? 0 : Self.ceilingQuotient(Self.cost - level, Int64(rate.perMinute))
    }

    /// How long until the bucket is full, in nanoseconds: from then on it is as good as one that never was.
    func nanosecondsUntilFull(_ rate: RequestRate) -> UInt64 {
        let missing = Self.capacity(rate) - level
        guard missing > 0 else { return 0 }
        return rate.perMinute > 0 ? Self.ceilingQuotient(missing, Int64(rate.perMinute)) : .max
    }

    /// Whether the bucket will be full at a time.
    func isFull(rate: RequestRate, at now: UInt64) -> Bool {
        nanosecondsUntilFull(rate) <= (now > time ? now - time : 0)
    }

    /// Goes on under another rate: what was taken stays taken, and what no longer fits is gone.
    mutating func adopt(_ rate: RequestRate, replacing old: RequestRate, now: UInt64) {
        refill(rate: old, now: now)
        let taken = Self.capacity(old) - level
        level = max(0, Self.capacity(rate) - taken)
    }

    private static func capacity(_ rate: RequestRate) -> Int64 { Int64(rate.burst) * cost }

    private static func ceilingQuotient(_ dividend: Int64, _ divisor: Int64) -> UInt64 {
        UInt64((dividend + divisor - 1) / divisor)
    }
}
