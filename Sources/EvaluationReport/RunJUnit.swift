public import Evaluation
internal import HyperText
internal import PlainText

/// The run in the XML that build servers read: a suite for each candidate with its cases, and one for the gates.
public enum RunJUnit {
    /// The document. `gates`: what a gate says of candidates, by name; empty where there is none.
    public static func document(_ analysis: RunAnalysis, gates: [(candidate: String, verdict: Gate.Verdict)] = [])
        -> String
    {
        var document = TestDocument()
        let record = analysis.record
        if !gates.isEmpty {
            document.add(
                suite: "\(record.suite): gate",
                gates.map { gate in
                    TestDocument.Case(
                        name: gate.candidate, group: "\(record.suite).gate",
                        outcome: gate.verdict.isOpen
                            ? .passed : .failed(gate.verdict.comparisons.joined(separator: "; ")))
                })
        }
        for contestant in record.contestants {
            let group = "\(record.suite).\(contestant.name)"
            let cases = record.cases.indices.map { place in
                let result = contestant.results.indices.contains(place) ? contestant.results[place] : nil
                return TestDocument.Case(
                    name: record.cases[place].id, group: group,
                    seconds: result?.latencyMilliseconds.map { $0 / 1000 }, outcome: outcome(result))
            }
            document.add(suite: group, cases)
        }
        return document.text
    }

    private static func outcome(_ result: CaseResult?) -> TestDocument.Case.Outcome {
        guard let result else { return .skipped("no result") }
        if result.isError { return .error("no answer") }
        if result.passes { return .passed }
        let reasons = result.scorers.filter { !$0.passes }.map { scorer in
            let value = scorer.score.value.map { " \(DecimalText.significant($0, 3))" } ?? ""
            return "\(scorer.name)\(value): \(scorer.score.reason)"
        }
        return .failed(reasons.isEmpty ? "nothing could be told" : reasons.joined(separator: "; "))
    }
}
