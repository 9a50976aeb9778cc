internal import JSONText

/// Writes the events of `streamGenerateContent`. A call comes whole here, so its pieces are gathered.
struct GeminiReplyEventWriter: ReplyEventWriter {
    private var id: EscapedText
    private var model: EscapedText
    /// The call under way, and its arguments as they came: JSON inside a string.
    private var call: (index: Int, id: EscapedText, name: EscapedText, arguments: [UInt8])?
    private var callsTools = false
    private var refuses = false
    private var stop: Reply.Stop?
    private var usage: ReplyUsage?

    /// A call's arguments may have so many bytes.
    private static let mostArguments = 16 << 20

    init(_ caller: TranslatedAnswer) {
        id = EscapedText(caller.identifier)
        model = EscapedText(caller.model)
    }

    mutating func write(_ event: ReplyEvent, to stream: inout [UInt8]) throws(TranslationFault) {
        switch event {
        case .began(let id, let model):
            self.id = id ?? self.id
            self.model = model ?? self.model
        case .text(let text): write(.text(text), &stream)
        case .refusal(let text):
            refuses = true
            write(.text(text), &stream)
        case .reasoning(let text): write(.reasoning(text, signature: nil), &stream)
        case .signature(let text): write(.reasoning(EscapedText(""), signature: text), &stream)
        case .sealedReasoning(let data): write(.sealedReasoning(data), &stream)
        case .toolCall(let index, let id, let name):
            endCall(&stream)
            callsTools = true
            call = (index, id, name, [])
        case .arguments(let index, let text):
            guard call?.index == index else { throw TranslationFault("a stream's tool call goes on after its end") }
            call?.arguments += text.bytes
            guard call?.arguments.count ?? 0 <= Self.mostArguments else {
                throw TranslationFault("a stream's tool call has more than \(Self.mostArguments) bytes")
            }
        case .partEnded: endCall(&stream)
        case .stopped(let stop, _):
            endCall(&stream)
            self.stop = stop
        case .usage(let usage): self.usage = usage
        case .done: end(&stream)
        case .failed(let error):
            EventStreamWriter.append(data: GeminiErrorBody.body(error, status: error.statusOfType), to: &stream)
        // Google's SDK takes a comment for data.
        case .ping: break
        }
    }

    private mutating func endCall(_ stream: inout [UInt8]) {
        guard let call else { return }
        self.call = nil
        let arguments = EscapedText(escaped: call.arguments[...]).argumentsAsWritten
        append(.toolCall(.init(id: call.id, name: call.name, arguments: arguments)), finish: nil, nil, &stream)
    }

    private mutating func write(_ part: Reply.Part, _ stream: inout [UInt8]) {
        endCall(&stream)
        append(part, finish: nil, nil, &stream)
    }

    private mutating func end(_ stream: inout [UInt8]) {
        endCall(&stream)
        let settled = Reply.settled(stop, callsTools: callsTools)
        append(
            .text(EscapedText("")), finish: GeminiReplyWriter.finish(settled, refuses: refuses), usage ?? ReplyUsage(),
            &stream)
    }

    private func append(
        _ part: Reply.Part, finish: StaticString?, _ usage: ReplyUsage?, _ stream: inout [UInt8]
    ) {
        EventStreamWriter.append(to: &stream) { writer in
            writer.beginObject()
            GeminiReplyWriter.beginCandidate(&writer)
            GeminiReplyWriter.write(part, to: &writer)
            GeminiReplyWriter.endCandidate(finish, &writer)
            GeminiReplyWriter.writeRest(usage, id, model, to: &writer)
            writer.endObject()
        }
    }
}
