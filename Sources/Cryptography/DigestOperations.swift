private import COpenSSL
private import Glibc

/// The few EVP calls behind `SHA256`. A failure means that the process's OpenSSL has no working SHA-256 or no memory:
/// nothing may go on then, so these stop the process rather than hand out a wrong digest.
enum DigestOperations {
    /// Fetched once: a fetch for each digest would cost more than the digest.
    nonisolated(unsafe) private static let algorithm: OpaquePointer? = EVP_MD_fetch(nil, "SHA256", nil)

    static func makeContext() -> OpaquePointer {
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("OpenSSL has no memory for a digest") }
        return context
    }

    static func begin(_ context: OpaquePointer) {
        let status = EVP_DigestInit_ex2(context, algorithm, nil)
        precondition(status == 1 && algorithm != nil, "OpenSSL's SHA-256 does not start: status \(status)")
    }

    static func update(_ context: OpaquePointer, _ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
        let status = EVP_DigestUpdate(context, start, bytes.count)
        precondition(status == 1, "OpenSSL's SHA-256 does not take bytes: status \(status)")
    }

    static func finish(_ context: OpaquePointer) -> Digest32 {
        var digest = Digest32()
        let status = digest.withUnsafeMutableBytes { output in
            EVP_DigestFinal_ex(context, output.baseAddress?.assumingMemoryBound(to: UInt8.self), nil)
        }
        precondition(status == 1, "OpenSSL's SHA-256 does not finish: status \(status)")
        return digest
    }
}

/// One digest context a thread, kept for its life: making one costs more than a short digest.
enum ThreadDigestContext {
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let status = pthread_key_create(&key) { EVP_MD_CTX_free(OpaquePointer($0)) }
        precondition(status == 0, "no thread-specific storage left: error \(status)")
        return key
    }()

    static func current() -> OpaquePointer {
        if let context = pthread_getspecific(key) { return OpaquePointer(context) }
        let context = DigestOperations.makeContext()
        let status = pthread_setspecific(key, UnsafeRawPointer(context))
        precondition(status == 0, "no memory for thread-specific storage: error \(status)")
        return context
    }
}
