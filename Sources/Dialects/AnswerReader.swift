public import Inference
public import JSONText

/// A whole answer, not streamed: its facts, and the strings in which surrogates may stand.
public struct Answer: Sendable {
    /// A string of the answer.
    public struct Text: Sendable, Hashable {
        /// The string's node; it may be a member's name (of a tool's arguments).
        public var node: Int
        /// Whether the text is JSON, so that what is put into it has to be escaped for JSON before it is escaped for the
        /// string.
        public var isJSON: Bool

        /// Names a text.
        public init(node: Int, isJSON: Bool) {
            self.node = node
            self.isJSON = isJSON
        }
    }

    /// Usage and finish reason.
    public var facts = AnswerFacts()
    /// The strings that the model wrote, by node.
    public var texts: [Text] = []
    /// Lists of the text's tokens (`logprobs`), with what to put in their place wherever the text itself does not go out as it came.
    public var tokenLists: [JSONReplacement] = []

    /// An answer of which nothing is known yet.
    public init() {}
}

/// Reads whole answers in the provider's dialect.
public enum AnswerReader {
    /// Reads an answer; what it does not find it leaves out. `isJSON` says that the request asked for JSON as the answer's
    /// text (`AnswerForm`).
    public static func read(_ operation: Operation, _ document: JSONDocument, isJSON: Bool = false) -> Answer {
        switch operation {
        case .chat, .completions: OpenAIAnswerReader.read(document, isJSON: isJSON)
        case .embeddings: OpenAIAnswerReader.read(document, isJSON: isJSON, areEmbeddings: true)
        case .responses: ResponsesAnswerReader.read(document, isJSON: isJSON)
        case .messages, .countTokens: AnthropicAnswerReader.read(document, isJSON: isJSON)
        case .converse: BedrockAnswerReader.read(document, isJSON: isJSON)
        case .generateContent, .countContentTokens, .embedContent, .batchEmbedContents:
            GeminiAnswerReader.read(document, isJSON: isJSON)
        }
    }
}
