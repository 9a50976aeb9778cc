public import Cryptography

/// A receipt: proof, for whoever has the log's public key and nothing else, that an entry is in a log
/// (c2sp.org/tlog-proof@v1).
public struct LogProof: Hashable, Sendable {
    /// Its first line.
    public static let header = "c2sp.org/tlog-proof@v1"

    /// Whatever the maker puts beside it; nobody vouches for it. `nil` if there is none.
    public let extra: [UInt8]?
    /// The entry's index in the log.
    public let index: UInt64
    /// The inclusion proof's hashes.
    public let hashes: [Digest32]
    /// The checkpoint of the tree that they lead to.
    public let checkpoint: SignedCheckpoint

    /// Takes the parts; nothing is checked.
    public init(extra: [UInt8]? = nil, index: UInt64, hashes: [Digest32], checkpoint: SignedCheckpoint) {
        self.extra = extra
        self.index = index
        self.hashes = hashes
        self.checkpoint = checkpoint
    }

    /// Reads a receipt.
    public init(parsing bytes: [UInt8]) throws(LogFormatError) {
        guard bytes.count <= SignedNote.Bounds.bytes else { throw LogFormatError("receipt", "too long") }
        var lines = StrictLines("receipt", bytes[...])
        guard try lines.next().elementsEqual(LogProof.header.utf8) else {
            throw lines.error("does not start with `\(LogProof.header)`")
        }
        let prefix = Array("extra ".utf8)
        var extra: [UInt8]?
        if lines.rest.starts(with: prefix) {
            extra = Base64.decode(try lines.next().dropFirst(prefix.count))
            guard extra != nil else { throw lines.error("no base64") }
        }
        index = try lines.number(named: "index")
        hashes = try lines.hashes()
        checkpoint = try SignedCheckpoint(parsing: Array(lines.rest))
        self.extra = extra
    }

    /// The receipt's bytes; to be kept in a file called `….tlog-proof`.
    public var bytes: [UInt8] {
        var bytes = Array("\(LogProof.header)\n".utf8)
        if let extra { bytes.append(contentsOf: "extra \(Base64.encode(extra))\n".utf8) }
        bytes.append(contentsOf: "index \(index)\n".utf8)
        StrictLines.append(hashes, to: &bytes)
        return bytes + checkpoint.bytes
    }

    /// Whether those whom one trusts vouch for an entry, by its hash: the checkpoint's signatures that hold.
    @discardableResult
    public func verified(_ leaf: Digest32, by trust: LogTrust) throws(LogVerificationError) -> [VerifiedSignature] {
        let signatures = try checkpoint.verified(by: trust)
        let proof = InclusionProof(index: index, size: checkpoint.checkpoint.size, hashes: hashes)
        guard proof.verifies(leaf, root: checkpoint.checkpoint.root) else { throw .notIncluded }
        return signatures
    }
}

extension StrictLines {
    /// Hashes in base64, one a line, and an empty line.
    static func append(_ hashes: [Digest32], to output: inout [UInt8]) {
        for hash in hashes {
            hash.withBytes { Base64.append($0, to: &output) }
            output.append(lineFeed)
        }
        output.append(lineFeed)
    }
}
