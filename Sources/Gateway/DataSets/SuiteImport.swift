public import DataSets
internal import Evaluation

/// A suite made of a data set: its file and its cases, read once by who will run them.
public struct SuiteImport: Sendable {
    /// The suite's file, YAML.
    public let file: [UInt8]
    /// The cases, JSON Lines.
    public let cases: [UInt8]

    /// How texts may be scored.
    public static let scorers = ["exact", "normalized", "token_f1", "rouge_l", "bleu"]

    /// Makes a suite; throws what `evaluate` would say of its cases. `source` names the data set in a comment.
    public init(_ records: [DataRecord], name: String, scorer: String, source: String) throws {
        var lines: [UInt8] = []
        for (index, record) in records.enumerated() {
            lines += SuiteForm.line(record, number: index + 1, scorer: scorer)
        }
        var problems = SuiteProblems()
        let path = name + ".jsonl"
        let read = CaseReader.jsonLines(lines, source: path, &problems)
        _ = Suite(name: name, prompt: nil, cases: read, scorers: [], source: path, &problems)
        try problems.finish()
        cases = lines
        file = Array(SuiteForm.file(name: name, cases: path, source: source).utf8)
    }
}
