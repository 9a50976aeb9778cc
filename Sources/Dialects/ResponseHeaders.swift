/// Which header fields of a provider's answer reach the caller: an allow-list, for the rest is about the provider's
/// connection, its cookies, or the operator's account.
public enum ResponseHeaders {
    /// The name under which a field passes, `nil` for one that does not. Names are compared without regard to case.
    ///
    /// The provider's own request identifier passes as `x-upstream-request-id`, since ours has its name.
    public static func callerName(for name: String) -> String? {
        var name = name
        return name.withUTF8 { bytes in
            for field in fields where equals(bytes, field.utf8) { return field }
            for (prefix, length) in prefixes where bytes.count > length {
                guard equals(UnsafeBufferPointer(rebasing: bytes[..<length]), prefix.utf8),
                    bytes.allSatisfy({ isTokenByte($0) })
                else { continue }
                return String(decoding: bytes.map { lowercase($0) }, as: UTF8.self)
            }
            let isIdentifier = ["x-request-id", "request-id", "x-amzn-requestid"].contains { equals(bytes, $0.utf8) }
            return isIdentifier ? "x-upstream-request-id" : nil
        }
    }

    /// Whether a field, by the name under which it passes, says how much of a limit is left.
    public static func tellsOfLimits(_ name: String) -> Bool { prefixes.contains { name.hasPrefix($0.0) } }

    /// Whether a value may be passed on: printable, no line breaks, not endless.
    public static func isPassable(_ value: String) -> Bool {
        value.utf8.count <= 1_024 && value.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
    }

    private static let fields = [
        "content-type", "retry-after", "retry-after-ms", "x-should-retry", "openai-processing-ms", "openai-version",
        "openai-model", "x-amzn-errortype",
    ]

    private static let prefixes = [
        ("x-ratelimit-", "x-ratelimit-".utf8.count), ("anthropic-ratelimit-", "anthropic-ratelimit-".utf8.count),
    ]

    private static func equals(_ name: UnsafeBufferPointer<UInt8>, _ other: String.UTF8View) -> Bool {
        guard name.count == other.count else { return false }
        return zip(name, other).allSatisfy { lowercase($0) == $1 }
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        lowercase(byte) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x2D || byte == 0x5F
    }
}
