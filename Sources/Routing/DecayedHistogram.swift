/// Durations of late, in buckets of a quarter of an octave, the older ones counting less: half of what they did after half a minute; in
/// the mean, which is to follow a change soon, after four seconds.
///
/// Percentiles are within ±6 % of the samples that count. No clock: time comes as an argument.
struct DecayedHistogram: Sendable {
    /// A tick is an eighth of the half-life; between ticks weights stay as they are.
    private static let tick: UInt64 = 3_750_000_000
    private static let keptPerTick: Float = 0.917_004_04
    /// The mean's own tick, an eighth of its half-life.
    private static let meanTick: UInt64 = 500_000_000
    /// However old samples are, so many count in the mean, so that a single one does not turn it: sudden changes are `RecentSendings`' to see.
    private static let leastInMean = 16.0
    private static let buckets = 124

    private var weights = [Float](repeating: 0, count: buckets)
    private var total: Float = 0
    private var decayedAt: UInt64 = 0
    private var inMean: Double = 0
    private var sum: Double = 0
    private var meanDecayedAt: UInt64 = 0

    /// Whether no sample counts.
    var isEmpty: Bool { total <= 0 }

    /// How many samples count, at the last one.
    var weight: Float { total }

    /// When the last sample came.
    private(set) var sampledAt: UInt64 = 0
    /// The median, in nanoseconds; 0 before any sample.
    private(set) var median: UInt64 = 0
    /// The 95th percentile, in nanoseconds.
    private(set) var tail: UInt64 = 0
    /// The mean, in nanoseconds.
    private(set) var mean: UInt64 = 0
    /// The least that the mean was when it came of at least four samples' weight, in nanoseconds.
    private(set) var least: Double?
    /// How many samples came.
    private(set) var samples = 0

    /// Takes a sample, in nanoseconds; more than an hour counts as an hour.
    mutating func add(_ nanoseconds: UInt64, now: UInt64) {
        decay(to: now)
        decayMean(to: now)
        let microseconds = min(nanoseconds, 3_600_000_000_000) / 1000
        weights[Self.bucket(of: microseconds)] += 1
        total += 1
        inMean += 1
        sum += Double(microseconds)
        sampledAt = max(sampledAt, now)
        let (half, most) = (percentile(0.5), percentile(0.95))
        median = half * 1000
        tail = most * 1000
        mean = UInt64(max(0, sum / inMean)) * 1000
        samples = min(samples + 1, 1_000_000)
        if inMean >= 4 { least = min(least ?? .infinity, Double(mean)) }
    }

    private mutating func decay(to now: UInt64) {
        guard now > decayedAt else { return }
        let ticks = (now - decayedAt) / Self.tick
        guard ticks > 0 else { return }
        decayedAt += ticks * Self.tick
        guard total > 0 else { return }
        guard ticks < 160 else {
            // A millionth is left of what was.
            for index in weights.indices { weights[index] = 0 }
            total = 0
            return
        }
        var kept: Float = 1
        for _ in 0..<ticks { kept *= Self.keptPerTick }
        for index in weights.indices { weights[index] *= kept }
        total *= kept
    }

    private mutating func decayMean(to now: UInt64) {
        guard now > meanDecayedAt else { return }
        let ticks = (now - meanDecayedAt) / Self.meanTick
        guard ticks > 0 else { return }
        meanDecayedAt += ticks * Self.meanTick
        var kept = 1.0
        for _ in 0..<min(ticks, 160) { kept *= Double(Self.keptPerTick) }
        kept = max(kept, min(1, Self.leastInMean / max(inMean, 1)))
        inMean *= kept
        sum *= kept
    }

    private func percentile(_ part: Float) -> UInt64 {
        let wanted = total * part
        var passed: Float = 0
        for index in weights.indices where weights[index] > 0 {
            let next = passed + weights[index]
            if next >= wanted {
                let (low, high) = (Self.lowerBound(of: index), Self.lowerBound(of: index + 1))
                let share = Double((wanted - passed) / weights[index])
                return low + UInt64(Double(high - low) * min(max(share, 0), 1))
            }
            passed = next
        }
        return weights.lastIndex { $0 > 0 }.map { Self.lowerBound(of: $0 + 1) } ?? 0
    }

    /// Values below 4 have a bucket each; above, each octave has four.
    static func bucket(of value: UInt64) -> Int {
        guard value >= 4 else { return Int(value) }
        let octave = 63 - value.leadingZeroBitCount
        return min((octave - 2) * 4 + Int((value >> UInt64(octave - 2)) & 3) + 4, buckets - 1)
    }

    static func lowerBound(of bucket: Int) -> UInt64 {
        guard bucket >= 8 else { return UInt64(bucket) }
        let octave = UInt64((bucket - 4) / 4 + 2)
        return (1 << octave) + (UInt64(bucket % 4) << (octave - 2))
    }
}
