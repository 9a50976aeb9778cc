/// What a client certificate that was verified says of its holder: all that identification knows of certificates.
public struct CertificateNames: Hashable, Sendable {
    /// The subject, RFC 4514 text; may be empty.
    public let subject: String
    /// URIs of the subject alternative name extension.
    public let uris: [String]
    /// DNS names of that extension.
    public let dnsNames: [String]
    /// E-mail addresses of that extension.
    public let emails: [String]
    /// SHA-256 of the certificate's DER in hexadecimal.
    public let fingerprint: String
    /// The last second of its validity, in seconds since 1970.
    public let notAfter: Int64

    /// Puts the names together.
    public init(
        subject: String, uris: [String], dnsNames: [String], emails: [String], fingerprint: String, notAfter: Int64
    ) {
        self.subject = subject
        self.uris = uris
        self.dnsNames = dnsNames
        self.emails = emails
        self.fingerprint = fingerprint
        self.notAfter = notAfter
    }

    /// The certificate's public name in the ledger: `cert_` and the first 16 digits of its fingerprint.
    public var credential: String { "cert_" + fingerprint.prefix(16) }
}
