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
