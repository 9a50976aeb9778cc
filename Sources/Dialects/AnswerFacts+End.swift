public import Inference

extension AnswerFacts {
    /// Whether the model ended the answer by itself, as every dialect says it, so that the same answer serves who asks the same again: it
    /// was not cut at a length, not filtered, its calls of tools are well formed, and nothing is left to go on with. Operations whose
    /// answers have no end of their own, embeddings say, are always ended.
    public func isEnded(_ operation: Operation) -> Bool {
        switch operation {
        case .embeddings, .embedContent, .batchEmbedContents, .countTokens, .countContentTokens: true
        case .chat, .completions: ["stop", "tool_calls", "function_call"].contains(finishReason)
        case .responses: finishReason == "completed"
        case .messages, .converse: ["end_turn", "stop_sequence", "tool_use"].contains(finishReason)
        case .generateContent: finishReason == "STOP"
        }
    }
}
