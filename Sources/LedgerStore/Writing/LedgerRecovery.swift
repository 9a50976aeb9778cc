internal import Cryptography
internal import Ledger
internal import TransparencyLog

/// What a start finds on disk, made fit to be written to: everything confirmed is under the checkpoint then, and the
/// write-ahead log may be overwritten.
///
/// Doing it twice, or again after it was interrupted anywhere, comes to the same.
struct LedgerRecovery {
    /// Holds the lock while it lives.
    let lock: OpenFile
    /// The number of the log to go on with.
    let number: Int
    /// Its end.
    private(set) var tree: LogTree
    private(set) var publisher: LogPublisher
    let writeAhead: WriteAheadLog
    /// Bytes of entries that were cut, since nobody ever had them confirmed.
    let cutBytes: Int
    /// Where they stood, `FILE:BYTE`; `nil` if there were none.
    let cutPlace: String?
    /// The last checkpoint of the log before, if its successor is still to say that it continues it.
    let continues: Checkpoint?

    /// Takes the directory for this process and reads what it holds. Throws where something is not as it was written, is
    /// another ledger's, or is older than what is remembered.
    init(_ settings: LedgerStoreSettings, system: any FileSystem) throws(LedgerStoreError) {
        var publisher = LogPublisher(settings, system: system)
        let directory = publisher.directory
        try publisher.makeLedger()
        lock = try OpenFile(system, directory.lockPath, .updatingOrCreating)
        guard try lock.lock() else { throw .inUse(directory: settings.directory) }

        let logs = try LogFinding.logs(directory, system)
        let reading = LogFinding(settings, publisher, system)
        let number: Int
        if let last = logs.last {
            number = last
        } else {
            try reading.checkMemory(logs: [])
            try publisher.makeLog(1)
            number = 1
        }
        let checkpoint = try reading.checkpoint(number)
        publisher.adopt(checkpoint)
        try reading.checkMemory(logs: logs.isEmpty ? [1] : logs)
        var tree = try reading.tree(number, checkpoint.checkpoint)

        let scan = try WriteAheadScan(directory, system: system, log: number, size: tree.size)
        if !scan.payloads.isEmpty {
            for payload in scan.payloads {
                payload.withUnsafeBytes { payload in
                    _ = WriteAheadRecord.forEachEntry(payload) { tree.append($0) }
                }
            }
            tree = try publisher.publish(tree, log: number)
        } else {
            try publisher.remember()
        }
        try scan.cut()
        self.number = number
        self.tree = tree
        self.publisher = publisher
        (cutBytes, cutPlace) = (scan.cutBytes, scan.cutPlace)
        continues = number > 1 && tree.size == 0 ? try reading.checkpoint(number - 1).checkpoint : nil
        writeAhead = try Self.writeAhead(settings, directory, system, scan)
    }

    private static func writeAhead(
        _ settings: LedgerStoreSettings, _ directory: LedgerDirectory, _ system: any FileSystem, _ scan: WriteAheadScan
    ) throws(LedgerStoreError) -> WriteAheadLog {
        var files = DurableFiles(system: system, synchronises: settings.durability == .power)
        try files.makeDirectory(directory.writeAheadPath, below: directory.path)
        try files.settle()
        let log = try WriteAheadLog(settings, system: system, numbers: scan.numbers, round: scan.highestRound)
        // One to write, and one for what comes meanwhile.
        while log.wantsFile { try log.makeFile() }
        return log
    }
}

/// Reads the logs of a ledger as they stand, and holds them against the key and the memory.
struct LogFinding {
    private let settings: LedgerStoreSettings
    private let publisher: LogPublisher
    private let system: any FileSystem
    private var directory: LedgerDirectory { publisher.directory }

    init(_ settings: LedgerStoreSettings, _ publisher: LogPublisher, _ system: any FileSystem) {
        self.settings = settings
        self.publisher = publisher
        self.system = system
    }

    /// The numbers of the logs that have a checkpoint, in order. A folder without one is what a crash left of making it.
    static func logs(_ directory: LedgerDirectory, _ system: any FileSystem) throws(LedgerStoreError) -> [Int] {
        let names = try names(directory.path, system)
        guard !names.contains(where: { $0.hasPrefix("ledger-") && $0.hasSuffix(".jsonl") }) else {
            throw .formerVersion(directory: directory.path)
        }
        var logs: [Int] = []
        for number in names.compactMap({ LedgerFolder.number($0) }).sorted() {
            let files = try self.names(directory.logPath(number), system)
            if files.contains("checkpoint") {
                logs.append(number)
            } else if files.contains("tile") {
                throw .damaged(
                    place: directory.checkpointPath(number), reason: "is missing, though the log has entries")
            }
        }
        return logs
    }

    private static func names(_ path: String, _ system: any FileSystem) throws(LedgerStoreError) -> [String] {
        do throws(FileFault) {
            return try system.names(path) ?? []
        } catch {
            throw .system(operation: "open the folder", path: path, code: error.code)
        }
    }

    private func bytes(_ path: String) throws(LedgerStoreError) -> [UInt8] {
        let file = try OpenFile(system, path, .reading)
        return try file.bytes(count: try file.size())
    }

    /// The checkpoint of a log, if our key made it.
    func checkpoint(_ number: Int) throws(LedgerStoreError) -> SignedCheckpoint {
        let path = directory.keyPath(number)
        let key = try publisher.signer(number).verifier
        let text = String(decoding: try bytes(path), as: UTF8.self)
        guard text == "\(key.text)\n" else {
            let name = text.split(separator: "+").first.map(String.init) ?? ""
            guard name == key.name.description else {
                throw .otherLedger(
                    path: path,
                    reason:
                        "the log is called `\(name)`, expected `\(key.name)`: put the ledger's name back, or begin a new "
                        + "ledger in another folder")
            }
            throw .otherLedger(path: path, reason: "the log was signed with another key than the one configured")
        }
        return try signed(try bytes(directory.checkpointPath(number)), directory.checkpointPath(number), key)
    }

    private func signed(
        _ bytes: [UInt8], _ path: String, _ key: NoteVerifier
    ) throws(LedgerStoreError) -> SignedCheckpoint {
        do {
            let checkpoint = try SignedCheckpoint(parsing: bytes)
            try checkpoint.verified(by: LogTrust(logKeys: [key]))
            return checkpoint
        } catch {
            throw .damaged(place: path, reason: "\(error)")
        }
    }

    /// The right edge of a log, which must be what its checkpoint says.
    func tree(_ number: Int, _ checkpoint: Checkpoint) throws(LedgerStoreError) -> LogTree {
        let root = directory.logPath(number)
        let tree: LogTree
        do {
            tree = try LogTree(size: checkpoint.size) { tile in try bytes("\(root)/\(tile.path)") }
        } catch let error as LedgerStoreError {
            throw error
        } catch let error as TileFormatError {
            throw .damaged(place: "\(root)/\(error.tile.path)", reason: error.reason)
        } catch {
            throw .damaged(place: root, reason: "\(error)")
        }
        guard tree.checkpoint(origin: publisher.origin(number))?.root == checkpoint.root else {
            throw .damaged(place: root, reason: "its last tiles have another root than its checkpoint says")
        }
        return tree
    }

    /// Throws unless the logs go on from the checkpoint that is remembered.
    func checkMemory(logs: [Int]) throws(LedgerStoreError) {
        guard let path = settings.remembered else { return }
        let remembered: [UInt8]
        do throws(LedgerStoreError) {
            remembered = try bytes(path)
        } catch .system(_, _, LedgerStoreError.noFile) {
            return
        }
        let seen: Checkpoint
        do throws(LogFormatError) {
            seen = try SignedCheckpoint(parsing: remembered).checkpoint
        } catch {
            throw .otherLedger(
                path: path, reason: "cannot be read: \(error); it remembers the ledger's last checkpoint")
        }
        let origin = String(decoding: seen.origin, as: UTF8.self)
        let advice = "; if that is meant, move this file away"
        guard let slash = origin.lastIndex(of: "/"), let number = Int(origin[origin.index(after: slash)...]),
            publisher.origin(number) == origin
        else {
            throw .otherLedger(
                path: path,
                reason: "remembers `\(origin)`, but the ledger is called `\(settings.signer.verifier.name)`" + advice)
        }
        guard logs.contains(number) else {
            throw .otherLedger(
                path: path,
                reason:
                    "remembers \(seen.size) entries of `\(origin)`, but `\(directory.logPath(number))` is not there: "
                    + "the ledger is older than it was, or gone" + advice)
        }
        _ = try signed(remembered, path, try publisher.signer(number).verifier)
        let present = try checkpoint(number).checkpoint
        guard present.size >= seen.size else {
            throw .otherLedger(
                path: path,
                reason:
                    "remembers \(seen.size) entries of `\(origin)`, but its checkpoint has \(present.size): the ledger is "
                    + "older than it was" + advice)
        }
        guard try root(number, at: seen.size, of: present) == seen.root else {
            throw .otherLedger(
                path: path,
                reason: "remembers other first \(seen.size) entries of `\(origin)`: the ledger is not the one that was "
                    + "written" + advice)
        }
    }

    /// The root over a log's first entries, from its tiles.
    private func root(_ number: Int, at size: UInt64, of checkpoint: Checkpoint) throws(LedgerStoreError) -> Digest32 {
        if size == checkpoint.size { return checkpoint.root }
        let root = directory.logPath(number)
        do {
            guard
                var reader = TileReader(size: checkpoint.size, fetch: { tile in try bytes("\(root)/\(tile.path)") })
            else { throw TreeRangeError() }
            return try reader.root(at: size)
        } catch let error as LedgerStoreError {
            throw error
        } catch {
            throw .damaged(place: root, reason: "\(error)")
        }
    }
}
