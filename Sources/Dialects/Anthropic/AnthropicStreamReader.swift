internal import Inference
internal import JSONText

/// Reads `message_start`, `content_block_start`, `content_block_delta`, `content_block_stop`, `message_delta`,
/// `message_stop`, `ping` and `error` events. A block's text ends with its `content_block_stop`.
struct AnthropicStreamReader: Sendable {
    var facts = AnswerFacts()
    var open = OpenChannels()
    private var usage = AnthropicUsage()

    /// Goes by the event's name, which Anthropic always sends and its SDK relies on.
    static func isPlain(_ event: ServerSentEvent, of parser: borrowing EventStreamParser) -> Bool {
        event.dataLines == 0 || parser.name(of: event, is: "content_block_delta") || parser.name(of: event, is: "ping")
    }

    mutating func read(
        _ event: ServerSentEvent, of parser: borrowing EventStreamParser
    ) throws(StreamEventReader.Fault) -> StreamEvent {
        guard event.dataLines > 0, !event.data.isEmpty else { return StreamEvent(.other) }
        let document = try StreamEventReader.document(event, of: parser)
        var result = StreamEvent(.other, document: document)
        document.withTape { read($0, into: &result) }
        guard !open.isOverfull else { throw .tooManyTexts }
        return result
    }

    private mutating func read(_ tape: Tape, into event: inout StreamEvent) {
        guard let type = tape.member("type", of: 0) else { return }
        let block = tape.member("index", of: 0).flatMap { tape.value($0).int } ?? 0
        event.kind = .part
        switch tape.word(type) {
        case "content_block_delta":
            if let delta = tape.member("delta", of: 0) { read(delta: delta, block, of: tape, into: &event) }
        case "content_block_start":
            if let start = tape.member("content_block", of: 0) { read(start: start, block, of: tape, into: &event) }
        case "content_block_stop":
            open.close(into: &event.closed) { $0.block == block }
        case "message_start":
            if let message = tape.member("message", of: 0) { update(tape.member("usage", of: message), of: tape) }
        case "message_delta":
            update(tape.member("usage", of: 0), of: tape)
            guard let delta = tape.member("delta", of: 0), let reason = tape.member("stop_reason", of: delta) else {
                return
            }
            if let reason = tape.value(reason).string { facts.finishReason = reason }
        case "message_stop":
            event.kind = .done
            event.closed = open.closeAll()
        case "error":
            event.kind = .error
            event.closed = open.closeAll()
        default:
            event.kind = .other
        }
    }

    private mutating func update(_ figures: Int?, of tape: Tape) {
        guard let figures else { return }
        usage.update(tape.value(figures))
        facts.usage = usage.total
    }

    private mutating func read(delta: Int, _ block: Int, of tape: Tape, into event: inout StreamEvent) {
        for member in tape.members(of: delta) {
            switch member.name {
            case "text":
                piece(StreamChannel(block: block, kind: .content), member.value, of: tape, into: &event)
            case "partial_json":
                piece(StreamChannel(block: block, kind: .toolArguments), member.value, of: tape, into: &event)
            case "thinking":
                piece(StreamChannel(block: block, kind: .reasoning), member.value, of: tape, into: &event)
            case "citation":
                AnthropicAnswerReader.strings(in: member.value, of: tape, into: &event.wholes)
            default: break
            }
        }
    }

    /// Most blocks begin empty; those of server tools come whole.
    private mutating func read(start: Int, _ block: Int, of tape: Tape, into event: inout StreamEvent) {
        guard let type = tape.member("type", of: start) else { return }
        switch tape.word(type) {
        case "text", "thinking":
            read(delta: start, block, of: tape, into: &event)
        default:
            AnthropicAnswerReader.strings(in: start, of: tape, into: &event.wholes)
        }
    }

    private mutating func piece(
        _ channel: StreamChannel, _ node: Int, of tape: Tape, into event: inout StreamEvent
    ) {
        guard tape.isText(node) else { return }
        open.open(channel)
        event.deltas.append(StreamEvent.Delta(channel: channel, node: node))
    }

    func appendDelta(_ channel: StreamChannel, text: [UInt8], to stream: inout [UInt8]) {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("type")
        writer.string("content_block_delta")
        writer.key("index")
        writer.int(channel.block)
        writer.key("delta")
        writer.beginObject()
        writer.key("type")
        switch channel.kind {
        case .toolArguments:
            writer.string("input_json_delta")
            writer.key("partial_json")
        case .reasoning:
            writer.string("thinking_delta")
            writer.key("thinking")
        default:
            writer.string("text_delta")
            writer.key("text")
        }
        writer.string(utf8: text)
        writer.endObject()
        writer.endObject()
        EventStreamWriter.append(name: "content_block_delta".utf8, data: writer.bytes, to: &stream)
    }
}
