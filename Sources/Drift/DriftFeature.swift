/// One thing about a request or its answer whose distribution is watched.
public enum DriftFeature: String, Hashable, Sendable, Codable, CaseIterable {
    /// The prompt's length in tokens, by estimate.
    case promptTokens = "prompt_tokens"
    /// The prompt's language, guessed.
    case promptLanguage = "prompt_language"
    /// The cluster of the prompt's words (``TextSketch``).
    case promptTopic = "prompt_topic"
    /// Which data classes were found in it.
    case dataClasses = "data_classes"
    /// Which model the provider says it was.
    case reportedModel = "reported_model"
    /// The answer's length in tokens.
    case answerTokens = "answer_tokens"
    /// The answer's language, guessed.
    case answerLanguage = "answer_language"
    /// The cluster of the answer's words.
    case answerTopic = "answer_topic"
    /// A projection of the answer's letters, between −1 and 1.
    case answerStyle = "answer_style"
    /// Whether the answer refuses.
    case refusal
    /// Whether an answer that has to be JSON is.
    case format
    /// Whether it calls tools, and well.
    case toolCalls = "tool_calls"
    /// Why the answer ended, in the provider's word.
    case ending
    /// How far an answer to a question of a fixed set is from those of the reference, between 0 and 1.
    case distance
    /// Whether there was an answer.
    case failure
    /// Milliseconds to the first byte.
    case firstByte = "first_byte_ms"
    /// Milliseconds from the start to the end.
    case duration = "duration_ms"
    /// Nano-USD a token.
    case price = "nano_usd_per_token"
    /// Whether the provider read the prompt's beginning from its cache.
    case providerCache = "provider_cache"
    /// Whether the answer came from the gateway's own cache.
    case answerCache = "answer_cache"

    /// Whose change it is.
    public enum Family: String, Hashable, Sendable, Codable, CaseIterable {
        /// What callers send.
        case traffic
        /// What the model answers.
        case model
        /// How the provider serves it: times, prices, failures.
        case service
    }

    /// How its values are compared.
    enum Kind {
        /// By size. A change of the median below this ratio, or this absolute step, is not worth a word.
        case number(leastRatio: Double, leastStep: Double)
        /// As categories 0..<count, by these words.
        case category([String])
        /// As names, of which the first 31 are told apart.
        case name
    }

    /// Whose change it is.
    public var family: Family {
        switch self {
        case .promptTokens, .promptLanguage, .promptTopic, .dataClasses: .traffic
        case .reportedModel, .answerTokens, .answerLanguage, .answerTopic, .answerStyle, .refusal, .format, .toolCalls,
            .ending, .distance:
            .model
        case .failure, .firstByte, .duration, .price, .providerCache, .answerCache: .service
        }
    }

    var kind: Kind {
        switch self {
        case .promptTokens, .answerTokens: .number(leastRatio: 1.1, leastStep: 1)
        case .answerStyle, .distance: .number(leastRatio: 1, leastStep: 0.02)
        // A machine that is busy for a while is no news.
        case .firstByte, .duration: .number(leastRatio: 1.5, leastStep: 50)
        case .price: .number(leastRatio: 1.05, leastStep: 0)
        case .promptLanguage, .answerLanguage: .category(Language.allCases.map(\.rawValue))
        case .promptTopic, .answerTopic: .category((0..<TextSketch.clusters).map { "cluster \($0)" })
        case .refusal, .failure, .providerCache, .answerCache: .category(["no", "yes"])
        case .format: .category(["valid", "invalid"])
        case .toolCalls: .category(["none", "well formed", "malformed", "unknown tool"])
        case .dataClasses, .reportedModel, .ending: .name
        }
    }

    /// Its place among all of them.
    var index: Int { Self.places[self] ?? 0 }
    private static let places = Dictionary(uniqueKeysWithValues: zip(allCases, 0...))
}
