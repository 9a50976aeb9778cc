import Glibc

/// The two clocks of the gateway. Cores read none; they are told the time.
enum Clock {
    /// Nanoseconds of the monotone clock, for durations.
    static func monotone() -> UInt64 { read(CLOCK_MONOTONIC) }

    /// Microseconds since a moment of the monotone clock.
    static func microseconds(since start: UInt64) -> Int64 { Int64((monotone() &- start) / 1_000) }

    /// Milliseconds since 1970, for the ledger.
    static func epochMilliseconds() -> Int64 { Int64(read(CLOCK_REALTIME) / 1_000_000) }

    /// Seconds since 1970, for expiry.
    static func epochSeconds() -> Int64 { Int64(read(CLOCK_REALTIME) / 1_000_000_000) }

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
