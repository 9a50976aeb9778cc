internal import Inference
internal import JSONText

/// Reads `POST /v1/messages` and `POST /v1/messages/count_tokens`.
enum AnthropicRequestReader {
    static func read(_ operation: Operation, body: JSONDocument) throws(RequestError) -> InferenceRequest {
        try body.withTape { (tape) throws(RequestError) in
            var reader = Reader(tape: tape, draft: try RequestDraft(tape))
            try reader.readMessages()
            return try reader.draft.finish(operation)
        }
    }
}

private struct Reader {
    typealias Place = InferenceRequest.Place
    typealias Kind = InferenceRequest.UnscannablePart.Kind

    let tape: Tape
    var draft: RequestDraft

    mutating func readMessages() throws(RequestError) {
        var hasMessages = false
        for member in tape.members(of: 0) {
            switch member.name {
            case "model":
                try draft.readModel(member.value)
            case "messages":
                hasMessages = true
                for message in try draft.messages(member.value) { try readMessage(message) }
            case "system":
                try readContent(member.value, .system)
            case "stream":
                try draft.readStream(member.value)
            case "tools":
                try draft.checkTools(member.value, named: "tools")
                try readTools(member.value)
            case "mcp_servers":
                // Each brings tools that the provider calls by itself; policy is asked about it by its name.
                try draft.checkTools(member.value, named: "mcp_servers")
                for server in tape.elements(of: member.value) { draft.readToolName(tape.member("name", of: server)) }
                try draft.collector.everything(member.value, .other)
            case "max_tokens": try draft.readMaximum(member.value)
            case "fallbacks": try draft.refuseModels(member.value, named: "fallbacks")
            case "temperature", "top_p", "top_k", "stop_sequences", "tool_choice", "metadata", "thinking",
                "output_config", "service_tier", "container":
                // Names that every SDK sends are the API's, not the caller's.
                try draft.collector.everything(member.value, .other)
            default: try draft.readUnknown(member, .other)
            }
        }
        guard hasMessages else { throw RequestError(.invalidRequest, "`messages` is missing", param: "messages") }
    }

    private mutating func readMessage(_ message: Int) throws(RequestError) {
        guard tape.kind(message) == .object else { return try draft.collector.everything(message, .other) }
        let place = placeOfRole(in: message)
        for member in tape.members(of: message) {
            switch member.name {
            case "role":
                if place == .other { try draft.collector.everything(member.value, place) }
            case "content":
                try readContent(member.value, place)
            default: try draft.readUnknown(member, place)
            }
        }
    }

    /// Only a role that is exactly a known word needs no inspection itself; all others are of place `.other`.
    private func placeOfRole(in message: Int) -> Place {
        guard let role = tape.member("role", of: message) else { return .other }
        switch tape.word(role) {
        case "user": return .user
        case "assistant": return .assistant
        case "system": return .system
        default: return .other
        }
    }

    /// A string, a block, or an array of blocks.
    private mutating func readContent(_ content: Int, _ place: Place) throws(RequestError) {
        switch tape.kind(content) {
        case .array:
            for block in tape.elements(of: content) { try readBlock(block, place) }
        case .object:
            try readBlock(content, place)
        default:
            try draft.collector.everything(content, place)
        }
    }

    private mutating func readBlock(_ block: Int, _ outerPlace: Place) throws(RequestError) {
        guard tape.kind(block) == .object else { return try draft.collector.everything(block, outerPlace) }
        var place = outerPlace
        var mediaKind = Kind.file
        if let type = tape.member("type", of: block) {
            switch tape.word(type) {
            case "text": break
            case "image": mediaKind = .image
            case "tool_result": place = .toolResult
            default:
                // A result's own parts are the tool's words, whoever's message they stand in.
                if tape.value(type).string?.hasSuffix("_tool_result") ?? false { place = .toolResult }
            }
        }
        for member in tape.members(of: block) {
            switch member.name {
            case "type":
                try readBlockType(member.value, place)
            case "source" where tape.kind(member.value) == .object:
                try readSource(member.value, mediaKind, place)
            case "content":
                try readContent(member.value, place)
            case "input":
                try draft.collector.everything(member.value, .toolArguments)
            case "file_id": try draft.collector.reference(member.value, .file, place)
            case "tool":
                // A tool that comes in the middle of a conversation.
                if let definition = tape.member("definition", of: member.value) { draft.readToolNames(definition) }
                try draft.collector.everything(member.value, .toolDefinition)
            case "text", "id", "name", "tool_use_id", "is_error", "cache_control", "citations", "thinking", "signature",
                "data", "title", "context", "caller":
                try draft.collector.everything(member.value, place)
            default: try draft.readUnknown(member, place)
            }
        }
    }

    private mutating func readBlockType(_ type: Int, _ place: Place) throws(RequestError) {
        switch tape.word(type) {
        case "text", "image", "document", "tool_use", "tool_result", "thinking", "redacted_thinking",
            "server_tool_use", "web_search_tool_result", "search_result", "container_upload":
            break
        default:
            try draft.collector.everything(type, place)
        }
    }

    /// `{"type":"base64","media_type":…,"data":…}`, or `url`, `file`, `text`, `content`.
    private mutating func readSource(_ source: Int, _ kind: Kind, _ place: Place) throws(RequestError) {
        let isBase64 = tape.member("type", of: source).map { "base64" ~= tape.word($0) } ?? false
        for member in tape.members(of: source) {
            switch member.name {
            case "type":
                switch tape.word(member.value) {
                case "base64", "url", "file", "text", "content": break
                default: try draft.collector.everything(member.value, place)
                }
            case "data":
                if isBase64 {
                    try draft.collector.payload(member.value, kind, place)
                } else {
                    try draft.collector.everything(member.value, place)
                }
            case "url":
                try draft.collector.address(member.value, kind, place)
            case "content":
                try readContent(member.value, place)
            case "file_id": try draft.collector.reference(member.value, kind, place)
            case "media_type":
                try draft.collector.everything(member.value, place)
            default: try draft.readUnknown(member, place)
            }
        }
    }

    private mutating func readTools(_ tools: Int) throws(RequestError) {
        guard tape.kind(tools) == .array else { return try draft.collector.everything(tools, .toolDefinition) }
        for tool in tape.elements(of: tools) {
            guard tape.kind(tool) == .object else {
                try draft.collector.everything(tool, .toolDefinition)
                continue
            }
            draft.readToolName(tape.member("name", of: tool) ?? tape.member("type", of: tool))
            for member in tape.members(of: tool) {
                switch member.name {
                case "name", "description", "input_schema", "type", "cache_control":
                    try draft.collector.everything(member.value, .toolDefinition)
                default: try draft.readUnknown(member, .toolDefinition)
                }
            }
        }
    }
}
