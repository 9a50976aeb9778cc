internal import Inference
internal import JSONText

/// A request while it is being read: the fields that both dialects have, and their checks.
struct RequestDraft {
    var collector: TextCollector
    var model = ""
    var isStreaming = false
    var wantsStreamUsage = false
    var tools: [String] = []
    var maximumOutputTokens: Int?

    /// Starts on a body, which has to be an object.
    init(body: JSONDocument) throws(RequestError) {
        guard body.root.kind == .object else {
            throw RequestError(.invalidRequest, "the body has to be a JSON object")
        }
        collector = TextCollector(body: body)
    }

    /// Models' names become metric labels and log fields, so they are short and printable.
    private static let longestModel = 256

    mutating func readModel(_ value: JSONValue) throws(RequestError) {
        guard let name = value.string, !name.isEmpty else {
            throw RequestError(.invalidRequest, "`model` has to be a non-empty string", param: "model")
        }
        guard name.utf8.count <= Self.longestModel, name.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw RequestError(
                .invalidRequest, "`model` has to be at most \(Self.longestModel) bytes without blanks", param: "model")
        }
        model = name
    }

    mutating func readStream(_ value: JSONValue) throws(RequestError) {
        switch value.kind {
        case .true: isStreaming = true
        case .false, .null: isStreaming = false
        default: throw RequestError(.invalidRequest, "`stream` has to be true or false", param: "stream")
        }
    }

    mutating func readMaximum(_ value: JSONValue) {
        guard let count = value.int, count >= 0 else { return }
        maximumOutputTokens = max(maximumOutputTokens ?? 0, count)
    }

    /// `messages`: an array of objects.
    func elements(of value: JSONValue, _ param: String) throws(RequestError) -> JSONValue.Elements {
        guard value.kind == .array else {
            throw RequestError(.invalidRequest, "`\(param)` has to be an array", param: param)
        }
        return value.elements
    }

    func finish(_ operation: Operation) throws(RequestError) -> InferenceRequest {
        guard !model.isEmpty else {
            throw RequestError(.invalidRequest, "`model` is missing", param: "model")
        }
        return InferenceRequest(
            dialect: operation.dialect, operation: operation, model: ModelID(model), isStreaming: isStreaming,
            wantsStreamUsage: wantsStreamUsage, documents: collector.documents, texts: collector.texts,
            unscannable: collector.unscannable, tools: tools,
            estimatedInputTokens: max(1, collector.textBytes / 4), maximumOutputTokens: maximumOutputTokens)
    }
}
