internal import JSONText

/// Base64 as Google writes it, which is either alphabet of RFC 4648, with padding or without.
enum Base64Text {
    /// The same in the standard alphabet with padding, which is all that other providers take.
    static func standard(_ text: EscapedText) -> EscapedText {
        // JSON may escape a slash, which base64 has many of.
        let bytes = text.bytes.contains(0x5C) ? text.decoded()[...] : text.bytes
        let isStandard = bytes.count % 4 == 0 && !bytes.contains { $0 == 0x2D || $0 == 0x5F }
        if isStandard { return EscapedText(escaped: bytes) }
        var standard = bytes.map { $0 == 0x2D ? 0x2B : $0 == 0x5F ? 0x2F : $0 }
        while standard.count % 4 != 0 { standard.append(0x3D) }
        return EscapedText(utf8: standard)
    }

    /// The bytes; `nil` for what is no base64.
    static func decoded(_ text: EscapedText) -> [UInt8]? {
        var bytes = text.decoded()[...]
        while bytes.last == 0x3D { bytes.removeLast() }
        guard bytes.count % 4 != 1 else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count / 4 * 3 + 3)
        var (word, bits): (UInt32, Int) = (0, 0)
        for byte in bytes {
            guard let value = value(of: byte) else { return nil }
            word = word << 6 | value
            bits += 6
            guard bits >= 8 else { continue }
            bits -= 8
            result.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
        }
        return result
    }

    /// In the standard alphabet, with padding.
    static func encoded(_ bytes: [UInt8]) -> EscapedText {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let rest = min(3, bytes.count - start)
            var word = 0
            for offset in 0..<3 { word = word << 8 | (offset < rest ? Int(bytes[start + offset]) : 0) }
            for position in 0..<4 {
                text.append(position <= rest ? alphabet[word >> (18 - 6 * position) & 63] : 0x3D)
            }
        }
        return EscapedText(escaped: text[...])
    }

    private static func value(of byte: UInt8) -> UInt32? {
        switch byte {
        case 0x41...0x5A: UInt32(byte - 0x41)
        case 0x61...0x7A: UInt32(byte - 0x61) + 26
        case 0x30...0x39: UInt32(byte - 0x30) + 52
        case 0x2B, 0x2D: 62
        case 0x2F, 0x5F: 63
        default: nil
        }
    }
}
