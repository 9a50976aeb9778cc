internal import NIOCore
internal import Synchronization

/// The server's side of TLS: certificates, rules and ticket keys, from which each connection's handler is made.
///
/// Share one between all event loops. ``reload()`` swaps the certificates under new connections; those that exist keep
/// what they began with. Ticket keys stay across reloads.
public final class TLSServerContext: Sendable {
    private let ticketKeys: TicketKeys
    private let current: Mutex<ServerContexts>

    /// Reads every file that `configuration` names.
    ///
    /// - Throws: ``TLSConfigurationError`` with the file at fault.
    public convenience init(_ configuration: TLSConfiguration) throws(TLSConfigurationError) {
        let period = TimeAmount.seconds(Int64(max(1, configuration.ticketKeyPeriodSeconds)))
        try self.init(configuration, ticketKeys: TicketKeys(period: period))
    }

    init(_ configuration: TLSConfiguration, ticketKeys: TicketKeys) throws(TLSConfigurationError) {
        self.ticketKeys = ticketKeys
        current = Mutex(try ServerContexts(configuration, ticketKeys: ticketKeys, now: PEMFile.now()))
    }

    /// Reads the same files again, all or nothing: on an error the old set stays in use.
    public func reload() throws(TLSConfigurationError) {
        try reload(contexts.configuration)
    }

    /// Reads the files of another configuration, all or nothing: on an error the old set stays in use.
    ///
    /// The ticket keys and their period stay.
    public func reload(_ configuration: TLSConfiguration) throws(TLSConfigurationError) {
        let fresh = try ServerContexts(configuration, ticketKeys: ticketKeys, now: PEMFile.now())
        current.withLock { $0 = fresh }
    }

    /// A handler for one new connection; the first in its channel's pipeline.
    public func makeHandler() -> TLSServerHandler {
        TLSServerHandler(contexts)
    }

    /// The certificates in use, the default ones first.
    public var certificates: [CertificateSummary] { contexts.summaries }

    /// What an operator should look at: certificates about to expire, key files that others may read, stale lists.
    public var warnings: [String] { contexts.warnings }

    /// Whether a client's certificate is on the revocation lists in use: a connection may last longer than its certificate is good.
    public func isRevoked(_ certificate: PeerCertificate) -> Bool { contexts.isRevoked(certificate) }

    var contexts: ServerContexts { current.withLock { $0 } }
}
