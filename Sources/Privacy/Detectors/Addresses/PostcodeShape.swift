/// What postcodes look like: four to six digits, some with a gap or a dash; British, Canadian and Dutch ones with letters.
struct PostcodeShape {
    let end: Int
    let digits: Int
    /// Looks like nothing else.
    let isDistinct: Bool

    private init(end: Int, digits: Int, isDistinct: Bool) {
        self.end = end
        self.digits = digits
        self.isDistinct = isDistinct
    }

    init?(at start: Int, in text: ScannedText) {
        var position = start
        while text.has(position, ByteClass.digit), position - start <= 6 { position += 1 }
        let digits = position - start
        guard digits > 0 else {
            self.init(lettersAt: start, in: text)
            return
        }
        if digits == 2, text.byte(position) == UInt8(ascii: "-"), text.has(position + 1, ByteClass.digit),
            text.has(position + 2, ByteClass.digit), text.has(position + 3, ByteClass.digit),
            text.isWordEnd(position + 4)
        {
            // 2-3 (Poland)
            self.init(end: position + 4, digits: 5, isDistinct: true)
            return
        }
        guard digits >= 3, digits <= 6, text.isWordStart(start) || text.byte(start - 1) == UInt8(ascii: "-") else {
            return nil
        }
        let joint = text.byte(position)
        var second = position + 1
        while text.has(second, ByteClass.digit), second - position <= 6 { second += 1 }
        let more = second - position - 1
        if joint == UInt8(ascii: "-"), more > 0 {
            // 5-4 (US), 5-3 (Brazil), 4-3 (Portugal)
            guard digits == 5 && (more == 4 || more == 3) || digits == 4 && more == 3, text.isWordEnd(second) else {
                return nil
            }
            self.init(end: second, digits: digits + more, isDistinct: true)
            return
        }
        if joint == UInt8(ascii: " "), more > 0 {
            // 3 2 (Sweden, Czechia, Greece)
            guard digits == 3, more == 2, text.isWordEnd(second),
                text.byte(second) != UInt8(ascii: " ") || !text.has(second + 1, ByteClass.digit)
            else { return nil }
            self.init(end: second, digits: 5, isDistinct: false)
            return
        }
        if joint == UInt8(ascii: " "), digits == 4, Self.isTwoCapitals(position + 1, in: text) {
            // 1234 AB (Netherlands)
            self.init(end: position + 3, digits: 6, isDistinct: true)
            return
        }
        guard text.isWordEnd(position), joint != UInt8(ascii: "-"), joint != UInt8(ascii: "/"),
            joint != UInt8(ascii: ":"),
            joint != UInt8(ascii: ".") && joint != UInt8(ascii: ",") || !text.has(position + 1, ByteClass.digit)
        else { return nil }
        self.init(end: position, digits: digits, isDistinct: false)
    }

    /// `SW1A 1AA`, `K1A 0B1`.
    private init?(lettersAt start: Int, in text: ScannedText) {
        var position = start
        while text.has(position, ByteClass.alphanumeric), position - start <= 4 { position += 1 }
        let outward = position - start
        guard outward >= 2, outward <= 4, text.base[start] < 0x61, text.has(start + 1, ByteClass.alphanumeric),
            text.byte(position) == UInt8(ascii: " "), text.isWordEnd(position + 4)
        else { return nil }
        func isDigit(_ offset: Int) -> Bool { text.has(offset, ByteClass.digit) }
        func isLetter(_ offset: Int) -> Bool { text.has(offset, ByteClass.letter) }
        let inward = position + 1
        let isBritish =
            isDigit(inward) && isLetter(inward + 1) && isLetter(inward + 2)
            && (start..<position).contains { isDigit($0) }
        let isCanadian =
            outward == 3 && isDigit(start + 1) && isLetter(start + 2) && isDigit(inward) && isLetter(inward + 1)
            && isDigit(inward + 2)
        guard isBritish || isCanadian else { return nil }
        self.init(end: inward + 3, digits: 6, isDistinct: true)
    }

    private static func isTwoCapitals(_ start: Int, in text: ScannedText) -> Bool {
        (start..<start + 2).allSatisfy { text.byte($0) >= 0x41 && text.byte($0) <= 0x5A } && text.isWordEnd(start + 2)
    }
}
