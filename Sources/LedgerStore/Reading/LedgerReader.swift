public import TransparencyLog

/// Gives the entries of a ledger in their order, also while a gateway writes to it, with bounded memory: those under a
/// checkpoint from the entry bundles, then those that only the write-ahead log has. They are not checked; that is what
/// `LedgerVerifier` is for. Blocks.
public struct LedgerReader: Sendable {
    private enum Bounds {
        /// How often a file may be gone because the log has grown in the meantime.
        static let retries = 16
    }

    /// Where the files come from.
    public let source: any LedgerSource

    /// Reads a ledger's folder, or the folder of one log.
    public init(directory: String) throws(LedgerReadError) { source = try LedgerFolder(directory) }

    /// Reads from anywhere.
    public init(source: any LedgerSource) { self.source = source }

    /// The logs as they are now, in order.
    public var logs: [LogFacts] {
        get throws(LedgerReadError) {
            var logs: [LogFacts] = []
            for number in try source.logNumbers() { logs.append(try facts(ofLog: number)) }
            return logs
        }
    }

    /// One log as it is now.
    public func facts(ofLog number: Int) throws(LedgerReadError) -> LogFacts {
        LogFacts(
            number: number, checkpoint: try checkpoint(ofLog: number), prunedBefore: try prunedBefore(inLog: number))
    }

    /// Gives the entries in order from a position on, or all; also those not yet under a checkpoint. `body` gets bytes
    /// that are valid during the call, and says whether to go on. Pruned entries are passed over.
    public func entries(
        from start: LedgerPosition? = nil, _ body: (LedgerPosition, UnsafeRawBufferPointer) throws -> Bool
    ) throws {
        for number in try source.logNumbers() where number >= start?.log ?? number {
            let first = number == start?.log ? start?.index ?? 0 : 0
            guard try entries(ofLog: number, from: first, body) else { return }
        }
    }

    /// The last entries, at most `count`, in order.
    public func lastEntries(_ count: Int) throws -> [(position: LedgerPosition, bytes: [UInt8])] {
        guard count > 0 else { return [] }
        var found: [(position: LedgerPosition, bytes: [UInt8])] = []
        for number in try source.logNumbers().reversed() where found.count < count {
            let wanted = count - found.count
            let size = try facts(ofLog: number).size
            var last: [(position: LedgerPosition, bytes: [UInt8])] = []
            _ = try entries(ofLog: number, from: size - min(size, UInt64(wanted))) { position, bytes in
                last.append((position, [UInt8](bytes)))
                // Cut now and then, so that a long write-ahead log needs no more room than asked for.
                if last.count >= 2 * wanted + 1_024 { last.removeFirst(last.count - wanted) }
                return true
            }
            found = last.suffix(wanted) + found
        }
        return found
    }

    /// One entry; `nil` if there is none at this position, or it is pruned.
    public func entry(at position: LedgerPosition) throws -> [UInt8]? {
        guard try source.logNumbers().contains(position.log) else { return nil }
        var found: [UInt8]?
        _ = try entries(ofLog: position.log, from: position.index) { place, bytes in
            if place == position { found = [UInt8](bytes) }
            return false
        }
        return found
    }

    // MARK: - One log

    /// False if `body` wants no more.
    private func entries(
        ofLog log: Int, from start: UInt64, _ body: (LedgerPosition, UnsafeRawBufferPointer) throws -> Bool
    ) throws -> Bool {
        var next = start
        for _ in 0..<Bounds.retries {
            guard try bundledEntries(ofLog: log, &next, body) else { return false }
            var wantsMore = true
            var hasGap = false
            try source.waitingEntries(ofLog: log, from: next) { index, bytes in
                guard index == next else {
                    // Those between have become part of the tree since the checkpoint was read.
                    hasGap = index > next
                    return !hasGap
                }
                next += 1
                wantsMore = try body(LedgerPosition(log: log, index: index), bytes)
                return wantsMore
            }
            guard wantsMore else { return false }
            guard hasGap else { return true }
        }
        throw LedgerReadError.malformed(
            path: source.place(of: "checkpoint", inLog: log),
            reason: "entry \(next) is neither under this checkpoint nor in the write-ahead log, which goes on behind it"
        )
    }

    /// The entries under the checkpoint; `next` is the first that is wanted, and then the first that was not given.
    private func bundledEntries(
        ofLog log: Int, _ next: inout UInt64, _ body: (LedgerPosition, UnsafeRawBufferPointer) throws -> Bool
    ) throws -> Bool {
        next = max(next, try prunedBefore(inLog: log))
        var size = try checkpoint(ofLog: log)?.checkpoint.size ?? 0
        var retries = 0
        while next < size {
            let index = next / UInt64(Tile.fullWidth)
            guard let tile = Tile(.entries, index: index, inTreeOf: size) else { return true }
            guard let bytes = try source.contents(of: tile, inLog: log) else {
                // A partial bundle goes when its successor is there; a full one, when it is pruned.
                let pruned = try prunedBefore(inLog: log)
                let newSize = try checkpoint(ofLog: log)?.checkpoint.size ?? 0
                guard retries < Bounds.retries, newSize > size || pruned > next else {
                    throw LedgerReadError.missing(path: source.place(of: tile.path, inLog: log))
                }
                retries += 1
                next = max(next, pruned)
                size = max(size, newSize)
                continue
            }
            let entries: [ArraySlice<UInt8>]
            do throws(TileFormatError) {
                entries = try EntryBundle.decode(bytes, as: tile)
            } catch {
                throw LedgerReadError.malformed(path: source.place(of: tile.path, inLog: log), reason: error.reason)
            }
            for entry in entries.dropFirst(Int(next % UInt64(Tile.fullWidth))) {
                let position = LedgerPosition(log: log, index: next)
                next += 1
                guard try entry.withUnsafeBytes({ try body(position, $0) }) else { return false }
            }
        }
        return true
    }

    func checkpoint(ofLog log: Int) throws(LedgerReadError) -> SignedCheckpoint? {
        guard let bytes = try source.contents(of: "checkpoint", inLog: log) else { return nil }
        do throws(LogFormatError) {
            return try SignedCheckpoint(parsing: bytes)
        } catch {
            throw .malformed(path: source.place(of: "checkpoint", inLog: log), reason: "\(error)")
        }
    }

    /// A log's public key, as the log itself has it.
    public func key(ofLog log: Int) throws(LedgerReadError) -> NoteVerifier {
        let place = source.place(of: "vkey", inLog: log)
        guard let bytes = try source.contents(of: "vkey", inLog: log) else { throw .missing(path: place) }
        do throws(LogFormatError) {
            return try NoteVerifier(text: String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
        } catch {
            throw .malformed(path: place, reason: "\(error)")
        }
    }

    private func prunedBefore(inLog log: Int) throws(LedgerReadError) -> UInt64 {
        guard let bytes = try source.contents(of: PruningNote.fileName, inLog: log) else { return 0 }
        do throws(LogFormatError) {
            let note = try PruningNote(parsing: bytes)
            guard let key = try? key(ofLog: log), note.origin == key.name.description, note.isSigned(by: [key]) else {
                // Else anybody who can write here could hide entries that are there from every question.
                throw LogFormatError("pruning note", "not signed by the log's key")
            }
            return note.before
        } catch {
            throw .malformed(path: source.place(of: PruningNote.fileName, inLog: log), reason: "\(error)")
        }
    }
}

extension LedgerSource {
    /// A tile's bytes: where a partial one is asked for and gone, those of the full one in its place.
    func contents(of tile: Tile, inLog log: Int) throws(LedgerReadError) -> [UInt8]? {
        if let bytes = try contents(of: tile.path, inLog: log) { return bytes }
        return tile.isFull ? nil : try contents(of: tile.full.path, inLog: log)
    }
}
