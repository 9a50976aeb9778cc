internal import Inference
internal import JSONText

/// Reads `POST /v1/responses`.
enum ResponsesRequestReader {
    static func read(_ body: JSONDocument) throws(RequestError) -> InferenceRequest {
        try body.withTape { (tape) throws(RequestError) in
            var reader = Reader(tape: tape, draft: try RequestDraft(tape))
            try reader.read()
            return try reader.draft.finish(.responses)
        }
    }
}

private struct Reader {
    typealias Place = InferenceRequest.Place
    typealias Kind = InferenceRequest.UnscannablePart.Kind

    let tape: Tape
    var draft: RequestDraft

    mutating func read() throws(RequestError) {
        for member in tape.members(of: 0) {
            switch member.name {
            case "model": try draft.readModel(member.value)
            case "stream": try draft.readStream(member.value)
            case "input": try readInput(member.value)
            case "instructions": try draft.collector.everything(member.value, .system)
            case "tools":
                try draft.checkTools(member.value, named: "tools")
                try readTools(member.value)
            case "max_output_tokens": try draft.readMaximum(member.value)
            case "prompt":
                // A template that lies at the provider, and may hold texts, files and tools: what policy says of parts that nobody can
                // look into holds for it. Many clients say `null` for none.
                if tape.kind(member.value) != .null { draft.collector.part(.file, .system) }
                try draft.collector.everything(member, .system)
            case "temperature", "top_p", "text", "tool_choice", "parallel_tool_calls", "store", "metadata", "user",
                "reasoning", "include", "previous_response_id", "truncation", "service_tier", "background":
                // Names that every SDK sends are the API's, not the caller's.
                try draft.collector.everything(member.value, .other)
            default: try draft.readUnknown(member, .other)
            }
        }
    }

    // MARK: Input

    /// A text, or items: messages, calls of tools and their results, reasoning.
    private mutating func readInput(_ input: Int) throws(RequestError) {
        switch tape.kind(input) {
        case .array: for item in tape.elements(of: input) { try readItem(item) }
        default: try draft.collector.everything(input, .user)
        }
    }

    private mutating func readItem(_ item: Int) throws(RequestError) {
        guard tape.kind(item) == .object else { return try draft.collector.everything(item, .other) }
        let place = place(of: item)
        for member in tape.members(of: item) {
            switch member.name {
            case "type":
                switch tape.word(member.value) {
                case "message", "function_call", "function_call_output", "reasoning", "item_reference",
                    "custom_tool_call", "custom_tool_call_output":
                    break
                default: try draft.collector.everything(member.value, place)
                }
            case "role": if place == .other { try draft.collector.everything(member.value, place) }
            case "content", "output", "summary": try readContent(member.value, place)
            case "arguments", "input": try draft.collector.arguments(member.value, place)
            case "tools":
                // Items bring further tools: some that were looked up, some of a developer's.
                try draft.checkTools(member.value, named: "tools")
                try readTools(member.value)
            case "encrypted_content": try draft.collector.reference(member.value, .binary, place)
            case "id", "call_id", "name", "status": try draft.collector.everything(member.value, place)
            default: try draft.readUnknown(member, place)
            }
        }
    }

    /// What an item is by its type, or a message by its role; only exact words count.
    private func place(of item: Int) -> Place {
        if let role = tape.member("role", of: item) {
            switch tape.word(role) {
            case "user": return .user
            case "assistant": return .assistant
            case "system", "developer": return .system
            default: return .other
            }
        }
        guard let type = tape.member("type", of: item) else { return .other }
        switch tape.word(type) {
        case "function_call", "custom_tool_call": return .toolArguments
        case "function_call_output", "custom_tool_call_output": return .toolResult
        case "reasoning": return .assistant
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
                case "input_text", "output_text", "input_image", "input_file", "input_audio", "refusal",
                    "summary_text", "reasoning_text":
                    break
                default: try draft.collector.everything(member.value, place)
                }
            case "text", "refusal", "detail", "filename": try draft.collector.everything(member.value, place)
            case "image_url": try draft.collector.address(member.value, .image, place)
            case "file_url": try draft.collector.address(member.value, .file, place)
            case "file_data": try draft.collector.payload(member.value, .file, place)
            case "input_audio": try readAudio(member.value, place)
            case "file_id": try draft.collector.reference(member.value, .file, place)
            default: try draft.readUnknown(member, place)
            }
        }
    }

    private mutating func readAudio(_ node: Int, _ place: Place) throws(RequestError) {
        guard tape.kind(node) == .object else { return try draft.collector.everything(node, place) }
        for member in tape.members(of: node) {
            switch member.name {
            case "data": try draft.collector.payload(member.value, .audio, place)
            case "format": try draft.collector.everything(member.value, place)
            default: try draft.readUnknown(member, place)
            }
        }
    }

    // MARK: Tools

    private mutating func readTools(_ tools: Int) throws(RequestError) {
        for tool in tape.elements(of: tools) {
            draft.readToolNames(tool)
        }
        try draft.collector.everything(tools, .toolDefinition)
    }
}
