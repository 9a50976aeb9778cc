/// Where the TLS termination finds its certificates, and what it asks of clients.
///
/// Only paths and rules stand here; ``TLSServerContext`` reads the files, all or nothing.
public struct TLSConfiguration: Sendable, Equatable {
    /// A certificate chain and its private key, both PEM files.
    public struct CertificateFiles: Sendable, Equatable {
        /// Path of the chain: the server's own certificate first, then intermediates.
        public var certificate: String
        /// Path of the private key that belongs to it, not encrypted.
        public var key: String

        /// Names the two files.
        public init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// Certificates for certain host names, chosen by the client's SNI.
    public struct Host: Sendable, Equatable {
        /// Names this entry serves, `*.example.com` covers one label; empty: the DNS names in its certificates.
        public var names: [String]
        /// One pair for each key type, usually ECDSA and RSA.
        public var certificates: [CertificateFiles]

        /// Serves `certificates` to clients that ask for one of `names`.
        public init(names: [String] = [], certificates: [CertificateFiles]) {
            self.names = names
            self.certificates = certificates
        }
    }

    /// The certification authorities whose client certificates count.
    public struct ClientAuthorities: Sendable, Equatable {
        /// Path of a PEM file with one or more authorities.
        public var certificates: String
        /// Path of a PEM file with certificate revocation lists; if given, *every* authority in a chain needs a current one.
        public var revocationLists: String?

        /// Names the files.
        public init(certificates: String, revocationLists: String? = nil) {
            self.certificates = certificates
            self.revocationLists = revocationLists
        }
    }

    /// Whether clients are asked for a certificate.
    public enum ClientCertificates: Sendable, Equatable {
        /// Clients are not asked.
        case none
        /// A client may come without a certificate; one that it sends must be valid.
        case optional(ClientAuthorities)
        /// A client without a valid certificate is refused in the handshake.
        case required(ClientAuthorities)
    }

    /// The oldest protocol version accepted.
    public enum MinimumVersion: Sendable, Equatable {
        /// TLS 1.2, with ECDHE and authenticated encryption only.
        case tls12
        /// TLS 1.3 only.
        case tls13
    }

    /// The certificates for clients that name no host, or one we do not know; one pair for each key type.
    public var certificates: [CertificateFiles]
    /// Further certificates by host name.
    public var hosts: [Host] = []
    /// Whether clients are asked for certificates.
    public var clientCertificates: ClientCertificates = .none
    /// Application protocols in our order of preference; a client that offers ALPN but none of these is refused.
    public var applicationProtocols: [String] = ["h2", "http/1.1"]
    /// The oldest protocol version accepted.
    public var minimumVersion: MinimumVersion = .tls12
    /// Seconds for which one session ticket key encrypts; it decrypts for as long again. 4 hours: a stolen key opens at
    /// most 8 hours of TLS 1.2 sessions' tickets, and clients that pause over lunch still resume.
    public var ticketKeyPeriodSeconds: Int = 4 * 3600
    /// Milliseconds that a handshake may take from connect to finish.
    public var handshakeTimeLimitMilliseconds: Int = 10_000
    /// Milliseconds that closing may take: sending what was written, `close_notify`, and waiting for the peer's end.
    public var closeTimeLimitMilliseconds: Int = 5_000

    /// Serves `certificates` by default, with every other setting at its default.
    public init(certificates: [CertificateFiles]) {
        self.certificates = certificates
    }

    var clientAuthorities: ClientAuthorities? {
        switch clientCertificates {
        case .none: nil
        case .optional(let authorities), .required(let authorities): authorities
        }
    }
}
