/// What an operator wants to know about a certificate file.
public struct CertificateSummary: Sendable, Hashable {
    /// The file it was read from.
    public let path: String
    /// The subject, RFC 4514 text.
    public let subject: String
    /// The issuer, RFC 4514 text.
    public let issuer: String
    /// Subject alternative names as `DNS:localhost`, `IP:127.0.0.1`, `URI:…`, `email:…`.
    public let names: [String]
    /// `ECDSA P-256`, `RSA 2048` and the like.
    public let keyAlgorithm: String
    /// Whether it may sign other certificates.
    public let isAuthority: Bool
    /// SHA-256 of the DER, 64 lowercase hex digits.
    public let fingerprint: String
    /// The first second of validity, in seconds since 1970.
    public let notBefore: Int64
    /// The last second of validity, in seconds since 1970.
    public let notAfter: Int64

    /// Whole days until expiry at `now` (seconds since 1970); negative once expired.
    public func daysLeft(at now: Int64) -> Int {
        let seconds = notAfter - now
        return Int(seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400)
    }
}
