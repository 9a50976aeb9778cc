/// A request for an answer in no dialect's words: what a caller said in its own, and what a provider is told in its.
///
/// Each dialect has a reader that makes one of a body and a writer that makes a body of one; no dialect knows another. What
/// only one dialect can say has a place here too: it is the writer that can't say it who refuses it or notes the loss.
struct Conversation: Sendable, Hashable {
    /// What the application says before all turns (the system prompt).
    var instructions: [Part] = []
    /// What was said, in its order. Two turns of one side may follow each other.
    var turns: [Turn] = []
    /// The tools that the model may call.
    var tools: [Tool] = []
    /// Whether it may, must, or must not.
    var toolChoice: ToolChoice?
    /// Whether it may call several at once; `nil` leaves that to the provider.
    var allowsParallelCalls: Bool?
    /// What form the answer's text shall have.
    var form = OutputForm.text
    /// The most tokens of the answer.
    var maximumTokens: Int?
    /// How tokens are chosen.
    var sampling = Sampling()
    /// How hard the model shall think; `nil` leaves that to the provider.
    var effort: Effort?
    /// An opaque name of the person who asks.
    var user: EscapedText?
    /// Which class of service is wanted.
    var serviceTier: ServiceTier?
    /// Whether the answer shall be streamed.
    var isStreaming = false

    /// One side's words.
    struct Turn: Sendable, Hashable {
        enum Role: Sendable, Hashable {
            case user
            case assistant
        }
        var role: Role
        var parts: [Part]

        /// Whether nothing at all is said.
        var isEmpty: Bool {
            parts.allSatisfy { part in
                switch part.content {
                case .text(let text), .refusal(let text): text.isEmpty
                default: false
                }
            }
        }
    }

    /// A part of a turn, and where the caller wrote it.
    struct Part: Sendable, Hashable {
        var content: Content
        var origin: Origin

        init(_ content: Content, _ origin: Origin) {
            self.content = content
            self.origin = origin
        }
    }

    /// What is said.
    enum Content: Sendable, Hashable {
        case text(EscapedText)
        case image(Media)
        case document(Media, name: EscapedText?)
        case audio(Media)
        /// The model's thoughts of an earlier turn; its provider can tell by the signature that they are its own.
        case reasoning(EscapedText, signature: EscapedText?)
        /// Thoughts that only the provider can read.
        case sealedReasoning(EscapedText)
        /// The model's refusal of an earlier turn.
        case refusal(EscapedText)
        case toolCall(ToolCall)
        case toolResult(ToolResult)
    }

    /// A picture, document or sound.
    enum Media: Sendable, Hashable {
        /// Inline: its type, such as `image/png`, and its bytes in base64.
        case base64(type: EscapedText, data: EscapedText)
        /// By address.
        case address(EscapedText)
        /// A document that is text.
        case text(EscapedText)
    }

    /// A call of a tool by the model.
    struct ToolCall: Sendable, Hashable {
        var id: EscapedText
        var name: EscapedText
        /// A JSON object.
        var arguments: JSONFragment
    }

    /// What a tool answered.
    struct ToolResult: Sendable, Hashable {
        var callID: EscapedText
        var content: [Part]
        var isError = false
    }

    /// A tool that the model may call.
    struct Tool: Sendable, Hashable {
        var name: EscapedText
        var description: EscapedText?
        /// A JSON Schema of its arguments; `nil` where it takes none.
        var schema: JSONFragment?
        /// Whether the arguments must follow the schema exactly.
        var isStrict: Bool?
    }

    /// Whether tools are called.
    enum ToolChoice: Sendable, Hashable {
        case none
        case automatic
        /// At least one.
        case required
        case tool(EscapedText)
    }

    /// The form of the answer's text.
    enum OutputForm: Sendable, Hashable {
        case text
        /// Some JSON object.
        case json
        /// JSON of a schema.
        case schema(OutputSchema)
    }

    /// The schema of an answer.
    struct OutputSchema: Sendable, Hashable {
        var name: EscapedText?
        var description: EscapedText?
        var schema: JSONFragment
        var isStrict: Bool?
    }

    /// How tokens are chosen.
    struct Sampling: Sendable, Hashable {
        var temperature: Double?
        var topP: Double?
        var topK: Int?
        var seed: Int?
        var presencePenalty: Double?
        var frequencyPenalty: Double?
        /// Texts that end the answer.
        var stop: [EscapedText] = []
    }

    /// How hard to think, from not at all to the most.
    enum Effort: String, Sendable, Hashable, CaseIterable {
        case none, minimal, low, medium, high, xhigh, max
    }

    /// Which class of service is wanted.
    enum ServiceTier: Sendable, Hashable {
        /// What the account has.
        case automatic
        /// No more than the usual one.
        case standard
    }
}

/// Where in the caller's body something stands, for errors. All places are equal: two conversations are the same if the same is
/// said.
struct Origin: Sendable, Hashable {
    /// The list, such as `messages`.
    var list: StaticString
    /// The element of the list.
    var index: Int?
    /// The part of its content.
    var part: Int?
    /// What its list of parts is called.
    private let parts: StaticString

    init(_ list: StaticString, _ index: Int? = nil, part: Int? = nil, partsIn parts: StaticString = "content") {
        self.list = list
        self.index = index
        self.part = part
        self.parts = parts
    }

    /// The path, as providers write it: `messages.3.content.0`.
    var path: String {
        var path = "\(list)"
        if let index { path += ".\(index)" }
        if let part { path += index == nil ? ".\(part)" : ".\(parts).\(part)" }
        return path
    }

    static func == (left: Origin, right: Origin) -> Bool { true }
    func hash(into hasher: inout Hasher) {}
}

extension RequestError {
    /// What can't be said in the provider's dialect.
    static func untranslatable(_ field: String, _ what: String) -> RequestError {
        RequestError(.invalidRequest, "`\(field)` can't be carried to this model's provider: \(what)", param: field)
    }
}

/// What a translation left out or changed although it did not fail: harmless, but not to be kept from the caller.
struct Losses: Sendable, Hashable {
    /// The fields, each once, in words of ours: `seed dropped`.
    private(set) var notes: [String] = []

    /// The field has no counterpart.
    mutating func drop(_ field: StaticString) { note("\(field) dropped") }

    /// No member has a place for it.
    mutating func drop(_ extra: Reply.Extra) { note("\(extra.rawValue) dropped") }

    /// The field's value had to become another.
    mutating func change(_ field: StaticString, _ how: StaticString) { note("\(field) \(how)") }

    /// Those of a later step, in other words.
    mutating func add(_ later: Losses, as words: (String) -> String) {
        for note in later.notes { self.note(words(note)) }
    }

    /// The degree of effort for those who know none below `low`; `nil` for none at all, which is said in another place.
    mutating func effortFromLow(_ effort: Conversation.Effort) -> String? {
        switch effort {
        case .none: return nil
        case .minimal:
            change("effort", "raised to low")
            return Conversation.Effort.low.rawValue
        default: return effort.rawValue
        }
    }

    private mutating func note(_ note: String) {
        if !notes.contains(note) { notes.append(note) }
    }
}
