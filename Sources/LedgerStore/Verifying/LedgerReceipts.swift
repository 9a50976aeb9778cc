public import TransparencyLog

/// Makes receipts (c2sp.org/tlog-proof@v1): proof of an entry for whoever has the log's public key and nothing else. The
/// entry itself stands in the receipt's `extra`.
public struct LedgerReceipts {
    /// Why there is no receipt.
    public enum Problem: Error, Sendable, CustomStringConvertible {
        /// No checkpoint covers the entry yet.
        case waiting(LedgerPosition)
        /// The log does not prove the entry: something is damaged.
        case damaged(LedgerPosition, reason: String)

        /// Says which.
        public var description: String {
            switch self {
            case .waiting(let position): "entry \(position) is on disk, but not under a checkpoint yet"
            case .damaged(let position, let reason):
                "entry \(position) cannot be proved, see `sallyport audit verify`: \(reason)"
            }
        }
    }

    private let source: any LedgerSource
    /// The logs that were read, as they were then.
    private var logs: [Int: (checkpoint: SignedCheckpoint, key: NoteVerifier, tiles: TileReader)] = [:]

    /// Makes receipts of a ledger.
    public init(source: any LedgerSource) { self.source = source }

    /// The receipt of an entry under the log's checkpoint, checked as its receiver will. Throws `Problem`, and
    /// `LedgerReadError` where the log cannot be read.
    public mutating func receipt(for position: LedgerPosition, entry: [UInt8]) throws -> LogProof {
        if logs[position.log].map({ $0.checkpoint.checkpoint.size <= position.index }) ?? true {
            logs[position.log] = try read(log: position.log)
        }
        guard var log = logs[position.log], position.index < log.checkpoint.checkpoint.size else {
            throw Problem.waiting(position)
        }
        defer { logs[position.log] = log }
        do {
            let inclusion = try log.tiles.inclusionProof(of: position.index)
            let proof = LogProof(
                extra: entry, index: position.index, hashes: inclusion.hashes, checkpoint: log.checkpoint)
            try proof.verified(MerkleTree.leafHash(entry), by: LogTrust(logKeys: [log.key]))
            return proof
        } catch {
            throw Problem.damaged(position, reason: "\(error)")
        }
    }

    private func read(
        log: Int
    ) throws -> (checkpoint: SignedCheckpoint, key: NoteVerifier, tiles: TileReader)? {
        guard let checkpoint = try LedgerReader(source: source).checkpoint(ofLog: log) else { return nil }
        let files = LogFiles(source: source, log: log)
        let key = try LedgerReader(source: source).key(ofLog: log)
        let tiles = TileReader(size: checkpoint.checkpoint.size) { tile in
            guard let hashes = try files.hashes(of: tile) else {
                throw LedgerReadError.missing(path: files.place(tile.path))
            }
            return HashTile.encode(hashes)
        }
        return tiles.map { (checkpoint, key, $0) }
    }
}

/// A receipt that its receiver has checked.
public struct CheckedReceipt: Sendable {
    /// The entry: what the receipt proves.
    public let entry: [UInt8]
    /// The log's name.
    public let origin: String
    /// The entry's index in the log.
    public let index: UInt64
    /// The count of entries in the tree that the checkpoint is of.
    public let size: UInt64

    /// Checks all receipts of a file, one after the other, by public keys alone. Throws `LogFormatError` for what is no
    /// receipt, and `LogVerificationError` for one that does not prove its entry.
    public static func check(_ bytes: [UInt8], by trust: LedgerTrust) throws -> [CheckedReceipt] {
        try split(bytes).map { try check($0, by: trust) }
    }

    private static func check(_ bytes: ArraySlice<UInt8>, by trust: LedgerTrust) throws -> CheckedReceipt {
        let proof = try LogProof(parsing: Array(bytes))
        guard let entry = proof.extra else {
            throw LogFormatError("receipt", "has no entry: expected it in base64 in the line `extra`")
        }
        let checkpoint = proof.checkpoint.checkpoint
        let origin = String(decoding: checkpoint.origin, as: UTF8.self)
        guard let key = trust.key(forLog: origin) else { throw LogVerificationError.otherOrigin }
        try proof.verified(MerkleTree.leafHash(entry), by: LogTrust(logKeys: [key], origin: origin))
        return CheckedReceipt(entry: entry, origin: origin, index: proof.index, size: checkpoint.size)
    }

    /// The receipts of a file, each of which begins with its own first line.
    private static func split(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        let header = Array("\(LogProof.header)\n".utf8)
        var starts: [Int] = []
        var line = 0
        while line < bytes.count {
            if bytes[line...].starts(with: header) { starts.append(line) }
            guard let end = bytes[line...].firstIndex(of: 0x0A) else { break }
            line = end + 1
        }
        guard starts.first == 0 else { return [bytes[...]] }
        return zip(starts, starts.dropFirst() + [bytes.count]).map { bytes[$0..<$1] }
    }
}
