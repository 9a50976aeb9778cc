internal import JSONText

/// Writes the events of a streamed `message`. What other dialects say at once comes in blocks here, one after the other.
struct AnthropicReplyEventWriter: ReplyEventWriter {
    private enum Block: Equatable {
        case text
        case thinking
        case call(Int)
    }

    private let caller: TranslatedAnswer
    private var hasBegun = false
    private var open: Block?
    /// The number of the block that is open, or of the next one.
    private var number = 0
    private var stop: Reply.Stop?
    private var stopSequence: EscapedText?
    private var callsTools = false
    private var refuses = false
    private var usage: ReplyUsage?
    var losses = Losses()

    init(_ caller: TranslatedAnswer) { self.caller = caller }

    mutating func write(_ event: ReplyEvent, to stream: inout [UInt8]) throws(TranslationFault) {
        switch event {
        case .began(let id, let model): begin(id, model, &stream)
        case .text(let text):
            openText(&stream)
            append("\"text_delta\",\"text\":\"", text, &stream)
        case .citation(let citation): append(citation, &stream)
        case .image: throw AnthropicReplyWriter.noPictures
        case .refusal(let text):
            refuses = true
            openText(&stream)
            append("\"text_delta\",\"text\":\"", text, &stream)
        case .reasoning(let text):
            openThinking(&stream)
            append("\"thinking_delta\",\"thinking\":\"", text, &stream)
        case .signature(let text):
            openThinking(&stream)
            append("\"signature_delta\",\"signature\":\"", text, &stream)
        case .sealedReasoning(let data):
            close(&stream)
            start(
                "{\"type\":\"redacted_thinking\",\"data\":\"\(String(decoding: data.bytes, as: UTF8.self))\"}", &stream)
            open = .thinking
            close(&stream)
        case .toolCall(let index, let id, let name): beginCall(index, id, name, &stream)
        case .arguments(let index, let text):
            guard open == .call(index) else { throw TranslationFault("a stream's tool call goes on after its end") }
            append("\"input_json_delta\",\"partial_json\":\"", text, &stream)
        case .partEnded: close(&stream)
        case .stopped(let stop, let sequence):
            self.stop = stop
            stopSequence = sequence
            close(&stream)
        // Said with the end: figures may come after the reason.
        case .usage(let usage): self.usage = usage
        case .done: end(&stream)
        case .failed(let error):
            EventStreamWriter.append(
                name: "error".utf8,
                data: AnthropicErrorBody.body(error, status: 500, requestID: caller.identifier), to: &stream)
        case .lost(let extra): losses.drop(extra)
        case .ping: stream += "event: ping\ndata: {\"type\":\"ping\"}\n\n".utf8
        }
    }

    private mutating func begin(_ id: EscapedText?, _ model: EscapedText?, _ stream: inout [UInt8]) {
        guard !hasBegun else { return }
        hasBegun = true
        EventStreamWriter.append(name: "message_start", to: &stream) { writer in
            writer.beginObject()
            writer.key("type")
            writer.string("message_start")
            writer.key("message")
            writer.beginObject()
            AnthropicReplyWriter.writeHead(id, model, caller, to: &writer)
            writer.key("content")
            writer.beginArray()
            writer.endArray()
            AnthropicReplyWriter.writeStop(nil, nil, to: &writer)
            writer.key("usage")
            AnthropicReplyWriter.writeUsage(usage ?? ReplyUsage(), to: &writer)
            writer.endObject()
            writer.endObject()
        }
    }

    // MARK: - Blocks

    private mutating func openText(_ stream: inout [UInt8]) {
        guard open != .text else { return }
        close(&stream)
        start("{\"type\":\"text\",\"text\":\"\",\"citations\":null}", &stream)
        open = .text
    }

    private mutating func openThinking(_ stream: inout [UInt8]) {
        guard open != .thinking else { return }
        close(&stream)
        start("{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}", &stream)
        open = .thinking
    }

    private mutating func beginCall(
        _ index: Int, _ id: EscapedText, _ name: EscapedText, _ stream: inout [UInt8]
    ) {
        close(&stream)
        callsTools = true
        let id = AnthropicConversationWriter.identifier(id)
        start(
            "{\"type\":\"tool_use\",\"id\":\"\(String(decoding: id.bytes, as: UTF8.self))\",\"name\":\""
                + "\(String(decoding: name.bytes, as: UTF8.self))\",\"input\":{}}", &stream)
        open = .call(index)
    }

    private mutating func start(_ block: String, _ stream: inout [UInt8]) {
        if !hasBegun { begin(nil, nil, &stream) }
        stream += "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":\(number),".utf8
        stream += "\"content_block\":\(block)}\n\n".utf8
    }

    private func append(_ before: StaticString, _ text: EscapedText, _ stream: inout [UInt8]) {
        stream += "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":".utf8
        Self.append(number, to: &stream)
        stream += ",\"delta\":{\"type\":".utf8
        before.withUTF8Buffer { stream += $0 }
        stream += text.bytes
        stream += "\"}}\n\n".utf8
    }

    /// Belongs to the text that is open, or else to one without words.
    private mutating func append(_ citation: Citation, _ stream: inout [UInt8]) {
        guard AnthropicCitation.canWrite(citation) else { return losses.drop(.citations) }
        openText(&stream)
        EventStreamWriter.append(name: "content_block_delta", to: &stream) { writer in
            writer.beginObject()
            writer.key("type")
            writer.string("content_block_delta")
            writer.key("index")
            writer.int(number)
            writer.key("delta")
            writer.beginObject()
            writer.key("type")
            writer.string("citations_delta")
            writer.key("citation")
            AnthropicCitation.write(citation, to: &writer)
            writer.endObject()
            writer.endObject()
        }
    }

    private static func append(_ number: Int, to stream: inout [UInt8]) {
        if number < 10 { stream.append(0x30 + UInt8(truncatingIfNeeded: number)) } else { stream += "\(number)".utf8 }
    }

    private mutating func close(_ stream: inout [UInt8]) {
        guard open != nil else { return }
        open = nil
        stream += "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":\(number)}\n\n".utf8
        number += 1
    }

    private mutating func end(_ stream: inout [UInt8]) {
        if !hasBegun { begin(nil, nil, &stream) }
        close(&stream)
        EventStreamWriter.appendWarning(losses, to: &stream)
        EventStreamWriter.append(name: "message_delta", to: &stream) { writer in
            writer.beginObject()
            writer.key("type")
            writer.string("message_delta")
            writer.key("delta")
            writer.beginObject()
            let settled = Reply.settled(stop, callsTools: callsTools)
            AnthropicReplyWriter.writeStop(
                AnthropicReplyWriter.stop(settled, refuses: refuses), stopSequence, to: &writer)
            writer.endObject()
            writer.key("usage")
            AnthropicReplyWriter.writeUsage(usage ?? ReplyUsage(), to: &writer)
            writer.endObject()
        }
        stream += "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n".utf8
    }
}
