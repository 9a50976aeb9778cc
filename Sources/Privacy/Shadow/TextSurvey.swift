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

    private typealias Bytes = SIMD16<UInt8>

    /// How far back a block's signs depend on.
    private static let reach = 6

    /// The signs of a block before which `reach` bytes lie.
    @inline(__always)
    private static func signs(_ base: UnsafePointer<UInt8>) -> UInt8 {
        let none = Bytes(repeating: 0)
        var (high, escapes, runs, pairs, plus) = (none, none, none, none, none)
        for offset in stride(from: 0, to: block, by: 16) {
            let bytes = load(base, offset)
            let before = load(base, offset &- 1)
            let digit = within(bytes, 0x30, 10)
            let digitBefore = within(before, 0x30, 10)
            let letter = within(bytes | 0x20, 0x61, 26)
            let letterBefore = within(before | 0x20, 0x61, 26)
            // A capital behind a small letter: in bit 5 both differ.
            let raised = within(~bytes & before & 0x20, 0x20, 1)
            high |= bytes
            escapes |= within(bytes, 0x25, 2) | within(bytes, 0x28, 1) | within(bytes & 0xDF, 0x5B, 2)
            runs |= digit & letterBefore | letter & (digitBefore | letterBefore & raised)
            let fifth = digit & within(load(base, offset &- 5), 0x30, 10)
            let sixth = digit & within(load(base, offset &- 6), 0x30, 10)
            let leads = within(bytes, 0x32, 6) & within(load(base, offset &- 2), 0x32, 6)
            runs |= leads & within(load(base, offset &- 4), 0x32, 6)
            pairs |= (fifth | sixth) & within(load(base, offset &- 3), 0x30, 10) & ~(digitBefore | letterBefore)
            plus |= within(bytes, 0x2B, 1)
        }
        return isAny(high & 0x80) & 1 | isAny(escapes) & 2 | isAny(runs) & 4 | isAny(pairs) & 8 | isAny(plus) & 16
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

    @inline(__always)
    private static func load(_ base: UnsafePointer<UInt8>, _ offset: Int) -> Bytes {
        UnsafeRawPointer(base + offset).loadUnaligned(as: Bytes.self)
    }

    /// All bits of each byte that is one of `count` values from `low` on.
    @inline(__always)
    private static func within(_ bytes: Bytes, _ low: UInt8, _ count: UInt8) -> Bytes {
        Bytes(repeating: 0).replacing(with: 0xFF, where: bytes &- low .< Bytes(repeating: count))
    }

    /// All bits, if there are any.
    @inline(__always)
    private static func isAny(_ bytes: Bytes) -> UInt8 {
        let words = unsafeBitCast(bytes, to: SIMD2<UInt64>.self)
        return words[0] | words[1] == 0 ? 0 : 0xFF
    }
}
