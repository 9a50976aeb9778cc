internal import Inference
internal import JSONText

/// Reads the events of `POST /v1/responses`.
///
/// Texts come in `….delta` events, end with their `….done`, which repeats them whole, and are repeated again in the part, the item and the
/// response that they belong to. Every repetition is read as a whole text, so that all of them say the same to the caller.
struct ResponsesStreamReader: Sendable {
    var facts = AnswerFacts()
    var open = OpenChannels()
    /// The first delta of each text, for deltas that we make up: all its members but the text.
    private var templates: [StreamChannel: [UInt8]] = [:]

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
            wholes(0, of: tape, into: &event)
        }
    }

    /// A piece of a text, or its repetition at its end.
    private mutating func text(
        _ kind: StreamChannel.Kind, _ whole: StaticString, _ index: StaticString, _ type: Word, of tape: Tape,
        into event: inout StreamEvent
    ) {
        event.kind = .part
        if let tokens = tape.member("logprobs", of: 0) {
            TokenList.note(tokens, of: tape, emptyArray: true, into: &event.tokenLists)
        }
        let channel = StreamChannel(
            block: number("output_index", of: tape), kind: kind, index: number(index, of: tape))
        if let node = tape.member("delta", of: 0) {
            guard tape.isText(node) else { return }
            open.open(channel)
            keepTemplate(channel, delta: node, of: tape)
            event.deltas.append(StreamEvent.Delta(channel: channel, node: node))
            return
        }
        open.close(into: &event.closed) { $0 == channel }
        if let node = tape.member(whole, of: 0), tape.isText(node) {
            event.repetitions.append(StreamEvent.Delta(channel: channel, node: node))
        }
    }

    private func number(_ name: StaticString, of tape: Tape) -> Int {
        tape.member(name, of: 0).flatMap { tape.value($0).int } ?? 0
    }

    private func wholes(_ node: Int, of tape: Tape, into event: inout StreamEvent) {
        var tokenLists: [JSONReplacement] = []
        ResponsesText.collect(node, of: tape, isJSON: true, tokenLists: &tokenLists) { node, isJSON in
            guard isJSON else { return event.wholes.append(node) }
            let isArguments = tape.isKey(node - 1) && "arguments" ~= tape.word(node - 1)
            let kind: StreamChannel.Kind = isArguments ? .toolArguments : .content
            event.repetitions.append(
                StreamEvent.Delta(channel: StreamChannel(block: 0, kind: kind), node: node))
        }
        event.tokenLists += tokenLists
    }

    // MARK: Deltas of our own

    /// A delta that we make up has its text's first number again: the numbers of the provider's events stay as they are.
    private mutating func keepTemplate(_ channel: StreamChannel, delta: Int, of tape: Tape) {
        guard templates[channel] == nil else { return }
        // Those of texts that have ended have served.
        if templates.count > 2 * OpenChannels.limit { templates = templates.filter { open.contains($0.key) } }
        var template: [UInt8] = []
        let bytes = tape.document.bytes
        for member in tape.members(of: 0) where member.value != delta {
            if "logprobs" ~= member.name || "obfuscation" ~= member.name { continue }
            template.append(contentsOf: bytes[tape.range(member.key)])
            template.append(0x3A)
            template.append(contentsOf: bytes[tape.range(member.value)])
            template.append(0x2C)
        }
        if case .content = channel.kind { template.append(contentsOf: "\"logprobs\":[],".utf8) }
        templates[channel] = template
    }

    func appendDelta(_ channel: StreamChannel, text: [UInt8], to stream: inout [UInt8]) {
        guard let template = templates[channel] else { return }
        stream.append(contentsOf: "event: response.\(Self.name(channel.kind)).delta\ndata: {".utf8)
        stream.append(contentsOf: template)
        stream.append(contentsOf: "\"delta\":\"".utf8)
        JSONEscape.append(text, to: &stream)
        stream.append(contentsOf: "\"}\n\n".utf8)
    }

    private static func name(_ kind: StreamChannel.Kind) -> String {
        switch kind {
        case .content: "output_text"
        case .refusal: "refusal"
        case .reasoning: "reasoning_summary_text"
        case .plainReasoning: "reasoning_text"
        case .toolArguments, .functionArguments: "function_call_arguments"
        case .toolInput: "custom_tool_call_input"
        case .transcript: "audio.transcript"
        }
    }
}
