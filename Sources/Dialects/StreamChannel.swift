public import Inference
internal import JSONText

/// One text of an answer that arrives in pieces: the pieces of one channel, in their order, make up one text.
public struct StreamChannel: Hashable, Sendable {
    /// What the text is.
    public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        /// The answer itself.
        case content
        /// The model's words of refusal (OpenAI's `refusal`).
        case refusal
        /// Its reasoning (Anthropic's `thinking`; `reasoning_content` of OpenAI-like servers).
        case reasoning
        /// Its reasoning, as `reasoning` of OpenAI-like servers.
        case plainReasoning
        /// A tool call's arguments: JSON text.
        case toolArguments
        /// A custom tool's input: plain text.
        case toolInput
        /// Arguments of OpenAI's old `function_call`: JSON text.
        case functionArguments
        /// What an audio answer says.
        case transcript
        /// The answer, where a chat's choice has it as completions do: `text`.
        case completion
        /// A text in a member or of an event that we do not know: `path` says which.
        case other
        /// The same, and it is JSON.
        case otherArguments
    }

    /// OpenAI's choice index (of responses: the output item's), Anthropic's content block index, Gemini's candidate index.
    public var block: Int
    /// What the text is.
    public var kind: Kind
    /// OpenAI's tool call index (of responses: the content part's), the number of Gemini's text, 0 otherwise.
    public var index: Int
    /// Of texts in members or of events that we do not know: where they stand, in bytes made of the names on the way. Else empty.
    public var path: [UInt8]

    /// Names a channel.
    public init(block: Int, kind: Kind, index: Int = 0, path: [UInt8] = []) {
        self.block = block
        self.kind = kind
        self.index = index
        self.path = path
    }

    /// Whether the text is JSON by its kind, so that what is put into it has to be escaped for JSON.
    public var isJSON: Bool { kind == .toolArguments || kind == .functionArguments || kind == .otherArguments }
}

/// Whether an answer's text itself is JSON because the request asked for that (structured output), so that what is put
/// into the text has to be escaped for JSON.
public enum AnswerForm {
    /// OpenAI's `response_format` (of responses: `text.format`), Anthropic's `output_config.format`,
    /// Bedrock's `outputConfig.textFormat`, Gemini's `responseMimeType`.
    public static func isJSON(_ request: InferenceRequest) -> Bool {
        let root = request.body.root
        switch request.dialect {
        case .openAI:
            let format = root["response_format"] ?? (request.operation == .responses ? root["text"]?["format"] : nil)
            guard let type = format?["type"] else { return false }
            return type.equals("json_schema") || type.equals("json_object")
        case .anthropic:
            let format = root["output_config"]?["format"] ?? root["output_format"]
            return format?["type"]?.equals("json_schema") ?? false
        case .bedrock:
            return root["outputConfig"]?["textFormat"]?["type"]?.equals("json_schema") ?? false
        case .gemini:
            let format = root["generationConfig"] ?? root["generation_config"]
            let type = format?["responseMimeType"] ?? format?["response_mime_type"]
            return type?.equals("application/json") ?? false
        }
    }

    /// Whether the request holds its answer to a JSON schema.
    public static func needsSchema(_ request: InferenceRequest) -> Bool {
        let root = request.body.root
        let formats = [
            root["response_format"], root["text"]?["format"], root["output_config"]?["format"], root["output_format"],
            root["outputConfig"]?["textFormat"],
        ]
        if formats.contains(where: { $0?["type"]?.equals("json_schema") ?? false }) { return true }
        guard request.dialect == .gemini else { return false }
        let configuration = root["generationConfig"] ?? root["generation_config"]
        let schemas = [
            configuration?["responseSchema"], configuration?["response_schema"], configuration?["responseJsonSchema"],
            configuration?["response_json_schema"],
        ]
        return schemas.contains { $0.map { !$0.isNull } ?? false }
    }

    /// Whether the request asks for lists of the answer's tokens: OpenAI's `logprobs` (a number in old completions) and
    /// `top_logprobs`, of responses also by `include`; vLLM's `prompt_logprobs`; Gemini's `responseLogprobs`.
    public static func wantsTokenLists(_ request: InferenceRequest) -> Bool {
        let root = request.body.root
        if request.dialect == .gemini {
            let configuration = root["generationConfig"] ?? root["generation_config"]
            return (configuration?["responseLogprobs"] ?? configuration?["response_logprobs"])?.bool ?? false
        }
        guard request.dialect == .openAI else { return false }
        for value in [root["logprobs"], root["top_logprobs"], root["prompt_logprobs"]] {
            guard let value else { continue }
            if value.bool ?? (value.kind == .number) { return true }
        }
        guard request.operation == .responses, let include = root["include"], include.kind == .array else {
            return false
        }
        return include.elements.contains { $0.equals("message.output_text.logprobs") }
    }
}
