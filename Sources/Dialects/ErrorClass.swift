internal import Inference

/// The class of a provider's error by its status, and each dialect's word for it: SDKs raise by the status, people read the word.
struct ErrorClass {
    let status: Int

    func type(in dialect: Dialect) -> String {
        switch dialect {
        case .openAI: OpenAIErrorBody.type(ofStatus: status)
        case .anthropic: AnthropicErrorBody.type(ofStatus: status)
        case .bedrock: BedrockErrorBody.type(ofStatus: status)
        case .gemini: GeminiErrorBody.type(ofStatus: status)
        }
    }

    /// OpenAI's errors have a code beside the type; nobody else's do.
    func code(in dialect: Dialect) -> String? {
        guard dialect == .openAI else { return nil }
        switch status {
        case 404: return "model_not_found"
        case 413: return "request_too_large"
        case 429: return "rate_limit_exceeded"
        case 503, 529: return "overloaded"
        default: return nil
        }
    }
}
