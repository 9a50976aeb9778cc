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
    private var citations: [Citation] = []
    /// How many bytes the citations take, which are said with the end.
    private var citedBytes = 0
    var losses = Losses()
    var keptBytes: Int { citedBytes }

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
        case .text(let text): try write(.text(text), &stream)
        case .citation(let citation): keep(citation)
        case .image(let media): try write(.image(media), &stream)
        case .refusal(let text):
            refuses = true
            try write(.text(text), &stream)
        case .reasoning(let text): try write(.reasoning(text, signature: nil), &stream)
        case .signature(let text): try write(.reasoning(EscapedText(""), signature: text), &stream)
        case .sealedReasoning(let data): try write(.sealedReasoning(data), &stream)
        case .toolCall(let index, let id, let name):
            try endCall(&stream)
            callsTools = true
            call = (index, id, name, [])
        case .arguments(let index, let text):
            guard call?.index == index else { throw TranslationFault("a stream's tool call goes on after its end") }
            call?.arguments += text.bytes
            guard call?.arguments.count ?? 0 <= Self.mostArguments else {
                throw TranslationFault("a stream's tool call has more than \(Self.mostArguments) bytes")
            }
        case .partEnded: try endCall(&stream)
        case .stopped(let stop, _):
            try endCall(&stream)
            self.stop = stop
        case .usage(let usage): self.usage = usage
        case .done: try end(&stream)
        case .failed(let error):
            EventStreamWriter.append(data: GeminiErrorBody.body(error, status: error.statusOfType), to: &stream)
        case .lost(let extra): losses.drop(extra)
        // Google's SDK takes a comment for data.
        case .ping: break
        }
    }

    /// Citations are said with the end.
    private mutating func keep(_ citation: Citation) {
        guard GeminiGrounding.canWrite(citation, &losses) else { return }
        citedBytes += citation.size
        guard citedBytes <= Self.mostArguments else { return losses.drop(.citations) }
        citations.append(citation)
    }

    private mutating func endCall(_ stream: inout [UInt8]) throws(TranslationFault) {
        guard let call else { return }
        self.call = nil
        let arguments = EscapedText(escaped: call.arguments[...]).argumentsAsWritten
        try append(.toolCall(.init(id: call.id, name: call.name, arguments: arguments)), finish: nil, nil, &stream)
    }

    private mutating func write(_ part: Reply.Part, _ stream: inout [UInt8]) throws(TranslationFault) {
        try endCall(&stream)
        try append(part, finish: nil, nil, &stream)
    }

    private mutating func end(_ stream: inout [UInt8]) throws(TranslationFault) {
        try endCall(&stream)
        let settled = Reply.settled(stop, callsTools: callsTools)
        try append(
            .text(EscapedText("")), finish: GeminiReplyWriter.finish(settled, refuses: refuses), usage ?? ReplyUsage(),
            &stream)
    }

    private func append(
        _ part: Reply.Part, finish: StaticString?, _ usage: ReplyUsage?, _ stream: inout [UInt8]
    ) throws(TranslationFault) {
        var writer = JSONWriter()
        writer.beginObject()
        GeminiReplyWriter.beginCandidate(&writer)
        try GeminiReplyWriter.write(part, to: &writer)
        // A stream's head is gone by its end, and a comment would be taken for data.
        let warning =
            finish == nil || losses.notes.isEmpty
            ? nil : "x-sallyport-warning: " + losses.notes.joined(separator: ", ")
        GeminiReplyWriter.endCandidate(
            finish, message: warning, citations: finish == nil ? [] : citations, &writer)
        GeminiReplyWriter.writeRest(usage, id, model, to: &writer)
        writer.endObject()
        EventStreamWriter.append(data: writer.bytes, to: &stream)
    }
}
