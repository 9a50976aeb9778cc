private import COpenSSL

/// AES-256-GCM (NIST SP 800-38D): keeps bytes secret and finds any change of them. Safe to share between threads.
///
/// A nonce must never be used twice under one key; random ones are good for 2³² messages (§8.3).
public struct AESGCM: Sendable {
    /// OpenSSL did not encrypt: no memory, more than 2 GiB, or a provider without AES-256-GCM.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        /// Says what failed.
        public let description = "OpenSSL did not encrypt with AES-256-GCM"

        /// There is but one.
        public init() {}
    }

    /// Bytes of a key.
    public static let keyLength = 32
    /// Bytes of a nonce.
    public static let nonceLength = 12
    /// Bytes that the tag adds behind the ciphertext, which is as long as the text.
    public static let tagLength = 16

    nonisolated(unsafe) private static let cipher: OpaquePointer? = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)

    private let key: SymmetricKey

    /// Takes a key of 32 bytes; `nil` for any other count.
    public init?(key: SymmetricKey) {
        guard key.count == Self.keyLength else { return nil }
        self.key = key
    }

    /// The ciphertext of a text, which may be empty, and its tag. `nonce` has 12 bytes; `authenticating` is not encrypted, but opening
    /// takes the same or nothing.
    public func seal(
        _ text: UnsafeRawBufferPointer, nonce: [UInt8], authenticating extra: [UInt8] = []
    ) throws(Failure) -> [UInt8] {
        precondition(nonce.count == Self.nonceLength, "a nonce has 12 bytes, not \(nonce.count)")
        var status: Int32 = 0
        let sealed = [UInt8](unsafeUninitializedCapacity: text.count + Self.tagLength) { output, count in
            status = key.withBytes { key in
                sallyport_gcm_seal(
                    Self.cipher, key.bytes, nonce, extra, extra.count, text.bytes, text.count, output.baseAddress)
            }
            count = status == 1 ? text.count + Self.tagLength : 0
        }
        guard status == 1 else { throw Failure() }
        return sealed
    }

    /// The ciphertext of a text and its tag.
    public func seal(_ text: [UInt8], nonce: [UInt8], authenticating extra: [UInt8] = []) throws(Failure) -> [UInt8] {
        let result: Swift.Result<[UInt8], Failure> = text.withUnsafeBytes { text in
            Swift.Result { () throws(Failure) in try seal(text, nonce: nonce, authenticating: extra) }
        }
        return try result.get()
    }

    /// The text of a ciphertext with its tag; `nil` if any bit of it, the nonce or `authenticating` is not as it was sealed, or under
    /// another key.
    public func open(_ sealed: some Collection<UInt8>, nonce: [UInt8], authenticating extra: [UInt8] = []) -> [UInt8]? {
        guard nonce.count == Self.nonceLength, sealed.count >= Self.tagLength else { return nil }
        return sealed.withContiguousStorageIfAvailable { open($0, nonce, extra) }
            ?? Array(sealed).withUnsafeBufferPointer {
                open($0, nonce, extra)
            }
    }

    private func open(_ sealed: UnsafeBufferPointer<UInt8>, _ nonce: [UInt8], _ extra: [UInt8]) -> [UInt8]? {
        var status: Int32 = 0
        let length = sealed.count - Self.tagLength
        // One byte more, so that there is memory to point at for an empty text.
        let text = [UInt8](unsafeUninitializedCapacity: length + 1) { output, count in
            status = key.withBytes { key in
                sallyport_gcm_open(
                    Self.cipher, key.bytes, nonce, extra, extra.count, sealed.baseAddress, sealed.count,
                    output.baseAddress)
            }
            // What failed its tag is nobody's to see.
            if status != 1, let start = output.baseAddress { OPENSSL_cleanse(start, length) }
            count = status == 1 ? length : 0
        }
        return status == 1 ? text : nil
    }
}

extension UnsafeRawBufferPointer {
    fileprivate var bytes: UnsafePointer<UInt8>? { baseAddress?.assumingMemoryBound(to: UInt8.self) }
}
