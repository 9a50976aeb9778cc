private import COpenSSL

/// SHA-256 (FIPS 180-4), by the operator's OpenSSL provider.
public enum SHA256 {
    /// The digest of some bytes; they may be empty.
    public static func hash(_ bytes: UnsafeRawBufferPointer) -> Digest32 {
        let context = ThreadDigestContext.current()
        DigestOperations.begin(context)
        DigestOperations.update(context, bytes)
        return DigestOperations.finish(context)
    }

    /// The digest of two runs of bytes, one after the other, as if they were one.
    public static func hash(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Digest32 {
        let context = ThreadDigestContext.current()
        DigestOperations.begin(context)
        DigestOperations.update(context, first)
        DigestOperations.update(context, second)
        return DigestOperations.finish(context)
    }

    /// The digest of some bytes; they may be empty.
    public static func hash(_ bytes: [UInt8]) -> Digest32 { bytes.withUnsafeBytes { hash($0) } }

    /// The digest of a text's UTF-8.
    public static func hash(_ text: String) -> Digest32 {
        var text = text
        return text.withUTF8 { hash(UnsafeRawBufferPointer($0)) }
    }
}

/// SHA-256 of bytes that come in pieces. Owned by one thread at a time; freed with its owner.
public struct SHA256Hasher: ~Copyable {
    private let context: OpaquePointer

    /// Starts with no bytes.
    public init() {
        context = DigestOperations.makeContext()
        DigestOperations.begin(context)
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Takes the next bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) { DigestOperations.update(context, bytes) }

    /// Takes the next bytes.
    public mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    /// The digest of all bytes taken; the hasher then starts afresh.
    public mutating func finalize() -> Digest32 {
        let digest = DigestOperations.finish(context)
        DigestOperations.begin(context)
        return digest
    }
}

/// The context has one owner, which may move from thread to thread.
extension SHA256Hasher: @unchecked Sendable {}
