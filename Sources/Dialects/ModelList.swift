public import Inference

/// A model as listings show it.
public struct ListedModel: Hashable, Sendable {
    /// The alias that callers use.
    public var id: ModelID
    /// A name for people.
    public var displayName: String
    /// When it was made available, seconds since 1970.
    public var created: Int
    /// Who serves it, such as the provider's name.
    public var owner: String
    /// The most prompt tokens, where known.
    public var maximumInputTokens: Int?
    /// The most answer tokens, where known.
    public var maximumOutputTokens: Int?

    /// Puts an entry together; the display name is the alias unless given.
    public init(
        id: ModelID, displayName: String? = nil, created: Int = 0, owner: String = "sallyport",
        maximumInputTokens: Int? = nil, maximumOutputTokens: Int? = nil
    ) {
        self.id = id
        self.displayName = displayName ?? id.rawValue
        self.created = created
        self.owner = owner
        self.maximumInputTokens = maximumInputTokens
        self.maximumOutputTokens = maximumOutputTokens
    }
}

/// Bodies of `GET /v1/models` and `GET /v1/models/NAME` in the caller's dialect.
public enum ModelList {
    /// All models, in the order given.
    public static func list(_ models: [ListedModel], in dialect: Dialect) -> [UInt8] {
        switch dialect {
        // Bedrock lists its models at another service than it runs them at.
        case .openAI, .bedrock: OpenAIModelList.list(models)
        case .anthropic: AnthropicModelList.list(models)
        case .gemini: GeminiModelList.list(models)
        }
    }

    /// One model.
    public static func model(_ model: ListedModel, in dialect: Dialect) -> [UInt8] {
        switch dialect {
        case .openAI, .bedrock: OpenAIModelList.model(model)
        case .anthropic: AnthropicModelList.model(model)
        case .gemini: GeminiModelList.model(model)
        }
    }
}
