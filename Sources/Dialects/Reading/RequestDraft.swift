internal import Inference
internal import JSONText

/// A request while it is being read: the fields that both dialects have, and their checks.
struct RequestDraft {
    let tape: Tape
    var collector: TextCollector
    var model = ""
    var isStreaming = false
    var wantsStreamUsage = false
    var tools: [String] = []
    var maximumOutputTokens: Int?

    /// Starts on a body, which has to be an object.
    init(_ tape: Tape) throws(RequestError) {
        guard tape.kind(0) == .object else {
            throw RequestError(.invalidRequest, "the body has to be a JSON object")
        }
        self.tape = tape
        collector = TextCollector(body: tape)
    }

    /// Models' names become metric labels and log fields, so they are short and printable.
    private static let longestModel = 256

    mutating func readModel(_ node: Int) throws(RequestError) {
        guard let name = tape.value(node).string, !name.isEmpty else {
            throw RequestError(.invalidRequest, "`model` has to be a non-empty string", param: "model")
        }
        guard name.utf8.count <= Self.longestModel, name.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw RequestError(
                .invalidRequest, "`model` has to be at most \(Self.longestModel) bytes without blanks", param: "model")
        }
        model = name
    }

    mutating func readStream(_ node: Int) throws(RequestError) {
        switch tape.kind(node) {
        case .true: isStreaming = true
        case .false, .null: isStreaming = false
        default: throw RequestError(.invalidRequest, "`stream` has to be true or false", param: "stream")
        }
    }

    mutating func readMaximum(_ node: Int) {
        guard let count = tape.value(node).int, count >= 0 else { return }
        maximumOutputTokens = max(maximumOutputTokens ?? 0, count)
    }

    /// A tool's name; a provider's own tool may have none, and is called by its type.
    mutating func readToolName(_ node: Int?) {
        if let node, let name = tape.value(node).string { tools.append(name) }
    }

    /// `messages`: an array.
    func messages(_ node: Int) throws(RequestError) -> Tape.Elements {
        guard tape.kind(node) == .array else {
            throw RequestError(.invalidRequest, "`messages` has to be an array", param: "messages")
        }
        return tape.elements(of: node)
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
