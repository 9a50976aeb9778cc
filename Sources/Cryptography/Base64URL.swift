/// Base64 with the alphabet that is safe in addresses and file names, without padding (RFC 4648 §5).
public enum Base64URL {
    /// The text of the bytes.
    public static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        bytes.withUnsafeBytes { Base64Alphabet.url.append($0, to: &text) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of a text; `nil` for letters outside the alphabet, padding, an impossible length, or bits left over
    /// that are not zero.
    public static func decode(_ text: String) -> [UInt8]? {
        var text = text
        return text.withUTF8 { decode(UnsafeRawBufferPointer($0)) }
    }

    /// The bytes of a text in UTF-8; `nil` as for a `String`.
    public static func decode(_ text: [UInt8]) -> [UInt8]? { text.withUnsafeBytes { decode($0) } }

    /// The bytes of a text in UTF-8; `nil` as for a `String`.
    public static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? { Base64Alphabet.url.decode(text) }
}
