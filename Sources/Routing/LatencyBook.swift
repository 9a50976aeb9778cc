public import Inference

/// What was measured of destinations: how soon their answers began, and whether they failed of late.
///
/// A value without locks or clock: its owner serialises calls and passes a monotone clock in nanoseconds. At most 4,096
/// destinations are kept (patterns let callers name models at will); beyond, the one unused longest makes room.
public struct LatencyBook: Sendable {
    struct Entry: Sendable {
        /// The decayed mean of the time to the first byte; `nil`: never measured.
        var firstByteNanoseconds: UInt64?
        var measuredAt: UInt64 = 0
        var consecutiveFailures = 0
        var penalisedUntil: UInt64 = 0
        /// When a request was last sent here in order to measure.
        var probedAt: UInt64?
        var usedAt: UInt64 = 0
    }

    private var entries: [Destination: Entry] = [:]

    static let capacity = 4096
    /// A new sample counts an eighth, as in TCP's smoothed round-trip time (RFC 6298), and more after a pause.
    static let sampleWeight: UInt64 = 8
    /// After this long without a sample, half of the mean is forgotten: a provider's load changes within minutes.
    static let memory: UInt64 = 60_000_000_000
    /// After this long, a measurement says nothing about now and is made anew.
    static let staleAfter: UInt64 = 300_000_000_000
    /// Only one request in this time is sent to a candidate in order to measure it.
    static let probeInterval: UInt64 = 1_000_000_000
    /// The penalty of a first failure; it doubles with each that follows.
    static let firstPenalty: UInt64 = 1_000_000_000
    /// The longest penalty.
    static let longestPenalty: UInt64 = 30_000_000_000

    /// A book without measurements.
    public init() {}

    /// How many destinations are known.
    var count: Int { entries.count }

    /// Records how an attempt went.
    ///
    /// - Parameters:
    ///   - destination: Which destination was tried.
    ///   - outcome: How it went. A failure puts the candidate last for 1 s, each further one in a row for twice as long, up to 30 s;
    ///     a success ends that.
    ///   - firstByteNanoseconds: How long the answer's first byte took, where a good answer came.
    ///   - retryAfterNanoseconds: How long the provider asks to be left alone, if it does (429, 503); counted up to 30 s.
    ///   - now: Nanoseconds of a monotone clock.
    public mutating func record(
        _ destination: Destination, outcome: AttemptOutcome, firstByteNanoseconds: UInt64? = nil,
        retryAfterNanoseconds: UInt64? = nil, now: UInt64
    ) {
        guard let isHealthy = outcome.isHealthy else { return }
        if entries[destination] == nil { makeRoom() }
        Self.record(
            &entries[destination, default: Entry()], isHealthy: isHealthy, firstByteNanoseconds, retryAfterNanoseconds,
            now)
    }

    /// The decayed mean of the time to the first byte, in nanoseconds; `nil`: not measured, or too long ago.
    public func firstByteNanoseconds(of destination: Destination, now: UInt64) -> UInt64? {
        guard let entry = entries[destination], let mean = entry.firstByteNanoseconds, !entry.isStale(now) else {
            return nil
        }
        return mean
    }

    /// For how long from now a destination stands last because it failed, in nanoseconds; 0: it does not.
    public func penaltyNanoseconds(of destination: Destination, now: UInt64) -> UInt64 {
        guard let entry = entries[destination], entry.penalisedUntil > now else { return 0 }
        return entry.penalisedUntil - now
    }

    /// Whether a request may now be sent there in order to measure.
    func mayProbe(_ destination: Destination, now: UInt64) -> Bool {
        guard let probedAt = entries[destination]?.probedAt else { return true }
        return now >= probedAt && now - probedAt >= Self.probeInterval
    }

    /// Notes that a request is sent there in order to measure.
    mutating func noteProbe(_ destination: Destination, now: UInt64) {
        if entries[destination] == nil { makeRoom() }
        entries[destination, default: Entry()].probedAt = now
        entries[destination, default: Entry()].usedAt = now
    }

    private static func record(
        _ entry: inout Entry, isHealthy: Bool, _ firstByteNanoseconds: UInt64?, _ retryAfterNanoseconds: UInt64?,
        _ now: UInt64
    ) {
        entry.usedAt = now
        guard isHealthy else {
            let doublings = UInt64(min(entry.consecutiveFailures, 5))
            let penalty = min(max(firstPenalty << doublings, retryAfterNanoseconds ?? 0), longestPenalty)
            entry.consecutiveFailures = min(entry.consecutiveFailures + 1, 1000)
            entry.penalisedUntil = max(entry.penalisedUntil, now.addingReportingOverflow(penalty).partialValue)
            return
        }
        entry.consecutiveFailures = 0
        entry.penalisedUntil = 0
        guard let sample = firstByteNanoseconds.map({ min($0, hour) }) else { return }
        guard let mean = entry.firstByteNanoseconds else {
            entry.firstByteNanoseconds = sample
            entry.measuredAt = now
            return
        }
        // Weight of the sample: an eighth, or the part of `memory` that went by since the last one, if that is more.
        let pause = min(now >= entry.measuredAt ? now - entry.measuredAt : 0, hour)
        let byPause = pause * 1024 / (pause + memory)
        let weight = max(1024 / sampleWeight, byPause)
        entry.firstByteNanoseconds = (mean * (1024 - weight) + sample * weight) / 1024
        entry.measuredAt = now
    }

    /// Bounds samples and pauses so that a thousand times their value can't overflow.
    private static let hour: UInt64 = 3_600_000_000_000

    private mutating func makeRoom() {
        guard entries.count >= Self.capacity else { return }
        // An eighth at once, so that a flood of names costs one sort in 512 requests.
        let oldest = entries.sorted { $0.value.usedAt < $1.value.usedAt }.prefix(Self.capacity / 8)
        for (destination, _) in oldest { entries[destination] = nil }
    }
}

extension LatencyBook.Entry {
    /// Whether the last measurement was too long ago to say anything.
    fileprivate func isStale(_ now: UInt64) -> Bool { now > measuredAt && now - measuredAt > LatencyBook.staleAfter }
}
