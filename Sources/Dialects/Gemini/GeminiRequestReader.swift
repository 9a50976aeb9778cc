internal import Inference
internal import JSONText

/// Reads `generateContent`, `countTokens`, `embedContent` and `batchEmbedContents`. Google takes each name as `camelCase` and as
/// `snake_case`, and so do we.
enum GeminiRequestReader {
    static func read(
        _ operation: Operation, body: JSONDocument, address: RequestAddress?
    ) throws(RequestError) -> InferenceRequest {
        try body.withTape { (tape) throws(RequestError) in
            var reader = Reader(tape: tape, draft: try RequestDraft(tape))
            if let address {
                reader.draft.isStreaming = address.isStreaming
                try reader.draft.setModel(address.model)
            }
            switch operation {
            case .embedContent: try reader.readEmbedding(0)
            case .batchEmbedContents: try reader.readBatch()
            default: try reader.readRequest(0, needsContents: operation == .generateContent)
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

    // MARK: - Bodies

    mutating func readRequest(_ body: Int, needsContents: Bool) throws(RequestError) {
        var hasContents = false
        for member in tape.members(of: body) {
            switch member.name {
            case "contents":
                hasContents = true
                try readContents(member.value)
            case "model": try readModel(member.value)
            case "systemInstruction", "system_instruction": try readContent(member.value, .system)
            case "tools":
                try draft.checkTools(member.value, named: "tools")
                for tool in tape.elements(of: member.value) { try readTool(tool) }
            case "generationConfig", "generation_config": try readConfiguration(member.value)
            case "generateContentRequest" where body == 0, "generate_content_request" where body == 0:
                // Of a token count: the whole request that is to be counted.
                hasContents = true
                guard tape.kind(member.value) == .object else {
                    try draft.collector.everything(member.value, .other)
                    continue
                }
                try readRequest(member.value, needsContents: true)
            case "cachedContent", "cached_content": try draft.collector.reference(member.value, .file, .other)
            case "toolConfig", "tool_config", "safetySettings", "safety_settings", "labels":
                // Names that every SDK sends are the API's, not the caller's.
                try draft.collector.everything(member.value, .other)
            default: try readUnknown(member, .other)
            }
        }
        guard hasContents || !needsContents else {
            throw RequestError(.invalidRequest, "`contents` is missing", param: "contents")
        }
    }

    mutating func readBatch() throws(RequestError) {
        var hasRequests = false
        for member in tape.members(of: 0) {
            switch member.name {
            case "requests":
                hasRequests = true
                guard tape.kind(member.value) == .array else {
                    throw RequestError(.invalidRequest, "`requests` has to be an array", param: "requests")
                }
                for request in tape.elements(of: member.value) { try readEmbedding(request) }
            case "model": try readModel(member.value)
            default: try readUnknown(member, .other)
            }
        }
        guard hasRequests else { throw RequestError(.invalidRequest, "`requests` is missing", param: "requests") }
    }

    mutating func readEmbedding(_ body: Int) throws(RequestError) {
        guard tape.kind(body) == .object else { return try draft.collector.everything(body, .embeddingInput) }
        for member in tape.members(of: body) {
            switch member.name {
            case "content": try readContent(member.value, .embeddingInput)
            case "title": try draft.collector.everything(member.value, .embeddingInput)
            case "model": try readModel(member.value)
            case "taskType", "task_type", "outputDimensionality", "output_dimensionality":
                try draft.collector.everything(member.value, .other)
            default: try readUnknown(member, .other)
            }
        }
    }

    /// The body may repeat the model of the address, but not name another: policy is asked about one.
    private mutating func readModel(_ node: Int) throws(RequestError) {
        if tape.kind(node) == .null { return }
        guard var name = tape.value(node).string else {
            throw RequestError(.invalidRequest, "`model` has to be a string", param: "model")
        }
        if name.hasPrefix("models/") { name.removeFirst("models/".count) }
        guard !draft.model.isEmpty else { return try draft.setModel(name) }
        guard name == draft.model else {
            throw RequestError(.invalidRequest, "`model` has to be the one of the path", param: "model")
        }
    }

    /// Whatever the answer is limited to counts for each of its candidates.
    private mutating func readConfiguration(_ node: Int) throws(RequestError) {
        for member in tape.members(of: node) {
            switch member.name {
            case "maxOutputTokens", "max_output_tokens": try draft.readMaximum(member.value)
            case "candidateCount", "candidate_count", "temperature", "topP", "top_p", "topK", "top_k", "seed",
                "stopSequences", "stop_sequences", "responseMimeType", "response_mime_type", "responseSchema",
                "response_schema", "responseJsonSchema", "response_json_schema", "thinkingConfig", "thinking_config",
                "presencePenalty", "presence_penalty", "frequencyPenalty", "frequency_penalty", "responseModalities",
                "response_modalities", "responseLogprobs", "response_logprobs", "logprobs", "speechConfig",
                "speech_config", "mediaResolution", "media_resolution", "imageConfig", "image_config":
                try draft.collector.everything(member.value, .other)
            default: try readUnknown(member, .other)
            }
        }
        if tape.kind(node) != .object { try draft.collector.everything(node, .other) }
    }

    // MARK: - Contents

    private mutating func readContents(_ contents: Int) throws(RequestError) {
        guard tape.kind(contents) == .array else {
            throw RequestError(.invalidRequest, "`contents` has to be an array", param: "contents")
        }
        for content in tape.elements(of: contents) { try readContent(content, nil) }
    }

    /// Parts, of the role's place unless their own is given.
    private mutating func readContent(_ content: Int, _ given: Place?) throws(RequestError) {
        guard tape.kind(content) == .object else { return try draft.collector.everything(content, given ?? .other) }
        let place = given ?? placeOfRole(in: content)
        for member in tape.members(of: content) {
            switch member.name {
            case "role":
                switch tape.word(member.value) {
                case "user", "model", "function", "system": break
                default: try draft.collector.everything(member.value, place)
                }
            case "parts":
                switch tape.kind(member.value) {
                case .array: for part in tape.elements(of: member.value) { try readPart(part, place) }
                default: try readPart(member.value, place)
                }
            default: try readUnknown(member, place)
            }
        }
    }

    /// Who says nothing is the user.
    private func placeOfRole(in content: Int) -> Place {
        guard let role = tape.member("role", of: content) else { return .user }
        switch tape.word(role) {
        case "user": return .user
        case "model": return .assistant
        case "function": return .toolResult
        case "system": return .system
        default: return .other
        }
    }

    private mutating func readPart(_ part: Int, _ place: Place) throws(RequestError) {
        guard tape.kind(part) == .object else { return try draft.collector.everything(part, place) }
        for member in tape.members(of: part) {
            switch member.name {
            case "text", "thought", "thoughtSignature", "thought_signature", "videoMetadata", "video_metadata",
                "mediaResolution", "media_resolution":
                try draft.collector.everything(member.value, place)
            case "inlineData", "inline_data": try readBlob(member.value, place)
            case "fileData", "file_data": try readFile(member.value, place)
            case "functionCall", "function_call", "toolCall", "tool_call":
                try readNamed(member.value, "args", .toolArguments)
            case "functionResponse", "function_response", "toolResponse", "tool_response":
                try readResponse(member.value)
            case "executableCode", "executable_code": try readNamed(member.value, "code", .toolArguments)
            case "codeExecutionResult", "code_execution_result": try readNamed(member.value, "output", .toolResult)
            default: try readUnknown(member, place)
            }
        }
    }

    /// A call, whose name and arguments are of one place.
    private mutating func readNamed(_ node: Int, _ content: StaticString, _ place: Place) throws(RequestError) {
        guard tape.kind(node) == .object else { return try draft.collector.everything(node, place) }
        for member in tape.members(of: node) {
            if content ~= member.name {
                try draft.collector.everything(member.value, place)
                continue
            }
            switch member.name {
            case "id", "name", "language", "outcome", "toolType", "tool_type":
                try draft.collector.everything(member.value, place)
            default: try readUnknown(member, place)
            }
        }
    }

    private mutating func readResponse(_ node: Int) throws(RequestError) {
        guard tape.kind(node) == .object else { return try draft.collector.everything(node, .toolResult) }
        for member in tape.members(of: node) {
            switch member.name {
            case "response", "id", "name", "toolType", "tool_type", "scheduling", "willContinue", "will_continue":
                try draft.collector.everything(member.value, .toolResult)
            case "parts":
                for part in tape.elements(of: member.value) { try readPart(part, .toolResult) }
                if tape.kind(member.value) != .array { try draft.collector.everything(member.value, .toolResult) }
            default: try readUnknown(member, .toolResult)
            }
        }
    }

    // MARK: - Media

    private mutating func readBlob(_ node: Int, _ place: Place) throws(RequestError) {
        guard tape.kind(node) == .object else { return try draft.collector.everything(node, place) }
        let kind = mediaKind(node)
        for member in tape.members(of: node) {
            switch member.name {
            case "data": try draft.collector.payload(member.value, kind, place, alphabet: .either)
            case "mimeType", "mime_type", "displayName", "display_name":
                try draft.collector.everything(member.value, place)
            default: try readUnknown(member, place)
            }
        }
    }

    private mutating func readFile(_ node: Int, _ place: Place) throws(RequestError) {
        guard tape.kind(node) == .object else { return try draft.collector.everything(node, place) }
        let kind = mediaKind(node)
        for member in tape.members(of: node) {
            switch member.name {
            case "fileUri", "file_uri": try draft.collector.reference(member.value, kind, place)
            case "mimeType", "mime_type", "displayName", "display_name":
                try draft.collector.everything(member.value, place)
            default: try readUnknown(member, place)
            }
        }
    }

    private func mediaKind(_ node: Int) -> Kind {
        guard let type = tape.member("mimeType", of: node) ?? tape.member("mime_type", of: node),
            let text = tape.value(type).string?.lowercased()
        else { return .file }
        return text.hasPrefix("image/") ? .image : text.hasPrefix("audio/") ? .audio : .file
    }

    // MARK: - Tools

    /// One entry may define functions and switch on several of the provider's own tools, each by its member's name.
    private mutating func readTool(_ tool: Int) throws(RequestError) {
        guard tape.kind(tool) == .object else { return try draft.collector.everything(tool, .toolDefinition) }
        for member in tape.members(of: tool) {
            switch member.name {
            case "functionDeclarations", "function_declarations":
                try draft.checkTools(member.value, named: "functionDeclarations")
                for function in tape.elements(of: member.value) { try readFunction(function) }
            case "googleSearch", "google_search", "googleSearchRetrieval", "google_search_retrieval", "codeExecution",
                "code_execution", "urlContext", "url_context", "computerUse", "computer_use", "fileSearch",
                "file_search", "googleMaps", "google_maps", "retrieval", "enterpriseWebSearch",
                "enterprise_web_search":
                readOwnTool(member)
                try draft.collector.everything(member.value, .toolDefinition)
            default:
                readOwnTool(member)
                try readUnknown(member, .toolDefinition)
            }
        }
    }

    /// Policies know a provider's own tools as the reference of the API writes them: `googleSearch`.
    private mutating func readOwnTool(_ member: Tape.Member) {
        guard tape.kind(member.value) != .null, let name = tape.value(member.key).string else { return }
        draft.tools.append(GeminiName.camelCase(name))
        // Servers of tools that the provider calls by itself have names of their own.
        for server in tape.elements(of: member.value) { draft.readToolName(tape.member("name", of: server)) }
    }

    private mutating func readFunction(_ function: Int) throws(RequestError) {
        guard tape.kind(function) == .object else { return try draft.collector.everything(function, .toolDefinition) }
        draft.readToolName(tape.member("name", of: function))
        for member in tape.members(of: function) {
            switch member.name {
            case "name", "description", "parameters", "parametersJsonSchema", "parameters_json_schema", "response",
                "responseJsonSchema", "response_json_schema", "behavior":
                try draft.collector.everything(member.value, .toolDefinition)
            default: try readUnknown(member, .toolDefinition)
            }
        }
    }

    // MARK: - Names

    /// A member that no list of ours has: all of it is text.
    private mutating func readUnknown(_ member: Tape.Member, _ place: Place) throws(RequestError) {
        if member.name.count <= 6 * GeminiName.longestDecisive, let name = tape.value(member.key).string,
            GeminiName.isLookalike(name)
        {
            throw RequestError(.invalidRequest, "a member's name differs from one of the API's only in case")
        }
        try draft.collector.everything(member, place)
    }
}
