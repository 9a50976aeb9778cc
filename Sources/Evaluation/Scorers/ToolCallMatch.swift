/// Whether the tools called are the expected: names, and arguments as JSON values.
public struct ToolCallMatch: Sendable, Hashable {
    /// What of the arguments is compared.
    public enum Arguments: String, Sendable, Hashable, CaseIterable {
        /// They are the same value.
        case equal
        /// The expected ones are there with their values; others may be, too.
        case contained
        /// Nothing.
        case ignored
    }

    /// What of the arguments is compared.
    public var arguments = Arguments.equal
    /// Whether the calls have to come in the order of the expected.
    public var isOrdered = false

    /// Equal arguments, in any order.
    public init() {}

    /// The harmonic mean of how many of the calls were expected and how many of the expected were called.
    func score(_ calls: [ToolCall], _ expected: [ToolCall]) -> Score {
        guard !calls.isEmpty || !expected.isEmpty else { return Score(1, "no call, as expected") }
        // Nobody asks for so many; the time is the product of both.
        guard calls.count <= 1000 else { return Score(0, "more than 1000 calls") }
        let called = calls.map { ($0.name, ValueTree(json: $0.arguments)) }
        let wanted = expected.map { ($0.name, ValueTree(json: $0.arguments)) }
        let fits: (Int, Int) -> Bool = { self.fits(called[$0], wanted[$1]) }
        let count = isOrdered ? ordered(calls.count, expected.count, fits) : matched(calls.count, expected.count, fits)
        let value = 2 * Double(count) / Double(calls.count + expected.count)
        return Score(value, "\(count) of \(expected.count) expected calls, \(calls.count - count) others")
    }

    private func fits(_ call: (String, ValueTree?), _ expected: (String, ValueTree?)) -> Bool {
        guard call.0.isIdentical(to: expected.0) else { return false }
        guard arguments != .ignored else { return true }
        guard let call = call.1, let expected = expected.1 else { return false }
        guard arguments == .contained, let members = expected.members else { return call.isSameValue(as: expected) }
        return members.allSatisfy { member in call[member.key]?.isSameValue(as: member.value) == true }
    }

    /// The longest common subsequence.
    private func ordered(_ calls: Int, _ expected: Int, _ fits: (Int, Int) -> Bool) -> Int {
        var previous = [Int](repeating: 0, count: expected + 1)
        for call in 0..<calls {
            var current = [0]
            for wanted in 0..<expected {
                current.append(
                    fits(call, wanted) ? previous[wanted] + 1 : max(previous[wanted + 1], current[wanted]))
            }
            previous = current
        }
        return previous[expected]
    }

    /// The most pairs: a call may fit several of the expected, so the first that fits is not always the best (Kuhn's
    /// augmenting paths).
    private func matched(_ calls: Int, _ expected: Int, _ fits: (Int, Int) -> Bool) -> Int {
        var partner = [Int?](repeating: nil, count: calls)
        var count = 0
        for start in 0..<expected {
            // Breadth first, so that nothing recurses.
            var from = [Int?](repeating: nil, count: calls)
            var seen = [Bool](repeating: false, count: calls)
            var queue = [start]
            var head = 0
            var end: Int?
            search: while head < queue.count {
                let wanted = queue[head]
                head += 1
                for call in 0..<calls where !seen[call] && fits(call, wanted) {
                    seen[call] = true
                    from[call] = wanted
                    guard let next = partner[call] else {
                        end = call
                        break search
                    }
                    queue.append(next)
                }
            }
            guard var call = end else { continue }
            count += 1
            while let wanted = from[call] {
                let before = partner.firstIndex { $0 == wanted }
                partner[call] = wanted
                guard wanted != start, let before else { break }
                call = before
            }
        }
        return count
    }
}
