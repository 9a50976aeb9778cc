/// What a translated request needs to know of where it goes.
public struct TranslationTarget: Sendable, Hashable {
    /// The provider's own name of the model.
    public var model: String
    /// The answer's most tokens where the caller gives none and the provider has to be told: those that models.yaml gives the model, at
    /// most `longestDefault`, or else `usualDefault`.
    public var maximumTokens: Int
    /// Whether a stream is asked for figures (`stream_options.include_usage`).
    public var asksForStreamUsage: Bool
    /// Whether the limit is `max_completion_tokens`, which OpenAI's own models insist on and other servers may not know.
    public var limitsCompletionTokens: Bool
    /// Whether the answer shall be streamed, where the caller's body does not say it; `nil` where it does.
    public var isStreaming: Bool?
    /// About how long the body will be.
    var expectedBytes = 1_024

    /// The default limit of an answer where models.yaml says nothing: what every model of the last years can give.
    public static let usualDefault = 8_192
    /// The default limit never exceeds this, for an answer that runs on costs money.
    public static let longestDefault = 32_768

    /// Puts a target together; `maximumOutput` is the most tokens that the model can give, where that is known.
    public init(
        model: String, maximumOutput: Int? = nil, asksForStreamUsage: Bool = true, limitsCompletionTokens: Bool = false,
        isStreaming: Bool? = nil
    ) {
        self.model = model
        maximumTokens = maximumOutput.map { max(1, min($0, Self.longestDefault)) } ?? Self.usualDefault
        self.asksForStreamUsage = asksForStreamUsage
        self.limitsCompletionTokens = limitsCompletionTokens
        self.isStreaming = isStreaming
    }
}

/// What a translated answer takes from elsewhere than the provider's.
public struct TranslatedAnswer: Sendable, Hashable {
    /// Names the answer where the provider gave it no name.
    public var identifier: String
    /// When it was made, seconds since 1970.
    public var created: Int
    /// Names the model where the provider did not.
    public var model: String

    /// Puts the facts together.
    public init(identifier: String, created: Int, model: String) {
        self.identifier = identifier
        self.created = created
        self.model = model
    }
}

/// Why a provider's answer can't be translated: it is not what its dialect says.
public struct TranslationFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, without quoting the answer.
    public let description: String

    init(_ description: String) { self.description = description }
}
