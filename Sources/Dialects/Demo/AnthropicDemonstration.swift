internal import JSONText

/// The demonstration model's messages.
struct AnthropicDemonstration {
    private let root: JSONValue
    private let identifier: String
    private let text: String
    /// A tool's name and input, where the request insists on a call.
    private let call: (name: String, input: [UInt8])?

    init(_ root: JSONValue, identifier: String) {
        self.root = root
        self.identifier = identifier
        var lastUser = ""
        var result: String?
        for message in root["messages"]?.elements ?? root.elements {
            let content = message["content"]
            result = nil
            guard message["role"]?.equals("user") ?? false else { continue }
            for block in content?.elements ?? root.elements where block["type"]?.equals("tool_result") ?? false {
                result = DemonstrationModel.text(of: block["content"])
            }
            lastUser = DemonstrationModel.text(of: content)
        }
        let received = result ?? lastUser
        call = result == nil ? Self.call(root, text: received) : nil
        let format = root["output_config"]?["format"]
        if let format, format["type"]?.equals("json_schema") ?? false {
            text = String(
                decoding: DemonstrationModel.instance(of: format["schema"], text: received), as: UTF8.self)
        } else {
            text = DemonstrationModel.telling(received)
        }
    }

    private static func call(_ root: JSONValue, text: String) -> (name: String, input: [UInt8])? {
        guard let choice = root["tool_choice"], let tools = root["tools"] else { return nil }
        let isNamed = choice["type"]?.equals("tool") ?? false
        guard isNamed || choice["type"]?.equals("any") ?? false else { return nil }
        for tool in tools.elements {
            guard let name = tool["name"]?.string, let schema = tool["input_schema"] else { continue }
            guard !isNamed || choice["name"]?.equals(name) ?? false else { continue }
            return (name, DemonstrationModel.instance(of: schema, text: text))
        }
        return nil
    }

    private var stopReason: String { call == nil ? "end_turn" : "tool_use" }

    func whole() -> [UInt8] {
        var writer = JSONWriter()
        writeMessage(stopReason: stopReason, output: outputTokens, &writer) { writer in
            if let call {
                writeCall(call.name, input: call.input, &writer)
            } else {
                writeText(text, &writer)
            }
        }
        return writer.bytes
    }

    func events() -> [[UInt8]] {
        var events: [[UInt8]] = []
        events.append(
            event("message_start") { writer in
                writer.key("message")
                writeMessage(stopReason: nil, output: 1, &writer) { _ in }
            })
        events.append(
            event("content_block_start") { writer in
                writer.key("index")
                writer.int(0)
                writer.key("content_block")
                if let call { writeCall(call.name, input: Array("{}".utf8), &writer) } else { writeText("", &writer) }
            })
        events.append(event("ping") { _ in })
        if let call {
            for piece in DemonstrationModel.pieces(json: String(decoding: call.input, as: UTF8.self)) {
                events.append(delta("input_json_delta", "partial_json", piece))
            }
        } else {
            for piece in DemonstrationModel.pieces(text) { events.append(delta("text_delta", "text", piece)) }
        }
        events.append(
            event("content_block_stop") { writer in
                writer.key("index")
                writer.int(0)
            })
        events.append(
            event("message_delta") { writer in
                writer.key("delta")
                writer.beginObject()
                writer.key("stop_reason")
                writer.string(stopReason)
                writer.key("stop_sequence")
                writer.null()
                writer.endObject()
                writeUsage(output: outputTokens, &writer)
            })
        events.append(event("message_stop") { _ in })
        return events
    }

    private var outputTokens: Int {
        call.map { max(1, $0.input.count / 4) } ?? DemonstrationModel.tokens(text)
    }

    private func delta(_ type: StaticString, _ member: StaticString, _ piece: String) -> [UInt8] {
        event("content_block_delta") { writer in
            writer.key("index")
            writer.int(0)
            writer.key("delta")
            writer.beginObject()
            writer.key("type")
            writer.string(type)
            writer.key(member)
            writer.string(piece)
            writer.endObject()
        }
    }

    private func event(_ type: String, _ members: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("type")
        writer.string(type)
        members(&writer)
        writer.endObject()
        return EventStreamWriter.event(name: type, data: writer.bytes)
    }

    private func writeMessage(
        stopReason: String?, output: Int, _ writer: inout JSONWriter, content: (inout JSONWriter) -> Void
    ) {
        writer.beginObject()
        writer.key("id")
        writer.string("msg_\(identifier)")
        writer.key("type")
        writer.string("message")
        writer.key("role")
        writer.string("assistant")
        writer.key("model")
        writer.string(root["model"]?.string ?? "demo")
        writer.key("content")
        writer.beginArray()
        content(&writer)
        writer.endArray()
        writer.key("stop_reason")
        writer.stringOrNull(stopReason)
        writer.key("stop_sequence")
        writer.null()
        writeUsage(output: output, &writer)
        writer.endObject()
    }

    private func writeText(_ text: String, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("type")
        writer.string("text")
        writer.key("text")
        writer.string(text)
        writer.key("citations")
        writer.null()
        writer.endObject()
    }

    private func writeCall(_ name: String, input: [UInt8], _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("type")
        writer.string("tool_use")
        writer.key("id")
        writer.string("toolu_\(identifier)")
        writer.key("name")
        writer.string(name)
        writer.key("input")
        writer.raw(input)
        writer.endObject()
    }

    private func writeUsage(output: Int, _ writer: inout JSONWriter) {
        writer.key("usage")
        writer.beginObject()
        writer.key("input_tokens")
        writer.int(DemonstrationModel.tokens(root))
        writer.key("output_tokens")
        writer.int(output)
        writer.key("cache_creation_input_tokens")
        writer.int(0)
        writer.key("cache_read_input_tokens")
        writer.int(0)
        writer.endObject()
    }
}
