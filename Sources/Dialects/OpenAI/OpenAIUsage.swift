internal import Inference
internal import JSONText

/// `{"prompt_tokens","completion_tokens","prompt_tokens_details":{"cached_tokens","cache_write_tokens"}}`. Details with `audio_tokens` have
/// a price of their own.
enum OpenAIUsage {
    static func read(_ usage: JSONValue) -> TokenUsage? {
        guard usage.kind == .object, let input = usage["prompt_tokens"]?.int else { return nil }
        let details = usage["prompt_tokens_details"]
        return TokenUsage(
            input: max(0, input), output: output(usage, input: input),
            cachedInput: max(0, details?["cached_tokens"]?.int ?? 0),
            writtenInput: max(0, details?["cache_write_tokens"]?.int ?? 0),
            hasOtherRates: hasSound(details) || hasSound(usage["completion_tokens_details"]))
    }

    /// The answer's tokens. Some (xAI, Google) leave the thoughts out of `completion_tokens`, but not out of `total_tokens`.
    static func output(_ usage: JSONValue, input: Int) -> Int {
        let told = max(0, usage["completion_tokens"]?.int ?? 0)
        guard let total = usage["total_tokens"]?.int, input >= 0, total > input else { return told }
        return max(told, total - input)
    }

    /// Whether an answer or one of its events says that it was served at more than list price (`service_tier`).
    static func isDearer(_ tape: Tape) -> Bool {
        tape.member("service_tier", of: 0).flatMap { tape.value($0).string }.map(ServiceTier.isDearer) ?? false
    }

    private static func hasSound(_ details: JSONValue?) -> Bool { details?["audio_tokens"]?.int ?? 0 > 0 }
}
