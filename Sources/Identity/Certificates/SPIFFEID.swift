/// A SPIFFE ID of a workload, `spiffe://trust-domain/path` (SPIFFE-ID specification §2).
struct SPIFFEID: Hashable, Sendable {
    /// Lowercase letters, digits, `.`, `-` and `_`.
    let trustDomain: String
    /// The path's segments, at least one, none of them empty, `.` or `..`.
    let segments: [String]

    private enum Bounds {
        static let bytes = 2048
        static let domainBytes = 255
    }

    /// Reads an ID; `nil` where it is none: with a query, fragment, port, user or escape, an uppercase trust domain, a path that is
    /// empty or ends in `/`. Nothing is normalised, since what two readers write differently they may compare differently.
    init?(_ text: String) {
        self.init(text, isSegment: Self.isSegment)
    }

    /// Reads what is written like an ID, with segments of another sort.
    init?(_ text: String, isSegment: (Substring) -> Bool) {
        let scheme = "spiffe://"
        // ASCII only, so that letters are bytes: a combining mark would hide in the slash before it.
        guard text.utf8.count <= Bounds.bytes, text.utf8.allSatisfy({ $0 < 0x80 }), text.utf8.starts(with: scheme.utf8)
        else { return nil }
        let parts = text.dropFirst(scheme.count).split(separator: "/", omittingEmptySubsequences: false)
        guard let domain = parts.first, parts.count >= 2, (1...Bounds.domainBytes).contains(domain.utf8.count),
            domain.utf8.allSatisfy({ Self.isLetter($0) && !(0x41...0x5A).contains($0) }),
            parts.dropFirst().allSatisfy(isSegment)
        else { return nil }
        trustDomain = String(domain)
        segments = parts.dropFirst().map(String.init)
    }

    /// The ID of a certificate: its only URI name (X509-SVID specification §2); `nil` with none or several.
    init?(uris: [String]) {
        guard uris.count == 1, let uri = uris.first else { return nil }
        self.init(uri)
    }

    static func isSegment(_ text: Substring) -> Bool {
        !text.isEmpty && text != "." && text != ".." && text.utf8.allSatisfy(isLetter)
    }

    private static func isLetter(_ byte: UInt8) -> Bool { Base62.isDigit(byte) || ".-_".utf8.contains(byte) }
}
