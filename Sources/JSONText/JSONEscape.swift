/// Escapes text for the inside of a JSON string, and back.
///
/// Escaping follows RFC 8785 §3.2.2.2, so that it is canonical: `\b \t \n \f \r \" \\`, other characters below U+0020 as
/// `\u00xx` in lowercase, all else as it is.
public enum JSONEscape {
    /// Appends text, escaped, without quotes. The bytes are UTF-8, whole or a piece of it: those above 0x7F pass as they are.
    public static func append(_ utf8: UnsafeRawBufferPointer, to target: inout [UInt8]) {
        guard let base = utf8.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        let end = utf8.count
        var plain = 0
        var position = 0
        while position < end {
            while position &+ 8 <= end {
                let marks = marks(JSONStringScanner.word(base, position))
                if marks != 0 {
                    position &+= marks.trailingZeroBitCount &>> 3
                    break
                }
                position &+= 8
            }
            guard position < end else { break }
            let byte = base[position]
            if byte >= 0x20 && byte != JSONStringScanner.quote && byte != JSONStringScanner.backslash {
                position &+= 1
                continue
            }
            target.append(contentsOf: UnsafeBufferPointer(start: base + plain, count: position &- plain))
            appendEscape(byte, to: &target)
            position &+= 1
            plain = position
        }
        target.append(contentsOf: UnsafeBufferPointer(start: base + plain, count: end &- plain))
    }

    /// Appends text, escaped, without quotes.
    public static func append(_ utf8: [UInt8], to target: inout [UInt8]) {
        utf8.withUnsafeBytes { append($0, to: &target) }
    }

    /// Appends a part of text, escaped, without quotes.
    public static func append(_ utf8: ArraySlice<UInt8>, to target: inout [UInt8]) {
        utf8.withUnsafeBytes { append($0, to: &target) }
    }

    /// Appends a string's text, escaped, without quotes.
    public static func append(_ text: String, to target: inout [UInt8]) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0), to: &target) }
    }

    /// The text escaped, without quotes.
    public static func escaped(_ utf8: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(utf8.count + 8)
        append(utf8, to: &result)
        return result
    }

    /// The text, as UTF-8, that the content of a JSON string (without quotes) stands for; `nil` where it is not such content.
    public static func decode(_ content: UnsafeRawBufferPointer) -> [UInt8]? {
        var quoted: [UInt8] = []
        quoted.reserveCapacity(content.count + 1)
        quoted.append(contentsOf: content)
        quoted.append(JSONStringScanner.quote)
        return quoted.withUnsafeBufferPointer { text in
            guard let base = text.baseAddress else { return nil }
            var hasEscapes = false
            let end = try? JSONStringScanner.scan(base, from: 0, to: text.count, hasEscapes: &hasEscapes)
            guard end == text.count - 1 else { return nil }
            return [UInt8](unsafeUninitializedCapacity: text.count) { target, count in
                guard let address = target.baseAddress else { return }
                count = JSONStringDecoder.decode(base, from: 0, to: text.count - 1, into: address)
            }
        }
    }

    /// The text, as UTF-8, that the content of a JSON string (without quotes) stands for; `nil` where it is not such content.
    public static func decode(_ content: [UInt8]) -> [UInt8]? {
        content.withUnsafeBytes { decode($0) }
    }

    private static func appendEscape(_ byte: UInt8, to target: inout [UInt8]) {
        target.append(JSONStringScanner.backslash)
        switch byte {
        case 0x22, 0x5C: target.append(byte)
        case 0x08: target.append(0x62)
        case 0x09: target.append(0x74)
        case 0x0A: target.append(0x6E)
        case 0x0C: target.append(0x66)
        case 0x0D: target.append(0x72)
        default:
            target.append(0x75)
            target.append(0x30)
            target.append(0x30)
            target.append(0x30 + byte >> 4)
            let low = byte & 0x0F
            target.append(low < 10 ? 0x30 + low : 0x57 + low)
        }
    }

    /// Marks the bytes of a word that need an escape, the lowest mark being right.
    @inline(__always)
    private static func marks(_ word: UInt64) -> UInt64 {
        let quoted = word ^ JSONStringScanner.quotes
        let slashed = word ^ JSONStringScanner.backslashes
        return
            (((quoted &- JSONStringScanner.ones) & ~quoted) | ((slashed &- JSONStringScanner.ones) & ~slashed)
            | ((word &- JSONStringScanner.blanks) & ~word)) & JSONStringScanner.tops
    }
}
