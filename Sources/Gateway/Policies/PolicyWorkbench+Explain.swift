public import Access
internal import Inference
internal import JSONText
public import Ledger

/// Why policies answer a request as they do, for one candidate.
public struct PolicyExplanation: Sendable {
    /// The answer.
    public let answer: PolicyAnswer
    /// Every action with the policies that speak of it and the values they saw; empty where policies were not asked, and for
    /// `list_models`.
    public let actions: [AccessExplanation.Action]
    /// All that policies can see of the request and the candidate.
    public let values: [AccessExplanation.Value]
}

extension PolicyWorkbench {
    /// Why policies answer a request as they do, candidate by candidate.
    public func explanations(of sketch: RequestSketch) throws(Failure) -> [PolicyExplanation] {
        let answers = try answers(to: sketch)
        guard case .send(let operation) = try question(of: sketch) else {
            return answers.map { PolicyExplanation(answer: $0, actions: [], values: []) }
        }
        let asked = question(sketch, operation)
        return zip(answers, try candidates(for: sketch).candidates).map { answer, candidate in
            let explanation = access.explain(asked, for: candidate)
            return PolicyExplanation(
                answer: answer, actions: sketch.blocked.isEmpty ? explanation.actions : [], values: explanation.values)
        }
    }

    /// What is asked about a request: as it says, or what the dialect of its model's providers makes of it.
    public func question(of sketch: RequestSketch) throws(Failure) -> RequestSketch.Question {
        if case .administer = sketch.question, let question = sketch.question { return question }
        return try candidates(for: sketch).question
    }

    /// The request that a body would be, as a caller would send it, with what the detectors find in it; `sketch` says who sends it,
    /// and what it is unless the body shows it.
    public func sketch(_ sketch: RequestSketch, body: [UInt8]) throws -> RequestSketch {
        let document = try JSONDocument(
            parsing: body, limits: JSONLimits(maximumBytes: max(body.count, 1), maximumDepth: 64))
        var sketch = sketch
        if let model = document.root["model"]?.string { sketch.model = ModelID(model) }
        if sketch.question == nil, document.root["messages"] == nil, document.root["input"] != nil {
            sketch.question = .send(.responses)
        }
        guard case .send(let operation) = try question(of: sketch) else { return sketch }
        let inspected = try InspectedBody(body, operation, try detectors())
        sketch.question = .send(operation)
        sketch.data = inspected.data
        sketch.blocked = inspected.blocked
        sketch.tools = inspected.tools
        sketch.estimatedTokens = inspected.estimatedTokens
        return sketch
    }
}

extension RequestSketch {
    /// The request that the ledger recorded. What it does not tell is left out: see `RecordedRequest.gaps`.
    public init(recorded: RecordedRequest) { self.init(recorded) }
}
