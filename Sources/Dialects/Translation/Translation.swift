public import Inference
internal import JSONText

/// Carries a request from the caller's protocol to the provider's, and its answer back: by way of a `Conversation` and a `Reply`, so that
/// no dialect knows another.
public struct Translation: Sendable, Hashable {
    /// What the caller speaks.
    public let caller: Operation
    /// What the provider speaks.
    public let provider: Operation

    /// A translated request.
    public struct Request: Sendable {
        /// The body for the provider.
        public let body: [UInt8]
        /// What was left out or changed, in words of ours: `seed dropped`. Nothing of the request's text.
        public let losses: [String]
    }

    /// A translated answer.
    public struct Answer: Sendable {
        /// The body for the caller.
        public let body: [UInt8]
        /// What it took, where the provider said that.
        public let usage: TokenUsage?
        /// What was left out, in words of ours. Nothing of the answer's text.
        public let losses: [String]
    }

    /// The way between two protocols; `nil` where there is none, or none is needed.
    public init?(from caller: Operation, to provider: Operation) {
        guard caller != provider, caller.carriesConversations,
            [.chat, .messages, .converse, .generateContent].contains(provider)
        else {
            return nil
        }
        self.caller = caller
        self.provider = provider
    }

    /// What a provider of a dialect is asked where a caller asks for this in another; `nil` where there is nothing like it.
    public static func counterpart(of operation: Operation, in dialect: Dialect) -> Operation? {
        guard operation.carriesConversations else { return nil }
        switch dialect {
        case .openAI: return .chat
        case .anthropic: return .messages
        case .bedrock: return .converse
        case .gemini: return .generateContent
        }
    }

    /// Translates a body. Throws an error that names what can't be carried.
    public func request(_ body: [UInt8], to target: TranslationTarget) throws(RequestError) -> Request {
        let document: JSONDocument
        do throws(JSONSyntaxError) {
            document = try JSONDocument(
                parsing: body, limits: JSONLimits(maximumBytes: max(body.count, 1), maximumDepth: 64))
        } catch {
            throw RequestReader.error(for: error)
        }
        var (conversation, losses) = try document.withTape { (tape) throws(RequestError) in
            try Self.reader(of: caller).read(tape)
        }
        // In some dialects the path says it.
        if let isStreaming = target.isStreaming { conversation.isStreaming = isStreaming }
        var target = target
        target.expectedBytes = body.count + body.count / 8 + 512
        let fields = CallerFields(caller)
        var written = Losses()
        let translated: [UInt8]
        do throws(RequestError) {
            translated = try Self.writer(of: provider).write(conversation, for: target, losses: &written)
        } catch {
            throw fields.translate(error)
        }
        try refuseSilence(conversation)
        losses.add(written) { fields.translate(note: $0) }
        return Request(body: translated, losses: losses.notes)
    }

    /// Words of the system alone are enough for OpenAI's models and nobody else's.
    private func refuseSilence(_ conversation: Conversation) throws(RequestError) {
        let isSilent =
            switch provider {
            case .chat: false
            case .generateContent: conversation.turns.allSatisfy(\.isEmpty)
            default: conversation.turns.isEmpty
            }
        guard isSilent else { return }
        let list =
            switch caller {
            case .responses: "input"
            case .generateContent: "contents"
            default: "messages"
            }
        throw .untranslatable(list, "there has to be more than the system's words")
    }

    /// Translates a whole answer; throws where it is none of the provider's dialect.
    public func answer(_ body: [UInt8], as facts: TranslatedAnswer) throws -> Answer {
        let document = try JSONDocument(
            parsing: body, limits: JSONLimits(maximumBytes: max(body.count, 1), maximumDepth: 128))
        guard var reply = document.withTape({ Self.replyReader(of: provider).read($0, named: facts.identifier) }) else {
            throw TranslationFault("the answer is none of the provider's dialect")
        }
        reply.placeCitations()
        var losses = reply.losses
        let body = try Self.replyWriter(of: caller).write(reply, as: facts, losses: &losses)
        return Answer(body: body, usage: reply.usage?.tokens, losses: losses.notes)
    }

    /// Begins to translate a streamed answer.
    public func stream(as facts: TranslatedAnswer) -> StreamTranslation {
        StreamTranslation(
            Self.eventReader(of: provider, facts), of: provider, Self.eventWriter(of: caller, facts),
            in: caller.dialect)
    }

    // MARK: - The dialects

    static func reader(of operation: Operation) -> any ConversationReader.Type {
        switch operation {
        case .messages, .countTokens: AnthropicConversationReader.self
        case .converse: BedrockConversationReader.self
        case .responses: ResponsesConversationReader.self
        case .generateContent: GeminiConversationReader.self
        default: OpenAIConversationReader.self
        }
    }

    static func writer(of operation: Operation) -> any ConversationWriter.Type {
        switch operation {
        case .messages: AnthropicConversationWriter.self
        case .converse: BedrockConversationWriter.self
        case .generateContent: GeminiConversationWriter.self
        default: OpenAIConversationWriter.self
        }
    }

    private static func replyReader(of operation: Operation) -> any ReplyReader.Type {
        switch operation {
        case .messages: AnthropicReplyReader.self
        case .converse: BedrockReplyReader.self
        case .generateContent: GeminiReplyReader.self
        default: OpenAIReplyReader.self
        }
    }

    private static func replyWriter(of operation: Operation) -> any ReplyWriter.Type {
        switch operation {
        case .messages, .countTokens: AnthropicReplyWriter.self
        case .converse: BedrockReplyWriter.self
        case .responses: ResponsesReplyWriter.self
        case .generateContent: GeminiReplyWriter.self
        default: OpenAIReplyWriter.self
        }
    }

    private static func eventReader(of operation: Operation, _ facts: TranslatedAnswer) -> any ReplyEventReader {
        switch operation {
        case .messages: AnthropicReplyEventReader()
        case .converse: BedrockReplyEventReader()
        case .generateContent: GeminiReplyEventReader(name: facts.identifier)
        default: OpenAIReplyEventReader()
        }
    }

    private static func eventWriter(of operation: Operation, _ facts: TranslatedAnswer) -> any ReplyEventWriter {
        switch operation {
        case .messages, .countTokens: AnthropicReplyEventWriter(facts)
        case .converse: BedrockReplyEventWriter()
        case .responses: ResponsesReplyEventWriter(facts)
        case .generateContent: GeminiReplyEventWriter(facts)
        default: OpenAIReplyEventWriter(facts)
        }
    }
}

extension Operation {
    /// Whether callers ask a model by it to go on with a conversation, which other dialects know, too.
    var carriesConversations: Bool {
        switch self {
        case .chat, .messages, .responses, .converse, .generateContent: true
        default: false
        }
    }
}
