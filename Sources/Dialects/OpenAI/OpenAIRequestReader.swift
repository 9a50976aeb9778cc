internal import Inference
internal import JSONText

/// Reads `POST /v1/chat/completions`, `POST /v1/completions` and `POST /v1/embeddings`.
enum OpenAIRequestReader {
    static func read(_ operation: Operation, body: JSONDocument) throws(RequestError) -> InferenceRequest {
        try body.withTape { (tape) throws(RequestError) in
            var reader = Reader(tape: tape, draft: try RequestDraft(tape))
            switch operation {
            case .completions: try reader.readCompletion()
            case .embeddings: try reader.readEmbeddings()
            default: try reader.readChat()
            }
            return try reader.draft.finish(operation)
        }
    }
}

private struct Reader {
    typealias Place = InferenceRequest.Place
    typealias Kind = InferenceRequest.UnscannablePart.Kind

    let tape: Tape
    var draft: RequestDraft

    // MARK: Chat

    mutating func readChat() throws(RequestError) {
        var hasMessages = false
        for member in tape.members(of: 0) {
            switch member.name {
            case "model":
                try draft.readModel(member.value)
            case "messages":
                hasMessages = true
                for message in try draft.messages(member.value) { try readMessage(message) }
            case "stream":
                try draft.readStream(member.value)
            case "stream_options":
                try readStreamOptions(member.value)
            case "tools":
                try draft.checkTools(member.value, named: "tools")
                try readTools(member.value)
            case "functions":
                try draft.checkTools(member.value, named: "functions")
                try readTools(member.value)
            case "models": try draft.refuseModels(member.value, named: "models")
            case "fallbacks": try draft.refuseModels(member.value, named: "fallbacks")
            case "max_tokens", "max_completion_tokens": try draft.readMaximum(member.value)
            case "temperature", "top_p", "n", "seed", "stop", "user", "response_format", "tool_choice",
                "parallel_tool_calls", "presence_penalty", "frequency_penalty", "reasoning_effort", "store", "metadata",
                "logprobs", "top_logprobs", "service_tier":
                // Names that every SDK sends are the API's, not the caller's.
                try draft.collector.everything(member.value, .other)
            default: try draft.readUnknown(member, .other)
            }
        }
        guard hasMessages else { throw RequestError(.invalidRequest, "`messages` is missing", param: "messages") }
    }

    private mutating func readStreamOptions(_ options: Int) throws(RequestError) {
        guard tape.kind(options) == .object else { return try draft.collector.everything(options, .other) }
        for member in tape.members(of: options) {
            switch member.name {
            case "include_usage":
                draft.wantsStreamUsage = tape.kind(member.value) == .true
                try draft.collector.everything(member.value, .other)
            case "include_obfuscation":
                try draft.collector.everything(member.value, .other)
            default: try draft.readUnknown(member, .other)
            }
        }
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
            case "tool_calls":
                try readToolCalls(member.value, place)
            case "function_call":
                try readCall(member.value, place)
            case "name", "tool_call_id", "refusal", "annotations", "audio":
                try draft.collector.everything(member.value, place)
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
        case "system", "developer": return .system
        case "tool", "function": return .toolResult
        default: return .other
        }
    }

    private mutating func readContent(_ content: Int, _ place: Place) throws(RequestError) {
        guard tape.kind(content) == .array else { return try draft.collector.everything(content, place) }
        for part in tape.elements(of: content) { try readPart(part, place) }
    }

    private mutating func readPart(_ part: Int, _ place: Place) throws(RequestError) {
        guard tape.kind(part) == .object else { return try draft.collector.everything(part, place) }
        for member in tape.members(of: part) {
            switch member.name {
            case "type":
                switch tape.word(member.value) {
                case "text", "image_url", "input_audio", "file", "refusal": break
                default: try draft.collector.everything(member.value, place)
                }
            case "text", "refusal": try draft.collector.everything(member.value, place)
            case "image_url": try readAddress(member.value, .image, place)
            case "audio_url": try readAddress(member.value, .audio, place)
            case "video_url": try readAddress(member.value, .binary, place)
            case "input_audio": try readMedia(member.value, .audio, place)
            case "file": try readMedia(member.value, .file, place)
            default: try draft.readUnknown(member, place)
            }
        }
    }

    /// `{"url":…,"detail":…}`, or the address itself, as some servers take it.
    private mutating func readAddress(_ node: Int, _ kind: Kind, _ place: Place) throws(RequestError) {
        guard tape.kind(node) == .object else { return try draft.collector.address(node, kind, place) }
        for member in tape.members(of: node) {
            switch member.name {
            case "url": try draft.collector.address(member.value, kind, place)
            case "detail": try draft.collector.everything(member.value, place)
            default: try draft.readUnknown(member, place)
            }
        }
    }

    /// `{"data":…,"format":…}` or `{"file_data":…,"filename":…}` or `{"file_id":…}`.
    private mutating func readMedia(_ node: Int, _ kind: Kind, _ place: Place) throws(RequestError) {
        guard tape.kind(node) == .object else { return try draft.collector.everything(node, place) }
        for member in tape.members(of: node) {
            switch member.name {
            case "data", "file_data":
                try draft.collector.payload(member.value, kind, place)
            case "file_id": try draft.collector.reference(member.value, kind, place)
            case "format", "filename":
                try draft.collector.everything(member.value, place)
            default: try draft.readUnknown(member, place)
            }
        }
    }

    private mutating func readToolCalls(_ calls: Int, _ place: Place) throws(RequestError) {
        guard tape.kind(calls) == .array else { return try draft.collector.everything(calls, place) }
        for call in tape.elements(of: calls) {
            guard tape.kind(call) == .object else {
                try draft.collector.everything(call, place)
                continue
            }
            for member in tape.members(of: call) {
                switch member.name {
                case "function", "custom": try readCall(member.value, place)
                case "type": try readToolType(member.value, place)
                case "id": try draft.collector.everything(member.value, place)
                default: try draft.readUnknown(member, place)
                }
            }
        }
    }

    private mutating func readToolType(_ type: Int, _ place: Place) throws(RequestError) {
        switch tape.word(type) {
        case "function", "custom": break
        default: try draft.collector.everything(type, place)
        }
    }

    /// `{"name":…,"arguments":"{…}"}`, or a custom tool's `{"name":…,"input":…}`.
    private mutating func readCall(_ call: Int, _ place: Place) throws(RequestError) {
        guard tape.kind(call) == .object else { return try draft.collector.everything(call, place) }
        for member in tape.members(of: call) {
            switch member.name {
            case "arguments", "input": try draft.collector.arguments(member.value, .toolArguments)
            case "name": try draft.collector.everything(member.value, place)
            default: try draft.readUnknown(member, place)
            }
        }
    }

    // MARK: Tools

    private mutating func readTools(_ tools: Int) throws(RequestError) {
        guard tape.kind(tools) == .array else { return try draft.collector.everything(tools, .toolDefinition) }
        for tool in tape.elements(of: tools) {
            draft.readToolNames(tool)
            guard tape.kind(tool) == .object else {
                try draft.collector.everything(tool, .toolDefinition)
                continue
            }
            for member in tape.members(of: tool) {
                switch member.name {
                case "function": try readFunction(member.value)
                case "type": try readToolType(member.value, .toolDefinition)
                default: try draft.readUnknown(member, .toolDefinition)
                }
            }
        }
    }

    private mutating func readFunction(_ function: Int) throws(RequestError) {
        guard tape.kind(function) == .object else { return try draft.collector.everything(function, .toolDefinition) }
        for member in tape.members(of: function) {
            switch member.name {
            case "name", "description", "parameters", "strict":
                try draft.collector.everything(member.value, .toolDefinition)
            default: try draft.readUnknown(member, .toolDefinition)
            }
        }
    }

    // MARK: Completions

    mutating func readCompletion() throws(RequestError) {
        var hasPrompt = false
        for member in tape.members(of: 0) {
            switch member.name {
            case "model": try draft.readModel(member.value)
            case "prompt":
                hasPrompt = true
                try readInput(member.value, "prompt", .user)
            case "suffix": try draft.collector.everything(member.value, .user)
            case "stream": try draft.readStream(member.value)
            case "stream_options": try readStreamOptions(member.value)
            case "max_tokens": try draft.readMaximum(member.value)
            case "prompt_embeds":
                // Numbers in place of texts, as vLLM takes them.
                draft.collector.part(.binary, .user)
                try draft.collector.everything(member.value, .user)
            case "temperature", "top_p", "n", "best_of", "echo", "logprobs", "stop", "presence_penalty",
                "frequency_penalty", "logit_bias", "seed", "user":
                // Names that every SDK sends are the API's, not the caller's.
                try draft.collector.everything(member.value, .other)
            default: try draft.readUnknown(member, .other)
            }
        }
        guard hasPrompt else { throw RequestError(.invalidRequest, "`prompt` is missing", param: "prompt") }
    }

    // MARK: Embeddings

    mutating func readEmbeddings() throws(RequestError) {
        var hasInput = false
        for member in tape.members(of: 0) {
            switch member.name {
            case "model":
                try draft.readModel(member.value)
            case "input":
                hasInput = true
                try readInput(member.value, "input", .embeddingInput)
            case "encoding_format":
                switch tape.word(member.value) {
                case "float", "base64": break
                default: try draft.collector.everything(member.value, .other)
                }
            case "dimensions", "user":
                try draft.collector.everything(member.value, .other)
            default: try draft.readUnknown(member, .other)
            }
        }
        guard hasInput else { throw RequestError(.invalidRequest, "`input` is missing", param: "input") }
    }

    /// Texts, or numbers of tokens, which no detector can read.
    private mutating func readInput(_ input: Int, _ field: String, _ place: Place) throws(RequestError) {
        guard tape.kind(input) == .string || tape.kind(input) == .array else {
            throw RequestError(.invalidRequest, "`\(field)` has to be a string or an array", param: field)
        }
        if holdsNumbers(input) { draft.collector.part(.binary, place) }
        for element in tape.elements(of: input) where holdsNumbers(element) { draft.collector.part(.binary, place) }
        try draft.collector.everything(input, place)
    }

    private func holdsNumbers(_ node: Int) -> Bool {
        tape.elements(of: node).contains { tape.kind($0) == .number }
    }
}
