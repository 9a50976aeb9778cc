internal import JSONText

/// Reads the events of a streamed `message` as what they say. Blocks come one after the other.
struct AnthropicReplyEventReader: ReplyEventReader {
    private enum Block: Equatable {
        case text
        case call(Int)
        /// Nothing that goes on.
        case other
    }

    private var open: (number: Int, block: Block)?
    private var calls = 0
    private var usage = ReplyUsage()

    mutating func read(
        _ event: ServerSentEvent, of parser: borrowing EventStreamParser,
        _ said: (ReplyEvent) throws(TranslationFault) -> Void
    ) throws(TranslationFault) {
        guard event.dataLines > 0, !event.data.isEmpty else { return try said(.ping) }
        let document = try StreamTranslation.document(event, of: parser)
        try document.withTape { (tape) throws(TranslationFault) in try read(tape, said) }
    }

    private mutating func read(
        _ tape: Tape, _ said: (ReplyEvent) throws(TranslationFault) -> Void
    ) throws(TranslationFault) {
        guard let type = tape.member("type", of: 0) else { return }
        switch tape.word(type) {
        case "content_block_delta":
            if let delta = tape.member("delta", of: 0) { try read(delta: delta, of: tape, said) }
        case "content_block_start": try readStart(tape, said)
        case "content_block_stop":
            guard open != nil else { return }
            open = nil
            try said(.partEnded)
        case "message_start":
            guard let message = tape.member("message", of: 0) else { return }
            try said(
                .began(
                    id: tape.member("id", of: message).flatMap { tape.text($0) },
                    model: tape.member("model", of: message).flatMap { tape.text($0) }))
            try read(usage: tape.member("usage", of: message), of: tape, said)
        case "message_delta":
            if let delta = tape.member("delta", of: 0), let reason = tape.member("stop_reason", of: delta),
                !tape.isNull(reason)
            {
                let sequence = tape.member("stop_sequence", of: delta).flatMap { tape.text($0) }
                try said(.stopped(AnthropicReplyReader.stop(tape.word(reason)) ?? .end, sequence: sequence))
            }
            try read(usage: tape.member("usage", of: 0), of: tape, said)
        case "message_stop": try said(.done)
        case "error": try said(.failed(UpstreamError(tape.value(0))))
        case "ping": try said(.ping)
        default: break
        }
    }

    private mutating func read(
        usage node: Int?, of tape: Tape, _ said: (ReplyEvent) throws(TranslationFault) -> Void
    ) throws(TranslationFault) {
        guard let node, AnthropicReplyReader.update(&usage, with: node, of: tape) else { return }
        try said(.usage(usage))
    }

    private func number(_ tape: Tape) -> Int { tape.member("index", of: 0).flatMap { tape.value($0).int } ?? 0 }

    private mutating func readStart(
        _ tape: Tape, _ said: (ReplyEvent) throws(TranslationFault) -> Void
    ) throws(TranslationFault) {
        guard let start = tape.member("content_block", of: 0), let type = tape.member("type", of: start) else { return }
        guard open == nil else { throw TranslationFault("a stream's block begins before the one before it ended") }
        func text(_ name: StaticString) -> EscapedText? {
            tape.member(name, of: start).flatMap { tape.text($0) }.flatMap { $0.isEmpty ? nil : $0 }
        }
        switch tape.word(type) {
        case "text":
            open = (number(tape), .text)
            if let text = text("text") { try said(.text(text)) }
            guard let citations = tape.member("citations", of: start) else { return }
            for node in tape.elements(of: citations) {
                try said(AnthropicCitation.read(node, of: tape).map { .citation($0) } ?? .lost(.citations))
            }
        case "thinking":
            open = (number(tape), .text)
            if let text = text("thinking") { try said(.reasoning(text)) }
            if let signature = text("signature") { try said(.signature(signature)) }
        case "redacted_thinking":
            open = (number(tape), .other)
            if let data = text("data") { try said(.sealedReasoning(data)) }
        case "tool_use":
            guard let id = text("id"), let name = text("name") else {
                throw TranslationFault("a stream's tool call has no name")
            }
            open = (number(tape), .call(calls))
            try said(.toolCall(index: calls, id: id, name: name))
            if let input = tape.member("input", of: start), tape.after(input) > input + 1 {
                try said(.arguments(index: calls, EscapedText(utf8: Array(tape.raw(input).bytes))))
            }
            calls += 1
        default:
            open = (number(tape), .other)
            try said(.lost(.blocks))
        }
    }

    private mutating func read(
        delta: Int, of tape: Tape, _ said: (ReplyEvent) throws(TranslationFault) -> Void
    ) throws(TranslationFault) {
        guard let open, open.number == number(tape) else {
            throw TranslationFault("a stream's piece belongs to no block that is open")
        }
        for member in tape.members(of: delta) {
            if "citation" ~= member.name {
                let citation = open.block == .text ? AnthropicCitation.read(member.value, of: tape) : nil
                try said(citation.map { .citation($0) } ?? .lost(.citations))
                continue
            }
            guard let text = tape.text(member.value), !text.isEmpty else { continue }
            switch member.name {
            case "text": try said(.text(text))
            case "thinking": try said(.reasoning(text))
            case "signature": try said(.signature(text))
            case "partial_json":
                guard case .call(let index) = open.block else { continue }
                try said(.arguments(index: index, text))
            default: break
            }
        }
    }
}
