public import Inference

/// A place at a provider to which requests go, with everything about the connection that does not change from request to
/// request. Made from configuration only; no caller ever chooses any of it.
///
/// Make it once and keep it: the engine prepares transfers per endpoint (by identity) and drops them some time after the
/// last use. The method is `POST`, but for services of our own (``UpstreamService``) that are read from.
public final class UpstreamEndpoint: Sendable {
    /// The provider, which must be the one that the permit names.
    public let provider: ProviderID
    /// What comes with every request.
    public let headers: [UpstreamHeader]
    /// How the connection is protected.
    public let tls: UpstreamTLS
    /// How long everything may take.
    public let timeouts: UpstreamTimeouts
    /// Which HTTP is spoken.
    public let httpVersion: HTTPVersion
    /// The proxy to go through, `nil` for none. Proxies of the environment are never used.
    public let proxy: UpstreamProxy?

    let url: UpstreamURL
    let method: Method

    /// What is asked for.
    enum Method: Sendable, Hashable {
        /// The resource, without a body.
        case get
        /// What the resource makes of a body.
        case post
    }

    /// Which HTTP is spoken.
    public enum HTTPVersion: Sendable, Hashable {
        /// HTTP/1.1, one request at a time on a connection.
        case http1
        /// HTTP/2 where the server agrees by ALPN, HTTP/1.1 elsewhere and always in plaintext.
        ///
        /// Requests that come while the first connection is still being made wait for it (`CURLOPT_PIPEWAIT`), because
        /// they can share it if it turns out to be HTTP/2. One slow reader can hold up others on the same connection.
        case automatic
    }

    /// Prepares an endpoint.
    ///
    /// - Parameters:
    ///   - url: `https://host[:port]/path[?query]`; `http://…` only with `plaintext`.
    ///   - plaintext: allows `http://`, and that only to a loopback or private address: one written as such, `localhost`,
    ///     or a name all of whose addresses are (which is checked whenever it is resolved and connected to).
    ///   - proxy: not together with `http://`, since then the proxy would choose the address and read everything.
    public convenience init(
        provider: ProviderID, url: String, headers: [UpstreamHeader] = [], plaintext: Bool = false,
        tls: UpstreamTLS = UpstreamTLS(), timeouts: UpstreamTimeouts = UpstreamTimeouts(),
        httpVersion: HTTPVersion = .automatic, proxy: UpstreamProxy? = nil
    ) throws(UpstreamEndpointError) {
        try self.init(
            .post, provider: provider, url: url, headers: headers, plaintext: plaintext, tls: tls, timeouts: timeouts,
            httpVersion: httpVersion, proxy: proxy)
    }

    init(
        _ method: Method, provider: ProviderID, url: String, headers: [UpstreamHeader], plaintext: Bool,
        tls: UpstreamTLS, timeouts: UpstreamTimeouts, httpVersion: HTTPVersion, proxy: UpstreamProxy?
    ) throws(UpstreamEndpointError) {
        let parsed: UpstreamURL
        do {
            parsed = try UpstreamURL(url)
        } catch {
            throw UpstreamEndpointError(place: provider.rawValue, problem: "invalid upstream url: \(error.rawValue)")
        }
        if !parsed.isEncrypted {
            guard plaintext else {
                throw UpstreamEndpointError(
                    place: provider.rawValue,
                    problem: "`http://\(parsed.authority)` is not encrypted: use `https://`, or say `plaintext: true` "
                        + "if the host is loopback or private")
            }
            if let scope = AddressScope(literal: parsed.host), !scope.allowsPlaintext {
                throw UpstreamEndpointError(
                    place: provider.rawValue,
                    problem: "plaintext to `\(parsed.host)` is refused: it is neither loopback nor private")
            }
            guard proxy == nil else {
                throw UpstreamEndpointError(
                    place: provider.rawValue, problem: "a plaintext upstream cannot be reached through a proxy")
            }
        }
        self.method = method
        self.provider = provider
        self.url = parsed
        self.headers = headers
        self.tls = tls
        self.timeouts = timeouts
        self.httpVersion = httpVersion
        self.proxy = proxy
    }

    /// What is sent as `host`: the port only where it is not the scheme's own.
    public var hostField: String { url.hostField }
    /// The path that is asked for, without a query.
    public var path: String { String(url.target.prefix { $0 != "?" }) }

    /// The name to resolve before connecting, the proxy's where there is one; `nil` where an address is configured.
    /// `localhost` is never looked up (RFC 6761): libcurl knows its addresses.
    var nameToResolve: (name: String, port: UInt16)? {
        let target = proxy?.url ?? url
        return target.hostIsAddress || target.host == "localhost" ? nil : (target.host, target.port)
    }
}

/// An endpoint that cannot be.
public struct UpstreamEndpointError: Error, Sendable, CustomStringConvertible {
    /// What was being configured, such as a provider's name.
    public let place: String
    /// What is wrong, without any secret.
    public let problem: String
    /// ``place: problem``.
    public var description: String { "\(place): \(problem)" }
}

/// A request header: its name is a token and its value one line, so that it can never start another. Values do not print.
public struct UpstreamHeader: Sendable, CustomStringConvertible {
    /// The name.
    public let name: String
    /// `name: value`, or `name;` for an empty value, as libcurl wants them.
    let line: String

    /// Checks a header; `nil` where the name is no token (RFC 9110 §5.6.2), is one that the transfer decides itself
    /// (`host`, `content-length`, `transfer-encoding`, `connection`, `expect`, `te`, `upgrade`, `accept-encoding`), or where
    /// the value has a control character or a byte beyond ASCII.
    public init?(_ name: String, _ value: String) {
        let reserved = [
            "host", "content-length", "transfer-encoding", "connection", "expect", "te", "upgrade", "accept-encoding",
            "proxy-authorization",
        ]
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte), !reserved.contains(name.lowercased()),
            value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F })
        else { return nil }
        self.name = name
        self.line = value.utf8.allSatisfy { $0 == 0x20 } ? name + ";" : "\(name): \(value)"
    }

    /// The name only.
    public var description: String { name }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
        default: false
        }
    }
}

/// How a connection to a provider is protected. TLS 1.2 is the least; the certificate and the host's name are always verified.
public struct UpstreamTLS: Sendable, Hashable {
    /// A PEM file of the only authorities to trust; `nil` for the system's.
    public let authorities: String?
    /// A PEM file with our certificate (chain) and one with its key; `nil` for none.
    public let clientCertificate: ClientCertificate?
    /// Public keys of which the server must have one: `sha256//` and 44 base64 characters each, as `CURLOPT_PINNEDPUBLICKEY`
    /// takes them; empty for any. In addition to the verification, not instead of it.
    public let pinnedPublicKeys: [String]

    /// A certificate of our own.
    public struct ClientCertificate: Sendable, Hashable {
        /// The path of the certificate chain, PEM.
        public let certificate: String
        /// The path of the private key, PEM, not encrypted.
        public let key: String

        /// Names the two files.
        public init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// The system's authorities, no client certificate, no pin.
    public init() {
        authorities = nil
        clientCertificate = nil
        pinnedPublicKeys = []
    }

    /// Puts the settings together. A pin of another form than `sha256//…=` is an error, as is an unreadable file's absence
    /// when the connection is made.
    public init(
        authorities: String?, clientCertificate: ClientCertificate? = nil, pinnedPublicKeys: [String] = []
    ) throws(UpstreamEndpointError) {
        for pin in pinnedPublicKeys {
            let digest = pin.utf8.dropFirst(8)
            guard pin.hasPrefix("sha256//"), digest.count == 44, digest.last == 0x3D,
                digest.dropLast().allSatisfy({ byte in
                    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                        || byte == 0x2B || byte == 0x2F
                })
            else {
                throw UpstreamEndpointError(
                    place: "public key pin", problem: "expected `sha256//` and 44 base64 characters, found `\(pin)`")
            }
        }
        self.authorities = authorities
        self.clientCertificate = clientCertificate
        self.pinnedPublicKeys = pinnedPublicKeys
    }
}

/// How long a request's steps may take, in milliseconds.
public struct UpstreamTimeouts: Sendable, Hashable {
    /// From submission until the connection stands, TLS and name look-up included; at most 300,000.
    public let connect: Int
    /// From there until the head of the answer is whole; sending the request counts in.
    public let firstByte: Int
    /// Between two pieces of the answer's body, not counting the time that we ourselves paused it.
    public let idle: Int
    /// For everything, pauses included.
    public let total: Int

    /// Puts limits together. The defaults: 5 s; 600 s, which is what the providers' own SDKs allow; 120 s; an hour.
    public init(connect: Int = 5_000, firstByte: Int = 600_000, idle: Int = 120_000, total: Int = 3_600_000) {
        self.connect = min(max(1, connect), 300_000)
        self.firstByte = min(max(1, firstByte), 1 << 40)
        self.idle = min(max(1, idle), 1 << 40)
        self.total = min(max(1, total), 1 << 40)
    }
}

/// A proxy through which a provider is reached, always by `CONNECT`, so that it sees host names but no content.
public struct UpstreamProxy: Sendable, CustomStringConvertible {
    let url: UpstreamURL
    let credentials: (user: String, password: String)?

    /// Names a proxy.
    ///
    /// - Parameters:
    ///   - address: `http://host:port` or `https://host:port`.
    ///   - credentials: for basic authentication.
    public init(
        _ address: String, credentials: (user: String, password: String)? = nil
    ) throws(UpstreamEndpointError) {
        do {
            url = try UpstreamURL(address)
        } catch {
            throw UpstreamEndpointError(place: "proxy", problem: "invalid address: \(error.rawValue)")
        }
        guard url.target == "/" else {
            throw UpstreamEndpointError(place: "proxy", problem: "expected `http://host:port` without a path")
        }
        self.credentials = credentials
    }

    /// The address without credentials.
    public var description: String { url.authority }
}
