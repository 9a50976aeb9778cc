/// The last requests that went to one destination, sent and perhaps not answered yet: what they tell of how it is just now, before the means
/// of finished ones know.
///
/// A provider that has become six times as slow lets requests end half a minute later; but a second after it did so, several wait for their
/// first token longer than they ever should. So a request that is overdue counts while it waits, by its age (a censored observation).
struct RecentSendings: Sendable {
    struct Entry: Sendable {
        let number: UInt64
        let sentAt: UInt64
        let size: Int
        let isStream: Bool
        /// How long it should take to its end; 0 where nothing is known.
        let expected: UInt64
        var firstToken: UInt64?
        /// When it is over, how long it took and how many tokens it brought.
        var end: (total: UInt64, output: Int)?
        /// How long it was waited for in vain, where it was given up.
        var waited: UInt64?
    }

    private enum Bounds {
        /// Entries that are kept; of more only one in a while is taken.
        static let entries = 32
        /// Entries that say how it is now.
        static let said = 5
        /// How much older than the newest of them others may be.
        static let window: UInt64 = 10_000_000_000
        /// The shortest time between two entries.
        static let interval: UInt64 = 50_000_000
        /// A wait is overdue beyond so many medians, and beyond the 95th percentile.
        static let overdue = 1.5
        /// Who has waited for so long will wait for half as long again, if nothing else is known.
        static let lasting = 1.5
        /// What lies between is the usual spread, which the means follow.
        static let usual = 0.67...1.5
    }

    private var entries: [Entry] = []

    var isEmpty: Bool { entries.isEmpty }

    /// Takes a request that was sent; false if that is one too many in this time.
    ///
    /// - Parameters:
    ///   - start: How long its answer should take to begin, in nanoseconds; 0: nobody knows.
    ///   - expected: How long it should take to its end.
    mutating func add(
        _ number: UInt64, size: Int, isStream: Bool, start: UInt64, expected: UInt64, now: UInt64
    ) -> Bool {
        // So that all entries together reach back further than an answer takes to begin.
        let interval = max(Bounds.interval, start / 8)
        if let last = entries.last, now < last.sentAt &+ interval { return false }
        if entries.count >= Bounds.entries { entries.removeFirst() }
        entries.append(Entry(number: number, sentAt: now, size: size, isStream: isStream, expected: expected))
        return true
    }

    /// Its first token came.
    mutating func began(_ number: UInt64, now: UInt64) {
        guard let index = entries.lastIndex(where: { $0.number == number }) else { return }
        entries[index].firstToken = now &- entries[index].sentAt
    }

    /// It ended well.
    mutating func ended(_ number: UInt64, total: UInt64, output: Int) {
        guard let index = entries.lastIndex(where: { $0.number == number }) else { return }
        entries[index].end = (total, output)
    }

    /// It was given up before anything came.
    mutating func givenUp(_ number: UInt64, after waited: UInt64) {
        guard let index = entries.lastIndex(where: { $0.number == number }) else { return }
        entries[index].waited = waited
    }

    /// It ended in a way that says nothing of how long answers take.
    mutating func dropped(_ number: UInt64) { entries.removeAll { $0.number == number } }

    /// How requests fare just now.
    struct Level {
        /// How long they take, in parts of what is usual; 1 where they take about as long.
        let factor: Double
        /// When the newest was sent that says so.
        let sentAt: UInt64
        /// Whether an answer that begins as soon as ever says that the rest comes so, too.
        let startsTell: Bool
    }

    /// How long requests take just now, in parts of what `usual` says. One alone that took longer counts half, one alone that took less counts
    /// fully: then more will be sent, and it is known soon.
    func level(now: UInt64, _ usual: (Int) -> CandidateRecord.Usual?) -> Level? {
        var said: [Double] = []
        var newest: UInt64?
        let startsTell = startsTell(usual)
        for entry in entries.reversed() {
            if let newest, entry.sentAt &+ Bounds.window < newest { break }
            guard let ratio = usual(entry.size).flatMap({ Self.ratio(entry, $0, now, startsTell: startsTell) }) else {
                continue
            }
            newest = newest ?? entry.sentAt
            said.append(ratio)
            if said.count == Bounds.said { break }
        }
        guard let newest else { return nil }
        said.sort()
        var middle =
            said.count % 2 == 1
            ? said[said.count / 2] : (said[said.count / 2 - 1] + said[said.count / 2]) / 2
        if said.count == 1, middle > 1 { middle = (middle + 1) / 2 }
        return Level(factor: Bounds.usual.contains(middle) ? 1 : middle, sentAt: newest, startsTell: startsTell)
    }

    /// Whether the last answer that took too long also began later than when all was well.
    private func startsTell(_ usual: (Int) -> CandidateRecord.Usual?) -> Bool {
        for entry in entries.reversed() {
            guard let end = entry.end, let firstToken = entry.firstToken, let usual = usual(entry.size) else {
                continue
            }
            let expected = usual.total(output: end.output, isStream: entry.isStream)
            guard Double(end.total) > expected * Bounds.usual.upperBound else { continue }
            return usual.bestFirstToken.map { Double(firstToken) > $0 * Bounds.usual.upperBound } ?? true
        }
        return true
    }

    private static func ratio(
        _ entry: Entry, _ usual: CandidateRecord.Usual, _ now: UInt64, startsTell: Bool
    ) -> Double? {
        if let end = entry.end {
            let expected = usual.total(output: end.output, isStream: entry.isStream)
            return expected > 0 ? Double(end.total) / expected : nil
        }
        let (middle, tail) = usual.start(isStream: entry.isStream)
        guard middle > 0 else { return nil }
        let age = Double(entry.waited ?? now &- min(now, entry.sentAt))
        if let firstToken = entry.firstToken {
            // Answers differ in length.
            let isOverdue = entry.expected > 0 && age > 3 * Double(entry.expected)
            if isOverdue { return age / Double(entry.expected) }
            let ratio = Double(firstToken) / middle
            return startsTell || ratio > Bounds.usual.upperBound ? ratio : nil
        }
        return age > tail && age > middle * Bounds.overdue ? age * Bounds.lasting / middle : nil
    }
}
