internal import Inference
internal import JSONText

/// Reads `message_start`, `content_block_start`, `content_block_delta`, `content_block_stop`, `message_delta`,
/// `message_stop`, `ping` and `error` events. A block's text ends with its `content_block_stop`.
struct AnthropicStreamReader: Sendable {
    var facts = AnswerFacts()
    var open = OpenChannels()
    private var usage = AnthropicUsage()
    private var unknown = UnknownTexts()

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
        event.kind = .part
        let block = tape.member("index", of: 0).flatMap { tape.value($0).int } ?? 0
        switch tape.member("type", of: 0).map({ tape.word($0) }) {
        case .some("content_block_delta"), .some("content_block_start"):
            return readBlock(block, of: tape, into: &event)
        case .some("content_block_stop"):
            open.close(into: &event.closed) { $0.block == block }
        case .some("message_start"):
            if let message = tape.member("message", of: 0) { update(tape.member("usage", of: message), of: tape) }
        case .some("message_delta"):
            update(tape.member("usage", of: 0), of: tape)
            let reason = tape.member("delta", of: 0).flatMap { tape.member("stop_reason", of: $0) }
            if let reason = reason.flatMap({ tape.value($0).string }) { facts.finishReason = reason }
        case .some("message_stop"):
            event.kind = .done
            event.closed = open.closeAll()
        case .some("error"):
            event.kind = .error
            event.closed = open.closeAll()
        default:
            event.kind = .other
        }
        AnthropicAnswerReader.strings(in: 0, of: tape, into: &event.wholes)
    }

    private mutating func readBlock(_ block: Int, of tape: Tape, into event: inout StreamEvent) {
        for member in tape.members(of: 0) {
            switch member.name {
            case "delta" where tape.kind(member.value) == .object:
                read(delta: member.value, block, of: tape, into: &event)
            case "content_block" where tape.kind(member.value) == .object:
                read(start: member.value, block, of: tape, into: &event)
            default: AnthropicAnswerReader.strings(of: member, of: tape, into: &event.wholes)
            }
        }
    }

    private mutating func update(_ figures: Int?, of tape: Tape) {
        guard let figures else { return }
        usage.update(tape.value(figures))
        facts.usage = usage.total
    }

    private mutating func read(delta: Int, _ block: Int, of tape: Tape, into event: inout StreamEvent) {
        for member in tape.members(of: delta) {
            if let kind = Self.piece(member, of: tape) {
                piece(StreamChannel(block: block, kind: kind), member.value, of: tape, into: &event)
            } else if "citation" ~= member.name {
                AnthropicAnswerReader.strings(of: member, of: tape, into: &event.wholes)
            } else {
                unknown.read(member, of: delta, block: block, tape, &open, into: &event)
            }
        }
    }

    private static func piece(_ member: Tape.Member, of tape: Tape) -> StreamChannel.Kind? {
        guard tape.kind(member.value) == .string else { return nil }
        switch member.name {
        case "text": return .content
        case "partial_json": return .toolArguments
        case "thinking": return .reasoning
        default: return nil
        }
    }

    /// Most blocks begin empty; those of server tools come whole.
    private mutating func read(start: Int, _ block: Int, of tape: Tape, into event: inout StreamEvent) {
        let type = tape.member("type", of: start).map { tape.word($0) }
        let goesOn = type.map { "text" ~= $0 || "thinking" ~= $0 } ?? false
        let isSealed = type.map { "redacted_thinking" ~= $0 } ?? false
        for member in tape.members(of: start) {
            if goesOn, let kind = Self.piece(member, of: tape) {
                piece(StreamChannel(block: block, kind: kind), member.value, of: tape, into: &event)
            } else if !isSealed || !("data" ~= member.name) {
                AnthropicAnswerReader.strings(of: member, of: tape, into: &event.wholes)
            }
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
        if let delta = unknown.delta(channel, text: text) {
            writer.raw(delta)
        } else {
            Self.write(channel, text, to: &writer)
        }
        writer.endObject()
        EventStreamWriter.append(name: "content_block_delta".utf8, data: writer.bytes, to: &stream)
    }

    private static func write(_ channel: StreamChannel, _ text: [UInt8], to writer: inout JSONWriter) {
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
    }
}
