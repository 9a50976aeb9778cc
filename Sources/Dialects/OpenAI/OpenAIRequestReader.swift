internal import Inference
internal import JSONText

/// Reads `POST /v1/chat/completions` and `POST /v1/embeddings`.
enum OpenAIRequestReader {
    static func read(_ operation: Operation, body: JSONDocument) throws(RequestError) -> InferenceRequest {
        var reader = Reader(draft: try RequestDraft(body: body))
        switch operation {
        case .embeddings: try reader.readEmbeddings(body.root)
        default: try reader.readChat(body.root)
        }
        return try reader.draft.finish(operation)
    }
}

private struct Reader {
    typealias Place = InferenceRequest.Place
    var draft: RequestDraft

    // MARK: Chat

    mutating func readChat(_ root: JSONValue) throws(RequestError) {
        var hasMessages = false
        for (key, value) in root.members {
            if key.equals("model") {
                try draft.readModel(value)
            } else if key.equals("messages") {
                hasMessages = true
                for message in try draft.elements(of: value, "messages") { try readMessage(message) }
            } else if key.equals("stream") {
                try draft.readStream(value)
            } else if key.equals("stream_options") {
                draft.wantsStreamUsage = value["include_usage"]?.bool ?? false
                try readKnown(value, "include_usage", "include_obfuscation")
            } else if key.equals("tools") || key.equals("functions") {
                try readTools(value)
            } else if key.equals("max_tokens") || key.equals("max_completion_tokens") {
                draft.readMaximum(value)
                try draft.collector.everything(value, .other)
            } else if Self.isSetting(key) {
                try draft.collector.everything(value, .other)
            } else {
                try draft.collector.everything(key, .other)
                try draft.collector.everything(value, .other)
            }
        }
        guard hasMessages else { throw RequestError(.invalidRequest, "`messages` is missing", param: "messages") }
    }

    /// Members that every SDK sends: their names are the API's, not the caller's.
    private static func isSetting(_ key: JSONValue) -> Bool {
        key.isOne(
            of: "temperature", "top_p", "n", "seed", "stop", "user", "response_format", "tool_choice",
            "parallel_tool_calls", "presence_penalty", "frequency_penalty", "reasoning_effort", "store", "metadata",
            "logprobs", "top_logprobs", "service_tier")
    }

    private mutating func readMessage(_ message: JSONValue) throws(RequestError) {
        let role = message["role"]
        let place = Self.place(of: role)
        guard message.kind == .object else { return try draft.collector.everything(message, place) }
        for (key, value) in message.members {
            if key.equals("role") {
                if place == .other { try draft.collector.everything(value, place) }
            } else if key.equals("content") {
                try readContent(value, place)
            } else if key.equals("tool_calls") {
                try readToolCalls(value, place)
            } else if key.equals("function_call") {
                try readCall(value, place)
            } else {
                if !key.isOne(of: "name", "tool_call_id", "refusal", "annotations", "audio") {
                    try draft.collector.everything(key, place)
                }
                try draft.collector.everything(value, place)
            }
        }
    }

    /// Only a role that is exactly a known word needs no inspection itself; all others are of place `.other`.
    private static func place(of role: JSONValue?) -> Place {
        guard let role else { return .other }
        if role.equals("user") { return .user }
        if role.equals("assistant") { return .assistant }
        if role.isOne(of: "system", "developer") { return .system }
        return role.isOne(of: "tool", "function") ? .toolResult : .other
    }

    private mutating func readContent(_ content: JSONValue, _ place: Place) throws(RequestError) {
        guard content.kind == .array else { return try draft.collector.everything(content, place) }
        for part in content.elements { try readPart(part, place) }
    }

    private mutating func readPart(_ part: JSONValue, _ place: Place) throws(RequestError) {
        guard part.kind == .object else { return try draft.collector.everything(part, place) }
        for (key, value) in part.members {
            if key.equals("type") {
                if !value.isOne(of: "text", "image_url", "input_audio", "file", "refusal") {
                    try draft.collector.everything(value, place)
                }
            } else if key.equals("image_url") {
                try readAddress(value, .image, place)
            } else if key.equals("audio_url") {
                try readAddress(value, .audio, place)
            } else if key.equals("video_url") {
                try readAddress(value, .binary, place)
            } else if key.equals("input_audio") {
                try readMedia(value, .audio, place)
            } else if key.equals("file") {
                try readMedia(value, .file, place)
            } else {
                if !key.isOne(of: "text", "refusal") { try draft.collector.everything(key, place) }
                try draft.collector.everything(value, place)
            }
        }
    }

    /// `{"url":…,"detail":…}`, or the address itself, as some servers take it.
    private mutating func readAddress(
        _ value: JSONValue, _ kind: InferenceRequest.UnscannablePart.Kind, _ place: Place
    ) throws(RequestError) {
        guard value.kind == .object else { return try draft.collector.address(value, kind, place) }
        for (key, member) in value.members {
            if key.equals("url") {
                try draft.collector.address(member, kind, place)
            } else {
                if !key.equals("detail") { try draft.collector.everything(key, place) }
                try draft.collector.everything(member, place)
            }
        }
    }

    /// `{"data":…,"format":…}` or `{"file_data":…,"filename":…}` or `{"file_id":…}`.
    private mutating func readMedia(
        _ value: JSONValue, _ kind: InferenceRequest.UnscannablePart.Kind, _ place: Place
    ) throws(RequestError) {
        guard value.kind == .object else { return try draft.collector.everything(value, place) }
        for (key, member) in value.members {
            if key.isOne(of: "data", "file_data") {
                try draft.collector.payload(member, kind, place)
            } else {
                if key.equals("file_id"), member.kind == .string { draft.collector.part(kind, place) }
                if !key.isOne(of: "file_id", "format", "filename") { try draft.collector.everything(key, place) }
                try draft.collector.everything(member, place)
            }
        }
    }

    private mutating func readToolCalls(_ calls: JSONValue, _ place: Place) throws(RequestError) {
        guard calls.kind == .array else { return try draft.collector.everything(calls, place) }
        for call in calls.elements {
            guard call.kind == .object else {
                try draft.collector.everything(call, place)
                continue
            }
            for (key, value) in call.members {
                if key.isOne(of: "function", "custom") {
                    try readCall(value, place)
                } else if key.equals("type") {
                    if !value.isOne(of: "function", "custom") { try draft.collector.everything(value, place) }
                } else {
                    if !key.equals("id") { try draft.collector.everything(key, place) }
                    try draft.collector.everything(value, place)
                }
            }
        }
    }

    /// `{"name":…,"arguments":"{…}"}`, or a custom tool's `{"name":…,"input":…}`.
    private mutating func readCall(_ call: JSONValue, _ place: Place) throws(RequestError) {
        guard call.kind == .object else { return try draft.collector.everything(call, place) }
        for (key, value) in call.members {
            if key.isOne(of: "arguments", "input") {
                try draft.collector.arguments(value, .toolArguments)
            } else {
                if !key.equals("name") { try draft.collector.everything(key, place) }
                try draft.collector.everything(value, place)
            }
        }
    }

    // MARK: Tools

    private mutating func readTools(_ tools: JSONValue) throws(RequestError) {
        guard tools.kind == .array else { return try draft.collector.everything(tools, .toolDefinition) }
        for tool in tools.elements {
            let definition = tool["function"] ?? tool["custom"] ?? tool
            if let name = definition["name"]?.string { draft.tools.append(name) }
            guard tool.kind == .object else {
                try draft.collector.everything(tool, .toolDefinition)
                continue
            }
            for (key, value) in tool.members {
                if key.equals("function") {
                    try readFunction(value)
                } else if key.equals("type") {
                    if !value.isOne(of: "function", "custom") {
                        try draft.collector.everything(value, .toolDefinition)
                    }
                } else {
                    try draft.collector.everything(key, .toolDefinition)
                    try draft.collector.everything(value, .toolDefinition)
                }
            }
        }
    }

    private mutating func readFunction(_ function: JSONValue) throws(RequestError) {
        guard function.kind == .object else { return try draft.collector.everything(function, .toolDefinition) }
        for (key, value) in function.members {
            if !key.isOne(of: "name", "description", "parameters", "strict") {
                try draft.collector.everything(key, .toolDefinition)
            }
            try draft.collector.everything(value, .toolDefinition)
        }
    }

    /// An object whose members are switches: names we know need no inspection.
    private mutating func readKnown(_ value: JSONValue, _ names: StaticString...) throws(RequestError) {
        guard value.kind == .object else { return try draft.collector.everything(value, .other) }
        for (key, member) in value.members {
            var isKnown = false
            for name in names where key.equals(name) { isKnown = true }
            if !isKnown { try draft.collector.everything(key, .other) }
            try draft.collector.everything(member, .other)
        }
    }

    // MARK: Embeddings

    mutating func readEmbeddings(_ root: JSONValue) throws(RequestError) {
        var hasInput = false
        for (key, value) in root.members {
            if key.equals("model") {
                try draft.readModel(value)
            } else if key.equals("input") {
                hasInput = true
                try readInput(value)
            } else {
                if !key.isOne(of: "encoding_format", "dimensions", "user") {
                    try draft.collector.everything(key, .other)
                }
                if !value.isOne(of: "float", "base64") { try draft.collector.everything(value, .other) }
            }
        }
        guard hasInput else { throw RequestError(.invalidRequest, "`input` is missing", param: "input") }
    }

    /// Texts, or numbers of tokens, which no detector can read.
    private mutating func readInput(_ input: JSONValue) throws(RequestError) {
        guard input.kind == .string || input.kind == .array else {
            throw RequestError(.invalidRequest, "`input` has to be a string or an array", param: "input")
        }
        if Self.holdsNumbers(input) { draft.collector.part(.binary, .embeddingInput) }
        for element in input.elements where Self.holdsNumbers(element) {
            draft.collector.part(.binary, .embeddingInput)
        }
        try draft.collector.everything(input, .embeddingInput)
    }

    private static func holdsNumbers(_ value: JSONValue) -> Bool {
        value.elements.contains { $0.kind == .number }
    }
}
