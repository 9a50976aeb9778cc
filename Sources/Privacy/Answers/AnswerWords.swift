/// The words of an answer as far as it came: which may be part of a sensitive value, and which are prose.
///
/// Offsets are those of a buffer. What is said of a word depends on the word and on a few bytes before it, so it is the same however the
/// answer was cut; a word that may still go on is not whole.
struct AnswerWords {
    struct Word: Equatable {
        enum Kind {
            /// Prose of at most four letters; it may stand inside a value, as in `AB 12 34 56 C`.
            case short
            /// Prose.
            case long
            /// Digits, signs, capitals inside: it may be sensitive.
            case hot
            /// `-----BEGIN`.
            case mark
        }

        var start: Int
        var end: Int
        var kind: Kind
        /// Whether nothing that comes can be part of it.
        var isWhole: Bool
    }

    enum Bounds {
        static let short = 4
        /// Longer runs of letters are no prose.
        static let prose = 40
        /// Longer runs of letters and signs are no prose either, in bytes: what is prose is held until it ends.
        static let run = 128
        /// More spaces than these keep values apart.
        static let spaces = 16
        /// How far back a `:` or `=` makes a word an assigned value.
        static let assignment = 4
    }

    static let mark: StaticString = "-----BEGIN"

    let base: UnsafePointer<UInt8>
    /// Up to where the text is looked at, and whether it ends there for good.
    let end: Int
    let isEnd: Bool

    private enum Part {
        case lower, upper, digit, soft, sign, space, line, quote
        /// A letter of another script that separates words.
        case letter
        /// A character that belongs to no word: of a script without spaces, a picture, a typographic sign.
        case apart
        /// A character that is cut off.
        case cut
    }

    /// Where the next word begins from `start` on; whether what lies between keeps values apart.
    func wordStart(from start: Int) -> (position: Int, isApart: Bool) {
        var position = start
        var isApart = false
        while position < end {
            let (part, length) = part(at: position)
            switch part {
            case .space: break
            case .line, .quote, .apart: isApart = true
            default: return (position, isApart || position - start > Bounds.spaces)
            }
            position += length
        }
        return (position, isApart || position - start > Bounds.spaces)
    }

    /// The word that begins at `start`, where no space is.
    func word(at start: Int, isFirst: Bool = false) -> Word {
        if begins(Self.mark, at: start) {
            return Word(start: start, end: start + Self.mark.utf8CodeUnitCount, kind: .mark, isWhole: true)
        }
        var isHot = isAssigned(start)
        var letters = 0
        var previous = Part.space
        var position = start
        var isWhole = isEnd
        while position < end {
            let (part, length) = part(at: position)
            switch part {
            case .space, .line, .quote, .apart: isWhole = true
            case .cut: isWhole = isEnd
            case .digit, .sign: isHot = true
            case .upper, .lower, .letter:
                letters += 1
                // A capital inside a word, a letter after a full stop or colon.
                if part == .upper && previous == .lower || previous == .soft && joins(position - 1) { isHot = true }
            case .soft:
                if position > start, begins(Self.mark, at: position) {
                    return Word(
                        start: start, end: position, kind: kind(isHot || position - start > Bounds.run, letters),
                        isWhole: true)
                }
                if position > start, mayBegin(Self.mark, at: position) {
                    return Word(
                        start: start, end: position, kind: kind(isHot || position - start > Bounds.run, letters),
                        isWhole: false)
                }
                // `::`.
                if previous == .soft, base[position] == UInt8(ascii: ":"), base[position - 1] == base[position] {
                    isHot = true
                }
            }
            if part == .space || part == .line || part == .quote || part == .apart || part == .cut { break }
            previous = part
            position += length
        }
        return Word(
            start: start, end: position, kind: kind(isHot || position - start > Bounds.run, letters), isWhole: isWhole)
    }

    private func kind(_ isHot: Bool, _ letters: Int) -> Word.Kind {
        if isHot || letters > Bounds.prose { return .hot }
        return letters <= Bounds.short ? .short : .long
    }

    /// Whether a word is the value that a `:` or `=` before it assigns.
    private func isAssigned(_ start: Int) -> Bool {
        var position = start - 1
        let lowest = max(0, start - Bounds.assignment)
        while position >= lowest {
            switch base[position] {
            case UInt8(ascii: ":"), UInt8(ascii: "="): return true
            case 0x20, 0x09, 0x22, 0x27, 0x60, UInt8(ascii: "*"), UInt8(ascii: "\\"): position -= 1
            default: return false
            }
        }
        return false
    }

    /// Whether a sign, followed by a letter, stands inside a value rather than after a sentence.
    private func joins(_ position: Int) -> Bool {
        base[position] == UInt8(ascii: ".") || base[position] == UInt8(ascii: ":")
    }

    /// Whether a literal stands here whole.
    func begins(_ literal: StaticString, at position: Int) -> Bool {
        let length = literal.utf8CodeUnitCount
        guard position + length <= end else { return false }
        for index in 0..<length where literal.utf8Start[index] != base[position + index] { return false }
        return true
    }

    /// Whether the text ends here with the beginning of a literal.
    func mayBegin(_ literal: StaticString, at position: Int) -> Bool {
        guard !isEnd, position < end, position + literal.utf8CodeUnitCount > end else { return false }
        for index in 0..<end - position where literal.utf8Start[index] != base[position + index] { return false }
        return true
    }

    private func part(at position: Int) -> (Part, length: Int) {
        let byte = base[position]
        switch byte {
        case 0x61...0x7A: return (.lower, 1)
        case 0x41...0x5A: return (.upper, 1)
        case 0x30...0x39: return (.digit, 1)
        case 0x20, 0x09: return (.space, 1)
        case 0x0A, 0x0D: return (.line, 1)
        case 0x22: return (.quote, 1)
        case UInt8(ascii: "'"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"),
            UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "*"), UInt8(ascii: ","), UInt8(ascii: ";"),
            UInt8(ascii: "!"), UInt8(ascii: "?"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "|"),
            UInt8(ascii: "#"), UInt8(ascii: "~"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"),
            UInt8(ascii: "`"):
            return (.soft, 1)
        case 0..<0x80: return (.sign, 1)
        default: return character(at: position)
        }
    }

    /// Letters of Europe's and the Near East's scripts are parts of words, those of scripts without spaces stand apart. Digits of
    /// whatever script, full-width forms, mathematical letters and what is invisible are signs: they may be a value in disguise.
    private func character(at position: Int) -> (Part, length: Int) {
        let first = base[position]
        let length = first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 1
        guard position + length <= end else { return isEnd ? (.sign, end - position) : (.cut, end - position) }
        guard length > 1 else { return (.sign, 1) }
        var index = 1
        while index < length {
            guard base[position + index] & 0xC0 == 0x80 else { return (.sign, index) }
            index += 1
        }
        let second = base[position + 1]
        switch first {
        case 0xC2: return (second == 0xA0 || second == 0xAD || second == 0xB2 || second == 0xB3 ? .sign : .apart, 2)
        case 0xD9: return (second >= 0xA0 && second <= 0xA9 ? .sign : .letter, 2)
        case 0xDB: return (second >= 0xB0 && second <= 0xB9 ? .sign : .letter, 2)
        case 0xCC, 0xCD, 0xDF: return (.sign, 2)
        case 0xC3...0xDF: return (.letter, 2)
        case 0xE0, 0xE1: return (isDigit(first, second, base[position + 2]) ? .sign : .apart, 3)
        case 0xE2:
            // Quotation marks, dashes and the ellipsis of typography.
            let third = base[position + 2]
            let isTypographic =
                second == 0x80 && (third >= 0x93 && third <= 0x9F || third >= 0xA0 && third <= 0xA7 && third != 0xA8)
            return (isTypographic ? .apart : .sign, 3)
        case 0xE3...0xED: return (.apart, 3)
        case 0xF0: return (second == 0x9F && base[position + 2] >= 0x8C ? .apart : .sign, 4)
        default: return (.sign, length)
        }
    }

    /// Whether these bytes are a digit of a script of India or its neighbours: Devanagari to Malayalam, Thai, Lao, Tibetan and others.
    private func isDigit(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Bool {
        guard first == 0xE0 else {
            // Myanmar, Khmer, Mongolian and the rest of this block: few write them here, so any of its digits' rows will do.
            return second == 0x81 || second == 0x82 || second == 0x9F || second == 0xA0
                || second >= 0xA5 && second <= 0xB1
        }
        switch second {
        case 0xA5, 0xA7, 0xA9, 0xAB, 0xAD, 0xAF, 0xB1, 0xB3, 0xB5, 0xB7: return third >= 0xA6 && third <= 0xAF
        case 0xB9, 0xBB: return third >= 0x90 && third <= 0x99
        case 0xBC: return third >= 0xA0 && third <= 0xB3
        default: return false
        }
    }
}
