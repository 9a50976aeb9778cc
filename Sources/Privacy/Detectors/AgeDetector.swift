/// Ages of persons: a number up to 120 with a word that makes it an age, before or after. The finding is the number.
enum AgeDetector {
    private enum Score {
        static let clear = 80
        static let likely = 65
        static let weak = 55
    }

    static func examine(_ cluster: DigitCluster, _ neighbours: NumberNeighbours, in inspection: inout TextInspection) {
        let text = inspection.text
        let number = cluster.groups[cluster.count - 1]
        guard cluster.count == 1, number.length <= 3, inspection.enabled.contains(.age) else { return }
        let value = cluster.value(0, in: text)
        let start = Int(number.start)
        guard value <= 120, text.isWordStart(start), text.isWordEnd(number.end) else { return }
        guard let score = score(value, number.end, neighbours, in: text) else { return }
        inspection.propose(Candidate(.age, start, number.end, score: score), Grounds(context: .supports))
    }

    private static func score(_ value: Int, _ end: Int, _ neighbours: NumberNeighbours, in text: ScannedText) -> Int? {
        if let after = neighbours.after {
            if after.roles.contains(.years) || after.roles.contains(.old),
                let score = yearsScore(after, neighbours, value, in: text)
            {
                return score
            }
        }
        guard let key = neighbours.key else { return nil }
        if key.roles.contains(.age) {
            let isTurn = text.base[key.start] | 0x20 == UInt8(ascii: "t")
            guard !isTurn || value >= 10, isFollowed(end, neighbours, in: text) else { return nil }
            return isTurn ? Score.likely : Score.clear
        }
        // `when he was 78`
        if neighbours.fillers == 1, key.roles.contains(.personPronoun), isVerb(neighbours.before, in: text),
            isFollowed(end, neighbours, in: text)
        {
            return Score.weak
        }
        // `I'm 34.`
        if let before = neighbours.before, before.end - before.start == 3,
            text.base[before.start] | 0x20 == UInt8(ascii: "i"),
            text.base[before.start + 1] == UInt8(ascii: "'"), text.byte(before.end - 1) | 0x20 == UInt8(ascii: "m"),
            value >= 13, value <= 99,
            isFollowed(end, neighbours, in: text)
        {
            return Score.weak
        }
        return nil
    }

    /// `34 years old`, `34-year-old`, `34 y/o`, `34 Jahre alt`, `âgée de 34 ans`, `tiene 34 años`.
    private static func yearsScore(
        _ after: NumberWord, _ neighbours: NumberNeighbours, _ value: Int, in text: ScannedText
    ) -> Int? {
        let length = after.end - after.start
        if after.roles.contains(.old) { return length >= 8 ? Score.clear : nil }
        if length == 1 {
            return text.byte(after.end) == UInt8(ascii: "/") && text.byte(after.end + 1) | 0x20 == UInt8(ascii: "o")
                ? Score.clear : nil
        }
        let first = text.base[after.start] | 0x20
        if length == 2, first == UInt8(ascii: "y"), text.base[after.start + 1] | 0x20 == UInt8(ascii: "o") {
            return Score.likely
        }
        if text.byte(after.end) == UInt8(ascii: " ") || text.byte(after.end) == UInt8(ascii: "-"),
            let next = NumberWord(at: after.end + 1, in: text), next.roles.contains(.old)
        {
            return Score.clear
        }
        if first == UInt8(ascii: "j"), length >= 7 { return Score.clear }  // `34-jährige`
        if after.roles.contains(.years), let key = neighbours.key {
            if key.roles.contains(.age), text.base[key.start] | 0x20 != UInt8(ascii: "t") { return Score.clear }
            if first != UInt8(ascii: "y"), first != UInt8(ascii: "j"), key.roles.contains(.has), value >= 13 {
                return Score.weak
            }
        }
        return nil
    }

    /// `is`, `was`
    private static func isVerb(_ word: NumberWord?, in text: ScannedText) -> Bool {
        guard let word, word.end - word.start <= 3 else { return false }
        return text.base[word.end - 1] | 0x20 == UInt8(ascii: "s")
    }

    /// Whether what follows lets the number be an age: the end of a phrase, not `%`, `degrees`, `:30`.
    private static func isFollowed(_ end: Int, _ neighbours: NumberNeighbours, in text: ScannedText) -> Bool {
        switch text.byte(end) {
        case 0, UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: ")"), UInt8(ascii: "!"), UInt8(ascii: "?"),
            UInt8(ascii: ";"), UInt8(ascii: "\""), UInt8(ascii: "}"):
            return true
        case UInt8(ascii: "."), UInt8(ascii: ","): return !text.has(end + 1, ByteClass.digit)
        case UInt8(ascii: " "):
            guard let after = neighbours.after else { return text.byte(end + 1) == UInt8(ascii: "(") }
            return !after.roles.isDisjoint(with: [.afterAge, .years, .old])
        default: return false
        }
    }
}
