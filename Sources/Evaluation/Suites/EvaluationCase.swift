/// One case of a suite: what is asked, and what a good answer is.
public struct EvaluationCase: Sendable {
    /// Its name, once in a suite.
    public var id: String
    /// What the prompt's places are filled with.
    public var variables = Variables()
    /// A conversation of its own instead of the suite's prompt; `nil`: the suite's.
    public var prompt: Prompt?
    /// Answers that are right, each on its own; empty where scorers need none.
    public var expected: [String] = []
    /// The right answer as a JSON value, for scorers of fields.
    public var expectedValue: ValueTree?
    /// The tool calls that are right; `nil` where none are expected or unexpected.
    public var expectedCalls: [ToolCall]?
    /// What a multiple-choice question offers.
    public var choices: [String] = []
    /// Which of the choices is right, from 0; several where more than one is.
    public var correctChoices: [Int] = []
    /// For tables by tag.
    public var tags: [String] = []
    /// The tools that the model may call.
    public var tools: [ToolDefinition] = []
    /// The JSON Schema of the answer, also sent with the request.
    public var schema: ValueTree?
    /// Scorers besides those of the suite.
    public var scorers: [Scorer] = []
    /// The file it stands in.
    public var source = ""
    /// Where it stands there.
    public var position = ValueTree.Position.start

    /// A case with nothing in it but its name.
    public init(id: String) { self.id = id }

    /// The variables as templates see them: the case's own and, of a multiple-choice question, `lettered_choices` (a
    /// line each: `A. …`).
    public var templateVariables: Variables {
        guard !choices.isEmpty, variables["lettered_choices"] == nil else { return variables }
        var variables = variables
        let lines = choices.enumerated().map { "\(ChoiceLetter.letter($0)). \($1)" }
        variables["lettered_choices"] = ValueTree(.text(lines.joined(separator: "\n")), at: position)
        return variables
    }
}
