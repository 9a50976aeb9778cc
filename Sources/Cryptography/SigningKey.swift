private import COpenSSL

/// OpenSSL did not sign: no memory, or a provider without Ed25519.
public struct SigningError: Error, Sendable, CustomStringConvertible {
    /// Says what failed.
    public let description = "OpenSSL did not make an Ed25519 signature"
}

/// An Ed25519 private key (RFC 8032), by the operator's OpenSSL provider. Its seed cannot be read back.
public final class SigningKey: Sendable {
    /// The public half, 32 bytes.
    public let publicKey: [UInt8]

    /// Written here only; OpenSSL counts its users and signs with it from any thread. It wipes the seed when it goes.
    nonisolated(unsafe) private let key: OpaquePointer

    /// Takes the 32 bytes of a seed; `nil` for any other count.
    public init?(ed25519Seed seed: [UInt8]) {
        guard seed.count == 32, let key = sallyport_ed25519_private_key(seed, seed.count) else { return nil }
        var half = [UInt8](repeating: 0, count: 32)
        guard sallyport_ed25519_public_half(key, &half) == 1 else {
            EVP_PKEY_free(key)
            return nil
        }
        self.key = key
        publicKey = half
    }

    deinit { EVP_PKEY_free(key) }

    /// The signature of a message, 64 bytes; the same for the same message.
    public func signature(of message: [UInt8]) throws(SigningError) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: 64)
        guard sallyport_ed25519_sign(key, message, message.count, &signature) == 1 else { throw SigningError() }
        return signature
    }
}
