internal import Inference

/// A whole answer in no dialect's words.
struct Reply: Sendable, Hashable {
    var id: EscapedText?
    /// The model that answered, in the provider's word.
    var model: EscapedText?
    var parts: [Part] = []
    var stop: Stop?
    /// Which of the stop sequences ended it.
    var stopSequence: EscapedText?
    var usage: ReplyUsage?
    /// What of it no dialect but the provider's has words for.
    var losses = Losses()

    /// A part of it.
    enum Part: Sendable, Hashable {
        case text(EscapedText)
        /// What the text before it rests on.
        case citation(Citation)
        case image(Conversation.Media)
        case refusal(EscapedText)
        case reasoning(EscapedText, signature: EscapedText?)
        case sealedReasoning(EscapedText)
        case toolCall(Conversation.ToolCall)
    }

    /// What answers may bring beside what the model says, and others have no words for.
    enum Extra: String, Sendable, Hashable {
        case citations
        case citedText = "citations.cited_text"
        case citedPlace = "citations.location"
        case title = "citations.title"
        case searchEntryPoint = "groundingMetadata.searchEntryPoint"
        case searchQueries = "groundingMetadata.webSearchQueries"
        case blocks = "content of unknown kinds"
    }

    /// Why an answer ended.
    enum Stop: Sendable, Hashable {
        /// The model had said all.
        case end
        /// The most tokens asked for, or possible.
        case length
        case stopSequence
        case toolCalls
        /// The model, or a filter, refused to go on.
        case refusal
        /// The provider wants to be asked again.
        case pause
    }

    /// Why it ended; what a provider says of calls is often wrong where a tool was forced.
    var settledStop: Stop {
        Self.settled(stop, callsTools: parts.contains { if case .toolCall = $0 { true } else { false } })
    }

    /// Whether the model's words are a refusal.
    var refuses: Bool { parts.contains { if case .refusal = $0 { true } else { false } } }

    static func settled(_ stop: Stop?, callsTools: Bool) -> Stop {
        switch stop ?? .end {
        case .end where callsTools: .toolCalls
        case let stop: stop
        }
    }
}

/// Tokens that an answer took.
struct ReplyUsage: Sendable, Hashable {
    /// Of the prompt, those read from a cache and those written to one included.
    var input = 0
    /// Those read from a cache.
    var cacheRead = 0
    /// Those written to one.
    var cacheWrite = 0
    /// Those of them that stay there for an hour.
    var cacheWriteForHour = 0
    /// Of the answer, thoughts included.
    var output = 0
    /// Those of the answer that were thoughts, where that is said.
    var reasoning: Int?
    /// Whether some are billed at rates that lists of prices for tokens do not have.
    var hasOtherRates = false

    /// Input that was neither read from a cache nor written to one.
    var uncached: Int { max(0, input &- cacheRead &- cacheWrite) }
    /// All of them, saturating.
    var total: Int {
        let (sum, over) = input.addingReportingOverflow(output)
        return over ? .max : sum
    }
    /// What the gateway counts.
    var tokens: TokenUsage {
        TokenUsage(
            input: input, output: output, cachedInput: cacheRead, writtenInput: cacheWrite,
            writtenForHour: cacheWriteForHour, hasOtherRates: hasOtherRates)
    }
}

/// What one event of a streamed answer says, in no dialect's words.
enum ReplyEvent: Sendable, Hashable {
    /// The answer begins.
    case began(id: EscapedText?, model: EscapedText?)
    /// More of the text; a text ends where something else begins.
    case text(EscapedText)
    /// What the text rests on that is under way, or was last.
    case citation(Citation)
    /// A picture, whole.
    case image(Conversation.Media)
    case refusal(EscapedText)
    case reasoning(EscapedText)
    /// The signature of the reasoning before it.
    case signature(EscapedText)
    case sealedReasoning(EscapedText)
    /// A call begins; calls are numbered from 0.
    case toolCall(index: Int, id: EscapedText, name: EscapedText)
    /// More of a call's arguments, which are JSON text. Calls come one after the other.
    case arguments(index: Int, EscapedText)
    /// What a provider puts between parts: the part under way has ended.
    case partEnded
    /// It ended, and why.
    case stopped(Reply.Stop, sequence: EscapedText?)
    /// Figures; later ones replace earlier ones.
    case usage(ReplyUsage)
    /// The last event.
    case done
    /// The provider gave up.
    case failed(UpstreamError)
    /// Something no dialect but the provider's has words for: what it is called.
    case lost(Reply.Extra)
    /// A sign of life.
    case ping
}
