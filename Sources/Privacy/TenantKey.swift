public import Cryptography

/// The key under which a tenant's values become surrogates; derived, so that tenants cannot recognise each other's.
public struct TenantKey: Sendable {
    let authenticator: HMACSHA256Authenticator

    /// Derives a tenant's key from the master key (HKDF-SHA-256, RFC 5869). Costs some microseconds: keep it.
    public init(master: SymmetricKey, tenant: String) throws(HKDF.Failure) {
        let key = try HKDF.derive(
            master: master, salt: [], info: Array("sallyport surrogates 1 ".utf8) + Array(tenant.utf8), count: 32)
        authenticator = HMACSHA256Authenticator(key: key)
    }
}
