/// What a caller's field `cache-control` says of answers that were kept (RFC 9111 §5.2.1).
public struct CacheControl: Hashable, Sendable {
    /// Whether an answer that was kept may be given out.
    public private(set) var takesKept = true
    /// Whether the new answer may be kept.
    public private(set) var mayKeep = true
    /// How old a kept answer may be, in milliseconds; `nil`: as old as it comes.
    public private(set) var maximumAge: Int64?

    /// Reads the field's values. Unknown directives are passed over (§5.2.3); a `max-age` that can't be read counts as 0, which is always
    /// safe.
    public init(_ values: some Sequence<String> = []) {
        for value in values {
            for directive in value.split(separator: ",") { read(directive) }
        }
    }

    private mutating func read(_ directive: Substring) {
        let parts = directive.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        switch Self.trimmed(parts[0]).lowercased() {
        case "no-store":
            takesKept = false
            mayKeep = false
        case "no-cache":
            takesKept = false
        case "max-age":
            let digits = parts.count == 2 ? Self.trimmed(parts[1]).filter { $0 != "\"" } : ""
            // More than a lifetime of anything is no bound.
            let seconds = digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(digits) : nil
            let isLong = !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) } && seconds == nil
            let milliseconds = isLong ? Int64.max : min(seconds ?? 0, Int64.max / 1_000) * 1_000
            maximumAge = min(maximumAge ?? .max, milliseconds)
        default: break
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.utf8.first, first == 0x20 || first == 0x09 { text = text.dropFirst() }
        while let last = text.utf8.last, last == 0x20 || last == 0x09 { text = text.dropLast() }
        return text
    }
}
