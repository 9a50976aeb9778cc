internal import JSONText

/// Reads the frames of a streamed answer as what they say. A block of text begins with its first piece.
struct BedrockReplyEventReader: ReplyEventReader {
    private enum Block: Equatable {
        case text
        case call(Int)
        /// A picture: its format, and its bytes once they came.
        case picture(EscapedText, EscapedText?)
        /// A tool of the provider's own, say.
        case other
    }

    /// What a frame is, the most frequent first.
    private enum EventKind: CaseIterable {
        case contentBlockDelta, contentBlockStart, contentBlockStop, messageStart, messageStop, metadata

        var name: StaticString {
            switch self {
            case .contentBlockDelta: "contentBlockDelta"
            case .contentBlockStart: "contentBlockStart"
            case .contentBlockStop: "contentBlockStop"
            case .messageStart: "messageStart"
            case .messageStop: "messageStop"
            case .metadata: "metadata"
            }
        }
    }

    private var open: (number: Int, block: Block)?
    private var calls = 0
    private var hasStopped = false
    private var isDone = false

    mutating func read(
        _ event: ServerSentEvent, of parser: borrowing EventStreamParser,
        _ said: (ReplyEvent) throws(TranslationFault) -> Void
    ) throws(TranslationFault) {
        if event.isFailure {
            let document = event.dataLines > 0 ? try StreamTranslation.document(event, of: parser) : nil
            return try said(.failed(UpstreamError(event, document, of: parser)))
        }
        guard event.dataLines > 0 else { return }
        guard let kind = EventKind.allCases.first(where: { parser.name(of: event, is: $0.name) }) else { return }
        let document = try StreamTranslation.document(event, of: parser)
        try document.withTape { (tape) throws(TranslationFault) in try read(kind, tape, said) }
    }

    /// A stream without figures is over when its connection says so.
    mutating func end(_ said: (ReplyEvent) throws(TranslationFault) -> Void) throws(TranslationFault) {
        guard hasStopped, !isDone else { return }
        isDone = true
        try said(.done)
    }

    private mutating func read(
        _ kind: EventKind, _ tape: Tape, _ said: (ReplyEvent) throws(TranslationFault) -> Void
    ) throws(TranslationFault) {
        switch kind {
        case .messageStart: try said(.began(id: nil, model: nil))
        case .contentBlockStart: try readStart(tape, said)
        case .contentBlockDelta:
            if let delta = tape.member("delta", of: 0) { try read(delta: delta, of: tape, said) }
        case .contentBlockStop:
            guard let block = open?.block else { return }
            open = nil
            if case .picture(let format, let data?) = block {
                try said(.image(.base64(type: EscapedText("image/\(format.string)"), data: data)))
            }
            try said(.partEnded)
        case .messageStop:
            hasStopped = true
            let reason = tape.member("stopReason", of: 0).flatMap { BedrockReplyReader.stop(tape.word($0)) }
            try said(.stopped(reason ?? .end, sequence: nil))
        case .metadata:
            if let usage = tape.member("usage", of: 0).flatMap({ BedrockUsage.read($0, of: tape) }) {
                try said(.usage(usage))
            }
            try end(said)
        }
    }

    private func number(_ tape: Tape) -> Int {
        tape.member("contentBlockIndex", of: 0).flatMap { tape.value($0).int } ?? 0
    }

    private mutating func readStart(
        _ tape: Tape, _ said: (ReplyEvent) throws(TranslationFault) -> Void
    ) throws(TranslationFault) {
        guard open == nil else { throw TranslationFault("a stream's block begins before the one before it ended") }
        let start = tape.member("start", of: 0)
        guard let call = start.flatMap({ tape.member("toolUse", of: $0) }),
            tape.member("type", of: call).map({ tape.isNull($0) }) ?? true
        else {
            let image = start.flatMap { tape.member("image", of: $0) }
            if let image, let format = tape.member("format", of: image).flatMap({ tape.text($0) }) {
                open = (number(tape), .picture(format, nil))
                return
            }
            open = (number(tape), .other)
            return try said(.lost(.blocks))
        }
        guard let id = tape.member("toolUseId", of: call).flatMap({ tape.text($0) }),
            let name = tape.member("name", of: call).flatMap({ tape.text($0) })
        else { throw TranslationFault("a stream's tool call has no name") }
        open = (number(tape), .call(calls))
        try said(.toolCall(index: calls, id: id, name: name))
        calls += 1
    }

    private mutating func read(
        delta: Int, of tape: Tape, _ said: (ReplyEvent) throws(TranslationFault) -> Void
    ) throws(TranslationFault) {
        let number = number(tape)
        if let open, open.number != number {
            throw TranslationFault("a stream's piece belongs to no block that is open")
        }
        let block = open?.block ?? .text
        open = (number, block)
        func text(_ node: Int?) -> EscapedText? {
            node.flatMap { tape.text($0) }.flatMap { $0.isEmpty ? nil : $0 }
        }
        for kind in tape.members(of: delta) {
            switch kind.name {
            case "text": if let text = text(kind.value) { try said(.text(text)) }
            case "toolUse":
                guard block != .text else { throw TranslationFault("a stream's tool call has no beginning") }
                guard case .call(let index) = block, let input = text(tape.member("input", of: kind.value)) else {
                    continue
                }
                try said(.arguments(index: index, input))
            case "reasoningContent":
                for part in tape.members(of: kind.value) {
                    guard let text = text(part.value) else { continue }
                    switch part.name {
                    case "text": try said(.reasoning(text))
                    case "signature": try said(.signature(text))
                    case "redactedContent": try said(.sealedReasoning(text))
                    default: break
                    }
                }
            case "citation":
                try said(BedrockCitation.read(kind.value, of: tape).map { .citation($0) } ?? .lost(.citations))
            case "image": try readPicture(kind.value, of: tape, said)
            default: if block != .other, !tape.isNull(kind.value) { try said(.lost(.blocks)) }
            }
        }
    }

    private mutating func readPicture(
        _ node: Int, of tape: Tape, _ said: (ReplyEvent) throws(TranslationFault) -> Void
    ) throws(TranslationFault) {
        guard let open, case .picture(let format, let before) = open.block,
            let data = tape.member("source", of: node).flatMap({ tape.member("bytes", of: $0) }).flatMap({
                tape.text($0)
            })
        else { return try said(.lost(.blocks)) }
        // Pieces in base64 make no whole but where one is all of it.
        guard before == nil else { throw TranslationFault("a stream's picture comes in pieces") }
        self.open = (open.number, .picture(format, data))
    }
}
