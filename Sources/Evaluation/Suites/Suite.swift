/// A suite: a prompt, cases, and how answers are scored.
public struct Suite: Sendable {
    /// Its name.
    public let name: String
    /// What is asked, unless a case has a conversation of its own; `nil` where every case has.
    public let prompt: Prompt?
    /// The cases, at least one, each name once.
    public let cases: [EvaluationCase]
    /// How every answer is scored.
    public let scorers: [Scorer]
    /// Solved cases for few-shot methods; empty: those of `cases` that are not asked.
    public let examples: [EvaluationCase]

    /// Puts a suite together, and reports what does not fit: a name twice, a place without a variable, a case without a
    /// prompt or without anything to score it by.
    public init(
        name: String, prompt: Prompt?, cases: [EvaluationCase], scorers: [Scorer], examples: [EvaluationCase] = [],
        source: String, _ problems: inout SuiteProblems
    ) {
        self.name = name
        self.prompt = prompt
        self.cases = cases
        self.scorers = scorers
        self.examples = examples
        check(source, &problems)
    }

    /// The messages that a case asks, before a method adds to them.
    public func messages(for test: EvaluationCase) throws(PromptTemplate.Failure) -> [PromptMessage] {
        guard let prompt = test.prompt ?? prompt else { return [] }
        return try prompt.filled(with: test.templateVariables)
    }

    private func check(_ source: String, _ problems: inout SuiteProblems) {
        if cases.isEmpty { problems.report(source, .start, "the suite has no cases") }
        Self.checkNames(scorers.map(\.name), "scorer", source, &problems)
        var names: Set<[UInt8]> = []
        for test in cases {
            if !names.insert(Array(test.id.utf8)).inserted {
                problems.report(test.source, test.position, "a case is already called `\(test.id.inMessage)`")
            }
            if test.prompt == nil, prompt == nil {
                problems.report(test.source, test.position, "the case has no `messages` and the suite has no prompt")
            }
            if test.scorers.isEmpty, scorers.isEmpty {
                problems.report(test.source, test.position, "the case has no scorers and the suite has none")
            }
            do throws(PromptTemplate.Failure) {
                _ = try messages(for: test)
            } catch {
                problems.report(test.source, test.position, error.description)
            }
            for scorer in scorers + test.scorers {
                if let lack = scorer.lack(in: test) {
                    problems.report(test.source, test.position, "scorer `\(scorer.name.inMessage)`: \(lack)")
                }
            }
        }
    }

    static func checkNames(_ names: [String], _ what: String, _ source: String, _ problems: inout SuiteProblems) {
        var seen: Set<[UInt8]> = []
        for name in names where !seen.insert(Array(name.utf8)).inserted {
            problems.report(source, .start, "a \(what) is already called `\(name.inMessage)`")
        }
    }
}
