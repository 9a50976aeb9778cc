internal import JSONText

/// Writes the events of a streamed `response`. This dialect repeats each text whole at its end and all of them with the last event, so
/// the answer is kept until then, up to `maximumBytes`: an answer that is longer ends with an error, as one that is not streamed does.
struct ResponsesReplyEventWriter: ReplyEventWriter {
    typealias Item = ResponsesReplyWriter.Item

    /// The most bytes of texts and arguments that are kept, 64 MiB: what the gateway reads of an answer that is not streamed.
    static let maximumBytes = 64 << 20

    private let caller: TranslatedAnswer
    private let limit: Int
    /// Bytes of all texts and arguments so far.
    private var kept = 0
    var keptBytes: Int { kept }
    private var id: EscapedText?
    private var model: EscapedText?
    private var hasBegun = false
    private var sequence = 0
    /// The items that are whole.
    private var items: [[UInt8]] = []
    private var open: (item: Item, id: String, call: Int?)?
    private var stop: Reply.Stop?
    private var callsTools = false
    private var usage: ReplyUsage?
    /// Code points of the texts whose items are whole.
    private var scalarsBefore = 0
    var losses = Losses()

    init(_ caller: TranslatedAnswer, limit: Int = maximumBytes) {
        self.caller = caller
        self.limit = limit
    }

    mutating func write(_ event: ReplyEvent, to stream: inout [UInt8]) throws(TranslationFault) {
        switch event {
        case .began(let id, let model):
            (self.id, self.model) = (id, model)
            begin(&stream)
        case .text(let text): try add(text, to: .text, &stream)
        case .citation(let citation): try annotate(citation, &stream)
        case .image(let media): try picture(media, &stream)
        case .refusal(let text): try add(text, to: .refusal, &stream)
        case .reasoning(let text): try add(text, to: .reasoning, &stream)
        // Nobody could give them back here.
        case .signature, .sealedReasoning: break
        case .toolCall(let index, let id, let name):
            try close(&stream)
            callsTools = true
            start(Item(.call(id: id, name: name)), call: index, &stream)
        case .arguments(let index, let text):
            guard open?.call == index else { throw TranslationFault("a stream's tool call goes on after its end") }
            try delta(text, &stream)
        case .partEnded: try close(&stream)
        case .stopped(let stop, _):
            self.stop = stop
            try close(&stream)
        case .usage(let usage): self.usage = usage
        case .done: try end(&stream)
        case .failed(let error): fail(error, &stream)
        case .lost(let extra): losses.drop(extra)
        case .ping: stream += ": ping\n\n".utf8
        }
    }

    // MARK: - Events

    /// Appends an event: its name, its number, and what it says, which begins with a comma.
    private mutating func event(
        _ type: StaticString, _ stream: inout [UInt8], _ said: (inout JSONWriter) -> Void
    ) {
        let number = sequence
        sequence += 1
        EventStreamWriter.append(name: type, to: &stream) { writer in
            writer.beginObject()
            writer.key("type")
            writer.string(type)
            writer.key("sequence_number")
            writer.int(number)
            said(&writer)
            writer.endObject()
        }
    }

    private mutating func response(_ type: StaticString, stop: Reply.Stop?, _ stream: inout [UInt8]) {
        let (id, model, items, usage, caller) = (id, model, items, usage, caller)
        event(type, &stream) { writer in
            writer.key("response")
            ResponsesReplyWriter.write(
                id, model, stop: stop, items: items, usage: stop == nil ? nil : usage, caller, to: &writer)
        }
    }

    private mutating func begin(_ stream: inout [UInt8]) {
        guard !hasBegun else { return }
        hasBegun = true
        response("response.created", stop: nil, &stream)
        response("response.in_progress", stop: nil, &stream)
    }

    private mutating func add(_ text: EscapedText, to kind: Item.Kind, _ stream: inout [UInt8]) throws(TranslationFault)
    {
        if open?.item.kind != kind {
            try close(&stream)
            start(Item(kind), call: nil, &stream)
        }
        try delta(text, &stream)
    }

    private mutating func start(_ item: Item, call: Int?, _ stream: inout [UInt8]) {
        begin(&stream)
        let index = items.count
        let id = item.identifier(caller, index)
        open = (item, id, call)
        event("response.output_item.added", &stream) { writer in
            writer.key("output_index")
            writer.int(index)
            writer.key("item")
            writer.raw(item.written(id: id, status: "in_progress", isWhole: false))
        }
        let names = Names(item.kind)
        guard let part = names.part else { return }
        event(part.added, &stream) { writer in
            names.write(id, index, to: &writer)
            writer.key("part")
            writer.raw(item.part(isWhole: false))
        }
    }

    private mutating func delta(_ text: EscapedText, _ stream: inout [UInt8]) throws(TranslationFault) {
        // No copy of the item may be held while it grows.
        guard let kind = open?.item.kind, let id = open?.id else { return }
        kept += text.bytes.count
        guard kept <= limit else { throw TranslationFault("a stream's answer is longer than \(limit) bytes") }
        open?.item.text.append(contentsOf: text.bytes)
        let (names, index) = (Names(kind), items.count)
        event(names.delta, &stream) { writer in
            names.write(id, index, to: &writer)
            writer.key("delta")
            writer.string(text)
            if kind == .text {
                writer.key("logprobs")
                writer.beginArray()
                writer.endArray()
            }
        }
    }

    /// What the text that is open rests on. Its item is whole where something else came between, and no event adds to it then.
    private mutating func annotate(_ citation: Citation, _ stream: inout [UInt8]) throws(TranslationFault) {
        guard open?.item.kind == .text, let id = open?.id else { return losses.drop(.citations) }
        let number = open?.item.annotations.count ?? 0
        guard let annotation = open?.item.cite(citation, textFrom: scalarsBefore, &losses) else { return }
        kept += annotation.count
        guard kept <= limit else { throw TranslationFault("a stream's answer is longer than \(limit) bytes") }
        let index = items.count
        event("response.output_text.annotation.added", &stream) { writer in
            Names(.text).write(id, index, to: &writer)
            writer.key("annotation_index")
            writer.int(number)
            writer.key("annotation")
            writer.raw(annotation)
        }
    }

    /// A picture comes whole, as an item of its own.
    private mutating func picture(_ media: Conversation.Media, _ stream: inout [UInt8]) throws(TranslationFault) {
        begin(&stream)
        try close(&stream)
        let item = try ResponsesReplyWriter.picture(media, caller, items.count)
        kept += item.count
        guard kept <= limit else { throw TranslationFault("a stream's answer is longer than \(limit) bytes") }
        let index = items.count
        for name: StaticString in ["response.output_item.added", "response.output_item.done"] {
            event(name, &stream) { writer in
                writer.key("output_index")
                writer.int(index)
                writer.key("item")
                writer.raw(item)
            }
        }
        items.append(item)
    }

    private mutating func close(_ stream: inout [UInt8]) throws(TranslationFault) {
        // A call without arguments has an empty object here.
        if open?.call != nil, open?.item.text.isEmpty == true { try delta(EscapedText("{}"), &stream) }
        guard let current = open else { return }
        let names = Names(current.item.kind)
        open = nil
        let (item, id, index) = (current.item, current.id, items.count)
        event(names.done, &stream) { writer in
            names.write(id, index, to: &writer)
            if case .call(_, let name) = item.kind {
                writer.key("name")
                writer.string(name)
            }
            writer.key(names.whole)
            writer.string(escaped: item.text[...])
            if item.kind == .text {
                writer.key("logprobs")
                writer.beginArray()
                writer.endArray()
            }
        }
        if let part = names.part {
            event(part.done, &stream) { writer in
                names.write(id, index, to: &writer)
                writer.key("part")
                writer.raw(item.part(isWhole: true))
            }
        }
        let written = item.written(id: id, status: "completed", isWhole: true)
        event("response.output_item.done", &stream) { writer in
            writer.key("output_index")
            writer.int(index)
            writer.key("item")
            writer.raw(written)
        }
        items.append(written)
        if item.kind == .text { scalarsBefore += EscapedText(escaped: item.text[...]).scalarCount }
    }

    private mutating func end(_ stream: inout [UInt8]) throws(TranslationFault) {
        begin(&stream)
        try close(&stream)
        let stop = Reply.settled(stop, callsTools: callsTools)
        EventStreamWriter.appendWarning(losses, to: &stream)
        response(
            ResponsesReplyWriter.status(stop).description == "completed"
                ? "response.completed" : "response.incomplete", stop: stop, &stream)
    }

    private mutating func fail(_ error: UpstreamError, _ stream: inout [UInt8]) {
        event("error", &stream) { writer in
            writer.key("code")
            writer.string(error.code ?? error.type ?? "server_error")
            writer.key("message")
            writer.string(error.message)
            writer.key("param")
            writer.null()
        }
    }

    /// What the events of one kind of text are called.
    private struct Names {
        let delta, done: StaticString
        let part: (added: StaticString, done: StaticString)?
        let whole: StaticString
        private let place: StaticString?

        init(_ kind: Item.Kind) {
            switch kind {
            case .text:
                (delta, done) = ("response.output_text.delta", "response.output_text.done")
                part = ("response.content_part.added", "response.content_part.done")
                (whole, place) = ("text", "content_index")
            case .refusal:
                (delta, done) = ("response.refusal.delta", "response.refusal.done")
                part = ("response.content_part.added", "response.content_part.done")
                (whole, place) = ("refusal", "content_index")
            case .reasoning:
                (delta, done) = ("response.reasoning_summary_text.delta", "response.reasoning_summary_text.done")
                part = ("response.reasoning_summary_part.added", "response.reasoning_summary_part.done")
                (whole, place) = ("text", "summary_index")
            case .call:
                (delta, done) = ("response.function_call_arguments.delta", "response.function_call_arguments.done")
                part = nil
                (whole, place) = ("arguments", nil)
            }
        }

        /// Where in the response it stands.
        func write(_ id: String, _ index: Int, to writer: inout JSONWriter) {
            writer.key("item_id")
            writer.string(id)
            writer.key("output_index")
            writer.int(index)
            guard let place else { return }
            writer.key(place)
            writer.int(0)
        }
    }
}
