/// What a request's header fields present: an API key, a token, or both, told apart by their shape. UTF-8, nothing around it.
///
/// A token is what has three parts with dots between; no API key has a dot. Whether either is any good is for those to say who know.
public struct PresentedCredentials: Sendable {
    /// The text of an API key, or of what is neither; `nil`: none.
    public private(set) var apiKey: [UInt8]?
    /// The text of a token; `nil`: none.
    public private(set) var token: [UInt8]?
    /// Whether `Authorization` carries another scheme than `Bearer`.
    public private(set) var hasForeignScheme = false

    /// Reads the two fields.
    ///
    /// - Parameters:
    ///   - authorization: The value of `Authorization`; only the scheme `Bearer` (in any case) carries something of ours.
    ///   - apiKey: The value of `x-api-key`; of two API keys or two tokens it wins (`design/wire.md`, 4). Blank counts as absent.
    public init(authorization: String?, apiKey: String?) {
        if var apiKey { apiKey.withUTF8 { take(Self.trimmed(UnsafeRawBufferPointer($0))) } }
        guard var authorization else { return }
        authorization.withUTF8 { value in
            let value = Self.trimmed(UnsafeRawBufferPointer(value))
            guard !value.isEmpty else { return }
            guard let text = Self.bearer(value) else { return hasForeignScheme = true }
            take(text)
        }
    }

    /// Whether nothing was presented at all.
    public var isEmpty: Bool { apiKey == nil && token == nil && !hasForeignScheme }

    private mutating func take(_ text: UnsafeRawBufferPointer) {
        guard !text.isEmpty else { return }
        if TokenText.hasShape(text) {
            if token == nil { token = Array(text) }
        } else if apiKey == nil {
            apiKey = Array(text)
        }
    }

    /// What follows the scheme `Bearer`; `nil` if the scheme is another (RFC 6750 §2.1, RFC 9110 §11.4).
    static func bearer(_ value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let scheme: StaticString = "bearer"
        guard value.count >= scheme.utf8CodeUnitCount else { return nil }
        for index in 0..<scheme.utf8CodeUnitCount where value[index] | 0x20 != scheme.utf8Start[index] { return nil }
        let rest = UnsafeRawBufferPointer(rebasing: value[scheme.utf8CodeUnitCount...])
        guard let first = rest.first else { return rest }
        return first == UInt8(ascii: " ") ? trimmed(rest) : nil
    }

    /// The bytes without spaces and tabs around them.
    static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var start = bytes.startIndex
        var end = bytes.endIndex
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    }
}
