internal import JSONText

/// Writes the answer to `converse`.
enum BedrockReplyWriter: ReplyWriter {
    static func write(
        _ reply: Reply, as caller: TranslatedAnswer, losses: inout Losses
    ) throws(TranslationFault) -> [UInt8] {
        var writer = JSONWriter(capacity: 1_024)
        writer.beginObject()
        writer.key("output")
        writer.beginObject()
        writer.key("message")
        writer.beginObject()
        writer.key("role")
        writer.string("assistant")
        writer.key("content")
        writer.beginArray()
        for (index, part) in reply.parts.enumerated() {
            switch part {
            case .citation: break
            case .image(let media): try write(media, to: &writer)
            case .text(let text): write(text, citedBy: reply.citations(behind: index), to: &writer)
            default: write(part, to: &writer)
            }
        }
        writer.endArray()
        writer.endObject()
        writer.endObject()
        writer.key("stopReason")
        writer.string(stop(reply.settledStop, refuses: reply.refuses))
        writeFigures(reply.usage ?? ReplyUsage(), to: &writer)
        writer.endObject()
        return writer.bytes
    }

    static func stop(_ stop: Reply.Stop, refuses: Bool) -> StaticString {
        switch stop {
        case .end where refuses, .refusal: "content_filtered"
        case .end, .pause: "end_turn"
        case .length: "max_tokens"
        case .stopSequence: "stop_sequence"
        case .toolCalls: "tool_use"
        }
    }

    /// `usage`, and `metrics`, without which some SDKs take no answer; other providers do not measure themselves.
    static func writeFigures(_ usage: ReplyUsage, to writer: inout JSONWriter) {
        writer.key("usage")
        BedrockUsage.write(usage, to: &writer)
        writer.key("metrics")
        writer.raw("{\"latencyMs\":0}")
    }

    private static func write(_ text: EscapedText, citedBy citations: [Citation], to writer: inout JSONWriter) {
        guard !citations.isEmpty else { return writer.block("text", text) }
        writer.beginObject()
        writer.key("citationsContent")
        writer.beginObject()
        writer.key("content")
        writer.beginArray()
        writer.block("text", text)
        writer.endArray()
        writer.key("citations")
        writer.beginArray()
        for citation in citations { BedrockCitation.write(citation, to: &writer) }
        writer.endArray()
        writer.endObject()
        writer.endObject()
    }

    private static func write(_ media: Conversation.Media, to writer: inout JSONWriter) throws(TranslationFault) {
        let (format, data) = try picture(media)
        writer.beginObject()
        writer.key("image")
        writer.beginObject()
        writer.key("format")
        writer.string(format)
        writer.key("source")
        writer.block("bytes", data)
        writer.endObject()
        writer.endObject()
    }

    /// A picture's format and bytes; throws for one by address, or of a format that Bedrock has no word for.
    static func picture(_ media: Conversation.Media) throws(TranslationFault) -> (format: String, data: EscapedText) {
        guard case .base64(let type, let data) = media, let format = BedrockMedia.imageFormat(ofType: type.string)
        else {
            throw TranslationFault("a picture of the answer's is not inline, or of no format that Bedrock has")
        }
        return (format, data)
    }

    /// A block of an answer, but for citations and pictures.
    static func write(_ part: Reply.Part, to writer: inout JSONWriter) {
        switch part {
        case .citation, .image: break
        case .text(let text), .refusal(let text): writer.block("text", text)
        case .reasoning(let text, let signature):
            writer.beginObject()
            writer.key("reasoningContent")
            writer.beginObject()
            writer.key("reasoningText")
            writer.beginObject()
            writer.key("text")
            writer.string(text)
            if let signature {
                writer.key("signature")
                writer.string(signature)
            }
            writer.endObject()
            writer.endObject()
            writer.endObject()
        case .sealedReasoning(let data):
            writer.beginObject()
            writer.key("reasoningContent")
            writer.block("redactedContent", data)
            writer.endObject()
        case .toolCall(let call):
            writer.beginObject()
            writer.key("toolUse")
            writer.beginObject()
            writer.key("toolUseId")
            writer.string(identifier(call.id))
            writer.key("name")
            writer.string(call.name)
            writer.key("input")
            writer.raw(call.arguments.bytes)
            writer.endObject()
            writer.endObject()
        }
    }

    /// Calls' identifiers are letters, digits and `_.:-` here; others are written so, each alike.
    static func identifier(_ id: EscapedText) -> EscapedText {
        func isPlain(_ byte: UInt8) -> Bool {
            (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || [0x5F, 0x2E, 0x3A, 0x2D].contains(byte)
        }
        if !id.isEmpty, id.bytes.allSatisfy(isPlain) { return id }
        return AnthropicConversationWriter.identifier(id)
    }
}
