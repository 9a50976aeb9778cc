/// One level of escapes undone: of URLs, HTML, source code, and spelled-out marks of e-mail addresses.
///
/// A table of forms, each a file of its own that knows its first byte: `PercentEscape`, `CharacterReference`, `CodeEscape`,
/// `SpelledMark`. Control characters stay escaped: no value has them, and `\u0000` is more often about code than in it.
enum EscapeDecoding {
    /// What one form reads at a place.
    struct Reading {
        let range: Range<Int>
        let scalar: Unicode.Scalar
        let disguise: Disguises

        /// `nil` if the code point is none, or a control character other than tab and line ends.
        init?(_ range: Range<Int>, _ value: UInt32, _ disguise: Disguises) {
            guard let scalar = Unicode.Scalar(value) else { return nil }
            guard value >= 0x20 || value == 0x09 || value == 0x0A || value == 0x0D else { return nil }
            guard value < 0x7F || value >= 0xA0 || value == 0x85 else { return nil }
            self.range = range
            self.scalar = scalar
            self.disguise = disguise
        }
    }

    static func rewrite(
        _ text: UnsafeBufferPointer<UInt8>, _ survey: TextSurvey? = nil, _ disguises: inout Disguises
    ) -> ShadowLayer? {
        var builder = ShadowLayerBuilder(text)
        var position = nextMark(in: text, from: 0, survey)
        while position < text.count {
            if let reading = read(text, position, after: builder.position) {
                builder.replace(reading.range, with: reading.scalar, reading.disguise)
                position = reading.range.upperBound
            } else {
                position &+= 1
            }
            position = nextMark(in: text, from: position, survey)
        }
        disguises.formUnion(builder.disguises)
        return builder.finish()
    }

    private static func read(_ text: UnsafeBufferPointer<UInt8>, _ position: Int, after: Int) -> Reading? {
        switch text[position] {
        case UInt8(ascii: "%"): PercentEscape.read(text, position)
        case UInt8(ascii: "&"): CharacterReference.read(text, position)
        case UInt8(ascii: "\\"): CodeEscape.read(text, position)
        case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): SpelledMark.read(text, position, after: after)
        default: nil
        }
    }

    /// The next mark, only in blocks of which the survey says that they have some.
    private static func nextMark(
        in text: UnsafeBufferPointer<UInt8>, from start: Int, _ survey: TextSurvey?
    ) -> Int {
        guard let survey else { return nextMark(in: text, from: start) }
        var position = start
        while let block = survey.next(.escape, from: position) {
            let end = min(text.count, block &- block % TextSurvey.block &+ TextSurvey.block)
            position = nextMark(in: UnsafeBufferPointer(rebasing: text[..<end]), from: block)
            if position < end { return position }
        }
        return text.count
    }

    /// The next `%`, `&`, `(`, `[`, `\`, `{`, or `|` by the way; eight bytes at a time.
    private static func nextMark(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        guard let base = text.baseAddress else { return 0 }
        var position = start
        while position &+ 32 <= text.count {
            let first = marks(ByteWord.load(base, position))
            let second = marks(ByteWord.load(base, position &+ 8))
            let third = marks(ByteWord.load(base, position &+ 16))
            let fourth = marks(ByteWord.load(base, position &+ 24))
            if first | second | third | fourth != 0 { break }
            position &+= 32
        }
        while position &+ 8 <= text.count {
            let found = marks(ByteWord.load(base, position))
            if found != 0 { return position &+ found.trailingZeroBitCount &>> 3 }
            position &+= 8
        }
        while position < text.count {
            switch base[position] {
            case UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "\\"),
                UInt8(ascii: "{"):
                return position
            default: position &+= 1
            }
        }
        return position
    }

    /// The top bit of each byte that is one of the marks.
    @inline(__always)
    private static func marks(_ word: UInt64) -> UInt64 {
        let low = word & ByteWord.lows
        // `%` and `&`: at least 0x25, below 0x27.
        let escapes = (low &+ 0x5B5B_5B5B_5B5B_5B5B) & ~(low &+ 0x5959_5959_5959_5959)
        // `[`, `\`, `{`, `|`: without the bit of case at least 0x5B, below 0x5D.
        let folded = low & 0x5F5F_5F5F_5F5F_5F5F
        let brackets = (folded &+ 0x2525_2525_2525_2525) & ~(folded &+ 0x2323_2323_2323_2323)
        // `(`: at least 0x28, below 0x29.
        let parentheses = (low &+ 0x5858_5858_5858_5858) & ~(low &+ 0x5757_5757_5757_5757)
        return (escapes | brackets | parentheses) & ~word & ByteWord.tops
    }
}
