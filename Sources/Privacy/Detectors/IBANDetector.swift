/// International bank account numbers (ISO 13616): two letters of the country, two check digits, the country's length, mod 97 = 1.
///
/// Written in one piece or with one space, dash or dot between any two characters; in either case.
enum IBANDetector {
    private static let score = 95

    /// Total length by country, from SWIFT's IBAN registry, release 99.
    private static let registry: StaticString = """
        AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 \
        FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 \
        LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 \
        RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30
        """

    /// Lengths by the country's letters, 26 × 26; 0 where a country has none.
    private static let lengths: [UInt8] = {
        var lengths = [UInt8](repeating: 0, count: 26 * 26)
        for entry in registry.description.utf8.split(separator: UInt8(ascii: " ")) {
            let bytes = [UInt8](entry)
            lengths[Int(bytes[0] - 65) * 26 + Int(bytes[1] - 65)] = (bytes[2] - 48) * 10 + bytes[3] - 48
        }
        return lengths
    }()

    /// Examines a number whose check digits begin at `start`; gives back its end.
    static func examine(digits start: Int, in inspection: inout TextInspection) -> Int? {
        let text = inspection.text
        guard start >= 2, text.has(start - 1, ByteClass.letter), text.has(start - 2, ByteClass.letter),
            text.has(start + 1, ByteClass.digit), inspection.enabled.contains(.iban), text.isWordStart(start - 2)
        else { return nil }
        let country = Int(text.base[start - 2] & 0xDF - 65) * 26 + Int(text.base[start - 1] & 0xDF - 65)
        let length = Int(lengths[country])
        guard length > 0, let end = end(of: length, from: start - 2, in: text) else { return nil }
        inspection.propose(Candidate(.iban, start - 2, end, score: score))
        return end
    }

    private static func end(of length: Int, from start: Int, in text: ScannedText) -> Int? {
        var position = start
        // ISO 7064 MOD 97-10 with the first four characters moved to the end.
        var remainder = 0
        var head = 0
        var headFactor = 1
        // Letters of both cases together are no account number but a key or an identifier.
        let isLower = text.base[start] >= 0x61
        for index in 0..<length {
            if index > 0, position + 1 < text.count, !text.has(position, ByteClass.alphanumeric) {
                switch text.base[position] {
                case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."): position += 1
                case 0xC2 where text.base[position + 1] == 0xA0: position += 2
                default: return nil
                }
            }
            guard text.has(position, ByteClass.alphanumeric) else { return nil }
            let byte = text.base[position]
            let isLetter = byte > 0x39
            if isLetter, (byte >= 0x61) != isLower { return nil }
            let value = isLetter ? Int(byte & 0xDF) - 55 : Int(byte) - 48
            if index < 4 {
                head = head * (isLetter ? 100 : 10) + value
                headFactor *= isLetter ? 100 : 10
            } else {
                remainder = (remainder * (isLetter ? 100 : 10) + value) % 97
            }
            position += 1
        }
        guard text.isWordEnd(position), (remainder * (headFactor % 97) + head) % 97 == 1 else { return nil }
        return position
    }
}
