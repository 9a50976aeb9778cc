internal import JSONText

/// Writes a conversation as the body of `converse`. Which model, and whether the answer is streamed, says the path.
struct BedrockConversationWriter: ConversationWriter {
    let conversation: Conversation
    let target: TranslationTarget
    var losses: Losses
    var writer: JSONWriter
    /// Documents so far: two may not have one name.
    private var documents = 0

    init(conversation: Conversation, target: TranslationTarget, losses: Losses, writer: JSONWriter) {
        self.conversation = conversation
        self.target = target
        self.losses = losses
        self.writer = writer
    }

    mutating func write() throws(RequestError) {
        writer.beginObject()
        try writeInstructions()
        try writeTurns()
        try writeInference()
        try writeTools()
        try writeOutput()
        writeRest()
        writer.endObject()
    }

    /// Anthropic's models have options that others don't.
    private var isAnthropic: Bool { target.model.contains("anthropic") }

    // MARK: - Options

    private mutating func writeInference() throws(RequestError) {
        let sampling = conversation.sampling
        if sampling.seed != nil { losses.drop("seed") }
        if let penalty = sampling.presencePenalty, penalty != 0 { losses.drop("presence_penalty") }
        if let penalty = sampling.frequencyPenalty, penalty != 0 { losses.drop("frequency_penalty") }
        guard
            conversation.maximumTokens != nil || sampling.temperature != nil || sampling.topP != nil
                || !sampling.stop.isEmpty
        else { return }
        writer.key("inferenceConfig")
        writer.beginObject()
        if let maximum = conversation.maximumTokens {
            writer.key("maxTokens")
            writer.int(maximum)
        }
        if let temperature = sampling.temperature {
            // OpenAI's range ends at 2, this one at 1.
            let clamped = min(max(temperature, 0), 1)
            if clamped != temperature { losses.change("temperature", "clamped to 1") }
            writer.key("temperature")
            writer.double(clamped)
        }
        if let topP = sampling.topP {
            // Anthropic's models of late refuse both at once.
            if sampling.temperature != nil, isAnthropic {
                losses.drop("top_p")
            } else {
                writer.key("topP")
                writer.double(min(max(topP, 0), 1))
            }
        }
        if !sampling.stop.isEmpty {
            writer.key("stopSequences")
            writer.beginArray()
            for text in sampling.stop {
                guard !text.isBlank else { throw .untranslatable("stop", "it has to have more than white space") }
                writer.string(text)
            }
            writer.endArray()
        }
        writer.endObject()
    }

    private mutating func writeOutput() throws(RequestError) {
        if conversation.form == .json {
            throw .untranslatable("response_format", "JSON without a schema can't be asked for: give a `json_schema`")
        }
        let effort = conversation.effort.flatMap { losses.effortFromLow($0) }
        var schema: Conversation.OutputSchema?
        if case .schema(let wanted) = conversation.form { schema = wanted }
        guard effort != nil || schema != nil else { return }
        writer.key("outputConfig")
        writer.beginObject()
        if let schema { writeFormat(schema) }
        if let effort {
            writer.key("effort")
            writer.string(effort)
        }
        writer.endObject()
    }

    private mutating func writeFormat(_ schema: Conversation.OutputSchema) {
        writer.key("textFormat")
        writer.beginObject()
        writer.key("type")
        writer.string("json_schema")
        writer.key("structure")
        writer.beginObject()
        writer.key("jsonSchema")
        writer.beginObject()
        writer.key("schema")
        schema.schema.bytes.withUnsafeBytes { writer.string($0) }
        if let name = schema.name {
            writer.key("name")
            writer.string(name)
        }
        if let description = schema.description {
            writer.key("description")
            writer.string(description)
        }
        writer.endObject()
        writer.endObject()
        writer.endObject()
    }

    private mutating func writeRest() {
        if conversation.user != nil { losses.drop("user") }
        let disablesThought = conversation.effort == Conversation.Effort.none
        if !isAnthropic {
            if conversation.sampling.topK != nil { losses.drop("top_k") }
            if disablesThought { losses.drop("reasoning_effort") }
        } else if conversation.sampling.topK != nil || disablesThought {
            writer.key("additionalModelRequestFields")
            writer.beginObject()
            if let topK = conversation.sampling.topK {
                writer.key("top_k")
                writer.int(topK)
            }
            if disablesThought {
                writer.key("thinking")
                writer.raw("{\"type\":\"disabled\"}")
            }
            writer.endObject()
        }
        if conversation.serviceTier == .standard {
            writer.key("serviceTier")
            writer.raw("{\"type\":\"default\"}")
        }
    }

    // MARK: - Tools

    private mutating func writeTools() throws(RequestError) {
        guard !conversation.tools.isEmpty else { return writeToolsCalledBefore() }
        if conversation.toolChoice == Conversation.ToolChoice.none {
            // There is no word for it; but without tools none is called.
            guard !conversation.usesTools else {
                throw .untranslatable("tool_choice", "`none` can't be said where tools were called before")
            }
            return
        }
        if conversation.allowsParallelCalls == false { losses.drop("parallel_tool_calls") }
        writer.key("toolConfig")
        writer.beginObject()
        writer.key("tools")
        writer.beginArray()
        for tool in conversation.tools { write(tool) }
        writer.endArray()
        switch conversation.toolChoice {
        case nil, Conversation.ToolChoice.none?: break
        case .automatic?: writeChoice("{\"auto\":{}}")
        case .required?: writeChoice("{\"any\":{}}")
        case .tool(let name)?:
            writer.key("toolChoice")
            writer.beginObject()
            writer.key("tool")
            writer.beginObject()
            writer.key("name")
            writer.string(name)
            writer.endObject()
            writer.endObject()
        }
        writer.endObject()
    }

    /// Bedrock wants a tool defined wherever some were called, also where none is to be called any more: one that nobody has.
    private mutating func writeToolsCalledBefore() {
        guard conversation.usesTools else { return }
        losses.change("tools", "of earlier calls replaced by one that is none")
        writer.key("toolConfig")
        writer.raw(
            """
            {"tools":[{"toolSpec":{"name":"no_tool","description":"There are no tools any more. Never call this one.",\
            "inputSchema":{"json":{"type":"object"}}}}]}
            """)
    }

    private mutating func writeChoice(_ json: StaticString) {
        writer.key("toolChoice")
        writer.raw(JSONFragment(json).bytes)
    }

    private mutating func write(_ tool: Conversation.Tool) {
        writer.beginObject()
        writer.key("toolSpec")
        writer.beginObject()
        writer.key("name")
        writer.string(tool.name)
        if let description = tool.description, !description.isEmpty {
            writer.key("description")
            writer.string(description)
        }
        writer.key("inputSchema")
        writer.beginObject()
        writer.key("json")
        writer.objectSchema(tool.schema ?? .emptyObject)
        writer.endObject()
        if tool.isStrict == true {
            writer.key("strict")
            writer.bool(true)
        }
        writer.endObject()
        writer.endObject()
    }

    // MARK: - Words

    private mutating func writeInstructions() throws(RequestError) {
        let texts = try conversation.instructionTexts()
        guard !texts.isEmpty else { return }
        writer.key("system")
        writer.beginArray()
        for text in texts { writer.block("text", text) }
        writer.endArray()
    }

    private mutating func writeTurns() throws(RequestError) {
        writer.key("messages")
        writer.beginArray()
        for turn in conversation.alternatingTurns {
            let parts = try turn.spokenParts(&losses)
            guard !parts.isEmpty else { continue }
            writer.beginObject()
            writer.key("role")
            writer.string(turn.role == .user ? "user" : "assistant")
            writer.key("content")
            writer.beginArray()
            for part in parts { try write(part) }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
    }

    private mutating func write(_ part: Part) throws(RequestError) {
        switch part.content {
        case .text(let text), .refusal(let text): writer.block("text", text)
        case .image(let media): try writeImage(media, part.origin)
        case .document(let media, let name): try writeDocument(media, name, part.origin)
        case .audio(let media):
            guard case .base64(let type, let data) = media, let format = BedrockMedia.soundFormat(ofType: type.string)
            else { throw .untranslatable(part.origin.path, "sound has to be inline, in one of Bedrock's formats") }
            writeMedia("audio", format, data)
        case .reasoning(let text, let signature):
            guard let signature, !signature.isEmpty else { return losses.drop("reasoning") }
            BedrockReplyWriter.write(.reasoning(text, signature: signature), to: &writer)
        case .sealedReasoning(let data): BedrockReplyWriter.write(.sealedReasoning(data), to: &writer)
        case .toolCall(let call): BedrockReplyWriter.write(.toolCall(call), to: &writer)
        case .toolResult(let result): try write(result)
        }
    }

    private mutating func write(_ result: Conversation.ToolResult) throws(RequestError) {
        writer.beginObject()
        writer.key("toolResult")
        writer.beginObject()
        writer.key("toolUseId")
        writer.string(BedrockReplyWriter.identifier(result.callID))
        writer.key("content")
        writer.beginArray()
        // Bedrock refuses a text without a sign, and a model one without content.
        let parts = result.content.filter { part in
            if case .text(let text) = part.content { !text.isBlank } else { true }
        }
        if parts.isEmpty {
            losses.change("tool result", "empty, which is said in words")
            writer.block("text", EscapedText("(empty)"))
        }
        for part in parts {
            switch part.content {
            case .text, .image, .document: try write(part)
            default: throw .untranslatable(part.origin.path, "a tool's result can't hold this")
            }
        }
        writer.endArray()
        if result.isError {
            writer.key("status")
            writer.string("error")
        }
        writer.endObject()
        writer.endObject()
    }

    // MARK: - Media

    private mutating func writeImage(_ media: Conversation.Media, _ origin: Origin) throws(RequestError) {
        guard case .base64(let type, let data) = media else {
            throw .untranslatable(origin.path, "pictures have to be inline: Bedrock fetches none")
        }
        guard let format = BedrockMedia.imageFormat(ofType: type.string) else {
            throw .untranslatable(origin.path, "of pictures it takes PNG, JPEG, GIF and WebP")
        }
        writeMedia("image", format, data)
    }

    private mutating func writeMedia(_ kind: StaticString, _ format: String, _ data: EscapedText) {
        writer.beginObject()
        writer.key(kind)
        writer.beginObject()
        writer.key("format")
        writer.string(format)
        writer.key("source")
        writer.block("bytes", data)
        writer.endObject()
        writer.endObject()
    }

    private mutating func writeDocument(
        _ media: Conversation.Media, _ name: EscapedText?, _ origin: Origin
    ) throws(RequestError) {
        documents += 1
        let plain = name.map { BedrockMedia.documentName($0.string) } ?? ""
        if let name, plain != name.string { losses.change("document name", "has other signs") }
        writer.beginObject()
        writer.key("document")
        writer.beginObject()
        writer.key("name")
        writer.string(plain.isEmpty ? "document-\(documents)" : plain)
        writer.key("format")
        switch media {
        case .text(let text):
            writer.string("txt")
            writer.key("source")
            writer.block("text", text)
        case .base64(let type, let data):
            guard let format = BedrockMedia.documentFormat(ofType: type.string) else {
                throw .untranslatable(origin.path, "it is none of the documents that Bedrock takes")
            }
            writer.string(format)
            writer.key("source")
            writer.block("bytes", data)
        case .address: throw .untranslatable(origin.path, "documents have to be inline: Bedrock fetches none")
        }
        writer.endObject()
        writer.endObject()
    }
}

extension Conversation {
    /// Whether a tool was called in it, or answered.
    fileprivate var usesTools: Bool {
        turns.contains { turn in
            turn.parts.contains { part in
                switch part.content {
                case .toolCall, .toolResult: true
                default: false
                }
            }
        }
    }
}

extension JSONWriter {
    /// An object whose only member is text: most of Bedrock's blocks.
    mutating func block(_ name: StaticString, _ text: EscapedText) {
        beginObject()
        key(name)
        string(text)
        endObject()
    }
}
