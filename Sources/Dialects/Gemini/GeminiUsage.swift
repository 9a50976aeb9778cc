internal import Inference
internal import JSONText

/// `usageMetadata`: `promptTokenCount` has those of the cache in it, `candidatesTokenCount` has the thoughts not in it.
enum GeminiUsage {
    static func read(_ node: Int, of tape: Tape) -> ReplyUsage? {
        var usage = ReplyUsage()
        var (input, tools, output, thoughts) = (0, 0, 0, Int?.none)
        var isKnown = false
        for member in tape.members(of: node) {
            if hasOtherRates(member, of: tape) { usage.hasOtherRates = true }
            guard let count = tape.value(member.value).int.map({ max(0, $0) }) else { continue }
            switch member.name {
            case "promptTokenCount", "prompt_token_count": input = count
            case "toolUsePromptTokenCount", "tool_use_prompt_token_count": tools = count
            case "candidatesTokenCount", "candidates_token_count": output = count
            case "thoughtsTokenCount", "thoughts_token_count": thoughts = count
            case "cachedContentTokenCount", "cached_content_token_count":
                usage.cacheRead = count
                continue
            default: continue
            }
            isKnown = true
        }
        guard isKnown else { return nil }
        usage.input = sum(input, tools)
        usage.output = sum(output, thoughts ?? 0)
        usage.reasoning = thoughts
        usage.cacheRead = min(usage.cacheRead, usage.input)
        return usage
    }

    /// Whether a member tells of tokens with a price of their own: sound, pictures and films that the model made, a dearer service.
    private static func hasOtherRates(_ member: Tape.Member, of tape: Tape) -> Bool {
        switch member.name {
        case "serviceTier", "service_tier": tape.value(member.value).string.map(ServiceTier.isDearer) ?? false
        case "promptTokensDetails", "prompt_tokens_details", "cacheTokensDetails", "cache_tokens_details":
            names(["AUDIO"], member.value, of: tape)
        case "candidatesTokensDetails", "candidates_tokens_details":
            names(["AUDIO", "IMAGE", "VIDEO"], member.value, of: tape)
        default: false
        }
    }

    /// Whether details count tokens of one of these kinds.
    private static func names(_ kinds: [String], _ details: Int, of tape: Tape) -> Bool {
        tape.elements(of: details).contains { detail in
            let kind = tape.member("modality", of: detail).flatMap { tape.value($0).string } ?? ""
            let count = tape.member("tokenCount", of: detail) ?? tape.member("token_count", of: detail)
            return kinds.contains(kind) && count.flatMap { tape.value($0).int } ?? 0 > 0
        }
    }

    /// Figures come from a provider: they may be absurd, and must not overflow.
    private static func sum(_ left: Int, _ right: Int) -> Int {
        let (sum, over) = left.addingReportingOverflow(right)
        return over ? .max : sum
    }
}
