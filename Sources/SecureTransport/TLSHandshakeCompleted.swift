/// The user event that ``TLSServerHandler`` fires once, before the first cleartext byte.
public struct TLSHandshakeCompleted: Sendable, Equatable {
    /// The protocol agreed by ALPN (`h2`, `http/1.1`); nil when the client did not offer ALPN: speak HTTP/1.1.
    public let applicationProtocol: String?
    /// `TLSv1.3` or `TLSv1.2`.
    public let version: String
    /// The cipher suite, in OpenSSL's naming.
    public let cipher: String
    /// Whether an earlier session was resumed.
    public let isResumed: Bool
    /// The host name that the client asked for by SNI, as sent.
    public let serverName: String?
    /// The verified client certificate, if one was asked for and sent.
    public let peer: PeerCertificate?
}
