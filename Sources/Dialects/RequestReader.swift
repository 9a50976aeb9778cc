public import Inference
public import JSONText

/// Reads a request in its caller's dialect: what it asks for, and every text in it with its place.
///
/// Only what the gateway itself needs is checked; all else is the provider's to judge. Every string and every member's
/// name is either a text of the result, or in this list of what needs no inspection: the model's name, words of the API
/// at their places (`"role": "user"`), media in base64 (an unscannable part instead), and strings that hold JSON, whose
/// own strings are the texts.
public enum RequestReader {
    /// Reads a body. The time is linear in its size. `address` is what the request's path says, in a dialect that says it there.
    public static func read(
        _ operation: Operation, body: JSONDocument, address: RequestAddress? = nil
    ) throws(RequestError) -> InferenceRequest {
        switch operation {
        case .chat, .completions, .embeddings: try OpenAIRequestReader.read(operation, body: body)
        case .responses: try ResponsesRequestReader.read(body)
        case .messages, .countTokens: try AnthropicRequestReader.read(operation, body: body)
        case .converse: try BedrockRequestReader.read(body, address: address)
        case .generateContent, .countContentTokens, .embedContent, .batchEmbedContents:
            try GeminiRequestReader.read(operation, body: body, address: address)
        }
    }

    /// What to tell a caller whose body is no JSON that we accept; the place is named, the text is not quoted.
    public static func error(for error: JSONSyntaxError) -> RequestError {
        switch error.reason {
        case .tooLarge: RequestError(.payloadTooLarge, "the body is too large")
        default: RequestError(.invalidRequest, "the body is not valid JSON: \(error)")
        }
    }
}

extension Operation {
    /// The dialect it belongs to.
    public var dialect: Dialect {
        switch self {
        case .chat, .responses, .completions, .embeddings: .openAI
        case .messages, .countTokens: .anthropic
        case .converse: .bedrock
        case .generateContent, .countContentTokens, .embedContent, .batchEmbedContents: .gemini
        }
    }
}
