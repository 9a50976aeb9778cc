/// Base64 with the standard alphabet and padding (RFC 4648 §4), in its one canonical form.
public enum Base64 {
    /// The text of the bytes.
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        append(bytes, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the text of the bytes.
    public static func append(_ bytes: some Collection<UInt8>, to output: inout [UInt8]) {
        Array(bytes).withUnsafeBytes { Base64Alphabet.standard.append($0, to: &output) }
        let rest = bytes.count % 3
        if rest > 0 { output.append(contentsOf: repeatElement(UInt8(ascii: "="), count: 3 - rest)) }
    }

    /// The bytes of a text; `nil` for letters outside the alphabet, line feeds, wrong padding, and bits left over that
    /// are not zero: so no two texts stand for the same bytes.
    public static func decode(_ text: some BidirectionalCollection<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        var body = text[...]
        while body.last == UInt8(ascii: "="), text.count - body.count < 2 { body.removeLast() }
        return Array(body).withUnsafeBytes { Base64Alphabet.standard.decode($0) }
    }
}
