/// What a verified client certificate says about the client.
public struct PeerCertificate: Sendable, Hashable {
    /// The subject, RFC 4514 text, e.g. `CN=billing,O=Example`; may be empty.
    public let subject: String
    /// The issuer, RFC 4514 text.
    public let issuer: String
    /// DNS names of the subject alternative name extension.
    public let dnsNames: [String]
    /// URIs of the subject alternative name extension, e.g. SPIFFE identities.
    public let uris: [String]
    /// E-mail addresses of the subject alternative name extension.
    public let emails: [String]
    /// SHA-256 of the certificate's DER, 64 lowercase hex digits.
    public let fingerprint: String
    /// The serial number, lowercase hex without leading zeros.
    public let serial: String
    /// The last second of validity, in seconds since 1970.
    public let notAfter: Int64
}
