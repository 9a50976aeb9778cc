/// Which solved cases are shown before the question; never the case itself, nor one that asks the same.
public struct FewShot: Sendable, Hashable {
    /// How they are chosen.
    public enum Choice: String, Sendable, Hashable, CaseIterable {
        /// The first of the list, for every case.
        case fixed
        /// By lot, for each case its own, the same in every run of a seed.
        case random
        /// Those whose questions are nearest to the case's by BM25, the nearest last.
        case nearest
    }

    /// How many.
    public let count: Int
    /// How they are chosen.
    public let choice: Choice

    /// Describes it.
    public init(count: Int, choice: Choice) {
        self.count = max(0, count)
        self.choice = choice
    }
}

/// Solved cases, ready to be chosen from.
public struct ExampleShelf: Sendable {
    /// A solved case: what was asked, and the right answer.
    struct Example: Sendable {
        let id: String
        let question: String
        let answer: String
    }

    let examples: [Example]
    private let index: BM25

    /// Puts the examples of a suite on a shelf: its own, or else its cases. Those without an expected answer are left
    /// out. `rules`: how they will be chosen; nothing is made ready that none of them needs.
    public init(_ suite: Suite, for rules: [FewShot]) {
        var examples: [Example] = []
        let isNeeded = rules.contains { $0.count > 0 }
        for test in suite.examples.isEmpty ? suite.cases : suite.examples where isNeeded {
            guard let answer = test.solution, let messages = try? suite.messages(for: test) else { continue }
            let question = messages.filter { $0.role == .user }.map(\.text).joined(separator: "\n")
            examples.append(Example(id: test.id, question: question, answer: answer))
        }
        self.examples = examples
        index = BM25(rules.contains { $0.choice == .nearest } ? examples.map(\.question) : [])
    }

    /// The examples for a case, in the order in which they are shown.
    func choose(_ rule: FewShot, for id: String, asking question: String, seed: UInt64) -> [Example] {
        guard rule.count > 0 else { return [] }
        let isAllowed = { (number: Int) -> Bool in
            let example = examples[number]
            return !example.id.isIdentical(to: id) && !example.question.isIdentical(to: question)
        }
        switch rule.choice {
        case .fixed: return examples.indices.lazy.filter(isAllowed).prefix(rule.count).map { examples[$0] }
        case .random: return Array(drawn(rule.count, isAllowed, Seed.derived(from: seed, id))).map { examples[$0] }
        case .nearest:
            let nearest = index.nearest(to: question, count: rule.count, where: isAllowed)
            return nearest.reversed().map { examples[$0] }
        }
    }

    /// Numbers drawn without putting back (Fisher and Yates).
    private func drawn(_ count: Int, _ isAllowed: (Int) -> Bool, _ seed: UInt64) -> ArraySlice<Int> {
        var numbers = examples.indices.filter(isAllowed)
        var lots = Lots(seed)
        for place in 0..<min(count, numbers.count) {
            let other = place + Int(lots.next(below: UInt64(numbers.count - place)))
            numbers.swapAt(place, other)
        }
        return numbers.prefix(count)
    }
}

extension EvaluationCase {
    /// The right answer as an example shows it; `nil` where none is known.
    var solution: String? {
        if let first = expected.first { return first }
        if let index = correctChoices.first { return ChoiceLetter.letter(index) }
        return expectedValue?.json
    }
}
