public import Cryptography

/// A private key that signs notes.
public struct NoteSigner: Sendable {
    /// The public half.
    public let verifier: NoteVerifier
    private let key: SigningKey

    /// Takes a name, a type and an Ed25519 key; `nil` for an unknown type.
    public init?(name: NoteKeyName, type: NoteSignatureType = .ed25519, key: SigningKey) {
        guard let verifier = NoteVerifier(name: name, type: type, publicKey: key.publicKey) else { return nil }
        self.verifier = verifier
        self.key = key
    }

    /// The same key under another name.
    public func named(_ name: NoteKeyName) -> NoteSigner? { NoteSigner(name: name, type: verifier.type, key: key) }

    private static let prefix = "PRIVATE+KEY+"

    /// Reads a signer key, `PRIVATE+KEY+name+hash+base64`; throws if the hash is not that of the key, or the type is
    /// unknown.
    public init(text: String) throws(LogFormatError) {
        guard text.utf8.starts(with: NoteSigner.prefix.utf8) else {
            throw LogFormatError("signer key", "does not start with `\(NoteSigner.prefix)`")
        }
        let rest = text[text.utf8.index(text.startIndex, offsetBy: NoteSigner.prefix.utf8.count)...]
        let (name, keyID, type, seed) = try NoteKeyText.parse(rest, "signer key")
        guard let key = SigningKey(ed25519Seed: seed), let signer = NoteSigner(name: name, type: type, key: key) else {
            throw LogFormatError("signer key", "unknown type, or no key of its type")
        }
        guard signer.verifier.keyID == keyID else {
            throw LogFormatError("signer key", "its hash is not that of the key")
        }
        self = signer
    }

    /// The signer key of a seed of 32 bytes, `PRIVATE+KEY+name+hash+base64`: a secret. `nil` for an unknown type or
    /// another length.
    public static func text(name: NoteKeyName, type: NoteSignatureType = .ed25519, seed: [UInt8]) -> String? {
        guard let key = SigningKey(ed25519Seed: seed), let signer = NoteSigner(name: name, type: type, key: key) else {
            return nil
        }
        return prefix + NoteKeyText.text(name, signer.verifier.keyID, type, seed)
    }

    /// Signs a note's text. `time`, in seconds since 1970, goes into a cosignature and into no other type; beyond 2^63
    /// - 1 it is that.
    public func sign(_ text: [UInt8], time: UInt64 = 0) throws(SigningError) -> NoteSignature {
        var bytes: [UInt8] = []
        if verifier.type == .cosignatureV1 {
            let time = min(time, UInt64(Int64.max))
            bytes = time.bigEndianBytes + (try key.signature(of: Cosignature.message(text, time: time)))
        } else {
            bytes = try key.signature(of: text)
        }
        return NoteSignature(name: verifier.name, keyID: verifier.keyID, bytes: bytes)
    }
}

/// `name+hash+base64(type ‖ material)`, as both halves of a key are written.
enum NoteKeyText {
    typealias Parts = (name: NoteKeyName, keyID: UInt32, type: NoteSignatureType, material: [UInt8])

    static func parse(_ text: Substring, _ subject: String) throws(LogFormatError) -> Parts {
        let parts = Array(text.utf8).split(separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let name = NoteKeyName(bytes: Array(parts[0])) else {
            throw LogFormatError(subject, "not of the form name+hash+base64")
        }
        guard parts[1].count == 8, let keyID = Hexadecimal.decode(parts[1]) else {
            throw LogFormatError(subject, "its hash is not 8 hexadecimal digits")
        }
        guard let key = Base64.decode(parts[2]), let type = key.first else {
            throw LogFormatError(subject, "its last part is not base64")
        }
        return (name, keyID.bigEndian32, NoteSignatureType(rawValue: type), Array(key.dropFirst()))
    }

    static func text(
        _ name: NoteKeyName, _ keyID: UInt32, _ type: NoteSignatureType, _ material: [UInt8]
    ) -> String {
        "\(name)+\(Hexadecimal.encode(keyID.bigEndianBytes))+\(Base64.encode([type.rawValue] + material))"
    }
}
