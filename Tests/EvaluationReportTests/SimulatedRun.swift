import Evaluation
import EvaluationReport
import Inference
import Statistics

/// A candidate of known worth, for runs that nobody has to pay for.
struct SimulatedCandidate {
    var name: String
    /// The score of a case, by lot.
    var score: (inout SeededGenerator) -> Double
    /// What a case costs, in nano-USD; `nil`: no price is known.
    var nanoUSD: Int64? = 1_000_000
    /// The median of the time to an answer, in milliseconds.
    var milliseconds = 100.0

    /// Right with this probability, else wrong.
    static func binary(
        _ name: String, _ accuracy: Double, nanoUSD: Int64? = 1_000_000, milliseconds: Double = 100
    ) -> SimulatedCandidate {
        SimulatedCandidate(
            name: name, score: { $0.unit() < accuracy ? 1 : 0 }, nanoUSD: nanoUSD, milliseconds: milliseconds)
    }
}

/// A run of candidates whose worth is known.
func simulatedRun(
    _ candidates: [SimulatedCandidate], cases: Int, seed: UInt64 = 1, baseline: Int = 0,
    tags: (Int) -> [String] = { [$0 % 3 == 0 ? "hard" : "easy"] }, id: (Int) -> String = { "case-\($0)" },
    texts: @escaping @Sendable (Int, Int) -> RunRecord.Texts? = { _, _ in nil }
) -> RunRecord {
    var generator = SeededGenerator(seed: seed)
    let tests = (0..<cases).map { place in
        var test = EvaluationCase(id: id(place))
        test.tags = tags(place)
        return test
    }
    let scorer = Scorer(name: "exact", rule: .normalized)
    let contestants = candidates.map { candidate in
        RunRecord.Contestant(
            name: candidate.name, model: candidate.name.split(separator: "/").first.map(String.init) ?? "",
            method: candidate.name.split(separator: "/").last.map(String.init) ?? "",
            results: tests.map { test in
                var answer = Answer("")
                answer.latencyMilliseconds = candidate.milliseconds * (0.5 + generator.unit())
                answer.cost = candidate.nanoUSD.map { Money(nanoUSD: $0) }
                answer.usage = TokenUsage(input: 100, output: 20)
                let score = candidate.score(&generator)
                return CaseResult(
                    test, answer: answer, scorers: [scorer], scores: [Score(score, score == 1 ? "same" : "other")])
            })
    }
    return RunRecord(
        id: "run-1", suite: "capitals", startedAt: "2026-11-23T20:16:00Z", seed: seed, policyHash: "ab12",
        state: .finished, cases: tests.map { RunRecord.Case(id: $0.id, tags: $0.tags) }, contestants: contestants,
        baseline: baseline, texts: texts)
}
