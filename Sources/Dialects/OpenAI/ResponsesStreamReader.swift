internal import Inference
internal import JSONText

/// Reads the events of `POST /v1/responses`.
///
/// Texts come in `….delta` events, end with their `….done`, which repeats them whole, and are repeated again in the part, the item and the
/// response that they belong to. Every repetition is read as a whole text, so that all of them say the same to the caller.
struct ResponsesStreamReader: Sendable {
    var facts = AnswerFacts()
    var open = OpenChannels()
    /// The first delta of each text, for deltas that we make up.
    private var templates: [StreamChannel: Template] = [:]
    /// The number of the event read last.
    private var lastNumber: Int?
    /// How many deltas we made up, each of which shifts the numbers after it.
    private(set) var madeUp = 0

    private struct Template: Sendable {
        /// The event's type, which is its name too.
        var type: [UInt8] = []
        /// All members but the text and the number, each followed by a comma.
        var members: [UInt8] = []
        var isNumbered = false
    }

    /// Deltas bring text and nothing else.
    static func isPlain(_ event: ServerSentEvent, of parser: borrowing EventStreamParser) -> Bool {
        guard event.dataLines > 0 else { return true }
        let name = parser.bytes[event.name]
        return name.count > 15 && name.suffix(6).elementsEqual(".delta".utf8)
    }

    mutating func read(
        _ event: ServerSentEvent, of parser: borrowing EventStreamParser
    ) throws(StreamEventReader.Fault) -> StreamEvent {
        guard event.dataLines > 0, !event.data.isEmpty else { return StreamEvent(.other) }
        if parser.bytes[event.data].starts(with: "[DONE]".utf8) {
            var result = StreamEvent(.done)
            result.closed = open.closeAll()
            return result
        }
        let document = try StreamEventReader.document(event, of: parser)
        var result = StreamEvent(.other, document: document)
        document.withTape { read($0, into: &result) }
        guard !open.isOverfull else { throw .tooManyTexts }
        return result
    }

    private mutating func read(_ tape: Tape, into event: inout StreamEvent) {
        if let error = tape.member("error", of: 0), tape.kind(error) != .null { event.kind = .error }
        event.numberNode = tape.member("sequence_number", of: 0)
        if let number = event.numberNode.flatMap({ tape.value($0).int }) { lastNumber = number }
        guard let type = tape.member("type", of: 0).map({ tape.word($0) }) else {
            if event.kind == .error { event.closed = open.closeAll() }
            return wholes(0, of: tape, into: &event)
        }
        switch type {
        case "response.output_text.delta", "response.output_text.done":
            text(.content, "text", "content_index", type, of: tape, into: &event)
        case "response.refusal.delta", "response.refusal.done":
            text(.refusal, "refusal", "content_index", type, of: tape, into: &event)
        case "response.reasoning_summary_text.delta", "response.reasoning_summary_text.done":
            text(.reasoning, "text", "summary_index", type, of: tape, into: &event)
        case "response.reasoning_text.delta", "response.reasoning_text.done":
            text(.plainReasoning, "text", "content_index", type, of: tape, into: &event)
        case "response.function_call_arguments.delta", "response.function_call_arguments.done",
            "response.mcp_call_arguments.delta", "response.mcp_call_arguments.done":
            text(.toolArguments, "arguments", "content_index", type, of: tape, into: &event)
        case "response.custom_tool_call_input.delta", "response.custom_tool_call_input.done":
            text(.toolInput, "input", "content_index", type, of: tape, into: &event)
        case "response.code_interpreter_call_code.delta", "response.code_interpreter_call_code.done":
            text(.toolInput, "code", "content_index", type, of: tape, into: &event)
        case "response.audio.transcript.delta":
            text(.transcript, "delta", "content_index", type, of: tape, into: &event)
        case "response.completed", "response.incomplete", "response.failed":
            if let response = tape.member("response", of: 0) { facts = ResponsesText.facts(tape.value(response)) }
            event.kind = "response.failed" ~= type ? .error : .done
            event.closed = open.closeAll()
            wholes(0, of: tape, into: &event)
        case "error":
            event.kind = .error
            event.closed = open.closeAll()
            wholes(0, of: tape, into: &event)
        case "response.output_item.done":
            event.kind = .part
            let block = number("output_index", of: tape)
            open.close(into: &event.closed) { $0.block == block }
            wholes(0, of: tape, into: &event)
        default:
            event.kind = .part
            unknown(type, of: tape, into: &event)
        }
    }

    /// An event that we do not know: its `delta` is a piece of a text, which ends with the event that says `done` in its place. Sound is
    /// passed.
    private mutating func unknown(_ type: Word, of tape: Tape, into event: inout StreamEvent) {
        let name = Array(UnsafeBufferPointer(start: type.start, count: min(type.count, Self.longestName)))
        let isArguments = name.hasSuffix("arguments.delta") || name.hasSuffix("arguments.done")
        let kind: StreamChannel.Kind = isArguments ? .otherArguments : .other
        func channel(_ suffix: Int) -> StreamChannel {
            let item = tape.member("item_id", of: 0).map {
                tape.document.bytes[tape.range($0)].prefix(Self.longestName)
            }
            let part = tape.member("content_index", of: 0) ?? tape.member("summary_index", of: 0)
            return StreamChannel(
                block: number("output_index", of: tape), kind: kind, index: part.flatMap { tape.value($0).int } ?? 0,
                path: name.dropLast(suffix) + [UInt8(ascii: " ")] + (item ?? []))
        }
        if name.hasSuffix(".delta"), let node = tape.member("delta", of: 0), tape.kind(node) == .string {
            let isSound = name.contains("audio") && AnswerStrings.isMedia(node, as: .media, of: tape)
            guard !isSound, tape.isText(node) else { return }
            let channel = channel(6)
            open.open(channel)
            keepTemplate(channel, delta: node, of: tape)
            event.deltas.append(StreamEvent.Delta(channel: channel, node: node))
            return rest(besides: node, of: tape, into: &event)
        }
        if name.hasSuffix(".done") {
            let channel = channel(5)
            open.close(into: &event.closed) { $0 == channel }
        }
        wholes(0, of: tape, into: &event)
    }

    private static let longestName = 128

    /// A piece of a text, or its repetition at its end.
    private mutating func text(
        _ kind: StreamChannel.Kind, _ whole: StaticString, _ index: StaticString, _ type: Word, of tape: Tape,
        into event: inout StreamEvent
    ) {
        event.kind = .part
        let channel = StreamChannel(
            block: number("output_index", of: tape), kind: kind, index: number(index, of: tape))
        if let node = tape.member("delta", of: 0), tape.kind(node) == .string {
            guard tape.isText(node) else { return rest(besides: node, of: tape, into: &event) }
            open.open(channel)
            keepTemplate(channel, delta: node, of: tape)
            event.deltas.append(StreamEvent.Delta(channel: channel, node: node))
            return rest(besides: node, of: tape, into: &event)
        }
        open.close(into: &event.closed) { $0 == channel }
        let repeated = tape.member(whole, of: 0).flatMap { tape.isText($0) ? $0 : nil }
        if let repeated {
            event.repetitions.append(StreamEvent.Delta(channel: channel, node: repeated))
        }
        rest(besides: repeated, of: tape, into: &event)
    }

    /// What an event says besides its text.
    private func rest(besides node: Int?, of tape: Tape, into event: inout StreamEvent) {
        for member in tape.members(of: 0) where member.value != node {
            wholes(member.key..<tape.after(member.value), of: tape, into: &event)
        }
    }

    private func number(_ name: StaticString, of tape: Tape) -> Int {
        tape.member(name, of: 0).flatMap { tape.value($0).int } ?? 0
    }

    private func wholes(_ node: Int, of tape: Tape, into event: inout StreamEvent) {
        wholes(node..<tape.after(node), of: tape, into: &event)
    }

    private func wholes(_ nodes: Range<Int>, of tape: Tape, into event: inout StreamEvent) {
        var tokenLists: [JSONReplacement] = []
        AnswerStrings.collect(nodes, of: tape, isJSON: true, tokenLists: &tokenLists) { node, isJSON in
            guard isJSON else { return event.wholes.append(node) }
            let isArguments = tape.isKey(node - 1) && "arguments" ~= tape.word(node - 1)
            let kind: StreamChannel.Kind = isArguments ? .toolArguments : .content
            event.repetitions.append(
                StreamEvent.Delta(channel: StreamChannel(block: 0, kind: kind), node: node))
        }
        event.tokenLists += tokenLists
    }

    // MARK: Deltas of our own

    private mutating func keepTemplate(_ channel: StreamChannel, delta: Int, of tape: Tape) {
        guard templates[channel] == nil else { return }
        // Those of texts that have ended have served.
        if templates.count > 2 * OpenChannels.limit { templates = templates.filter { open.contains($0.key) } }
        var template = Template()
        let bytes = tape.document.bytes
        for member in tape.members(of: 0) where member.value != delta {
            switch member.name {
            case "logprobs", "obfuscation": continue
            case "sequence_number":
                template.isNumbered = true
                continue
            case "type": template.type = Array(bytes[tape.range(member.value)].dropFirst().dropLast())
            default: break
            }
            template.members += bytes[tape.range(member.key)]
            template.members.append(0x3A)
            template.members += bytes[tape.range(member.value)]
            template.members.append(0x2C)
        }
        if case .content = channel.kind { template.members += "\"logprobs\":[],".utf8 }
        templates[channel] = template
    }

    /// Ends all texts after the last event.
    mutating func closeAll() -> [StreamChannel] {
        lastNumber = lastNumber.map { $0 &+ 1 }
        return open.closeAll()
    }

    /// A delta that we make up takes the number of the event that it precedes.
    mutating func appendDelta(_ channel: StreamChannel, text: [UInt8], to stream: inout [UInt8]) {
        guard let template = templates[channel] else { return }
        var data: [UInt8] = [0x7B]
        data += template.members
        if template.isNumbered, let lastNumber {
            data += "\"sequence_number\":\(lastNumber &+ madeUp),".utf8
            madeUp += 1
        }
        data += "\"delta\":\"".utf8
        JSONEscape.append(text, to: &data)
        data += "\"}".utf8
        EventStreamWriter.append(name: template.type, data: data, to: &stream)
    }
}

extension [UInt8] {
    fileprivate func hasSuffix(_ suffix: StaticString) -> Bool {
        count >= suffix.utf8CodeUnitCount
            && self[(count - suffix.utf8CodeUnitCount)...].elementsEqual(
                UnsafeBufferPointer(start: suffix.utf8Start, count: suffix.utf8CodeUnitCount))
    }

    fileprivate func contains(_ word: String) -> Bool { firstRange(of: word.utf8) != nil }
}
