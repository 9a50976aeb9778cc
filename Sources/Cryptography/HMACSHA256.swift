private import COpenSSL
private import Synchronization

/// HMAC-SHA-256 (RFC 2104, FIPS 198-1).
public enum HMACSHA256 {
    /// The code of a message under a key. Where one key serves many messages, keep an `HMACSHA256Authenticator`.
    public static func authenticate(key: SymmetricKey, _ message: UnsafeRawBufferPointer) -> Digest32 {
        HMACSHA256Authenticator(key: key).authenticate(message)
    }

    /// The code of a message under a key. Where one key serves many messages, keep an `HMACSHA256Authenticator`.
    public static func authenticate(key: SymmetricKey, _ message: [UInt8]) -> Digest32 {
        message.withUnsafeBytes { authenticate(key: key, $0) }
    }
}

/// HMAC-SHA-256 under one key, the key's own blocks hashed beforehand. Safe to share between threads: each call borrows
/// one of a few keyed contexts.
public final class HMACSHA256Authenticator: Sendable {
    /// A keyed context; the pool's lock hands it to one thread at a time.
    private struct Context: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    private enum Bounds {
        /// Contexts kept for reuse; more than threads that compute at once would be waste.
        static let idle = 16
    }

    nonisolated(unsafe) private static let algorithm: OpaquePointer? = EVP_MAC_fetch(nil, "HMAC", nil)

    private let original: Context
    private let idle = Mutex<[Context]>([])

    /// Prepares a key; it may be empty or of any length.
    public init(key: SymmetricKey) {
        guard let pointer = EVP_MAC_CTX_new(Self.algorithm) else { preconditionFailure("OpenSSL has no HMAC") }
        let status = key.withBytes {
            sallyport_hmac_sha256_key(pointer, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), $0.count)
        }
        precondition(status == 1, "OpenSSL's HMAC-SHA-256 does not take a key: status \(status)")
        original = Context(pointer: pointer)
    }

    deinit {
        idle.withLock { contexts in
            for context in contexts { EVP_MAC_CTX_free(context.pointer) }
            contexts.removeAll()
        }
        EVP_MAC_CTX_free(original.pointer)
    }

    /// The code of a message; it may be empty.
    public func authenticate(_ message: UnsafeRawBufferPointer) -> Digest32 {
        authenticate(message, UnsafeRawBufferPointer(start: nil, count: 0))
    }

    /// The code of a message; it may be empty.
    public func authenticate(_ message: [UInt8]) -> Digest32 { message.withUnsafeBytes { authenticate($0) } }

    /// The code of two runs of bytes, one after the other, as if they were one.
    public func authenticate(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Digest32 {
        let context = borrow()
        var digest = Digest32()
        var length = 0
        // Without a key, init starts a new message under the key that the context has.
        var status = EVP_MAC_init(context.pointer, nil, 0, nil)
        if status == 1, !first.isEmpty { status = Self.update(context, first) }
        if status == 1, !second.isEmpty { status = Self.update(context, second) }
        if status == 1 {
            status = digest.withUnsafeMutableBytes { output in
                EVP_MAC_final(
                    context.pointer, output.baseAddress?.assumingMemoryBound(to: UInt8.self), &length, output.count)
            }
        }
        precondition(status == 1 && length == 32, "OpenSSL's HMAC-SHA-256 fails: status \(status)")
        giveBack(context)
        return digest
    }

    private static func update(_ context: Context, _ bytes: UnsafeRawBufferPointer) -> Int32 {
        EVP_MAC_update(context.pointer, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
    }

    private func borrow() -> Context {
        if let context = idle.withLock({ $0.popLast() }) { return context }
        guard let copy = EVP_MAC_CTX_dup(original.pointer) else {
            preconditionFailure("OpenSSL has no memory for an HMAC")
        }
        return Context(pointer: copy)
    }

    private func giveBack(_ context: Context) {
        let isKept = idle.withLock { contexts in
            guard contexts.count < Bounds.idle else { return false }
            contexts.append(context)
            return true
        }
        if !isKept { EVP_MAC_CTX_free(context.pointer) }
    }
}
