internal import JSONText

/// The demonstration model as Bedrock would answer: in `converse`, or the frames of `converse-stream`.
struct BedrockDemonstration {
    private let root: JSONValue
    private let identifier: String
    private let text: String
    private let call: (name: String, input: [UInt8])?

    init(_ root: JSONValue, identifier: String) {
        self.root = root
        self.identifier = identifier
        var lastUser = ""
        var result: String?
        for message in root["messages"]?.elements ?? root.elements {
            result = nil
            guard message["role"]?.equals("user") ?? false, let content = message["content"] else { continue }
            for block in content.elements {
                if let answer = block["toolResult"] { result = Self.text(of: answer["content"]) }
            }
            lastUser = DemonstrationModel.text(of: content)
        }
        let received = result ?? lastUser
        call = result == nil ? Self.call(root, text: received) : nil
        let schema = root["outputConfig"]?["textFormat"]?["structure"]?["jsonSchema"]?["schema"]?.decodedUTF8()
        if let schema, let document = try? JSONDocument(parsing: schema) {
            text = String(decoding: DemonstrationModel.instance(of: document.root, text: received), as: UTF8.self)
        } else {
            text = DemonstrationModel.telling(received)
        }
    }

    /// A result's texts, and its JSON as it is written.
    private static func text(of content: JSONValue?) -> String {
        guard let content else { return "" }
        let texts = content.elements.compactMap { block in
            block["text"]?.string ?? block["json"].map { String(decoding: $0.document.bytes[$0.range], as: UTF8.self) }
        }
        return texts.joined(separator: "\n")
    }

    private static func call(_ root: JSONValue, text: String) -> (name: String, input: [UInt8])? {
        guard let tools = root["toolConfig"]?["tools"], let choice = root["toolConfig"]?["toolChoice"] else {
            return nil
        }
        let wanted = choice["tool"]?["name"]
        guard wanted != nil || choice["any"] != nil else { return nil }
        for tool in tools.elements {
            guard let tool = tool["toolSpec"], let name = tool["name"]?.string else { continue }
            guard wanted?.equals(name) ?? true else { continue }
            return (name, DemonstrationModel.instance(of: tool["inputSchema"]?["json"], text: text))
        }
        return nil
    }

    func whole() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("output")
        writer.beginObject()
        writer.key("message")
        writer.beginObject()
        writer.key("role")
        writer.string("assistant")
        writer.key("content")
        writer.beginArray()
        writer.beginObject()
        if let call {
            writeCall(call.name, input: call.input, &writer)
        } else {
            writer.key("text")
            writer.string(text)
        }
        writer.endObject()
        writer.endArray()
        writer.endObject()
        writer.endObject()
        writer.key("stopReason")
        writer.string(stopReason)
        writeFigures(&writer)
        writer.endObject()
        return writer.bytes
    }

    func events() -> [[UInt8]] {
        var events = [event("messageStart") { $0.member("role", "assistant") }]
        if let call {
            events.append(
                block("contentBlockStart") { writer in
                    writer.key("start")
                    writer.beginObject()
                    writeCall(call.name, input: nil, &writer)
                    writer.endObject()
                })
            for piece in DemonstrationModel.pieces(json: String(decoding: call.input, as: UTF8.self)) {
                events.append(delta(.toolArguments, piece))
            }
        } else {
            for piece in DemonstrationModel.pieces(text) { events.append(delta(.content, piece)) }
        }
        events.append(block("contentBlockStop") { _ in })
        events.append(event("messageStop") { $0.member("stopReason", stopReason) })
        events.append(event("metadata") { writeFigures(&$0) })
        return events
    }

    private var stopReason: String { call == nil ? "end_turn" : "tool_use" }

    private func delta(_ kind: StreamChannel.Kind, _ piece: String) -> [UInt8] {
        var stream: [UInt8] = []
        BedrockStreamReader.append(kind, EscapedText(piece), block: 0, to: &stream)
        return stream
    }

    private func block(_ name: String, _ members: (inout JSONWriter) -> Void) -> [UInt8] {
        event(name) { writer in
            writer.key("contentBlockIndex")
            writer.int(0)
            members(&writer)
        }
    }

    private func event(_ name: String, _ members: (inout JSONWriter) -> Void) -> [UInt8] {
        var stream: [UInt8] = []
        EventFrameWriter.append(event: name, to: &stream) { writer in
            writer.beginObject()
            members(&writer)
            writer.endObject()
        }
        return stream
    }

    private func writeCall(_ name: String, input: [UInt8]?, _ writer: inout JSONWriter) {
        writer.key("toolUse")
        writer.beginObject()
        writer.member("toolUseId", "tooluse_\(identifier)")
        writer.member("name", name)
        if let input {
            writer.key("input")
            writer.raw(input)
        }
        writer.endObject()
    }

    private func writeFigures(_ writer: inout JSONWriter) {
        var usage = ReplyUsage()
        usage.input = DemonstrationModel.tokens(root)
        usage.output = call.map { max(1, $0.input.count / 4) } ?? DemonstrationModel.tokens(text)
        writer.key("usage")
        BedrockUsage.write(usage, to: &writer)
        writer.key("metrics")
        writer.raw("{\"latencyMs\":1}")
    }
}

extension JSONWriter {
    /// A member whose value is text.
    fileprivate mutating func member(_ name: StaticString, _ value: String) {
        key(name)
        string(value)
    }
}
