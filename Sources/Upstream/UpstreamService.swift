internal import Inference

/// A service of the operator's own that helps to decide about requests, such as an analyzer of texts; never a provider.
///
/// It is asked before there is a decision, so a call to it carries no proofs. That is why it is a type of its own: what goes
/// without permit, treatment and receipt can go to a configured service only, and never to an ``UpstreamEndpoint``. Who may
/// use it at all stands in the plan of the house (`Tests/ArchitectureTests`).
public final class UpstreamService: Sendable {
    let endpoint: UpstreamEndpoint

    /// Prepares a service. HTTP/1.1 only: such services have an event loop or a process for each call, and no HTTP/2.
    ///
    /// - Parameters:
    ///   - name: for errors.
    ///   - url: `https://host[:port]/path`; `http://…` only with `plaintext`, as in ``UpstreamEndpoint``.
    ///   - headers: what comes with every call, its authorisation for instance.
    public init(
        name: String, url: String, headers: [UpstreamHeader] = [], plaintext: Bool = false,
        tls: UpstreamTLS = UpstreamTLS(), timeouts: UpstreamTimeouts
    ) throws(UpstreamEndpointError) {
        endpoint = try UpstreamEndpoint(
            provider: ProviderID(name), url: url, headers: headers, plaintext: plaintext, tls: tls,
            timeouts: timeouts, httpVersion: .http1)
    }
}

extension UpstreamEngine {
    /// Asks a service. Its events come to `mailbox` under `token`; nothing else comes from it, and it always has an end.
    @discardableResult
    public func ask(
        _ service: UpstreamService, body: [UInt8], token: UInt64, mailbox: any UpstreamMailbox
    ) -> UpstreamExchange {
        submit(token: token, endpoint: service.endpoint, body: body, mailbox: mailbox)
    }
}
