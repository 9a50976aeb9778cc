/// The words beside a number, which say what small numbers are: `aged 34`, `zip code is 90210`, `CVV: 123`, `34 years old`.
struct NumberNeighbours {
    private enum Bounds {
        /// Spaces, colons and quotes between a word and the number.
        static let gap = 4
        /// Words such as `is` and `code` between the telling word and the number.
        static let fillers = 4
    }

    /// The word directly before, whatever it is.
    private(set) var before: NumberWord?
    /// The first word before that is no filler.
    private(set) var key: NumberWord?
    /// How many fillers stand between.
    private(set) var fillers = 0
    /// The word directly after, joined by a space or a dash.
    private(set) var after: NumberWord?

    /// Of a number that has none.
    init() {}

    init(_ cluster: DigitCluster, in text: ScannedText) {
        let start = Int(cluster.groups[0].start)
        before = Self.word(before: start, in: text)
        key = before
        while let word = key, word.roles.contains(.filler), word.roles.isDisjoint(with: [.age, .postcode, .expiry]),
            fillers < Bounds.fillers
        {
            fillers += 1
            key = Self.word(before: word.start, in: text)
        }
        var next = cluster.groups[cluster.count - 1].end
        if text.byte(next) == UInt8(ascii: " ") || text.byte(next) == UInt8(ascii: "-") { next += 1 }
        let byte = text.byte(next)
        if byte >= 0x41, text.has(next, ByteClass.letter) || byte >= 0xC3 { after = NumberWord(at: next, in: text) }
    }

    /// The word that begins at a place, read already or not.
    func word(at start: Int, in text: ScannedText) -> NumberWord? {
        if let after, after.start == start { return after }
        return NumberWord(at: start, in: text)
    }

    private static func word(before start: Int, in text: ScannedText) -> NumberWord? {
        var position = start
        let lowest = max(0, start - Bounds.gap)
        while position > lowest {
            switch text.base[position - 1] {
            case UInt8(ascii: " "), UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "\""), UInt8(ascii: "'"),
                UInt8(ascii: "#"), UInt8(ascii: "*"), UInt8(ascii: "\n"):
                position -= 1
            default:
                guard position < start || text.base[position - 1] >= 0x80 else { return nil }
                return NumberWord(endingAt: position, in: text)
            }
        }
        return position > 0 ? NumberWord(endingAt: position, in: text) : nil
    }
}
