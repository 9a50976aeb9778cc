/// What speaks for a token being of a name, as rows of the weights' table.
///
/// `scripts/names/features.py` computes the same numbers for training; a fixture of its in the tests is compared with these.
struct NameFeatures {
    let text: UnsafeBufferPointer<UInt8>
    let tables: NameTables

    private static let at = NameHash.of("@")
    private static let stops = (NameHash.of("."), NameHash.of("?"), NameHash.of("!"))

    /// Whether a token may be part of a name at all; the others are never looked at. `tokens` has those before and after, too.
    static func isCandidate(_ index: Int, in tokens: UnsafeBufferPointer<NameToken>) -> Bool {
        let token = tokens[index]
        if token.kind == .mixed { return index > 0 && tokens[index - 1].hash == at }
        guard token.kind == .word else { return false }
        if token.isCapital { return true }
        if token.shape == .other { return false }
        if index > 0, tokens[index - 1].hash == at { return true }
        let flags = token.flags
        if flags & NameFlags.middle != 0 {
            return index > 0 && index + 1 < tokens.count && tokens[index - 1].isCapital && tokens[index + 1].isCapital
        }
        if flags & NameFlags.particle != 0 { return true }
        if flags & (NameFlags.common | NameFlags.known | NameFlags.calendar | NameFlags.title) != 0 {
            // A word of the dictionary that is a frequent name or a place as well.
            return flags & (NameFlags.frequentFirst | NameFlags.frequentFamily | NameFlags.country) != 0
                || flags & NameFlags.common == 0 && flags & (NameFlags.names | NameFlags.place) != 0
        }
        return token.end - token.start >= 3 || flags != 0
    }

    /// Whether an at sign stands before a token.
    static func isHandle(_ index: Int, in tokens: UnsafeBufferPointer<NameToken>) -> Bool {
        index > 0 && tokens[index - 1].hash == at
    }

    /// A token as its neighbours' features see it.
    private struct Neighbour {
        var word: UInt64
        var shape: UInt64 = 31
        var flags: UInt64 = 0
        var summary: UInt64 = 0

        init(none word: UInt64) { self.word = word }

        /// Beyond a line break a token counts as another than within the line: `salt` is the sum of the breaks between.
        @inline(__always)
        init(_ token: NameToken, salt: UInt64) {
            word = token.hash &+ salt
            shape = UInt64(token.shape.rawValue) &+ salt &* 32
            flags = UInt64(token.flags)
            summary = NameFlags.summary(token.flags)
        }
    }

    @inline(__always)
    private static func salt(_ token: NameToken) -> UInt64 { token.isBroken ? UInt64(token.gap.rawValue) : 0 }

    /// Writes a token's rows, `NameTables.templates` of them.
    func rows(of index: Int, in tokens: UnsafeBufferPointer<NameToken>, into rows: UnsafeMutablePointer<UInt64>) {
        let token = tokens[index]
        let here = Neighbour(token, salt: 0)
        var before = Neighbour(none: 2)
        var twoBefore = Neighbour(none: 2)
        if index > 0 {
            let salt = Self.salt(token)
            before = Neighbour(tokens[index - 1], salt: salt)
            if index > 1 { twoBefore = Neighbour(tokens[index - 2], salt: salt &+ Self.salt(tokens[index - 1])) }
        }
        var after = Neighbour(none: 3)
        var twoAfter = Neighbour(none: 3)
        if index + 1 < tokens.count {
            let salt = Self.salt(tokens[index + 1])
            after = Neighbour(tokens[index + 1], salt: salt)
            if index + 2 < tokens.count {
                twoAfter = Neighbour(tokens[index + 2], salt: salt &+ Self.salt(tokens[index + 2]))
            }
        }
        let affixes = NameAffixes(token, in: text)
        var start = UInt64(token.gap.rawValue)
        if index > 0 {
            let mark = tokens[index - 1].hash
            if mark == Self.stops.0 || mark == Self.stops.1 || mark == Self.stops.2 { start &+= 4 }
        }
        let following = index + 1 < tokens.count ? UInt64(tokens[index + 1].gap.rawValue) : 3
        let place = start &* 4 &+ following
        let sized = here.shape &* 16 &+ UInt64(min(affixes.length, 12))
        let left = UInt64(token.left)
        let right = UInt64(token.right)
        let regime = UInt64(token.regime)
        let label = UInt64(token.label)
        let kind = here.summary &* 16 &+ here.shape

        var next = rows
        var template: UInt64 = 0
        @inline(__always)
        func feature(_ first: UInt64, _ second: UInt64) {
            template &+= 1
            next.pointee = tables.row(template, first, second)
            next += 1
        }
        feature(here.word, 0)
        feature(before.word, 0)
        feature(after.word, 0)
        feature(twoBefore.word, here.shape)
        feature(twoAfter.word, here.shape)
        feature(before.word, here.word)
        feature(here.word, after.word)
        feature(twoBefore.word, before.word)
        feature(after.word, twoAfter.word)
        feature(sized, 0)
        feature(before.shape, here.shape)
        feature(here.shape, after.shape)
        feature(before.shape &* 1024 &+ after.shape, here.shape)
        feature(affixes.prefixes.0, 0)
        feature(affixes.prefixes.1, 0)
        feature(affixes.prefixes.2, here.shape)
        feature(affixes.suffixes.0, here.shape)
        feature(affixes.suffixes.1, here.shape)
        feature(affixes.suffixes.2, here.shape)
        feature(here.flags, 0)
        feature(here.flags, here.shape)
        feature(before.summary, here.summary)
        feature(here.summary, after.summary)
        feature(before.summary &* 256 &+ after.summary, kind)
        feature(before.flags, here.shape)
        feature(after.flags, here.shape)
        feature(before.word, here.summary)
        feature(after.word, here.summary)
        feature(before.word, sized)
        feature(after.word, here.shape)
        feature(left, here.shape)
        feature(right, here.shape)
        feature(left, right)
        feature(start, here.shape &* 4 &+ (here.flags >> 7) % 4)
        feature(regime, here.shape)
        feature(regime, kind)
        feature(before.word, after.word)
        feature(here.word, here.shape)
        feature(label, here.shape)
        feature(label, here.summary)
        feature(place, kind)
        feature(affixes.suffixes.1, here.summary)
        feature(before.summary &* 256 &+ here.summary, after.word)
        feature(here.summary &* 256 &+ after.summary, before.word)
        feature(before.word, twoBefore.word ^ here.shape)
        feature(twoBefore.shape &* 1024 &+ before.shape, here.shape)
        feature(after.shape &* 1024 &+ twoAfter.shape, here.shape)
        feature(place, here.word)
        feature(start &* 512 &+ right, kind)
        feature(left &* 512 &+ right, kind)
    }
}

/// Hashes of the first and last two to four scalars of a word, in lower case; of a shorter word, of all.
private struct NameAffixes {
    var prefixes: (UInt64, UInt64, UInt64)
    var suffixes: (UInt64, UInt64, UInt64)
    /// In scalars.
    var length = 0

    init(_ token: NameToken, in text: UnsafeBufferPointer<UInt8>) {
        // The first four, and the last four in turns.
        var first = SIMD4<UInt32>()
        var last = SIMD4<UInt32>()
        var offset = token.start
        while offset < token.end {
            let scalar = NameScalar(text, at: offset)
            if length < 4 { first[length] = scalar.lower }
            last[length & 3] = scalar.lower
            length += 1
            offset += scalar.length
        }
        var prefix = SIMD4<UInt64>()
        var suffix = SIMD4<UInt64>()
        var prefixHash = NameHash.offset
        var suffixHash = NameHash.offset
        for index in 0..<4 {
            if index < length {
                prefixHash = NameHash.step(prefixHash, UInt64(first[index]))
                suffixHash = NameHash.step(suffixHash, UInt64(last[(length - 1 - index) & 3]))
            }
            prefix[index] = prefixHash
            suffix[index] = suffixHash
        }
        prefixes = (prefix[1], prefix[2], prefix[3])
        suffixes = (suffix[1], suffix[2], suffix[3])
    }
}
