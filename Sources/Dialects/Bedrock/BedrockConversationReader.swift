internal import JSONText

/// Reads the body of `converse` as a conversation.
struct BedrockConversationReader: ConversationReader {
    let tape: Tape
    var draft: ConversationDraft

    mutating func read() throws(RequestError) {
        for member in tape.members(of: 0) {
            guard !tape.isNull(member.value) else { continue }
            switch member.name {
            case "messages":
                for (index, message) in try draft.array(member.value, "messages").enumerated() {
                    try readMessage(message, index)
                }
            case "system":
                draft.conversation.instructions =
                    try readContent(member.value, Origin("system")) + draft.conversation.instructions
            case "inferenceConfig": try readInference(member.value)
            case "toolConfig": try readTools(member.value)
            case "outputConfig": try readOutput(member.value)
            case "additionalModelRequestFields": try readAdditionalFields(member.value)
            case "serviceTier":
                if let type = tape.member("type", of: member.value), "default" ~= tape.word(type) {
                    draft.conversation.serviceTier = .standard
                } else {
                    draft.losses.drop("serviceTier")
                }
            case "performanceConfig": draft.losses.drop("performanceConfig")
            case "requestMetadata": draft.losses.drop("requestMetadata")
            case "additionalModelResponseFieldPaths": draft.losses.drop("additionalModelResponseFieldPaths")
            case "promptVariables" where tape.after(member.value) == member.value + 1: break
            case "promptVariables": throw .untranslatable("promptVariables", "prompts are kept at Bedrock only")
            case "guardrailConfig": throw .untranslatable("guardrailConfig", "guardrails are kept at Bedrock only")
            default: try draft.refuseUnknown(member)
            }
        }
    }

    // MARK: - Options

    private mutating func readInference(_ node: Int) throws(RequestError) {
        for member in tape.members(of: try draft.object(node, "inferenceConfig")) {
            switch member.name {
            case "maxTokens":
                let maximum = try draft.whole(member.value, "inferenceConfig.maxTokens")
                guard maximum ?? 1 > 0 else {
                    throw RequestError.untranslatable("inferenceConfig.maxTokens", "it has to be at least 1")
                }
                draft.conversation.maximumTokens = maximum
            case "temperature":
                draft.conversation.sampling.temperature = try draft.number(
                    member.value, "inferenceConfig.temperature")
            case "topP": draft.conversation.sampling.topP = try draft.number(member.value, "inferenceConfig.topP")
            case "stopSequences":
                draft.conversation.sampling.stop = try draft.stopTexts(member.value, "inferenceConfig.stopSequences")
            default: try draft.refuseUnknown(member, in: "inferenceConfig")
            }
        }
    }

    private mutating func readOutput(_ node: Int) throws(RequestError) {
        for member in tape.members(of: try draft.object(node, "outputConfig")) {
            switch member.name {
            case "effort": try draft.readEffort(member.value, "outputConfig.effort")
            case "textFormat":
                guard !tape.isNull(member.value) else { continue }
                try readFormat(member.value, "outputConfig.textFormat")
            default: try draft.refuseUnknown(member, in: "outputConfig")
            }
        }
    }

    private mutating func readFormat(_ node: Int, _ path: String) throws(RequestError) {
        let type = tape.member("type", of: try draft.object(node, path))
        guard let type, "json_schema" ~= tape.word(type) else {
            throw RequestError.untranslatable("\(path).type", "it is none of the known words")
        }
        let structure = try draft.object(tape.member("structure", of: node), "\(path).structure")
        let field = "\(path).structure.jsonSchema"
        let schema = try draft.object(tape.member("jsonSchema", of: structure), field)
        let text = try draft.text(tape.member("schema", of: schema), "\(field).schema")
        draft.conversation.form = .schema(
            .init(
                name: try draft.optionalText(tape.member("name", of: schema), "\(field).name"),
                description: try draft.optionalText(tape.member("description", of: schema), "\(field).description"),
                schema: try draft.arguments(
                    text, Origin("outputConfig"), "textFormat.structure.jsonSchema.schema")))
    }

    /// Fields of a model's own: those that other dialects have a word for, too.
    private mutating func readAdditionalFields(_ node: Int) throws(RequestError) {
        let path = "additionalModelRequestFields"
        for member in tape.members(of: try draft.object(node, path)) {
            switch member.name {
            case "top_k": draft.conversation.sampling.topK = try draft.whole(member.value, "\(path).top_k")
            case "thinking": try readThinking(member.value, "\(path).thinking")
            default: try draft.refuseUnknown(member, in: path)
            }
        }
    }

    private mutating func readThinking(_ node: Int, _ path: String) throws(RequestError) {
        let type = tape.member("type", of: try draft.object(node, path))
        switch type.map({ tape.word($0) }) {
        case "disabled"?, "adaptive"?: draft.losses.drop("additionalModelRequestFields.thinking.type")
        case "enabled"?:
            guard let budget = tape.member("budget_tokens", of: node),
                let tokens = try draft.whole(budget, "\(path).budget_tokens")
            else { throw draft.wrongType("\(path).budget_tokens", "a whole number") }
            draft.takeThinkingBudget(tokens, "additionalModelRequestFields.thinking.budget_tokens")
        default: throw RequestError.untranslatable("\(path).type", "it is none of the known words")
        }
    }

    // MARK: - Tools

    private mutating func readTools(_ node: Int) throws(RequestError) {
        for member in tape.members(of: try draft.object(node, "toolConfig")) {
            guard !tape.isNull(member.value) else { continue }
            switch member.name {
            case "tools":
                for (index, tool) in try draft.array(member.value, "toolConfig.tools").enumerated() {
                    try readTool(tool, "toolConfig.tools.\(index)")
                }
            case "toolChoice": try readToolChoice(member.value)
            default: try draft.refuseUnknown(member, in: "toolConfig")
            }
        }
    }

    private mutating func readTool(_ node: Int, _ path: String) throws(RequestError) {
        for kind in tape.members(of: try draft.object(node, path)) {
            switch kind.name {
            case "toolSpec": try readSpecification(kind.value, "\(path).toolSpec")
            case "cachePoint": draft.losses.drop("cachePoint")
            case "systemTool":
                throw RequestError.untranslatable("\(path).systemTool", "only tools of the caller's own can")
            default: try draft.refuseUnknown(kind, in: path)
            }
        }
    }

    private mutating func readSpecification(_ node: Int, _ path: String) throws(RequestError) {
        let name = tape.member("name", of: try draft.object(node, path))
        var tool = Conversation.Tool(name: try draft.text(name, "\(path).name"))
        for member in tape.members(of: node) {
            switch member.name {
            case "name": break
            case "description": tool.description = try draft.optionalText(member.value, "\(path).description")
            case "inputSchema":
                let field = "\(path).inputSchema"
                let schema = tape.member("json", of: try draft.object(member.value, field))
                tool.schema = tape.raw(try draft.object(schema, "\(field).json"))
            case "strict": tool.isStrict = try draft.flag(member.value, "\(path).strict")
            default: try draft.refuseUnknown(member, in: path)
            }
        }
        draft.conversation.tools.append(tool)
    }

    private mutating func readToolChoice(_ node: Int) throws(RequestError) {
        for choice in tape.members(of: try draft.object(node, "toolConfig.toolChoice")) {
            guard !tape.isNull(choice.value) else { continue }
            switch choice.name {
            case "auto": draft.conversation.toolChoice = .automatic
            case "any": draft.conversation.toolChoice = .required
            case "tool":
                let path = "toolConfig.toolChoice.tool"
                let name = tape.member("name", of: try draft.object(choice.value, path))
                draft.conversation.toolChoice = .tool(try draft.text(name, "\(path).name"))
            default: try draft.refuseUnknown(choice, in: "toolConfig.toolChoice")
            }
        }
    }

    // MARK: - Messages

    private mutating func readMessage(_ node: Int, _ index: Int) throws(RequestError) {
        let origin = Origin("messages", index)
        let role = tape.member("role", of: try draft.object(node, origin.path))
        let parts = try readContent(try draft.content(of: node, origin), origin)
        switch role.map({ tape.word($0) }) {
        case "user"?: draft.conversation.turns.append(.init(role: .user, parts: parts))
        case "assistant"?: draft.conversation.turns.append(.init(role: .assistant, parts: parts))
        case "system"?: draft.addInstructions(parts, from: "messages")
        default: throw RequestError.untranslatable("\(origin.path).role", "it is none of the known words")
        }
        for member in tape.members(of: node) {
            switch member.name {
            case "role", "content": break
            default: try draft.refuseUnknown(member, in: origin.path)
            }
        }
    }

    private mutating func readContent(_ node: Int, _ origin: Origin) throws(RequestError) -> [Part] {
        var parts: [Part] = []
        for (index, block) in try draft.array(node, origin.path).enumerated() {
            var origin = origin
            origin.part = index
            for kind in tape.members(of: try draft.object(block, origin.path)) where !tape.isNull(kind.value) {
                if let content = try readBlock(kind, origin) { parts.append(Part(content, origin)) }
            }
        }
        return parts
    }

    /// A block's only member; `nil` for one that says nothing to the model.
    private mutating func readBlock(
        _ kind: Tape.Member, _ origin: Origin
    ) throws(RequestError) -> Conversation.Content? {
        let path = origin.path
        switch kind.name {
        case "text": return .text(try draft.text(kind.value, "\(path).text"))
        case "toolUse": return .toolCall(try readCall(kind.value, "\(path).toolUse"))
        case "toolResult": return .toolResult(try readResult(kind.value, origin))
        case "image", "document", "audio": return try readMedia(kind, origin)
        case "reasoningContent": return try readReasoning(kind.value, "\(path).reasoningContent")
        case "citationsContent":
            draft.losses.drop("messages.content.citationsContent.citations")
            return .text(try readTexts(tape.member("content", of: kind.value), "\(path).citationsContent.content"))
        case "cachePoint":
            draft.losses.drop("cachePoint")
            return nil
        default:
            let name = tape.value(kind.key).string ?? ""
            throw RequestError.untranslatable("\(path).\(name)", "blocks of this kind are not known there")
        }
    }

    /// A list of `{"text"}`, as one text.
    private func readTexts(_ node: Int?, _ path: String) throws(RequestError) -> EscapedText {
        guard let node else { throw draft.wrongType(path, "an array") }
        var texts: [EscapedText] = []
        for element in try draft.array(node, path) {
            texts.append(try draft.text(tape.member("text", of: try draft.object(element, path)), "\(path).text"))
        }
        return EscapedText.joined(texts)
    }

    private func readCall(_ node: Int, _ path: String) throws(RequestError) -> Conversation.ToolCall {
        if let type = tape.member("type", of: try draft.object(node, path)), !tape.isNull(type) {
            throw RequestError.untranslatable("\(path).type", "only tools of the caller's own can be called")
        }
        return .init(
            id: try draft.text(tape.member("toolUseId", of: node), "\(path).toolUseId"),
            name: try draft.text(tape.member("name", of: node), "\(path).name"),
            arguments: tape.raw(try draft.object(tape.member("input", of: node), "\(path).input")))
    }

    private func readReasoning(_ node: Int, _ path: String) throws(RequestError) -> Conversation.Content {
        if let sealed = tape.member("redactedContent", of: try draft.object(node, path)) {
            return .sealedReasoning(try draft.text(sealed, "\(path).redactedContent"))
        }
        let text = try draft.object(tape.member("reasoningText", of: node), "\(path).reasoningText")
        return .reasoning(
            try draft.text(tape.member("text", of: text), "\(path).reasoningText.text"),
            signature: try draft.optionalText(tape.member("signature", of: text), "\(path).reasoningText.signature"))
    }

    /// A result holds no results: so nothing here calls itself.
    private mutating func readResult(_ node: Int, _ origin: Origin) throws(RequestError) -> Conversation.ToolResult {
        let path = "\(origin.path).toolResult"
        let id = tape.member("toolUseId", of: try draft.object(node, path))
        var result = Conversation.ToolResult(callID: try draft.text(id, "\(path).toolUseId"), content: [])
        for member in tape.members(of: node) {
            guard !tape.isNull(member.value) else { continue }
            switch member.name {
            case "toolUseId": break
            case "status": result.isError = "error" ~= tape.word(member.value)
            case "content":
                for block in try draft.array(member.value, "\(path).content") {
                    for kind in tape.members(of: try draft.object(block, "\(path).content"))
                    where !tape.isNull(kind.value) {
                        result.content.append(Part(try readResultBlock(kind, origin), origin))
                    }
                }
            default: try draft.refuseUnknown(member, in: path)
            }
        }
        return result
    }

    private mutating func readResultBlock(
        _ kind: Tape.Member, _ origin: Origin
    ) throws(RequestError) -> Conversation.Content {
        let path = "\(origin.path).toolResult.content"
        switch kind.name {
        case "text": return .text(try draft.text(kind.value, "\(path).text"))
        // Elsewhere results are text, and this is its text.
        case "json": return .text(EscapedText(utf8: Array(tape.raw(kind.value).bytes)))
        case "image", "document": return try readMedia(kind, origin)
        default:
            let name = tape.value(kind.key).string ?? ""
            throw RequestError.untranslatable("\(path).\(name)", "a tool's result can't hold this there")
        }
    }

    // MARK: - Media

    private func readMedia(_ kind: Tape.Member, _ origin: Origin) throws(RequestError) -> Conversation.Content {
        let path = "\(origin.path).\(tape.value(kind.key).string ?? "")"
        let media = try draft.object(kind.value, path)
        let isDocument = "document" ~= kind.name
        for member in tape.members(of: media) {
            switch member.name {
            case "format", "source": break
            // A condition holds for the pattern beside it alone.
            case "name" where isDocument, "context" where isDocument, "citations" where isDocument: break
            default: try draft.refuseUnknown(member, in: path)
            }
        }
        let format = try draft.optionalText(tape.member("format", of: media), "\(path).format")?.string
        let source = try draft.object(tape.member("source", of: media), "\(path).source")
        if "image" ~= kind.name {
            return .image(try inline(source, "\(path).source", type: "image/\(format ?? "png")"))
        }
        if "audio" ~= kind.name {
            return .audio(try inline(source, "\(path).source", type: "audio/\(format ?? "mp3")"))
        }
        if let context = tape.member("context", of: media), !tape.isNull(context) {
            throw RequestError.untranslatable("\(path).context", "documents have none there")
        }
        if let citations = tape.member("citations", of: media), let flag = tape.member("enabled", of: citations),
            tape.kind(flag) == .true
        {
            throw RequestError.untranslatable("\(path).citations", "answers there have none")
        }
        let name = try draft.optionalText(tape.member("name", of: media), "\(path).name")
        if let text = tape.member("text", of: source) {
            return .document(.text(try draft.text(text, "\(path).source.text")), name: name)
        }
        if let content = tape.member("content", of: source) {
            return .document(.text(try readTexts(content, "\(path).source.content")), name: name)
        }
        guard let type = BedrockMedia.documentType(ofFormat: format ?? "txt") else {
            throw RequestError.untranslatable("\(path).format", "it is none of the known words")
        }
        return .document(try inline(source, "\(path).source", type: type), name: name)
    }

    private func inline(_ source: Int, _ path: String, type: String) throws(RequestError) -> Conversation.Media {
        guard let bytes = tape.member("bytes", of: source) else {
            throw RequestError.untranslatable(path, "it has to be inline: what lies at Amazon only Bedrock reads")
        }
        return .base64(type: EscapedText(type), data: try draft.text(bytes, "\(path).bytes"))
    }
}
