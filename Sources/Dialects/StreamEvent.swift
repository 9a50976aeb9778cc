public import Inference
public import JSONText

/// What one event of a streamed answer says.
public struct StreamEvent: Sendable {
    /// What kind of event it is.
    public enum Kind: Sendable, Hashable {
        /// A comment, a ping, or data we know nothing of: to be passed on.
        case other
        /// A part of the answer.
        case part
        /// Nothing but usage figures (OpenAI's last chunk): to be dropped where the caller did not ask for them.
        case usageOnly
        /// The end of the answer: `[DONE]`, `message_stop`.
        case done
        /// The provider gave up.
        case error
    }

    /// A piece of a text.
    public struct Delta: Sendable, Hashable {
        /// Which text it continues.
        public var channel: StreamChannel
        /// The string's node in `document`.
        public var node: Int
    }

    /// What kind of event it is.
    public var kind: Kind
    /// The event's data; `nil` where it is no JSON (`[DONE]`, comments).
    public var document: JSONDocument?
    /// The pieces it brings, by node.
    public var deltas: [Delta] = []
    /// Strings that are whole in themselves (a citation, say), by node.
    public var wholes: [Int] = []
    /// Texts that came in pieces before and are repeated whole, by node; the channel's kind says whether a text is JSON.
    public var repetitions: [Delta] = []
    /// Lists of the text's tokens (`logprobs`), with what to put in their place wherever the text itself does not go out as it came.
    public var tokenLists: [JSONReplacement] = []
    /// Texts that end here: with their piece of this event where they have one, else before this event.
    public var closed: [StreamChannel] = []
    /// The node of a usage object that stands beside a part of the answer, for OpenAI: to be made `null` where the caller
    /// did not ask for it.
    public var usageNode: Int?

    /// The node of the event's number, where the dialect numbers them; events of our own shift those after them.
    public var numberNode: Int?

    init(_ kind: Kind, document: JSONDocument? = nil) {
        self.kind = kind
        self.document = document
    }

    /// Adds a text that is whole; one that is JSON is treated as if it repeated a tool's arguments.
    mutating func addWhole(_ node: Int, isJSON: Bool) {
        guard isJSON else { return wholes.append(node) }
        repetitions.append(Delta(channel: StreamChannel(block: 0, kind: .toolArguments), node: node))
    }
}

/// What is known of an answer besides its text.
public struct AnswerFacts: Sendable, Hashable {
    /// Tokens, as the provider counted them; `nil` while unknown.
    public var usage: TokenUsage?
    /// Why it ended, in the provider's word: `stop`, `tool_calls`, `end_turn`, …; of several choices the first one's.
    public var finishReason: String?
    /// The answer's tokens by the length of what came so far, of a stream; 0 for a whole answer.
    public var estimatedOutput: Int

    /// Puts facts together.
    public init(usage: TokenUsage? = nil, finishReason: String? = nil, estimatedOutput: Int = 0) {
        self.usage = usage
        self.finishReason = finishReason
        self.estimatedOutput = estimatedOutput
    }
}

/// Reads the events of one streamed answer in the provider's dialect.
public struct StreamEventReader: Sendable {
    /// Why an event can't be understood.
    public enum Fault: Error, Sendable, Hashable, CustomStringConvertible {
        /// Its data is no JSON: what is wrong, without quoting it.
        case notJSON(JSONSyntaxError)
        /// More texts have begun and not ended than any answer has.
        case tooManyTexts

        /// In the house's words.
        public var description: String {
            switch self {
            case .notJSON(let error): "an event of the provider's stream is not valid JSON: \(error)"
            case .tooManyTexts: "the provider's stream has more than \(OpenChannels.limit) texts open at once"
            }
        }
    }

    private enum State: Sendable {
        case openAI(OpenAIStreamReader)
        case responses(ResponsesStreamReader)
        case anthropic(AnthropicStreamReader)
        case bedrock(BedrockStreamReader)
        case gemini(GeminiStreamReader)
    }

    private var state: State

    /// Starts on a stream.
    public init(_ dialect: Dialect) {
        switch dialect {
        case .openAI: state = .openAI(OpenAIStreamReader())
        case .anthropic: state = .anthropic(AnthropicStreamReader())
        case .bedrock: state = .bedrock(BedrockStreamReader())
        case .gemini: state = .gemini(GeminiStreamReader())
        }
    }

    /// Starts on the stream that answers a request.
    public init(_ operation: Operation) {
        self.init(operation.dialect)
        switch operation {
        case .responses: state = .responses(ResponsesStreamReader())
        case .completions: state = .openAI(OpenAIStreamReader(isCompletion: true))
        default: break
        }
    }

    /// What an event whose kind is `.error` says was wrong.
    public static func error(
        in read: StreamEvent, _ event: ServerSentEvent, of parser: borrowing EventStreamParser
    ) -> UpstreamError {
        UpstreamError(event, read.document, of: parser)
    }

    /// What is known of the answer so far.
    public var facts: AnswerFacts {
        switch state {
        case .openAI(let reader): reader.facts
        case .responses(let reader): reader.facts
        case .anthropic(let reader): reader.facts
        case .bedrock(let reader): reader.facts
        case .gemini(let reader): reader.facts
        }
    }

    /// Whether an event certainly brings nothing but pieces of text, so that it need not be read where nothing has to be
    /// restored: no usage, no end, no error. Looks at the bytes only.
    public func isPlain(_ event: ServerSentEvent, of parser: borrowing EventStreamParser) -> Bool {
        switch state {
        case .openAI: OpenAIStreamReader.isPlain(event, of: parser)
        case .responses: ResponsesStreamReader.isPlain(event, of: parser)
        case .anthropic: AnthropicStreamReader.isPlain(event, of: parser)
        case .bedrock: BedrockStreamReader.isPlain(event, of: parser)
        case .gemini: GeminiStreamReader.isPlain(event, of: parser)
        }
    }

    /// Reads an event.
    public mutating func read(
        _ event: ServerSentEvent, of parser: borrowing EventStreamParser
    ) throws(Fault) -> StreamEvent {
        // The copy is taken out and put back, so that it stays the only one and its arrays are changed in place.
        switch state {
        case .openAI(var reader):
            state = .openAI(OpenAIStreamReader())
            defer { state = .openAI(reader) }
            return try reader.read(event, of: parser)
        case .responses(var reader):
            state = .responses(ResponsesStreamReader())
            defer { state = .responses(reader) }
            return try reader.read(event, of: parser)
        case .anthropic(var reader):
            state = .anthropic(AnthropicStreamReader())
            defer { state = .anthropic(reader) }
            return try reader.read(event, of: parser)
        case .bedrock(var reader):
            state = .bedrock(BedrockStreamReader())
            defer { state = .bedrock(reader) }
            return try reader.read(event, of: parser)
        case .gemini(var reader):
            state = .gemini(GeminiStreamReader())
            defer { state = .gemini(reader) }
            return try reader.read(event, of: parser)
        }
    }

    /// Texts that have begun and not ended, after which the stream broke off.
    public mutating func closeAll() -> [StreamChannel] {
        switch state {
        case .openAI(var reader):
            defer { state = .openAI(reader) }
            return reader.open.closeAll()
        case .responses(var reader):
            defer { state = .responses(reader) }
            return reader.closeAll()
        case .anthropic(var reader):
            defer { state = .anthropic(reader) }
            return reader.open.closeAll()
        case .bedrock(var reader):
            defer { state = .bedrock(reader) }
            return reader.open.closeAll()
        case .gemini(var reader):
            defer { state = .gemini(reader) }
            return reader.open.closeAll()
        }
    }

    /// By how much the numbers of events are shifted by those that we made up.
    public var numberShift: Int {
        guard case .responses(let reader) = state else { return 0 }
        return reader.madeUp
    }

    /// Appends an event, made up by us, that brings one more piece of a text: what was held back when the text ended.
    public mutating func appendDelta(_ channel: StreamChannel, text: [UInt8], to stream: inout [UInt8]) {
        switch state {
        case .openAI(let reader): reader.appendDelta(channel, text: text, to: &stream)
        case .responses(var reader):
            state = .responses(ResponsesStreamReader())
            reader.appendDelta(channel, text: text, to: &stream)
            state = .responses(reader)
        case .anthropic(let reader): reader.appendDelta(channel, text: text, to: &stream)
        case .bedrock(let reader): reader.appendDelta(channel, text: text, to: &stream)
        case .gemini(let reader): reader.appendDelta(channel, text: text, to: &stream)
        }
    }

    /// An event's data as JSON.
    static func document(
        _ event: ServerSentEvent, of parser: borrowing EventStreamParser
    ) throws(Fault) -> JSONDocument {
        do throws(JSONSyntaxError) {
            return try parser.document(of: event)
        } catch {
            throw .notJSON(error)
        }
    }
}

/// Texts that have begun and not ended, in the order of their beginnings.
struct OpenChannels: Sendable {
    /// Choices, blocks and tool calls that one answer may have open at once: each keeps some text.
    static let limit = 1_024

    private var channels: [StreamChannel] = []
    private var known: Set<StreamChannel> = []
    /// Whether there were more than the limit; the stream must fail.
    private(set) var isOverfull = false

    mutating func open(_ channel: StreamChannel) {
        guard !known.contains(channel) else { return }
        guard channels.count < Self.limit else {
            isOverfull = true
            return
        }
        known.insert(channel)
        channels.append(channel)
    }

    func contains(_ channel: StreamChannel) -> Bool { known.contains(channel) }

    mutating func closeAll() -> [StreamChannel] {
        defer {
            channels.removeAll(keepingCapacity: true)
            known.removeAll(keepingCapacity: true)
        }
        return channels
    }

    /// Ends those of a kind and lists them.
    mutating func close(into closed: inout [StreamChannel], where condition: (StreamChannel) -> Bool) {
        guard channels.contains(where: condition) else { return }
        channels.removeAll { channel in
            guard condition(channel) else { return false }
            known.remove(channel)
            closed.append(channel)
            return true
        }
    }
}
