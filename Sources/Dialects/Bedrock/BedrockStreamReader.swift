internal import Inference
internal import JSONText

/// Reads `messageStart`, `contentBlockStart`, `contentBlockDelta`, `contentBlockStop`, `messageStop` and `metadata` frames, and
/// exceptions. A block's text ends with its `contentBlockStop`; figures come last, behind the end of the message.
struct BedrockStreamReader: Sendable {
    var facts = AnswerFacts()
    var open = OpenChannels()
    private var unknown = UnknownTexts()

    static func isPlain(_ event: ServerSentEvent, of parser: borrowing EventStreamParser) -> Bool {
        !event.isFailure && parser.name(of: event, is: "contentBlockDelta")
    }

    mutating func read(
        _ event: ServerSentEvent, of parser: borrowing EventStreamParser
    ) throws(StreamEventReader.Fault) -> StreamEvent {
        guard event.dataLines > 0 else { return event.isFailure ? failure(nil) : StreamEvent(.other) }
        let document = try StreamEventReader.document(event, of: parser)
        if event.isFailure { return failure(document) }
        var result = StreamEvent(.part, document: document)
        if parser.name(of: event, is: "contentBlockDelta") {
            document.withTape { readDelta($0, into: &result) }
            guard !open.isOverfull else { throw .tooManyTexts }
            return result
        }
        if parser.name(of: event, is: "contentBlockStop") {
            let block = document.withTape { Self.block($0) }
            open.close(into: &result.closed) { $0.block == block }
        } else if parser.name(of: event, is: "messageStop") {
            result.kind = .done
            result.closed = open.closeAll()
            facts.finishReason = document.root["stopReason"]?.string ?? facts.finishReason
        } else if parser.name(of: event, is: "metadata") {
            document.withTape { tape in
                if let figures = tape.member("usage", of: 0), let usage = BedrockUsage.read(figures, of: tape) {
                    facts.usage = usage.tokens
                    if BedrockUsage.isDearer(tape) { facts.usage?.hasOtherRates = true }
                }
            }
        } else if !parser.name(of: event, is: "contentBlockStart") {
            result.kind = .other
        }
        // What a guardrail saw quotes the answer, and so may fields and events that we do not know.
        document.withTape { BedrockAnswerReader.strings(in: 0, of: $0, into: &result.wholes) }
        return result
    }

    private mutating func failure(_ document: JSONDocument?) -> StreamEvent {
        var result = StreamEvent(.error, document: document)
        result.closed = open.closeAll()
        document?.withTape { BedrockAnswerReader.strings(in: 0, of: $0, into: &result.wholes) }
        return result
    }

    private static func block(_ tape: Tape) -> Int {
        tape.member("contentBlockIndex", of: 0).flatMap { tape.value($0).int } ?? 0
    }

    private mutating func readDelta(_ tape: Tape, into event: inout StreamEvent) {
        let block = Self.block(tape)
        for member in tape.members(of: 0) {
            guard "delta" ~= member.name, tape.kind(member.value) == .object else {
                BedrockAnswerReader.strings(of: member, of: tape, into: &event.wholes)
                continue
            }
            for part in tape.members(of: member.value) {
                switch part.name {
                case "text" where tape.kind(part.value) == .string:
                    piece(StreamChannel(block: block, kind: .content), part.value, of: tape, into: &event)
                case "toolUse":
                    pieces("input", StreamChannel(block: block, kind: .toolArguments), part.value, of: tape, &event)
                case "reasoningContent":
                    pieces("text", StreamChannel(block: block, kind: .reasoning), part.value, of: tape, &event)
                case "citation": BedrockAnswerReader.strings(of: part, of: tape, into: &event.wholes)
                default: unknown.read(part, of: member.value, block: block, tape, &open, into: &event)
                }
            }
        }
    }

    /// One member that comes in pieces, and others that come whole.
    private mutating func pieces(
        _ name: StaticString, _ channel: StreamChannel, _ object: Int, of tape: Tape, _ event: inout StreamEvent
    ) {
        for member in tape.members(of: object) {
            if name ~= member.name, tape.kind(member.value) == .string {
                piece(channel, member.value, of: tape, into: &event)
            } else {
                BedrockAnswerReader.strings(of: member, of: tape, into: &event.wholes)
            }
        }
    }

    private mutating func piece(_ channel: StreamChannel, _ node: Int, of tape: Tape, into event: inout StreamEvent) {
        guard tape.isText(node) else { return }
        open.open(channel)
        event.deltas.append(StreamEvent.Delta(channel: channel, node: node))
    }

    func appendDelta(_ channel: StreamChannel, text: [UInt8], to stream: inout [UInt8]) {
        guard let delta = unknown.delta(channel, text: text) else {
            return Self.append(channel.kind, EscapedText(utf8: text), block: channel.block, to: &stream)
        }
        EventFrameWriter.append(event: "contentBlockDelta", to: &stream) { writer in
            writer.beginObject()
            writer.key("contentBlockIndex")
            writer.int(channel.block)
            writer.key("delta")
            writer.raw(delta)
            writer.endObject()
        }
    }

    /// Appends a `contentBlockDelta`.
    static func append(_ kind: StreamChannel.Kind, _ text: EscapedText, block: Int, to stream: inout [UInt8]) {
        EventFrameWriter.append(event: "contentBlockDelta", to: &stream) { writer in
            writer.beginObject()
            writer.key("contentBlockIndex")
            writer.int(block)
            writer.key("delta")
            writer.beginObject()
            switch kind {
            case .toolArguments:
                writer.key("toolUse")
                writer.beginObject()
                writer.key("input")
                writer.string(text)
                writer.endObject()
            case .reasoning:
                writer.key("reasoningContent")
                writer.beginObject()
                writer.key("text")
                writer.string(text)
                writer.endObject()
            default:
                writer.key("text")
                writer.string(text)
            }
            writer.endObject()
            writer.endObject()
        }
    }
}
