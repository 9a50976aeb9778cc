public import Upstream

/// Where an issuer's keys are to be had, and how they are fetched.
public struct KeyLocation: Hashable, Sendable {
    /// The issuer, as in `iss`.
    public let issuer: String
    /// The address of its keys (a JWK Set); `nil`: the issuer's own metadata tell (OpenID Connect Discovery 1.0 §4).
    public let url: String?
    /// Allows `http://`, and that only to a loopback or private address.
    public var allowsPlaintext = false
    /// A PEM file of the only authorities to trust; `nil` for the system's.
    public var authorities: String?
    /// How long one answer may take in all, in milliseconds, from 10 to 60,000. Discovery has two.
    public var deadlineMilliseconds = 5_000

    /// Names a place.
    public init(issuer: String, url: String?) {
        self.issuer = issuer
        self.url = url
    }

    /// Whether the place can be one at all; nothing is asked.
    public func check() throws(UpstreamEndpointError) {
        _ = try service(first)
    }

    /// What is read first.
    var first: String { url ?? metadata }

    /// The address of the issuer's metadata: a slash that ends the issuer does not stand twice (§4.1).
    private var metadata: String {
        (issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer) + "/.well-known/openid-configuration"
    }

    func service(_ url: String) throws(UpstreamEndpointError) -> UpstreamService {
        // One limit for every step, so that all of them together have it, too.
        let limit = min(max(10, deadlineMilliseconds), 60_000)
        return try UpstreamService(
            name: "keys of \(issuer)", url: url, method: .read, plaintext: allowsPlaintext,
            tls: UpstreamTLS(authorities: authorities),
            timeouts: UpstreamTimeouts(connect: limit, firstByte: limit, idle: limit, total: limit))
    }
}
