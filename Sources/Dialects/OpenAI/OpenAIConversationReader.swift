internal import JSONText

/// Reads the body of `POST /v1/chat/completions` as a conversation.
struct OpenAIConversationReader: ConversationReader {
    let tape: Tape
    var draft: ConversationDraft

    mutating func read() throws(RequestError) {
        for member in tape.members(of: 0) {
            switch member.name {
            case "messages":
                for (index, message) in try draft.array(member.value, "messages").enumerated() {
                    try readMessage(message, index)
                }
            case "tools":
                guard !tape.isNull(member.value) else { continue }
                for (index, tool) in try draft.array(member.value, "tools").enumerated() { try readTool(tool, index) }
            case "tool_choice": try readToolChoice(member.value)
            case "parallel_tool_calls":
                draft.conversation.allowsParallelCalls = try draft.flag(member.value, "parallel_tool_calls")
            case "response_format": try readForm(member.value)
            default: try readOption(member)
            }
        }
    }

    // MARK: - Options

    private mutating func readOption(_ member: Tape.Member) throws(RequestError) {
        let node = member.value
        if tape.isNull(node) { return }
        switch member.name {
        case "model", "stream_options": break
        case "stream": draft.conversation.isStreaming = try draft.flag(node, "stream") ?? false
        case "max_completion_tokens":
            draft.conversation.maximumTokens = try draft.whole(node, "max_completion_tokens")
        case "max_tokens":
            let maximum = try draft.whole(node, "max_tokens")
            if draft.conversation.maximumTokens == nil { draft.conversation.maximumTokens = maximum }
        case "temperature": draft.conversation.sampling.temperature = try draft.number(node, "temperature")
        case "top_p": draft.conversation.sampling.topP = try draft.number(node, "top_p")
        case "top_k": draft.conversation.sampling.topK = try draft.whole(node, "top_k")
        case "seed": draft.conversation.sampling.seed = try draft.whole(node, "seed")
        case "presence_penalty":
            draft.conversation.sampling.presencePenalty = try draft.number(node, "presence_penalty")
        case "frequency_penalty":
            draft.conversation.sampling.frequencyPenalty = try draft.number(node, "frequency_penalty")
        case "stop": draft.conversation.sampling.stop = try draft.stopTexts(node, "stop")
        case "user": draft.conversation.user = try draft.text(node, "user")
        case "reasoning_effort": try draft.readEffort(node, "reasoning_effort")
        case "service_tier": draft.readServiceTier(node)
        case "n":
            guard try draft.whole(node, "n") == 1 else {
                throw RequestError.untranslatable("n", "its answers are one each")
            }
        case "logprobs":
            guard try draft.flag(node, "logprobs") == false else {
                throw RequestError.untranslatable("logprobs", "its answers have none")
            }
        case "logit_bias":
            guard tape.members(of: try draft.object(node, "logit_bias")).allSatisfy({ _ in false }) else {
                throw RequestError.untranslatable("logit_bias", "its tokens are others")
            }
        case "modalities":
            for kind in try draft.array(node, "modalities") {
                guard "text" ~= tape.word(kind) else {
                    throw RequestError.untranslatable("modalities", "its answers are text")
                }
            }
        default: try readLesserOption(member)
        }
    }

    /// What changes no answer may be left out.
    private mutating func readLesserOption(_ member: Tape.Member) throws(RequestError) {
        switch member.name {
        case "store": if tape.kind(member.value) != .false { draft.losses.drop("store") }
        case "metadata": draft.losses.drop("metadata")
        case "top_logprobs": draft.losses.drop("top_logprobs")
        case "prediction": draft.losses.drop("prediction")
        case "verbosity": draft.losses.drop("verbosity")
        case "prompt_cache_key": draft.losses.drop("prompt_cache_key")
        case "prompt_cache_options": draft.losses.drop("prompt_cache_options")
        case "prompt_cache_retention": draft.losses.drop("prompt_cache_retention")
        case "safety_identifier": try draft.readSafetyIdentifier(member.value)
        case "functions", "function_call":
            throw RequestError.untranslatable(
                "function" ~= member.name ? "functions" : tape.value(member.key).string ?? "functions",
                "use `tools` and `tool_choice`")
        default: try draft.refuseUnknown(member)
        }
    }

    private mutating func readForm(_ node: Int) throws(RequestError) {
        if tape.isNull(node) { return }
        let type = tape.member("type", of: try draft.object(node, "response_format"))
        switch type.map({ tape.word($0) }) {
        case "text"?: break
        case "json_object"?: draft.conversation.form = .json
        case "json_schema"?:
            let schema = try draft.object(tape.member("json_schema", of: node), "response_format.json_schema")
            draft.conversation.form = .schema(try readSchema(schema, "response_format.json_schema"))
        default: throw RequestError.untranslatable("response_format.type", "it is none of the known words")
        }
    }

    private mutating func readSchema(_ node: Int, _ path: String) throws(RequestError) -> Conversation.OutputSchema {
        var schema = Conversation.OutputSchema(schema: .emptyObject)
        for member in tape.members(of: node) {
            switch member.name {
            case "name": schema.name = try draft.optionalText(member.value, "\(path).name")
            case "description": schema.description = try draft.optionalText(member.value, "\(path).description")
            case "strict": schema.isStrict = try draft.flag(member.value, "\(path).strict")
            case "schema": schema.schema = tape.raw(try draft.object(member.value, "\(path).schema"))
            default: try draft.refuseUnknown(member, in: path)
            }
        }
        return schema
    }

    // MARK: - Tools

    private mutating func readTool(_ node: Int, _ index: Int) throws(RequestError) {
        let path = "tools.\(index)"
        let type = tape.member("type", of: try draft.object(node, path))
        guard let type, "function" ~= tape.word(type) else {
            throw RequestError.untranslatable("\(path).type", "only functions can")
        }
        let function = try draft.object(tape.member("function", of: node), "\(path).function")
        for member in tape.members(of: node) {
            switch member.name {
            case "type", "function": break
            default: try draft.refuseUnknown(member, in: path)
            }
        }
        var tool = Conversation.Tool(name: try draft.text(tape.member("name", of: function), "\(path).function.name"))
        for member in tape.members(of: function) {
            switch member.name {
            case "name": break
            case "description":
                tool.description = try draft.optionalText(member.value, "\(path).function.description")
            case "strict": tool.isStrict = try draft.flag(member.value, "\(path).function.strict")
            case "parameters":
                guard !tape.isNull(member.value) else { continue }
                tool.schema = tape.raw(try draft.object(member.value, "\(path).function.parameters"))
            default: try draft.refuseUnknown(member, in: "\(path).function")
            }
        }
        draft.conversation.tools.append(tool)
    }

    private mutating func readToolChoice(_ node: Int) throws(RequestError) {
        switch tape.kind(node) {
        case .null: return
        case .string: try draft.readToolChoice(word: tape.word(node))
        default:
            let type = tape.member("type", of: try draft.object(node, "tool_choice"))
            guard let type, "function" ~= tape.word(type) else {
                throw RequestError.untranslatable("tool_choice.type", "only a function can be chosen")
            }
            let function = try draft.object(tape.member("function", of: node), "tool_choice.function")
            draft.conversation.toolChoice = .tool(
                try draft.text(tape.member("name", of: function), "tool_choice.function.name"))
        }
    }

    // MARK: - Messages

    private mutating func readMessage(_ node: Int, _ index: Int) throws(RequestError) {
        let origin = Origin("messages", index)
        let role = tape.member("role", of: try draft.object(node, origin.path))
        switch role.map({ tape.word($0) }) {
        case "user"?:
            draft.conversation.turns.append(.init(role: .user, parts: try readContent(node, origin)))
            try checkMembers(node, origin)
        case "assistant"?: try readAssistant(node, origin)
        case "system"?, "developer"?:
            draft.addInstructions(try readContent(node, origin), from: "messages")
            try checkMembers(node, origin)
        case "tool"?: try readResult(node, origin)
        default: throw RequestError.untranslatable("\(origin.path).role", "it is none of the known words")
        }
    }

    private mutating func checkMembers(_ node: Int, _ origin: Origin) throws(RequestError) {
        for member in tape.members(of: node) {
            switch member.name {
            case "role", "content": break
            case "name": if !tape.isNull(member.value) { draft.losses.drop("messages.name") }
            default: try draft.refuseUnknown(member, in: origin.path)
            }
        }
    }

    private mutating func readAssistant(_ node: Int, _ origin: Origin) throws(RequestError) {
        var parts: [Part] = []
        var calls: [Part] = []
        for member in tape.members(of: node) {
            switch member.name {
            case "role": break
            case "content": if !tape.isNull(member.value) { parts += try readContent(node, origin) }
            case "refusal":
                guard let text = try draft.optionalText(member.value, "\(origin.path).refusal") else { continue }
                if !text.isBlank { calls.insert(Part(.refusal(text), origin), at: 0) }
            case "tool_calls":
                guard !tape.isNull(member.value) else { continue }
                let path = "\(origin.path).tool_calls"
                for (index, call) in try draft.array(member.value, path).enumerated() {
                    calls.append(Part(.toolCall(try readCall(call, origin, index)), origin))
                }
            case "reasoning_content", "reasoning", "thinking_blocks":
                // Without its provider's signature a thought can't be given back.
                if !tape.isNull(member.value) { draft.losses.drop("messages.reasoning_content") }
            case "annotations", "parsed": break  // answers' members, which SDKs send back
            case "provider_specific_fields":  // litellm's own, which it sends back, too
                if tape.after(member.value) > member.value + 1 {
                    draft.losses.drop("messages.provider_specific_fields")
                }
            case "name": if !tape.isNull(member.value) { draft.losses.drop("messages.name") }
            default: try draft.refuseUnknown(member, in: origin.path)
            }
        }
        draft.conversation.turns.append(.init(role: .assistant, parts: parts + calls))
    }

    private func readCall(_ node: Int, _ origin: Origin, _ index: Int) throws(RequestError) -> Conversation.ToolCall {
        let path = "\(origin.path).tool_calls.\(index)"
        guard let function = tape.member("function", of: try draft.object(node, path)) else {
            throw RequestError.untranslatable("\(path).type", "only calls of functions can")
        }
        let arguments = try draft.optionalText(
            tape.member("arguments", of: try draft.object(function, "\(path).function")), "\(path).function.arguments")
        return Conversation.ToolCall(
            id: try draft.text(tape.member("id", of: node), "\(path).id"),
            name: try draft.text(tape.member("name", of: function), "\(path).function.name"),
            arguments: try arguments.map { (text) throws(RequestError) in
                try draft.arguments(text, origin, "tool_calls.function.arguments")
            } ?? .emptyObject)
    }

    private mutating func readResult(_ node: Int, _ origin: Origin) throws(RequestError) {
        let result = Conversation.ToolResult(
            callID: try draft.text(tape.member("tool_call_id", of: node), "\(origin.path).tool_call_id"),
            content: try readContent(node, origin))
        for member in tape.members(of: node) {
            switch member.name {
            case "role", "content", "tool_call_id", "name": break
            default: try draft.refuseUnknown(member, in: origin.path)
            }
        }
        let part = Part(.toolResult(result), origin)
        // Results of one turn's calls are one turn.
        if let last = draft.conversation.turns.indices.last, draft.conversation.turns[last].role == .user,
            case .toolResult? = draft.conversation.turns[last].parts.last?.content
        {
            draft.conversation.turns[last].parts.append(part)
        } else {
            draft.conversation.turns.append(.init(role: .user, parts: [part]))
        }
    }

    // MARK: - Content

    /// A text, or parts.
    private mutating func readContent(_ message: Int, _ origin: Origin) throws(RequestError) -> [Part] {
        let node = try draft.content(of: message, origin)
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

    private mutating func readPart(_ node: Int, _ origin: Origin) throws(RequestError) -> Conversation.Content {
        let type = tape.member("type", of: try draft.object(node, origin.path))
        switch type.map({ tape.word($0) }) {
        case "text"?:
            return .text(try draft.text(tape.member("text", of: node), "\(origin.path).text"))
        case "refusal"?: return .refusal(try draft.text(tape.member("refusal", of: node), "\(origin.path).refusal"))
        case "image_url"?:
            return .image(try readImage(tape.member("image_url", of: node), origin))
        case "file"?: return try readFile(tape.member("file", of: node), origin)
        case "input_audio"?: return try readAudio(tape.member("input_audio", of: node), origin)
        default: throw RequestError.untranslatable("\(origin.path).type", "parts of this kind are not known")
        }
    }

    /// Each kind of part reads its own of these.
    private mutating func checkPartMember(_ member: Tape.Member, _ origin: Origin) throws(RequestError) {
        switch member.name {
        case "type", "text", "refusal", "image_url", "file", "input_audio": break
        case "prompt_cache_breakpoint":
            if !tape.isNull(member.value) { draft.losses.drop("prompt_cache_breakpoint") }
        // What some put there for Anthropic's models.
        case "cache_control": if !tape.isNull(member.value) { draft.losses.drop("cache_control") }
        default: try draft.refuseUnknown(member, in: origin.path)
        }
    }

    private mutating func readImage(_ node: Int?, _ origin: Origin) throws(RequestError) -> Conversation.Media {
        if let node, let text = tape.text(node) { return try draft.media(text, origin) }
        let image = try draft.object(node, "\(origin.path).image_url")
        if let detail = tape.member("detail", of: image), !tape.isNull(detail), !("auto" ~= tape.word(detail)) {
            draft.losses.drop("image_url.detail")
        }
        for member in tape.members(of: image) {
            switch member.name {
            case "url", "detail": break
            default: try draft.refuseUnknown(member, in: "\(origin.path).image_url")
            }
        }
        return try draft.media(
            try draft.text(tape.member("url", of: image), "\(origin.path).image_url.url"), origin)
    }

    private func readFile(_ node: Int?, _ origin: Origin) throws(RequestError) -> Conversation.Content {
        let file = try draft.object(node, "\(origin.path).file")
        for member in tape.members(of: file) {
            switch member.name {
            case "file_data", "filename", "file_id": break
            default: try draft.refuseUnknown(member, in: "\(origin.path).file")
            }
        }
        let (text, field) = try draft.file("file_data", of: file, in: "\(origin.path).file")
        let media = try draft.media(text, origin)
        if case .address = media {
            throw RequestError.untranslatable(field, "it has to be a `data:` URL, with its type")
        }
        return .document(
            media, name: try draft.optionalText(tape.member("filename", of: file), "\(origin.path).file.filename"))
    }

    private func readAudio(_ node: Int?, _ origin: Origin) throws(RequestError) -> Conversation.Content {
        let audio = try draft.object(node, "\(origin.path).input_audio")
        let format = try draft.text(tape.member("format", of: audio), "\(origin.path).input_audio.format")
        return .audio(
            .base64(
                type: EscapedText("audio/\(format.string)"),
                data: try draft.text(tape.member("data", of: audio), "\(origin.path).input_audio.data")))
    }
}
