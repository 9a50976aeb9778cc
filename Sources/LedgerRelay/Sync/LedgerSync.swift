private import Cryptography
public import LedgerStore
private import TransparencyLog

/// Why a ledger's copy was not brought up to date: what is there is not an earlier state of what is here.
public enum LedgerSyncRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The copy is further than this machine's log, so one of them was rolled back or replaced.
    case remoteIsAhead(log: String, remote: UInt64, local: UInt64)
    /// Both have entries that the other has not.
    case remoteDiffers(log: String, size: UInt64)
    /// The place holds a log of another key.
    case otherLog(log: String)
    /// The copy's checkpoint is none, or is not signed by the log's key.
    case remoteCheckpoint(log: String, reason: String)
    /// This machine's log is not whole, so it was not published.
    case local(log: String, reason: String)
    /// Somebody else wrote the copy's checkpoint while we stored.
    case changedMeanwhile(log: String)

    /// Says which.
    public var description: String {
        switch self {
        case .remoteIsAhead(let log, let remote, let local):
            "\(log): the copy has \(remote) entries and this machine's log \(local): one of them was rolled back; "
                + "nothing was changed there"
        case .remoteDiffers(let log, let size):
            "\(log): the copy's \(size) entries are not the first \(size) of this machine's log; nothing was changed there"
        case .otherLog(let log): "\(log): the copy belongs to a log with another key; choose another prefix"
        case .remoteCheckpoint(let log, let reason): "\(log): the copy's checkpoint: \(reason)"
        case .local(let log, let reason): "\(log): \(reason); its checkpoint was not published"
        case .changedMeanwhile(let log): "\(log): somebody else wrote to the copy at the same time"
        }
    }
}

/// Copies a ledger's files to an S3-compatible store: first what never changes, at last the checkpoint, so that whoever
/// reads there always finds all that the checkpoint speaks of. A copy is only ever moved on, never back.
///
/// Blocks; one at a time for a ledger's folder.
public final class LedgerSync {
    /// What was done.
    public struct Report: Sendable, Hashable {
        /// Logs of the ledger.
        public internal(set) var logs = 0
        /// Entries that the copy has now.
        public internal(set) var entries: UInt64 = 0
        /// Files stored, checkpoints and keys included.
        public internal(set) var files = 0
        /// Their bytes.
        public internal(set) var bytes = 0
        /// Files that were there already, of an earlier try that did not come to its end; they were read back.
        public internal(set) var present = 0
        /// Files that were there already with other bytes, though as many, and were stored anew.
        public internal(set) var replaced = 0
        /// Bundles that this machine has pruned and the copy never got.
        public internal(set) var pruned = 0
        /// Partial tiles removed, since whole ones have taken their place.
        public internal(set) var removed = 0
        /// Partial tiles that could not be removed, such as in a store that keeps all; they do no harm.
        public internal(set) var kept = 0
    }

    /// How far it is: files stored, and files to store in this log.
    public typealias Progress = (_ log: String, _ done: Int, _ of: Int) -> Void

    private let folder: LedgerFolder
    private let settings: ObjectStoreSettings
    private let stop: StopSignal
    private let store: ObjectStore
    /// Checkpoints that the copy is known to have, so that finished logs cost no request.
    private var published: [Int: [UInt8]] = [:]

    /// Prepares; nothing is asked yet.
    public init(
        _ folder: LedgerFolder, to settings: ObjectStoreSettings, stop: StopSignal = StopSignal()
    ) throws(RelayFailure) {
        self.folder = folder
        self.settings = settings
        self.stop = stop
        store = try ObjectStore(settings, stop: stop)
    }

    /// Brings the copy up to date. Throws `RelayFailure` where the store is not reached or says no, and
    /// `LedgerSyncRefusal` where the copy is not of this ledger, or this ledger is not whole.
    public func run(progress: Progress = { _, _, _ in }) throws -> Report {
        var report = Report()
        let lock = SyncLock(folder.path)
        guard lock.isHeld else {
            throw RelayFailure(.internal, "`\(folder.path)`: another process copies this ledger right now")
        }
        for log in try LocalLog.all(in: folder) {
            try copy(log, &report, progress)
        }
        return report
    }

    private func copy(_ log: LocalLog, _ report: inout Report, _ progress: Progress) throws {
        guard let text = try log.bytes("checkpoint") else { return }
        guard let key = try log.bytes("vkey") else {
            throw LedgerSyncRefusal.local(log: log.name, reason: "there is no `vkey`")
        }
        let local = try checkpoint(text, key, of: log)
        report.logs += 1
        report.entries += local.checkpoint.size
        if published[log.number] == text { return }

        let before = try remoteCheckpoint(log, key, &report)
        let oldSize = before?.checkpoint.checkpoint.size ?? 0
        try compare(log, local: local.checkpoint, remote: before?.checkpoint.checkpoint)
        let pruned = report.pruned
        try store(log, from: oldSize, to: local.checkpoint.size, &report, progress)
        if report.pruned > pruned { try storePruningNote(log, &report) }
        if before?.bytes != text {
            guard try store.get("\(log.name)/checkpoint") == before?.bytes else {
                throw LedgerSyncRefusal.changedMeanwhile(log: log.name)
            }
            try store.put("\(log.name)/checkpoint", text)
            report.files += 1
            report.bytes += text.count
        }
        published[log.number] = text
        removePartials(log, from: oldSize, to: local.checkpoint.size, &report)
    }

    private func checkpoint(_ text: [UInt8], _ key: [UInt8], of log: LocalLog) throws -> SignedCheckpoint {
        do {
            return try Self.verified(text, key)
        } catch {
            throw LedgerSyncRefusal.local(log: log.name, reason: "`checkpoint`: \(error)")
        }
    }

    private static func verified(_ text: [UInt8], _ key: [UInt8]) throws -> SignedCheckpoint {
        let line = key.prefix { $0 != UInt8(ascii: "\n") }
        let verifier = try NoteVerifier(text: String(decoding: line, as: UTF8.self))
        let checkpoint = try SignedCheckpoint(parsing: text)
        try checkpoint.verified(by: LogTrust(logKeys: [verifier]))
        return checkpoint
    }

    /// What the copy has, if it is a copy of this log. The key is stored where there is none yet.
    private func remoteCheckpoint(
        _ log: LocalLog, _ key: [UInt8], _ report: inout Report
    ) throws -> (bytes: [UInt8], checkpoint: SignedCheckpoint)? {
        let remoteKey = try store.get("\(log.name)/vkey")
        let remote = try store.get("\(log.name)/checkpoint")
        if let remoteKey, remoteKey != key { throw LedgerSyncRefusal.otherLog(log: log.name) }
        if remoteKey == nil {
            guard remote == nil else { throw LedgerSyncRefusal.otherLog(log: log.name) }
            try store.put("\(log.name)/vkey", key)
            report.files += 1
            report.bytes += key.count
        }
        guard let remote else { return nil }
        do {
            return (remote, try Self.verified(remote, key))
        } catch {
            throw LedgerSyncRefusal.remoteCheckpoint(log: log.name, reason: "\(error)")
        }
    }

    private func compare(_ log: LocalLog, local: Checkpoint, remote: Checkpoint?) throws {
        guard let remote else { return }
        guard remote.size <= local.size else {
            throw LedgerSyncRefusal.remoteIsAhead(log: log.name, remote: remote.size, local: local.size)
        }
        guard var reader = log.tileReader(size: local.size) else { return }
        let root: Digest32
        do {
            guard try reader.root() == local.root else {
                throw LedgerSyncRefusal.local(log: log.name, reason: "its tiles are not those of its checkpoint")
            }
            root = try reader.root(at: remote.size)
        } catch let error where error is TileFormatError || error is LedgerReadError {
            throw LedgerSyncRefusal.local(log: log.name, reason: "\(error)")
        }
        guard root == remote.root else {
            throw LedgerSyncRefusal.remoteDiffers(log: log.name, size: remote.size)
        }
    }

    // MARK: - Tiles

    /// From so many files on it is asked first what is there already.
    private static let worthListing = 64

    private func store(
        _ log: LocalLog, from old: UInt64, to new: UInt64, _ report: inout Report, _ progress: Progress
    ) throws {
        let tiles = Tile.added(from: old, to: new)
        let there = tiles.count >= Self.worthListing ? try listing(log) : [:]
        var checked: Set<String> = []
        let pruned = try log.prunedBefore()
        var rest = tiles[...]
        var differing: [Tile] = []
        var done = 0
        progress(log.name, 0, tiles.count)
        try store.client.sendAll(
            atOnce: settings.connections,
            next: {
                while let tile = differing.popLast() ?? rest.popFirst() {
                    guard let bytes = try content(of: tile, log, prunedBefore: pruned, &report) else {
                        done += 1
                        continue
                    }
                    let name = "\(log.name)/\(tile.path)"
                    // What is there is not taken for what it should be: somebody may have damaged it.
                    if tile.isFull, there[name] == bytes.count, checked.insert(name).inserted {
                        let read = store.request(.get, name, maximum: bytes.count + 1)
                        return (Sending(name: name, tile: tile, bytes: bytes.count, expected: SHA256.hash(bytes)), read)
                    }
                    let upload = store.upload(name, bytes, type: ObjectStore.binary)
                    return (Sending(name: name, tile: tile, bytes: bytes.count), upload)
                }
                return nil
            },
            completed: { sending, result in
                if let expected = sending.expected {
                    // One that cannot be read, or is too long, is stored anew as well.
                    guard let answer = try? result.get(), answer.status == 200, SHA256.hash(answer.body) == expected
                    else {
                        report.replaced += 1
                        differing.append(sending.tile)
                        return
                    }
                    report.present += 1
                } else {
                    let answer = try result.get()
                    guard answer.isSuccess else { throw store.refusal(answer, "store", sending.name) }
                    report.files += 1
                    report.bytes += sending.bytes
                }
                done += 1
                progress(log.name, done, tiles.count)
            })
    }

    /// A file on its way: to the store, or back from there to be compared.
    private struct Sending {
        let name: String
        let tile: Tile
        let bytes: Int
        /// What it should be, where it is read back.
        var expected: Digest32?
    }

    /// The word of the log's key that bundles are missing on purpose: only where the copy never got them, since it keeps
    /// those that it has.
    private func storePruningNote(_ log: LocalLog, _ report: inout Report) throws {
        guard let note = try log.bytes(PruningNote.fileName) else { return }
        let name = "\(log.name)/\(PruningNote.fileName)"
        guard try store.get(name) == nil else { return }
        try store.put(name, note)
        report.files += 1
        report.bytes += note.count
    }

    /// What a try that did not come to its end has left there; nothing where the store does not say.
    private func listing(_ log: LocalLog) throws(RelayFailure) -> [String: Int] {
        do {
            return try store.list("\(log.name)/tile/")
        } catch {
            guard error.kind == .refused else { throw error }
            return [:]
        }
    }

    /// A tile's bytes, which are checked before anybody else relies on them; `nil` for a bundle that was pruned.
    private func content(
        of tile: Tile, _ log: LocalLog, prunedBefore pruned: UInt64, _ report: inout Report
    ) throws -> [UInt8]? {
        guard let bytes = try log.tile(tile) else {
            if tile.content == .entries, tile.index * UInt64(Tile.fullWidth) < pruned {
                report.pruned += 1
                return nil
            }
            throw LedgerSyncRefusal.local(log: log.name, reason: "`\(tile.path)` is missing")
        }
        do {
            switch tile.content {
            case .hashes: _ = try HashTile.decode(bytes, as: tile)
            case .entries:
                guard let index = try log.firstForeignEntry(in: bytes, of: tile) else { break }
                throw LedgerSyncRefusal.local(log: log.name, reason: "entry \(index) is not as it was written")
            }
        } catch let error where error is TileFormatError || error is LedgerReadError {
            throw LedgerSyncRefusal.local(log: log.name, reason: "\(error)")
        }
        return bytes
    }

    /// Removes the partial tiles whose place a whole one has taken. Who still holds the older checkpoint finds the same
    /// in the whole one (c2sp.org/tlog-tiles, "Partial tiles").
    private func removePartials(_ log: LocalLog, from old: UInt64, to new: UInt64, _ report: inout Report) {
        for tile in Tile.partial(inTreeOf: old) {
            guard let later = Tile(tile.content, index: tile.index, inTreeOf: new), later.isFull else { continue }
            let folder = "\(log.name)/\(later.path).p/"
            let names = (try? store.list(folder)).map { Array($0.keys) } ?? ["\(log.name)/\(tile.path)"]
            for name in names {
                do throws(RelayFailure) {
                    try store.delete(name)
                    report.removed += 1
                } catch {
                    report.kept += 1
                }
            }
        }
    }
}

extension Tile {
    /// The partial tiles of a tree of so many leaves.
    fileprivate static func partial(inTreeOf size: UInt64) -> [Tile] {
        var tiles: [Tile] = []
        for content in [.entries] + (0...7).map(Content.hashes(level:)) {
            let level = if case .hashes(let level) = content { level } else { 0 }
            let count = size >> UInt64(8 * level)
            guard count % UInt64(Tile.fullWidth) != 0 else { continue }
            if let tile = Tile(content, index: count / UInt64(Tile.fullWidth), inTreeOf: size) { tiles.append(tile) }
        }
        return tiles
    }
}
