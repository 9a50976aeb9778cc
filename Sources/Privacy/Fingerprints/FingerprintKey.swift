public import Cryptography
public import Inference

/// The key under which a tenant's values are fingerprinted: whoever holds the master key can tell whether a value is among those that
/// were recorded, nobody else can tell anything. It does not change when surrogates are made under new keys, so that old entries are
/// found.
public struct FingerprintKey: Sendable {
    private let authenticator: HMACSHA256Authenticator

    /// Derives a tenant's key from the master key (HKDF-SHA-256, RFC 5869; info `sallyport fingerprints` and the tenant's name).
    public init(master: SymmetricKey, tenant: String) throws(HKDF.Failure) {
        authenticator = HMACSHA256Authenticator(
            key: try HKDF.derive(
                master: master, salt: [], info: Array("sallyport fingerprints ".utf8) + Array(tenant.utf8), count: 32))
    }

    /// The fingerprints under which a value may stand in the ledger, whatever it was found to be and however it was written.
    ///
    /// A telephone number with its country code is found as it was written within its country, too; one without is found only so.
    /// None for a text in which nothing shows.
    public func fingerprints(of value: String) -> [ValueFingerprint] {
        NormalForm.all(of: Array(value.utf8)).map { $0.withUnsafeBytes { fingerprint(ofNormalForm: $0) } }
    }

    /// HMAC-SHA-256 of the value's normal form, the first 16 bytes.
    func fingerprint(ofNormalForm bytes: UnsafeRawBufferPointer) -> ValueFingerprint {
        authenticator.authenticate(bytes).withBytes { digest in
            ValueFingerprint(
                high: UInt64(bigEndian: digest.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: digest.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }
}
