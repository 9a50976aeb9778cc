internal import Suggestions

/// A task in the layout of EleutherAI's lm-evaluation-harness: rows of JSON Lines, which `doc_to_text`, `doc_to_choice`
/// and `doc_to_target` make questions of.
///
/// The harness compares the likelihoods of the choices, which chat models don't tell; here a multiple-choice question
/// lists its choices with letters and asks for one. Of Jinja only places are read (`{{question}}`, `{{choices.text}}`,
/// `| trim`, `.strip()`).
public struct HarnessLayout: Sendable {
    /// Where a row's choices are.
    public enum Choices: Sendable {
        /// There are none: the answer is generated.
        case none
        /// The same for all rows, perhaps with places.
        case fixed([PromptTemplate])
        /// A list in the row, by its path.
        case path([String])
    }

    /// Where a row's right answer is.
    public enum Target: Sendable {
        /// A member of the row by its path: a number from 0, a letter, a choice's own words; for generation a text or
        /// several.
        case path([String])
        /// A text with places, which says the same.
        case template(PromptTemplate)
        /// The same for all rows.
        case fixed(Int)
    }

    /// What is asked.
    public let text: PromptTemplate
    /// What the prompt begins with, for all rows.
    public let instruction: String?
    /// Where a row's choices are.
    public let choices: Choices
    /// Where its right answer is.
    public let target: Target

    /// Reads a task: the keys `doc_to_text`, `doc_to_choice`, `doc_to_target`, `description`, `output_type`; the other
    /// keys of the harness (where its data is, its metrics and few-shot splits) are the suite's and the method's matter
    /// here, and passed over.
    public init?(_ value: ValueTree, source: String, _ problems: inout SuiteProblems) {
        let before = problems.count
        var reader = MappingReader(value, source: source, &problems)
        let text = reader.required("doc_to_text", "a template or a row's member", &problems)
            .flatMap { Self.template($0, source, &problems) }
        let choices = Self.choices(reader.optional("doc_to_choice"), source, &problems)
        let target = reader.required("doc_to_target", "a row's member", &problems)
            .flatMap { Self.target($0, source, &problems) }
        instruction = reader.text("description", &problems)
        if let type = reader.optional("output_type") {
            let words = ["multiple_choice", "generate_until"]
            if !words.contains(where: { $0 == type.text }) {
                problems.report(
                    source, type.position,
                    "`output_type`: only \(Spelling.alternatives(words)) can be asked of chat models"
                        + Spelling.question(type.text ?? "", among: words))
            } else if type.text == "multiple_choice", value["doc_to_choice"] == nil {
                problems.report(source, value.position, "`doc_to_choice` is missing: expected the choices")
            }
        }
        guard let text, let target, problems.count == before else { return nil }
        self.text = text
        self.choices = choices
        self.target = target
    }

    /// Makes cases of rows.
    public func cases(_ bytes: [UInt8], source: String, _ problems: inout SuiteProblems) -> [EvaluationCase] {
        var cases: [EvaluationCase] = []
        for (index, row) in JSONLines.rows(bytes, source: source, &problems).enumerated() {
            do throws(PromptTemplate.Failure) {
                cases.append(try test(row, index, source, &problems))
            } catch {
                problems.report(source, row.position, error.description)
            }
        }
        return cases
    }

    private func test(
        _ row: ValueTree, _ index: Int, _ source: String, _ problems: inout SuiteProblems
    ) throws(PromptTemplate.Failure) -> EvaluationCase {
        let id = row["id"].flatMap { $0.text ?? $0.int.map(String.init) }
        var test = EvaluationCase(id: id ?? "\(index + 1)")
        test.source = source
        test.position = row.position
        test.variables = Variables(row.members ?? [])
        try readChoices(&test, row, &problems)
        try readTarget(&test, row, &problems)
        var question = try text.filled(with: test.variables)
        if let instruction { question = instruction + question }
        if !test.choices.isEmpty {
            let lines = test.choices.enumerated().map { "\(ChoiceLetter.letter($0)). \($1)" }
            question += "\n\n\(lines.joined(separator: "\n"))\n\nAnswer with the letter of the right choice alone."
        }
        test.prompt = Prompt(user: PromptTemplate(literal: question))
        return test
    }

    private func readChoices(
        _ test: inout EvaluationCase, _ row: ValueTree, _ problems: inout SuiteProblems
    ) throws(PromptTemplate.Failure) {
        switch choices {
        case .none: break
        case .fixed(let templates):
            for template in templates { test.choices.append(try template.filled(with: test.variables)) }
        case .path(let path):
            guard let list = Self.follow(path, in: row)?.elements, !list.isEmpty else {
                let name = path.joined(separator: ".").inMessage
                problems.report(test.source, row.position, "`\(name)`: expected a list of choices")
                return
            }
            test.choices = list.map(\.inPrompt)
        }
    }

    private func readTarget(
        _ test: inout EvaluationCase, _ row: ValueTree, _ problems: inout SuiteProblems
    ) throws(PromptTemplate.Failure) {
        let value: ValueTree
        switch target {
        case .fixed(let index): value = ValueTree(.number("\(index)"), at: row.position)
        case .template(let template):
            value = ValueTree(.text(try template.filled(with: test.variables)), at: row.position)
        case .path(let path):
            guard let found = Self.follow(path, in: row), !found.isNull else {
                let name = path.joined(separator: ".").inMessage
                problems.report(test.source, row.position, "`\(name)` is missing: expected the right answer")
                return
            }
            value = found
        }
        if test.choices.isEmpty {
            // Without choices the harness knows only `.none`.
            if case .none = choices {
                test.expected = MappingReader.texts(value, "doc_to_target", test.source, &problems)
            }
        } else {
            CaseReader.readAnswer(value, &test, &problems)
        }
    }

    // MARK: - Reading the task

    /// A template, or the name of a row's member alone.
    private static func template(
        _ value: ValueTree, _ source: String, _ problems: inout SuiteProblems
    ) -> PromptTemplate? {
        guard let text = value.text, let path = memberPath(text) else {
            return MessageReader.template(value, true, source, &problems)
        }
        let place = ValueTree(.text("{{\(path.joined(separator: "."))}}"), at: value.position)
        return MessageReader.template(place, true, source, &problems)
    }

    private static func choices(
        _ value: ValueTree?, _ source: String, _ problems: inout SuiteProblems
    ) -> Choices {
        guard let value else { return .none }
        if let elements = value.elements {
            return .fixed(
                elements.compactMap {
                    MessageReader.template(ValueTree(.text($0.inPrompt), at: $0.position), true, source, &problems)
                })
        }
        if let text = value.text, let path = memberPath(text) ?? onlyPlace(text) { return .path(path) }
        problems.report(
            source, value.position, "`doc_to_choice`: expected a list, or a row's member such as `{{choices.text}}`")
        return .none
    }

    private static func target(_ value: ValueTree, _ source: String, _ problems: inout SuiteProblems) -> Target? {
        if let index = value.int { return .fixed(index) }
        if let text = value.text, let path = memberPath(text) ?? onlyPlace(text) { return .path(path) }
        return MessageReader.template(value, true, source, &problems).map { .template($0) }
    }

    private static func memberPath(_ text: String) -> [String]? { text.isPlainWord ? [text] : nil }

    /// The path of a text that is one place and nothing else.
    private static func onlyPlace(_ text: String) -> [String]? {
        guard let template = try? PromptTemplate(text), template.pieces.count == 1,
            case .place(let path, false, _) = template.pieces[0]
        else { return nil }
        return path
    }

    private static func follow(_ path: [String], in row: ValueTree) -> ValueTree? {
        var value = row
        for step in path {
            guard let next = value.child(step) else { return nil }
            value = next
        }
        return value
    }
}
