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
        let root = document.root
        var result = StreamEvent(.other, document: document)
        guard let type = root["type"] else { return result }
        let block = root["index"]?.int ?? 0
        if type.equals("content_block_delta") {
            result.kind = .part
            if let delta = root["delta"] { read(delta: delta, block, into: &result) }
        } else if type.equals("content_block_start") {
            result.kind = .part
            if let start = root["content_block"] { read(start: start, block, into: &result) }
        } else if type.equals("content_block_stop") {
            result.kind = .part
            open.close(into: &result.closed) { $0.block == block }
        } else if type.equals("message_start") {
            result.kind = .part
            if let figures = root["message"]?["usage"] { update(figures) }
        } else if type.equals("message_delta") {
            result.kind = .part
            if let figures = root["usage"] { update(figures) }
            if let reason = root["delta"]?["stop_reason"]?.string { facts.finishReason = reason }
        } else if type.equals("message_stop") {
            result.kind = .done
            result.closed = open.closeAll()
        } else if type.equals("error") {
            result.kind = .error
            result.closed = open.closeAll()
        }
        return result
    }

    private mutating func update(_ figures: JSONValue) {
        usage.update(figures)
        facts.usage = usage.total
    }

    private mutating func read(delta: JSONValue, _ block: Int, into event: inout StreamEvent) {
        if let text = delta["text"] {
            piece(StreamChannel(block: block, kind: .content), text, into: &event)
        } else if let json = delta["partial_json"] {
            piece(StreamChannel(block: block, kind: .toolArguments), json, into: &event)
        } else if let thinking = delta["thinking"] {
            piece(StreamChannel(block: block, kind: .reasoning), thinking, into: &event)
        } else if let citation = delta["citation"] {
            AnthropicAnswerReader.strings(in: citation, into: &event.wholes)
        }
    }

    /// Most blocks begin empty; those of server tools come whole.
    private mutating func read(start: JSONValue, _ block: Int, into event: inout StreamEvent) {
        guard let type = start["type"] else { return }
        if type.equals("text") {
            if let text = start["text"] { piece(StreamChannel(block: block, kind: .content), text, into: &event) }
        } else if type.equals("thinking") {
            if let text = start["thinking"] {
                piece(StreamChannel(block: block, kind: .reasoning), text, into: &event)
            }
        } else {
            AnthropicAnswerReader.strings(in: start, into: &event.wholes)
        }
    }

    private mutating func piece(_ channel: StreamChannel, _ value: JSONValue, into event: inout StreamEvent) {
        guard value.kind == .string, value.range.count > 2 else { return }
        open.open(channel)
        event.deltas.append(StreamEvent.Delta(channel: channel, node: value.node))
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
