internal import JSONText

/// Writes a `message`.
enum AnthropicReplyWriter: ReplyWriter {
    static func write(
        _ reply: Reply, as caller: TranslatedAnswer, losses: inout Losses
    ) throws(TranslationFault) -> [UInt8] {
        guard !reply.parts.contains(where: \.isImage) else { throw noPictures }
        var writer = JSONWriter(capacity: 1_024)
        writer.beginObject()
        writeHead(reply.id, reply.model, caller, to: &writer)
        writer.key("content")
        writer.beginArray()
        for (index, part) in reply.parts.enumerated() {
            switch part {
            case .citation: break
            case .text(let text): write(text, citedBy: reply.citations(behind: index), &losses, to: &writer)
            default: write(part, to: &writer)
            }
        }
        writer.endArray()
        writeStop(stop(reply.settledStop, refuses: reply.refuses), reply.stopSequence, to: &writer)
        writer.key("usage")
        writeUsage(reply.usage ?? ReplyUsage(), to: &writer)
        writer.endObject()
        return writer.bytes
    }

    /// The model's messages have no pictures here.
    static let noPictures = TranslationFault("an Anthropic message of the model's holds no pictures")

    private static func write(
        _ text: EscapedText, citedBy citations: [Citation], _ losses: inout Losses, to writer: inout JSONWriter
    ) {
        let known = citations.filter(AnthropicCitation.canWrite)
        if known.count < citations.count { losses.drop(.citations) }
        writer.beginObject()
        writer.key("type")
        writer.string("text")
        writer.key("text")
        writer.string(text)
        writer.key("citations")
        if known.isEmpty {
            writer.null()
        } else {
            writer.beginArray()
            for citation in known { AnthropicCitation.write(citation, to: &writer) }
            writer.endArray()
        }
        writer.endObject()
    }

    static func writeHead(
        _ id: EscapedText?, _ model: EscapedText?, _ caller: TranslatedAnswer, to writer: inout JSONWriter
    ) {
        writer.key("id")
        writer.string(id ?? EscapedText("msg_\(caller.identifier)"))
        writer.key("type")
        writer.string("message")
        writer.key("role")
        writer.string("assistant")
        writer.key("model")
        writer.string(model ?? EscapedText(caller.model))
    }

    static func writeStop(_ stop: StaticString?, _ sequence: EscapedText?, to writer: inout JSONWriter) {
        writer.key("stop_reason")
        if let stop { writer.string(stop) } else { writer.null() }
        writer.key("stop_sequence")
        writer.stringOrNull(sequence)
    }

    static func stop(_ stop: Reply.Stop, refuses: Bool) -> StaticString {
        switch stop {
        case .end where refuses, .refusal: "refusal"
        case .end: "end_turn"
        case .length: "max_tokens"
        case .stopSequence: "stop_sequence"
        case .toolCalls: "tool_use"
        case .pause: "pause_turn"
        }
    }

    static func writeUsage(_ usage: ReplyUsage, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("input_tokens")
        writer.int(usage.uncached)
        writer.key("cache_creation_input_tokens")
        writer.int(usage.cacheWrite)
        writer.key("cache_read_input_tokens")
        writer.int(usage.cacheRead)
        writer.key("output_tokens")
        writer.int(usage.output)
        if let reasoning = usage.reasoning {
            writer.key("output_tokens_details")
            writer.beginObject()
            writer.key("thinking_tokens")
            writer.int(reasoning)
            writer.endObject()
        }
        writer.endObject()
    }

    /// A block of an answer, but for texts with citations; pictures have none.
    static func write(_ part: Reply.Part, to writer: inout JSONWriter) {
        if part.isCitation || part.isImage { return }
        writer.beginObject()
        writer.key("type")
        switch part {
        case .citation, .image: break
        case .text(let text), .refusal(let text):
            writer.string("text")
            writer.key("text")
            writer.string(text)
            writer.key("citations")
            writer.null()
        case .reasoning(let text, let signature):
            writer.string("thinking")
            writer.key("thinking")
            writer.string(text)
            writer.key("signature")
            writer.string(signature ?? EscapedText(""))
        case .sealedReasoning(let data):
            writer.string("redacted_thinking")
            writer.key("data")
            writer.string(data)
        case .toolCall(let call):
            writer.string("tool_use")
            writer.key("id")
            writer.string(AnthropicConversationWriter.identifier(call.id))
            writer.key("name")
            writer.string(call.name)
            writer.key("input")
            writer.raw(call.arguments.bytes)
        }
        writer.endObject()
    }
}
