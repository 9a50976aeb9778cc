private import COpenSSL

/// How RSA wraps a key: RSAES-OAEP (RFC 8017 §7.1) with one of these digests, in MGF1 too.
public enum OAEPDigest: String, Hashable, Sendable, CaseIterable {
    /// SHA-256.
    case sha256
    /// SHA-1, which OAEP stays safe with (RFC 8017 §7.1 needs no collision resistance), for tokens that know no other.
    case sha1
}

/// OpenSSL did not wrap a key.
public struct KeyTransportError: Error, Sendable, CustomStringConvertible {
    /// Says what failed.
    public let description = "OpenSSL did not encrypt with RSA-OAEP"
}

/// The public half of an RSA key, for which keys are wrapped: who holds it can seal, and cannot open.
public final class KeyTransportPublicKey: Sendable {
    fileprivate enum Bounds {
        /// NIST SP 800-56B: shorter ones are no longer safe; longer ones no token has.
        static let bits = 2048...8192
        static let pemBytes = 64 << 10
    }

    /// Bits of the modulus.
    public let bits: Int
    /// SHA-256 of the key's SubjectPublicKeyInfo (DER), by which it is told from others.
    public let fingerprint: Digest32

    /// Written here only; OpenSSL counts its users and encrypts with it from any thread.
    nonisolated(unsafe) fileprivate let key: OpaquePointer

    /// Takes a key in PEM (`BEGIN PUBLIC KEY`); `nil` for what is no RSA key of 2,048 to 8,192 bits.
    public convenience init?(pem: [UInt8]) {
        guard pem.count <= Bounds.pemBytes, let key = sallyport_public_key_of_pem(pem, pem.count) else { return nil }
        self.init(owning: key)
    }

    fileprivate init?(owning key: OpaquePointer) {
        let bits = Int(sallyport_rsa_bits(key))
        var der: UnsafeMutablePointer<UInt8>?
        let count = Int(sallyport_public_key_der(key, &der))
        defer { CRYPTO_free(der, nil, 0) }
        guard Bounds.bits.contains(bits), count > 0, let der else {
            EVP_PKEY_free(key)
            return nil
        }
        self.key = key
        self.bits = bits
        fingerprint = SHA256.hash(UnsafeRawBufferPointer(start: der, count: count))
    }

    deinit { EVP_PKEY_free(key) }

    /// Wraps a key; as many bytes as the modulus has, other ones each time.
    public func wrap(_ secret: SymmetricKey, digest: OAEPDigest) throws(KeyTransportError) -> [UInt8] {
        var wrapped = [UInt8](repeating: 0, count: (bits + 7) / 8)
        var count = wrapped.count
        let status = secret.withBytes {
            sallyport_oaep(
                key, 1, digest.rawValue, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), $0.count, &wrapped, &count
            )
        }
        guard status == 1, count == wrapped.count else { throw KeyTransportError() }
        return wrapped
    }
}

/// The private half: opens what was wrapped for its public half. It may lie in a token, and then never leaves it.
public final class KeyTransportPrivateKey: Sendable {
    /// Why a private key could not be had.
    public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// OpenSSL has neither the provider nor the engine for PKCS#11.
        case noPKCS11
        /// The token's library could not be loaded or started.
        case module
        /// No such key, or a wrong PIN or passphrase.
        case notFound
        /// A key, but not of RSA with 2,048 to 8,192 bits.
        case kind
        /// A text that no C function takes.
        case malformed

        /// Says what is wrong, and what to do.
        public var description: String {
            switch self {
            case .noPKCS11:
                "OpenSSL knows no PKCS#11 here: install `pkcs11-provider` (Debian 13), or `libengine-pkcs11-openssl` (Debian 12)"
            case .module:
                "the PKCS#11 module could not be loaded: name it in the URI, `?module-path=/usr/lib/…/module.so`"
            case .notFound: "no such private key, or its PIN or passphrase is wrong"
            case .kind: "expected an RSA key of 2048 to 8192 bits"
            case .malformed: "expected a path or a `pkcs11:` URI"
            }
        }
    }

    /// The public half.
    public let publicKey: KeyTransportPublicKey

    /// Takes a private key out of a PEM or DER file, or speaks to one in a token where `location` is a `pkcs11:` URI (RFC 7512). Its
    /// query may name the token's library, `module-path`, and where the PIN stands, `pin-source`. Blocks, and asks at the terminal
    /// for a PIN or passphrase that is needed and not given.
    public init(at location: String, pin: String? = nil) throws(Failure) {
        guard !location.isEmpty, !location.utf8.contains(0), pin?.utf8.contains(0) != true else { throw .malformed }
        let place = TokenPlace(location)
        var problem: Int32 = 0
        let key = place.uri.withCString { uri in
            place.module.withOptionalCString { module in
                pin.withOptionalCString { pin in sallyport_private_key(uri, module, pin, &problem) }
            }
        }
        guard let key else {
            switch UInt32(problem) {
            case sallyport_key_no_pkcs11.rawValue: throw .noPKCS11
            case sallyport_key_module.rawValue: throw .module
            default: throw .notFound
            }
        }
        guard let half = KeyTransportPublicKey(owning: key) else { throw .kind }
        publicKey = half
    }

    /// What was wrapped; `nil` for what was wrapped for another key, with another digest, or changed since.
    public func unwrap(_ wrapped: [UInt8], digest: OAEPDigest) -> SymmetricKey? {
        var output = [UInt8](repeating: 0, count: (publicKey.bits + 7) / 8)
        defer { output.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) } }
        var count = output.count
        let status = sallyport_oaep(publicKey.key, 0, digest.rawValue, wrapped, wrapped.count, &output, &count)
        guard status == 1, count <= output.count else { return nil }
        return output.withUnsafeBytes { SymmetricKey(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
}

/// A `pkcs11:` URI without the attribute that is ours to follow, `module-path`; other locations as they are.
struct TokenPlace {
    let uri: String
    let module: String?

    init(_ location: String) {
        let prefix = "module-path="
        guard location.hasPrefix("pkcs11:"), let mark = location.firstIndex(of: "?") else {
            (uri, module) = (location, nil)
            return
        }
        var rest = location[location.index(after: mark)...].split(separator: "&")
        module = rest.first { $0.hasPrefix(prefix) }.map { Self.decoded($0.dropFirst(prefix.count)) }
        rest.removeAll { $0.hasPrefix(prefix) }
        uri = rest.isEmpty ? String(location[..<mark]) : "\(location[..<mark])?\(rest.joined(separator: "&"))"
    }

    /// Without percent signs (RFC 3986 §2.1).
    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = Hexadecimal.decode(rest.prefix(2)), value.count == 1 {
                bytes += value
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension String? {
    fileprivate func withOptionalCString<Result>(_ body: (UnsafePointer<CChar>?) -> Result) -> Result {
        guard let text = self else { return body(nil) }
        return text.withCString { body($0) }
    }
}
