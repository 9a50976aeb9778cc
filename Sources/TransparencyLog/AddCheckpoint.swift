public import Cryptography

/// What a log asks a witness: to cosign a checkpoint (c2sp.org/tlog-witness, the body of `POST …/add-checkpoint`).
public struct AddCheckpointRequest: Hashable, Sendable {
    /// The size of the last checkpoint that the witness has cosigned; 0 if none is known.
    public let oldSize: UInt64
    /// The consistency proof from that size; empty for 0.
    public let hashes: [Digest32]
    /// The new checkpoint.
    public let checkpoint: SignedCheckpoint

    /// Takes the parts; nothing is checked.
    public init(oldSize: UInt64, hashes: [Digest32], checkpoint: SignedCheckpoint) {
        self.oldSize = oldSize
        self.hashes = hashes
        self.checkpoint = checkpoint
    }

    /// Reads a body.
    public init(parsing bytes: [UInt8]) throws(LogFormatError) {
        guard bytes.count <= SignedNote.Bounds.bytes else { throw LogFormatError("add-checkpoint", "too long") }
        var lines = StrictLines("add-checkpoint", bytes[...])
        oldSize = try lines.number(named: "old")
        hashes = try lines.hashes()
        checkpoint = try SignedCheckpoint(parsing: Array(lines.rest))
    }

    /// The body.
    public var bytes: [UInt8] {
        var bytes = Array("old \(oldSize)\n".utf8)
        StrictLines.append(hashes, to: &bytes)
        return bytes + checkpoint.bytes
    }
}

/// What a witness has answered, judged by the log that asked.
public enum AddCheckpointAnswer: Hashable, Sendable {
    /// The type of a conflict's body, a size.
    public static let sizeContentType = "text/x.tlog.size"

    /// 200: cosignatures of known witness keys, all of which hold; to be appended to the checkpoint.
    case cosigned([VerifiedSignature])
    /// 409: the witness's last checkpoint has this size; to be asked again from there. `nil` if it does not say, which
    /// it need not if the roots of the same size differ.
    case conflict(size: UInt64?)
    /// 403: no signature of a key that the witness knows.
    case unknownKey
    /// 404: the witness does not know the log.
    case unknownLog
    /// 422: the consistency proof does not hold.
    case inconsistent
    /// 400: the request is malformed, or its old size is beyond the new one.
    case refused
    /// 200 with a body that is no list of cosignatures, or that has none of a known key that holds.
    case invalid(String)
    /// Any other status.
    case unexpected(status: Int)

    /// Reads an answer to a request for `checkpoint`; `keys` are the witness's.
    public init(status: Int, body: [UInt8], to checkpoint: SignedCheckpoint, keys: [NoteVerifier]) {
        switch status {
        case 200: self = AddCheckpointAnswer.cosignatures(body, of: checkpoint, keys)
        case 409: self = .conflict(size: AddCheckpointAnswer.size(body))
        case 403: self = .unknownKey
        case 404: self = .unknownLog
        case 422: self = .inconsistent
        case 400: self = .refused
        default: self = .unexpected(status: status)
        }
    }

    private static func size(_ body: [UInt8]) -> UInt64? {
        body.last == StrictLines.lineFeed ? StrictLines.number(body.dropLast()) : nil
    }

    private static func cosignatures(
        _ body: [UInt8], of checkpoint: SignedCheckpoint, _ keys: [NoteVerifier]
    ) -> AddCheckpointAnswer {
        guard body.count <= SignedNote.Bounds.bytes else { return .invalid("too long") }
        let keys = keys.filter { $0.type == .cosignatureV1 }
        do {
            let signatures = try SignedNote.parseSignatures(body[...])
            return .cosigned(try checkpoint.note(signatures).verified(by: keys))
        } catch {
            return .invalid("\(error)")
        }
    }
}
