/// Why a connection's TLS failed, and whose doing it was; reaches the pipeline by `errorCaught`.
///
/// Descriptions hold protocol facts only, never what was transferred.
public enum TLSFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The peer's handshake was refused: no common version, cipher or protocol, or malformed messages.
    case handshakeRefused(reason: String)
    /// The client's certificate is missing, invalid, expired or revoked.
    case clientCertificateRefused(reason: String)
    /// The peer sent a fatal alert.
    case peerAlert(reason: String)
    /// The handshake was not finished in time.
    case handshakeTimeLimit
    /// The connection ended in the middle of the handshake.
    case handshakeInterrupted
    /// A record after the handshake was malformed, forged or out of order.
    case recordRefused(reason: String)
    /// The connection ended without the peer's `close_notify`: what came last may be cut off.
    case truncated
    /// The peer makes us answer (key updates) and does not read the answers.
    case answersUnread
    /// More was written before the end of the handshake than is held.
    case tooMuchBeforeHandshake

    /// The failure in house style.
    public var description: String {
        switch self {
        case .handshakeRefused(let reason): "tls handshake refused: \(reason)"
        case .clientCertificateRefused(let reason): "client certificate refused: \(reason)"
        case .peerAlert(let reason): "the peer ended tls with an alert: \(reason)"
        case .handshakeTimeLimit: "tls handshake not finished within its time limit"
        case .handshakeInterrupted: "connection ended during the tls handshake"
        case .recordRefused(let reason): "tls record refused: \(reason)"
        case .truncated: "connection ended without close_notify: what came last may be cut off"
        case .answersUnread: "the peer asks for tls answers and does not read them"
        case .tooMuchBeforeHandshake: "too much written before the tls handshake finished"
        }
    }
}

extension TLSFailure {
    /// What is wrong with a client's certificate, in one word.
    public enum CertificateFault: String, Sendable, Hashable, CaseIterable {
        /// None was sent, and one has to be.
        case missing
        /// Its time is over.
        case expired
        /// Its time has not begun.
        case notYetValid = "not_yet_valid"
        /// It is on the revocation list of its authority.
        case revoked
        /// It is signed by nobody whose certificates count.
        case unknownAuthority = "unknown_authority"
        /// There is no current revocation list of its authority.
        case revocationUnknown = "revocation_unknown"
        /// Something else.
        case invalid
    }

    /// What is wrong with the client's certificate; `nil` where the failure is another.
    public var certificateFault: CertificateFault? {
        guard case .clientCertificateRefused(let reason) = self else { return nil }
        // OpenSSL's words for its verdicts (X509_verify_cert_error_string), and our own.
        switch reason {
        case "none sent": return .missing
        case "certificate has expired", "expired since its session began": return .expired
        case "certificate is not yet valid": return .notYetValid
        case "certificate revoked": return .revoked
        case "unable to get local issuer certificate", "unable to get issuer certificate", "self-signed certificate",
            "self-signed certificate in certificate chain", "unable to verify the first certificate",
            "certificate signature failure":
            return .unknownAuthority
        case "unable to get certificate CRL", "CRL has expired", "CRL is not yet valid": return .revocationUnknown
        default: return .invalid
        }
    }
}
