/// JSON web tokens (RFC 7519): three runs of base64url with dots; and the same in base64 once more.
enum WebToken {
    private enum Bounds {
        /// `eyJhbGciOiJub25lIn0`, the shortest header that names an algorithm, has 20 bytes.
        static let header = 14
        static let wrapped = 40
        /// What of a header is decoded to see whether it is one, if it is in the text.
        static let headerSample = 48
        /// What of a wrapped token is unwrapped to see whether it is one.
        static let wrappedSample = 24
    }

    /// Header, claims and signature in base64url (RFC 7515 §3.1); header and claims begin with `{"`, the signature may be empty.
    static func span(from start: Int, in text: ScannedText) -> Range<Int>? {
        // At a boundary only: so each run is read once, however often `eyJ` stands in it.
        guard !text.has(start - 1, ByteClass.token) || text.isEscapeLetter(start - 1) else { return nil }
        guard let header = runEnd(from: start, in: text), header - start >= Bounds.header,
            text.byte(header) == UInt8(ascii: "."), text.byte(header + 1) == UInt8(ascii: "e"),
            let claims = runEnd(from: header + 1, in: text), text.byte(claims) == UInt8(ascii: ".")
        else { return nil }
        var end = runEnd(from: claims + 1, in: text) ?? claims + 1
        // Padding does not belong there; some encoders write it.
        for _ in 0..<2 where text.byte(end) == UInt8(ascii: "=") { end += 1 }
        return start..<end
    }

    /// Whether these bytes, as far as they are there, begin as a header: an object of JSON in ASCII, `{"alg":…`.
    static func mayBeHeader(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let sample = text.prefix(Bounds.headerSample).prefix { $0 != UInt8(ascii: ".") }
        guard let header = decoded(Array(sample)) else { return false }
        return header.prefix(2).elementsEqual("{\"".utf8.prefix(header.count))
            && header.allSatisfy { $0 >= 0x20 && $0 < 0x7F || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
    }

    private static func runEnd(from start: Int, in text: ScannedText) -> Int? {
        var end = start
        while end < text.count, text.classes[Int(text.base[end])] & ByteClass.token != 0 { end += 1 }
        return end > start ? end : nil
    }

    /// `ZXlK…` is `eyJ…` in base64: it is one if that is base64 of an object's beginning, `{"alg":…`.
    static func wrappedSpan(from start: Int, in text: ScannedText) -> Range<Int>? {
        guard !isBase64(text.byte(start - 1)) || text.isEscapeLetter(start - 1) else { return nil }
        guard start + Bounds.wrapped <= text.count else { return nil }
        let outer = (start..<start + Bounds.wrappedSample).map { text.base[$0] }
        guard let inner = decoded(outer), let object = decoded(Array(inner.prefix(8))) else { return nil }
        guard object.starts(with: [UInt8(ascii: "{"), UInt8(ascii: "\"")]),
            object.dropFirst(2).prefix(4).allSatisfy({
                $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "_")
                    || $0 == UInt8(ascii: "#") || ByteClass.table[Int($0)] & ByteClass.alphanumeric != 0
                    || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "[")
            })
        else { return nil }
        var end = start
        while end < text.count, isBase64(text.base[end]) || isBreak(end, in: text) { end += 1 }
        while end > start, !isBase64(text.base[end - 1]) { end -= 1 }
        guard end - start >= Bounds.wrapped else { return nil }
        for _ in 0..<2 where text.byte(end) == UInt8(ascii: "=") { end += 1 }
        return start..<end
    }

    /// A line's end between lines of base64.
    private static func isBreak(_ position: Int, in text: ScannedText) -> Bool {
        let byte = text.base[position]
        return byte == 0x0D || byte == 0x0A && isBase64(text.byte(position + 1))
    }

    private static func isBase64(_ byte: UInt8) -> Bool { sextet(byte) != nil }

    /// Whole groups of base64 or base64url.
    private static func decoded(_ bytes: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        var group: UInt32 = 0
        for (index, byte) in bytes.prefix(bytes.count / 4 * 4).enumerated() {
            guard let sextet = sextet(byte) else { return nil }
            group = group << 6 | UInt32(sextet)
            guard index % 4 == 3 else { continue }
            result.append(UInt8(truncatingIfNeeded: group >> 16))
            result.append(UInt8(truncatingIfNeeded: group >> 8))
            result.append(UInt8(truncatingIfNeeded: group))
            group = 0
        }
        return result
    }

    private static func sextet(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x41...0x5A: byte - 0x41
        case 0x61...0x7A: byte - 0x61 + 26
        case 0x30...0x39: byte - 0x30 + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
