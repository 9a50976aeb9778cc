/// A provider's address, read strictly, so that no two readers see two hosts in it.
///
/// `https://host[:port]/path[?query]` in visible ASCII; no user information, no fragment, no backslash. The host is a
/// DNS name, a dotted IPv4 address or a bracketed IPv6 address. (RFC 3986, narrowed.)
package struct UpstreamURL: Sendable, Hashable {
    /// Why a text is no such address.
    package enum Fault: String, Error {
        case scheme = "expected `https://` or `http://`"
        case character = "only visible ASCII characters may stand in an address"
        case userInformation = "an address may not carry user information"
        case host = "expected a DNS name, a dotted IPv4 address or a bracketed IPv6 address as host"
        case port = "expected a port from 1 to 65535"
        case fragment = "an address may not carry a fragment"
    }

    /// Whether the scheme is `https`.
    package let isEncrypted: Bool
    /// The host in lower case, an IPv6 address without brackets.
    package let host: String
    /// The port, from the scheme where the text names none.
    package let port: UInt16
    /// Path and query, beginning with `/`.
    package let target: String

    /// Reads an address.
    package init(_ text: String) throws(Fault) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x5C }) else { throw .character }
        let rest: Substring
        if text.lowercased().hasPrefix("https://") {
            (isEncrypted, rest) = (true, text.dropFirst(8))
        } else if text.lowercased().hasPrefix("http://") {
            (isEncrypted, rest) = (false, text.dropFirst(7))
        } else {
            throw .scheme
        }
        guard !rest.contains("#") else { throw .fragment }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else { throw .userInformation }

        let portText: Substring
        if authority.hasPrefix("[") {
            guard let close = authority.firstIndex(of: "]") else { throw .host }
            host = authority[authority.index(after: authority.startIndex)..<close].lowercased()
            guard host.contains(":"), AddressScope(literal: host) != nil else { throw .host }
            portText = authority[authority.index(after: close)...]
        } else {
            let name = authority.prefix { $0 != ":" }
            host = name.lowercased()
            guard Self.isHost(host) else { throw .host }
            portText = authority[name.endIndex...]
        }
        if portText.isEmpty {
            port = isEncrypted ? 443 : 80
        } else {
            let digits = portText.dropFirst()
            guard portText.hasPrefix(":"), digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
                let value = UInt16(digits), value > 0
            else { throw .port }
            port = value
        }
        let target = rest[authority.endIndex...]
        self.target = target.hasPrefix("/") ? String(target) : "/" + target
    }

    /// Whether the host is an IP address rather than a name.
    package var hostIsAddress: Bool { AddressScope(literal: host) != nil }

    /// `host:port`, for messages.
    package var authority: String { "\(bracketedHost):\(port)" }

    /// `host`, or `host:port` where the port is not the scheme's own (RFC 9110 §7.2).
    package var hostField: String { port == (isEncrypted ? 443 : 80) ? bracketedHost : authority }

    /// The address in one canonical spelling.
    package var text: String { "\(isEncrypted ? "https" : "http")://\(authority)\(target)" }

    private var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }

    /// Whether a text is a DNS name or a dotted IPv4 address. What ends in a number is an address to some readers
    /// (`0x7f.1`, `2130706433`), so it must be a plain one to all.
    private static func isHost(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= 253,
            labels.allSatisfy({ label in
                (1...63).contains(label.utf8.count) && !label.hasPrefix("-")
                    && label.utf8.allSatisfy { byte in
                        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D || byte == 0x5F
                    }
            }), let last = labels.last
        else { return false }
        let endsInNumber = last.utf8.allSatisfy { (0x30...0x39).contains($0) } || last.hasPrefix("0x")
        return !endsInNumber || AddressScope(literal: text) != nil
    }
}
