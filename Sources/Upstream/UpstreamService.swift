internal import Inference

/// A service that helps to decide about requests, such as an analyzer of texts or an issuer of tokens; never a provider.
///
/// It is asked before there is a decision, so a call to it carries no proofs. That is why it is a type of its own: what goes
/// without permit, treatment and receipt can go to a configured service only, and never to an ``UpstreamEndpoint``. Who may
/// use it at all stands in the plan of the house (`Tests/ArchitectureTests`).
public final class UpstreamService: Sendable {
    let endpoint: UpstreamEndpoint

    /// What is asked of a service.
    public enum Method: Sendable, Hashable {
        /// What it has there (`GET`): the body of a call is not sent.
        case read
        /// What it makes of a body (`POST`).
        case ask
    }

    /// Prepares a service. HTTP/1.1 unless told otherwise: most such services have an event loop or a process for each call.
    ///
    /// - Parameters:
    ///   - name: for errors.
    ///   - url: `https://host[:port]/path`; `http://…` only with `plaintext`, as in ``UpstreamEndpoint``.
    ///   - headers: what comes with every call, its authorisation for instance.
    public init(
        name: String, url: String, method: Method = .ask, headers: [UpstreamHeader] = [], plaintext: Bool = false,
        tls: UpstreamTLS = UpstreamTLS(), timeouts: UpstreamTimeouts,
        httpVersion: UpstreamEndpoint.HTTPVersion = .http1
    ) throws(UpstreamEndpointError) {
        endpoint = try UpstreamEndpoint(
            method == .read ? .get : .post, provider: ProviderID(name), url: url, headers: headers,
            plaintext: plaintext, tls: tls, timeouts: timeouts, httpVersion: httpVersion, proxy: nil)
    }
}

extension UpstreamEngine {
    /// Asks a service, with headers of this call's own. Its events come to `mailbox` under `token`; nothing else comes from it, and
    /// it always has an end.
    @discardableResult
    public func ask(
        _ service: UpstreamService, headers: [UpstreamHeader] = [], body: [UInt8], token: UInt64,
        mailbox: any UpstreamMailbox
    ) -> UpstreamExchange {
        submit(token: token, endpoint: service.endpoint, headers: headers, body: body, mailbox: mailbox)
    }
}
