internal import LedgerStore
private import TransparencyLog

/// Reads a ledger's entries in order as they come under a checkpoint, and remembers on disk up to where somebody has
/// them. What is only in the write-ahead log is not given: a receiver is never ahead of the log's own tree.
///
/// It keeps no entries; what has to be sent again is read again. Confined to one thread.
struct LedgerFollower {
    private let reader: LedgerReader
    private let file: PositionFile
    /// Where the next batch begins.
    private var next: LedgerPosition
    /// Everything before this was confirmed.
    private(set) var confirmed: LedgerPosition

    /// Goes on from where the file says; without one from the ledger's end, or from its beginning.
    init(_ folder: LedgerFolder, file path: String, fromStart: Bool) throws {
        reader = LedgerReader(source: folder)
        file = PositionFile(path)
        if let remembered = try file.read() {
            confirmed = remembered
        } else {
            let last = fromStart ? nil : try folder.logNumbers().last
            confirmed = LedgerPosition(log: 1, index: 0)
            if let last { confirmed = LedgerPosition(log: last, index: try reader.facts(ofLog: last).size) }
            try file.write(confirmed)
        }
        next = confirmed
    }

    /// The next entries, at most so many, and after the first no more than so many bytes; none if there are none yet.
    mutating func batch(entries count: Int, bytes: Int) throws -> [StreamEntry] {
        for number in try reader.source.logNumbers() where number >= next.log {
            if number > next.log { next = LedgerPosition(log: number, index: 0) }
            let facts = try reader.facts(ofLog: number)
            let origin = facts.origin ?? ""
            var found: [StreamEntry] = []
            var total = 0
            guard facts.size > next.index else { continue }
            try reader.entries(from: next) { position, entry in
                guard position.log == number, position.index < facts.size, found.count < count,
                    found.isEmpty || total + entry.count <= bytes
                else { return false }
                total += entry.count
                found.append(StreamEntry(position: position, origin: origin, json: [UInt8](entry)))
                return true
            }
            guard let last = found.last else {
                // All that is left of it was pruned before anybody asked.
                next = LedgerPosition(log: number, index: facts.size)
                continue
            }
            next = last.position.next
            return found
        }
        return []
    }

    /// Takes it that everything before a position has arrived, and remembers that.
    mutating func confirm(_ position: LedgerPosition) throws {
        guard position > confirmed else { return }
        confirmed = position
        try file.write(position)
    }

    /// Lets the next batch begin after what was confirmed.
    mutating func rewind() { next = confirmed }

    /// How many entries under a checkpoint are not confirmed.
    func lag() throws -> UInt64 {
        var count: UInt64 = 0
        for number in try reader.source.logNumbers() where number >= confirmed.log {
            let size = try reader.facts(ofLog: number).size
            let done = number == confirmed.log ? min(confirmed.index, size) : 0
            count += size - done
        }
        return count
    }
}
