/// How lines are written: a heading in capitals, a chat in small letters, a form with labels.
enum NameLines {
    /// Longer lines are looked at in pieces, in tokens.
    static let longestPiece = 64

    /// Where the line, or the piece of it, that begins at a token ends among the tokens there are.
    static func end(of start: Int, in tokens: [NameToken]) -> Int {
        var end = start
        while end < tokens.count, end == start || !tokens[end].isBroken, end - start < longestPiece { end += 1 }
        return end
    }

    /// Tells the tokens of a line how it is written: of its words, how many begin with a capital (in quarters), how many are all
    /// capitals (in thirds), how many there are; and after a colon, which word stands before it.
    static func describe(_ tokens: inout [NameToken], _ line: Range<Int>) {
        var capitals = 0
        var lowers = 0
        var shouted = 0
        for index in line where tokens[index].kind == .word {
            if tokens[index].shape == .capitals { shouted += 1 }
            if tokens[index].isCapital {
                capitals += 1
            } else if tokens[index].flags & (NameFlags.particle | NameFlags.middle) == 0 {
                lowers += 1
            }
        }
        let words = capitals + lowers
        let share = words > 0 ? capitals * 4 / words : 0
        let loud = words > 0 ? shouted * 3 / words : 0
        let regime = UInt16((share * 4 + loud) * 8 + min(words, 7))
        var label: UInt32 = 0
        for index in line {
            tokens[index].regime = regime
            tokens[index].label = label
            if tokens[index].hash == Self.colon, index > line.lowerBound, tokens[index - 1].kind == .word {
                label = UInt32(truncatingIfNeeded: tokens[index - 1].hash)
            }
        }
    }

    private static let colon = NameHash.of(":")
}
