public import JSONText

/// The protocol that a caller or a provider speaks.
public enum Dialect: String, Hashable, Sendable, CaseIterable {
    /// OpenAI's API: chat completions, embeddings, models.
    case openAI = "openai"
    /// Anthropic's API: messages, token counting, models.
    case anthropic
    /// Amazon Bedrock's runtime: Converse, whose streams are frames of `application/vnd.amazon.eventstream`.
    case bedrock
    /// Google's Gemini API: contents, embeddings, token counting, models.
    case gemini
}

/// What a caller asks for.
public enum Operation: String, Hashable, Sendable, CaseIterable {
    /// `POST /v1/chat/completions`.
    case chat
    /// `POST /v1/responses`.
    case responses
    /// `POST /v1/completions`, older than chat: one text is gone on with.
    case completions
    /// `POST /v1/embeddings`.
    case embeddings
    /// `POST /v1/messages`.
    case messages
    /// `POST /v1/messages/count_tokens`.
    case countTokens = "count_tokens"
    /// `POST /model/NAME/converse`, and `/converse-stream`.
    case converse
    /// `POST /v1beta/models/MODEL:generateContent`, and `:streamGenerateContent`.
    case generateContent = "generate_content"
    /// `POST /v1beta/models/MODEL:countTokens`.
    case countContentTokens = "count_content_tokens"
    /// `POST /v1beta/models/MODEL:embedContent`.
    case embedContent = "embed_content"
    /// `POST /v1beta/models/MODEL:batchEmbedContents`.
    case batchEmbedContents = "batch_embed_contents"
}

/// A request for inference, read once and kept whole: what it asks for, and every text in it with its place.
///
/// `documents[0]` is the body as it came; the others are JSON texts found inside its strings (tool-call arguments, say),
/// each of which names the string it came from.
public struct InferenceRequest: Sendable {
    /// A JSON text: the body itself, or one inside a string of another.
    public struct Document: Sendable {
        /// The parsed text.
        public let json: JSONDocument
        /// The string value that holds this text; `nil` for the body.
        public let parent: Parent?

        /// Puts a document together.
        public init(json: JSONDocument, parent: Parent?) {
            self.json = json
            self.parent = parent
        }
    }

    /// The string that holds an embedded JSON text.
    public struct Parent: Sendable {
        /// Index into `documents`, smaller than the index of the child.
        public let document: Int
        /// The string's node in that document.
        public let node: Int

        /// Names a string of a document.
        public init(document: Int, node: Int) {
            self.document = document
            self.node = node
        }
    }

    /// Where in a request a text stands. The ledger counts findings by these.
    public enum Place: String, Hashable, Sendable, CaseIterable {
        /// The system prompt (or a developer's message).
        case system
        /// A user's message.
        case user
        /// An assistant's message of an earlier turn.
        case assistant
        /// The description or schema of a tool.
        case toolDefinition = "tool_definition"
        /// The arguments of a tool call.
        case toolArguments = "tool_arguments"
        /// The result of a tool call.
        case toolResult = "tool_result"
        /// Text to embed.
        case embeddingInput = "embedding_input"
        /// Anything else, members we do not know included.
        case other
    }

    /// A text to inspect: one string of one document (a member's name or a value), or a number with many digits.
    public struct Text: Sendable {
        /// Index into `documents`.
        public let document: Int
        /// The string's or number's node in that document.
        public let node: Int
        /// Where it stands.
        public let place: Place

        /// Names a text.
        public init(document: Int, node: Int, place: Place) {
            self.document = document
            self.node = node
            self.place = place
        }
    }

    /// A part that no detector can read.
    public struct UnscannablePart: Sendable, Hashable {
        /// What it is.
        public enum Kind: String, Sendable, Hashable {
            /// A picture, inline or by address.
            case image
            /// Sound.
            case audio
            /// A file or document.
            case file
            /// Text that only the holder of a key can read.
            case encrypted
            /// Anything else that is not text, token numbers for instance.
            case binary
        }
        /// What it is.
        public let kind: Kind
        /// Where it stands.
        public let place: Place

        /// Names a part.
        public init(kind: Kind, place: Place) {
            self.kind = kind
            self.place = place
        }
    }

    /// The caller's protocol.
    public let dialect: Dialect
    /// What is asked for.
    public let operation: Operation
    /// The model asked for.
    public let model: ModelID
    /// Whether the answer shall be streamed.
    public let isStreaming: Bool
    /// Whether a streamed OpenAI answer shall end with a usage chunk (`stream_options.include_usage`).
    public let wantsStreamUsage: Bool
    /// The JSON texts; the body first.
    public let documents: [Document]
    /// Every string to inspect, in the order of the body.
    public let texts: [Text]
    /// Every part that can't be inspected.
    public let unscannable: [UnscannablePart]
    /// Strings and numbers that are not among the texts, by the rule that passed over them.
    public let skipped: [Coverage.Line]
    /// The names of the tools that the request defines.
    public let tools: [String]
    /// A rough count of prompt tokens: bytes of text divided by four, at least one.
    public let estimatedInputTokens: Int
    /// The most answer tokens the caller wants, where it says so.
    public let maximumOutputTokens: Int?

    /// Puts a request together; `documents` has at least the body.
    public init(
        dialect: Dialect, operation: Operation, model: ModelID, isStreaming: Bool, wantsStreamUsage: Bool,
        documents: [Document], texts: [Text], unscannable: [UnscannablePart], skipped: [Coverage.Line] = [],
        tools: [String],
        estimatedInputTokens: Int, maximumOutputTokens: Int?
    ) {
        precondition(!documents.isEmpty, "a request has a body")
        self.dialect = dialect
        self.operation = operation
        self.model = model
        self.isStreaming = isStreaming
        self.wantsStreamUsage = wantsStreamUsage
        self.documents = documents
        self.texts = texts
        self.unscannable = unscannable
        self.skipped = skipped
        self.tools = tools
        self.estimatedInputTokens = estimatedInputTokens
        self.maximumOutputTokens = maximumOutputTokens
    }

    /// The body as it came.
    public var body: JSONDocument { documents[0].json }
}
