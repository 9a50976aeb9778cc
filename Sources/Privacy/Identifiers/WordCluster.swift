/// Words of letters and digits joined by single separators, around a digit: `AB 12 34 56 C`, `12.345.678-9`, `L01X00T47`.
struct WordCluster: ~Copyable {
    /// A run of letters and digits.
    struct Word {
        var start: Int32 = 0
        var length: Int32 = 0
        /// Which of its characters are letters, the first in the lowest bit.
        var letters: UInt32 = 0
        /// The byte that joins it to the word before; 0 for the first. Spaces of any kind are ` `, dashes of any kind `-`.
        var separator: UInt8 = 0

        var end: Int { Int(start &+ length) }

        /// Twice its length, and one more where it has a letter.
        var kind: Int { Int(length) &<< 1 | (letters == 0 ? 0 : 1) }

        /// Without its first characters.
        func dropping(_ count: Int) -> Word {
            Word(
                start: start &+ Int32(truncatingIfNeeded: count), length: length &- Int32(truncatingIfNeeded: count),
                letters: letters &>> UInt32(truncatingIfNeeded: count), separator: separator)
        }
    }

    enum Bounds {
        static let words = 16
        /// Longer words are no identifiers; the index holds none.
        static let length = 31
        /// Words of letters only that may belong to an identifier: `MH 12 AB 1234`, `Nr`.
        static let letters = 4
        /// A cluster that is longer is examined in pieces that overlap by half.
        static let step = 8
    }

    /// `Bounds.words` of them, whose memory the caller has.
    let words: UnsafeMutablePointer<Word>
    private(set) var count = 0
    /// Words from which an identifier may start in this piece.
    private(set) var limit = 0
    /// Digits before this place need no other cluster.
    private(set) var resumption = 0

    /// The cluster around the digit at `position`; it does not reach back before `floor`. `memory` holds `Bounds.words` words and
    /// outlives it: an array inside would be copied at each look into it.
    init(around position: Int, floor: Int, in text: ScannedText, memory: UnsafeMutableBufferPointer<Word>) {
        precondition(memory.count >= Bounds.words, "\(memory.count) words")
        guard let words = memory.baseAddress else { preconditionFailure("no memory") }
        self.words = words
        var start = Self.wordStart(position, floor: floor, in: text)
        // Up to two words of letters before, as in `MH 12` or `DE 123 456 789`.
        for _ in 0..<2 {
            guard let before = Self.shortWord(before: start, floor: floor, in: text) else { break }
            start = before
        }
        var next = start
        var separator: UInt8 = 0
        while true {
            var letters: UInt32 = 0
            var end = next
            while end < text.count, text.classes[Int(text.base[end])] & ByteClass.alphanumeric != 0 {
                if text.base[end] > 0x39, end &- next < 32 { letters |= 1 &<< UInt32(truncatingIfNeeded: end &- next) }
                end &+= 1
            }
            (words + count).initialize(
                to: Word(
                    start: Int32(truncatingIfNeeded: next), length: Int32(truncatingIfNeeded: end &- next),
                    letters: letters, separator: separator))
            count &+= 1
            guard count < Bounds.words else {
                limit = Bounds.step
                resumption = Int(words[Bounds.step].start)
                return
            }
            guard let (following, kind) = Self.joined(at: end, in: text) else {
                resumption = end
                break
            }
            next = following
            separator = kind
        }
        limit = count
    }

    /// Where the word that holds `position` begins.
    private static func wordStart(_ position: Int, floor: Int, in text: ScannedText) -> Int {
        var start = position
        let lowest = max(floor, position - Bounds.length)
        while start > lowest, text.classes[Int(text.base[start - 1])] & ByteClass.alphanumeric != 0 { start &-= 1 }
        if start < position, text.isEscapeLetter(start) { start &+= 1 }
        return start
    }

    /// Where a short word of letters begins that one separator joins to the word at `start`.
    private static func shortWord(before start: Int, floor: Int, in text: ScannedText) -> Int? {
        guard start - 1 > floor, isSeparator(text.base[start - 1]) else { return nil }
        let end = start - 1
        var first = end
        while first > floor, end - first <= Bounds.letters, text.has(first - 1, ByteClass.letter) { first &-= 1 }
        guard first < end, end - first <= Bounds.letters, text.isWordStart(first) else { return nil }
        return first
    }

    /// The word that a separator at `position` joins, and the separator: a word with a digit, or a short one of letters.
    private static func joined(at position: Int, in text: ScannedText) -> (start: Int, separator: UInt8)? {
        guard position + 1 < text.count else { return nil }
        var next = position + 1
        var separator = text.base[position]
        switch separator {
        case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"): break
        case UInt8(ascii: ":"):  // `3123:4567:8909`
            guard position > 0, text.has(position - 1, ByteClass.digit), text.has(next, ByteClass.digit) else {
                return nil
            }
        case UInt8(ascii: "("):  // `A123456(3)`
            guard text.has(next, ByteClass.alphanumeric), text.byte(next + 1) == UInt8(ascii: ")") else { return nil }
            return (next, separator)
        case 0xC2 where text.base[next] == 0xA0:  // no-break space
            separator = UInt8(ascii: " ")
            next += 1
        case 0xE2 where text.base[next] == 0x80:
            switch text.byte(next + 1) {
            case 0x90...0x95: separator = UInt8(ascii: "-")
            case 0x89, 0xAF: separator = UInt8(ascii: " ")
            default: return nil
            }
            next += 2
        default: return nil
        }
        guard next < text.count else { return nil }
        var end = next
        while end < text.count, end - next <= Bounds.letters, text.has(end, ByteClass.letter) { end &+= 1 }
        if text.has(end, ByteClass.digit) { return (next, separator) }
        guard end > next, end - next <= Bounds.letters, text.isWordEnd(end) else { return nil }
        return (next, separator)
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "/")
    }
}
