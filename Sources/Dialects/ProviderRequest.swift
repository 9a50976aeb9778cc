public import Inference
public import JSONText

/// What of the caller's own header fields may concern a provider; nothing else of them leaves the house.
public struct CallerHeaders: Sendable, Hashable {
    /// `anthropic-version`.
    public var anthropicVersion: String?
    /// `anthropic-beta`, several fields joined by commas.
    public var anthropicBeta: String?
    /// Whether the caller's path had the query `beta=true`.
    public var asksForBeta: Bool

    /// Puts the fields together.
    public init(anthropicVersion: String? = nil, anthropicBeta: String? = nil, asksForBeta: Bool = false) {
        self.anthropicVersion = anthropicVersion
        self.anthropicBeta = anthropicBeta
        self.asksForBeta = asksForBeta
    }
}

/// What to send to a provider of the caller's own dialect.
public enum ProviderRequest {
    /// Edits of the body: the provider's own name of the model, and the wish for usage figures where a stream would come
    /// without them. Sorted; they touch no text of the request.
    public static func edits(
        for request: InferenceRequest, model: String, needsUsage: Bool
    ) -> [JSONReplacement] {
        if request.dialect == .gemini { return GeminiProviderRequest.edits(request.body.root, model: model) }
        var edits: [JSONReplacement] = []
        // Bedrock reads the model's name in the path.
        if request.operation != .converse, let value = request.body.root["model"] {
            var name: [UInt8] = [0x22]
            JSONEscape.append(model, to: &name)
            name.append(0x22)
            edits.append(JSONReplacement(range: value.range, bytes: name))
        }
        if request.operation == .chat || request.operation == .completions, needsUsage, request.isStreaming,
            !request.wantsStreamUsage,
            let edit = OpenAIProviderRequest.usageEdit(request.body.root)
        {
            edits.append(edit)
            edits.sort { $0.range.lowerBound < $1.range.lowerBound }
        }
        return edits
    }

    /// The path behind the provider's base URL: OpenAI's bases end in `/v1`, Anthropic's do not (`design/wire.md`, 3). At Bedrock a
    /// model's own stands between (`bedrockURL`).
    public static func path(for operation: Operation) -> String {
        switch operation {
        case .chat: "/chat/completions"
        case .responses: "/responses"
        case .completions: "/completions"
        case .embeddings: "/embeddings"
        case .messages: "/v1/messages"
        case .countTokens: "/v1/messages/count_tokens"
        case .converse: "/converse"
        // The address has the model in it: see `modelURL`.
        case .generateContent, .countContentTokens, .embedContent, .batchEmbedContents: "/models"
        }
    }

    /// The whole URL for a base as a person writes it: with or without `/v1`, with or without a final slash. Worth
    /// keeping: it is the same for every request to a provider.
    public static func url(base: String, for operation: Operation, asksForBeta: Bool = false) -> String {
        var base = base[...]
        while base.hasSuffix("/") { base = base.dropLast() }
        switch operation.dialect {
        case .openAI:
            let hasPath = base.split(separator: "/", omittingEmptySubsequences: true).count > 2
            return base + (hasPath ? "" : "/v1") + path(for: operation)
        case .anthropic:
            if base.hasSuffix("/v1") { base = base.dropLast(3) }
            return base + path(for: operation) + (asksForBeta ? "?beta=true" : "")
        case .bedrock, .gemini:
            return base + path(for: operation)
        }
    }

    /// The whole URL of a model at Bedrock's runtime; `nil` for a name that can't stand in a path.
    public static func bedrockURL(base: String, model: String, isStreaming: Bool) -> String? {
        var base = base[...]
        while base.hasSuffix("/") { base = base.dropLast() }
        return BedrockProviderRequest.path(model: model, isStreaming: isStreaming).map { base + $0 }
    }

    /// The whole URL of a model at a provider of Gemini's API; `nil` for a name that can't stand in a path.
    public static func geminiURL(
        base: String, for operation: Operation, model: String, isStreaming: Bool
    ) -> String? {
        GeminiProviderRequest.url(base: base, for: operation, model: model, isStreaming: isStreaming)
    }

    /// A name as one segment of a path; `nil` for one that can't be.
    static func pathSegment(_ text: Substring) -> String? {
        guard !text.allSatisfy({ $0 == "." }) else { return nil }
        var segment = ""
        for byte in text.utf8 {
            let isPlain =
                (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x2D || byte == 0x2E || byte == 0x5F
            segment += isPlain ? String(Unicode.Scalar(byte)) : "%\(byte < 16 ? "0" : "")\(String(byte, radix: 16))"
        }
        return segment
    }

    /// The whole URL of a deployment at Azure; `nil` for a name that can't stand in a path.
    public static func azureURL(
        base: String, for operation: Operation, deployment: String, apiVersion: String
    ) -> String? {
        guard let name = pathSegment(deployment[...]) else { return nil }
        var base = base[...]
        while base.hasSuffix("/") { base = base.dropLast() }
        if base.hasSuffix("/openai") { base = base.dropLast(7) }
        return "\(base)/openai/deployments/\(name)\(path(for: operation))?api-version=\(apiVersion)"
    }

    /// The header fields, without those that belong to the connection. `key` is the provider's, `nil` for none.
    public static func headers(
        in dialect: Dialect, key: String?, isStreaming: Bool, caller: CallerHeaders = CallerHeaders()
    ) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = [
            ("content-type", "application/json"),
            ("accept", isStreaming ? dialect.streamType : "application/json"),
        ]
        switch dialect {
        case .openAI, .bedrock:
            if let key { headers.append(("authorization", "Bearer \(key)")) }
        case .anthropic:
            if let key { headers.append(("x-api-key", key)) }
            AnthropicProviderRequest.append(caller, to: &headers)
        case .gemini:
            if let key { headers.append(("x-goog-api-key", key)) }
        }
        return headers
    }
}
