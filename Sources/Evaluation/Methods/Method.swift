/// How a model is asked: what stands around a case's own messages, and how often.
public struct Method: Sendable {
    /// Its name in tables, such as `few-shot-5`; letters, digits, `_` and `-`.
    public let name: String
    /// A system prompt of the method's own, with places for the case's variables; it takes the place of the suite's.
    /// `nil`: the suite's.
    public var systemPrompt: PromptTemplate?
    /// Solved cases that are shown first; `nil`: none (zero-shot).
    public var examples: FewShot?
    /// How many passages are looked up; `nil`: none.
    public var retrieval: Retrieval?
    /// How many answers vote; 1: the only one counts.
    public var votes = 1
    /// How tokens are chosen.
    public var sampling = Sampling()

    /// The plain method: the case's messages as they stand.
    public init(name: String = "zero-shot") { self.name = name }
}

/// How tokens are chosen; `nil` leaves that to the provider.
public struct Sampling: Sendable, Hashable {
    /// From 0 to 2.
    public var temperature: Double?
    /// From 0 to 1.
    public var topP: Double?
    /// The most tokens of an answer.
    public var maximumTokens: Int?
    /// Texts that end an answer.
    public var stop: [String] = []
    /// Other members of the request as they stand, such as `reasoning_effort`; by name.
    public var others: [String: String] = [:]

    /// All left to the provider.
    public init() {}
}

/// Passages that are looked up for a case. The search itself is a shell's work: it gives the passages as an argument.
public struct Retrieval: Sendable, Hashable {
    /// How many passages.
    public let count: Int
    /// Which folder or index they come from, in the shell's words.
    public let index: String

    /// Describes it.
    public init(count: Int, index: String) {
        self.count = max(1, count)
        self.index = index
    }
}

/// A passage that was found.
public struct Passage: Sendable, Hashable {
    /// Where it comes from, as the model may cite it.
    public let source: String
    /// What it says.
    public let text: String

    /// Puts a passage together.
    public init(source: String, text: String) {
        self.source = source
        self.text = text
    }
}

/// What is compared: a model, asked by a method. A fine-tuned model or an adapter is a model of its own name.
public struct Candidate: Sendable {
    /// The gateway's alias of the model.
    public let model: String
    /// How it is asked.
    public let method: Method

    /// Puts a candidate together.
    public init(model: String, method: Method = Method()) {
        self.model = model
        self.method = method
    }

    /// `model/method`.
    public var name: String { "\(model)/\(method.name)" }

    /// Every model with every method, model by model; what stands twice counts once.
    public static func product(models: [String], methods: [Method]) -> [Candidate] {
        var names: Set<String> = []
        return models.flatMap { model in
            methods.map { Candidate(model: model, method: $0) }
        }.filter { names.insert($0.name).inserted }
    }
}
