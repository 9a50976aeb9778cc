/// Hardware addresses (IEEE 802, EUI-48): six pairs of hexadecimal digits with `:` or `-`, or three groups of four with dots.
///
/// All zeros and all ones are no device's.
enum MACAddressDetector {
    private static let score = 85
    private static let length = 17

    /// An address with dashes may have no digit, so the words before it call.
    static let triggers: [LiteralTrigger] =
        ["mac address", "hardware address", "ethernet address", "macs:"].map { word in
            LiteralTrigger(.macAddress, word, isCaseless: true) { end, inspection in
                examine(after: end, in: &inspection)
            }
        } + [LiteralTrigger(.macAddress, "MAC") { end, inspection in examine(after: end, in: &inspection) }]

    /// How far after such a word an address without digits is looked for, in bytes.
    private static let reach = 64

    /// Examines the pairs of letters that dashes join after the word that ends at `end`.
    private static func examine(after end: Int, in inspection: inout TextInspection) {
        let text = inspection.text
        var position = end
        let limit = min(text.count - length, end + reach)
        while position <= limit, text.base[position] != UInt8(ascii: "\n") {
            if text.base[position + 2] == UInt8(ascii: "-"), !text.has(position, ByteClass.digit),
                text.isWordStart(position),
                let next = pairs(from: position, UInt8(ascii: "-"), in: &inspection)
            {
                position = next
            } else {
                position += 1
            }
        }
    }

    /// Examines the pairs around the first colon; gives back their end.
    static func examine(colon: Int, in inspection: inout TextInspection) -> Int? {
        let text = inspection.text
        guard colon >= 2, text.byte(colon + 3) == UInt8(ascii: ":"), inspection.enabled.contains(.macAddress) else {
            return nil
        }
        return pairs(from: colon - 2, UInt8(ascii: ":"), in: &inspection)
    }

    /// Examines a word of two or four characters and what joins it.
    static func examine(word: Range<Int>, in inspection: inout TextInspection) -> Int? {
        let text = inspection.text
        guard inspection.enabled.contains(.macAddress) else { return nil }
        switch (word.count, text.byte(word.upperBound)) {
        case (2, UInt8(ascii: "-")):
            guard text.byte(word.upperBound + 3) == UInt8(ascii: "-") else { return nil }
            return pairs(from: word.lowerBound, UInt8(ascii: "-"), in: &inspection)
        case (4, UInt8(ascii: ".")):
            guard text.byte(word.upperBound + 5) == UInt8(ascii: ".") else { return nil }
            return address(from: word.lowerBound, groups: 3, width: 4, UInt8(ascii: "."), in: &inspection)
        default: return nil
        }
    }

    /// Examines six pairs that begin at `start`.
    static func pairs(from start: Int, _ separator: UInt8, in inspection: inout TextInspection) -> Int? {
        address(from: start, groups: 6, width: 2, separator, in: &inspection)
    }

    private static func address(
        from start: Int, groups: Int, width: Int, _ separator: UInt8, in inspection: inout TextInspection
    ) -> Int? {
        let text = inspection.text
        let end = start + groups * (width + 1) - 1
        guard end <= text.count, text.isWordStart(start), text.isWordEnd(end),
            text.byte(start - 1) != separator || !text.has(start - 2, ByteClass.alphanumeric),
            text.byte(end) != separator || !text.has(end + 1, ByteClass.alphanumeric)
        else { return nil }
        var isZero = true
        var isOnes = true
        var letters = 0
        for offset in 0..<(end - start) {
            let byte = text.base[start + offset]
            if offset % (width + 1) == width {
                guard byte == separator else { return nil }
                continue
            }
            guard text.classes[Int(byte)] & ByteClass.hexadecimal != 0 else { return nil }
            if byte > 0x39 { letters += 1 }
            if byte != UInt8(ascii: "0") { isZero = false }
            if byte | 0x20 != UInt8(ascii: "f") { isOnes = false }
        }
        guard !isZero, !isOnes, separator != UInt8(ascii: ".") || letters > 0 else { return nil }
        inspection.propose(Candidate(.macAddress, start, end, score: score))
        return end
    }
}
