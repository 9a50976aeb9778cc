internal import JSONText

/// Writes `chat.completion.chunk` events.
struct OpenAIReplyEventWriter: ReplyEventWriter {
    private let caller: TranslatedAnswer
    /// All chunks begin alike, up to the delta.
    private var head: [UInt8] = []
    private var hasBegun = false
    private var hasStopped = false
    private var callsTools = false
    /// The call under way, and whether it has had arguments.
    private var openCall: (index: Int, hasArguments: Bool)?
    private var usage: ReplyUsage?
    private var images = 0
    var losses = Losses()

    init(_ caller: TranslatedAnswer) { self.caller = caller }

    mutating func write(_ event: ReplyEvent, to stream: inout [UInt8]) throws(TranslationFault) {
        switch event {
        case .began(let id, let model): begin(id, model, &stream)
        case .text(let text): append("{\"content\":\"", text, "\"}", &stream)
        case .citation(let citation):
            guard OpenAIAnnotation.canWrite(citation, &losses) else { return }
            try appendList("annotations", &stream) { OpenAIAnnotation.write(citation, isNested: true, to: &$0) }
        case .image(let media):
            let index = images
            images += 1
            try appendList("images", &stream) { (writer) throws(TranslationFault) in
                try OpenAIPicture.write(media, index, to: &writer)
            }
        case .refusal(let text): append("{\"refusal\":\"", text, "\"}", &stream)
        case .reasoning(let text): append("{\"reasoning_content\":\"", text, "\"}", &stream)
        // Nobody could give them back here.
        case .signature, .sealedReasoning: break
        case .toolCall(let index, let id, let name): beginCall(index, id, name, &stream)
        case .arguments(let index, let text):
            openCall = (index, true)
            append("{\"tool_calls\":[{\"index\":\(index),\"function\":{\"arguments\":\"", text, "\"}}]}", &stream)
        case .partEnded: endCall(&stream)
        case .stopped(let stop, _): finish(stop, &stream)
        case .usage(let usage): self.usage = usage
        case .done: end(&stream)
        case .failed(let error):
            EventStreamWriter.append(data: OpenAIErrorBody.body(error, status: 500), to: &stream)
        case .lost(let extra): losses.drop(extra)
        case .ping: stream += ": ping\n\n".utf8
        }
    }

    private mutating func begin(_ id: EscapedText?, _ model: EscapedText?, _ stream: inout [UInt8]) {
        guard !hasBegun else { return }
        hasBegun = true
        var writer = JSONWriter()
        writer.beginObject()
        OpenAIReplyWriter.writeHead("chat.completion.chunk", id, model, caller, to: &writer)
        head = Array("data: ".utf8) + writer.bytes
        stream += head
        stream +=
            ",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null},".utf8
        stream += "\"logprobs\":null,\"finish_reason\":null}]}\n\n".utf8
    }

    /// A chunk whose delta is a text between two constants.
    private mutating func append(
        _ before: String, _ text: EscapedText, _ after: StaticString, _ stream: inout [UInt8]
    ) {
        if !hasBegun { begin(nil, nil, &stream) }
        stream += head
        stream += ",\"choices\":[{\"index\":0,\"delta\":".utf8
        stream += before.utf8
        stream += text.bytes
        after.withUTF8Buffer { stream += $0 }
        stream += ",\"logprobs\":null,\"finish_reason\":null}]}\n\n".utf8
    }

    /// A chunk whose delta is a list of one.
    private mutating func appendList(
        _ name: StaticString, _ stream: inout [UInt8],
        _ write: (inout JSONWriter) throws(TranslationFault) -> Void
    ) throws(TranslationFault) {
        var writer = JSONWriter()
        try write(&writer)
        append("{\"\(name)\":[", EscapedText(escaped: writer.bytes[...]), "]}", &stream)
    }

    private mutating func beginCall(
        _ index: Int, _ id: EscapedText, _ name: EscapedText, _ stream: inout [UInt8]
    ) {
        endCall(&stream)
        callsTools = true
        openCall = (index, false)
        append(
            "{\"tool_calls\":[{\"index\":\(index),\"id\":\"\(String(decoding: id.bytes, as: UTF8.self))\","
                + "\"type\":\"function\",\"function\":{\"name\":\"",
            name, "\",\"arguments\":\"\"}}]}", &stream)
    }

    /// A call without arguments has an empty object here.
    private mutating func endCall(_ stream: inout [UInt8]) {
        guard let call = openCall else { return }
        openCall = nil
        guard !call.hasArguments else { return }
        append(
            "{\"tool_calls\":[{\"index\":\(call.index),\"function\":{\"arguments\":\"", EscapedText("{}"), "\"}}]}",
            &stream)
    }

    private mutating func finish(_ stop: Reply.Stop, _ stream: inout [UInt8]) {
        guard !hasStopped else { return }
        endCall(&stream)
        if !hasBegun { begin(nil, nil, &stream) }
        hasStopped = true
        stream += head
        stream += ",\"choices\":[{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\"".utf8
        OpenAIReplyWriter.finish(Reply.settled(stop, callsTools: callsTools)).withUTF8Buffer { stream += $0 }
        stream += "\"}]}\n\n".utf8
    }

    private mutating func end(_ stream: inout [UInt8]) {
        finish(.end, &stream)
        if let usage {
            var writer = JSONWriter()
            OpenAIReplyWriter.writeUsage(usage, to: &writer)
            stream += head
            stream += ",\"choices\":[],\"usage\":".utf8
            stream += writer.bytes
            stream += "}\n\n".utf8
        }
        EventStreamWriter.appendWarning(losses, to: &stream)
        stream += EventStreamWriter.done
    }
}
