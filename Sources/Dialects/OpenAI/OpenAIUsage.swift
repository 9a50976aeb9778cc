internal import Inference
internal import JSONText

/// `{"prompt_tokens","completion_tokens","prompt_tokens_details":{"cached_tokens","cache_write_tokens"}}`.
enum OpenAIUsage {
    static func read(_ usage: JSONValue) -> TokenUsage? {
        guard usage.kind == .object, let input = usage["prompt_tokens"]?.int else { return nil }
        let details = usage["prompt_tokens_details"]
        return TokenUsage(
            input: max(0, input), output: max(0, usage["completion_tokens"]?.int ?? 0),
            cachedInput: max(0, details?["cached_tokens"]?.int ?? 0),
            writtenInput: max(0, details?["cache_write_tokens"]?.int ?? 0))
    }
}
