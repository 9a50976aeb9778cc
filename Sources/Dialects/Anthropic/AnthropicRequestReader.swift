internal import Inference
internal import JSONText

/// Reads `POST /v1/messages` and `POST /v1/messages/count_tokens`.
enum AnthropicRequestReader {
    static func read(_ operation: Operation, body: JSONDocument) throws(RequestError) -> InferenceRequest {
        var reader = Reader(draft: try RequestDraft(body: body))
        try reader.readMessages(body.root)
        return try reader.draft.finish(operation)
    }
}

private struct Reader {
    typealias Place = InferenceRequest.Place
    var draft: RequestDraft

    mutating func readMessages(_ root: JSONValue) throws(RequestError) {
        var hasMessages = false
        for (key, value) in root.members {
            if key.equals("model") {
                try draft.readModel(value)
            } else if key.equals("messages") {
                hasMessages = true
                for message in try draft.elements(of: value, "messages") { try readMessage(message) }
            } else if key.equals("system") {
                try readContent(value, .system)
            } else if key.equals("stream") {
                try draft.readStream(value)
            } else if key.equals("tools") {
                try readTools(value)
            } else if key.equals("max_tokens") {
                draft.readMaximum(value)
                try draft.collector.everything(value, .other)
            } else {
                if !Self.isSetting(key) { try draft.collector.everything(key, .other) }
                try draft.collector.everything(value, .other)
            }
        }
        guard hasMessages else { throw RequestError(.invalidRequest, "`messages` is missing", param: "messages") }
    }

    /// Members that every SDK sends: their names are the API's, not the caller's.
    private static func isSetting(_ key: JSONValue) -> Bool {
        key.isOne(
            of: "temperature", "top_p", "top_k", "stop_sequences", "tool_choice", "metadata", "thinking",
            "output_config", "service_tier", "container", "mcp_servers")
    }

    private mutating func readMessage(_ message: JSONValue) throws(RequestError) {
        let place = Self.place(of: message["role"])
        guard message.kind == .object else { return try draft.collector.everything(message, place) }
        for (key, value) in message.members {
            if key.equals("role") {
                if place == .other { try draft.collector.everything(value, place) }
            } else if key.equals("content") {
                try readContent(value, place)
            } else {
                try draft.collector.everything(key, place)
                try draft.collector.everything(value, place)
            }
        }
    }

    /// Only a role that is exactly a known word needs no inspection itself; all others are of place `.other`.
    private static func place(of role: JSONValue?) -> Place {
        guard let role else { return .other }
        if role.equals("user") { return .user }
        if role.equals("assistant") { return .assistant }
        return role.equals("system") ? .system : .other
    }

    /// A string or an array of blocks.
    private mutating func readContent(_ content: JSONValue, _ place: Place) throws(RequestError) {
        switch content.kind {
        case .array:
            for block in content.elements { try readBlock(block, place) }
        case .object:
            try readBlock(content, place)
        default:
            try draft.collector.everything(content, place)
        }
    }

    private mutating func readBlock(_ block: JSONValue, _ place: Place) throws(RequestError) {
        guard block.kind == .object else { return try draft.collector.everything(block, place) }
        let type = block["type"]
        // A result's own parts are the tool's words, whoever's message they stand in.
        let isResult = type?.string?.hasSuffix("tool_result") ?? false
        let place = isResult ? Place.toolResult : place
        let mediaKind: InferenceRequest.UnscannablePart.Kind = type?.equals("image") ?? false ? .image : .file
        for (key, value) in block.members {
            if key.equals("type") {
                if !Self.isBlockType(value) { try draft.collector.everything(value, place) }
            } else if key.equals("source"), value.kind == .object {
                try readSource(value, mediaKind, place)
            } else if key.equals("content") {
                try readContent(value, place)
            } else if key.equals("input") {
                try draft.collector.everything(value, .toolArguments)
            } else {
                if key.equals("file_id"), value.kind == .string { draft.collector.part(.file, place) }
                if !Self.isBlockMember(key) { try draft.collector.everything(key, place) }
                try draft.collector.everything(value, place)
            }
        }
    }

    private static func isBlockType(_ value: JSONValue) -> Bool {
        value.isOne(
            of: "text", "image", "document", "tool_use", "tool_result", "thinking", "redacted_thinking",
            "server_tool_use", "web_search_tool_result", "search_result", "container_upload")
    }

    private static func isBlockMember(_ key: JSONValue) -> Bool {
        key.isOne(
            of: "text", "id", "name", "tool_use_id", "is_error", "cache_control", "citations", "thinking", "signature",
            "data", "title", "context", "caller", "file_id")
    }

    /// `{"type":"base64","media_type":…,"data":…}`, or `url`, `file`, `text`, `content`.
    private mutating func readSource(
        _ source: JSONValue, _ kind: InferenceRequest.UnscannablePart.Kind, _ place: Place
    ) throws(RequestError) {
        let isBase64 = source["type"]?.equals("base64") ?? false
        for (key, value) in source.members {
            if key.equals("type") {
                if !value.isOne(of: "base64", "url", "file", "text", "content") {
                    try draft.collector.everything(value, place)
                }
            } else if key.equals("data"), isBase64 {
                try draft.collector.payload(value, kind, place)
            } else if key.equals("url") {
                try draft.collector.address(value, kind, place)
            } else if key.equals("content") {
                try readContent(value, place)
            } else {
                if key.equals("file_id"), value.kind == .string { draft.collector.part(kind, place) }
                if !key.isOne(of: "media_type", "data", "file_id") { try draft.collector.everything(key, place) }
                try draft.collector.everything(value, place)
            }
        }
    }

    private mutating func readTools(_ tools: JSONValue) throws(RequestError) {
        guard tools.kind == .array else { return try draft.collector.everything(tools, .toolDefinition) }
        for tool in tools.elements {
            guard tool.kind == .object else {
                try draft.collector.everything(tool, .toolDefinition)
                continue
            }
            for (key, value) in tool.members {
                if key.equals("name"), let name = value.string { draft.tools.append(name) }
                if !key.isOne(of: "name", "description", "input_schema", "type", "cache_control") {
                    try draft.collector.everything(key, .toolDefinition)
                }
                try draft.collector.everything(value, .toolDefinition)
            }
        }
    }
}
