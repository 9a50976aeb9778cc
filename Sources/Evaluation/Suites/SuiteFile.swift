/// A suite's file, `evaluations/NAME.yaml`, read but for the files that it names.
///
/// Keys: `name`, `prompt` (a text or messages), `cases` (a list, or a file, or `{file, layout}`), `examples` (the
/// same), `scorers`, `task` (of the layout `harness`), `methods` (a mapping of names to methods), `models`.
public struct SuiteFile: Sendable {
    /// How a file of cases is laid out.
    public enum Layout: String, Sendable, Hashable, CaseIterable {
        /// Our own, as JSON Lines.
        case jsonl
        /// Our own, as CSV.
        case csv
        /// OpenAI's `evals`.
        case openAIEvals = "openai_evals"
        /// EleutherAI's lm-evaluation-harness; the suite says `task`.
        case harness
    }

    /// Where cases come from.
    public enum Cases: Sendable {
        /// From the file itself.
        case inline([ValueTree])
        /// From another one, whose path is as the file writes it.
        case file(path: String, layout: Layout, position: ValueTree.Position)
    }

    /// What became of reading a file.
    public enum Loaded: Sendable {
        /// What is in it.
        case bytes([UInt8])
        /// Why it can't be read.
        case failure(String)
    }

    /// The file.
    public let source: String
    /// The suite's name.
    public let name: String
    /// What is asked.
    public let prompt: Prompt?
    /// Where the cases come from.
    public let cases: Cases
    /// Where examples come from; `nil`: from the cases.
    public let examples: Cases?
    /// How answers are scored.
    public let scorers: [Scorer]
    /// The methods that candidates may have, by their names; `zero-shot` is always among them.
    public let methods: [Method]
    /// The aliases that are asked where the command line names none.
    public let models: [String]
    private let task: HarnessLayout?

    /// Reads a file; reports everything that is wrong with it.
    public init(_ value: ValueTree, source: String, _ problems: inout SuiteProblems) {
        self.source = source
        var reader = MappingReader(value, source: source, &problems)
        let name = reader.required("name", "the suite's name", &problems)?.text ?? ""
        if !name.isEmpty, !name.isPlainWord {
            problems.report(source, value["name"]?.position ?? .start, "`name`: expected letters, digits, `_` and `-`")
        }
        self.name = name
        prompt = reader.optional("prompt").map { Prompt($0, source: source, &problems) }
        task = reader.optional("task").flatMap { HarnessLayout($0, source: source, &problems) }
        let cases = reader.required("cases", "a list or a file of cases", &problems)
        self.cases = cases.flatMap { Self.cases($0, source, &problems) } ?? .inline([])
        examples = reader.optional("examples").flatMap { Self.cases($0, source, &problems) }
        scorers = reader.optional("scorers").map { ScorerReader.list($0, source: source, &problems) } ?? []
        methods = reader.optional("methods").map { MethodReader.methods($0, source: source, &problems) } ?? [Method()]
        models = reader.texts("models", &problems)
        reader.finish(&problems)
    }

    /// The suite, once the files that it names are read. `load` gets paths as the file writes them.
    public func suite(_ problems: inout SuiteProblems, load: (String) -> Loaded) -> Suite {
        let cases = read(self.cases, &problems, load)
        let examples = self.examples.map { read($0, &problems, load) } ?? []
        // What is wrong with a file's rows need not be told again as what the suite lacks.
        if problems.count > 0 {
            var unheard = SuiteProblems()
            return Suite(
                name: name, prompt: prompt, cases: cases, scorers: scorers, examples: examples, source: source, &unheard
            )
        }
        return Suite(
            name: name, prompt: prompt, cases: cases, scorers: scorers, examples: examples, source: source, &problems)
    }

    private func read(
        _ cases: Cases, _ problems: inout SuiteProblems, _ load: (String) -> Loaded
    ) -> [EvaluationCase] {
        switch cases {
        case .inline(let values): return CaseReader.list(values, source: source, &problems)
        case .file(let path, let layout, let position):
            switch load(path) {
            case .failure(let reason):
                problems.report(source, position, "can't read `\(path.inMessage)`: \(reason)")
                return []
            case .bytes(let bytes): return read(bytes, path, layout, position, &problems)
            }
        }
    }

    private func read(
        _ bytes: [UInt8], _ path: String, _ layout: Layout, _ position: ValueTree.Position,
        _ problems: inout SuiteProblems
    ) -> [EvaluationCase] {
        switch layout {
        case .jsonl: return CaseReader.jsonLines(bytes, source: path, &problems)
        case .csv: return CaseReader.csv(bytes, source: path, &problems)
        case .openAIEvals: return OpenAIEvalsLayout.cases(bytes, source: path, &problems)
        case .harness:
            guard let task else {
                problems.report(
                    source, position, "the layout `harness` needs a `task` with `doc_to_text` and `doc_to_target`")
                return []
            }
            return task.cases(bytes, source: path, &problems)
        }
    }

    private static func cases(_ value: ValueTree, _ source: String, _ problems: inout SuiteProblems) -> Cases? {
        if let elements = value.elements { return .inline(elements) }
        if let path = value.text {
            let ending = path.split(separator: ".").last.map(String.init) ?? ""
            guard let layout = Layout(rawValue: ending) else {
                problems.report(
                    source, value.position, "expected a file ending in `.jsonl` or `.csv`, or `{file, layout}`")
                return nil
            }
            return .file(path: path, layout: layout, position: value.position)
        }
        var reader = MappingReader(value, source: source, &problems)
        let path = reader.required("file", "the path of a file", &problems)?.text
        let layout = reader.choice("layout", Layout.self, &problems)
        reader.finish(&problems)
        guard let path else { return nil }
        return .file(path: path, layout: layout ?? .jsonl, position: value.position)
    }
}
