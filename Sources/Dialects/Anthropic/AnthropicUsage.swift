internal import Inference
internal import JSONText

/// `{"input_tokens","output_tokens","cache_read_input_tokens","cache_creation_input_tokens"}`: `input_tokens` are those
/// that neither came from the cache nor went into it, while `TokenUsage.input` counts them all. Of what went in,
/// `cache_creation.ephemeral_1h_input_tokens` stay for an hour and cost more. Where an answer took several passes (`iterations`: the
/// history was compacted first), the figures beside them are the last pass's only.
struct AnthropicUsage: Sendable {
    private var input: Int?
    private var output: Int?
    private var cacheRead = 0
    private var cacheCreation = 0
    private var cacheForHour = 0
    private var hasOtherRates = false

    /// Takes over what an event says; its figures are cumulative, and it may leave some out.
    mutating func update(_ usage: JSONValue) {
        let isElsewhere = usage["inference_geo"]?.string.map { !["global", "not_available", ""].contains($0) } ?? false
        if isElsewhere || [usage["speed"], usage["service_tier"]].contains(where: Self.isDearer) {
            hasOtherRates = true
        }
        // Searches are billed apart.
        if usage["server_tool_use"]?.members.contains(where: { $0.value.int ?? 0 > 0 }) ?? false {
            hasOtherRates = true
        }
        if let iterations = usage["iterations"], iterations.elements.contains(where: { $0.kind == .object }) {
            return take(iterations: iterations)
        }
        if let count = usage["input_tokens"]?.int { input = max(0, count) }
        if let count = usage["output_tokens"]?.int { output = max(0, count) }
        if let count = usage["cache_read_input_tokens"]?.int { cacheRead = max(0, count) }
        if let count = usage["cache_creation_input_tokens"]?.int { cacheCreation = max(0, count) }
        if let count = usage["cache_creation"]?["ephemeral_1h_input_tokens"]?.int { cacheForHour = max(0, count) }
    }

    private static func isDearer(_ word: JSONValue?) -> Bool { word?.string.map(ServiceTier.isDearer) ?? false }

    /// The sum of the passes.
    private mutating func take(iterations: JSONValue) {
        var sum = AnthropicUsage()
        for iteration in iterations.elements {
            var one = AnthropicUsage()
            one.update(iteration)
            sum.input = Self.sum(sum.input, one.input)
            sum.output = Self.sum(sum.output, one.output)
            sum.cacheRead = Self.sum(sum.cacheRead, one.cacheRead) ?? .max
            sum.cacheCreation = Self.sum(sum.cacheCreation, one.cacheCreation) ?? .max
            sum.cacheForHour = Self.sum(sum.cacheForHour, one.cacheForHour) ?? .max
        }
        sum.hasOtherRates = hasOtherRates
        self = sum
    }

    /// Saturating; `nil` only where both are.
    private static func sum(_ left: Int?, _ right: Int?) -> Int? {
        guard left != nil || right != nil else { return nil }
        let (sum, over) = (left ?? 0).addingReportingOverflow(right ?? 0)
        return over ? .max : sum
    }

    var total: TokenUsage? {
        guard input != nil || output != nil else { return nil }
        // Figures come from a provider: they may be absurd, and must not overflow.
        let (some, over) = (input ?? 0).addingReportingOverflow(cacheRead)
        let (all, overToo) = some.addingReportingOverflow(cacheCreation)
        return TokenUsage(
            input: over || overToo ? .max : all, output: output ?? 0, cachedInput: cacheRead,
            writtenInput: cacheCreation, writtenForHour: min(cacheForHour, cacheCreation),
            hasOtherRates: hasOtherRates)
    }
}
