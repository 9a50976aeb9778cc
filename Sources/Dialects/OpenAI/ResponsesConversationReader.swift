internal import JSONText

/// Reads the body of `POST /v1/responses` as a conversation.
struct ResponsesConversationReader: ConversationReader {
    let tape: Tape
    var draft: ConversationDraft

    mutating func read() throws(RequestError) {
        for member in tape.members(of: 0) {
            let node = member.value
            if tape.isNull(node) { continue }
            switch member.name {
            case "input": try readInput(node)
            case "instructions":
                draft.conversation.instructions.insert(
                    Part(.text(try draft.text(node, "instructions")), Origin("instructions")), at: 0)
            case "tools":
                for (index, tool) in try draft.array(node, "tools").enumerated() { try readTool(tool, index) }
            case "tool_choice": try readToolChoice(node)
            case "parallel_tool_calls":
                draft.conversation.allowsParallelCalls = try draft.flag(node, "parallel_tool_calls")
            case "text": try readText(node)
            case "reasoning": try readReasoning(node)
            default: try readOption(member)
            }
        }
    }

    // MARK: - Options

    private mutating func readOption(_ member: Tape.Member) throws(RequestError) {
        let node = member.value
        switch member.name {
        case "model", "stream_options": break
        case "stream": draft.conversation.isStreaming = try draft.flag(node, "stream") ?? false
        case "max_output_tokens": draft.conversation.maximumTokens = try draft.whole(node, "max_output_tokens")
        case "temperature": draft.conversation.sampling.temperature = try draft.number(node, "temperature")
        case "top_p": draft.conversation.sampling.topP = try draft.number(node, "top_p")
        case "user": draft.conversation.user = try draft.text(node, "user")
        case "safety_identifier": try draft.readSafetyIdentifier(node)
        case "service_tier": draft.readServiceTier(node)
        case "previous_response_id", "conversation", "prompt":
            throw RequestError.untranslatable(
                tape.value(member.key).string ?? "previous_response_id",
                "what it stands for lies at OpenAI: send the whole input")
        case "background":
            guard try draft.flag(node, "background") == false else {
                throw RequestError.untranslatable("background", "its answers come at once")
            }
        case "include": try readInclude(node)
        default: try readLesserOption(member)
        }
    }

    /// What changes no answer may be left out.
    private mutating func readLesserOption(_ member: Tape.Member) throws(RequestError) {
        switch member.name {
        case "store": if tape.kind(member.value) != .false { draft.losses.drop("store") }
        case "truncation": if !("disabled" ~= tape.word(member.value)) { draft.losses.drop("truncation") }
        case "metadata": draft.losses.drop("metadata")
        case "max_tool_calls": draft.losses.drop("max_tool_calls")
        case "context_management": draft.losses.drop("context_management")
        case "prompt_cache_key": draft.losses.drop("prompt_cache_key")
        case "prompt_cache_options": draft.losses.drop("prompt_cache_options")
        case "prompt_cache_retention": draft.losses.drop("prompt_cache_retention")
        default: try draft.refuseUnknown(member)
        }
    }

    private mutating func readInclude(_ node: Int) throws(RequestError) {
        for element in try draft.array(node, "include") {
            guard "reasoning.encrypted_content" ~= tape.word(element) else {
                throw RequestError.untranslatable("include", "its answers have no more than their text and calls")
            }
            draft.losses.drop("include")
        }
    }

    private mutating func readReasoning(_ node: Int) throws(RequestError) {
        for member in tape.members(of: try draft.object(node, "reasoning")) {
            switch member.name {
            case "effort": try draft.readEffort(member.value, "reasoning.effort")
            case "summary", "generate_summary": if !tape.isNull(member.value) { draft.losses.drop("reasoning.summary") }
            default: try draft.refuseUnknown(member, in: "reasoning")
            }
        }
    }

    private mutating func readText(_ node: Int) throws(RequestError) {
        for member in tape.members(of: try draft.object(node, "text")) {
            switch member.name {
            case "verbosity": if !tape.isNull(member.value) { draft.losses.drop("text.verbosity") }
            case "format": if !tape.isNull(member.value) { try readFormat(member.value) }
            default: try draft.refuseUnknown(member, in: "text")
            }
        }
    }

    private mutating func readFormat(_ node: Int) throws(RequestError) {
        let type = tape.member("type", of: try draft.object(node, "text.format"))
        switch type.map({ tape.word($0) }) {
        case "text"?: break
        case "json_object"?: draft.conversation.form = .json
        case "json_schema"?:
            var schema = Conversation.OutputSchema(
                schema: tape.raw(try draft.object(tape.member("schema", of: node), "text.format.schema")))
            for member in tape.members(of: node) {
                switch member.name {
                case "type", "schema": break
                case "name": schema.name = try draft.optionalText(member.value, "text.format.name")
                case "description": schema.description = try draft.optionalText(member.value, "text.format.description")
                case "strict": schema.isStrict = try draft.flag(member.value, "text.format.strict")
                default: try draft.refuseUnknown(member, in: "text.format")
                }
            }
            draft.conversation.form = .schema(schema)
        default: throw RequestError.untranslatable("text.format.type", "it is none of the known words")
        }
    }

    // MARK: - Tools

    private mutating func readTool(_ node: Int, _ index: Int) throws(RequestError) {
        let path = "tools.\(index)"
        guard let type = tape.member("type", of: try draft.object(node, path)), "function" ~= tape.word(type) else {
            throw RequestError.untranslatable("\(path).type", "only functions can")
        }
        var tool = Conversation.Tool(name: try draft.text(tape.member("name", of: node), "\(path).name"))
        for member in tape.members(of: node) {
            switch member.name {
            case "type", "name": break
            case "description": tool.description = try draft.optionalText(member.value, "\(path).description")
            case "strict": tool.isStrict = try draft.flag(member.value, "\(path).strict")
            case "parameters":
                guard !tape.isNull(member.value) else { continue }
                tool.schema = tape.raw(try draft.object(member.value, "\(path).parameters"))
            default: try draft.readToolAccess(member, in: path)
            }
        }
        draft.conversation.tools.append(tool)
    }

    private mutating func readToolChoice(_ node: Int) throws(RequestError) {
        if tape.kind(node) == .string { return try draft.readToolChoice(word: tape.word(node)) }
        guard let type = tape.member("type", of: try draft.object(node, "tool_choice")), "function" ~= tape.word(type)
        else { throw RequestError.untranslatable("tool_choice.type", "only a function can be chosen") }
        draft.conversation.toolChoice = .tool(try draft.text(tape.member("name", of: node), "tool_choice.name"))
    }

    // MARK: - Input

    private mutating func readInput(_ node: Int) throws(RequestError) {
        if let text = tape.text(node) {
            return draft.conversation.turns.append(.init(role: .user, parts: [Part(.text(text), Origin("input"))]))
        }
        for (index, item) in try draft.array(node, "input").enumerated() {
            try readItem(item, Origin("input", index))
        }
    }

    private mutating func readItem(_ node: Int, _ origin: Origin) throws(RequestError) {
        let type = tape.member("type", of: try draft.object(node, origin.path))
        switch type.map({ tape.word($0) }) {
        case nil, "message"?: try readMessage(node, origin)
        case "function_call"?:
            let arguments = try draft.text(tape.member("arguments", of: node), "\(origin.path).arguments")
            let call = Conversation.ToolCall(
                id: try draft.text(tape.member("call_id", of: node), "\(origin.path).call_id"),
                name: try draft.text(tape.member("name", of: node), "\(origin.path).name"),
                arguments: try draft.arguments(arguments, origin, "arguments"))
            append([Part(.toolCall(call), origin)], to: .assistant)
        case "function_call_output"?:
            guard let output = tape.member("output", of: node) else {
                throw draft.wrongType("\(origin.path).output", "a string or an array")
            }
            let result = Conversation.ToolResult(
                callID: try draft.text(tape.member("call_id", of: node), "\(origin.path).call_id"),
                content: try readContent(output, origin))
            append([Part(.toolResult(result), origin)], to: .user)
        case "reasoning"?:
            // Without its provider's seal a thought can't be given back.
            draft.losses.drop("input.reasoning")
        default: throw RequestError.untranslatable("\(origin.path).type", "items of this kind are not known there")
        }
        // Of a thought nothing is read.
        if let type, "reasoning" ~= tape.word(type) { return }
        for member in tape.members(of: node) { try checkItemMember(member, origin) }
    }

    /// What else an item has: what it was in an earlier answer says nothing to another provider.
    private mutating func checkItemMember(_ member: Tape.Member, _ origin: Origin) throws(RequestError) {
        switch member.name {
        case "type", "role", "content", "call_id", "name", "arguments", "output", "id", "status": break
        case "phase": if !tape.isNull(member.value) { draft.losses.drop("input.phase") }
        case "async": if tape.kind(member.value) == .true { draft.losses.drop("input.async") }
        case "caller": draft.noteCaller(member.value, "input.caller")
        default: try draft.refuseUnknown(member, in: origin.path)
        }
    }

    private mutating func readMessage(_ node: Int, _ origin: Origin) throws(RequestError) {
        let parts = try readContent(try draft.content(of: node, origin), origin)
        switch tape.member("role", of: node).map({ tape.word($0) }) {
        case "user"?: append(parts, to: .user)
        case "assistant"?: append(parts, to: .assistant)
        case "system"?, "developer"?: draft.addInstructions(parts, from: "input")
        default: throw RequestError.untranslatable("\(origin.path).role", "it is none of the known words")
        }
    }

    /// Items of one side that follow each other are one turn: a text and the calls with it, the results of several calls.
    private mutating func append(_ parts: [Part], to role: Conversation.Turn.Role) {
        if let last = draft.conversation.turns.indices.last, draft.conversation.turns[last].role == role {
            draft.conversation.turns[last].parts += parts
        } else {
            draft.conversation.turns.append(.init(role: role, parts: parts))
        }
    }

    private mutating func readContent(_ node: Int, _ origin: Origin) throws(RequestError) -> [Part] {
        if let text = tape.text(node) { return [Part(.text(text), origin)] }
        var parts: [Part] = []
        for (index, part) in try draft.array(node, "\(origin.path).content").enumerated() {
            var origin = origin
            origin.part = index
            parts.append(Part(try readPart(part, origin), origin))
            for member in tape.members(of: part) { try checkPartMember(member, origin) }
        }
        return parts
    }

    private mutating func checkPartMember(_ member: Tape.Member, _ origin: Origin) throws(RequestError) {
        let isGiven = !tape.isNull(member.value) && tape.after(member.value) > member.value + 1
        switch member.name {
        case "type", "text", "refusal", "image_url", "file_data", "file_url", "file_id", "filename": break
        case "detail":
            if tape.kind(member.value) == .string, !("auto" ~= tape.word(member.value)) {
                draft.losses.drop("input.content.detail")
            }
        case "annotations": if isGiven { draft.losses.drop("input.content.annotations") }
        case "logprobs": if isGiven { draft.losses.drop("input.content.logprobs") }
        case "prompt_cache_breakpoint":
            if !tape.isNull(member.value) { draft.losses.drop("prompt_cache_breakpoint") }
        default: try draft.refuseUnknown(member, in: origin.path)
        }
    }

    private mutating func readPart(_ node: Int, _ origin: Origin) throws(RequestError) -> Conversation.Content {
        let type = tape.member("type", of: try draft.object(node, origin.path))
        switch type.map({ tape.word($0) }) {
        case "input_text"?, "output_text"?, "text"?:
            return .text(try draft.text(tape.member("text", of: node), "\(origin.path).text"))
        case "refusal"?: return .refusal(try draft.text(tape.member("refusal", of: node), "\(origin.path).refusal"))
        case "input_image"?:
            return .image(try draft.media(try draft.file("image_url", of: node, in: origin.path).text, origin))
        case "input_file"?:
            return .document(
                try draft.media(try draft.file("file_data", "file_url", of: node, in: origin.path).text, origin),
                name: try draft.optionalText(tape.member("filename", of: node), "\(origin.path).filename"))
        default: throw RequestError.untranslatable("\(origin.path).type", "parts of this kind are not known")
        }
    }
}
