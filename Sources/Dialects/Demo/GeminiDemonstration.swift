internal import JSONText

/// The demonstration model's answers to Gemini's callers.
struct GeminiDemonstration {
    private let root: JSONValue
    private let identifier: String
    private let text: String
    /// A function's name and arguments, where the request insists on a call.
    private let call: (name: String, arguments: [UInt8])?

    init(_ root: JSONValue, identifier: String) {
        self.root = root
        self.identifier = identifier
        var lastUser = ""
        var result: String?
        for content in root["contents"]?.elements ?? root.elements {
            result = nil
            guard !(content["role"]?.equals("model") ?? false) else { continue }
            for part in content["parts"]?.elements ?? root.elements {
                let response = Self.member(part, "functionResponse", "function_response")
                guard let response else { continue }
                result = Self.text(of: response["response"])
            }
            lastUser = DemonstrationModel.text(of: content["parts"])
        }
        let received = result ?? lastUser
        call = result == nil ? Self.call(root, text: received) : nil
        let configuration = Self.member(root, "generationConfig", "generation_config")
        let type = configuration.flatMap { Self.member($0, "responseMimeType", "response_mime_type") }
        if type?.equals("application/json") ?? false {
            let schema = configuration.flatMap {
                Self.member($0, "responseJsonSchema", "response_json_schema")
                    ?? Self.member($0, "responseSchema", "response_schema")
            }
            text = String(decoding: DemonstrationModel.instance(of: schema, text: received), as: UTF8.self)
        } else {
            text = DemonstrationModel.telling(received)
        }
    }

    private static func member(_ value: JSONValue, _ name: StaticString, _ other: StaticString) -> JSONValue? {
        value[name] ?? value[other]
    }

    /// What a function answered: its only string, or all of it.
    private static func text(of response: JSONValue?) -> String {
        guard let response else { return "" }
        if response.count == 1, let only = response["result"]?.string ?? response["output"]?.string { return only }
        return String(decoding: response.document.bytes[response.range], as: UTF8.self)
    }

    private static func call(_ root: JSONValue, text: String) -> (name: String, arguments: [UInt8])? {
        guard let tools = root["tools"], let configuration = member(root, "toolConfig", "tool_config"),
            let calling = member(configuration, "functionCallingConfig", "function_calling_config"),
            calling["mode"]?.equals("ANY") ?? false
        else { return nil }
        let allowed = member(calling, "allowedFunctionNames", "allowed_function_names")
        for tool in tools.elements {
            guard let functions = member(tool, "functionDeclarations", "function_declarations") else { continue }
            for function in functions.elements {
                guard let name = function["name"]?.string else { continue }
                if let allowed, allowed.count > 0, !allowed.elements.contains(where: { $0.equals(name) }) { continue }
                let schema =
                    member(function, "parametersJsonSchema", "parameters_json_schema") ?? function["parameters"]
                return (name, DemonstrationModel.instance(of: schema, text: text))
            }
        }
        return nil
    }

    func whole() -> [UInt8] {
        response(finish: "STOP") { writer in
            if let call { writeCall(call.name, call.arguments, &writer) } else { writeText(text, &writer) }
        }
    }

    func events() -> [[UInt8]] {
        if call != nil { return [EventStreamWriter.event(data: whole())] }
        let pieces = DemonstrationModel.pieces(text)
        return pieces.enumerated().map { index, piece in
            EventStreamWriter.event(
                data: response(finish: index == pieces.count - 1 ? "STOP" : nil) { writeText(piece, &$0) })
        }
    }

    private func response(finish: StaticString?, part: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("candidates")
        writer.beginArray()
        writer.beginObject()
        writer.key("content")
        writer.beginObject()
        writer.key("parts")
        writer.beginArray()
        part(&writer)
        writer.endArray()
        writer.key("role")
        writer.string("model")
        writer.endObject()
        if let finish {
            writer.key("finishReason")
            writer.string(finish)
        }
        writer.key("index")
        writer.int(0)
        writer.endObject()
        writer.endArray()
        writeUsage(&writer)
        writer.key("modelVersion")
        writer.string("demo")
        writer.key("responseId")
        writer.string(identifier)
        writer.endObject()
        return writer.bytes
    }

    private func writeText(_ text: String, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("text")
        writer.string(text)
        writer.endObject()
    }

    private func writeCall(_ name: String, _ arguments: [UInt8], _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("functionCall")
        writer.beginObject()
        writer.key("id")
        writer.string("call_\(identifier)")
        writer.key("name")
        writer.string(name)
        writer.key("args")
        writer.raw(arguments)
        writer.endObject()
        writer.endObject()
    }

    private func writeUsage(_ writer: inout JSONWriter) {
        let input = Self.tokens(root)
        let output = call.map { max(1, $0.arguments.count / 4) } ?? DemonstrationModel.tokens(text)
        writer.key("usageMetadata")
        writer.beginObject()
        writer.key("promptTokenCount")
        writer.int(input)
        writer.key("candidatesTokenCount")
        writer.int(output)
        writer.key("totalTokenCount")
        writer.int(input + output)
        writer.endObject()
    }

    // MARK: - Counts and embeddings

    /// A rough count: a token for every four bytes.
    static func tokens(_ root: JSONValue) -> Int { max(1, root.range.count / 4) }

    static func count(_ root: JSONValue) -> [UInt8] { Array("{\"totalTokens\":\(tokens(root))}".utf8) }

    static func embedding(_ root: JSONValue) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("embedding")
        writeVector(of: root, to: &writer)
        writer.endObject()
        return writer.bytes
    }

    /// `nil` for more than it makes at once.
    static func embeddings(_ root: JSONValue) -> [UInt8]? {
        guard let requests = root["requests"], requests.count <= DemonstrationEmbeddings.mostInputs else { return nil }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("embeddings")
        writer.beginArray()
        for request in requests.elements { writeVector(of: request, to: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private static func writeVector(of request: JSONValue, to writer: inout JSONWriter) {
        let wanted = member(request, "outputDimensionality", "output_dimensionality")?.int
        let text = DemonstrationModel.text(of: request["content"]?["parts"])
        writer.beginObject()
        writer.key("values")
        writer.beginArray()
        for component in DemonstrationEmbeddings.vector(of: text, dimensions: wanted) {
            writer.raw(Array(component.description.utf8))
        }
        writer.endArray()
        writer.endObject()
    }
}
