internal import JSONText

/// Reads the events of `streamGenerateContent` as what they say. Whether another comes is known only when none does: the end is said at
/// the stream's.
struct GeminiReplyEventReader: ReplyEventReader {
    private var hasBegun = false
    private var hasContent = false
    private var name: EscapedText
    private var calls = 0
    private var stop: Reply.Stop?
    private var hasEnded = false
    /// What was said to rest on something: later events may repeat it.
    private var cited: Set<Citation> = []

    /// `name` tells the answer from all others where it has no name of its own.
    init(name: String) { self.name = EscapedText(name) }

    /// More calls than any answer has.
    private static let mostCalls = 1_024
    private static let mostCitations = 1_024

    mutating func read(
        _ event: ServerSentEvent, of parser: borrowing EventStreamParser,
        _ said: (ReplyEvent) throws(TranslationFault) -> Void
    ) throws(TranslationFault) {
        guard event.dataLines > 0, !event.data.isEmpty else { return }
        let document = try StreamTranslation.document(event, of: parser)
        try document.withTape { (tape) throws(TranslationFault) in try read(tape, said) }
    }

    mutating func end(_ said: (ReplyEvent) throws(TranslationFault) -> Void) throws(TranslationFault) {
        guard let stop, !hasEnded else { return }
        hasEnded = true
        try said(.stopped(stop, sequence: nil))
        try said(.done)
    }

    private mutating func read(
        _ tape: Tape, _ said: (ReplyEvent) throws(TranslationFault) -> Void
    ) throws(TranslationFault) {
        if let error = tape.member("error", of: 0), !tape.isNull(error) {
            return try said(.failed(UpstreamError(tape.value(0))))
        }
        if !hasBegun {
            hasBegun = true
            let id = tape.member("responseId", of: 0).flatMap { tape.text($0) }
            if let id, !id.isEmpty { name = id }
            try said(.began(id: id, model: tape.member("modelVersion", of: 0).flatMap { tape.text($0) }))
        }
        for member in tape.members(of: 0) {
            switch member.name {
            case "candidates":
                for candidate in tape.elements(of: member.value) {
                    guard tape.member("index", of: candidate).flatMap({ tape.value($0).int }) ?? 0 == 0 else {
                        continue
                    }
                    try read(candidate: candidate, of: tape, said)
                }
            case "promptFeedback":
                guard let refusal = GeminiReplyReader.refusal(member.value, of: tape) else { continue }
                stop = .refusal
                if case .some(let words) = refusal { try said(.refusal(words)) }
            case "usageMetadata":
                if let usage = GeminiUsage.read(member.value, of: tape) { try said(.usage(usage)) }
            default: break
            }
        }
    }

    private mutating func read(
        candidate: Int, of tape: Tape, _ said: (ReplyEvent) throws(TranslationFault) -> Void
    ) throws(TranslationFault) {
        if let content = tape.member("content", of: candidate), let parts = tape.member("parts", of: content) {
            for part in tape.elements(of: parts) { try read(part: part, of: tape, said) }
        }
        let grounding = GeminiGrounding(candidate: candidate, of: tape)
        for citation in grounding.citations where isNew(citation) { try said(.citation(citation)) }
        for loss in grounding.losses { try said(.lost(loss)) }
        guard let reason = tape.member("finishReason", of: candidate), !tape.isNull(reason) else { return }
        if GeminiReplyReader.isFault(tape.word(reason)), !hasContent {
            return try said(.failed(UpstreamError(message: "the model failed", type: "INTERNAL")))
        }
        stop = GeminiReplyReader.stop(tape.word(reason))
    }

    private mutating func isNew(_ citation: Citation) -> Bool {
        cited.count < Self.mostCitations && cited.insert(citation).inserted
    }

    private mutating func read(
        part: Int, of tape: Tape, _ said: (ReplyEvent) throws(TranslationFault) -> Void
    ) throws(TranslationFault) {
        guard let piece = GeminiReplyPart(part, call: calls, of: name, in: tape) else {
            throw TranslationFault("a stream's part has no place in the caller's dialect")
        }
        switch piece {
        case .nothing: return
        case .text(let text): try said(.text(text))
        case .image(let media): try said(.image(media))
        case .thought(let text): try said(.reasoning(text))
        case .call(let call, let signature):
            guard calls < Self.mostCalls else { throw TranslationFault("a stream has too many tool calls") }
            if let signature { try said(.signature(GeminiSeal.carried(signature))) }
            try said(.toolCall(index: calls, id: call.id, name: call.name))
            try said(.arguments(index: calls, EscapedText(utf8: Array(call.arguments.bytes))))
            try said(.partEnded)
            calls += 1
        }
        hasContent = true
    }
}
