public import Inference

/// Error bodies and error events in the caller's dialect, so that its SDK raises the right exception.
public enum ErrorBody {
    /// The body of an error answer. `requestID` is the one that the answer's header carries too.
    public static func body(_ error: RequestError, in dialect: Dialect, requestID: String) -> [UInt8] {
        switch dialect {
        case .openAI: OpenAIErrorBody.body(error)
        case .anthropic: AnthropicErrorBody.body(error, requestID: requestID)
        case .bedrock: BedrockErrorBody.body(message: error.message)
        case .gemini: GeminiErrorBody.body(error)
        }
    }

    /// The body for an error that a provider reported; what it did not say follows from the status.
    public static func body(
        _ error: UpstreamError, status: Int, in dialect: Dialect, requestID: String
    ) -> [UInt8] {
        switch dialect {
        case .openAI: OpenAIErrorBody.body(error, status: status)
        case .anthropic: AnthropicErrorBody.body(error, status: status, requestID: requestID)
        case .bedrock: BedrockErrorBody.body(message: error.message)
        case .gemini: GeminiErrorBody.body(error, status: status)
        }
    }

    /// What of an error stands in the answer's head: Bedrock's SDKs read there which exception it is.
    public static func headers(_ error: RequestError, in dialect: Dialect) -> [(name: String, value: String)] {
        dialect == .bedrock ? [("x-amzn-errortype", BedrockErrorBody.type(of: error.kind))] : []
    }

    /// The same for an error that a provider reported.
    public static func headers(
        _ error: UpstreamError, status: Int, in dialect: Dialect
    ) -> [(name: String, value: String)] {
        guard dialect == .bedrock else { return [] }
        return [("x-amzn-errortype", error.type ?? BedrockErrorBody.type(ofStatus: status))]
    }

    /// An event that ends a stream that has begun and can't go on: whole bytes of one event. OpenAI's stream then ends
    /// without `[DONE]`, Anthropic's without `message_stop`, Bedrock's without `messageStop`.
    /// without `[DONE]`, Anthropic's without `message_stop`, Gemini's without a `finishReason`.
    public static func event(_ error: RequestError, in dialect: Dialect, requestID: String) -> [UInt8] {
        if dialect == .bedrock {
            return BedrockErrorBody.frame(type: BedrockErrorBody.type(of: error.kind), message: error.message)
        }
        let body = body(error, in: dialect, requestID: requestID)
        return EventStreamWriter.event(name: dialect == .anthropic ? "error" : "", data: body)
    }
}
