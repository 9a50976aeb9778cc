private import COpenSSL
private import Synchronization

/// AES (FIPS 197) on single blocks, forwards only: what modes are built of that OpenSSL does not have. Safe to share between threads:
/// each call borrows one of a few keyed contexts, since expanding a key costs more than some blocks.
final class AESBlockCipher: Sendable {
    static let blockLength = 16

    /// Whether AES has keys of so many bytes.
    static func accepts(keyLength: Int) -> Bool { keyLength == 16 || keyLength == 24 || keyLength == 32 }

    /// A keyed context, lent to one thread at a time.
    struct Context: @unchecked Sendable {
        fileprivate let pointer: OpaquePointer

        /// Encrypts `block` in its place.
        @inline(__always)
        func encrypt(_ block: UnsafeMutablePointer<UInt8>) {
            var length: Int32 = 0
            let status = EVP_EncryptUpdate(pointer, block, &length, block, Int32(AESBlockCipher.blockLength))
            precondition(status == 1 && length == AESBlockCipher.blockLength, "OpenSSL's AES fails: status \(status)")
        }
    }

    private enum Bounds {
        /// Contexts kept for reuse; more than threads that encrypt at once would be waste.
        static let idle = 16
    }

    private struct Algorithms: @unchecked Sendable {
        let aes128 = EVP_CIPHER_fetch(nil, "AES-128-ECB", nil)
        let aes192 = EVP_CIPHER_fetch(nil, "AES-192-ECB", nil)
        let aes256 = EVP_CIPHER_fetch(nil, "AES-256-ECB", nil)

        func algorithm(keyLength: Int) -> OpaquePointer? {
            switch keyLength {
            case 16: aes128
            case 24: aes192
            default: aes256
            }
        }
    }

    private static let algorithms = Algorithms()

    private let key: SymmetricKey
    private let idle = Mutex<[Context]>([])

    /// Keeps a key of 16, 24 or 32 bytes.
    init(key: SymmetricKey) {
        precondition(Self.accepts(keyLength: key.count), "AES has no keys of \(key.count) bytes")
        self.key = key
    }

    deinit {
        idle.withLock { contexts in
            for context in contexts { EVP_CIPHER_CTX_free(context.pointer) }
            contexts.removeAll()
        }
    }

    /// Lends a context for as many blocks as `body` likes.
    func withContext<Result>(_ body: (Context) -> Result) -> Result {
        let context = idle.withLock { $0.popLast() } ?? makeContext()
        let result = body(context)
        let isKept = idle.withLock { contexts in
            guard contexts.count < Bounds.idle else { return false }
            contexts.append(context)
            return true
        }
        if !isKept { EVP_CIPHER_CTX_free(context.pointer) }
        return result
    }

    private func makeContext() -> Context {
        guard let pointer = EVP_CIPHER_CTX_new() else { preconditionFailure("OpenSSL has no memory for a cipher") }
        var status = key.withBytes {
            EVP_EncryptInit_ex2(
                pointer, Self.algorithms.algorithm(keyLength: $0.count),
                $0.baseAddress?.assumingMemoryBound(to: UInt8.self), nil, nil)
        }
        if status == 1 { status = EVP_CIPHER_CTX_set_padding(pointer, 0) }
        precondition(status == 1, "OpenSSL's AES does not take a key: status \(status)")
        return Context(pointer: pointer)
    }
}
