/// The words by which requests choose a provider's service, and answers say which one it was.
public enum ServiceTier {
    /// What costs list price, or less: OpenAI's `auto`, `default` and `flex`, Anthropic's `auto` and `standard_only`, Bedrock's and
    /// Gemini's `default`, `standard` and `flex`. (`auto` is what the operator's own account is set to.)
    private static let atMostListPrice: Set<String> = [
        "auto", "default", "standard", "standard_only", "flex", "batch", "on_demand", "unspecified",
        "service_tier_unspecified", "service_tier_standard", "service_tier_flex",
    ]

    /// Whether a service costs more than list prices say, or nobody knows what: `priority`, `fast`, `ultrafast`, and words that we do not
    /// know.
    public static func isDearer(_ word: String) -> Bool {
        let word = word.lowercased()
        return !word.isEmpty && !atMostListPrice.contains(word)
    }
}
