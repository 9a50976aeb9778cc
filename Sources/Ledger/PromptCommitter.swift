public import Cryptography
public import Inference

/// Commits to a body without keeping it: SHA-256(salt ‖ body). With the salt, whoever has the body can show later that
/// it is the one recorded; without it, nobody can guess a body and try.
///
/// The salt is not kept either: it is HMAC-SHA-256(key, request's identifier), so that the holder of the key can tell
/// it again, and all salts are gone when the key is. The gateway has such a key for each day, in the vault (`LedgerVault`); a request
/// that is sealed there has a random salt, which is sealed with it.
public struct PromptCommitter: Sendable {
    private let authenticator: HMACSHA256Authenticator

    /// Makes salts with a key.
    public init(key: SymmetricKey) { authenticator = HMACSHA256Authenticator(key: key) }

    /// The salt of a request.
    public func salt(for requestID: RequestID) -> Digest32 {
        var text = requestID.rawValue
        return text.withUTF8 { authenticator.authenticate(UnsafeRawBufferPointer($0)) }
    }

    /// The commitment to a request's body.
    public func commitment(to body: [UInt8], of requestID: RequestID) -> Digest32 {
        Self.commitment(to: body, salt: salt(for: requestID))
    }

    /// The commitment to a body with a salt of its own.
    public static func commitment(to body: [UInt8], salt: Digest32) -> Digest32 {
        salt.withBytes { salt in body.withUnsafeBytes { SHA256.hash(salt, $0) } }
    }
}
