internal import Cryptography
internal import TransparencyLog

/// Checks one log: its key, its checkpoint, its tree, and that no other file stands between its files.
struct LogCheck {
    private(set) var log: LedgerVerdict.Log
    private(set) var damages: [LedgerDamage] = []
    private let files: LogFiles
    /// Keys that were kept elsewhere; none if nobody kept one.
    private let trusted: LedgerTrust

    init(_ source: any LedgerSource, log number: Int, trusted: LedgerTrust) {
        files = LogFiles(source: source, log: number)
        log = LedgerVerdict.Log(number: number, place: source.place(of: "", inLog: number))
        self.trusted = trusted
    }

    /// Reads key and checkpoint: what the log says its size is, before its tree is read.
    mutating func readHead() {
        log.key = readKey()
        guard let bytes = contents("checkpoint") else {
            if log.key == nil || !isNew { add(.checkpoint, "checkpoint", "the file is missing") }
            return
        }
        do {
            let checkpoint = try SignedCheckpoint(parsing: bytes)
            guard let key = log.key else { return add(.checkpoint, "checkpoint", "no key to check its signature by") }
            try checkpoint.verified(by: LogTrust(logKeys: [key], origin: key.name.description))
            log.checkpoint = checkpoint
        } catch {
            add(.checkpoint, "checkpoint", "the checkpoint was changed, or is none: \(error)")
        }
    }

    /// Checks entries and tiles, if there is a checkpoint to check them by.
    mutating func readTree(progress: (UInt64) -> Void) {
        readPruning()
        guard let checkpoint = log.checkpoint?.checkpoint else { return }
        var tree = TreeCheck(
            files, size: checkpoint.size, root: checkpoint.root, prunedBefore: log.prunedBefore)
        tree.run(progress: progress)
        log.entries = tree.goodEntries
        damages += tree.damages
        if !tree.leadsToRoot, tree.damages.isEmpty {
            add(
                .checkpoint, "checkpoint",
                "entries and tiles agree with each other, but the checkpoint is that of another tree: its root is "
                    + "\(Base64.encode(checkpoint.root.bytes))")
        }
        readOtherFiles(size: checkpoint.size)
        readWaiting(size: checkpoint.size)
    }

    // MARK: - Head

    private mutating func readKey() -> NoteVerifier? {
        guard let bytes = contents("vkey") else {
            add(.key, "vkey", "the file is missing")
            return nil
        }
        let text = String(decoding: bytes, as: UTF8.self)
        do throws(LogFormatError) {
            let key = try NoteVerifier(text: text.hasSuffix("\n") ? String(text.dropLast()) : text)
            guard Array("\(key.text)\n".utf8) == bytes else {
                throw LogFormatError("verifier key", "not one line as it was written")
            }
            guard trusted.keys.isEmpty || trusted.key(forLog: key.name.description)?.publicKey == key.publicKey else {
                add(.key, "vkey", "not the key that was kept elsewhere: the log may have been made by somebody else")
                return nil
            }
            guard isInItsPlace(key.name.description) else {
                add(.link, "vkey", "this is the log `\(key.name)`, which has another place in its ledger")
                return nil
            }
            return key
        } catch {
            add(.key, "vkey", "the key was changed, or is none: \(error)")
            return nil
        }
    }

    /// Whether a log's name ends with the number of its folder: else a log could pass for one before it, which is gone.
    private func isInItsPlace(_ name: String) -> Bool {
        files.source.isOneLog || name.hasSuffix("/\(files.log)")
    }

    /// Reads which entries were pruned, by the word of the log's key; after the head.
    mutating func readPruning() {
        guard let bytes = contents(PruningNote.fileName) else { return }
        do throws(LogFormatError) {
            let note = try PruningNote(parsing: bytes)
            guard let key = log.key, note.isSigned(by: [key]), note.origin == key.name.description, note.bytes == bytes
            else { return add(.file, PruningNote.fileName, "the note is not signed by the log's key") }
            guard note.before <= log.checkpoint?.checkpoint.size ?? 0 else {
                return add(
                    .history, PruningNote.fileName, "entries before \(note.before) were pruned: the log is older")
            }
            log.prunedBefore = note.before
            log.prunedAt = note.time
            guard let entry = note.continued else { return }
            guard isFirst(entry) else {
                return add(.link, PruningNote.fileName, "what it calls the log's first entry is not that of the tree")
            }
            log.continued = entry
        } catch {
            add(.file, PruningNote.fileName, "the note was changed, or is none: \(error)")
        }
    }

    /// Whether an entry has the first hash of the tile that a pruned bundle leaves. What is wrong with the tile is found with the tree.
    private func isFirst(_ entry: [UInt8]) -> Bool {
        guard let tile = Tile(.hashes(level: 0), index: 0), let hashes = try? files.hashes(of: tile) else {
            return true
        }
        return hashes.first == MerkleTree.leafHash(entry)
    }

    // MARK: - What else is there

    /// Whether the log was just made: it has no tile yet, or all that it has is in the write-ahead log too.
    private var isNew: Bool {
        guard let paths = try? files.source.paths(inLog: files.log) else { return false }
        guard paths.contains(where: { Tile(path: $0) != nil }) else { return true }
        var first: UInt64?
        try? files.source.waitingEntries(ofLog: files.log, from: 0) { index, _ in
            first = index
            return false
        }
        return first == 0
    }

    private static let ownFiles: Set<String> = ["vkey", "checkpoint", PruningNote.fileName]

    /// Former partial tiles must be the beginning of what stands in their place now; what no log has is noted.
    private mutating func readOtherFiles(size: UInt64) {
        let damaged = Set(damages.map(\.file))
        do throws(LedgerReadError) {
            for path in try files.source.paths(inLog: files.log)?.sorted() ?? [] where !Self.ownFiles.contains(path) {
                guard let tile = Tile(path: path), let now = Tile(tile.content, index: tile.index, inTreeOf: size),
                    tile.width <= now.width
                else {
                    log.strangers.append(path)
                    continue
                }
                // One damage is named once: the former tile may well be right then.
                guard tile.width < now.width, !damaged.contains(files.place(now.path)) else { continue }
                try check(former: tile, now)
            }
        } catch {
            damages.append(.init(.file, file: files.place(""), "\(error)"))
        }
    }

    private mutating func check(former tile: Tile, _ now: Tile) throws(LedgerReadError) {
        guard let bytes = try files.contents(tile.path) else { return }  // gone in the meantime
        guard let whole = try files.bytes(of: now)?.bytes, !whole.starts(with: bytes) else { return }
        let first = files.position(tile.index * UInt64(Tile.fullWidth))
        if case .entries = tile.content {
            add(.file, tile.path, "a former bundle from entry \(first) on, not as it was written")
        } else {
            add(.tile, tile.path, "a former tile, not as it was written")
        }
    }

    /// Counts the entries that only the write-ahead log has.
    private mutating func readWaiting(size: UInt64) {
        var next = size
        var damages: [LedgerDamage] = []
        var gap: LedgerDamage?
        let files = files
        do {
            try files.source.waitingEntries(ofLog: files.log, from: size) { index, bytes in
                let entry = [UInt8](bytes)
                if let problem = EntryForm.problem(entry, in: 0..<entry.count, at: index) {
                    damages.append(
                        .init(
                            .waiting, file: files.place(""), first: files.position(index),
                            "in the write-ahead log: \(problem)"))
                }
                if index > next {
                    let (first, last) = (files.position(next), files.position(index - 1))
                    gap = LedgerDamage(
                        .waiting, file: files.place(""), first: first, last: last,
                        "neither under the checkpoint nor in the write-ahead log, which goes on behind them")
                }
                next = index + 1
                return true
            }
        } catch {
            damages.append(.init(.waiting, file: files.place(""), "\(error)"))
        }
        // A gateway may have made a checkpoint in the meantime.
        if let gap,
            ((try? LedgerReader(source: files.source).checkpoint(ofLog: files.log)?.checkpoint.size) ?? 0) <= size
        {
            damages.insert(gap, at: 0)
        }
        log.waiting = next - size
        self.damages += damages
    }

    // MARK: - Reading

    private mutating func contents(_ path: String) -> [UInt8]? {
        do throws(LedgerReadError) {
            return try files.contents(path)
        } catch {
            damages.append(.init(.file, file: files.place(path), "\(error)"))
            return nil
        }
    }

    private mutating func add(_ part: LedgerDamage.Part, _ path: String, _ reason: String) {
        damages.append(.init(part, file: files.place(path), reason))
    }
}
