public import Inference
internal import JSONText

/// What the demonstration model answers.
public struct DemonstrationAnswer: Sendable {
    /// The body.
    public enum Body: Sendable, Hashable {
        /// JSON, whole.
        case whole([UInt8])
        /// An event stream, one entry an event.
        case events([[UInt8]])
    }

    /// The HTTP status.
    public var status: Int
    /// The body; its content type follows from its case.
    public var body: Body
    /// What it speaks.
    var dialect = Dialect.openAI

    /// `application/json`, or that of the dialect's streams.
    public var contentType: String {
        switch body {
        case .whole: "application/json"
        case .events where dialect.framing == .lines: dialect.streamType + "; charset=utf-8"
        case .events: dialect.streamType
        }
    }
}

/// A model that repeats what it received, so that one sees what a provider would have seen. It is a provider like any
/// other: it gets the treated body, answers in the request's dialect, and knows nothing of the caller.
public enum DemonstrationModel {
    /// The words before what it repeats.
    static let preface = "The model received: "

    /// The answer's text: what was received, and, where surrogates stand in it, a line that shows them. The gateway turns
    /// surrogates back on their way to the caller, so that line writes them with a colon, which is no surrogate.
    static func telling(_ received: String) -> String {
        let seen = surrogates(in: received)
        guard !seen.isEmpty else { return preface + received }
        let names = seen.map { $0.replacing("_", with: ":") }.joined(separator: ", ")
        return preface + received
            + "\n\n(What it really saw in place of your values: \(names), written here with a colon so that they stay.)"
    }

    /// The words of the form `EMAIL_7KQ2M9XD`, each once, the first twenty.
    private static func surrogates(in text: String) -> [String] {
        var found: [String] = []
        let words = text.utf8.split { !($0 == 0x5F || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0)) }
        for word in words where found.count < 20 {
            let parts = word.split(separator: 0x5F, omittingEmptySubsequences: false)
            guard parts.count == 2, (2...12).contains(parts[0].count), parts[1].count == 8,
                parts[0].allSatisfy({ (0x41...0x5A).contains($0) })
            else { continue }
            let name = String(Substring(word))
            if !found.contains(name) { found.append(name) }
        }
        return found
    }

    /// Answers a request's treated body. `identifier` makes the answer's own identifier (letters and digits), `created` is
    /// the time in seconds since 1970; `isStreaming` counts where the body does not say it.
    public static func answer(
        _ operation: Operation, body: [UInt8], isStreaming: Bool = false, identifier: String, created: Int
    ) -> DemonstrationAnswer {
        guard let document = try? JSONDocument(parsing: body), document.root.kind == .object else {
            return refusal(RequestError(.invalidRequest, "the body is not a JSON object"), operation, identifier)
        }
        let root = document.root
        switch operation {
        case .embeddings where (root["input"]?.count ?? 0) > DemonstrationEmbeddings.mostInputs:
            return refusal(
                RequestError(
                    .invalidRequest, "at most \(DemonstrationEmbeddings.mostInputs) inputs at once", param: "input"),
                operation, identifier)
        case .chat:
            let answer = OpenAIDemonstration(root, identifier: identifier, created: created)
            return DemonstrationAnswer(
                status: 200, body: root["stream"]?.bool ?? false ? .events(answer.events()) : .whole(answer.whole()))
        case .completions:
            let answer = CompletionDemonstration(root, identifier: identifier, created: created)
            return DemonstrationAnswer(
                status: 200, body: root["stream"]?.bool ?? false ? .events(answer.events()) : .whole(answer.whole()))
        case .responses:
            return refusal(
                RequestError(.invalidRequest, "the demonstration model speaks chat completions only"), operation,
                identifier)
        case .embeddings:
            return DemonstrationAnswer(status: 200, body: .whole(DemonstrationEmbeddings.answer(root)))
        case .messages:
            let answer = AnthropicDemonstration(root, identifier: identifier)
            return DemonstrationAnswer(
                status: 200, body: root["stream"]?.bool ?? false ? .events(answer.events()) : .whole(answer.whole()))
        case .converse:
            let answer = BedrockDemonstration(root, identifier: identifier)
            return DemonstrationAnswer(
                status: 200, body: isStreaming ? .events(answer.events()) : .whole(answer.whole()), dialect: .bedrock)
        case .countTokens:
            return DemonstrationAnswer(
                status: 200, body: .whole(Array("{\"input_tokens\":\(tokens(root))}".utf8)))
        case .generateContent:
            let answer = GeminiDemonstration(root, identifier: identifier)
            return DemonstrationAnswer(
                status: 200, body: isStreaming ? .events(answer.events()) : .whole(answer.whole()))
        case .countContentTokens:
            return DemonstrationAnswer(status: 200, body: .whole(GeminiDemonstration.count(root)))
        case .embedContent:
            return DemonstrationAnswer(status: 200, body: .whole(GeminiDemonstration.embedding(root)))
        case .batchEmbedContents:
            guard let body = GeminiDemonstration.embeddings(root) else {
                return refusal(
                    RequestError(
                        .invalidRequest, "at most \(DemonstrationEmbeddings.mostInputs) requests at once",
                        param: "requests"),
                    operation, identifier)
            }
            return DemonstrationAnswer(status: 200, body: .whole(body))
        }
    }

    private static func refusal(
        _ error: RequestError, _ operation: Operation, _ identifier: String
    ) -> DemonstrationAnswer {
        DemonstrationAnswer(
            status: 400, body: .whole(ErrorBody.body(error, in: operation.dialect, requestID: identifier)))
    }

    /// A rough count: a token for every four bytes of the messages.
    static func tokens(_ root: JSONValue) -> Int {
        max(1, ((root["messages"]?.range.count ?? 0) + (root["system"]?.range.count ?? 0)) / 4)
    }

    static func tokens(_ text: String) -> Int { max(1, text.utf8.count / 4) }

    /// The text of a message's content: a string, or the texts of its parts.
    static func text(of content: JSONValue?) -> String {
        guard let content else { return "" }
        if let text = content.string { return text }
        return content.elements.compactMap { $0["text"]?.string }.joined(separator: "\n")
    }

    /// The text in pieces of three words with the blanks behind them, more words where the text is long, so that there are
    /// some hundred pieces at most; joined they are the text.
    static func pieces(_ text: String) -> [String] {
        let most = max(3, text.utf8.count / 3_000)
        var pieces: [String] = []
        var piece = ""
        var words = 0
        var isInBlank = false
        for character in text.unicodeScalars {
            let isBlank = character.properties.isWhitespace
            if isInBlank, !isBlank {
                words += 1
                if words >= most {
                    pieces.append(piece)
                    piece = ""
                    words = 0
                }
            }
            isInBlank = isBlank
            piece.unicodeScalars.append(character)
        }
        if !piece.isEmpty { pieces.append(piece) }
        return pieces
    }

    /// JSON text in pieces of about a dozen bytes, more where it is long.
    static func pieces(json: String) -> [String] {
        let size = max(12, json.utf8.count / 500)
        var pieces: [String] = []
        var piece = ""
        for character in json.unicodeScalars {
            piece.unicodeScalars.append(character)
            if piece.utf8.count >= size {
                pieces.append(piece)
                piece = ""
            }
        }
        if !piece.isEmpty { pieces.append(piece) }
        return pieces
    }

    /// An instance of a JSON schema whose strings are the given text.
    static func instance(of schema: JSONValue?, text: String) -> [UInt8] {
        var writer = JSONWriter()
        if let schema, let properties = schema["properties"], properties.count > 0 {
            writeInstance(of: schema, text, to: &writer)
        } else {
            writer.beginObject()
            writer.key("input")
            writer.string(text)
            writer.endObject()
        }
        return writer.bytes
    }

    private static func writeInstance(of schema: JSONValue, _ text: String, to writer: inout JSONWriter) {
        if let constant = schema["const"] ?? schema["enum"]?[0] {
            return writer.raw(schema.document.bytes[constant.range])
        }
        for choice in [schema["anyOf"], schema["oneOf"], schema["allOf"]] {
            if let first = choice?[0] { return writeInstance(of: first, text, to: &writer) }
        }
        // Gemini's own schemas shout.
        let type = schema["type"]?.string ?? schema["type"]?[0]?.string
        switch type?.lowercased() {
        case "object":
            writer.beginObject()
            if let properties = schema["properties"] {
                for (key, value) in properties.members {
                    key.withDecodedUTF8 { writer.key($0) }
                    writeInstance(of: value, text, to: &writer)
                }
            }
            writer.endObject()
        case "array":
            writer.beginArray()
            if let items = schema["items"] { writeInstance(of: items, text, to: &writer) }
            writer.endArray()
        case "integer", "number": writer.int(1)
        case "boolean": writer.bool(true)
        case "null": writer.null()
        default: writer.string(text)
        }
    }
}
