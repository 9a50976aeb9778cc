public import Identity
internal import Inference
internal import SecureTransport

/// How callers prove who they are: the section `identity` of `sallyport.yaml`.
public struct IdentitySettings: Sendable {
    /// Which credentials count, and whether one will do.
    public let credentials: CredentialPolicy
    /// Whom client certificates stand for.
    public let certificates: CertificateRules
}

extension CertificateNames {
    /// What identification has to know of a certificate that the handshake verified.
    init(_ certificate: PeerCertificate) {
        self.init(
            subject: certificate.subject, uris: certificate.uris, dnsNames: certificate.dnsNames,
            emails: certificate.emails, fingerprint: certificate.fingerprint, notAfter: certificate.notAfter)
    }
}
