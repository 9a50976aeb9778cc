/// The samples of OpenAI's `evals`: JSON Lines of `{"input": [messages] or a text, "ideal": a text or several}`.
///
/// Other members of a row become variables. Messages are taken as they stand: braces in them are no places.
public enum OpenAIEvalsLayout {
    /// Reads samples.
    public static func cases(_ bytes: [UInt8], source: String, _ problems: inout SuiteProblems) -> [EvaluationCase] {
        var cases: [EvaluationCase] = []
        for (index, row) in JSONLines.rows(bytes, source: source, &problems).enumerated() {
            var reader = MappingReader(row, source: source, &problems)
            var test = EvaluationCase(id: "\(index + 1)")
            test.source = source
            test.position = row.position
            if let input = reader.required("input", "messages", &problems) {
                test.prompt = Prompt(MessageReader.drafts(input, isTemplate: false, source: source, &problems))
            }
            if reader.required("ideal", "a text or several", &problems) != nil {
                test.expected = reader.texts("ideal", &problems)
            }
            let known = ["input", "ideal"]
            test.variables = Variables((row.members ?? []).filter { !known.contains($0.key) })
            cases.append(test)
        }
        return cases
    }
}
