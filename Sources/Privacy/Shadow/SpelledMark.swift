/// `[at]`, `(dot)`, `{@}`, `[.]` between words: how people write addresses so that programs do not see them.
///
/// In brackets only; `at` and `dot` as plain words are prose. Spaces around belong to the mark.
enum SpelledMark {
    private enum Bounds {
        /// Spaces on each side, outside and inside the brackets.
        static let spaces = 3
        static let word = 10
    }

    /// What stands between the brackets, in small letters, as a number.
    private static let marks: [UInt128: UInt32] = {
        let words: [(UInt32, [String])] = [
            (0x40, ["@", "at", "ät", "arroba", "arobase", "chiocciola", "kukac", "apestaart"]),
            (0x2E, [".", "dot", "d0t", "punkt", "point", "punto", "ponto", "punt", "period", "kropka"]),
            (0x2D, ["-", "dash", "hyphen", "minus"]), (0x5F, ["underscore"]),
        ]
        var marks: [UInt128: UInt32] = [:]
        for (mark, spellings) in words {
            for word in spellings { marks[word.utf8.reduce(0) { $0 << 8 | UInt128($1) }] = mark }
        }
        return marks
    }()

    /// Takes the opening bracket, and where unread text begins: spaces before the bracket are taken back only to there.
    static func read(_ text: UnsafeBufferPointer<UInt8>, _ open: Int, after: Int) -> EscapeDecoding.Reading? {
        var position = skipSpaces(text, open &+ 1)
        guard canBegin(text.byte(position)) else { return nil }
        var key: UInt128 = 0
        let first = position
        while position &- first <= Bounds.word, position < text.count, isInside(text[position]) {
            let byte = text[position]
            let isCapital = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
            key = key &<< 8 | UInt128(isCapital ? byte | 0x20 : byte)
            position &+= 1
        }
        position = skipSpaces(text, position)
        guard text.byte(position) == closing(text[open]), let mark = marks[key] else { return nil }
        let end = skipSpaces(text, position &+ 1)
        var start = open
        while start > after, open &- start < Bounds.spaces, text[start &- 1] == UInt8(ascii: " ") { start &-= 1 }
        guard start > 0, isWord(text[start &- 1]), isWord(text.byte(end)) else { return nil }
        return EscapeDecoding.Reading(start..<end, mark, .spelledMark)
    }

    private static func closing(_ open: UInt8) -> UInt8 {
        open == UInt8(ascii: "(") ? UInt8(ascii: ")") : open &+ 2
    }

    private static func skipSpaces(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
        var position = start
        while position &- start < Bounds.spaces, text.byte(position) == UInt8(ascii: " ") { position &+= 1 }
        return position
    }

    /// Whether a spelling may begin with the byte: a quick no for source code.
    private static func canBegin(_ byte: UInt8) -> Bool {
        switch byte | 0x20 {
        case UInt8(ascii: "a"), UInt8(ascii: "c"), UInt8(ascii: "d"), UInt8(ascii: "h"), UInt8(ascii: "k"),
            UInt8(ascii: "m"), UInt8(ascii: "p"), UInt8(ascii: "u"), UInt8(ascii: "."), UInt8(ascii: "-"), 0x60, 0xE3:
            return true
        default: return false
        }
    }

    private static func isInside(_ byte: UInt8) -> Bool {
        byte > UInt8(ascii: " ") && byte & 0xDF != 0x5D && byte != 0x29
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte == UInt8(ascii: "_") || ByteClass.table[Int(byte)] & ByteClass.alphanumeric != 0
    }
}
