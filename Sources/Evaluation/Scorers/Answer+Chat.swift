internal import Inference
internal import JSONText

extension Answer {
    /// The most that is read of an answer: 16 MiB, 64 levels, a million values.
    private static let limits = JSONLimits(maximumBytes: 16 << 20, maximumDepth: 64, maximumNodes: 1 << 20)

    /// The answer that a body of `POST /v1/chat/completions` has: its first choice's text and tool calls; `nil` for anything
    /// else. Time and cost are not in it.
    public init?(chatBody bytes: [UInt8]) {
        guard let document = try? JSONDocument(parsing: bytes, limits: Self.limits),
            let choice = document.root["choices"]?.elements.first(where: { _ in true }), let message = choice["message"]
        else { return nil }
        var text = message["content"]?.string ?? ""
        for part in message["content"]?.parts ?? [] { text += part["text"]?.string ?? "" }
        let refusal = message["refusal"]?.string
        if text.isEmpty, let refusal { text = refusal }
        self.init(text)
        isMarkedRefusal = refusal != nil || choice["finish_reason"]?.equals("content_filter") == true
        for call in message["tool_calls"]?.parts ?? [] {
            guard let function = call["function"], let name = function["name"]?.string else { continue }
            toolCalls.append(
                ToolCall(id: call["id"]?.string, name: name, arguments: function["arguments"]?.string ?? ""))
        }
        guard let counts = document.root["usage"], let input = counts["prompt_tokens"]?.int,
            let output = counts["completion_tokens"]?.int, input >= 0, output >= 0
        else { return }
        usage = .init(input: input, output: output)
    }

    /// The tool calls as JSON, as they are kept; empty where there are none.
    public var toolCallsText: String {
        guard !toolCalls.isEmpty else { return "" }
        var writer = JSONWriter()
        writer.beginArray()
        for call in toolCalls {
            writer.beginObject()
            if let id = call.id {
                writer.key("id")
                writer.string(id)
            }
            writer.key("name")
            writer.string(call.name)
            writer.key("arguments")
            writer.string(call.arguments)
            writer.endObject()
        }
        writer.endArray()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Tool calls as ``toolCallsText`` wrote them; what is no such text has none.
    public static func toolCalls(_ text: String) -> [ToolCall] {
        guard !text.isEmpty, let document = try? JSONDocument(parsing: Array(text.utf8), limits: limits) else {
            return []
        }
        return document.root.parts.compactMap { call in
            guard let name = call["name"]?.string, let arguments = call["arguments"]?.string else { return nil }
            return ToolCall(id: call["id"]?.string, name: name, arguments: arguments)
        }
    }
}

extension JSONValue {
    /// The elements of an array; none for anything else.
    fileprivate var parts: [JSONValue] { kind == .array ? Array(elements) : [] }
}
