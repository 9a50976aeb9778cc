internal import JSONText

/// Writes a conversation as the body of `POST /v1/messages`, for version 2023-06-01.
struct AnthropicConversationWriter: ConversationWriter {
    let conversation: Conversation
    let target: TranslationTarget
    var losses: Losses
    var writer: JSONWriter

    mutating func write() throws(RequestError) {
        writer.beginObject()
        writer.key("model")
        writer.string(target.model)
        writer.key("max_tokens")
        writer.int(conversation.maximumTokens ?? target.maximumTokens)
        try writeInstructions()
        try writeTurns()
        writeTools()
        writeToolChoice()
        try writeSampling()
        try writeOutputConfiguration()
        writeRest()
        writer.endObject()
    }

    // MARK: - Options

    private mutating func writeSampling() throws(RequestError) {
        let sampling = conversation.sampling
        if let temperature = sampling.temperature {
            // OpenAI's range ends at 2, this one at 1.
            let clamped = min(max(temperature, 0), 1)
            if clamped != temperature { losses.change("temperature", "clamped to 1") }
            writer.key("temperature")
            writer.double(clamped)
        }
        if let topP = sampling.topP {
            // Models of late refuse both at once.
            if sampling.temperature != nil {
                losses.drop("top_p")
            } else {
                writer.key("top_p")
                writer.double(min(max(topP, 0), 1))
            }
        }
        if let topK = sampling.topK {
            writer.key("top_k")
            writer.int(topK)
        }
        if sampling.seed != nil { losses.drop("seed") }
        if let penalty = sampling.presencePenalty, penalty != 0 { losses.drop("presence_penalty") }
        if let penalty = sampling.frequencyPenalty, penalty != 0 { losses.drop("frequency_penalty") }
        guard !sampling.stop.isEmpty else { return }
        writer.key("stop_sequences")
        writer.beginArray()
        for text in sampling.stop {
            guard !text.isBlank else { throw .untranslatable("stop", "it has to have more than white space") }
            writer.string(text)
        }
        writer.endArray()
    }

    private mutating func writeOutputConfiguration() throws(RequestError) {
        if conversation.form == .json {
            throw .untranslatable("response_format", "JSON without a schema can't be asked for: give a `json_schema`")
        }
        if conversation.effort == Conversation.Effort.none {
            writer.key("thinking")
            writer.raw("{\"type\":\"disabled\"}")
        }
        let effort = conversation.effort.flatMap { losses.effortFromLow($0) }
        var schema: Conversation.OutputSchema?
        if case .schema(let wanted) = conversation.form { schema = wanted }
        if schema?.description != nil { losses.drop("response_format.description") }
        guard effort != nil || schema != nil else { return }
        writer.key("output_config")
        writer.beginObject()
        if let effort {
            writer.key("effort")
            writer.string(effort)
        }
        if let schema {
            writer.key("format")
            writer.beginObject()
            writer.key("type")
            writer.string("json_schema")
            writer.key("schema")
            writer.raw(schema.schema.bytes)
            writer.endObject()
        }
        writer.endObject()
    }

    private mutating func writeRest() {
        if let user = conversation.user {
            writer.key("metadata")
            writer.beginObject()
            writer.key("user_id")
            writer.string(user)
            writer.endObject()
        }
        if let tier = conversation.serviceTier {
            writer.key("service_tier")
            writer.string(tier == .automatic ? "auto" : "standard_only")
        }
        if conversation.isStreaming {
            writer.key("stream")
            writer.bool(true)
        }
    }

    // MARK: - Tools

    private mutating func writeTools() {
        guard !conversation.tools.isEmpty else { return }
        writer.key("tools")
        writer.beginArray()
        for tool in conversation.tools {
            writer.beginObject()
            writer.key("name")
            writer.string(tool.name)
            if let description = tool.description {
                writer.key("description")
                writer.string(description)
            }
            writer.key("input_schema")
            writer.objectSchema(tool.schema ?? .emptyObject)
            if tool.isStrict == true {
                writer.key("strict")
                writer.bool(true)
            }
            writer.endObject()
        }
        writer.endArray()
    }

    private mutating func writeToolChoice() {
        // Without tools there is nothing to choose, and the provider would refuse it.
        guard !conversation.tools.isEmpty, conversation.toolChoice != nil || conversation.allowsParallelCalls == false
        else { return }
        writer.key("tool_choice")
        writer.beginObject()
        writer.key("type")
        switch conversation.toolChoice ?? .automatic {
        case .none: writer.string("none")
        case .automatic: writer.string("auto")
        case .required: writer.string("any")
        case .tool(let name):
            writer.string("tool")
            writer.key("name")
            writer.string(name)
        }
        if conversation.allowsParallelCalls == false, conversation.toolChoice != Conversation.ToolChoice.none {
            writer.key("disable_parallel_tool_use")
            writer.bool(true)
        }
        writer.endObject()
    }

    // MARK: - Words

    private mutating func writeInstructions() throws(RequestError) {
        let texts = try conversation.instructionTexts()
        guard let first = texts.first else { return }
        writer.key("system")
        if texts.count == 1 { return writer.string(first) }
        writer.beginArray()
        for text in texts { writer.textPart(text) }
        writer.endArray()
    }

    private mutating func writeTurns() throws(RequestError) {
        writer.key("messages")
        writer.beginArray()
        for turn in conversation.alternatingTurns {
            let parts = try turn.spokenParts(&losses)
            if !parts.isEmpty { try writeTurn(turn.role, parts) }
        }
        writer.endArray()
    }

    private mutating func writeTurn(_ role: Conversation.Turn.Role, _ parts: [Part]) throws(RequestError) {
        writer.beginObject()
        writer.key("role")
        writer.string(role == .user ? "user" : "assistant")
        writer.key("content")
        if parts.count == 1, case .text(let text) = parts[0].content {
            writer.string(text)
        } else {
            writer.beginArray()
            for part in parts { try writePart(part) }
            writer.endArray()
        }
        writer.endObject()
    }

    private mutating func writePart(_ part: Part) throws(RequestError) {
        switch part.content {
        case .text(let text), .refusal(let text): writer.textPart(text)
        case .image(let media): try writeImage(media, part.origin)
        case .document(let media, let name): try writeDocument(media, name, part.origin)
        case .audio: throw .untranslatable(part.origin.path, "it takes no sound")
        case .reasoning(let text, let signature):
            guard let signature, !signature.isEmpty else { return losses.drop("reasoning") }
            write(.reasoning(text, signature: signature))
        case .sealedReasoning(let data): write(.sealedReasoning(data))
        case .toolCall(let call): write(.toolCall(call))
        case .toolResult(let result): try writeResult(result)
        }
    }

    /// What goes back as it came in an answer.
    private mutating func write(_ part: Reply.Part) { AnthropicReplyWriter.write(part, to: &writer) }

    private mutating func writeImage(_ media: Conversation.Media, _ origin: Origin) throws(RequestError) {
        writer.beginObject()
        writer.key("type")
        writer.string("image")
        try writeSource(media, origin)
        writer.endObject()
    }

    private mutating func writeDocument(
        _ media: Conversation.Media, _ name: EscapedText?, _ origin: Origin
    ) throws(RequestError) {
        if case .base64(let type, _) = media, !("application/pdf" ~= type) {
            throw .untranslatable(origin.path, "of files it takes PDF")
        }
        writer.beginObject()
        writer.key("type")
        writer.string("document")
        try writeSource(media, origin)
        if let name {
            writer.key("title")
            writer.string(name)
        }
        writer.endObject()
    }

    private mutating func writeSource(_ media: Conversation.Media, _ origin: Origin) throws(RequestError) {
        writer.key("source")
        writer.beginObject()
        writer.key("type")
        switch media {
        case .base64(let type, let data):
            writer.string("base64")
            writer.key("media_type")
            // What some call so, it knows under its registered name only.
            if "image/jpg" ~= type { writer.string("image/jpeg") } else { writer.string(type) }
            writer.key("data")
            writer.string(data)
        case .address(let address):
            writer.string("url")
            writer.key("url")
            writer.string(address)
        case .text(let text):
            writer.string("text")
            writer.key("media_type")
            writer.string("text/plain")
            writer.key("data")
            writer.string(text)
        }
        writer.endObject()
    }

    private mutating func writeResult(_ result: Conversation.ToolResult) throws(RequestError) {
        writer.beginObject()
        writer.key("type")
        writer.string("tool_result")
        writer.key("tool_use_id")
        writer.string(Self.identifier(result.callID))
        writer.key("content")
        if result.content.count == 1, case .text(let text) = result.content[0].content {
            writer.string(text)
        } else {
            writer.beginArray()
            for part in result.content {
                switch part.content {
                case .text(let text): if !text.isBlank { writer.textPart(text) }
                case .image, .document: try writePart(part)
                default: throw .untranslatable(part.origin.path, "a tool's result can't hold this")
                }
            }
            writer.endArray()
        }
        if result.isError {
            writer.key("is_error")
            writer.bool(true)
        }
        writer.endObject()
    }

    /// Calls' identifiers are letters, digits, `_` and `-` here; others are written so, each alike.
    static func identifier(_ id: EscapedText) -> EscapedText {
        func isPlain(_ byte: UInt8) -> Bool {
            (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x5F || byte == 0x2D
        }
        if !id.isEmpty, id.bytes.allSatisfy(isPlain) { return id }
        var plain: [UInt8] = []
        for byte in id.decoded() {
            if isPlain(byte) {
                plain.append(byte)
            } else {
                plain += "_\(String(byte, radix: 16))".utf8
            }
        }
        return EscapedText(escaped: (plain.isEmpty ? [0x5F] : plain)[...])
    }
}
