internal import JSONText

/// Writes a conversation as the body of `generateContent`.
struct GeminiConversationWriter: ConversationWriter {
    let conversation: Conversation
    let target: TranslationTarget
    var losses: Losses
    var writer: JSONWriter
    /// The functions that were called, by the calls' identifiers: a result names its function here.
    private var functions: [EscapedText: EscapedText] = [:]

    init(conversation: Conversation, target: TranslationTarget, losses: Losses, writer: JSONWriter) {
        self.conversation = conversation
        self.target = target
        self.losses = losses
        self.writer = writer
    }

    mutating func write() throws(RequestError) {
        writer.beginObject()
        try writeInstructions()
        try writeContents()
        writeTools()
        try writeToolConfiguration()
        try writeConfiguration()
        if conversation.user != nil { losses.drop("user") }
        writer.endObject()
    }

    // MARK: - Options

    private mutating func writeConfiguration() throws(RequestError) {
        let sampling = conversation.sampling
        writer.key("generationConfig")
        writer.beginObject()
        if let maximum = conversation.maximumTokens { writeWhole("maxOutputTokens", maximum) }
        writeNumber("temperature", sampling.temperature)
        writeNumber("topP", sampling.topP)
        if let topK = sampling.topK { writeWhole("topK", topK) }
        if let seed = sampling.seed {
            // Theirs has 32 bits.
            if Int32(exactly: seed) == nil { losses.drop("seed") } else { writeWhole("seed", seed) }
        }
        writeNumber("presencePenalty", sampling.presencePenalty)
        writeNumber("frequencyPenalty", sampling.frequencyPenalty)
        if !sampling.stop.isEmpty {
            guard sampling.stop.count <= Self.mostStopTexts else {
                throw .untranslatable("stop", "at most \(Self.mostStopTexts) can")
            }
            writer.key("stopSequences")
            writer.beginArray()
            for text in sampling.stop { writer.string(text) }
            writer.endArray()
        }
        writeForm()
        writeThinking()
        writer.endObject()
    }

    /// More texts that end the answer are refused.
    private static let mostStopTexts = 5

    private mutating func writeNumber(_ name: StaticString, _ value: Double?) {
        guard let value else { return }
        writer.key(name)
        writer.double(value)
    }

    private mutating func writeWhole(_ name: StaticString, _ value: Int) {
        writer.key(name)
        writer.int(value)
    }

    private mutating func writeForm() {
        guard conversation.form != .text else { return }
        writer.key("responseMimeType")
        writer.string("application/json")
        guard case .schema(let schema) = conversation.form else { return }
        if schema.description != nil { losses.drop("response_format.description") }
        writer.key("responseJsonSchema")
        writer.raw(schema.schema.bytes)
    }

    /// Models before 3 take a budget, those from 3 on a level, and neither takes both.
    private mutating func writeThinking() {
        guard let effort = conversation.effort else { return }
        writer.key("thinkingConfig")
        writer.beginObject()
        if effort != Conversation.Effort.none {
            writer.key("includeThoughts")
            writer.bool(true)
        }
        if target.model.hasPrefix("gemini-2") || target.model.hasPrefix("models/gemini-2") {
            writeWhole("thinkingBudget", Self.budget(effort))
        } else {
            writer.key("thinkingLevel")
            writer.string(level(effort))
        }
        writer.endObject()
    }

    /// The tokens that Google's own endpoint in OpenAI's dialect makes of the words.
    private static func budget(_ effort: Conversation.Effort) -> Int {
        switch effort {
        case .none: 0
        case .minimal, .low: 1_024
        case .medium: 8_192
        case .high, .xhigh, .max: 24_576
        }
    }

    private mutating func level(_ effort: Conversation.Effort) -> StaticString {
        switch effort {
        case .none:
            losses.change("effort", "raised to minimal")
            return "MINIMAL"
        case .minimal: return "MINIMAL"
        case .low: return "LOW"
        case .medium: return "MEDIUM"
        case .high: return "HIGH"
        case .xhigh, .max:
            losses.change("effort", "clamped to high")
            return "HIGH"
        }
    }

    // MARK: - Tools

    private mutating func writeTools() {
        guard !conversation.tools.isEmpty else { return }
        writer.key("tools")
        writer.beginArray()
        writer.beginObject()
        writer.key("functionDeclarations")
        writer.beginArray()
        for tool in conversation.tools {
            writer.beginObject()
            writer.key("name")
            writer.string(tool.name)
            if let description = tool.description {
                writer.key("description")
                writer.string(description)
            }
            if let schema = tool.schema, schema != .emptyObject {
                writer.key("parametersJsonSchema")
                writer.raw(schema.bytes)
            }
            if tool.isStrict == true { losses.change("tools.strict", "not enforced strictly") }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        writer.endArray()
    }

    private mutating func writeToolConfiguration() throws(RequestError) {
        // Without tools there is nothing to choose.
        guard !conversation.tools.isEmpty else { return }
        if conversation.allowsParallelCalls == false, conversation.toolChoice != Conversation.ToolChoice.none {
            throw .untranslatable("parallel_tool_calls", "it can't be told to call one at a time")
        }
        guard let choice = conversation.toolChoice else { return }
        writer.key("toolConfig")
        writer.beginObject()
        writer.key("functionCallingConfig")
        writer.beginObject()
        writer.key("mode")
        switch choice {
        case .none: writer.string("NONE")
        case .automatic: writer.string("AUTO")
        case .required: writer.string("ANY")
        case .tool(let name):
            writer.string("ANY")
            writer.key("allowedFunctionNames")
            writer.beginArray()
            writer.string(name)
            writer.endArray()
        }
        writer.endObject()
        writer.endObject()
    }

    // MARK: - Words

    private mutating func writeInstructions() throws(RequestError) {
        var texts: [EscapedText] = []
        for part in conversation.instructions {
            guard case .text(let text) = part.content else {
                throw .untranslatable(part.origin.path, "the system's words have to be text")
            }
            if !text.isEmpty { texts.append(text) }
        }
        guard !texts.isEmpty else { return }
        writer.key("systemInstruction")
        writer.beginObject()
        writer.key("parts")
        writer.beginArray()
        for text in texts { writeText(text) }
        writer.endArray()
        writer.endObject()
    }

    private mutating func writeContents() throws(RequestError) {
        writer.key("contents")
        writer.beginArray()
        var index = 0
        let turns = conversation.turns
        while index < turns.count {
            // Turns of one side become one: the results of calls have to come together, in the very next one.
            let role = turns[index].role
            var parts = turns[index].parts
            index += 1
            while index < turns.count, turns[index].role == role {
                parts += turns[index].parts
                index += 1
            }
            guard role == .user else {
                try writeContent("model", parts)
                continue
            }
            try writeContent("user", parts.filter(Self.isResult))
            try writeContent("user", parts.filter { !Self.isResult($0) })
        }
        writer.endArray()
    }

    private static func isResult(_ part: Part) -> Bool {
        if case .toolResult = part.content { return true }
        return false
    }

    private mutating func writeContent(_ role: StaticString, _ parts: [Part]) throws(RequestError) {
        let kept = parts.filter { part in
            switch part.content {
            // It takes no empty text; one says nothing.
            case .text(let text), .refusal(let text): !text.isEmpty
            default: true
            }
        }
        guard !kept.isEmpty else { return }
        // Thoughts alone, which are left out, leave nothing of a turn.
        if kept.allSatisfy({ Self.isThought($0) }) { return losses.drop("thinking") }
        writer.beginObject()
        writer.key("role")
        writer.string(role)
        writer.key("parts")
        writer.beginArray()
        var signature: EscapedText?
        var hasCalls = false
        for part in kept {
            switch part.content {
            case .reasoning(_, let sealed):
                signature = GeminiSeal.own(sealed) ?? signature
                if GeminiSeal.own(sealed) == nil { losses.drop("thinking") }
            case .sealedReasoning: losses.drop("thinking")
            case .toolCall(let call):
                functions[call.id] = call.name
                // The first call of a turn has to be sealed, for models from 3 on.
                writeCall(call, signature ?? (hasCalls ? nil : GeminiSeal.none))
                signature = nil
                hasCalls = true
            default: try writePart(part)
            }
        }
        writer.endArray()
        writer.endObject()
    }

    private static func isThought(_ part: Part) -> Bool {
        switch part.content {
        case .reasoning, .sealedReasoning: true
        default: false
        }
    }

    private mutating func writePart(_ part: Part) throws(RequestError) {
        switch part.content {
        case .text(let text), .refusal(let text): writeText(text)
        case .document(.text(let text), let name):
            if name != nil { losses.drop("messages.content.title") }
            writeText(text)
        case .image(let media), .audio(let media): try writeBlob(media, nil, part.origin)
        case .document(let media, let name): try writeBlob(media, name, part.origin)
        case .toolResult(let result): try writeResult(result, part.origin)
        case .toolCall, .reasoning, .sealedReasoning: break
        }
    }

    private mutating func writeText(_ text: EscapedText) {
        writer.beginObject()
        writer.key("text")
        writer.string(text)
        writer.endObject()
    }

    private mutating func writeBlob(
        _ media: Conversation.Media, _ name: EscapedText?, _ origin: Origin
    ) throws(RequestError) {
        guard case .base64(let type, let data) = media else {
            throw .untranslatable(origin.path, "it takes media inline only, not by address")
        }
        if name != nil { losses.drop("messages.content.title") }
        writer.beginObject()
        writer.key("inlineData")
        writer.beginObject()
        writer.key("mimeType")
        writer.string(type)
        writer.key("data")
        writer.string(data)
        writer.endObject()
        writer.endObject()
    }

    private mutating func writeCall(_ call: Conversation.ToolCall, _ signature: EscapedText?) {
        writer.beginObject()
        writer.key("functionCall")
        writer.beginObject()
        writer.key("id")
        writer.string(call.id)
        writer.key("name")
        writer.string(call.name)
        writer.key("args")
        writer.raw(call.arguments.bytes)
        writer.endObject()
        if let signature {
            writer.key("thoughtSignature")
            writer.string(signature)
        }
        writer.endObject()
    }

    private mutating func writeResult(_ result: Conversation.ToolResult, _ origin: Origin) throws(RequestError) {
        guard let name = functions[result.callID] else {
            throw .untranslatable(origin.path, "it answers no call before it, whose function it would have to name")
        }
        var texts: [EscapedText] = []
        var media: [Part] = []
        for part in result.content {
            switch part.content {
            case .text(let text), .document(.text(let text), _): texts.append(text)
            case .image, .document: media.append(part)
            default: throw .untranslatable(part.origin.path, "a tool's result can't hold this")
            }
        }
        writer.beginObject()
        writer.key("functionResponse")
        writer.beginObject()
        writer.key("id")
        writer.string(result.callID)
        writer.key("name")
        writer.string(name)
        writer.key("response")
        writeResponse(EscapedText.joined(texts, by: "\\n"), result.isError)
        if !media.isEmpty {
            writer.key("parts")
            writer.beginArray()
            for part in media { try writePart(part) }
            writer.endArray()
        }
        writer.endObject()
        writer.endObject()
    }

    /// An object: that which the text is, or one that has it.
    private mutating func writeResponse(_ text: EscapedText, _ isError: Bool) {
        if !isError, text.bytes.first == 0x7B {
            let bytes = text.decoded()
            let limits = JSONLimits(maximumBytes: max(bytes.count, 1), maximumDepth: 64)
            if let document = try? JSONDocument(parsing: bytes, limits: limits), document.root.kind == .object {
                return writer.raw(bytes[document.root.range])
            }
        }
        writer.beginObject()
        writer.key(isError ? "error" : "result")
        writer.string(text)
        writer.endObject()
    }
}
