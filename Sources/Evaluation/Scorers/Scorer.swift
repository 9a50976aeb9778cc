/// How answers are scored: a rule with a name, a weight, and from when on it counts as passed.
public struct Scorer: Sendable {
    /// What is looked at.
    public enum Rule: Sendable {
        /// The text is one of the expected, to the letter.
        case exact(ExactMatch)
        /// The text is one of the expected, once both are normalised as for SQuAD.
        case normalized
        /// The text matches a pattern.
        case pattern(PatternMatch)
        /// The text contains phrases.
        case contains(ContainsMatch)
        /// The text's number is the expected.
        case numeric(NumericMatch)
        /// The text is JSON of a schema; `nil`: the case's own, or any JSON.
        case schema(JSONSchema?)
        /// A value in the text's JSON compares as told.
        case field(JSONFieldMatch)
        /// Token F1 against the expected, as for SQuAD.
        case tokenF1
        /// ROUGE-L against the expected.
        case rougeL(RougeL)
        /// BLEU against the expected.
        case bleu
        /// The tools called are the expected.
        case toolCalls(ToolCallMatch)
        /// Milliseconds, against a limit.
        case latency(mostMilliseconds: Double?)
        /// US dollars, against a limit.
        case cost(mostUSD: Double?)
        /// Whether the answer refuses, against whether it should.
        case refusal(isWanted: Bool)
        /// Whether the answer contains a data class.
        case leak(LeakMatch)
        /// The letter of the right choice.
        case choice
        /// A model's judgement.
        case judge(Judge)
        /// A program's judgement.
        case program(ScoringProgram)
    }

    /// Its name, once in a suite.
    public let name: String
    /// What is looked at.
    public let rule: Rule
    /// How much it counts in the case's score; 0: it is only shown.
    public let weight: Double
    /// From which score on an answer passes.
    public let threshold: Double
    /// Whether the score is turned round: what does not match is right.
    public let isNegated: Bool
    /// Answers that are right for this scorer, instead of the case's; empty: the case's.
    public let expected: [String]

    /// Puts a scorer together.
    public init(
        name: String, rule: Rule, weight: Double = 1, threshold: Double = 1, isNegated: Bool = false,
        expected: [String] = []
    ) {
        self.name = name
        self.rule = rule
        self.weight = weight
        self.threshold = threshold
        self.isNegated = isNegated
        self.expected = expected
    }

    /// Whether somebody else has to be asked: a model, a program.
    public var asksOthers: Bool {
        switch rule {
        case .judge, .program: true
        default: false
        }
    }

    /// Scores an answer; `nil` where somebody else has to be asked.
    public func score(_ answer: Answer, to test: EvaluationCase) -> Score? {
        guard let score = plainScore(answer, to: test) else { return nil }
        guard isNegated, let value = score.value else { return score }
        return Score(1 - value, measure: score.measure, "not wanted: \(score.reason)")
    }

    /// Whether a score passes; one that could not be told does not, a measurement without a limit does.
    public func passes(_ score: Score) -> Bool {
        guard let value = score.value else { return score.measure != nil }
        // A sum of ninths is no whole number to the last bit.
        return value + 1e-12 >= threshold
    }

    private func plainScore(_ answer: Answer, to test: EvaluationCase) -> Score? {
        let expected = expected.isEmpty ? test.expected : expected
        return switch rule {
        case .exact(let match): match.score(answer.text, expected)
        case .normalized: NormalizedMatch.score(answer.text, expected)
        case .pattern(let match): match.score(answer.text)
        case .contains(let match): match.score(answer.text, expected)
        case .numeric(let match): match.score(answer.text, expected)
        case .schema(let schema): JSONSchema.score(answer.text, schema, of: test)
        case .field(let match): match.score(answer.text, test.expectedValue)
        case .tokenF1: TokenF1.score(answer.text, expected)
        case .rougeL(let rouge): rouge.score(answer.text, expected)
        case .bleu: BLEU.score(answer.text, expected)
        case .toolCalls(let match): match.score(answer.toolCalls, test.expectedCalls ?? [])
        case .latency(let most): Measurement.latency(answer.latencyMilliseconds, most)
        case .cost(let most): Measurement.cost(answer.cost, most)
        case .refusal(let isWanted): Refusal.score(answer, isWanted: isWanted)
        case .leak(let match): match.score(answer.findings)
        case .choice: ChoiceLetter.score(answer.text, test)
        case .judge, .program: nil
        }
    }

    /// What a case lacks for this scorer, in words; `nil`: nothing.
    func lack(in test: EvaluationCase) -> String? {
        let expected = expected.isEmpty ? test.expected : expected
        switch rule {
        case .exact, .normalized, .numeric, .tokenF1, .rougeL, .bleu:
            if expected.isEmpty { return "the case has no `expected`" }
            if case .numeric = rule, expected.contains(where: { NumberFinder.expected($0) == nil }) {
                return "`expected` is no number"
            }
            return nil
        case .contains(let match): return match.phrases.isEmpty && expected.isEmpty ? "the case has no `expected`" : nil
        case .field(let match):
            return match.needsExpected && test.expectedValue == nil ? "the case has no `expected_json`" : nil
        case .toolCalls: return test.expectedCalls == nil ? "the case has no `expected_calls`" : nil
        case .choice: return test.correctChoices.isEmpty ? "the case has no `choices` with an `answer`" : nil
        default: return nil
        }
    }
}
