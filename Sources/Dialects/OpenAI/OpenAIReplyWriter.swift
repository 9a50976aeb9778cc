internal import JSONText

/// Writes a `chat.completion`.
enum OpenAIReplyWriter: ReplyWriter {
    static func write(
        _ reply: Reply, as caller: TranslatedAnswer, losses: inout Losses
    ) throws(TranslationFault) -> [UInt8] {
        var writer = JSONWriter(capacity: 1_024)
        writer.beginObject()
        writeHead("chat.completion", reply.id, reply.model, caller, to: &writer)
        writer.key("choices")
        writer.beginArray()
        writer.beginObject()
        writer.key("index")
        writer.int(0)
        writer.key("message")
        try writeMessage(reply.parts, &losses, to: &writer)
        writer.key("logprobs")
        writer.null()
        writer.key("finish_reason")
        writer.string(finish(reply.settledStop))
        writer.endObject()
        writer.endArray()
        if let usage = reply.usage {
            writer.key("usage")
            writeUsage(usage, to: &writer)
        }
        writer.endObject()
        return writer.bytes
    }

    static func writeHead(
        _ object: StaticString, _ id: EscapedText?, _ model: EscapedText?, _ caller: TranslatedAnswer,
        to writer: inout JSONWriter
    ) {
        writer.key("id")
        writer.string(id ?? EscapedText("chatcmpl-\(caller.identifier)"))
        writer.key("object")
        writer.string(object)
        writer.key("created")
        writer.int(caller.created)
        writer.key("model")
        writer.string(model ?? EscapedText(caller.model))
    }

    static func finish(_ stop: Reply.Stop) -> StaticString {
        switch stop {
        case .end, .stopSequence, .pause: "stop"
        case .length: "length"
        case .toolCalls: "tool_calls"
        case .refusal: "content_filter"
        }
    }

    static func writeUsage(_ usage: ReplyUsage, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("prompt_tokens")
        writer.int(usage.input)
        writer.key("completion_tokens")
        writer.int(usage.output)
        writer.key("total_tokens")
        writer.int(usage.total)
        writer.key("prompt_tokens_details")
        writer.beginObject()
        writer.key("cached_tokens")
        writer.int(usage.cacheRead)
        if usage.cacheWrite > 0 {
            writer.key("cache_write_tokens")
            writer.int(usage.cacheWrite)
        }
        writer.endObject()
        if let reasoning = usage.reasoning {
            writer.key("completion_tokens_details")
            writer.beginObject()
            writer.key("reasoning_tokens")
            writer.int(reasoning)
            writer.endObject()
        }
        writer.endObject()
    }

    private static func writeMessage(
        _ parts: [Reply.Part], _ losses: inout Losses, to writer: inout JSONWriter
    ) throws(TranslationFault) {
        var texts: [EscapedText] = []
        var refusals: [EscapedText] = []
        var thoughts: [EscapedText] = []
        var calls: [Conversation.ToolCall] = []
        var citations: [Citation] = []
        var images: [Conversation.Media] = []
        for part in parts {
            switch part {
            case .text(let text): texts.append(text)
            case .citation(let citation):
                if OpenAIAnnotation.canWrite(citation, &losses) { citations.append(citation) }
            case .image(let media): images.append(media)
            case .refusal(let text): refusals.append(text)
            case .reasoning(let text, _): if !text.isEmpty { thoughts.append(text) }
            case .sealedReasoning: break
            case .toolCall(let call): calls.append(call)
            }
        }
        writer.beginObject()
        writer.key("role")
        writer.string("assistant")
        writer.key("content")
        if texts.isEmpty, !calls.isEmpty || !refusals.isEmpty {
            writer.null()
        } else {
            writer.string(EscapedText.joined(texts))
        }
        writer.key("refusal")
        writer.stringOrNull(refusals.isEmpty ? nil : EscapedText.joined(refusals))
        if !citations.isEmpty {
            writer.key("annotations")
            writer.beginArray()
            for citation in citations { OpenAIAnnotation.write(citation, isNested: true, to: &writer) }
            writer.endArray()
        }
        if !images.isEmpty {
            writer.key("images")
            writer.beginArray()
            for (index, image) in images.enumerated() { try OpenAIPicture.write(image, index, to: &writer) }
            writer.endArray()
        }
        if !thoughts.isEmpty {
            // What vLLM, DeepSeek and others call it; OpenAI itself shows no thoughts here.
            writer.key("reasoning_content")
            writer.string(EscapedText.joined(thoughts))
        }
        if !calls.isEmpty {
            writer.key("tool_calls")
            writer.beginArray()
            for call in calls { write(call, to: &writer) }
            writer.endArray()
        }
        writer.endObject()
    }

    /// A call, as answers have it and the history of requests.
    static func write(_ call: Conversation.ToolCall, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("id")
        writer.string(call.id)
        writer.key("type")
        writer.string("function")
        writer.key("function")
        writer.beginObject()
        writer.key("name")
        writer.string(call.name)
        writer.key("arguments")
        call.arguments.bytes.withUnsafeBytes { writer.string($0) }
        writer.endObject()
        writer.endObject()
    }
}
