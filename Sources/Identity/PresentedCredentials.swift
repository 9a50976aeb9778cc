/// The credentials that a request's header fields carry, found but not judged. No other field carries any: what `x-user` and its
/// like say is nobody's word.
///
/// A credential stands in `x-api-key` or after the scheme `Bearer` in `Authorization`, whichever it is, since callers' libraries
/// know one of the two. What begins with `sp_` is an API key, and anything else a token, where tokens count. Of two credentials
/// of one sort the one in `x-api-key` counts (`design/wire.md`, 4); of two sorts both do.
public struct PresentedCredentials: Hashable, Sendable {
    /// What stands where an API key is expected; `nil` where nothing does, empty where something does that is no credential.
    public private(set) var key: String?
    /// What stands where a token is expected.
    public private(set) var token: String?

    /// Reads the values of the two fields, which are `nil` where they are absent; blank counts as absent.
    public init(authorization: String?, apiKey: String?, takesTokens: Bool) {
        let apiKey = apiKey.map(Self.trimmed) ?? ""
        if !apiKey.isEmpty { take(apiKey, takesTokens) }
        let authorization = authorization.map(Self.trimmed) ?? ""
        guard !authorization.isEmpty else { return }
        if let bearer = Self.bearer(authorization) {
            if !bearer.isEmpty { take(bearer, takesTokens) }
        } else if apiKey.isEmpty {
            key = ""
        }
    }

    private mutating func take(_ text: Substring, _ takesTokens: Bool) {
        if takesTokens, !text.utf8.starts(with: "sp_".utf8) {
            if token == nil { token = String(text) }
        } else if key == nil {
            key = String(text)
        }
    }

    /// What follows the scheme `Bearer`; `nil` if the scheme is another (RFC 6750 §2.1, RFC 9110 §11.4).
    private static func bearer(_ value: Substring) -> Substring? {
        let scheme: StaticString = "bearer"
        var rest = value.utf8
        for index in 0..<scheme.utf8CodeUnitCount {
            guard let byte = rest.popFirst(), byte | 0x20 == scheme.utf8Start[index] else { return nil }
        }
        guard let next = rest.first else { return Substring(rest) }
        return next == UInt8(ascii: " ") ? trimmed(Substring(rest)) : nil
    }

    /// The text without spaces and tabs around it.
    private static func trimmed(_ text: some StringProtocol) -> Substring {
        var bytes = Substring(text).utf8
        while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
        return Substring(bytes)
    }
}
