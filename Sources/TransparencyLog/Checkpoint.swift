public import Cryptography

/// The head of a log: its name, size and root (c2sp.org/tlog-checkpoint).
public struct Checkpoint: Hashable, Sendable {
    /// The log's unique name, UTF-8.
    public let origin: [UInt8]
    /// The number of leaves.
    public let size: UInt64
    /// The root of the tree of these leaves.
    public let root: Digest32
    /// Further lines, without their line feeds; witnesses say nothing about them.
    public let extensions: [[UInt8]]

    /// Takes the parts; `nil` for an empty or multi-line origin or extension, and a size beyond what a tree has.
    public init?(origin: String, size: UInt64, root: Digest32, extensions: [String] = []) {
        let lines = [origin] + extensions
        guard size <= MerkleTree.maximumSize else { return nil }
        guard lines.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { $0 >= 0x20 } }) else { return nil }
        self.origin = Array(origin.utf8)
        self.size = size
        self.root = root
        self.extensions = extensions.map { Array($0.utf8) }
    }

    /// Reads a note's text.
    public init(parsing text: [UInt8]) throws(LogFormatError) {
        var lines = StrictLines("checkpoint", text[...])
        origin = Array(try lines.next())
        guard !origin.isEmpty else { throw lines.error("no origin") }
        guard let size = StrictLines.number(try lines.next()) else { throw lines.error("no size below 2^63") }
        self.size = size
        guard let root = StrictLines.hash(try lines.next()) else { throw lines.error("no SHA-256 in base64") }
        self.root = root
        var extensions: [[UInt8]] = []
        while !lines.rest.isEmpty {
            extensions.append(Array(try lines.next()))
            guard extensions.last?.isEmpty == false else { throw lines.error("an empty line") }
        }
        self.extensions = extensions
    }

    /// The text to be signed.
    public var text: [UInt8] {
        var text = origin
        text.append(contentsOf: "\n\(size)\n".utf8)
        root.withBytes { Base64.append($0, to: &text) }
        text.append(StrictLines.lineFeed)
        for line in extensions { text.append(contentsOf: line + [StrictLines.lineFeed]) }
        return text
    }

    /// The checkpoint with signatures.
    public func signed(by signers: [NoteSigner], time: UInt64 = 0) throws(SigningError) -> SignedCheckpoint {
        var checkpoint = SignedCheckpoint(checkpoint: self)
        for signer in signers { checkpoint.append(try signer.sign(checkpoint.text, time: time)) }
        return checkpoint
    }
}

/// Whom one trusts to say that a checkpoint is a log's: the log itself, and so many of some witnesses.
public struct LogTrust: Sendable {
    /// The log's name.
    public let origin: [UInt8]
    /// The log's keys; one of them must have signed.
    public let logKeys: [NoteVerifier]
    /// The witnesses' keys.
    public let witnessKeys: [NoteVerifier]
    /// How many witnesses, counted by name, must have cosigned.
    public let quorum: Int

    /// Takes the parts; a log whose origin is its key's name needs only the key.
    public init(
        logKeys: [NoteVerifier], origin: String? = nil, witnessKeys: [NoteVerifier] = [], quorum: Int = 0
    ) {
        self.logKeys = logKeys
        self.origin = origin.map { Array($0.utf8) } ?? logKeys.first?.name.bytes ?? []
        self.witnessKeys = witnessKeys
        self.quorum = quorum
    }
}

/// Why a checkpoint, or a proof with one, does not count.
public enum LogVerificationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It is another log's.
    case otherOrigin
    /// The signatures do not hold.
    case signatures(NoteVerificationError)
    /// Too few witnesses have cosigned.
    case tooFewWitnesses(Int, of: Int)
    /// The entry is not where the proof says in the tree that the checkpoint names.
    case notIncluded

    /// Says which.
    public var description: String {
        switch self {
        case .otherOrigin: "the checkpoint is another log's"
        case .signatures(let error): "the checkpoint has \(error)"
        case .tooFewWitnesses(let count, let quorum): "\(count) witnesses of \(quorum) have cosigned"
        case .notIncluded: "the entry is not in the tree at this index"
        }
    }
}

/// A checkpoint as it was signed.
public struct SignedCheckpoint: Hashable, Sendable {
    /// What it says.
    public let checkpoint: Checkpoint
    /// The text as signed.
    public let text: [UInt8]
    /// All signatures, of unknown keys and types too.
    public private(set) var signatures: [NoteSignature]

    /// A checkpoint without signatures.
    public init(checkpoint: Checkpoint) {
        self.checkpoint = checkpoint
        text = checkpoint.text
        signatures = []
    }

    /// Reads a signed note whose text is a checkpoint.
    public init(parsing bytes: [UInt8]) throws(LogFormatError) {
        let note = try SignedNote(parsing: bytes)
        checkpoint = try Checkpoint(parsing: note.text)
        text = note.text
        signatures = note.signatures
    }

    /// Adds a signature at the end, a witness's say.
    public mutating func append(_ signature: NoteSignature) { signatures.append(signature) }

    /// The note's bytes, as they are kept and sent.
    public var bytes: [UInt8] {
        var bytes = text
        bytes.append(StrictLines.lineFeed)
        for signature in signatures { signature.append(to: &bytes) }
        return bytes
    }

    /// The signature of one key, checked; throws `NoteVerificationError.unsigned` if there is none.
    public func signatures(by key: NoteVerifier) throws(NoteVerificationError) -> [VerifiedSignature] {
        try note(signatures).verified(by: [key])
    }

    /// The signatures that hold, if the log and enough witnesses have made some.
    @discardableResult
    public func verified(by trust: LogTrust) throws(LogVerificationError) -> [VerifiedSignature] {
        guard checkpoint.origin == trust.origin else { throw .otherOrigin }
        let log = try verified(by: trust.logKeys)
        guard trust.quorum > 0 || !trust.witnessKeys.isEmpty else { return log }
        let witnesses: [VerifiedSignature]
        do throws(NoteVerificationError) {
            witnesses = try note(signatures).verified(by: trust.witnessKeys)
        } catch .unsigned {
            witnesses = []
        } catch {
            throw .signatures(error)
        }
        let names = Set(witnesses.filter { $0.type == .cosignatureV1 }.map(\.signature.name))
        guard names.count >= trust.quorum else { throw .tooFewWitnesses(names.count, of: trust.quorum) }
        return log + witnesses
    }

    private func verified(by keys: [NoteVerifier]) throws(LogVerificationError) -> [VerifiedSignature] {
        do throws(NoteVerificationError) {
            return try note(signatures).verified(by: keys)
        } catch {
            throw .signatures(error)
        }
    }

    /// The note with other signatures over the same text.
    func note(_ signatures: [NoteSignature]) -> SignedNote { SignedNote(checked: text, signatures) }
}
