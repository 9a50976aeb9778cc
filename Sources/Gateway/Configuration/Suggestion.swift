/// Words for error messages.
enum Suggestion {
    /// The known word that was probably meant: one that goes on where this one ends, or else the nearest, if it is near; of two,
    /// the first. Numbers have no neighbours: `1.1` is not a slip for `1.2`.
    static func nearest(to word: String, among known: [String]) -> String? {
        let word = Array(word.lowercased().utf8.prefix(64))
        guard word.contains(where: { (0x61...0x7A).contains($0) }) else { return nil }
        if word.count >= 3, let longer = known.first(where: { $0.lowercased().utf8.starts(with: word) }) {
            return longer
        }
        let most = max(1, word.count / 3)
        var best: (word: String, distance: Int)?
        for candidate in known {
            let distance = distance(word, Array(candidate.lowercased().utf8))
            if distance <= most, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.word
    }

    /// `` `a`, `b` or `c` ``.
    static func alternatives(_ words: [String]) -> String {
        let quoted = words.map { "`\($0)`" }
        guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "nothing" }
        return quoted.dropLast().joined(separator: ", ") + " or " + last
    }

    /// How many letters must be added, dropped, changed or swapped with their neighbour to get from one word to the other.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                var best = min(
                    last[column] + (left[row] == right[column] ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
