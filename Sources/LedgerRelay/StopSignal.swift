private import Glibc
private import Synchronization

/// Tells work on another thread to come to its end, and then to end at once. Waiting work sees it within a fifth of a
/// second.
public final class StopSignal: Sendable {
    private let flag = Atomic<Bool>(false)
    private let asked = Atomic<Bool>(false)

    /// Not set.
    public init() {}

    /// Whether it was set.
    public var isSet: Bool { flag.load(ordering: .acquiring) }

    /// Sets it, for ever.
    public func set() { flag.store(true, ordering: .releasing) }

    /// Whether work should come to its end: do what is there to do, and wait for nothing new.
    var isAsked: Bool { asked.load(ordering: .acquiring) || isSet }

    /// Asks work to come to its end.
    func ask() { asked.store(true, ordering: .releasing) }

    /// Waits, in pieces, until the time is over, or somebody asked.
    func rest(milliseconds: Int) {
        let end = RelayClock.milliseconds() + UInt64(max(0, milliseconds))
        while !isAsked, case let now = RelayClock.milliseconds(), now < end {
            usleep(UInt32(min(200, end - now)) * 1_000)
        }
    }

    /// Waits, in pieces, until the time is over or the signal set; false if it is set.
    @discardableResult
    func sleep(milliseconds: Int) -> Bool {
        let end = RelayClock.milliseconds() + UInt64(max(0, milliseconds))
        while !isSet {
            let now = RelayClock.milliseconds()
            guard now < end else { return true }
            usleep(UInt32(min(200, end - now)) * 1_000)
        }
        return false
    }
}

/// The two clocks.
enum RelayClock {
    /// Milliseconds of the monotonic clock.
    static func milliseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000 + UInt64(time.tv_nsec) / 1_000_000
    }

    /// Milliseconds since 1970.
    static func epochMilliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
