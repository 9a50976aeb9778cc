public import Cryptography

/// The keys under which a tenant's values are replaced; derived, so that tenants cannot recognise each other's.
public struct TenantKey: Sendable {
    /// Surrogates, hashes and what is chosen for stand-ins.
    let authenticator: HMACSHA256Authenticator
    /// Fingerprints in the ledger; of every generation.
    public let fingerprints: FingerprintKey
    /// Digits of stand-ins.
    let permutation: FF1

    /// Derives a tenant's keys from the master key (HKDF-SHA-256, RFC 5869). Costs some microseconds: keep it.
    ///
    /// `generation`, from 1 on, counts how often keys were rotated: another generation gives other surrogates, of which nobody can
    /// tell that they stand for the same values. The number stands before the tenant and ends with a space, so that no tenant's
    /// name makes another's key.
    public init(master: SymmetricKey, tenant: String, generation: Int = 1) throws(HKDF.Failure) {
        authenticator = HMACSHA256Authenticator(
            key: try Self.derive("surrogates", master, tenant: tenant, generation: generation))
        fingerprints = try FingerprintKey(master: master, tenant: tenant)
        let key = try Self.derive("stand-ins", master, tenant: tenant, generation: generation)
        do {
            permutation = try FF1(key: key)
        } catch {
            preconditionFailure("AES refuses a key of 32 bytes: \(error)")
        }
    }

    private static func derive(
        _ purpose: String, _ master: SymmetricKey, tenant: String, generation: Int
    ) throws(HKDF.Failure) -> SymmetricKey {
        try HKDF.derive(
            master: master, salt: [], info: Array("sallyport \(purpose) \(generation) ".utf8) + Array(tenant.utf8),
            count: 32)
    }
}
