/// Makes requests of a suite's cases for candidates.
public struct RequestBuilder: Sendable {
    private let suite: Suite
    private let shelf: ExampleShelf
    private let seed: UInt64

    /// `methods`: those of all candidates that requests will be made for. `seed` decides every lot: the same seed makes the same requests.
    public init(_ suite: Suite, methods: [Method], seed: UInt64) {
        self.suite = suite
        self.seed = seed
        shelf = ExampleShelf(suite, for: methods.compactMap(\.examples))
    }

    /// The requests for a case: one for each vote. `passages` are what retrieval found, best first.
    public func requests(
        for test: EvaluationCase, candidate: Candidate, passages: [Passage] = []
    ) throws(PromptTemplate.Failure) -> [EvaluationRequest] {
        let method = candidate.method
        let messages = try messages(for: test, method, passages)
        return (0..<max(1, method.votes)).map { vote in
            EvaluationRequest(
                model: candidate.model, messages: messages, tools: test.tools, schema: test.schema,
                sampling: method.sampling, seed: providerSeed(test, method, vote), vote: vote)
        }
    }

    /// What retrieval looks for: the case's own words to the model.
    public func query(for test: EvaluationCase) throws(PromptTemplate.Failure) -> String {
        Self.question(try suite.messages(for: test))
    }

    private func messages(
        for test: EvaluationCase, _ method: Method, _ passages: [Passage]
    ) throws(PromptTemplate.Failure) -> [PromptMessage] {
        let own = try suite.messages(for: test)
        let question = Self.question(own)
        var system = own.prefix { $0.role == .system || $0.role == .developer }[...]
        let rest = own.dropFirst(system.count)
        if let prompt = method.systemPrompt {
            let text = try prompt.filled(with: test.templateVariables)
            system = text.isEmpty ? [] : [PromptMessage(.system, text)]
        }
        var messages = Array(system)
        if let rule = method.examples {
            for example in shelf.choose(rule, for: test.id, asking: question, seed: seed) {
                messages.append(PromptMessage(.user, example.question))
                messages.append(PromptMessage(.assistant, example.answer))
            }
        }
        guard method.retrieval != nil, !passages.isEmpty else { return messages + rest }
        return messages + Self.adding(Array(passages.prefix(method.retrieval?.count ?? 0)), to: Array(rest))
    }

    private static func question(_ messages: [PromptMessage]) -> String {
        messages.filter { $0.role == .user }.map(\.text).joined(separator: "\n")
    }

    /// The passages stand before the last thing that the user says.
    private static func adding(_ passages: [Passage], to messages: [PromptMessage]) -> [PromptMessage] {
        var messages = messages
        guard let index = messages.lastIndex(where: { $0.role == .user }) else { return messages }
        var text = "Use these passages where they help; they may be beside the point.\n"
        for (number, passage) in passages.enumerated() {
            text += "\n[\(number + 1)] \(passage.source)\n\(passage.text)\n"
        }
        let message = messages[index]
        messages[index] = PromptMessage(
            role: .user, parts: [.text(text + "\n")] + message.parts, toolCalls: message.toolCalls,
            toolCallID: message.toolCallID)
        return messages
    }

    /// Votes differ only by their seeds; where a single answer is asked at temperature 0 no seed is needed.
    private func providerSeed(_ test: EvaluationCase, _ method: Method, _ vote: Int) -> Int? {
        guard method.votes > 1 || method.sampling.temperature.map({ $0 > 0 }) == true else { return nil }
        return Int(Seed.derived(from: seed, "\(test.id)\u{0}\(vote)") >> 33)
    }
}
