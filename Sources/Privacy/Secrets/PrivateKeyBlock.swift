/// Private keys in PEM (RFC 7468) and OpenPGP's armour (RFC 9580 §6.2).
enum PrivateKeyBlock {
    private enum Bounds {
        /// How far before `PRIVATE KEY-----` its line begins: `-----BEGIN ENCRYPTED `.
        static let openingMark = 40
        /// `-----END RSA `…
        static let closingMark = 48
        /// A shorter word is prose about the mark.
        static let shortestKey = 6
    }

    /// From `-----BEGIN` to the end of the closing mark; without one to the end of what may be the key.
    static func span(around mark: Range<Int>, in text: ScannedText) -> Range<Int>? {
        var start = mark.lowerBound
        let lowest = max(0, start - Bounds.openingMark)
        while start > lowest, !text.begins("-----BEGIN", at: start) { start -= 1 }
        guard text.begins("-----BEGIN", at: start) else { return nil }
        guard isKey(after: mark.upperBound, in: text) else { return nil }
        var position = mark.upperBound
        while position < text.count {
            let byte = text.base[position]
            if byte == UInt8(ascii: "-"), text.begins("-----", at: position) {
                guard text.begins("-----END", at: position) else { return start..<position }
                var end = position + 8
                let limit = min(text.count, position + Bounds.closingMark)
                while end < limit, !text.begins("-----", at: end) { end += 1 }
                return start..<min(text.count, end + 5)
            }
            guard isKeyByte(byte) else { break }
            position += 1
        }
        return start..<position
    }

    /// Whether a word of base64 or a header follows, and not the prose of who speaks of the mark.
    private static func isKey(after mark: Int, in text: ScannedText) -> Bool {
        var position = mark
        let limit = min(text.count, mark + Bounds.closingMark)
        while position < limit, text.base[position] <= 0x20 || text.isEscape(position) {
            position += text.isEscape(position) ? 2 : 1
        }
        let first = position
        while position < limit,
            text.has(position, ByteClass.alphanumeric) || text.byte(position) == UInt8(ascii: "-")
                || text.byte(position) == UInt8(ascii: "+") || text.byte(position) == UInt8(ascii: "/")
        {
            position += 1
        }
        return position - first >= Bounds.shortestKey && !text.begins("-----", at: first)
    }

    /// Base64, its line breaks (also written `\n`), and the headers of old encrypted keys and of PGP.
    private static func isKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="), 0x20, 0x0A,
            0x0D, 0x09, UInt8(ascii: "\\"), UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "\""), UInt8(ascii: "("), UInt8(ascii: ")"):
            return true
        default: return false
        }
    }
}
