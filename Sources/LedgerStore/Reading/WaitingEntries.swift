private import Glibc
internal import Ledger

/// What the write-ahead log holds for a log from an index on, as somebody sees it who has no lock: a gateway may be
/// writing. What is not whole yet ends the reading.
struct WaitingEntries {
    /// A whole record and where it stands.
    private struct Found {
        let record: WriteAheadRecord
        let place: String
        let payload: [UInt8]
    }

    /// Entries that follow one another, from `first` on.
    private(set) var payloads: [[UInt8]] = []
    /// The index of the first entry, which is the one asked for or a later one.
    private(set) var first: UInt64
    /// Where confirmed entries are missing or damaged, since later ones are there.
    private(set) var damage: LedgerReadError?

    private enum Bounds {
        /// How often a gap is looked at again, since a gateway may have written between the reading of two files.
        static let attempts = 5
        /// Microseconds between.
        static let pause: UInt32 = 20_000
    }

    /// Reads until there is no gap, or it stays.
    static func settled(folder: String, log: Int, from index: UInt64) throws(LedgerReadError) -> WaitingEntries {
        for _ in 1..<Bounds.attempts {
            let found = try WaitingEntries(folder: folder, log: log, from: index)
            if found.damage == nil { return found }
            usleep(Bounds.pause)
        }
        return try WaitingEntries(folder: folder, log: log, from: index)
    }

    private init(folder: String, log: Int, from index: UInt64) throws(LedgerReadError) {
        first = index
        var found: [Found] = []
        var marks: [(end: UInt64, place: String)] = []
        for name in try LedgerFolder.names(in: folder) where name.hasSuffix(".wal") {
            let path = "\(folder)/\(name)"
            if let bytes = try LedgerFolder.contents(of: path) { Self.scan(bytes, path, log, index, &found, &marks) }
        }
        let wanted = Set(found.filter { $0.record.end > index }.map(\.record.round))
        found.sort { ($0.record.round, $0.record.part) < ($1.record.round, $1.record.part) }
        let next = chain(found.filter { wanted.contains($0.record.round) }) ?? index
        guard damage == nil, let mark = marks.first(where: { $0.end > next }) else { return }
        damage = .malformed(
            path: mark.place,
            reason:
                "entry \(next) is damaged or missing in the write-ahead log, though all before entry \(mark.end) were "
                + "confirmed")
    }

    private static func scan(
        _ bytes: [UInt8], _ path: String, _ log: Int, _ index: UInt64, _ found: inout [Found],
        _ marks: inout [(end: UInt64, place: String)]
    ) {
        let alignment = WriteAheadRecord.Layout.alignment
        bytes.withUnsafeBytes { bytes in
            var offset = 0
            while bytes.count - offset >= alignment {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
                guard let record = WriteAheadRecord(header: rest), record.isWhole(rest) else {
                    if let mark = WriteAheadMark(rest), mark.log == log {
                        marks.append((mark.end, "\(path):\(offset)"))
                    }
                    offset += alignment
                    continue
                }
                // A round counts as a whole, so all its parts are kept.
                if record.log == log, record.end > index || record.parts > 1 {
                    found.append(
                        Found(record: record, place: "\(path):\(offset)", payload: Array(record.payload(of: rest))))
                }
                offset += record.recordBytes
            }
        }
    }

    /// Takes the rounds that follow one another; the index after their last entry, `nil` if there is none.
    private mutating func chain(_ found: [Found]) -> UInt64? {
        var next: UInt64?
        var round: UInt64?
        var position = 0
        while position < found.count {
            let start = found[position].record
            let parts = found[position...].prefix { $0.record.round == start.round }
            guard Self.isWhole(parts), next == nil || start.first == next,
                round == nil || start.round == round.map({ $0 + 1 })
            else {
                // The last round may be half written; behind any other, something was confirmed.
                guard parts.endIndex < found.count || Self.isWhole(parts) else { return next }
                damage = .malformed(
                    path: found[position].place,
                    reason:
                        "entry \(next ?? first) is damaged or missing in the write-ahead log, though later ones were "
                        + "confirmed")
                return next
            }
            if next == nil { first = max(first, start.first) }
            for part in parts {
                payloads.append(part.payload)
                next = part.record.end
            }
            if payloads.count == parts.count { skipped = first - start.first }
            round = start.round
            position = parts.endIndex
        }
        return next
    }

    /// Adds the logs of which a file holds whole records.
    static func logs(in bytes: [UInt8], _ logs: inout Set<Int>) {
        bytes.withUnsafeBytes { bytes in
            var offset = 0
            while bytes.count - offset >= WriteAheadRecord.Layout.alignment {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
                guard let record = WriteAheadRecord(header: rest), record.isWhole(rest) else {
                    offset += WriteAheadRecord.Layout.alignment
                    continue
                }
                logs.insert(Int(record.log))
                offset += record.recordBytes
            }
        }
    }

    /// How many entries at the beginning of the first payloads are before `first`.
    private var skipped: UInt64 = 0

    /// Whether a round has all its parts, with entries that follow one another.
    private static func isWhole(_ round: ArraySlice<Found>) -> Bool {
        guard let first = round.first, round.count == Int(first.record.parts) else { return false }
        var next = first.record.first
        for (part, found) in round.enumerated() {
            guard Int(found.record.part) == part, found.record.first == next else { return false }
            next = found.record.end
        }
        return true
    }

    /// Gives the entries with their indices, until `body` says no.
    func forEach(_ body: (UInt64, UnsafeRawBufferPointer) throws -> Bool) throws {
        var index = first - skipped
        for payload in payloads {
            var wantsMore = true
            try payload.withUnsafeBytes { payload in
                _ = try WriteAheadRecord.forEachEntry(payload) { entry in
                    defer { index += 1 }
                    if wantsMore, index >= first { wantsMore = try body(index, entry) }
                }
            }
            guard wantsMore else { return }
        }
    }
}

extension LedgerFolder {
    /// The logs of which the folder `wal` holds entries; none for one log alone.
    public func waitingLogs() throws(LedgerReadError) -> [Int] {
        let folder = "\(path)/wal"
        guard !isOneLog, access(folder, F_OK) == 0 else { return [] }
        var logs: Set<Int> = []
        for name in try Self.names(in: folder) where name.hasSuffix(".wal") {
            if let bytes = try Self.contents(of: "\(folder)/\(name)") { WaitingEntries.logs(in: bytes, &logs) }
        }
        return logs.sorted()
    }

    /// The entries of the write-ahead log, in the folder `wal`; one log alone has none.
    public func waitingEntries(
        ofLog log: Int, from index: UInt64, _ body: (UInt64, UnsafeRawBufferPointer) throws -> Bool
    ) throws {
        let folder = "\(path)/wal"
        guard !isOneLog, access(folder, F_OK) == 0 else { return }
        let waiting = try WaitingEntries.settled(folder: folder, log: log, from: index)
        try waiting.forEach(body)
        if let damage = waiting.damage { throw damage }
    }
}
