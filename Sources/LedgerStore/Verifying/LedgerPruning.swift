private import Cryptography
private import Glibc
private import JSONText
public import Ledger
public import TransparencyLog

/// Takes old entries out of a ledger's folder: whole full bundles whose entries are all older than a moment, from the
/// beginning of a log on. The hashes of all entries stay, and so do the checkpoints: what is left can be proved as before,
/// and so can the copies of what is gone.
///
/// It works beside a gateway, which never touches a full bundle again. What is taken out is checked before: pruning must
/// not make damage disappear. The log's key signs a note of it (`PruningNote`), so that nobody else can take entries out
/// and call it pruning.
public struct LedgerPruning: Sendable {
    /// What is, or would be, taken out of one log.
    public struct Part: Sendable {
        /// The log's number.
        public let log: Int
        /// The log's name.
        public let origin: String
        /// Entries before this index were pruned earlier.
        public let from: UInt64
        /// Entries before this index are pruned then.
        public let before: UInt64
        /// The bytes of the bundles.
        public let bytes: Int
        /// The log's first entry, where it names the log before.
        let continued: [UInt8]?
    }

    /// Why nothing is pruned.
    public enum Problem: Error, Sendable, CustomStringConvertible {
        /// What would be pruned is damaged.
        case damaged(LedgerDamage)
        /// The signing key is not the log's.
        case otherKey(log: String)
        /// The note cannot be signed.
        case unsigned

        /// Says which.
        public var description: String {
            switch self {
            case .damaged(let damage): "nothing is pruned, since this is damaged: \(damage)"
            case .otherKey(let log): "nothing is pruned: the signing key is not that of \(log)"
            case .unsigned: "nothing is pruned: the note about it could not be signed"
            }
        }
    }

    private let folder: LedgerFolder
    /// What each log has to take out.
    public let parts: [Part]

    /// Finds what there is to take out before a moment, and checks it. Throws `Problem`, and `LedgerReadError`.
    public init(directory: String, before moment: LedgerTime) throws {
        folder = try LedgerFolder(directory)
        var parts: [Part] = []
        for log in try folder.logNumbers() {
            let (part, isWhole) = try Self.part(folder, log, moment)
            if part.before > part.from { parts.append(part) }
            // What is older is older in the logs before, too.
            guard isWhole else { break }
        }
        self.parts = parts
    }

    /// Takes it out: first a note in each log, signed, then the bundles. `signer` gives the key of a log by its name.
    public func prune(at time: LedgerTime, signer: (String) -> NoteSigner?) throws {
        for part in parts {
            let place = folder.place(of: "", inLog: part.log)
            guard let signer = signer(part.origin), signer.verifier.text == (try key(part.log)) else {
                throw Problem.otherKey(log: place)
            }
            guard
                let note = try? PruningNote(
                    origin: part.origin, before: part.before, time: "\(time)", continued: part.continued, signer: signer
                )
            else { throw Problem.unsigned }
            try replace(folder.place(of: PruningNote.fileName, inLog: part.log), with: note.bytes)
            for index in 0..<(part.before / UInt64(Tile.fullWidth)) {
                guard let tile = Tile(.entries, index: index) else { continue }
                try remove(folder.place(of: tile.path, inLog: part.log))
                // A former partial bundle has the same entries.
                for width in try partials(of: tile, log: part.log) { try remove(width) }
            }
        }
    }

    // MARK: - Finding

    /// What one log has to take out, and whether those are all its full bundles.
    private static func part(
        _ folder: LedgerFolder, _ log: Int, _ moment: LedgerTime
    ) throws -> (part: Part, isWhole: Bool) {
        var check = LogCheck(folder, log: log, trusted: LedgerTrust(keys: []))
        check.readHead()
        // A note of somebody else would make what is missing pass for pruned, and the next note would sign that.
        check.readPruning()
        guard check.damages.isEmpty, let checkpoint = check.log.checkpoint?.checkpoint else {
            throw Problem.damaged(
                check.damages.first ?? .init(.checkpoint, file: folder.place(of: "checkpoint", inLog: log), "none yet"))
        }
        let start = check.log.prunedBefore
        let width = UInt64(Tile.fullWidth)
        let full = checkpoint.size / width
        let files = LogFiles(source: folder, log: log)
        // What an earlier note has of it was checked with the note.
        var continued = check.log.continued
        var bytes = 0
        var index = start / width
        while index < full, let tile = Tile(.entries, index: index) {
            guard let bundle = try files.contents(tile.path) else {
                throw Problem.damaged(.init(.file, file: files.place(tile.path), "the bundle is missing"))
            }
            let entries = try EntryBundle.decode(bundle, as: tile)
            guard try isProved(entries.map { MerkleTree.leafHash($0) }, index, files, checkpoint) else {
                let (first, last) = (files.position(index * width), files.position(index * width + width - 1))
                throw Problem.damaged(
                    .init(
                        .entryOrTile, file: files.place(tile.path), first: first, last: last,
                        "these entries and the tiles of their hashes do not lead to the checkpoint's root"))
            }
            guard entries.allSatisfy({ time(of: $0).map { $0 < moment } ?? false }) else { break }
            if index == 0, let first = entries.first.map(Array.init), LogLink(first) != nil { continued = first }
            bytes += bundle.count
            index += 1
        }
        let part = Part(
            log: log, origin: String(decoding: checkpoint.origin, as: UTF8.self), from: start, before: index * width,
            bytes: bytes, continued: continued)
        return (part, index == full)
    }

    /// Whether a bundle's hashes are those of its tile, which stays, and lead to the root.
    private static func isProved(
        _ leaves: [Digest32], _ index: UInt64, _ files: LogFiles, _ checkpoint: Checkpoint
    ) throws -> Bool {
        var tiles = TileReader(size: checkpoint.size) { tile in
            guard let hashes = try files.hashes(of: tile) else {
                throw LedgerReadError.missing(path: files.place(tile.path))
            }
            return HashTile.encode(hashes)
        }
        guard let tile = Tile(.hashes(level: 0), index: index), try files.hashes(of: tile) == leaves else {
            return false
        }
        // The first one's proof has the hashes of all others.
        let proof = try tiles?.inclusionProof(of: index * UInt64(Tile.fullWidth))
        return proof?.verifies(leaves[0], root: checkpoint.root) ?? false
    }

    private static func time(of entry: ArraySlice<UInt8>) -> LedgerTime? {
        guard let document = try? JSONDocument(parsing: Array(entry)) else { return nil }
        return document.root["time"]?.string.flatMap { LedgerTime($0) }
    }

    // MARK: - Taking out

    private func key(_ log: Int) throws(LedgerReadError) -> String? {
        try folder.contents(of: "vkey", inLog: log).map { String(decoding: $0.prefix { $0 != 0x0A }, as: UTF8.self) }
    }

    private func partials(of tile: Tile, log: Int) throws(LedgerReadError) -> [String] {
        let path = folder.place(of: tile.path + ".p", inLog: log)
        guard access(path, F_OK) == 0 else { return [] }
        return try LedgerFolder.names(in: path).map { "\(path)/\($0)" }
    }

    private func remove(_ path: String) throws(LedgerReadError) {
        guard unlink(path) != 0, errno != ENOENT else { return }
        throw .system(operation: "remove", path: path, code: errno)
    }

    /// Puts a whole file, durable, in the place of what is there.
    private func replace(_ path: String, with bytes: [UInt8]) throws(LedgerReadError) {
        let temporary = "\(path).new"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw .system(operation: "create", path: temporary, code: errno) }
        let written = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        let isDurable = written == bytes.count && fsync(file) == 0
        let code = errno
        _ = close(file)
        guard isDurable else { throw .system(operation: "write", path: temporary, code: code) }
        guard rename(temporary, path) == 0 else { throw .system(operation: "rename", path: temporary, code: errno) }
        let parent = open(
            path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard parent >= 0 else { throw .system(operation: "open the folder of", path: path, code: errno) }
        defer { _ = close(parent) }
        guard fsync(parent) == 0 else { throw .system(operation: "synchronise the folder of", path: path, code: errno) }
    }
}
