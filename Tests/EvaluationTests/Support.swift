import JSONText

@testable import Evaluation

/// A tree of JSON, or `null` where the test wrote none.
func tree(_ json: String) -> ValueTree { ValueTree(json: json) ?? ValueTree(.text("NOT JSON")) }

/// What a reader reports, a line each.
func problems(_ body: (inout SuiteProblems) -> Void) -> [String] {
    var problems = SuiteProblems()
    body(&problems)
    do throws(SuiteErrors) {
        try problems.finish()
        return []
    } catch {
        return error.errors.map(\.description)
    }
}

/// A case with expected answers.
func expecting(_ expected: String...) -> EvaluationCase {
    var test = EvaluationCase(id: "1")
    test.expected = expected
    return test
}

/// A plain scorer's score of a text.
func value(_ rule: Scorer.Rule, _ text: String, _ test: EvaluationCase = EvaluationCase(id: "1")) -> Double? {
    Scorer(name: "s", rule: rule).score(Answer(text), to: test)?.value
}

/// Random numbers that are the same in each run: a test that fails once has to fail again.
struct Dice: RandomNumberGenerator {
    private var lots: Lots
    init(_ seed: UInt64) { lots = Lots(seed) }
    mutating func next() -> UInt64 { lots.next() }

    /// A text of some of the pieces.
    mutating func text(of pieces: [String], upTo count: Int) -> String {
        (0..<Int.random(in: 0...count, using: &self)).map { _ in pieces.randomElement(using: &self) ?? "" }.joined()
    }
}
