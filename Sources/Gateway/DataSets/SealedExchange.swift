public import DataSets
internal import Dialects
public import Inference
internal import JSONText

/// A request as it left and its answer as it came, out of the vault: read as OpenAI's chat form, whatever the provider speaks.
public struct SealedExchange: Sendable {
    /// The body that left.
    public var request: [UInt8]
    /// The body that came.
    public var answer: [UInt8]
    /// Whether the answer is a stream of events.
    public var isStream: Bool
    /// What the provider speaks, where that is known; otherwise what the caller spoke is taken.
    public var dialect: Dialect
    /// What the caller asked for.
    public var operation: Operation

    /// Puts an exchange together that went to a provider of the configuration; of one that is not there any more it is taken that it
    /// spoke what the caller did.
    public init(
        request: [UInt8], answer: [UInt8], isStream: Bool, provider: String, operation: Operation,
        configuration: GatewayConfiguration
    ) {
        let kind = configuration.providers.first { $0.id.rawValue == provider }?.kind
        let dialect: Dialect =
            switch kind {
            case .openAI, .azure: .openAI
            case .anthropic: .anthropic
            case .bedrock: .bedrock
            case .gemini: .gemini
            case .demo, nil: operation.dialect
            }
        self.init(request: request, answer: answer, isStream: isStream, dialect: dialect, operation: operation)
    }

    /// Puts an exchange together.
    public init(request: [UInt8], answer: [UInt8], isStream: Bool, dialect: Dialect, operation: Operation) {
        self.request = request
        self.answer = answer
        self.isStream = isStream
        self.dialect = dialect
        self.operation = operation
    }

    /// `{"messages": […, the answer], "tools": […]}`. Throws where it is no conversation, and where something in it has no place in that
    /// form, a picture say.
    public func chat() throws(RecordGap) -> [UInt8] {
        guard let spoken = Translation.counterpart(of: operation, in: dialect) else { throw .malformed }
        let document = try Self.document(request)
        let isResponses = document.root["input"] != nil && document.root["messages"] == nil
        let provider = isResponses ? .responses : spoken
        let request = try chatRequest(provider)
        let reply = try isResponses ? ResponsesReply.message(answer, isStream: isStream) : chatReply(provider)
        return try Self.joined(request, reply)
    }

    private static let parsing = JSONLimits(maximumBytes: 64 << 20, maximumDepth: 128)

    static func document(_ bytes: [UInt8]) throws(RecordGap) -> JSONDocument {
        do throws(JSONSyntaxError) {
            return try JSONDocument(parsing: bytes, limits: parsing)
        } catch {
            throw .malformed
        }
    }

    private func chatRequest(_ provider: Operation) throws(RecordGap) -> JSONDocument {
        guard let translation = Translation(from: provider, to: .chat) else { return try Self.document(request) }
        let body: [UInt8]
        do throws(RequestError) {
            body = try translation.request(request, to: TranslationTarget(model: "model")).body
        } catch {
            throw .unscannable
        }
        return try Self.document(body)
    }

    /// The message of the answer.
    private func chatReply(_ provider: Operation) throws(RecordGap) -> [UInt8] {
        let facts = TranslatedAnswer(identifier: "answer", created: 0, model: "model")
        let translation = Translation(from: .chat, to: provider)
        var bytes = answer
        do {
            if isStream {
                if var stream = translation?.stream(as: facts) {
                    bytes = try stream.push(answer)
                    bytes += try stream.end()
                }
                return try ChunkAssembly.message(bytes)
            }
            if let translation { bytes = try translation.answer(answer, as: facts).body }
        } catch let gap as RecordGap {
            throw gap
        } catch {
            throw .malformed
        }
        guard let message = try Self.document(bytes).root["choices"]?[0]?["message"] else { throw .unanswered }
        return message.withRawBytes { Array($0) }
    }

    private static func joined(_ request: JSONDocument, _ message: [UInt8]) throws(RecordGap) -> [UInt8] {
        guard let messages = request.root["messages"], messages.kind == .array else { throw .malformed }
        var writer = JSONWriter(capacity: request.bytes.count + message.count + 64)
        writer.beginObject()
        writer.key("messages")
        writer.beginArray()
        for element in messages.elements { writer.raw(element.withRawBytes { Array($0) }) }
        writer.raw(message)
        writer.endArray()
        if let tools = request.root["tools"], tools.kind == .array, tools.count > 0 {
            writer.key("tools")
            writer.raw(tools.withRawBytes { Array($0) })
        }
        writer.endObject()
        return writer.bytes
    }
}

/// Puts a message together from a stream of `chat.completion.chunk`.
private enum ChunkAssembly {
    private struct Call {
        var id = ""
        var name = ""
        var arguments = ""
    }

    /// So many calls no answer has.
    private static let calls = 1_024

    static func message(_ stream: [UInt8]) throws(RecordGap) -> [UInt8] {
        var content = ""
        var calls: [Call] = []
        for data in EventData.all(in: stream) {
            guard data.first == UInt8(ascii: "{") else { continue }
            guard let delta = try SealedExchange.document(data).root["choices"]?[0]?["delta"] else { continue }
            content += delta["content"]?.string ?? delta["refusal"]?.string ?? ""
            guard let pieces = delta["tool_calls"], pieces.kind == .array else { continue }
            for piece in pieces.elements {
                let index = piece["index"]?.int ?? 0
                guard (0..<Self.calls).contains(index) else { throw .malformed }
                while calls.count <= index { calls.append(Call()) }
                calls[index].id += piece["id"]?.string ?? ""
                calls[index].name += piece["function"]?["name"]?.string ?? ""
                calls[index].arguments += piece["function"]?["arguments"]?.string ?? ""
            }
        }
        return AssistantMessage.bytes(
            content, calls.map { DataMessage.Call(id: $0.id, name: $0.name, arguments: $0.arguments) })
    }
}

/// The answer of OpenAI's Responses API.
private enum ResponsesReply {
    static func message(_ answer: [UInt8], isStream: Bool) throws(RecordGap) -> [UInt8] {
        guard let response = try isStream ? last(answer) : SealedExchange.document(answer).root,
            let output = response["output"], output.kind == .array
        else { throw .unanswered }
        var content = ""
        var calls: [DataMessage.Call] = []
        for item in output.elements {
            switch item["type"]?.string {
            case "message":
                guard let parts = item["content"], parts.kind == .array else { continue }
                for part in parts.elements { content += part["text"]?.string ?? part["refusal"]?.string ?? "" }
            case "function_call":
                calls.append(
                    DataMessage.Call(
                        id: item["call_id"]?.string ?? "", name: item["name"]?.string ?? "",
                        arguments: item["arguments"]?.string ?? "{}"))
            default: continue
            }
        }
        return AssistantMessage.bytes(content, calls)
    }

    private static func last(_ stream: [UInt8]) throws(RecordGap) -> JSONValue? {
        for data in EventData.all(in: stream).reversed() where data.first == UInt8(ascii: "{") {
            let event = try SealedExchange.document(data).root
            if event["type"]?.string == "response.completed" { return event["response"] }
        }
        return nil
    }
}

/// An assistant's message in OpenAI's form.
private enum AssistantMessage {
    static func bytes(_ content: String, _ calls: [DataMessage.Call]) -> [UInt8] {
        var writer = JSONWriter(capacity: content.utf8.count + 128)
        writer.beginObject()
        writer.key("role")
        writer.string("assistant" as StaticString)
        writer.key("content")
        writer.string(content)
        if !calls.isEmpty {
            writer.key("tool_calls")
            writer.beginArray()
            for call in calls {
                writer.beginObject()
                writer.key("id")
                writer.string(call.id)
                writer.key("type")
                writer.string("function" as StaticString)
                writer.key("function")
                writer.beginObject()
                writer.key("name")
                writer.string(call.name)
                writer.key("arguments")
                writer.string(call.arguments)
                writer.endObject()
                writer.endObject()
            }
            writer.endArray()
        }
        writer.endObject()
        return writer.bytes
    }
}

/// The data of server-sent events, of which a whole stream is at hand.
private enum EventData {
    static func all(in stream: [UInt8]) -> [[UInt8]] {
        let marker = Array("data:".utf8)
        return stream.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).compactMap { line in
            guard line.starts(with: marker) else { return nil }
            return Array(line.dropFirst(marker.count).drop { $0 == 0x20 })
        }
    }
}
