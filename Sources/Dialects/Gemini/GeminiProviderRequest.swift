internal import Inference
internal import JSONText

/// What becomes of a Gemini request on its way to its provider: address and model.
enum GeminiProviderRequest {
    /// The whole URL; `nil` for a model whose name can't stand in a path. Bases end in the version, as `…/v1beta` does.
    static func url(base: String, for operation: Operation, model: String, isStreaming: Bool) -> String? {
        var base = base[...]
        while base.hasSuffix("/") { base = base.dropLast() }
        let hasPath = base.split(separator: "/", omittingEmptySubsequences: true).count > 2
        var collection = "models"
        var name = model[...]
        // Tuned models are a collection of their own.
        for known in ["models", "tunedModels"] where name.hasPrefix("\(known)/") {
            collection = known
            name = name.dropFirst(known.count + 1)
            break
        }
        guard let segment = ProviderRequest.pathSegment(name) else { return nil }
        return "\(base)\(hasPath ? "" : "/v1beta")/\(collection)/\(segment):\(verb(operation, isStreaming))"
    }

    private static func verb(_ operation: Operation, _ isStreaming: Bool) -> String {
        switch operation {
        case .countContentTokens: "countTokens"
        case .embedContent: "embedContent"
        case .batchEmbedContents: "batchEmbedContents"
        // Whatever framing the caller wants, events are what is read.
        default: isStreaming ? "streamGenerateContent?alt=sse" : "generateContent"
        }
    }

    /// The places in a body that repeat the address's model.
    static func edits(_ root: JSONValue, model: String) -> [JSONReplacement] {
        let name = model.hasPrefix("models/") || model.hasPrefix("tunedModels/") ? model : "models/\(model)"
        var bytes: [UInt8] = [0x22]
        JSONEscape.append(name, to: &bytes)
        bytes.append(0x22)
        var values = [root["model"]]
        for inner in [root["generateContentRequest"], root["generate_content_request"]] {
            values.append(inner?["model"])
        }
        if let requests = root["requests"], requests.kind == .array {
            for request in requests.elements { values.append(request["model"]) }
        }
        return values.compactMap { value in
            value.flatMap { $0.kind == .string ? JSONReplacement(range: $0.range, bytes: bytes) : nil }
        }
        .sorted { $0.range.lowerBound < $1.range.lowerBound }
    }
}
