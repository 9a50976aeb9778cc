/// Which scalars a pattern's matches can begin with: in most places of a text none does, and there a search has nothing to try.
struct PatternStart: Sendable {
    private var sets: [ScalarSet] = []
    /// The answers for ASCII.
    private var ascii: (UInt64, UInt64) = (0, 0)
    /// Beyond so many sets trying costs more than it saves, and a search's own steps, which are bounded, find out.
    private static let mostSets = 8
    /// Whether a match may take no scalar at all.
    private var isAnywhere = false

    init(_ program: [PatternInstruction]) {
        var seen = [Bool](repeating: false, count: program.count)
        var pending = [0]
        while let instruction = pending.popLast() {
            guard !seen[instruction] else { continue }
            seen[instruction] = true
            switch program[instruction] {
            case .scalar(let set): sets.append(set)
            case .split(let first, let second): pending += [first, second]
            case .jump(let target): pending.append(target)
            // What is asserted may hold.
            case .save, .assert: pending.append(instruction + 1)
            case .match: isAnywhere = true
            }
        }
        for value in UInt8(0)..<128 where sets.contains(where: { $0.contains(Unicode.Scalar(value)) }) {
            if value < 64 { ascii.0 |= 1 << UInt64(value) } else { ascii.1 |= 1 << UInt64(value - 64) }
        }
    }

    /// Whether a match may begin before a scalar; `nil`: at the text's end.
    func admits(_ scalar: Unicode.Scalar?) -> Bool {
        if isAnywhere { return true }
        guard let scalar else { return false }
        guard scalar.value < 128 else {
            return sets.count > Self.mostSets || sets.contains { $0.contains(scalar) }
        }
        let bits = scalar.value < 64 ? ascii.0 : ascii.1
        return bits >> UInt64(scalar.value & 63) & 1 == 1
    }
}
