internal import JSONText

/// Reads `chat.completion.chunk` events as what they say: the first choice's, for more can't be asked for across dialects.
struct OpenAIReplyEventReader: ReplyEventReader {
    private var hasBegun = false
    /// The provider's numbers of the calls so far; the last one is under way.
    private var calls: [Int] = []
    private var lastCallID: EscapedText?

    /// More calls than any answer has.
    private static let mostCalls = 1_024

    mutating func read(
        _ event: ServerSentEvent, of parser: borrowing EventStreamParser,
        _ said: (ReplyEvent) throws(TranslationFault) -> Void
    ) throws(TranslationFault) {
        guard event.dataLines > 0, !event.data.isEmpty else { return try said(.ping) }
        if parser.bytes[event.data].starts(with: "[DONE]".utf8) { return try said(.done) }
        let document = try StreamTranslation.document(event, of: parser)
        try document.withTape { (tape) throws(TranslationFault) in try read(tape, said) }
    }

    private mutating func read(
        _ tape: Tape, _ said: (ReplyEvent) throws(TranslationFault) -> Void
    ) throws(TranslationFault) {
        if let error = tape.member("error", of: 0), !tape.isNull(error) {
            return try said(.failed(UpstreamError(tape.value(0))))
        }
        guard let choices = tape.member("choices", of: 0) else { return }
        if !hasBegun {
            hasBegun = true
            try said(
                .began(
                    id: tape.member("id", of: 0).flatMap { tape.text($0) },
                    model: tape.member("model", of: 0).flatMap { tape.text($0) }))
        }
        for choice in tape.elements(of: choices) {
            guard tape.member("index", of: choice).flatMap({ tape.value($0).int }) ?? 0 == 0 else { continue }
            try read(choice: choice, of: tape, said)
        }
        if let node = tape.member("usage", of: 0), let usage = OpenAIReplyReader.usage(node, of: tape) {
            try said(.usage(usage))
        }
    }

    private mutating func read(
        choice: Int, of tape: Tape, _ said: (ReplyEvent) throws(TranslationFault) -> Void
    ) throws(TranslationFault) {
        if let delta = tape.member("delta", of: choice) {
            var hasThoughts = false
            for member in tape.members(of: delta) {
                switch member.name {
                case "content":
                    if let text = tape.text(member.value), !text.isEmpty { try said(.text(text)) }
                case "reasoning_content", "reasoning":
                    // Some servers send both.
                    guard !hasThoughts, let text = tape.text(member.value), !text.isEmpty else { continue }
                    hasThoughts = true
                    try said(.reasoning(text))
                case "annotations":
                    for node in tape.elements(of: member.value) {
                        try said(OpenAIAnnotation.read(node, of: tape).map { .citation($0) } ?? .lost(.citations))
                    }
                case "images":
                    for node in tape.elements(of: member.value) {
                        guard let image = OpenAIPicture.read(node, of: tape) else {
                            throw TranslationFault("a stream's picture is none")
                        }
                        try said(.image(image))
                    }
                case "audio", "function_call":
                    guard tape.isNull(member.value) else {
                        throw TranslationFault("a stream's part has no place in the caller's dialect")
                    }
                case "refusal":
                    if let text = tape.text(member.value), !text.isEmpty { try said(.refusal(text)) }
                case "tool_calls":
                    for call in tape.elements(of: member.value) { try read(call: call, of: tape, said) }
                default: break
                }
            }
        }
        if let reason = tape.member("finish_reason", of: choice), !tape.isNull(reason) {
            try said(.stopped(OpenAIReplyReader.stop(tape.word(reason)) ?? .end, sequence: nil))
        }
    }

    private mutating func read(
        call: Int, of tape: Tape, _ said: (ReplyEvent) throws(TranslationFault) -> Void
    ) throws(TranslationFault) {
        let function = tape.member("function", of: call)
        let id = tape.member("id", of: call).flatMap { tape.text($0) }
        let number = tape.member("index", of: call).flatMap { tape.value($0).int } ?? unnumbered(id)
        if calls.last != number {
            guard !calls.contains(number) else { throw TranslationFault("a stream's tool call goes on after its end") }
            guard calls.count < Self.mostCalls else { throw TranslationFault("a stream has too many tool calls") }
            guard let name = function.flatMap({ tape.member("name", of: $0) }).flatMap({ tape.text($0) }) else {
                throw TranslationFault("a stream's tool call has no name")
            }
            calls.append(number)
            lastCallID = id
            try said(.toolCall(index: calls.count - 1, id: id ?? EscapedText("call_\(calls.count - 1)"), name: name))
        }
        guard let arguments = function.flatMap({ tape.member("arguments", of: $0) }) else { return }
        if let text = tape.text(arguments) {
            if !text.isEmpty { try said(.arguments(index: calls.count - 1, text)) }
        } else if tape.kind(arguments) == .object {
            try said(.arguments(index: calls.count - 1, EscapedText(utf8: Array(tape.raw(arguments).bytes))))
        }
    }

    /// Servers that give no numbers send each call whole, or with its identifier in every piece.
    private func unnumbered(_ id: EscapedText?) -> Int {
        guard let last = calls.last else { return 0 }
        return id == nil || id == lastCallID ? last : last &+ 1
    }
}
