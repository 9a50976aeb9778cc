internal import Ledger

/// What a start finds in the write-ahead log: the entries that are behind the checkpoint, and what a write left that
/// nobody ever had confirmed.
///
/// A record counts if it is whole. Rounds behind the checkpoint must follow one another without a gap; only the last one
/// may be torn, since the next one is begun when it is durable. A torn round with a later one behind it, be that torn too, and any
/// other gap, means that confirmed entries are damaged; so does a `WriteAheadMark` of entries that are not there.
///
/// One case stays open: a loss of power within moments of a round's last byte takes the mark along, and what the disk then makes of
/// the round by itself, damaged or not confirmed, looks the same. It is cut, and `cutPlace` says where.
struct WriteAheadScan {
    /// A whole record and where it stands.
    private struct Found {
        let record: WriteAheadRecord
        let path: String
        let offset: Int
        /// Empty for what the checkpoint covers.
        let payload: [UInt8]

        var place: String { "\(path):\(offset)" }
    }

    /// What all files hold.
    private struct Content {
        /// Whole records.
        var found: [Found] = []
        /// Records that are not.
        var unfinished: [Found] = []
        var marks: [(log: Int, end: UInt64, place: String)] = []
    }

    /// The numbers of the files, in order.
    private(set) var numbers: [Int] = []
    /// The payloads behind the checkpoint, in order.
    private(set) var payloads: [[UInt8]] = []
    /// The highest number of a round that was seen.
    private(set) var highestRound: UInt64 = 0
    /// Bytes of entries of the torn round, as far as they were found.
    private(set) var cutBytes = 0
    /// Where the torn round begins, `FILE:BYTE`; `nil` if nothing is cut.
    private(set) var cutPlace: String?
    /// The parts of the torn round that are whole.
    private var torn: [Found] = []
    private let system: any FileSystem

    /// Reads all files. Throws, and changes nothing, where something confirmed is not as it was written.
    init(
        _ directory: LedgerDirectory, system: any FileSystem, log: Int, size: UInt64
    ) throws(LedgerStoreError) {
        self.system = system
        let names: [String]
        do throws(FileFault) {
            names = try system.names(directory.writeAheadPath) ?? []
        } catch {
            throw .system(operation: "open the folder", path: directory.writeAheadPath, code: error.code)
        }
        numbers = names.compactMap { directory.writeAheadNumber($0) }.sorted()
        var content = Content()
        for number in numbers { try Self.scan(directory.writeAheadPath(number), system, log, size, &content) }
        let found = content.found
        highestRound = found.reduce(0) { max($0, $1.record.round) }
        let all =
            found.map { (log: Int($0.record.log), place: $0.place) }
            + content.marks.map { (log: $0.log, place: $0.place) }
        for one in all where one.log > log {
            throw .damaged(
                place: one.place, reason: "has entries of `\(LedgerFolder.name(ofLog: one.log))`, which is not there")
        }
        let waiting = found.filter { Int($0.record.log) == log && $0.record.end > size }
        let next = try chain(
            waiting.sorted { ($0.record.round, $0.record.part) < ($1.record.round, $1.record.part) }, size)
        try checkConfirmed(next, content, log)
        let last = highestRound
        for one in content.unfinished
        where one.record.round >= last && Int(one.record.log) == log && one.record.first >= size {
            cutBytes += one.record.payloadBytes
            cutPlace = cutPlace ?? one.place
        }
    }

    /// Throws if something says of entries from `next` on that they were durable.
    private func checkConfirmed(_ next: UInt64, _ content: Content, _ log: Int) throws(LedgerStoreError) {
        for mark in content.marks where mark.log == log && mark.end > next {
            throw .damaged(
                place: mark.place,
                reason: "entry \(next) is damaged or missing, though all before entry \(mark.end) were confirmed")
        }
        // Of a round that was begun, all before it were.
        for one in content.unfinished
        where Int(one.record.log) == log && one.record.round > highestRound && one.record.part == 0
            && one.record.first > next
        {
            throw .damaged(
                place: one.place,
                reason: "entry \(next) is damaged or missing, though a later round, from entry \(one.record.first) on, "
                    + "was begun")
        }
    }

    /// Overwrites the whole parts of the torn round, so that they can never be taken for confirmed ones.
    func cut() throws(LedgerStoreError) {
        for one in torn {
            let file = try OpenFile(system, one.path, .updating)
            try file.write([UInt8](repeating: 0, count: WriteAheadRecord.Layout.alignment), at: one.offset)
            try file.synchroniseData()
        }
    }

    // MARK: - One file

    private static func scan(
        _ path: String, _ system: any FileSystem, _ log: Int, _ size: UInt64, _ content: inout Content
    ) throws(LedgerStoreError) {
        let file = try OpenFile(system, path, .reading)
        let bytes = try file.bytes(count: try file.size())
        let alignment = WriteAheadRecord.Layout.alignment
        bytes.withUnsafeBytes { bytes in
            var offset = 0
            while bytes.count - offset >= alignment {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
                guard let record = WriteAheadRecord(header: rest) else {
                    if let mark = WriteAheadMark(rest) {
                        content.marks.append((Int(mark.log), mark.end, "\(path):\(offset)"))
                    }
                    offset += alignment
                    continue
                }
                guard record.isWhole(rest) else {
                    content.unfinished.append(Found(record: record, path: path, offset: offset, payload: []))
                    offset += alignment
                    continue
                }
                let isWaiting = Int(record.log) == log && record.end > size
                content.found.append(
                    Found(
                        record: record, path: path, offset: offset,
                        payload: isWaiting ? Array(record.payload(of: rest)) : []))
                offset += record.recordBytes
            }
        }
    }

    // MARK: - All records

    /// Takes the rounds that follow one another; the index after their last entry.
    private mutating func chain(_ waiting: [Found], _ size: UInt64) throws(LedgerStoreError) -> UInt64 {
        var next = size
        var position = 0
        var place: String?
        while position < waiting.count {
            let first = waiting[position]
            let round = waiting[position...].prefix { $0.record.round == first.record.round }
            let isLast = round.endIndex == waiting.count
            guard Self.isWhole(round), first.record.first == next, place == nil || isNext(first, waiting[position - 1])
            else {
                guard isLast, !Self.isWhole(round), round.allSatisfy({ $0.record.first >= next }) else {
                    throw .damaged(
                        place: place ?? first.place,
                        reason: "entry \(next) is damaged or missing, though later ones were confirmed: found the "
                            + "entries from \(first.record.first) on in round \(first.record.round) at \(first.place)")
                }
                torn = Array(round)
                cutPlace = first.place
                cutBytes += round.reduce(0) { $0 + $1.record.payloadBytes }
                return next
            }
            for part in round {
                payloads.append(part.payload)
                next = part.record.end
                place = "\(part.path):\(part.offset + part.record.recordBytes)"
            }
            position = round.endIndex
        }
        return next
    }

    private func isNext(_ found: Found, _ before: Found) -> Bool {
        found.record.round == before.record.round + 1
    }

    /// Whether a round has all its parts, with entries that follow one another.
    private static func isWhole(_ round: ArraySlice<Found>) -> Bool {
        guard let first = round.first, round.count == Int(first.record.parts) else { return false }
        var next = first.record.first
        for (part, found) in round.enumerated() {
            guard Int(found.record.part) == part, found.record.parts == first.record.parts, found.record.first == next
            else { return false }
            next = found.record.end
        }
        return true
    }
}
