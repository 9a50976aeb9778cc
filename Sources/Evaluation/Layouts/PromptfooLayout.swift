internal import Inference
internal import Suggestions

/// A file in the layout of promptfoo: `prompts`, `tests` of `vars` and `assert`, `defaultTest`.
///
/// Of its assertions those are read that need no code of the file's own: `equals`, `contains`, `icontains`,
/// `contains-all`, `contains-any`, `icontains-all`, `icontains-any`, `starts-with`, `regex`, `is-json`, `bleu`, `f1`,
/// `latency`, `cost`, `is-refusal`, `llm-rubric`, and each with `not-` before it. Everything else is an error that
/// names it. Texts of assertions may have places for the test's variables. A list as a variable stands for a test each,
/// as promptfoo has it.
public struct PromptfooLayout: Sendable {
    /// The prompts, each a text with places, in the file's order: they are variants, so each becomes a suite.
    public let prompts: [Prompt]
    /// The tests.
    public let cases: [EvaluationCase]

    /// The most tests that lists of variables are expanded to.
    static let mostCases = 100_000

    /// Reads a file. `judge` is the alias that judges where the file names none.
    public init(_ value: ValueTree, source: String, judge: String, _ problems: inout SuiteProblems) {
        var reader = MappingReader(value, source: source, &problems)
        var prompts: [Prompt] = []
        for prompt in reader.list("prompts", &problems) {
            let text = prompt["raw"] ?? prompt
            if text.text?.hasPrefix("file://") == true {
                problems.report(source, text.position, "prompts in other files are not read here: put the text in")
            } else {
                prompts.append(Prompt(text, source: source, &problems))
            }
        }
        let assertions = AssertionReader(source: source, judge: judge)
        let defaults = reader.optional("defaultTest")
        let base = defaults.map { assertions.parts($0, &problems) } ?? AssertionReader.Parts()
        if defaults != nil {
            // Each test reads them with its own variables; what is wrong in them is told once, and not with places that
            // only tests fill.
            for assertion in base.assertions where !assertion.hasPlaces { _ = assertions.scorer(assertion, &problems) }
        }
        var cases: [EvaluationCase] = []
        for (index, test) in reader.list("tests", &problems).enumerated() {
            let parts = assertions.parts(test, &problems)
            let variables = parts.variables.over(base.variables)
            for (variant, variables) in Self.expanded(variables, test, source, &problems).enumerated() {
                guard cases.count < Self.mostCases else { break }
                var result = EvaluationCase(id: variant == 0 ? "\(index + 1)" : "\(index + 1).\(variant + 1)")
                result.source = source
                result.position = test.position
                result.variables = variables
                result.tags = base.tags + parts.tags
                // What is wrong is wrong in every combination: it is told once.
                var unheard = SuiteProblems()
                let scorers =
                    assertions.scorers(base.assertions, variables, &unheard)
                    + (variant == 0
                        ? assertions.scorers(parts.assertions, variables, &problems)
                        : assertions.scorers(parts.assertions, variables, &unheard))
                result.scorers = Self.named(scorers)
                cases.append(result)
            }
        }
        self.prompts = prompts
        self.cases = cases
    }

    /// One set of variables for each combination of the elements of lists.
    private static func expanded(
        _ variables: Variables, _ test: ValueTree, _ source: String, _ problems: inout SuiteProblems
    ) -> [Variables] {
        var sets = [Variables()]
        for member in variables.members {
            let values = member.value.elements ?? [member.value]
            guard !values.isEmpty, sets.count * values.count <= mostCases else {
                problems.report(
                    source, member.position,
                    values.isEmpty ? "an empty list of values" : "more than \(mostCases) combinations")
                return []
            }
            sets = sets.flatMap { set in
                values.map { value in
                    var set = set
                    set[member.key] = value
                    return set
                }
            }
        }
        return sets
    }

    /// Assertions have no names: the second of a kind gets a number.
    private static func named(_ scorers: [Scorer]) -> [Scorer] {
        var counts: [String: Int] = [:]
        return scorers.map { scorer in
            let count = counts[scorer.name, default: 0] + 1
            counts[scorer.name] = count
            guard count > 1 else { return scorer }
            return Scorer(
                name: "\(scorer.name)-\(count)", rule: scorer.rule, weight: scorer.weight, threshold: scorer.threshold,
                isNegated: scorer.isNegated, expected: scorer.expected)
        }
    }
}

/// Reads tests' parts and their assertions.
private struct AssertionReader {
    let source: String
    let judge: String

    struct Parts {
        var variables = Variables()
        var assertions: [ValueTree] = []
        var tags: [String] = []
    }

    private static let kinds = [
        "equals", "contains", "icontains", "contains-all", "contains-any", "icontains-all", "icontains-any",
        "starts-with", "regex", "is-json", "bleu", "f1", "latency", "cost", "is-refusal", "llm-rubric",
    ]

    func parts(_ value: ValueTree, _ problems: inout SuiteProblems) -> Parts {
        var reader = MappingReader(value, source: source, &problems)
        var parts = Parts()
        if let variables = reader.optional("vars") {
            parts.variables = Variables(variables.members ?? [])
            if variables.members == nil {
                problems.report(
                    source, variables.position, "`vars`: expected a mapping, found \(variables.kindInWords)")
            }
            for member in parts.variables.members where member.value.text?.hasPrefix("file://") == true {
                problems.report(source, member.position, "variables in other files are not read here: put the value in")
            }
        }
        parts.assertions = reader.list("assert", &problems)
        if let metadata = reader.optional("metadata") {
            var metadata = MappingReader(metadata, source: source, &problems)
            parts.tags = metadata.texts("tags", &problems)
        }
        for key in ["description", "options", "threshold"] { _ = reader.optional(key) }
        reader.finish(&problems)
        return parts
    }

    func scorers(
        _ assertions: [ValueTree], _ variables: Variables, _ problems: inout SuiteProblems
    ) -> [Scorer] {
        var scorers: [Scorer] = []
        for assertion in assertions {
            do throws(PromptTemplate.Failure) {
                let filled = assertion.hasPlaces ? try assertion.filled(with: variables) : assertion
                if let scorer = scorer(filled, &problems) { scorers.append(scorer) }
            } catch {
                problems.report(source, assertion.position, error.description)
            }
        }
        return scorers
    }

    func scorer(_ value: ValueTree, _ problems: inout SuiteProblems) -> Scorer? {
        var reader = MappingReader(value, source: source, &problems)
        guard let type = reader.required("type", "an assertion's type", &problems), let word = type.text else {
            return nil
        }
        let isNegated = word.hasPrefix("not-")
        let kind = isNegated ? String(word.dropFirst(4)) : word
        guard Self.kinds.contains(kind) else {
            let question = Spelling.question(kind, among: Self.kinds)
            problems.report(source, type.position, "assertion `\(kind.inMessage)` is not read here\(question)")
            return nil
        }
        let weight = reader.number("weight", in: 0...1_000_000, &problems) ?? 1
        let threshold = reader.number("threshold", in: 0...1e12, &problems)
        let value = reader.optional("value")
        let metric = reader.text("metric", &problems)
        reader.finish(&problems)
        let needsNone = ["is-json", "latency", "cost", "is-refusal"]
        if value == nil, !needsNone.contains(kind) {
            problems.report(source, type.position, "`value` is missing")
            return nil
        }
        let isStructure = value?.members != nil || (kind == "equals" && value?.elements != nil)
        let texts = value.flatMap { isStructure ? [] : MappingReader.texts($0, "value", source, &problems) } ?? []
        guard let rule = rule(kind, value, texts, threshold, &problems) else { return nil }
        let passes = ["bleu", "f1", "llm-rubric"].contains(kind) ? min(1, threshold ?? 0.5) : 1
        return Scorer(
            name: metric.flatMap { $0.isPlainWord ? $0 : nil } ?? word, rule: rule, weight: weight, threshold: passes,
            isNegated: isNegated, expected: texts)
    }

    private func rule(
        _ kind: String, _ value: ValueTree?, _ texts: [String], _ threshold: Double?, _ problems: inout SuiteProblems
    ) -> Scorer.Rule? {
        switch kind {
        case "equals":
            // A structure is compared as JSON, everything else as text.
            return texts.isEmpty ? .field(JSONFieldMatch(.whole, .equal, value: value)) : .exact(ExactMatch())
        case "starts-with":
            var match = ContainsMatch(texts)
            match.isPrefix = true
            return .contains(match)
        case "regex":
            return value.flatMap { ScorerReader.pattern($0, source, &problems) }.map { .pattern(PatternMatch($0)) }
        case "is-json":
            guard let value else { return .schema(nil) }
            return ScorerReader.schema(value, source, &problems).map { .schema($0) }
        case "bleu": return .bleu
        case "f1": return .tokenF1
        case "latency": return .latency(mostMilliseconds: threshold)
        case "cost": return .cost(mostUSD: threshold)
        case "is-refusal": return .refusal(isWanted: true)
        case "llm-rubric": return texts.first.map { .judge(Judge(model: judge, manner: .rubric($0))) }
        default:
            return .contains(
                ContainsMatch(texts, need: kind.hasSuffix("any") ? .any : .all, ignoresCase: kind.hasPrefix("i")))
        }
    }
}

extension ValueTree {
    /// Whether a text in it has places for variables.
    fileprivate var hasPlaces: Bool {
        switch content {
        case .text(let text): ByteSearch.contains(Array(text.utf8), Array("{{".utf8))
        case .list(let elements): elements.contains(where: \.hasPlaces)
        case .mapping(let members): members.contains(where: \.value.hasPlaces)
        default: false
        }
    }

    /// With all places filled.
    fileprivate func filled(with variables: Variables) throws(PromptTemplate.Failure) -> ValueTree {
        switch content {
        case .text(let text):
            return ValueTree(.text(try PromptTemplate(text).filled(with: variables)), at: position)
        case .list(let elements):
            var filled: [ValueTree] = []
            for element in elements { filled.append(try element.filled(with: variables)) }
            return ValueTree(.list(filled), at: position)
        case .mapping(let members):
            var filled: [Member] = []
            for member in members {
                filled.append(
                    Member(key: member.key, position: member.position, value: try member.value.filled(with: variables)))
            }
            return ValueTree(.mapping(filled), at: position)
        default: return self
        }
    }
}
