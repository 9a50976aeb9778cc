/// A token bucket in exact integers: it never lets pass more than `burst + rate · t` requests in any span of length `t`.
///
/// The level counts in parts of which a request, or a token, costs 60·10⁹: so one nanosecond brings `perMinute` parts, without a
/// remainder, and a full bucket of fifty million tokens (3·10¹⁸) does not overflow, nor one that is as far below empty.
struct TokenBucket: Sendable {
    static let cost: Int64 = 60_000_000_000

    private(set) var level: Int64
    /// The time of `level`, in nanoseconds of the caller's clock.
    private var time: UInt64

    /// A full bucket.
    init(rate: MinuteRate, now: UInt64) {
        level = Self.capacity(rate)
        time = now
    }

    /// Brings the level to a time. A clock that went backwards brings nothing, and nothing is brought twice.
    mutating func refill(rate: MinuteRate, now: UInt64) {
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

    /// How many whole units are in it; negative below empty.
    var units: Int64 { level / Self.cost }

    /// How many units it lacks, those begun included.
    func missingUnits(_ rate: MinuteRate) -> Int64 {
        let missing = Self.capacity(rate) - level
        return missing / Self.cost + (missing % Self.cost > 0 ? 1 : 0)
    }

    /// Whether a request may pass now; `refill` first.
    var hasRoom: Bool { level >= Self.cost }

    /// Takes the room of one request, or what is left of it where a principal names the same team twice.
    mutating func take() { level = max(0, level - Self.cost) }

    /// Whether so many units may pass now; `refill` first. What is more than any bucket holds never may.
    func hasRoom(for units: Int64) -> Bool { units <= Int64(MinuteRate.mostTokens) && level >= units * Self.cost }

    /// Takes so many units, if need be below empty, but by no more than the bucket holds.
    mutating func take(_ units: Int64, rate: MinuteRate) {
        let taken = min(units, 2 * Int64(MinuteRate.mostTokens)) * Self.cost
        level = max(-Self.capacity(rate), level - taken)
    }

    /// Puts so many units back, until it is full.
    mutating func give(_ units: Int64, rate: MinuteRate) {
        let given = min(units, 2 * Int64(MinuteRate.mostTokens)) * Self.cost
        level = given >= Self.capacity(rate) - level ? Self.capacity(rate) : level + given
    }

    /// How long until so many units may pass, in nanoseconds; a minute where that will never be.
    func nanosecondsUntilRoom(_ rate: MinuteRate, for units: Int64 = 1) -> UInt64 {
        guard rate.perMinute > 0, units <= Int64(rate.burst) else { return UInt64(Self.cost) }
        let wanted = units * Self.cost
        return level >= wanted ? 0 : Self.ceilingQuotient(wanted - level, Int64(rate.perMinute))
    }

    /// How long until the bucket is full, in nanoseconds: from then on it is as good as one that never was.
    func nanosecondsUntilFull(_ rate: MinuteRate) -> UInt64 {
        let missing = Self.capacity(rate) - level
        guard missing > 0 else { return 0 }
        return rate.perMinute > 0 ? Self.ceilingQuotient(missing, Int64(rate.perMinute)) : .max
    }

    /// Whether the bucket will be full at a time.
    func isFull(rate: MinuteRate, at now: UInt64) -> Bool {
        nanosecondsUntilFull(rate) <= (now > time ? now - time : 0)
    }

    /// Goes on under another rate: what was taken stays taken, and what no longer fits is gone.
    mutating func adopt(_ rate: MinuteRate, replacing old: MinuteRate, now: UInt64) {
        refill(rate: old, now: now)
        let taken = Self.capacity(old) - level
        level = max(0, Self.capacity(rate) - taken)
    }

    private static func capacity(_ rate: MinuteRate) -> Int64 { Int64(rate.burst) * cost }

    private static func ceilingQuotient(_ dividend: Int64, _ divisor: Int64) -> UInt64 {
        UInt64((dividend + divisor - 1) / divisor)
    }
}
