private import Cryptography

/// How a key signs notes: the byte that the specifications assign to it (c2sp.org/signed-note, "Signature types"). A
/// further type is one more value here and one more case where it is verified and made.
public struct NoteSignatureType: RawRepresentable, Hashable, Sendable {
    /// The assigned byte.
    public let rawValue: UInt8

    /// Takes the byte.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Ed25519 over the note's text.
    public static let ed25519 = NoteSignatureType(rawValue: 0x01)
    /// Ed25519 over a time and the note's text (c2sp.org/tlog-cosignature, `cosignature/v1`).
    public static let cosignatureV1 = NoteSignatureType(rawValue: 0x04)

    /// The number of a key: the first bytes of SHA-256(name ‖ line feed ‖ type ‖ public key).
    func keyID(_ name: NoteKeyName, _ publicKey: [UInt8]) -> UInt32 {
        SHA256.hash(name.bytes + [StrictLines.lineFeed, rawValue] + publicKey).bytes.bigEndian32
    }
}

/// A key that someone trusts: its name, type and public half.
public struct NoteVerifier: Sendable {
    /// The key's name.
    public let name: NoteKeyName
    /// The key's short number.
    public let keyID: UInt32
    /// How it signs.
    public let type: NoteSignatureType
    /// The public half, in the form of its type.
    public let publicKey: [UInt8]
    private let key: SignatureKey

    /// Takes the parts of a key; `nil` for an unknown type, and bytes that are no key of it.
    public init?(name: NoteKeyName, type: NoteSignatureType, publicKey: [UInt8]) {
        guard type == .ed25519 || type == .cosignatureV1, let key = SignatureKey(ed25519: publicKey) else { return nil }
        self.name = name
        self.type = type
        self.publicKey = publicKey
        self.key = key
        keyID = type.keyID(name, publicKey)
    }

    /// Reads a verifier key, `name+hash+base64`; throws if the hash is not that of the key, or the type is unknown.
    public init(text: String) throws(LogFormatError) {
        let (name, keyID, type, material) = try NoteKeyText.parse(text[...], "verifier key")
        guard let key = NoteVerifier(name: name, type: type, publicKey: material) else {
            throw LogFormatError("verifier key", "unknown type, or no key of its type")
        }
        guard key.keyID == keyID else { throw LogFormatError("verifier key", "its hash is not that of the key") }
        self = key
    }

    /// The verifier key, `name+hash+base64`.
    public var text: String { NoteKeyText.text(name, keyID, type, publicKey) }

    /// The verdict on one signature of a text: `nil` if it is not this key's.
    func verify(_ signature: NoteSignature, of text: [UInt8]) -> VerifiedSignature? {
        guard signature.name == name, signature.keyID == keyID else { return nil }
        var message = text
        var bytes = signature.bytes[...]
        var time: UInt64?
        if type == .cosignatureV1 {
            guard bytes.count == 8 + 64, bytes.bigEndian64 <= UInt64(Int64.max) else { return nil }
            let timestamp = bytes.bigEndian64
            message = Cosignature.message(text, time: timestamp)
            bytes = bytes.dropFirst(8)
            time = timestamp
        }
        let isRight = message.withUnsafeBytes { key.verifies(Array(bytes), of: $0, by: .ed25519) }
        return isRight ? VerifiedSignature(signature: signature, type: type, time: time) : nil
    }
}

/// The text that a witness signs (c2sp.org/tlog-cosignature, "Ed25519 signed message").
enum Cosignature {
    static func message(_ text: [UInt8], time: UInt64) -> [UInt8] {
        Array("cosignature/v1\ntime \(time)\n".utf8) + text
    }
}

/// A signature that a trusted key has made.
public struct VerifiedSignature: Hashable, Sendable {
    /// The signature.
    public let signature: NoteSignature
    /// How it was made.
    public let type: NoteSignatureType
    /// A cosignature's time, in seconds since 1970; `nil` for other types.
    public let time: UInt64?
}

/// Why a note does not count.
public enum NoteVerificationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No signature is of a known key.
    case unsigned
    /// A signature names a known key, which did not make it: the whole note is refused.
    case invalidSignature(NoteKeyName)
    /// Two different keys of those given have the same name and number.
    case ambiguousKey(NoteKeyName)

    /// Says which.
    public var description: String {
        switch self {
        case .unsigned: "no signature of a known key"
        case .invalidSignature(let name): "the signature of `\(name)` is wrong"
        case .ambiguousKey(let name): "two keys are called `\(name)` and have the same number"
        }
    }
}

extension SignedNote {
    /// The signatures of the keys given, one a key, the first that it has. Signatures of other keys are passed over; a
    /// wrong one of a key given condemns the note, and so does having none (c2sp.org/signed-note, "Signatures").
    public func verified(by keys: [NoteVerifier]) throws(NoteVerificationError) -> [VerifiedSignature] {
        struct Identity: Hashable {
            let name: NoteKeyName
            let keyID: UInt32
        }
        var known: [Identity: NoteVerifier] = [:]
        for key in keys {
            let identity = Identity(name: key.name, keyID: key.keyID)
            if let other = known[identity], other.type != key.type || other.publicKey != key.publicKey {
                throw .ambiguousKey(key.name)
            }
            known[identity] = key
        }
        var verified: [VerifiedSignature] = []
        var seen: Set<Identity> = []
        for signature in signatures {
            let identity = Identity(name: signature.name, keyID: signature.keyID)
            guard let key = known[identity] else { continue }
            guard let good = key.verify(signature, of: text) else { throw .invalidSignature(signature.name) }
            if seen.insert(identity).inserted { verified.append(good) }
        }
        guard !verified.isEmpty else { throw .unsigned }
        return verified
    }
}
