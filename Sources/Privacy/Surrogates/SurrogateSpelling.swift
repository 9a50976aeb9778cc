/// What models put between a surrogate's label and its digits, or between two digits: `EMAIL\_7KQ2M9XD`, `**EMAIL**_7KQ2M9XD`,
/// `EMAIL 7KQ2-M9XD`, `EMAIL%5F7KQ2M9XD`, a line break where a line was full.
///
/// None of it begins like a digit of the alphabet, so each text is read in one way only. A check digit and the request's own table stand
/// behind it: what was not replaced is not found.
enum SurrogateSpelling {
    enum Bounds {
        /// Bytes between label and digits. A surrogate so written is at most 8 + 12 + 8 + 12 bytes long, which bounds what is held.
        static let separator = 12
        /// Bytes between the digits, in all.
        static let gaps = 12
    }

    /// What stands at a place.
    enum Joint: Equatable {
        /// Something that joins, its length, and whether it can stand for the `_`.
        case joint(length: Int, separates: Bool)
        /// The text ends in what may become one.
        case more
        case none
    }

    /// Several bytes that join; in either case.
    private static let words: [(spelling: StaticString, separates: Bool)] = [
        ("\\u005f", true), ("\\u002d", true), ("\\u0020", true), ("%5f", true), ("%20", true), ("%2d", true),
        ("&#95;", true), ("&#x5f;", true), ("&lowbar;", true), ("&nbsp;", true),
    ]
    /// `＿`, no-break space, hyphens of their own, zero-width space, word joiner, soft hyphen.
    private static let characters: [(spelling: [UInt8], separates: Bool)] = [
        ([0xEF, 0xBC, 0xBF], true), ([0xC2, 0xA0], true), ([0xE2, 0x80, 0x90], true), ([0xE2, 0x80, 0x91], true),
        ([0xE2, 0x80, 0xAF], true), ([0xE2, 0x80, 0x8B], false), ([0xE2, 0x81, 0xA0], false), ([0xC2, 0xAD], false),
    ]

    @inline(__always)
    static func joint(_ base: UnsafePointer<UInt8>, at position: Int, count: Int) -> Joint {
        guard position < count else { return .more }
        switch base[position] {
        case UInt8(ascii: "_"), UInt8(ascii: "-"), 0x20, 0x09, 0x0A, 0x0D: return .joint(length: 1, separates: true)
        case UInt8(ascii: "*"), UInt8(ascii: "`"), UInt8(ascii: "~"): return .joint(length: 1, separates: false)
        case UInt8(ascii: "\\"): return backslash(base, at: position, count: count)
        case UInt8(ascii: "%"), UInt8(ascii: "&"): return word(base, at: position, count: count)
        case 0xC2, 0xE2, 0xEF: return character(base, at: position, count: count)
        default: return .none
        }
    }

    /// Markdown's before a `_`, or an escape of JSON or source code: `\n` is a line break there.
    private static func backslash(_ base: UnsafePointer<UInt8>, at position: Int, count: Int) -> Joint {
        guard position + 1 < count else { return .more }
        switch base[position + 1] {
        case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"): return .joint(length: 2, separates: true)
        case UInt8(ascii: "u"): return word(base, at: position, count: count)
        default: return .joint(length: 1, separates: false)
        }
    }

    private static func word(_ base: UnsafePointer<UInt8>, at position: Int, count: Int) -> Joint {
        for word in words {
            let length = word.spelling.utf8CodeUnitCount
            var index = 0
            while index < length, position + index < count {
                let byte = base[position + index]
                let folded = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
                guard folded == word.spelling.utf8Start[index] else { break }
                index += 1
            }
            if index == length { return .joint(length: length, separates: word.separates) }
            if position + index == count { return .more }
        }
        return .none
    }

    private static func character(_ base: UnsafePointer<UInt8>, at position: Int, count: Int) -> Joint {
        for character in characters {
            var index = 0
            while index < character.spelling.count, position + index < count,
                base[position + index] == character.spelling[index]
            {
                index += 1
            }
            if index == character.spelling.count { return .joint(length: index, separates: character.separates) }
            if position + index == count { return .more }
        }
        return .none
    }

    /// The marks of emphasis inside a surrogate, which stay in the text: `**EMAIL**_7KQ2M9XD` is `**` and a surrogate that holds the
    /// closing `**`. Two equal ones, as in `EMAIL**_**7KQ2M9XD`, cancel each other.
    static func marks(_ surrogate: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        let marks = surrogate.filter { isMark($0) }
        guard !marks.isEmpty, marks.count % 2 == 0 else { return marks }
        let half = marks.count / 2
        let runs = surrogate.split(whereSeparator: { !isMark($0) }).count
        return runs > 1 && marks[..<half].elementsEqual(marks[half...]) ? [] : marks
    }

    static func isMark(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "*") || byte == UInt8(ascii: "`") || byte == UInt8(ascii: "~")
    }
}
