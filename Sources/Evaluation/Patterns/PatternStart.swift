/// Which scalars a pattern's matches can begin with: in most places of a text none does, and there a search has nothing to try.
struct PatternStart: Sendable {
    private var sets: [ScalarSet] = []
    private var ascii = ASCIISet()
    /// Beyond so many sets trying costs more than it saves, and a search's own steps, which are bounded, find out.
    private static let mostSets = 8
    /// Whether a match may take no scalar at all.
    private var isAnywhere = false
    /// Whether every match begins at a word's border.
    private var isAtBorder = true

    init(_ program: [PatternInstruction]) {
        // Without a border before it, and with one.
        var seen = [Bool](repeating: false, count: 2 * program.count)
        var pending = [(instruction: 0, hasBorder: false)]
        while let (instruction, hasBorder) = pending.popLast() {
            guard !seen[2 * instruction + (hasBorder ? 1 : 0)] else { continue }
            seen[2 * instruction + (hasBorder ? 1 : 0)] = true
            switch program[instruction] {
            case .scalar(let set):
                sets.append(set)
                isAtBorder = isAtBorder && hasBorder
            case .split(let first, let second): pending += [(first, hasBorder), (second, hasBorder)]
            case .jump(let target): pending.append((target, hasBorder))
            case .assert(.wordBorder): pending.append((instruction + 1, true))
            // What is asserted may hold.
            case .save, .assert: pending.append((instruction + 1, hasBorder))
            case .match: isAnywhere = true
            }
        }
        ascii = ASCIISet { [sets] scalar in sets.contains { $0.contains(scalar) } }
    }

    /// Whether a match may begin anywhere in a text.
    func admits(_ text: PatternText) -> Bool {
        isAnywhere || text.hasOthers || ascii.intersects(isAtBorder ? text.behindBorders : text.all)
    }

    /// Whether a match may begin before a scalar; `nil`: at the text's end.
    func admits(_ scalar: Unicode.Scalar?) -> Bool {
        if isAnywhere { return true }
        guard let scalar else { return false }
        guard !scalar.isASCII else { return ascii.contains(scalar) }
        return sets.count > Self.mostSets || sets.contains { $0.contains(scalar) }
    }
}
