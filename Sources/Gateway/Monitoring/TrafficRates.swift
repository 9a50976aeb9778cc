/// How many requests of a stream there were lately, how many failed, what they cost and how long they took. Bounded memory.
struct TrafficRates: Sendable, Codable {
    /// What came in one piece of time.
    struct Slot: Sendable, Codable {
        var start: Int64 = 0
        var requests = 0
        var errors = 0
        var cacheHits = 0
        var nanoUSD: Int64 = 0
        var tokens = 0
        /// By duration: below 5 ms, and then each bucket one and a half times the one before.
        var durations: [Int] = []

        mutating func merge(_ other: Slot) {
            requests += other.requests
            errors += other.errors
            cacheHits += other.cacheHits
            let sum = nanoUSD.addingReportingOverflow(other.nanoUSD)
            nanoUSD = sum.overflow ? .max : sum.partialValue
            tokens &+= other.tokens
            if durations.isEmpty { durations = [Int](repeating: 0, count: TrafficRates.bounds.count + 1) }
            for (place, count) in other.durations.enumerated() { durations[place] += count }
        }

        /// The duration that this part of the requests stayed below, in milliseconds, to within its bucket; `nil` without any.
        func quantile(_ share: Double) -> Double? {
            let total = durations.reduce(0, +)
            guard total > 0 else { return nil }
            var left = share * Double(total)
            for (place, count) in durations.enumerated() where count > 0 {
                guard left > Double(count) else {
                    let low = place == 0 ? 0 : TrafficRates.bounds[place - 1]
                    let high = place < TrafficRates.bounds.count ? TrafficRates.bounds[place] : low * 1.5
                    return low + (high - low) * left / Double(count)
                }
                left -= Double(count)
            }
            return TrafficRates.bounds.last
        }
    }

    static let bounds: [Double] = (0..<24).reduce(into: []) { bounds, _ in
        bounds.append((bounds.last ?? 10.0 / 3) * 1.5)
    }
    private static let minutes = 60
    private static let pieces = 12
    private static let pieceMilliseconds: Int64 = 5_000

    private(set) var total = Slot()
    private var lastMinute = [Slot](repeating: Slot(), count: TrafficRates.pieces)
    private var lastHour = [Slot](repeating: Slot(), count: TrafficRates.minutes)

    /// Counts a request that ended at this time, in milliseconds since 1970.
    mutating func add(
        at time: Int64, failed: Bool, isHit: Bool, nanoUSD: Int64, tokens: Int, milliseconds: Double?
    ) {
        var one = Slot(
            start: time, requests: 1, errors: failed ? 1 : 0, cacheHits: isHit ? 1 : 0, nanoUSD: nanoUSD,
            tokens: tokens)
        if let milliseconds {
            one.durations = [Int](repeating: 0, count: Self.bounds.count + 1)
            one.durations[Self.bounds.firstIndex { milliseconds <= $0 } ?? Self.bounds.count] = 1
        }
        total.merge(one)
        Self.put(one, into: &lastMinute, Self.pieceMilliseconds)
        Self.put(one, into: &lastHour, 60_000)
    }

    private static func put(_ one: Slot, into ring: inout [Slot], _ milliseconds: Int64) {
        let number = one.start / milliseconds
        let place = Int(number % Int64(ring.count))
        guard ring.indices.contains(place) else { return }
        if ring[place].start != number * milliseconds { ring[place] = Slot(start: number * milliseconds) }
        ring[place].merge(one)
    }

    /// What came in the minute before this time.
    func minute(before now: Int64) -> Slot {
        lastMinute.filter { $0.start > now - 60_000 }.reduce(into: Slot()) { $0.merge($1) }
    }

    /// The hour before this time minute by minute, the oldest first.
    func hour(before now: Int64) -> [Slot] {
        let last = now / 60_000
        return (0..<Int64(Self.minutes)).map { back in
            let number = last - Int64(Self.minutes) + 1 + back
            let slot = lastHour[Int(((number % Int64(Self.minutes)) + Int64(Self.minutes)) % Int64(Self.minutes))]
            return slot.start == number * 60_000 ? slot : Slot(start: number * 60_000)
        }
    }
}
