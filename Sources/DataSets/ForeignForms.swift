internal import JSONText

/// Anthropic's messages: the system's words apart, contents in blocks, results of tools on the user's side.
enum AnthropicForm {
    static func write(_ record: DataRecord, to writer: inout JSONWriter) {
        writer.beginObject()
        let system = record.messages.filter { $0.role == .system }.map(\.content)
        if !system.isEmpty {
            writer.key("system")
            writer.string(system.joined(separator: "\n"))
        }
        writer.key("messages")
        writer.beginArray()
        var index = 0
        let spoken = record.messages.filter { $0.role != .system }
        while index < spoken.count {
            let isModel = spoken[index].role == .assistant
            writer.beginObject()
            writer.key("role")
            writer.string(isModel ? "assistant" : "user" as StaticString)
            writer.key("content")
            writer.beginArray()
            // One side's messages are one turn.
            while index < spoken.count, (spoken[index].role == .assistant) == isModel {
                blocks(spoken[index], to: &writer)
                index += 1
            }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
        if !record.tools.isEmpty { tools(record.tools, to: &writer) }
        writer.endObject()
    }

    private static func blocks(_ message: DataMessage, to writer: inout JSONWriter) {
        if message.role == .tool {
            writer.beginObject()
            writer.key("type")
            writer.string("tool_result" as StaticString)
            writer.key("tool_use_id")
            writer.string(message.callID ?? "")
            writer.key("content")
            writer.string(message.content)
            writer.endObject()
            return
        }
        if !message.content.isEmpty || message.calls.isEmpty {
            writer.beginObject()
            writer.key("type")
            writer.string("text" as StaticString)
            writer.key("text")
            writer.string(message.content)
            writer.endObject()
        }
        for call in message.calls {
            writer.beginObject()
            writer.key("type")
            writer.string("tool_use" as StaticString)
            writer.key("id")
            writer.string(call.id)
            writer.key("name")
            writer.string(call.name)
            writer.key("input")
            writer.raw(input(call))
            writer.endObject()
        }
    }

    /// The arguments as an object; what is none goes in as a text.
    private static func input(_ call: DataMessage.Call) -> [UInt8] {
        let bytes = Array(call.arguments.utf8)
        if let document = try? JSONDocument(parsing: bytes), document.root.kind == .object {
            return document.root.withRawBytes { Array($0) }
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("invalid_arguments")
        writer.string(call.arguments)
        writer.endObject()
        return writer.bytes
    }

    private static func tools(_ tools: [UInt8], to writer: inout JSONWriter) {
        guard let document = try? JSONDocument(parsing: tools) else { return }
        writer.key("tools")
        writer.beginArray()
        for tool in document.root.elements {
            guard let function = tool["function"], let name = function["name"]?.string else { continue }
            writer.beginObject()
            writer.key("name")
            writer.string(name)
            if let description = function["description"]?.string {
                writer.key("description")
                writer.string(description)
            }
            writer.key("input_schema")
            writer.raw(
                function["parameters"].map { $0.withRawBytes { Array($0) } } ?? Array(#"{"type":"object"}"#.utf8))
            writer.endObject()
        }
        writer.endArray()
    }
}

/// ShareGPT's turns; calls and results of tools in the words that LLaMA-Factory and Axolotl read.
enum ShareGPTForm {
    static func write(_ record: DataRecord, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("conversations")
        writer.beginArray()
        for message in record.messages {
            switch message.role {
            case .system: turn("system", message.content, to: &writer)
            case .user: turn("human", message.content, to: &writer)
            case .tool: turn("observation", message.content, to: &writer)
            case .assistant:
                if !message.content.isEmpty || message.calls.isEmpty { turn("gpt", message.content, to: &writer) }
                for call in message.calls { turn("function_call", text(call), to: &writer) }
            }
        }
        writer.endArray()
        if !record.tools.isEmpty {
            writer.key("tools")
            writer.string(utf8: record.tools)
        }
        writer.endObject()
    }

    private static func turn(_ side: StaticString, _ text: String, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("from")
        writer.string(side)
        writer.key("value")
        writer.string(text)
        writer.endObject()
    }

    private static func text(_ call: DataMessage.Call) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("name")
        writer.string(call.name)
        writer.key("arguments")
        if let document = try? JSONDocument(parsing: Array(call.arguments.utf8)), document.root.kind == .object {
            writer.raw(document.root.withRawBytes { Array($0) })
        } else {
            writer.string(call.arguments)
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
