import Cryptography
import HyperText
import NIOHTTP1

/// What goes with every exposure page: it is nobody's to keep, to embed or to run anything in.
enum ExposureHeaders {
    /// The policy that browsers hold the page to: its one style sheet, known by its digest, and nothing else.
    private static let contentPolicy: String = {
        let digest = Base64.encode(SHA256.hash(PageStyle.sheet).bytes)
        return
            "default-src 'none'; style-src 'sha256-\(digest)'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    }()

    static let all: [(String, String)] = [
        ("content-security-policy", contentPolicy), ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"), ("cross-origin-resource-policy", "same-origin"),
    ]

    /// Whether a request was meant for this machine: a page of a stranger that let its own name point here (DNS rebinding) has that name
    /// in `Host`; and one that only refers here says so in `Sec-Fetch-Site`.
    static func isForUs(_ headers: HTTPHeaders) -> Bool {
        let hosts = headers["host"]
        guard hosts.count == 1, let host = hosts.first, isLoopback(host) else { return false }
        return !headers["sec-fetch-site"].contains { $0 == "cross-site" }
    }

    /// Whether `Host` names this machine itself: `localhost`, a name below it, 127.0.0.0/8, `[::1]`, with or without a port.
    static func isLoopback(_ host: String) -> Bool {
        var name = Substring(host.lowercased())
        if name.hasPrefix("[") {
            guard let end = name.firstIndex(of: "]") else { return false }
            guard isPort(name[name.index(after: end)...]) else { return false }
            return name[name.index(after: name.startIndex)..<end] == "::1"
        }
        if let colon = name.firstIndex(of: ":") {
            guard isPort(name[colon...]) else { return false }
            name = name[..<colon]
        }
        if name.hasSuffix(".") { name = name.dropLast() }
        if name == "localhost" || name.hasSuffix(".localhost") { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { part in (1...3).contains(part.utf8.count) && UInt8(part) != nil }
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.isEmpty || (text.first == ":" && UInt16(text.dropFirst()) != nil)
    }
}
