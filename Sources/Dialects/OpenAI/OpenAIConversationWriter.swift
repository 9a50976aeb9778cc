internal import JSONText

/// Writes a conversation as the body of `POST /v1/chat/completions`.
struct OpenAIConversationWriter: ConversationWriter {
    let conversation: Conversation
    let target: TranslationTarget
    var losses: Losses
    var writer: JSONWriter

    /// More texts that end the answer are refused.
    private static let mostStopTexts = 4

    mutating func write() throws(RequestError) {
        writer.beginObject()
        writer.key("model")
        writer.string(target.model)
        writer.key("messages")
        writer.beginArray()
        try writeInstructions()
        for turn in conversation.turns {
            if turn.role == .user { try writeUser(turn.parts) } else { try writeAssistant(turn.parts) }
        }
        writer.endArray()
        writeTools()
        writeToolChoice()
        try writeOptions()
        writeForm()
        writer.endObject()
    }

    // MARK: - Options

    private mutating func writeOptions() throws(RequestError) {
        if let maximum = conversation.maximumTokens {
            writer.key(target.limitsCompletionTokens ? "max_completion_tokens" : "max_tokens")
            writer.int(maximum)
        }
        let sampling = conversation.sampling
        writeNumber("temperature", sampling.temperature)
        writeNumber("top_p", sampling.topP)
        writeNumber("presence_penalty", sampling.presencePenalty)
        writeNumber("frequency_penalty", sampling.frequencyPenalty)
        if sampling.topK != nil { losses.drop("top_k") }
        if let seed = sampling.seed {
            writer.key("seed")
            writer.int(seed)
        }
        if !sampling.stop.isEmpty {
            guard sampling.stop.count <= Self.mostStopTexts else {
                throw .untranslatable("stop_sequences", "at most \(Self.mostStopTexts) can")
            }
            writer.key("stop")
            writer.beginArray()
            for text in sampling.stop { writer.string(text) }
            writer.endArray()
        }
        if let effort = conversation.effort {
            writer.key("reasoning_effort")
            writer.string(effort.rawValue)
        }
        if let user = conversation.user {
            writer.key("user")
            writer.string(user)
        }
        if let tier = conversation.serviceTier, tier == .standard {
            writer.key("service_tier")
            writer.string("default")
        }
        guard conversation.isStreaming else { return }
        writer.key("stream")
        writer.bool(true)
        if target.asksForStreamUsage {
            writer.key("stream_options")
            writer.raw("{\"include_usage\":true}")
        }
    }

    private mutating func writeNumber(_ name: StaticString, _ value: Double?) {
        guard let value else { return }
        writer.key(name)
        writer.double(value)
    }

    private mutating func writeForm() {
        switch conversation.form {
        case .text: break
        case .json:
            writer.key("response_format")
            writer.raw("{\"type\":\"json_object\"}")
        case .schema(let schema):
            writer.key("response_format")
            writer.beginObject()
            writer.key("type")
            writer.string("json_schema")
            writer.key("json_schema")
            writer.beginObject()
            writer.key("name")
            writer.string(schema.name ?? EscapedText("answer"))
            if let description = schema.description {
                writer.key("description")
                writer.string(description)
            }
            writer.key("schema")
            writer.raw(schema.schema.bytes)
            writer.key("strict")
            let isStrict = schema.isStrict ?? StrictSchema.holds(schema.schema)
            if schema.isStrict == nil, !isStrict { losses.change("output_config.format", "not enforced strictly") }
            writer.bool(isStrict)
            writer.endObject()
            writer.endObject()
        }
    }

    // MARK: - Tools

    private mutating func writeTools() {
        guard !conversation.tools.isEmpty else { return }
        writer.key("tools")
        writer.beginArray()
        for tool in conversation.tools {
            writer.beginObject()
            writer.key("type")
            writer.string("function")
            writer.key("function")
            writer.beginObject()
            writer.key("name")
            writer.string(tool.name)
            if let description = tool.description {
                writer.key("description")
                writer.string(description)
            }
            if let schema = tool.schema {
                writer.key("parameters")
                writer.raw(schema.bytes)
            }
            if tool.isStrict == true {
                writer.key("strict")
                let holds = StrictSchema.holds(tool.schema ?? .emptyObject)
                if !holds { losses.change("tools.strict", "not enforced strictly") }
                writer.bool(holds)
            }
            writer.endObject()
            writer.endObject()
        }
        writer.endArray()
    }

    private mutating func writeToolChoice() {
        // Without tools there is nothing to choose, and the provider would refuse it.
        guard !conversation.tools.isEmpty else { return }
        switch conversation.toolChoice {
        case nil: break
        case Conversation.ToolChoice.none?: writeChoice("none")
        case .automatic?: writeChoice("auto")
        case .required?: writeChoice("required")
        case .tool(let name)?:
            writer.key("tool_choice")
            writer.beginObject()
            writer.key("type")
            writer.string("function")
            writer.key("function")
            writer.beginObject()
            writer.key("name")
            writer.string(name)
            writer.endObject()
            writer.endObject()
        }
        if let allows = conversation.allowsParallelCalls {
            writer.key("parallel_tool_calls")
            writer.bool(allows)
        }
    }

    private mutating func writeChoice(_ word: StaticString) {
        writer.key("tool_choice")
        writer.string(word)
    }

    // MARK: - Words

    private mutating func beginMessage(_ role: StaticString) {
        writer.beginObject()
        writer.key("role")
        writer.string(role)
    }

    private mutating func writeInstructions() throws(RequestError) {
        guard !conversation.instructions.isEmpty else { return }
        beginMessage("system")
        writer.key("content")
        try writeContent(conversation.instructions)
        writer.endObject()
    }

    /// Results of tools are messages of their own here, and come before the rest.
    private mutating func writeUser(_ parts: [Part]) throws(RequestError) {
        var rest: [Part] = []
        for part in parts {
            guard case .toolResult(let result) = part.content else {
                rest.append(part)
                continue
            }
            if result.isError { losses.drop("messages.content.is_error") }
            beginMessage("tool")
            writer.key("tool_call_id")
            writer.string(result.callID)
            writer.key("content")
            for part in result.content {
                guard case .text = part.content else {
                    throw .untranslatable("\(part.origin.path).content", "a tool's result has to be text")
                }
            }
            try writeContent(result.content)
            writer.endObject()
        }
        guard !rest.isEmpty || parts.isEmpty else { return }
        beginMessage("user")
        writer.key("content")
        try writeContent(rest)
        writer.endObject()
    }

    private mutating func writeAssistant(_ parts: [Part]) throws(RequestError) {
        var texts: [Part] = []
        var calls: [Conversation.ToolCall] = []
        var refusals: [EscapedText] = []
        for part in parts {
            switch part.content {
            case .text: texts.append(part)
            case .toolCall(let call): calls.append(call)
            case .refusal(let text): refusals.append(text)
            case .reasoning, .sealedReasoning: losses.drop("thinking")
            default: throw .untranslatable(part.origin.path, "an assistant's message can't hold this")
            }
        }
        beginMessage("assistant")
        writer.key("content")
        if texts.isEmpty, !calls.isEmpty || !refusals.isEmpty { writer.null() } else { try writeContent(texts) }
        if !refusals.isEmpty {
            writer.key("refusal")
            writer.string(EscapedText.joined(refusals))
        }
        if !calls.isEmpty {
            writer.key("tool_calls")
            writer.beginArray()
            for call in calls { OpenAIReplyWriter.write(call, to: &writer) }
            writer.endArray()
        }
        writer.endObject()
    }

    /// One text is a string; all else are parts.
    private mutating func writeContent(_ parts: [Part]) throws(RequestError) {
        if parts.isEmpty { return writer.string("") }
        if parts.count == 1, case .text(let text) = parts[0].content { return writer.string(text) }
        writer.beginArray()
        for part in parts { try writePart(part) }
        writer.endArray()
    }

    private mutating func writePart(_ part: Part) throws(RequestError) {
        switch part.content {
        case .text(let text): writer.textPart(text)
        case .image(let media):
            writer.beginObject()
            writer.key("type")
            writer.string("image_url")
            writer.key("image_url")
            writer.beginObject()
            writer.key("url")
            writer.string(try Self.address(of: media, part.origin))
            writer.endObject()
            writer.endObject()
        case .document(.text(let text), let name):
            if name != nil { losses.drop("messages.content.title") }
            writer.textPart(text)
        case .document(.address, _): throw .untranslatable(part.origin.path, "it takes no documents by address")
        case .document(let media, let name):
            writer.beginObject()
            writer.key("type")
            writer.string("file")
            writer.key("file")
            writer.beginObject()
            writer.key("filename")
            writer.string(name ?? EscapedText("document.pdf"))
            writer.key("file_data")
            writer.string(try Self.address(of: media, part.origin))
            writer.endObject()
            writer.endObject()
        case .audio(let media): try writeAudio(media, part.origin)
        default: throw .untranslatable(part.origin.path, "a message can't hold this here")
        }
    }

    private mutating func writeAudio(_ media: Conversation.Media, _ origin: Origin) throws(RequestError) {
        guard case .base64(let type, let data) = media else {
            throw .untranslatable(origin.path, "sound has to be inline")
        }
        let format = String(type.string.drop { $0 != "/" }.dropFirst())
        guard format == "wav" || format == "mp3" else {
            throw .untranslatable(origin.path, "sound has to be WAV or MP3")
        }
        writer.beginObject()
        writer.key("type")
        writer.string("input_audio")
        writer.key("input_audio")
        writer.beginObject()
        writer.key("data")
        writer.string(data)
        writer.key("format")
        writer.string(format)
        writer.endObject()
        writer.endObject()
    }

    static func address(
        of media: Conversation.Media, _ origin: Origin
    ) throws(RequestError) -> EscapedText {
        switch media {
        case .address(let address): return address
        case .base64(let type, let data):
            var bytes: [UInt8] = []
            bytes.reserveCapacity(type.bytes.count + data.bytes.count + 16)
            bytes += "data:".utf8
            bytes += type.bytes
            bytes += ";base64,".utf8
            bytes += data.bytes
            return EscapedText(escaped: bytes[...])
        case .text: throw .untranslatable(origin.path, "it has to be a picture or a file")
        }
    }
}
