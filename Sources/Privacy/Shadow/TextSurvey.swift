/// One pass over a text that tells which parts may hold a disguise, so that ordinary text is looked at no further.
///
/// Each block of 64 bytes gets a byte of flags. Sixteen bytes are looked at in one step, with comparisons that every processor has; a
/// flag says "perhaps", and whoever asked looks closer.
struct TextSurvey: Sendable {
    /// What a block may hold.
    struct Signs: OptionSet, Sendable {
        let rawValue: UInt8

        /// Bytes outside ASCII.
        static let outsideASCII = Signs(rawValue: 1)
        /// `%`, `&`, `\`, `(`, `[`, `{`: where an escape may begin.
        static let escape = Signs(rawValue: 2)
        /// A capital behind a small letter, a digit beside a letter, `2` to `7` at every other place: in base64 and hexadecimal digits.
        static let run = Signs(rawValue: 4)
        /// Digits as in hexadecimal pairs: every third byte, or behind and before a separator.
        static let pairs = Signs(rawValue: 8)
        /// `+`.
        static let plus = Signs(rawValue: 16)
    }

    /// Bytes that share their signs.
    static let block = 64

    /// Of each block.
    private let flags: [UInt8]
    /// Of all blocks together.
    let signs: Signs
    /// Bytes of the text.
    private let count: Int

    init(_ text: UnsafeBufferPointer<UInt8>) {
        count = text.count
        let blocks = (text.count &+ Self.block &- 1) / Self.block
        guard let base = text.baseAddress, blocks > 0 else {
            flags = []
            signs = []
            return
        }
        var all: UInt8 = 0
        flags = [UInt8](unsafeUninitializedCapacity: blocks) { flags, count in
            // Whoever looks at a block looks a few bytes back as well.
            let last = blocks &- 1
            for index in 0..<blocks {
                let start = index &* Self.block
                let found =
                    index > 0 && index < last
                    ? Self.signs(base + start) : Self.signsAtBorder(text, start)
                flags[index] = found
                all |= found
            }
            count = blocks
        }
        signs = Signs(rawValue: all)
    }

    /// The start of the next block with one of the signs: `position` itself if it lies in one; `nil` if there is none.
    @inline(__always)
    func next(_ signs: Signs, from position: Int) -> Int? {
        var index = position / Self.block
        guard position < count, self.signs.rawValue & signs.rawValue != 0 else { return nil }
        if flags[index] & signs.rawValue != 0 { return position }
        repeat { index &+= 1 } while index < flags.count && flags[index] & signs.rawValue == 0
        return index < flags.count ? index &* Self.block : nil
    }

    // MARK: One block

    private typealias Bytes = ByteVector.Bytes

    /// How far back a block's signs depend on, and how far its bytes are read.
    private static let reach = BlockMarks.reach

    /// The signs of a block before which `reach` bytes lie.
    @inline(__always)
    private static func signs(_ base: UnsafePointer<UInt8>) -> UInt8 {
        let none = Bytes(repeating: 0)
        var (high, escapes, raised, plus, digits) = (none, none, none, none, none)
        for offset in stride(from: 0, to: block, by: 16) {
            let bytes = ByteVector.load(base, offset)
            let before = ByteVector.load(base, offset &- 1)
            high |= bytes
            escapes |=
                ByteVector.within(bytes, 0x25, 2) | ByteVector.within(bytes, 0x28, 1)
                | ByteVector.within(bytes & 0xDF, 0x5B, 2)
            // A capital behind a small letter: in bit 5 both differ.
            raised |=
                ByteVector.within(bytes | 0x20, 0x61, 26) & ByteVector.within(before | 0x20, 0x61, 26) & ~bytes & before
                & 0x20
            plus |= ByteVector.within(bytes, 0x2B, 1)
            digits |= ByteVector.within(bytes, 0x30, 10)
        }
        var found = isAny(high & 0x80) & 1 | isAny(escapes) & 2 | isAny(raised) & 4 | isAny(plus) & 16
        // Prose has few digits, and without one there is nothing else to see.
        if isAny(digits) != 0 || base[-1] &- 0x30 < 10 { found |= digitSigns(base) }
        return found
    }

    /// The signs that digits make, with a bit for each byte of the block.
    private static func digitSigns(_ base: UnsafePointer<UInt8>) -> UInt8 {
        let digit = BlockMarks(base, earlier: base - reach, BlockMarks.isDigit)
        let letter = BlockMarks(base, earlier: base - reach, BlockMarks.isLetter)
        let lead = BlockMarks(base, earlier: base - reach, BlockMarks.isLead)
        let runs =
            digit.bits & letter.before(1) | letter.bits & digit.before(1)
            | lead.bits & lead.before(2) & lead.before(4)
        let pairs =
            digit.bits & (digit.before(5) | digit.before(6)) & digit.before(3) & ~(digit.before(1) | letter.before(1))
        return (runs == 0 ? 0 : 4) | (pairs == 0 ? 0 : 8)
    }

    /// The signs of the first block or the last, which may be short.
    private static func signsAtBorder(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> UInt8 {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: reach &+ block) { copy in
            copy.initialize(repeating: 0)
            guard let base = copy.baseAddress else { return .max }
            let first = max(0, start &- reach)
            let end = min(text.count, start &+ block)
            for offset in first..<end { copy[offset &- start &+ reach] = text[offset] }
            return signs(base + reach)
        }
    }

    /// All bits, if there are any.
    @inline(__always)
    private static func isAny(_ bytes: Bytes) -> UInt8 {
        let words = ByteVector.words(bytes)
        return words.low | words.high == 0 ? 0 : 0xFF
    }
}

/// Which bytes of a block of 64, and of those before it, are of a kind; the first byte has the lowest bit.
struct BlockMarks {
    /// How many bytes before the block are looked at.
    static let reach = 8

    private(set) var bits: UInt64 = 0
    /// Of the bytes before the block.
    private var earlier: UInt64 = 0

    /// `isOfKind` answers with all bits of a byte or none.
    @inline(__always)
    init(_ base: UnsafePointer<UInt8>, _ isOfKind: (ByteVector.Bytes) -> ByteVector.Bytes) {
        for offset in stride(from: 0, to: TextSurvey.block, by: 16) {
            let words = ByteVector.words(isOfKind(ByteVector.load(base, offset)))
            bits |= (Self.gather(words.low) | Self.gather(words.high) &<< 8) &<< UInt64(offset)
        }
    }

    /// The same for a block before which `reach` bytes lie, with those.
    @inline(__always)
    init(
        _ base: UnsafePointer<UInt8>, earlier: UnsafePointer<UInt8>,
        _ isOfKind: (ByteVector.Bytes) -> ByteVector.Bytes
    ) {
        self.init(base, isOfKind)
        self.earlier = Self.gather(ByteVector.words(isOfKind(ByteVector.load(earlier, 0))).low)
    }

    /// A bit for each byte, all bits of which are set or none.
    @inline(__always)
    private static func gather(_ word: UInt64) -> UInt64 {
        ((word & 0x0101_0101_0101_0101) &* 0x0102_0408_1020_4080) &>> 56
    }

    /// Whether the byte so many places before each is of the kind.
    @inline(__always)
    func before(_ count: UInt64) -> UInt64 { bits &<< count | earlier &>> (UInt64(Self.reach) &- count) }

    @inline(__always)
    static func isDigit(_ bytes: ByteVector.Bytes) -> ByteVector.Bytes { ByteVector.within(bytes, 0x30, 10) }

    @inline(__always)
    static func isLetter(_ bytes: ByteVector.Bytes) -> ByteVector.Bytes {
        ByteVector.within(bytes | 0x20, 0x61, 26)
    }

    /// `2` to `7`, with which the hexadecimal digits of ASCII begin.
    @inline(__always)
    static func isLead(_ bytes: ByteVector.Bytes) -> ByteVector.Bytes { ByteVector.within(bytes, 0x32, 6) }
}
