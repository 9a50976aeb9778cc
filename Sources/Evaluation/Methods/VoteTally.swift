/// Which of several answers most agree on (self-consistency, Wang et al. 2022).
public enum VoteTally {
    /// How answers are compared.
    public enum Comparison: String, Sendable, Hashable, CaseIterable {
        /// By their normalised text, as SQuAD's script has it.
        case normalized
        /// By their marked or last number.
        case number
        /// By the letter of the choice.
        case choice
    }

    /// The number of the answer that wins, the first of those that agree with it, and how many agree; `nil` where there
    /// are no answers.
    ///
    /// Of two as large groups the one whose first answer came first wins. Answers of which nothing can be read agree
    /// with nobody.
    public static func winner(
        _ answers: [String], by comparison: Comparison, choices: [String] = []
    ) -> (index: Int, votes: Int)? {
        var groups: [(key: [UInt8], first: Int, votes: Int)] = []
        for (index, answer) in answers.enumerated() {
            guard let key = key(answer, comparison, choices) else { continue }
            if let group = groups.firstIndex(where: { $0.key == key }) {
                groups[group].votes += 1
            } else {
                groups.append((key, index, 1))
            }
        }
        guard let most = groups.map(\.votes).max(), let winner = groups.first(where: { $0.votes == most }) else {
            return answers.isEmpty ? nil : (0, 0)
        }
        return (winner.first, winner.votes)
    }

    /// How the answers to a case are compared, by what it expects.
    public static func comparison(for test: EvaluationCase) -> Comparison {
        if !test.choices.isEmpty { return .choice }
        let isNumeric = !test.expected.isEmpty && test.expected.allSatisfy { NumberFinder.expected($0) != nil }
        return isNumeric ? .number : .normalized
    }

    private static func key(_ answer: String, _ comparison: Comparison, _ choices: [String]) -> [UInt8]? {
        switch comparison {
        case .normalized:
            let text = NormalizedMatch.normalized(answer)
            return text.isEmpty ? nil : Array(text.utf8)
        case .number: return NumberFinder.number(in: answer, .marked).map { Array("\($0)".utf8) }
        case .choice: return ChoiceLetter.chosen(answer, among: choices).map { Array("\($0)".utf8) }
        }
    }
}
