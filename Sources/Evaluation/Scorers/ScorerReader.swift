internal import Inference

/// Reads scorers: `- type: contains`, `value: …` and what else the type has.
public enum ScorerReader {
    /// The types as files name them.
    enum Kind: String, CaseIterable {
        case exact, normalized, regex, contains, numeric
        case jsonSchema = "json_schema"
        case jsonField = "json_field"
        case tokenF1 = "token_f1"
        case rougeL = "rouge_l"
        case bleu
        case toolCalls = "tool_calls"
        case latency, cost, refusal, leak, choice, judge, program
    }

    /// Reads a list of scorers.
    public static func list(_ value: ValueTree, source: String, _ problems: inout SuiteProblems) -> [Scorer] {
        guard let elements = value.elements else {
            problems.report(source, value.position, "expected a list of scorers, found \(value.kindInWords)")
            return []
        }
        var scorers: [Scorer] = []
        for element in elements {
            if let scorer = scorer(element, source, &problems) { scorers.append(scorer) }
        }
        return scorers
    }

    private static func scorer(_ value: ValueTree, _ source: String, _ problems: inout SuiteProblems) -> Scorer? {
        // A type alone may stand as a word.
        let value =
            value.text == nil
            ? value
            : ValueTree(
                .mapping([ValueTree.Member(key: "type", position: value.position, value: value)]), at: value.position)
        var reader = MappingReader(value, source: source, &problems)
        guard value.members != nil else { return nil }
        if value["type"] == nil { _ = reader.required("type", "a scorer's type", &problems) }
        guard let kind = reader.choice("type", Kind.self, &problems) else { return nil }
        let name = reader.text("name", &problems) ?? kind.rawValue
        if !name.isPlainWord {
            problems.report(source, value.position, "`name`: expected letters, digits, `_` and `-`")
        }
        let weight = reader.number("weight", in: 0...1_000_000, &problems) ?? 1
        let isNegated = reader.bool("not", &problems) ?? false
        let threshold = reader.number("threshold", in: 0...1, &problems)
        let rule = rule(kind, &reader, &problems)
        reader.finish(&problems)
        guard let rule else { return nil }
        return Scorer(
            name: name, rule: rule, weight: weight, threshold: threshold ?? kind.usualThreshold, isNegated: isNegated)
    }

    private static func rule(
        _ kind: Kind, _ reader: inout MappingReader, _ problems: inout SuiteProblems
    ) -> Scorer.Rule? {
        switch kind {
        case .exact:
            var match = ExactMatch()
            match.isTrimmed = reader.bool("trim", &problems) ?? true
            match.ignoresCase = reader.bool("ignore_case", &problems) ?? false
            return .exact(match)
        case .normalized: return .normalized
        case .regex: return pattern(&reader, &problems)
        case .contains:
            let phrases = reader.texts("value", &problems)
            let need = reader.choice("need", ContainsMatch.Need.self, &problems) ?? .all
            return .contains(
                ContainsMatch(phrases, need: need, ignoresCase: reader.bool("ignore_case", &problems) ?? false))
        case .numeric:
            let which = reader.choice("which", NumericMatch.Which.self, &problems) ?? .marked
            return .numeric(
                NumericMatch(
                    which, absoluteTolerance: reader.number("absolute", in: 0...1e300, &problems) ?? 0,
                    relativeTolerance: reader.number("relative", in: 0...1e300, &problems) ?? 0))
        case .jsonSchema: return schema(&reader, &problems)
        case .jsonField: return field(&reader, &problems)
        case .tokenF1: return .tokenF1
        case .rougeL: return .rougeL(RougeL(isStemmed: reader.bool("stem", &problems) ?? false))
        case .bleu: return .bleu
        case .toolCalls:
            var match = ToolCallMatch()
            match.arguments = reader.choice("arguments", ToolCallMatch.Arguments.self, &problems) ?? .equal
            match.isOrdered = reader.bool("ordered", &problems) ?? false
            return .toolCalls(match)
        case .latency: return .latency(mostMilliseconds: reader.number("most_ms", in: 0...1e9, &problems))
        case .cost: return .cost(mostUSD: reader.number("most_usd", in: 0...1e9, &problems))
        case .refusal: return .refusal(isWanted: reader.bool("wanted", &problems) ?? false)
        case .leak: return .leak(LeakMatch(Set(reader.texts("classes", &problems).map { DataClass($0) })))
        case .choice: return .choice
        case .judge: return judge(&reader, &problems)
        case .program: return program(&reader, &problems)
        }
    }

    private static func pattern(_ reader: inout MappingReader, _ problems: inout SuiteProblems) -> Scorer.Rule? {
        guard let value = reader.required("value", "a pattern", &problems) else { return nil }
        return pattern(value, reader.source, &problems).map { .pattern(PatternMatch($0)) }
    }

    static func pattern(_ value: ValueTree, _ source: String, _ problems: inout SuiteProblems) -> Pattern? {
        guard let text = MappingReader.text(value, "value", source, &problems) else { return nil }
        do throws(Pattern.Failure) {
            return try Pattern(text)
        } catch {
            problems.report(source, value.position, error.description)
            return nil
        }
    }

    private static func schema(_ reader: inout MappingReader, _ problems: inout SuiteProblems) -> Scorer.Rule? {
        guard let value = reader.optional("value") else { return .schema(nil) }
        return schema(value, reader.source, &problems).map { .schema($0) }
    }

    static func schema(_ value: ValueTree, _ source: String, _ problems: inout SuiteProblems) -> JSONSchema? {
        do throws(JSONSchema.Failure) {
            return try JSONSchema(value)
        } catch {
            problems.report(source, error.position, error.message)
            return nil
        }
    }

    private static func field(_ reader: inout MappingReader, _ problems: inout SuiteProblems) -> Scorer.Rule? {
        let comparison = reader.choice("is", JSONFieldMatch.Comparison.self, &problems) ?? .equal
        let value = reader.optional("value")
        guard let place = reader.required("pointer", "a JSON pointer such as `/user/name`", &problems) else {
            return nil
        }
        guard let text = place.text, let pointer = JSONPointer(text) else {
            problems.report(reader.source, place.position, "`pointer`: expected a JSON pointer such as `/user/name`")
            return nil
        }
        return .field(JSONFieldMatch(pointer, comparison, value: value))
    }

    private static func judge(_ reader: inout MappingReader, _ problems: inout SuiteProblems) -> Scorer.Rule? {
        let votes = reader.int("votes", in: 1...25, &problems) ?? 1
        let model = reader.required("model", "the alias that judges", &problems)?.text
        let rubric = reader.text("rubric", &problems)
        let pairwise = reader.text("pairwise", &problems)
        guard let model else { return nil }
        switch (rubric, pairwise) {
        case (let rubric?, nil): return .judge(Judge(model: model, manner: .rubric(rubric), votes: votes))
        case (nil, let rubric?): return .judge(Judge(model: model, manner: .pairwise(rubric), votes: votes))
        default:
            problems.report(reader.source, reader.value.position, "expected either `rubric` or `pairwise`")
            return nil
        }
    }

    private static func program(_ reader: inout MappingReader, _ problems: inout SuiteProblems) -> Scorer.Rule? {
        let timeout = reader.int("timeout_ms", in: 1...600_000, &problems) ?? 10_000
        guard reader.required("command", "a list: the program and its arguments", &problems) != nil else { return nil }
        let command = reader.texts("command", &problems)
        guard command.first?.isEmpty == false else { return nil }
        return .program(ScoringProgram(command: command, timeoutMilliseconds: timeout))
    }
}

extension ScorerReader.Kind {
    /// From which score on an answer passes unless the file says so: all or nothing, but half for what is a degree.
    fileprivate var usualThreshold: Double {
        switch self {
        case .tokenF1, .rougeL, .bleu, .judge, .program: 0.5
        default: 1
        }
    }
}

extension String {
    /// Whether it is 1 to 64 ASCII letters, digits, `_` and `-`: what gates and tables name.
    var isPlainWord: Bool {
        (1...64).contains(utf8.count)
            && utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: true
                default: false
                }
            }
    }
}
