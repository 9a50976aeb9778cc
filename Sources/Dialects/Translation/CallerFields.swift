internal import Inference

/// What a caller's dialect calls an option of a conversation. Writers know options by the names of OpenAI's chats; errors and warnings
/// have to name what the caller wrote.
struct CallerFields {
    private let names: [String: String]

    init(_ caller: Operation) {
        names =
            switch caller {
            case .responses: Self.responses
            case .messages, .countTokens: Self.messages
            case .converse: Self.converse
            case .generateContent: Self.generateContent
            default: Self.chat
            }
    }

    /// An error of a writer in the caller's names.
    func translate(_ error: RequestError) -> RequestError {
        guard let field = error.param, let name = names[field], name != field else { return error }
        let quoted = "`\(field)`"
        guard error.message.hasPrefix(quoted) else { return RequestError(error.kind, error.message, param: name) }
        return RequestError(error.kind, "`\(name)`" + error.message.dropFirst(quoted.count), param: name)
    }

    /// A note of a writer's: the field is its first word.
    func translate(note: String) -> String {
        let field = note.prefix { $0 != " " }
        guard let name = names[String(field)] else { return note }
        return name + note.dropFirst(field.count)
    }

    private static let chat = [
        "stop_sequences": "stop", "effort": "reasoning_effort", "output_config.format": "response_format",
        "response_format.description": "response_format.json_schema.description",
        "thinking": "messages.reasoning_content", "reasoning": "messages.reasoning_content",
    ]

    private static let responses = [
        "stop_sequences": "stop", "effort": "reasoning.effort", "reasoning_effort": "reasoning.effort",
        "response_format": "text.format", "response_format.description": "text.format.description",
        "output_config.format": "text.format", "thinking": "input.reasoning",
        "reasoning": "input.reasoning", "messages.content.title": "input.content.filename",
    ]

    private static let messages = [
        "stop": "stop_sequences", "effort": "output_config.effort", "reasoning_effort": "output_config.effort",
        "response_format": "output_config.format", "parallel_tool_calls": "tool_choice.disable_parallel_tool_use",
        "user": "metadata.user_id", "reasoning": "thinking",
    ]

    private static let converse = [
        "temperature": "inferenceConfig.temperature", "top_p": "inferenceConfig.topP",
        "stop": "inferenceConfig.stopSequences", "stop_sequences": "inferenceConfig.stopSequences",
        "top_k": "additionalModelRequestFields.top_k", "effort": "outputConfig.effort",
        "reasoning_effort": "outputConfig.effort", "response_format": "outputConfig.textFormat",
        "output_config.format": "outputConfig.textFormat",
        "response_format.description": "outputConfig.textFormat.structure.jsonSchema.description",
        "tool_choice": "toolConfig.toolChoice",
        "tools.strict": "toolConfig.tools.toolSpec.strict", "thinking": "reasoningContent",
        "reasoning": "reasoningContent", "messages.content.title": "messages.content.document.name",
        "messages.content.is_error": "messages.content.toolResult.status",
    ]

    private static let generateContent = [
        "temperature": "generationConfig.temperature", "top_p": "generationConfig.topP",
        "top_k": "generationConfig.topK", "seed": "generationConfig.seed",
        "presence_penalty": "generationConfig.presencePenalty",
        "frequency_penalty": "generationConfig.frequencyPenalty", "stop": "generationConfig.stopSequences",
        "stop_sequences": "generationConfig.stopSequences",
        "effort": "generationConfig.thinkingConfig.thinkingLevel",
        "reasoning_effort": "generationConfig.thinkingConfig.thinkingLevel",
        "response_format": "generationConfig.responseMimeType",
        "output_config.format": "generationConfig.responseSchema",
        "tool_choice": "toolConfig.functionCallingConfig", "thinking": "contents.parts.thought",
        "reasoning": "contents.parts.thought", "messages.content.is_error": "contents.parts.functionResponse.error",
    ]
}
