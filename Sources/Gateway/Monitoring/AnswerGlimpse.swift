import Dialects
import Evaluation
import Inference
import JSONText

/// What is looked at of an answer as its provider sent it, whole or the beginning of a stream: which model it says it was, its
/// text, its calls of tools. It lives as long as its figures are made.
struct AnswerGlimpse {
    /// A call of a tool.
    struct Call {
        /// `nil` where only a piece of the stream is known.
        let name: String?
        let isWellFormed: Bool
    }

    private(set) var model: String?
    private(set) var text: [UInt8] = []
    private(set) var calls: [Call] = []
    /// Whether all of the text is here.
    private(set) var isWhole: Bool

    /// Reads a whole answer; `nil` where it is no JSON.
    init?(whole bytes: [UInt8], of operation: Inference.Operation) {
        guard let document = Self.document(bytes) else { return nil }
        isWhole = true
        read(document.root, operation)
    }

    /// Reads the beginning of a stream, or all of it.
    init(stream bytes: [UInt8], isWhole: Bool, of operation: Inference.Operation) {
        self.isWhole = isWhole
        var parser = EventStreamParser(operation.dialect.framing)
        var reader = StreamEventReader(operation)
        var arguments: [StreamChannel: [UInt8]] = [:]
        parser.append(bytes)
        while let event = try? parser.next(), let read = try? reader.read(event, of: parser) {
            guard let document = read.document else { continue }
            let root = document.root
            if model == nil { model = Self.model(in: root) }
            for delta in read.deltas {
                document.value(at: delta.node).withDecodedUTF8 { piece in
                    switch delta.channel.kind {
                    case .content, .completion, .refusal: text += piece
                    case .toolArguments, .functionArguments: arguments[delta.channel, default: []] += piece
                    default: break
                    }
                }
            }
        }
        guard isWhole else { return }
        calls = arguments.values.map { Call(name: nil, isWellFormed: Self.document($0) != nil) }
    }

    /// Whether the text is what the request asked for, where it asked for JSON: of its schema, where that is one that can be
    /// checked. `nil` where nothing was asked for, or not all of the text is known.
    func isValid(for request: InferenceRequest) -> Bool? {
        guard isWhole, calls.isEmpty, AnswerForm.isJSON(request) else { return nil }
        guard let document = Self.document(text) else { return false }
        let root = request.body.root
        let formats: [JSONValue?] = [
            root["response_format"]?["json_schema"], root["text"]?["format"], root["output_config"]?["format"],
            root["generationConfig"]?["responseJsonSchema"],
        ]
        let format = formats.compactMap(\.self).first
        guard let format else { return true }
        let node: JSONValue = format["schema"] ?? format
        let tree = ValueTree(node)
        guard node["type"] != nil, !tree.hasPatterns, let schema = try? JSONSchema(tree) else { return true }
        return schema.violation(in: ValueTree(document.root)) == nil
    }

    /// The model's name, wherever a dialect's events have it.
    private static func model(in root: JSONValue) -> String? {
        let places: [JSONValue?] = [
            root["model"], root["modelVersion"], root["message"]?["model"], root["response"]?["model"],
        ]
        return places.lazy.compactMap { $0?.string }.first
    }

    private static func document(_ bytes: [UInt8]) -> JSONDocument? {
        try? JSONDocument(parsing: bytes, limits: JSONLimits(maximumBytes: max(bytes.count, 1), maximumDepth: 64))
    }

    private mutating func read(_ root: JSONValue, _ operation: Inference.Operation) {
        switch operation {
        case .chat, .completions, .embeddings:
            model = root["model"]?.string
            let choice = root["choices"]?[0]
            take(choice?["message"]?["content"] ?? choice?["text"])
            take(choice?["message"]?["refusal"])
            for call in elements(choice?["message"]?["tool_calls"]) {
                add(call["function"]?["name"], text: call["function"]?["arguments"])
            }
        case .responses:
            model = root["model"]?.string
            for item in elements(root["output"]) {
                for part in elements(item["content"]) { take(part["text"] ?? part["refusal"]) }
                if item["type"]?.equals("function_call") == true { add(item["name"], text: item["arguments"]) }
            }
        case .messages, .countTokens:
            model = root["model"]?.string
            for part in elements(root["content"]) {
                take(part["text"])
                if part["type"]?.equals("tool_use") == true { add(part["name"], object: part["input"]) }
            }
        case .converse:
            for part in elements(root["output"]?["message"]?["content"]) {
                take(part["text"])
                if let call = part["toolUse"] { add(call["name"], object: call["input"]) }
            }
        case .generateContent, .countContentTokens, .embedContent, .batchEmbedContents:
            model = root["modelVersion"]?.string
            for part in elements(root["candidates"]?[0]?["content"]?["parts"]) {
                if part["thought"]?.bool != true { take(part["text"]) }
                if let call = part["functionCall"] { add(call["name"], object: call["args"]) }
            }
        }
    }

    private func elements(_ value: JSONValue?) -> [JSONValue] { value.map { Array($0.elements) } ?? [] }

    private mutating func take(_ value: JSONValue?) {
        guard let value, value.kind == .string else { return }
        value.withDecodedUTF8 { text += $0 }
    }

    private mutating func add(_ name: JSONValue?, text: JSONValue?) {
        calls.append(
            Call(name: name?.string, isWellFormed: text.map { Self.document($0.decodedUTF8()) != nil } ?? false))
    }

    private mutating func add(_ name: JSONValue?, object: JSONValue?) {
        calls.append(Call(name: name?.string, isWellFormed: object.map { $0.kind == .object } ?? true))
    }
}
