internal import JSONText

/// Writes the frames of a streamed answer: blocks one after the other, and figures behind the end.
struct BedrockReplyEventWriter: ReplyEventWriter {
    private enum Block: Equatable {
        case text
        case thinking
        case picture
        case call(Int)
    }

    private var hasBegun = false
    private var open: Block?
    /// The number of the block that is open, or of the next one.
    private var number = 0
    private var stop: Reply.Stop?
    private var callsTools = false
    private var refuses = false
    private var usage: ReplyUsage?
    var losses = Losses()

    init() {}

    mutating func write(_ event: ReplyEvent, to stream: inout [UInt8]) throws(TranslationFault) {
        switch event {
        case .began: begin(&stream)
        case .text(let text):
            open(.text, &stream)
            BedrockStreamReader.append(.content, text, block: number, to: &stream)
        case .citation(let citation):
            open(.text, &stream)
            append(delta: "citation", &stream) { BedrockCitation.write(citation, to: &$0) }
        case .image(let media): try picture(media, &stream)
        case .refusal(let text):
            refuses = true
            open(.text, &stream)
            BedrockStreamReader.append(.content, text, block: number, to: &stream)
        case .reasoning(let text):
            open(.thinking, &stream)
            BedrockStreamReader.append(.reasoning, text, block: number, to: &stream)
        case .signature(let text):
            open(.thinking, &stream)
            append(thought: "signature", text, &stream)
        case .sealedReasoning(let data):
            close(&stream)
            open(.thinking, &stream)
            append(thought: "redactedContent", data, &stream)
            close(&stream)
        case .toolCall(let index, let id, let name):
            close(&stream)
            callsTools = true
            open(.call(index), &stream)
            begin(call: id, name, &stream)
        case .arguments(let index, let text):
            guard open == .call(index) else { throw TranslationFault("a stream's tool call goes on after its end") }
            BedrockStreamReader.append(.toolArguments, text, block: number, to: &stream)
        case .partEnded: close(&stream)
        case .stopped(let stop, _):
            self.stop = stop
            close(&stream)
        // Said behind the end: figures may come after the reason.
        case .usage(let usage): self.usage = usage
        case .done: end(&stream)
        case .failed(let error):
            let type = error.type ?? BedrockErrorBody.type(ofStatus: 500)
            stream += BedrockErrorBody.frame(type: type, message: error.message)
        case .lost(let extra): losses.drop(extra)
        // There is no sign of life.
        case .ping: break
        }
    }

    private mutating func begin(_ stream: inout [UInt8]) {
        guard !hasBegun else { return }
        hasBegun = true
        EventFrameWriter.append(event: "messageStart", to: &stream) { $0.raw("{\"role\":\"assistant\"}") }
    }

    // MARK: - Blocks

    /// What begins with its first piece.
    private mutating func open(_ block: Block, _ stream: inout [UInt8]) {
        guard open != block else { return }
        begin(&stream)
        close(&stream)
        open = block
    }

    private func begin(call id: EscapedText, _ name: EscapedText, _ stream: inout [UInt8]) {
        EventFrameWriter.append(event: "contentBlockStart", to: &stream) { writer in
            writer.beginObject()
            writer.key("contentBlockIndex")
            writer.int(number)
            writer.key("start")
            writer.beginObject()
            writer.key("toolUse")
            writer.beginObject()
            writer.key("toolUseId")
            writer.string(BedrockReplyWriter.identifier(id))
            writer.key("name")
            writer.string(name)
            writer.endObject()
            writer.endObject()
            writer.endObject()
        }
    }

    private func append(delta member: StaticString, _ stream: inout [UInt8], _ write: (inout JSONWriter) -> Void) {
        EventFrameWriter.append(event: "contentBlockDelta", to: &stream) { writer in
            writer.beginObject()
            writer.key("contentBlockIndex")
            writer.int(number)
            writer.key("delta")
            writer.beginObject()
            writer.key(member)
            write(&writer)
            writer.endObject()
            writer.endObject()
        }
    }

    private mutating func picture(_ media: Conversation.Media, _ stream: inout [UInt8]) throws(TranslationFault) {
        let (format, data) = try BedrockReplyWriter.picture(media)
        close(&stream)
        open(.picture, &stream)
        EventFrameWriter.append(event: "contentBlockStart", to: &stream) { writer in
            writer.beginObject()
            writer.key("contentBlockIndex")
            writer.int(number)
            writer.key("start")
            writer.beginObject()
            writer.key("image")
            writer.beginObject()
            writer.key("format")
            writer.string(format)
            writer.endObject()
            writer.endObject()
            writer.endObject()
        }
        append(delta: "image", &stream) { writer in
            writer.beginObject()
            writer.key("source")
            writer.block("bytes", data)
            writer.endObject()
        }
        close(&stream)
    }

    private func append(thought member: StaticString, _ text: EscapedText, _ stream: inout [UInt8]) {
        EventFrameWriter.append(event: "contentBlockDelta", to: &stream) { writer in
            writer.beginObject()
            writer.key("contentBlockIndex")
            writer.int(number)
            writer.key("delta")
            writer.beginObject()
            writer.key("reasoningContent")
            writer.block(member, text)
            writer.endObject()
            writer.endObject()
        }
    }

    private mutating func close(_ stream: inout [UInt8]) {
        guard open != nil else { return }
        open = nil
        EventFrameWriter.append(event: "contentBlockStop", to: &stream) { writer in
            writer.beginObject()
            writer.key("contentBlockIndex")
            writer.int(number)
            writer.endObject()
        }
        number += 1
    }

    private mutating func end(_ stream: inout [UInt8]) {
        begin(&stream)
        close(&stream)
        let reason = BedrockReplyWriter.stop(Reply.settled(stop, callsTools: callsTools), refuses: refuses)
        EventFrameWriter.append(event: "messageStop", to: &stream) { writer in
            writer.beginObject()
            writer.key("stopReason")
            writer.string(reason)
            // A stream's head is gone by its end, and a frame of its own would be none that the SDKs know.
            if !losses.notes.isEmpty {
                writer.key("additionalModelResponseFields")
                writer.beginObject()
                writer.key("x-sallyport-warning")
                writer.string(losses.notes.joined(separator: ", "))
                writer.endObject()
            }
            writer.endObject()
        }
        EventFrameWriter.append(event: "metadata", to: &stream) { writer in
            writer.beginObject()
            BedrockReplyWriter.writeFigures(usage ?? ReplyUsage(), to: &writer)
            writer.endObject()
        }
    }
}
