internal import JSONText

/// Reads the body of `POST /v1/messages` as a conversation.
struct AnthropicConversationReader: ConversationReader {
    let tape: Tape
    var draft: ConversationDraft

    mutating func read() throws(RequestError) {
        for member in tape.members(of: 0) {
            switch member.name {
            case "messages":
                for (index, message) in try draft.array(member.value, "messages").enumerated() {
                    try readMessage(message, index)
                }
            case "system":
                guard !tape.isNull(member.value) else { continue }
                draft.conversation.instructions =
                    try readContent(member.value, Origin("system")) + draft.conversation.instructions
            case "tools":
                guard !tape.isNull(member.value) else { continue }
                for (index, tool) in try draft.array(member.value, "tools").enumerated() { try readTool(tool, index) }
            case "tool_choice": try readToolChoice(member.value)
            case "thinking": try readThinking(member.value)
            case "output_config": try readOutputConfiguration(member.value)
            case "output_format": try readFormat(member.value, "output_format")
            default: try readOption(member)
            }
        }
    }

    // MARK: - Options

    private mutating func readOption(_ member: Tape.Member) throws(RequestError) {
        let node = member.value
        if tape.isNull(node) { return }
        switch member.name {
        case "model": break
        case "stream": draft.conversation.isStreaming = try draft.flag(node, "stream") ?? false
        case "max_tokens":
            guard let maximum = try draft.whole(node, "max_tokens"), maximum > 0 else {
                throw RequestError.untranslatable("max_tokens", "it has to be at least 1")
            }
            draft.conversation.maximumTokens = maximum
        case "temperature": draft.conversation.sampling.temperature = try draft.number(node, "temperature")
        case "top_p": draft.conversation.sampling.topP = try draft.number(node, "top_p")
        case "top_k": draft.conversation.sampling.topK = try draft.whole(node, "top_k")
        case "stop_sequences": draft.conversation.sampling.stop = try draft.stopTexts(node, "stop_sequences")
        case "metadata":
            for member in tape.members(of: try draft.object(node, "metadata")) {
                switch member.name {
                case "user_id": draft.conversation.user = try draft.optionalText(member.value, "metadata.user_id")
                default: try draft.refuseUnknown(member, in: "metadata")
                }
            }
        case "service_tier":
            draft.conversation.serviceTier = "standard_only" ~= tape.word(node) ? .standard : .automatic
        case "cache_control": draft.losses.drop("cache_control")
        case "diagnostics": draft.losses.drop("diagnostics")
        case "speed": draft.losses.drop("speed")
        case "context_management": draft.losses.drop("context_management")
        case "mcp_servers":
            guard tape.elements(of: node).allSatisfy({ _ in false }) else {
                throw RequestError.untranslatable("mcp_servers", "the provider calls no such servers")
            }
        case "inference_geo":
            throw RequestError.untranslatable("inference_geo", "where it is computed is the provider's own")
        case "container": throw RequestError.untranslatable("container", "it lies at another provider")
        default: try draft.refuseUnknown(member)
        }
    }

    /// A budget of thoughts becomes a degree of effort: there is no other measure that all have.
    private mutating func readThinking(_ node: Int) throws(RequestError) {
        if tape.isNull(node) { return }
        for member in tape.members(of: try draft.object(node, "thinking")) {
            switch member.name {
            case "type", "budget_tokens": break
            case "display": draft.losses.drop("thinking.display")
            default: try draft.refuseUnknown(member, in: "thinking")
            }
        }
        switch tape.member("type", of: node).map({ tape.word($0) }) {
        // As others do by themselves where a degree of effort is given, too.
        case "adaptive"? where tape.member("output_config", of: 0).flatMap({ tape.member("effort", of: $0) }) != nil:
            break
        case "disabled"?, "between_tools"?, "adaptive"?: draft.losses.drop("thinking.type")
        case "enabled"?:
            guard let budget = tape.member("budget_tokens", of: node),
                let tokens = try draft.whole(budget, "thinking.budget_tokens")
            else { throw draft.wrongType("thinking.budget_tokens", "a whole number") }
            draft.takeThinkingBudget(tokens, "thinking.budget_tokens")
        default: throw RequestError.untranslatable("thinking.type", "it is none of the known words")
        }
    }

    private mutating func readOutputConfiguration(_ node: Int) throws(RequestError) {
        if tape.isNull(node) { return }
        for member in tape.members(of: try draft.object(node, "output_config")) {
            switch member.name {
            case "effort": try draft.readEffort(member.value, "output_config.effort")
            case "format": try readFormat(member.value, "output_config.format")
            default: try draft.refuseUnknown(member, in: "output_config")
            }
        }
    }

    private mutating func readFormat(_ node: Int, _ path: String) throws(RequestError) {
        if tape.isNull(node) { return }
        let type = tape.member("type", of: try draft.object(node, path))
        guard let type, "json_schema" ~= tape.word(type) else {
            throw RequestError.untranslatable("\(path).type", "it is none of the known words")
        }
        draft.conversation.form = .schema(
            .init(schema: tape.raw(try draft.object(tape.member("schema", of: node), "\(path).schema"))))
    }

    // MARK: - Tools

    private mutating func readTool(_ node: Int, _ index: Int) throws(RequestError) {
        let path = "tools.\(index)"
        if let type = tape.member("type", of: try draft.object(node, path)), !tape.isNull(type),
            !("custom" ~= tape.word(type))
        {
            throw RequestError.untranslatable("\(path).type", "only tools of the caller's own can")
        }
        var tool = Conversation.Tool(name: try draft.text(tape.member("name", of: node), "\(path).name"))
        for member in tape.members(of: node) {
            switch member.name {
            case "name", "type": break
            case "description": tool.description = try draft.optionalText(member.value, "\(path).description")
            case "input_schema": tool.schema = tape.raw(try draft.object(member.value, "\(path).input_schema"))
            case "strict": tool.isStrict = try draft.flag(member.value, "\(path).strict")
            case "cache_control": noteCachePoint(member.value)
            case "eager_input_streaming":
                if tape.kind(member.value) == .true { draft.losses.drop("tools.eager_input_streaming") }
            case "input_examples": draft.losses.drop("tools.input_examples")
            default: try draft.readToolAccess(member, in: path)
            }
        }
        draft.conversation.tools.append(tool)
    }

    private mutating func readToolChoice(_ node: Int) throws(RequestError) {
        if tape.isNull(node) { return }
        let type = tape.member("type", of: try draft.object(node, "tool_choice"))
        switch type.map({ tape.word($0) }) {
        case "none"?: draft.conversation.toolChoice = Conversation.ToolChoice.none
        case "auto"?: draft.conversation.toolChoice = .automatic
        case "any"?: draft.conversation.toolChoice = .required
        case "tool"?:
            draft.conversation.toolChoice = .tool(try draft.text(tape.member("name", of: node), "tool_choice.name"))
        default: throw RequestError.untranslatable("tool_choice.type", "it is none of the known words")
        }
        if let single = tape.member("disable_parallel_tool_use", of: node),
            let isSingle = try draft.flag(single, "tool_choice.disable_parallel_tool_use")
        {
            draft.conversation.allowsParallelCalls = !isSingle
        }
    }

    // MARK: - Messages

    private mutating func readMessage(_ node: Int, _ index: Int) throws(RequestError) {
        let origin = Origin("messages", index)
        let role = tape.member("role", of: try draft.object(node, origin.path))
        let content = try draft.content(of: node, origin)
        switch role.map({ tape.word($0) }) {
        case "user"?:
            draft.conversation.turns.append(.init(role: .user, parts: try readContent(content, origin)))
        case "assistant"?:
            draft.conversation.turns.append(.init(role: .assistant, parts: try readContent(content, origin)))
        case "system"?: draft.addInstructions(try readContent(content, origin), from: "messages")
        default: throw RequestError.untranslatable("\(origin.path).role", "it is none of the known words")
        }
        for member in tape.members(of: node) {
            switch member.name {
            case "role", "content": break
            default: try draft.refuseUnknown(member, in: origin.path)
            }
        }
    }

    /// A text, or blocks.
    private mutating func readContent(_ node: Int, _ origin: Origin) throws(RequestError) -> [Part] {
        if let text = tape.text(node) { return [Part(.text(text), origin)] }
        var parts: [Part] = []
        for (index, block) in try draft.array(node, "\(origin.path).content").enumerated() {
            var origin = origin
            if origin.part == nil { origin.part = index }
            parts.append(Part(try readBlock(block, origin), origin))
        }
        return parts
    }

    private mutating func readBlock(_ node: Int, _ origin: Origin) throws(RequestError) -> Conversation.Content {
        let content = try readKind(node, origin)
        for member in tape.members(of: node) { try checkBlockMember(member, origin) }
        return content
    }

    private mutating func readKind(_ node: Int, _ origin: Origin) throws(RequestError) -> Conversation.Content {
        let type = tape.member("type", of: try draft.object(node, origin.path))
        let path = origin.path
        switch type.map({ tape.word($0) }) {
        case "text"?:
            if let citations = tape.member("citations", of: node), tape.after(citations) > citations + 1 {
                draft.losses.drop("messages.content.citations")
            }
            return .text(try draft.text(tape.member("text", of: node), "\(path).text"))
        case "image"?:
            return .image(try readSource(tape.member("source", of: node), origin))
        case "document"?: return try readDocument(node, origin)
        case "tool_use"?:
            return .toolCall(
                .init(
                    id: try draft.text(tape.member("id", of: node), "\(path).id"),
                    name: try draft.text(tape.member("name", of: node), "\(path).name"),
                    arguments: tape.raw(try draft.object(tape.member("input", of: node), "\(path).input"))))
        case "tool_result"?: return .toolResult(try readResult(node, origin))
        case "thinking"?:
            return .reasoning(
                try draft.text(tape.member("thinking", of: node), "\(path).thinking"),
                signature: try draft.optionalText(tape.member("signature", of: node), "\(path).signature"))
        case "redacted_thinking"?:
            return .sealedReasoning(try draft.text(tape.member("data", of: node), "\(path).data"))
        default: throw RequestError.untranslatable("\(path).type", "blocks of this kind are not known there")
        }
    }

    /// Each kind of block reads its own of these.
    private mutating func checkBlockMember(_ member: Tape.Member, _ origin: Origin) throws(RequestError) {
        switch member.name {
        case "type", "text", "source", "title", "context", "citations", "id", "name", "input", "tool_use_id", "content",
            "is_error", "thinking", "signature", "data":
            break
        case "cache_control": noteCachePoint(member.value)
        case "caller": draft.noteCaller(member.value, "messages.content.caller")
        case "transformations":
            if !tape.isNull(member.value) { draft.losses.drop("messages.content.transformations") }
        default: try draft.refuseUnknown(member, in: origin.path)
        }
    }

    private mutating func noteCachePoint(_ node: Int) {
        if !tape.isNull(node) { draft.losses.drop("cache_control") }
    }

    private mutating func readDocument(_ node: Int, _ origin: Origin) throws(RequestError) -> Conversation.Content {
        if let context = tape.member("context", of: node), !tape.isNull(context) {
            throw RequestError.untranslatable("\(origin.path).context", "documents have none there")
        }
        if let citations = tape.member("citations", of: node), let flag = tape.member("enabled", of: citations),
            tape.kind(flag) == .true
        {
            throw RequestError.untranslatable("\(origin.path).citations", "answers there have none")
        }
        let name = try draft.optionalText(tape.member("title", of: node), "\(origin.path).title")
        return .document(try readSource(tape.member("source", of: node), origin), name: name)
    }

    private func readSource(_ node: Int?, _ origin: Origin) throws(RequestError) -> Conversation.Media {
        let path = "\(origin.path).source"
        let source = try draft.object(node, path)
        switch tape.member("type", of: source).map({ tape.word($0) }) {
        case "base64"?:
            return .base64(
                type: try draft.text(tape.member("media_type", of: source), "\(path).media_type"),
                data: try draft.text(tape.member("data", of: source), "\(path).data"))
        case "url"?: return .address(try draft.text(tape.member("url", of: source), "\(path).url"))
        case "text"?: return .text(try draft.text(tape.member("data", of: source), "\(path).data"))
        default: throw RequestError.untranslatable("\(path).type", "it lies at another provider, or is not known there")
        }
    }

    private mutating func readResult(_ node: Int, _ origin: Origin) throws(RequestError) -> Conversation.ToolResult {
        var result = Conversation.ToolResult(
            callID: try draft.text(tape.member("tool_use_id", of: node), "\(origin.path).tool_use_id"), content: [])
        for member in tape.members(of: node) {
            switch member.name {
            // Looked at with every block's.
            case "type", "tool_use_id", "cache_control", "caller", "transformations": break
            case "content":
                guard !tape.isNull(member.value) else { continue }
                result.content = try readResultContent(member.value, origin)
            case "is_error": result.isError = try draft.flag(member.value, "\(origin.path).is_error") ?? false
            default: try draft.refuseUnknown(member, in: origin.path)
            }
        }
        return result
    }

    /// A result holds text, pictures and documents, and no results: so nothing here calls itself.
    private mutating func readResultContent(_ node: Int, _ origin: Origin) throws(RequestError) -> [Part] {
        if let text = tape.text(node) { return [Part(.text(text), origin)] }
        var parts: [Part] = []
        for block in try draft.array(node, "\(origin.path).content") {
            switch tape.member("type", of: try draft.object(block, origin.path)).map({ tape.word($0) }) {
            case "text"?, "image"?, "document"?: parts.append(Part(try readBlock(block, origin), origin))
            default: throw RequestError.untranslatable("\(origin.path).content.type", "a tool's result can't hold this")
            }
        }
        return parts
    }
}
