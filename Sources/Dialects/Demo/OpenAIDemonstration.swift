internal import JSONText

/// The demonstration model's chat completions.
struct OpenAIDemonstration {
    private let root: JSONValue
    private let identifier: String
    private let created: Int
    private let text: String
    /// A tool's name and arguments, where the request insists on a call.
    private let call: (name: String, arguments: String)?

    init(_ root: JSONValue, identifier: String, created: Int) {
        self.root = root
        self.identifier = identifier
        self.created = created
        var lastUser = ""
        var lastRole = ""
        var lastText = ""
        for message in root["messages"]?.elements ?? root.elements {
            lastRole = message["role"]?.string ?? ""
            lastText = DemonstrationModel.text(of: message["content"])
            if lastRole == "user" { lastUser = lastText }
        }
        let isToolResult = lastRole == "tool" || lastRole == "function"
        let received = isToolResult ? lastText : lastUser
        call = isToolResult ? nil : Self.call(root, text: received)
        let format = root["response_format"]
        if let format, format["type"]?.equals("json_schema") ?? false {
            text = Self.string(DemonstrationModel.instance(of: format["json_schema"]?["schema"], text: received))
        } else if let format, format["type"]?.equals("json_object") ?? false {
            text = Self.string(DemonstrationModel.instance(of: nil, text: received))
        } else {
            text = DemonstrationModel.telling(received)
        }
    }

    private static func string(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func call(_ root: JSONValue, text: String) -> (name: String, arguments: String)? {
        guard let choice = root["tool_choice"], let tools = root["tools"] else { return nil }
        let wanted = choice["function"]?["name"]?.string
        guard wanted != nil || choice.equals("required") else { return nil }
        for tool in tools.elements {
            guard let function = tool["function"], let name = function["name"]?.string else { continue }
            guard wanted == nil || wanted == name else { continue }
            return (name, string(DemonstrationModel.instance(of: function["parameters"], text: text)))
        }
        return nil
    }

    private var choices: Int { min(max(root["n"]?.int ?? 1, 1), 16) }
    private var finishReason: String { call == nil ? "stop" : "tool_calls" }

    func whole() -> [UInt8] {
        var writer = JSONWriter()
        begin("chat.completion", &writer)
        writer.key("choices")
        writer.beginArray()
        for index in 0..<choices {
            writer.beginObject()
            writer.key("index")
            writer.int(index)
            writer.key("message")
            writer.beginObject()
            writer.key("role")
            writer.string("assistant")
            writer.key("content")
            writer.stringOrNull(call == nil ? text : nil)
            writer.key("refusal")
            writer.null()
            if let call {
                writer.key("tool_calls")
                writer.beginArray()
                writeCall(call.name, call.arguments, choice: index, index: nil, &writer)
                writer.endArray()
            }
            writer.endObject()
            end(index, finishReason, &writer)
        }
        writer.endArray()
        writeUsage(&writer)
        writer.endObject()
        return writer.bytes
    }

    func events() -> [[UInt8]] {
        let wantsUsage = root["stream_options"]?["include_usage"]?.bool ?? false
        var events: [[UInt8]] = []
        for index in 0..<choices {
            events.append(
                chunk(index, wantsUsage) { writer in
                    writer.key("role")
                    writer.string("assistant")
                    writer.key("content")
                    writer.stringOrNull(call == nil ? "" : nil)
                })
            if let call {
                events.append(
                    chunk(index, wantsUsage) { writer in
                        writer.key("tool_calls")
                        writer.beginArray()
                        writeCall(call.name, "", choice: index, index: 0, &writer)
                        writer.endArray()
                    })
                for piece in DemonstrationModel.pieces(json: call.arguments) {
                    events.append(chunk(index, wantsUsage) { writeArguments(piece, &$0) })
                }
            } else {
                for piece in DemonstrationModel.pieces(text) {
                    events.append(
                        chunk(index, wantsUsage) { writer in
                            writer.key("content")
                            writer.string(piece)
                        })
                }
            }
            events.append(chunk(index, wantsUsage, finish: finishReason) { _ in })
        }
        if wantsUsage { events.append(usageChunk()) }
        events.append(EventStreamWriter.done)
        return events
    }

    private func chunk(
        _ index: Int, _ wantsUsage: Bool, finish: String? = nil, _ delta: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        var writer = JSONWriter()
        begin("chat.completion.chunk", &writer)
        writer.key("choices")
        writer.beginArray()
        writer.beginObject()
        writer.key("index")
        writer.int(index)
        writer.key("delta")
        writer.beginObject()
        delta(&writer)
        writer.endObject()
        end(index, finish, &writer)
        writer.endArray()
        if wantsUsage {
            writer.key("usage")
            writer.null()
        }
        writer.endObject()
        return EventStreamWriter.event(data: writer.bytes)
    }

    private func usageChunk() -> [UInt8] {
        var writer = JSONWriter()
        begin("chat.completion.chunk", &writer)
        writer.key("choices")
        writer.beginArray()
        writer.endArray()
        writeUsage(&writer)
        writer.endObject()
        return EventStreamWriter.event(data: writer.bytes)
    }

    private func begin(_ object: StaticString, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("id")
        writer.string("chatcmpl-\(identifier)")
        writer.key("object")
        writer.string(object)
        writer.key("created")
        writer.int(created)
        writer.key("model")
        writer.string(root["model"]?.string ?? "demo")
        writer.key("system_fingerprint")
        writer.string("fp_sallyport")
    }

    private func end(_ index: Int, _ finish: String?, _ writer: inout JSONWriter) {
        writer.key("logprobs")
        writer.null()
        writer.key("finish_reason")
        writer.stringOrNull(finish)
        writer.endObject()
    }

    private func writeCall(
        _ name: String, _ arguments: String, choice: Int, index: Int?, _ writer: inout JSONWriter
    ) {
        writer.beginObject()
        if let index {
            writer.key("index")
            writer.int(index)
        }
        writer.key("id")
        writer.string("call_\(identifier)\(choice)")
        writer.key("type")
        writer.string("function")
        writer.key("function")
        writer.beginObject()
        writer.key("name")
        writer.string(name)
        writer.key("arguments")
        writer.string(arguments)
        writer.endObject()
        writer.endObject()
    }

    private func writeArguments(_ piece: String, _ writer: inout JSONWriter) {
        writer.key("tool_calls")
        writer.beginArray()
        writer.beginObject()
        writer.key("index")
        writer.int(0)
        writer.key("function")
        writer.beginObject()
        writer.key("arguments")
        writer.string(piece)
        writer.endObject()
        writer.endObject()
        writer.endArray()
    }

    private func writeUsage(_ writer: inout JSONWriter) {
        let input = DemonstrationModel.tokens(root)
        let output = DemonstrationModel.tokens(call?.arguments ?? text) * choices
        writer.key("usage")
        writer.beginObject()
        writer.key("prompt_tokens")
        writer.int(input)
        writer.key("completion_tokens")
        writer.int(output)
        writer.key("total_tokens")
        writer.int(input + output)
        writer.key("prompt_tokens_details")
        writer.beginObject()
        writer.key("cached_tokens")
        writer.int(0)
        writer.endObject()
        writer.endObject()
    }
}
