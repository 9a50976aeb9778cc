/// Vehicle identification numbers (ISO 3779): seventeen letters and digits without I, O and Q.
///
/// North American vehicles have a check digit in the ninth place (49 CFR 565.15); it proves one. Others need a word nearby.
enum VINDetector {
    private enum Score {
        static let checked = 70
        static let unchecked = 15
        static let context = 45
        static let other = -25
    }

    private static let weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]

    /// Examines a word of letters and digits.
    static func examine(word: Range<Int>, in inspection: inout TextInspection) {
        let text = inspection.text
        guard word.count == 17, inspection.enabled.contains(.vin) else { return }
        let number = IdentifierText(UnsafeBufferPointer(start: text.base + word.lowerBound, count: word.count))
        var letters = 0
        var sum = 0
        for index in 0..<17 {
            guard let value = value(of: number[index]) else { return }
            if number.isLetter(index) { letters += 1 }
            sum += value * weights[index]
        }
        // The last four are digits everywhere; lower case throughout is a hash or a slug.
        guard letters >= 2, (13..<17).allSatisfy({ number.digit($0) >= 0 }) else { return }
        let remainder = sum % 11
        let isRight = number[8] == (remainder == 10 ? UInt8(ascii: "X") : UInt8(remainder) + 0x30)
        var grounds = Grounds(check: isRight ? .accept : .neutral)
        var score = isRight && !number.hasLowercase ? Score.checked : Score.unchecked
        inspection.context.advance(to: word.lowerBound, text.base)
        if inspection.context.speaks(of: Topic(.vin), before: word.lowerBound)
            || ContextCursor.speaks(of: Topic(.vin), after: word.upperBound, in: text)
        {
            score += Score.context
            grounds.context = .supports
        } else if inspection.context.speaksOfOthers(than: Topic(.vin), before: word.lowerBound) {
            score += Score.other
            grounds.context = .counters
        }
        inspection.propose(Candidate(.vin, word.lowerBound, word.upperBound, score: max(0, score)), grounds)
    }

    /// A character's value in the check sum; `nil` for what may not stand in one.
    private static func value(of byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: return Int(byte) - 0x30
        case UInt8(ascii: "A")...UInt8(ascii: "H"): return Int(byte) - 0x40
        case UInt8(ascii: "J")...UInt8(ascii: "N"): return Int(byte) - 0x49
        case UInt8(ascii: "P"): return 7
        case UInt8(ascii: "R"): return 9
        case UInt8(ascii: "S")...UInt8(ascii: "Z"): return Int(byte) - 0x51
        default: return nil
        }
    }
}
