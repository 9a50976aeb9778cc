/// A word near a number: letters of any script, with dashes and apostrophes inside; or a run that begins with a digit (`12b`, `5th`).
struct NumberWord {
    private enum Bounds {
        static let length = 40
    }

    var start: Int
    var end: Int
    /// What its last part (after a dash or apostrophe) says.
    var roles: NumberRoles
    /// Begins with a capital letter; letters of scripts without capitals count as such.
    var isCapital = false
    var isNumber = false
    /// Whether an abbreviation's full stop follows.
    var hasDot = false

    var range: Range<Int> { start..<end }
    /// After the full stop, if there is one.
    var next: Int { hasDot ? end + 1 : end }

    /// The word that begins at `start`; `nil` where no letter or digit stands.
    init?(at start: Int, in text: ScannedText) {
        self.start = start
        isNumber = text.has(start, ByteClass.digit)
        var position = start
        var hash = ContextWords.seed
        let limit = min(text.count, start &+ Bounds.length)
        while position < limit {
            let byte = text.base[position]
            let kind = text.classes[Int(byte)]
            if kind & ByteClass.alphanumeric != 0 {
                // Digits have the bit of small letters.
                hash = ContextWords.hash(hash, folded: byte | 0x20)
                position &+= 1
            } else if byte >= 0x80 {
                let length = Self.letterLength(at: position, in: text)
                guard length > 0, position + length <= text.count else { break }
                for offset in 0..<length { hash = ContextWords.hash(hash, folded: text.base[position + offset]) }
                position += length
            } else if position > start, byte == UInt8(ascii: "-") || byte == UInt8(ascii: "'"), !isNumber,
                text.has(position + 1, ByteClass.letter) || text.byte(position + 1) >= 0xC3
            {
                hash = ContextWords.seed
                position &+= 1
            } else {
                break
            }
        }
        guard position > start else { return nil }
        end = position
        isCapital = !isNumber && Self.isCapital(at: start, in: text)
        roles = isNumber ? [] : NumberWords.roles(of: hash)
        hasDot = !isNumber && text.byte(position) == UInt8(ascii: ".") && position - start <= 10
    }

    /// The word that ends at `end` (a full stop before it counts as the abbreviation's).
    init?(endingAt end: Int, in text: ScannedText) {
        var last = end
        var dotted = false
        if last > 1, text.base[last - 1] == UInt8(ascii: ".") {
            dotted = true
            last -= 1
        }
        var position = last
        let lowest = max(0, last - Bounds.length)
        while position > lowest {
            let byte = text.base[position - 1]
            if text.classes[Int(byte)] & ByteClass.alphanumeric != 0 {
                position &-= 1
            } else if byte >= 0x80 {
                var lead = position - 1
                while lead > lowest, position - lead < 4, text.base[lead] & 0xC0 == 0x80 { lead -= 1 }
                guard Self.letterLength(at: lead, in: text) == position - lead else { break }
                position = lead
            } else if position < last, byte == UInt8(ascii: "-") || byte == UInt8(ascii: "'"), position - 1 > lowest,
                text.has(position - 2, ByteClass.letter) || text.base[position - 2] >= 0x80
            {
                position &-= 1
            } else {
                break
            }
        }
        guard position < last, let word = NumberWord(at: position, in: text), word.end == last else { return nil }
        self = word
        hasDot = dotted
    }

    /// Whether a digit stands in it: `NW1`.
    func hasDigit(in text: ScannedText) -> Bool { range.contains { text.has($0, ByteClass.digit) } }

    /// How many bytes a letter outside ASCII has; 0 for punctuation, spaces and symbols.
    static func letterLength(at offset: Int, in text: ScannedText) -> Int {
        switch text.byte(offset) {
        case 0xC3: return text.byte(offset + 1) == 0x97 || text.byte(offset + 1) == 0xB7 ? 0 : 2
        case 0xC4...0xDF: return 2
        case 0xE0, 0xE1, 0xE4...0xED: return 3
        case 0xE3: return text.byte(offset + 1) == 0x80 ? 0 : 3
        // U+2206, which stands for a Greek Delta in old data.
        case 0xE2: return text.byte(offset + 1) == 0x88 && text.byte(offset + 2) == 0x86 ? 3 : 0
        default: return 0
        }
    }

    /// Whether a capital letter stands there, by Unicode's blocks; letters without case count as capitals.
    static func isCapital(at offset: Int, in text: ScannedText) -> Bool {
        let byte = text.byte(offset)
        if byte < 0x80 { return byte >= 0x41 && byte <= 0x5A }
        let second = text.byte(offset + 1)
        switch byte {
        case 0xC3: return second <= 0x9E
        // Latin Extended-A: pairs of capital and small letter, the capital even except between U+0139 and U+0148 and from U+0179 on.
        case 0xC4: return (second & 1 == 0) != (second >= 0xB9)
        case 0xC5: return (second & 1 == 0) != (second <= 0x88 || second >= 0xB9)
        case 0xC8: return second & 1 == 0
        case 0xCE: return second <= 0xAB
        case 0xCF: return false
        case 0xD0: return second <= 0xAF
        case 0xD1: return false
        default: return true
        }
    }
}
