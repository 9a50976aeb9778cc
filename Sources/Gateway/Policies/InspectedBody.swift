internal import Dialects
internal import Inference
internal import JSONText
internal import Privacy

/// A request's body after the detectors have seen it: what policies know of it.
struct InspectedBody {
    let operation: Operation
    let model: ModelID
    let data: DataSummary
    let blocked: [DataClass]
    let tools: [String]
    let estimatedTokens: Int

    /// Inspects a text as a user's only message.
    init(message: String, _ detectors: PrivacyEngine) throws {
        var json = JSONWriter(capacity: message.utf8.count + 64)
        json.beginObject()
        json.key("messages")
        json.beginArray()
        json.beginObject()
        json.key("content")
        json.string(message)
        json.key("role")
        json.string("user")
        json.endObject()
        json.endArray()
        json.key("model")
        json.string("-")
        json.endObject()
        try self.init(json.bytes, .chat, detectors)
    }

    /// Inspects a body as a caller would send it.
    init(_ body: [UInt8], _ operation: Operation, _ detectors: PrivacyEngine) throws {
        let document = try JSONDocument(
            parsing: body, limits: JSONLimits(maximumBytes: max(body.count, 1), maximumDepth: 64))
        let request = try RequestReader.read(operation, body: document)
        let findings = try detectors.inspect(request)
        self.operation = operation
        model = request.model
        data = findings.summary
        blocked = detectors.blocked(findings)
        tools = request.tools
        estimatedTokens = request.estimatedInputTokens
    }
}
