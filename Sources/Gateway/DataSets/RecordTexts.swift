internal import Inference
internal import JSONText

/// A record as a request of which every string, every name of a member and every number is a text to inspect, those of JSON inside its
/// strings included: nothing is passed over.
struct RecordTexts {
    private var documents: [InferenceRequest.Document]
    private var texts: [InferenceRequest.Text] = []

    private enum Bounds {
        /// JSON inside strings inside JSON.
        static let depth = 8
        static let parsing = JSONLimits(maximumBytes: 64 << 20, maximumDepth: 128)
    }

    /// Reads a JSON text as such a request.
    static func request(_ bytes: [UInt8]) throws(JSONSyntaxError) -> InferenceRequest {
        let document = try JSONDocument(parsing: bytes, limits: Bounds.parsing)
        var reading = RecordTexts(documents: [InferenceRequest.Document(json: document, parent: nil)])
        reading.read(0, .other, depth: 0)
        return InferenceRequest(
            dialect: .openAI, operation: .chat, model: ModelID(""), isStreaming: false, wantsStreamUsage: false,
            documents: reading.documents, texts: reading.texts, unscannable: [], tools: [], estimatedInputTokens: 1,
            maximumOutputTokens: nil)
    }

    private init(documents: [InferenceRequest.Document]) { self.documents = documents }

    private mutating func read(_ document: Int, _ place: InferenceRequest.Place, depth: Int) {
        read(documents[document].json.root, document, place, depth)
    }

    private mutating func read(
        _ value: JSONValue, _ document: Int, _ place: InferenceRequest.Place, _ depth: Int
    ) {
        switch value.kind {
        case .object:
            let place = Self.speaker(of: value) ?? place
            for member in value.members {
                add(member.key, document, place)
                read(member.value, document, Self.place(of: member.key, in: place), depth)
            }
        case .array: for element in value.elements { read(element, document, place, depth) }
        case .string:
            guard depth < Bounds.depth, let inner = Self.embedded(value) else { return add(value, document, place) }
            documents.append(
                InferenceRequest.Document(
                    json: inner, parent: InferenceRequest.Parent(document: document, node: value.node)))
            read(documents.count - 1, place, depth: depth + 1)
        case .number: add(value, document, place)
        default: return
        }
    }

    private mutating func add(_ value: JSONValue, _ document: Int, _ place: InferenceRequest.Place) {
        texts.append(InferenceRequest.Text(document: document, node: value.node, place: place))
    }

    /// An object or array in a string.
    private static func embedded(_ value: JSONValue) -> JSONDocument? {
        let bytes = value.decodedUTF8()
        guard let first = bytes.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }),
            first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        else { return nil }
        return try? JSONDocument(parsing: bytes, limits: Bounds.parsing)
    }

    private static func speaker(of value: JSONValue) -> InferenceRequest.Place? {
        switch value["role"]?.string ?? value["from"]?.string {
        case "system": .system
        case "user", "human": .user
        case "assistant", "gpt": .assistant
        case "tool", "observation": .toolResult
        case "function_call": .toolArguments
        default: nil
        }
    }

    private static func place(of key: JSONValue, in place: InferenceRequest.Place) -> InferenceRequest.Place {
        switch key.string {
        case "tools": .toolDefinition
        case "tool_calls", "input": .toolArguments
        case "system": .system
        case "prompt": .user
        case "answer": .assistant
        default: place
        }
    }
}
