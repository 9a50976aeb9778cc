/// Reads cases in our own layout.
///
/// A row of JSON Lines has the keys `id`, `variables`, `messages`, `expected` (a text or several), `expected_json`,
/// `expected_calls`, `choices`, `answer` (of the choices: a letter, a number from 0, or the choice itself), `tags`,
/// `tools`, `schema`. A CSV file's columns of those names mean the same (`tags` and `expected` with `expected_2`,
/// `expected_3`, … one each; lists and schemas in JSON); every other column is a variable.
public enum CaseReader {
    /// Reads rows of JSON Lines.
    public static func jsonLines(
        _ bytes: [UInt8], source: String, _ problems: inout SuiteProblems
    ) -> [EvaluationCase] {
        var cases: [EvaluationCase] = []
        for (index, row) in JSONLines.rows(bytes, source: source, &problems).enumerated() {
            cases.append(read(row, ordinal: index + 1, source: source, &problems))
        }
        return cases
    }

    /// Reads cases that stand in the suite's file itself: the elements of its list `cases`.
    public static func list(
        _ values: [ValueTree], source: String, _ problems: inout SuiteProblems
    ) -> [EvaluationCase] {
        var cases: [EvaluationCase] = []
        for (index, value) in values.enumerated() {
            cases.append(read(value, ordinal: index + 1, source: source, &problems))
        }
        return cases
    }

    /// Reads a CSV file.
    public static func csv(
        _ bytes: [UInt8], source: String, separator: UInt8 = UInt8(ascii: ","), _ problems: inout SuiteProblems
    ) -> [EvaluationCase] {
        let table = CSVTable(bytes, source: source, separator: separator, &problems)
        var cases: [EvaluationCase] = []
        for (index, row) in table.rows.enumerated() {
            let value = CSVRow.tree(row, columns: table.columns, source: source, &problems)
            cases.append(read(value, ordinal: index + 1, source: source, &problems))
        }
        return cases
    }

    static func read(
        _ value: ValueTree, ordinal: Int, source: String, _ problems: inout SuiteProblems
    ) -> EvaluationCase {
        var reader = MappingReader(value, source: source, &problems)
        var result = EvaluationCase(id: reader.text("id", &problems) ?? "\(ordinal)")
        result.source = source
        result.position = value.position
        if result.id.isEmpty { problems.report(source, value.position, "`id` is empty") }
        if let variables = reader.optional("variables") {
            if let members = variables.members {
                result.variables = Variables(members)
            } else {
                problems.report(
                    source, variables.position, "`variables`: expected a mapping, found \(variables.kindInWords)")
            }
        }
        if let messages = reader.optional("messages") {
            result.prompt = Prompt(MessageReader.drafts(messages, isTemplate: true, source: source, &problems))
        }
        result.expected = reader.texts("expected", &problems)
        result.expectedValue = reader.optional("expected_json")
        if let calls = reader.optional("expected_calls") {
            result.expectedCalls = (calls.elements ?? [calls]).compactMap {
                MessageReader.toolCall($0, source, &problems)
            }
        }
        result.choices = reader.texts("choices", &problems)
        if let answer = reader.optional("answer") { readAnswer(answer, &result, &problems) }
        result.tags = reader.texts("tags", &problems)
        for tool in reader.list("tools", &problems) {
            if let tool = MessageReader.tool(tool, source, &problems) { result.tools.append(tool) }
        }
        result.schema = reader.optional("schema")
        if let schema = result.schema { JSONSchema.check(schema, source: source, &problems) }
        if let scorers = reader.optional("scorers") {
            result.scorers = ScorerReader.list(scorers, source: source, &problems)
        }
        reader.finish(&problems)
        return result
    }

    /// Which choices are right: letters, numbers from 0, or choices in full.
    static func readAnswer(_ value: ValueTree, _ result: inout EvaluationCase, _ problems: inout SuiteProblems) {
        guard !result.choices.isEmpty else {
            problems.report(result.source, value.position, "`answer` needs `choices`; else say `expected`")
            return
        }
        for element in value.elements ?? [value] {
            guard let index = ChoiceLetter.index(of: element, among: result.choices) else {
                problems.report(
                    result.source, element.position,
                    "expected a letter up to `\(ChoiceLetter.letter(result.choices.count - 1))`, a number from 0 or one of the choices"
                )
                continue
            }
            result.correctChoices.append(index)
        }
    }
}

/// A row of a CSV file as the mapping that a row of JSON Lines would be.
private enum CSVRow {
    private static let texts: Set<String> = ["id", "answer"]
    private static let json: Set<String> = [
        "messages", "expected_json", "expected_calls", "tools", "schema", "variables", "scorers", "choices",
    ]

    static func tree(
        _ row: [CSVTable.Field], columns: [CSVTable.Field], source: String, _ problems: inout SuiteProblems
    ) -> ValueTree {
        var members: [ValueTree.Member] = []
        var variables: [ValueTree.Member] = []
        var expected: [ValueTree] = []
        for (column, field) in zip(columns, row) {
            let name = column.text
            func add(_ value: ValueTree) {
                members.append(ValueTree.Member(key: name, position: field.position, value: value))
            }
            if json.contains(name) {
                guard !field.text.isEmpty else { continue }
                guard let value = parsed(field, name, source, &problems) else { continue }
                if name == "variables" { variables += value.members ?? [] } else { add(value) }
            } else if name == "tags" {
                let tags = field.text.split(separator: ";").map {
                    ValueTree(.text($0.trimmingBlanks), at: field.position)
                }
                add(ValueTree(.list(tags), at: field.position))
            } else if isExpected(name) {
                if !field.text.isEmpty || field.isQuoted {
                    expected.append(ValueTree(.text(field.text), at: field.position))
                }
            } else if texts.contains(name) {
                if !field.text.isEmpty { add(ValueTree(.text(field.text), at: field.position)) }
            } else {
                let value = ValueTree(.text(field.text), at: field.position)
                variables.append(ValueTree.Member(key: name, position: field.position, value: value))
            }
        }
        let position = row.first?.position ?? .start
        if !expected.isEmpty {
            let value = ValueTree(.list(expected), at: position)
            members.append(ValueTree.Member(key: "expected", position: position, value: value))
        }
        let value = ValueTree(.mapping(variables), at: position)
        members.append(ValueTree.Member(key: "variables", position: position, value: value))
        return ValueTree(.mapping(members), at: position)
    }

    private static func isExpected(_ name: String) -> Bool {
        guard name.hasPrefix("expected") else { return false }
        let rest = name.dropFirst("expected".count)
        return rest.isEmpty || (rest.first == "_" && rest.dropFirst().count <= 3 && Int(rest.dropFirst()) != nil)
    }

    private static func parsed(
        _ field: CSVTable.Field, _ name: String, _ source: String, _ problems: inout SuiteProblems
    ) -> ValueTree? {
        guard let value = ValueTree(json: field.text) else {
            problems.report(source, field.position, "`\(name)`: expected JSON")
            return nil
        }
        return value.placed(at: field.position)
    }
}

extension ValueTree {
    /// With every position replaced: of JSON inside a field the field's place is what can be pointed at.
    func placed(at position: Position) -> ValueTree {
        switch content {
        case .list(let elements): ValueTree(.list(elements.map { $0.placed(at: position) }), at: position)
        case .mapping(let members):
            ValueTree(
                .mapping(
                    members.map { Member(key: $0.key, position: position, value: $0.value.placed(at: position)) }),
                at: position)
        default: ValueTree(content, at: position)
        }
    }
}
