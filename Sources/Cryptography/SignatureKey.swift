private import COpenSSL

/// A public key that verifies signatures, by the operator's OpenSSL provider. It knows one kind of signature for its type (two for
/// RSA), so that a key can't be used as another one's.
public final class SignatureKey: Sendable {
    /// Which signatures there are.
    public enum Algorithm: Hashable, Sendable {
        /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §8.2).
        case rsaPKCS1SHA256
        /// RSASSA-PSS with SHA-256, MGF1 with the same and a salt of 32 bytes (RFC 8017 §8.1).
        case rsaPSSSHA256
        /// ECDSA on P-256 with SHA-256 (FIPS 186-5); 64 bytes: r and s, big-endian.
        case ecdsaP256SHA256
        /// ECDSA on P-384 with SHA-384; 96 bytes: r and s, big-endian.
        case ecdsaP384SHA384
        /// Ed25519 (RFC 8032 §5.1); 64 bytes.
        case ed25519
    }

    /// What a key is.
    public enum Kind: Hashable, Sendable {
        /// RSA, with the modulus's bits.
        case rsa(bits: Int)
        /// The NIST curve P-256.
        case p256
        /// The NIST curve P-384.
        case p384
        /// Ed25519.
        case ed25519
    }

    /// A curve with ECDSA.
    public enum Curve: Hashable, Sendable {
        /// P-256, coordinates of 32 bytes.
        case p256
        /// P-384, coordinates of 48 bytes.
        case p384

        /// How many bytes a coordinate has.
        public var coordinateBytes: Int { self == .p256 ? 32 : 48 }
    }

    private enum Bounds {
        /// Shorter ones are no longer safe (NIST SP 800-131A); longer ones cost a caller nothing and us milliseconds.
        static let modulusBits = 2048...8192
        /// Longer exponents make verification slow, and nobody has one.
        static let exponentBytes = 8
    }

    /// What it is.
    public let kind: Kind

    /// Written here only; OpenSSL counts its users and verifies with it from any thread.
    nonisolated(unsafe) private let key: OpaquePointer

    private init(_ key: OpaquePointer, _ kind: Kind) {
        self.key = key
        self.kind = kind
    }

    deinit { EVP_PKEY_free(key) }

    /// Takes an RSA key: modulus and public exponent, big-endian. `nil` for a modulus of less than 2,048 or more than 8,192 bits,
    /// an exponent of more than 8 bytes, and what is no RSA key.
    public convenience init?(rsaModulus modulus: [UInt8], exponent: [UInt8]) {
        let modulus = modulus.drop { $0 == 0 }
        let exponent = exponent.drop { $0 == 0 }
        let bits = modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0)
        guard Bounds.modulusBits.contains(bits), (1...Bounds.exponentBytes).contains(exponent.count) else { return nil }
        guard let last = exponent.last, last & 1 == 1, exponent.count > 1 || last >= 3 else { return nil }
        let key = modulus.withUnsafeBufferPointer { modulus in
            exponent.withUnsafeBufferPointer { exponent in
                sallyport_rsa_key(modulus.baseAddress, modulus.count, exponent.baseAddress, exponent.count)
            }
        }
        guard let key else { return nil }
        self.init(key, .rsa(bits: bits))
    }

    /// Takes a point of a curve: both coordinates, big-endian, in full length. `nil` for other lengths and what is not on the curve.
    public convenience init?(_ curve: Curve, x: [UInt8], y: [UInt8]) {
        guard x.count == curve.coordinateBytes, y.count == curve.coordinateBytes else { return nil }
        let point = [0x04] + x + y
        guard let key = sallyport_ec_key(curve == .p256 ? "P-256" : "P-384", point, point.count) else { return nil }
        self.init(key, curve == .p256 ? .p256 : .p384)
    }

    /// Takes an Ed25519 key: 32 bytes (RFC 8032 §5.1.5); `nil` for any other count.
    public convenience init?(ed25519 bytes: [UInt8]) {
        guard bytes.count == 32, let key = sallyport_ed25519_key(bytes, bytes.count) else { return nil }
        self.init(key, .ed25519)
    }

    /// Whether signatures of an algorithm can be this key's.
    public func fits(_ algorithm: Algorithm) -> Bool {
        switch (kind, algorithm) {
        case (.rsa, .rsaPKCS1SHA256), (.rsa, .rsaPSSSHA256), (.p256, .ecdsaP256SHA256), (.p384, .ecdsaP384SHA384),
            (.ed25519, .ed25519):
            true
        default: false
        }
    }

    /// Whether a signature of a message is this key's, by an algorithm that fits. Never throws: what is no signature is none.
    public func verifies(
        _ signature: [UInt8], of message: UnsafeRawBufferPointer, by algorithm: Algorithm
    ) -> Bool {
        guard fits(algorithm), signature.count == signatureBytes else { return false }
        return switch algorithm {
        case .rsaPKCS1SHA256: verify(signature, message, digest: "SHA256")
        case .rsaPSSSHA256: verify(signature, message, digest: "SHA256", isPSS: true)
        case .ecdsaP256SHA256: verifyECDSA(signature, message, digest: "SHA256")
        case .ecdsaP384SHA384: verifyECDSA(signature, message, digest: "SHA384")
        case .ed25519: verify(signature, message, digest: nil)
        }
    }

    /// How long each of its signatures is.
    private var signatureBytes: Int {
        switch kind {
        case .rsa(let bits): (bits + 7) / 8
        case .p256, .ed25519: 64
        case .p384: 96
        }
    }

    /// OpenSSL takes ECDSA signatures in DER only (RFC 3279 §2.2.3).
    private func verifyECDSA(_ raw: [UInt8], _ message: UnsafeRawBufferPointer, digest: String) -> Bool {
        // Zero is no valid r or s (CVE-2022-21449): said here, too, rather than left to the provider.
        let half = raw.count / 2
        guard raw[..<half].contains(where: { $0 != 0 }), raw[half...].contains(where: { $0 != 0 }) else { return false }
        var der: UnsafeMutablePointer<UInt8>?
        let count = Int(sallyport_ecdsa_der(raw, raw.count, &der))
        defer { CRYPTO_free(der, nil, 0) }
        guard count > 0, let der else { return false }
        return verify(Array(UnsafeBufferPointer(start: der, count: count)), message, digest: digest)
    }

    private func verify(
        _ signature: [UInt8], _ message: UnsafeRawBufferPointer, digest: String?, isPSS: Bool = false
    ) -> Bool {
        sallyport_verify(
            key, digest, isPSS ? 1 : 0, signature, signature.count,
            message.baseAddress?.assumingMemoryBound(to: UInt8.self), message.count) == 1
    }
}
