internal import Ledger

/// What a start finds in the write-ahead log: the entries that are behind the checkpoint, and what a write left that
/// nobody ever had confirmed.
///
/// A record counts if it is whole. Rounds behind the checkpoint must follow one another without a gap; only the last one
/// may be torn, since the next one is begun when it is durable. A torn round with a later one behind it, and any other
/// gap, means that confirmed entries are damaged.
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

    /// The numbers of the files, in order.
    private(set) var numbers: [Int] = []
    /// The payloads behind the checkpoint, in order.
    private(set) var payloads: [[UInt8]] = []
    /// The highest number of a round that was seen.
    private(set) var highestRound: UInt64 = 0
    /// Bytes of entries of the torn round, as far as they were found.
    private(set) var cutBytes = 0
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
        var found: [Found] = []
        var unfinished: [WriteAheadRecord] = []
        for number in numbers {
            try Self.scan(directory.writeAheadPath(number), system, log, size, &found, &unfinished)
        }
        highestRound = found.reduce(0) { max($0, $1.record.round) }
        for one in found where Int(one.record.log) > log {
            throw .damaged(
                place: one.place,
                reason: "has entries of `\(LedgerFolder.name(ofLog: Int(one.record.log)))`, which is not there")
        }
        let waiting = found.filter { Int($0.record.log) == log && $0.record.end > size }
        try chain(waiting.sorted { ($0.record.round, $0.record.part) < ($1.record.round, $1.record.part) }, size)
        let last = highestRound
        for record in unfinished where record.round >= last && Int(record.log) == log && record.first >= size {
            cutBytes += record.payloadBytes
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
        _ path: String, _ system: any FileSystem, _ log: Int, _ size: UInt64, _ found: inout [Found],
        _ unfinished: inout [WriteAheadRecord]
    ) throws(LedgerStoreError) {
        let file = try OpenFile(system, path, .reading)
        let bytes = try file.bytes(count: try file.size())
        let alignment = WriteAheadRecord.Layout.alignment
        bytes.withUnsafeBytes { bytes in
            var offset = 0
            while bytes.count - offset >= alignment {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
                guard let record = WriteAheadRecord(header: rest) else {
                    offset += alignment
                    continue
                }
                guard record.isWhole(rest) else {
                    unfinished.append(record)
                    offset += alignment
                    continue
                }
                let isWaiting = Int(record.log) == log && record.end > size
                found.append(
                    Found(
                        record: record, path: path, offset: offset,
                        payload: isWaiting ? Array(record.payload(of: rest)) : []))
                offset += record.recordBytes
            }
        }
    }

    // MARK: - All records

    private mutating func chain(_ waiting: [Found], _ size: UInt64) throws(LedgerStoreError) {
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
                cutBytes += round.reduce(0) { $0 + $1.record.payloadBytes }
                return
            }
            for part in round {
                payloads.append(part.payload)
                next = part.record.end
                place = "\(part.path):\(part.offset + part.record.recordBytes)"
            }
            position = round.endIndex
        }
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
