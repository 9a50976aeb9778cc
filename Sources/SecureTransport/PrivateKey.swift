private import COpenSSL

/// Owner of one private key; never prints.
final class PrivateKey: @unchecked Sendable {  // not changed after it was made
    let pointer: OpaquePointer

    /// Takes over one reference to `pointer`.
    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit { EVP_PKEY_free(pointer) }

    /// The key in `pem`.
    static func read(pem: [UInt8], path: String) throws(TLSConfigurationError) -> PrivateKey {
        ERR_clear_error()
        let key = OpenSSLText.reading(pem) { bio in
            // Without this callback OpenSSL would ask for a passphrase at the terminal.
            PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in 0 }, nil).map { PrivateKey(owning: $0) }
        }
        let reason = OpenSSLText.takeReason()
        if let key { return key }
        guard !contains(pem, "ENCRYPTED") else {
            throw TLSConfigurationError(
                "`\(path)`", "the private key is encrypted", "decrypt it with `openssl pkey -in … -out …`, mode 0600")
        }
        throw TLSConfigurationError(
            "`\(path)`", "holds no private key (\(reason))", "expected a PEM file with `-----BEGIN PRIVATE KEY-----`")
    }

    /// A new key of `algorithm`.
    static func generate(_ algorithm: Algorithm) throws(TLSConfigurationError) -> PrivateKey {
        let pointer =
            switch algorithm {
            case .p256: tls_generate_p256()
            case .rsa2048: tls_generate_rsa(2048)
            }
        guard let pointer else {
            throw TLSConfigurationError("OpenSSL", "cannot make a key: \(OpenSSLText.takeReason())", "check its set-up")
        }
        return PrivateKey(owning: pointer)
    }

    var pem: [UInt8] {
        guard let bio = BIO_new(BIO_s_mem()) else { return [] }
        defer { BIO_free(bio) }
        guard PEM_write_bio_PrivateKey(bio, pointer, nil, nil, 0, nil, nil) == 1 else { return [] }
        return OpenSSLText.bytes(in: bio)
    }

    /// Kinds of keys that we make.
    enum Algorithm {
        case p256
        case rsa2048
    }

    private static func contains(_ bytes: [UInt8], _ word: StaticString) -> Bool {
        String(decoding: bytes, as: UTF8.self).contains(word.description)
    }
}
