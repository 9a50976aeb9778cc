private import COpenSSL

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
    /// At one address for good, and written once, here.
    nonisolated(unsafe) private static let key: UnsafeMutablePointer<CRYPTO_THREAD_LOCAL> = {
        let key = UnsafeMutablePointer<CRYPTO_THREAD_LOCAL>.allocate(capacity: 1)
        key.initialize(to: CRYPTO_THREAD_LOCAL())
        let status = CRYPTO_THREAD_init_local(key) { EVP_MD_CTX_free(OpaquePointer($0)) }
        precondition(status == 1, "no thread-specific storage left")
        return key
    }()

    static func current() -> OpaquePointer {
        if let context = CRYPTO_THREAD_get_local(key) { return OpaquePointer(context) }
        let context = DigestOperations.makeContext()
        let status = CRYPTO_THREAD_set_local(key, UnsafeMutableRawPointer(context))
        precondition(status == 1, "no memory for thread-specific storage")
        return context
    }
}
