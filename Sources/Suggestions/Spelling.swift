/// Words for messages about names that nobody knows.
public enum Spelling {
    /// The name that was probably meant: one that goes on where this one ends, or else the nearest, if it is near; of two, the
    /// first. Numbers have no neighbours: `1.1` is no slip for `1.2`.
    public static func closest(to name: String, among candidates: some Sequence<String>) -> String? {
        // The work is quadratic in the length; names longer than this are no typing errors.
        guard name.utf8.count <= 64 else { return nil }
        let letters = Array(name.lowercased().utf8)
        guard letters.contains(where: { (0x61...0x7A).contains($0) || $0 >= 0x80 }) else { return nil }
        let limit = letters.count <= 3 ? 1 : letters.count <= 6 ? 2 : 3
        var best: (name: String, distance: Int)?
        for candidate in candidates where candidate.utf8.count <= 64 {
            let known = Array(candidate.lowercased().utf8)
            if letters.count >= 3, known.starts(with: letters) { return candidate }
            let distance = distance(letters, known)
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// `, did you mean …?` for the closest candidate, or nothing.
    public static func question(_ name: String, among candidates: some Sequence<String>) -> String {
        closest(to: name, among: candidates).map { ", did you mean `\($0)`?" } ?? ""
    }

    /// `` `a`, `b` or `c` ``.
    public static func alternatives(_ words: [String]) -> String {
        let quoted = words.map { "`\($0)`" }
        guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "nothing" }
        return quoted.dropLast().joined(separator: ", ") + " or " + last
    }

    /// Insertions, deletions, replacements and swaps of neighbours that turn one into the other.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var before: [Int] = []
        var previous = Array(0...right.count)
        for (row, leftByte) in left.enumerated() {
            var current = [row + 1]
            for (column, rightByte) in right.enumerated() {
                var cost = min(
                    previous[column] + (leftByte == rightByte ? 0 : 1), previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, leftByte == right[column - 1], left[row - 1] == rightByte {
                    cost = min(cost, before[column - 1] + 1)
                }
                current.append(cost)
            }
            (before, previous) = (previous, current)
        }
        return previous[right.count]
    }
}
