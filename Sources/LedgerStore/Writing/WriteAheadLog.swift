internal import Ledger
internal import Synchronization

/// The write-ahead log: files of a fixed size, made of zeros ahead of need, so that synchronising one writes its data and
/// nothing else. What a checkpoint covers is overwritten again.
///
/// One thread appends; another makes files and gives them back. Appending blocks until all is durable.
final class WriteAheadLog: Sendable {
    private enum Bounds {
        /// How many empty files there should be.
        static let ahead = 1
        /// What may be left over at the end of a file: the longest entry does not fit it any more.
        static let slack = WriteAheadRecord.Layout.recordBytes(payload: LedgerSchema.maximumLineBytes + 2)
        /// What a record takes beside its entries.
        static let overhead = WriteAheadRecord.Layout.headerBytes + WriteAheadRecord.Layout.alignment
        /// One write of zeros.
        static let zeros = 1 << 18
    }

    private struct Segment: Sendable {
        let file: OpenFile
        /// The log and the index after the last entry in it.
        var end: (log: Int, index: UInt64) = (0, 0)
    }

    private struct State: Sendable {
        var current: Segment?
        var offset = 0
        var free: [Segment] = []
        var full: [Segment] = []
        var nextNumber: Int
        /// The bytes of room that there should be.
        var wanted = 0
        var count: Int { (current == nil ? 0 : 1) + free.count + full.count }
    }

    /// A run of records in one file.
    private struct Run {
        let file: OpenFile
        let offset: Int
        var bytes: [UInt8] = []
    }

    private let directory: LedgerDirectory
    private let system: any FileSystem
    private let sizes: LedgerStoreSettings.WriteAhead
    private let synchronises: Bool
    private let state: Mutex<State>
    /// Written by the thread that appends.
    private let round: Mutex<UInt64>

    /// Takes the files of these numbers, all of which may be overwritten; those of another size go. The next round has a
    /// number above `round`.
    init(_ settings: LedgerStoreSettings, system: any FileSystem, numbers: [Int], round: UInt64)
        throws(LedgerStoreError)
    {
        directory = LedgerDirectory(path: settings.directory)
        self.system = system
        sizes = settings.writeAhead
        synchronises = settings.durability == .power
        var free: [Segment] = []
        for number in numbers {
            let file = try OpenFile(system, directory.writeAheadPath(number), .updating)
            guard try file.size() == settings.writeAhead.fileBytes else {
                try? system.remove(file.path)
                continue
            }
            free.append(Segment(file: file))
        }
        state = Mutex(State(free: free, nextNumber: (numbers.max() ?? 0) + 1))
        self.round = Mutex(round)
    }

    /// The bytes that all files together hold.
    var capacity: Int { sizes.fileBytes * sizes.maximumFiles }

    /// The bytes of entries that certainly find room now.
    var room: Int { state.withLock { room($0) } }

    private func room(_ state: State) -> Int {
        let rest = state.current == nil ? 0 : max(0, sizes.fileBytes - state.offset - Bounds.slack)
        return rest + state.free.count * (sizes.fileBytes - Bounds.slack)
    }

    /// Says how much room, in bytes, there should be beside a whole file.
    func want(_ bytes: Int) { state.withLock { $0.wanted = bytes + sizes.fileBytes } }

    /// What so many bytes of entries take of it at most, written at once.
    static func need(_ bytes: Int) -> Int {
        bytes + Bounds.overhead * (1 + bytes / (WriteAheadRecord.Layout.maximumPayloadBytes / 2))
    }

    /// Whether a file should be made.
    var wantsFile: Bool {
        state.withLock { state in
            state.count < sizes.maximumFiles && (state.free.count < Bounds.ahead || room(state) < state.wanted)
        }
    }

    /// Appends a batch, for which there must be room, and makes it durable. After an error it is unknown what the disk
    /// holds, and nothing may be appended any more.
    func append(_ batch: LedgerSequencer.Batch, log: Int) throws(LedgerStoreError) {
        let number = round.withLock { round in
            round += 1
            return round
        }
        guard let runs = state.withLock({ layOut(batch, log: log, round: number, &$0) }) else {
            throw .system(
                operation: "find room in", path: directory.writeAheadPath, code: LedgerStoreError.noSpace)
        }
        for run in runs { try run.file.write(run.bytes, at: run.offset) }
        if synchronises {
            for run in runs { try run.file.synchroniseData() }
        }
        try mark(batch, log: log, behind: runs)
    }

    /// Says behind the round that it is durable, where the file has room for it.
    private func mark(_ batch: LedgerSequencer.Batch, log: Int, behind runs: [Run]) throws(LedgerStoreError) {
        guard let last = runs.last else { return }
        let mark = WriteAheadMark(log: UInt32(clamping: log), end: batch.end).bytes
        let offset = last.offset + last.bytes.count
        guard offset + mark.count <= sizes.fileBytes else { return }
        try last.file.write(mark, at: offset)
    }

    /// Gives files back that a checkpoint covers; true if there is one.
    func release(log: Int, size: UInt64) -> Bool {
        state.withLock { state in
            let before = state.free.count
            state.free += state.full.filter { ($0.end.log, $0.end.index) <= (log, size) }
            state.full.removeAll { ($0.end.log, $0.end.index) <= (log, size) }
            return state.free.count > before
        }
    }

    /// Makes one more file of zeros.
    func makeFile() throws(LedgerStoreError) {
        let path = directory.writeAheadPath(state.withLock { $0.nextNumber })
        let new = path + ".new"
        do throws(LedgerStoreError) {
            let file = try OpenFile(system, new, .replacing)
            let zeros = [UInt8](repeating: 0, count: min(Bounds.zeros, sizes.fileBytes))
            for offset in stride(from: 0, to: sizes.fileBytes, by: zeros.count) {
                try file.write(Array(zeros.prefix(sizes.fileBytes - offset)), at: offset)
            }
            if synchronises { try file.synchronise() }
            do throws(FileFault) {
                try system.rename(new, to: path)
            } catch {
                throw .system(operation: "rename `\(new)` to", path: path, code: error.code)
            }
            if synchronises { try OpenFile(system, directory.writeAheadPath, .directory).synchronise() }
            state.withLock { state in
                state.nextNumber += 1
                state.free.append(Segment(file: file))
            }
        } catch {
            // Room for what is needed more.
            if !error.isFinal { try? system.remove(new) }
            throw error
        }
    }

    // MARK: - Where records go

    /// The records of a batch, file by file; `nil`, and nothing changed, if there is no room.
    private func layOut(_ batch: LedgerSequencer.Batch, log: Int, round: UInt64, _ state: inout State) -> [Run]? {
        let before = state
        var pieces: [(entries: Range<Int>, payload: Range<Int>, run: Int)] = []
        var runs: [Run] = []
        var next = 0
        var begin = 0
        while next < batch.count {
            let room = min(
                WriteAheadRecord.Layout.maximumPayloadBytes,
                sizes.fileBytes - state.offset - WriteAheadRecord.Layout.headerBytes)
            var end = next
            while end < batch.count, batch.ends[end] - begin <= room { end += 1 }
            guard state.current != nil, end > next else {
                guard advance(&state) else {
                    state = before
                    return nil
                }
                continue
            }
            if let file = state.current?.file, runs.last?.file !== file {
                runs.append(Run(file: file, offset: state.offset))
            }
            let payload = begin..<batch.ends[end - 1]
            pieces.append((next..<end, payload, runs.count - 1))
            state.offset += WriteAheadRecord.Layout.recordBytes(payload: payload.count)
            state.current?.end = (log, batch.first + UInt64(end))
            next = end
            begin = payload.upperBound
        }
        for (part, piece) in pieces.enumerated() {
            guard
                let record = WriteAheadRecord(
                    log: UInt32(clamping: log), round: round, part: UInt32(part), parts: UInt32(pieces.count),
                    first: batch.first + UInt64(piece.entries.lowerBound), count: UInt32(piece.entries.count),
                    payloadBytes: piece.payload.count)
            else { return nil }
            batch.bytes.withUnsafeBytes {
                record.append(
                    payload: UnsafeRawBufferPointer(rebasing: $0[piece.payload]), to: &runs[piece.run].bytes)
            }
        }
        return runs
    }

    /// Goes on in the next empty file; false if there is none.
    private func advance(_ state: inout State) -> Bool {
        guard !state.free.isEmpty else { return false }
        if let current = state.current { state.full.append(current) }
        state.current = state.free.removeFirst()
        state.offset = 0
        return true
    }
}
