public import Upstream

/// A place that the ledger is sent to or read from: a server, the path below which everything lies, and how the
/// connection is protected. Made from configuration or the command line only.
public struct RelayEndpoint: Sendable, Hashable {
    let url: UpstreamURL
    let tls: UpstreamTLS

    /// Reads an address such as `https://host[:port]/path`; a `/` at its end means nothing.
    ///
    /// - Parameters:
    ///   - address: The address; the host's certificate is always verified.
    ///   - plaintext: Whether `http://` is allowed, to loopback and private addresses only.
    ///   - tls: Whom to trust, and who we are.
    public init(
        _ address: String, plaintext: Bool = false, tls: UpstreamTLS = UpstreamTLS()
    ) throws(RelayAddressError) {
        do {
            url = try UpstreamURL(address)
        } catch {
            throw RelayAddressError(problem: error.rawValue)
        }
        guard !url.target.contains("?") else { throw RelayAddressError(problem: "expected an address without a query") }
        if !url.isEncrypted {
            guard plaintext else {
                throw RelayAddressError(
                    problem: "`http://\(url.authority)` is not encrypted: use `https://`, or say `plaintext: true` if "
                        + "the host is loopback or private")
            }
            if let scope = AddressScope(literal: url.host), !scope.allowsPlaintext {
                throw RelayAddressError(
                    problem: "plaintext to `\(url.host)` is refused: it is neither loopback nor private")
            }
        }
        self.tls = tls
    }

    /// Reads an address with the only authorities to trust in a PEM file; the system's for `nil`.
    public init(_ address: String, plaintext: Bool, authorities: String?) throws(RelayAddressError) {
        do {
            try self.init(address, plaintext: plaintext, tls: UpstreamTLS(authorities: authorities))
        } catch let error as RelayAddressError {
            throw error
        } catch {
            throw RelayAddressError(problem: "\(error)")
        }
    }

    /// The address of something below the path, whose own characters need no escapes.
    func address(of path: String, query: String = "") -> String {
        let base = url.target.hasSuffix("/") ? String(url.text.dropLast()) : url.text
        return base + (path.isEmpty ? "" : "/" + path) + (query.isEmpty ? "" : "?" + query)
    }

    /// The address as it was given, for people.
    public var text: String { url.text }
}

/// An address that cannot be.
public struct RelayAddressError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, without any secret.
    public let problem: String
    /// The same.
    public var description: String { problem }

    init(problem: String) { self.problem = problem }
}
