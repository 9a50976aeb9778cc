internal import JSONText

/// Writes the answer to `converse`.
enum BedrockReplyWriter: ReplyWriter {
    static func write(_ reply: Reply, as caller: TranslatedAnswer) -> [UInt8] {
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
        for part in reply.parts { write(part, to: &writer) }
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

    static func write(_ part: Reply.Part, to writer: inout JSONWriter) {
        switch part {
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
