internal import JSONText

/// Writes a `GenerateContentResponse`.
enum GeminiReplyWriter: ReplyWriter {
    static func write(
        _ reply: Reply, as caller: TranslatedAnswer, losses: inout Losses
    ) throws(TranslationFault) -> [UInt8] {
        var writer = JSONWriter(capacity: 1_024)
        writer.beginObject()
        beginCandidate(&writer)
        var citations: [Citation] = []
        for part in reply.parts {
            if case .citation(let citation) = part {
                if GeminiGrounding.canWrite(citation, &losses) { citations.append(citation) }
            } else {
                try write(part, to: &writer)
            }
        }
        endCandidate(finish(reply.settledStop, refuses: reply.refuses), citations: citations, &writer)
        writeRest(
            reply.usage, reply.id ?? EscapedText(caller.identifier), reply.model ?? EscapedText(caller.model),
            to: &writer)
        writer.endObject()
        return writer.bytes
    }

    static func beginCandidate(_ writer: inout JSONWriter) {
        writer.key("candidates")
        writer.beginArray()
        writer.beginObject()
        writer.key("content")
        writer.beginObject()
        writer.key("parts")
        writer.beginArray()
    }

    static func endCandidate(
        _ finish: StaticString?, message: String? = nil, citations: [Citation] = [], _ writer: inout JSONWriter
    ) {
        writer.endArray()
        writer.key("role")
        writer.string("model")
        writer.endObject()
        if let finish {
            writer.key("finishReason")
            writer.string(finish)
        }
        if let message {
            writer.key("finishMessage")
            writer.string(message)
        }
        GeminiGrounding.write(citations, to: &writer)
        writer.key("index")
        writer.int(0)
        writer.endObject()
        writer.endArray()
    }

    static func writeRest(
        _ usage: ReplyUsage?, _ id: EscapedText, _ model: EscapedText, to writer: inout JSONWriter
    ) {
        if let usage {
            writer.key("usageMetadata")
            writeUsage(usage, to: &writer)
        }
        writer.key("modelVersion")
        writer.string(model)
        writer.key("responseId")
        writer.string(id)
    }

    static func finish(_ stop: Reply.Stop, refuses: Bool) -> StaticString {
        switch stop {
        case .end where refuses, .refusal: "SAFETY"
        case .end, .stopSequence, .toolCalls: "STOP"
        case .length: "MAX_TOKENS"
        case .pause: "OTHER"
        }
    }

    private static func writeUsage(_ usage: ReplyUsage, to writer: inout JSONWriter) {
        let thoughts = min(usage.reasoning ?? 0, usage.output)
        writer.beginObject()
        writer.key("promptTokenCount")
        writer.int(usage.input)
        if usage.cacheRead > 0 {
            writer.key("cachedContentTokenCount")
            writer.int(usage.cacheRead)
        }
        writer.key("candidatesTokenCount")
        writer.int(usage.output - thoughts)
        if thoughts > 0 {
            writer.key("thoughtsTokenCount")
            writer.int(thoughts)
        }
        writer.key("totalTokenCount")
        writer.int(usage.total)
        writer.endObject()
    }

    /// Writes a part of an answer but citations, which stand beside the parts.
    static func write(_ part: Reply.Part, to writer: inout JSONWriter) throws(TranslationFault) {
        writer.beginObject()
        switch part {
        case .citation: break
        case .image(let media):
            guard case .base64(let type, let data) = media else {
                throw TranslationFault("a picture of the answer's is not inline")
            }
            writer.key("inlineData")
            writer.beginObject()
            writer.key("mimeType")
            writer.string(type)
            writer.key("data")
            writer.string(data)
            writer.endObject()
        case .text(let text), .refusal(let text):
            writer.key("text")
            writer.string(text)
        case .reasoning(let text, let signature):
            writeThought(text, signature.flatMap { $0.isEmpty ? nil : .signature($0) }, to: &writer)
        case .sealedReasoning(let data): writeThought(EscapedText(""), .sealed(data), to: &writer)
        case .toolCall(let call):
            writer.key("functionCall")
            writer.beginObject()
            writer.key("id")
            writer.string(call.id)
            writer.key("name")
            writer.string(call.name)
            writer.key("args")
            writer.raw(call.arguments.bytes)
            writer.endObject()
        }
        writer.endObject()
    }

    private static func writeThought(_ text: EscapedText, _ seal: GeminiSeal.Foreign?, to writer: inout JSONWriter) {
        writer.key("text")
        writer.string(text)
        writer.key("thought")
        writer.bool(true)
        if let seal {
            writer.key("thoughtSignature")
            writer.string(seal.text)
        }
    }
}
