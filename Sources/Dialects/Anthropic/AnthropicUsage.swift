internal import Inference
internal import JSONText

/// `{"input_tokens","output_tokens","cache_read_input_tokens","cache_creation_input_tokens"}`: `input_tokens` are those
/// that neither came from the cache nor went into it, while `TokenUsage.input` counts them all. Of what went in,
/// `cache_creation.ephemeral_1h_input_tokens` stay for an hour and cost more.
struct AnthropicUsage: Sendable {
    private var input: Int?
    private var output: Int?
    private var cacheRead = 0
    private var cacheCreation = 0
    private var cacheForHour = 0

    /// Takes over what an event says; its figures are cumulative, and it may leave some out.
    mutating func update(_ usage: JSONValue) {
        if let count = usage["input_tokens"]?.int { input = max(0, count) }
        if let count = usage["output_tokens"]?.int { output = max(0, count) }
        if let count = usage["cache_read_input_tokens"]?.int { cacheRead = max(0, count) }
        if let count = usage["cache_creation_input_tokens"]?.int { cacheCreation = max(0, count) }
        if let count = usage["cache_creation"]?["ephemeral_1h_input_tokens"]?.int { cacheForHour = max(0, count) }
    }

    var total: TokenUsage? {
        guard input != nil || output != nil else { return nil }
        // Figures come from a provider: they may be absurd, and must not overflow.
        let (some, over) = (input ?? 0).addingReportingOverflow(cacheRead)
        let (all, overToo) = some.addingReportingOverflow(cacheCreation)
        return TokenUsage(
            input: over || overToo ? .max : all, output: output ?? 0, cachedInput: cacheRead,
            writtenInput: cacheCreation, writtenForHour: min(cacheForHour, cacheCreation))
    }
}
