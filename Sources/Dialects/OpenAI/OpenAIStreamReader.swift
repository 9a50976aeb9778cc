internal import Inference
internal import JSONText

/// Reads `chat.completion.chunk` events.
///
/// Texts end as the SDK's stream helper sees it: a tool call's piece ends the content and the calls before it, content
/// ends the reasoning, a finish reason ends all of its choice.
struct OpenAIStreamReader: Sendable {
    var facts = AnswerFacts()
    var open = OpenChannels()
    /// The first chunk's members besides choices and usage, for chunks that we make up: `"id":…,"object":…,`.
    private var envelope: [UInt8] = []
    private var envelopeHasUsage = false

    private static let done: StaticString = "[DONE]"

    // MARK: The look at the bytes

    /// Looks for the members that matter. In a JSON text they can't stand inside a string, where quotes are escaped;
    /// who escapes letters of a name only gets his event read.
    static func isPlain(_ event: ServerSentEvent, of parser: borrowing EventStreamParser) -> Bool {
        guard event.dataLines == 1, event.data.count > 2 else { return event.dataLines == 0 }
        let data = event.data
        return parser.bytes.withUnsafeBufferPointer { bytes in
            guard bytes[data.lowerBound] == 0x7B else { return false }
            var index = data.lowerBound &+ 1
            let end = data.upperBound &- 8
            while index < end {
                guard bytes[index] == 0x22 else {
                    if bytes[index] == 0x5C, bytes[index &+ 1] == 0x75 { return false }
                    index &+= 1
                    continue
                }
                switch bytes[index &+ 1] {
                case 0x66:  // "finish_reason"
                    if matches(bytes, index, "\"finish_reason\""), !isNull(bytes, index &+ 15, data.upperBound) {
                        return false
                    }
                case 0x75:  // "usage"
                    if matches(bytes, index, "\"usage\""), !isNull(bytes, index &+ 7, data.upperBound) { return false }
                case 0x65:  // "error"
                    if matches(bytes, index, "\"error\"") { return false }
                default: break
                }
                index &+= 1
            }
            return true
        }
    }

    @inline(__always)
    private static func matches(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int, _ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard index &+ count <= bytes.count else { return false }
        for offset in 0..<count where bytes[index &+ offset] != word.utf8Start[offset] { return false }
        return true
    }

    /// Whether `: null` follows.
    private static func isNull(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
        var index = start
        while index < end, bytes[index] == 0x20 { index &+= 1 }
        guard index < end, bytes[index] == 0x3A else { return false }
        index &+= 1
        while index < end, bytes[index] == 0x20 { index &+= 1 }
        return index &+ 4 <= end && matches(bytes, index, "null")
    }

    // MARK: Reading

    mutating func read(
        _ event: ServerSentEvent, of parser: borrowing EventStreamParser
    ) throws(StreamEventReader.Fault) -> StreamEvent {
        guard event.dataLines > 0, !event.data.isEmpty else { return StreamEvent(.other) }
        if Self.isDone(event, parser.bytes) {
            var result = StreamEvent(.done)
            result.closed = open.closeAll()
            return result
        }
        let document = try StreamEventReader.document(event, of: parser)
        let root = document.root
        var result = StreamEvent(.other, document: document)
        guard root.kind == .object else { return result }
        if let error = root["error"], !error.isNull {
            result.kind = .error
            result.closed = open.closeAll()
            return result
        }
        let usage = root["usage"]
        if let usage, let figures = OpenAIUsage.read(usage) {
            facts.usage = figures
            result.usageNode = usage.node
        }
        guard let choices = root["choices"] else { return result }
        if choices.count == 0 {
            if result.usageNode != nil { result.kind = .usageOnly }
            return result
        }
        result.kind = .part
        if envelope.isEmpty { keepEnvelope(root) }
        for choice in choices.elements { read(choice, into: &result) }
        return result
    }

    private static func isDone(_ event: ServerSentEvent, _ bytes: [UInt8]) -> Bool {
        guard event.dataLines == 1, event.data.count >= done.utf8CodeUnitCount else { return false }
        for offset in 0..<done.utf8CodeUnitCount
        where bytes[event.data.lowerBound + offset] != done.utf8Start[offset] { return false }
        return true
    }

    private mutating func read(_ choice: JSONValue, into event: inout StreamEvent) {
        let block = choice["index"]?.int ?? 0
        if let delta = choice["delta"] {
            for (key, value) in delta.members { read(key, value, block, into: &event) }
        }
        if let reason = choice["finish_reason"], !reason.isNull {
            if facts.finishReason == nil { facts.finishReason = reason.string }
            open.close(into: &event.closed) { $0.block == block }
        }
    }

    private mutating func read(_ key: JSONValue, _ value: JSONValue, _ block: Int, into event: inout StreamEvent) {
        if key.equals("content") {
            guard value.kind == .string else { return wholes(in: value, into: &event) }
            piece(StreamChannel(block: block, kind: .content), value, into: &event)
            guard value.range.count > 2 else { return }
            open.close(into: &event.closed) {
                $0.block == block && ($0.kind == .reasoning || $0.kind == .plainReasoning)
            }
        } else if key.equals("tool_calls") {
            for call in value.elements { read(toolCall: call, block, into: &event) }
        } else if key.equals("role") {
            return
        } else if key.equals("refusal") {
            piece(StreamChannel(block: block, kind: .refusal), value, into: &event)
        } else if key.equals("reasoning_content") {
            piece(StreamChannel(block: block, kind: .reasoning), value, into: &event)
        } else if key.equals("reasoning") {
            piece(StreamChannel(block: block, kind: .plainReasoning), value, into: &event)
        } else if key.equals("function_call") {
            if let arguments = value["arguments"] {
                piece(StreamChannel(block: block, kind: .functionArguments), arguments, into: &event)
            }
        } else if key.equals("audio") {
            if let transcript = value["transcript"] {
                piece(StreamChannel(block: block, kind: .transcript), transcript, into: &event)
            }
        } else {
            wholes(in: value, into: &event)
        }
    }

    private mutating func read(toolCall call: JSONValue, _ block: Int, into event: inout StreamEvent) {
        let index = call["index"]?.int ?? 0
        open.close(into: &event.closed) {
            guard $0.block == block else { return false }
            switch $0.kind {
            case .toolArguments, .toolInput: return $0.index != index
            default: return true
            }
        }
        if let arguments = call["function"]?["arguments"] {
            piece(StreamChannel(block: block, kind: .toolArguments, index: index), arguments, into: &event)
        }
        if let input = call["custom"]?["input"] {
            piece(StreamChannel(block: block, kind: .toolInput, index: index), input, into: &event)
        }
    }

    private mutating func piece(_ channel: StreamChannel, _ value: JSONValue, into event: inout StreamEvent) {
        guard value.kind == .string else { return }
        // The first chunk's empty content begins nothing.
        guard value.range.count > 2 else { return }
        open.open(channel)
        event.deltas.append(StreamEvent.Delta(channel: channel, node: value.node))
    }

    private func wholes(in value: JSONValue, into event: inout StreamEvent) {
        let document = value.document
        for node in value.node..<document.nodeAfter(value.node)
        where document.kind(at: node) == .string && !document.isKey(at: node) {
            event.wholes.append(node)
        }
    }

    // MARK: Chunks of our own

    private mutating func keepEnvelope(_ root: JSONValue) {
        let bytes = root.document.bytes
        for (key, value) in root.members {
            if key.equals("usage") {
                envelopeHasUsage = true
                continue
            }
            if key.equals("choices") || key.equals("obfuscation") { continue }
            envelope.append(contentsOf: bytes[key.range])
            envelope.append(0x3A)
            envelope.append(contentsOf: bytes[value.range])
            envelope.append(0x2C)
        }
    }

    func appendDelta(_ channel: StreamChannel, text: [UInt8], to stream: inout [UInt8]) {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("index")
        writer.int(channel.block)
        writer.key("delta")
        Self.write(channel, text, to: &writer)
        writer.key("logprobs")
        writer.null()
        writer.key("finish_reason")
        writer.null()
        writer.endObject()
        stream.append(contentsOf: "data: {".utf8)
        stream.append(contentsOf: envelope)
        if envelopeHasUsage { stream.append(contentsOf: "\"usage\":null,".utf8) }
        stream.append(contentsOf: "\"choices\":[".utf8)
        stream.append(contentsOf: writer.bytes)
        stream.append(contentsOf: "]}\n\n".utf8)
    }

    private static func write(_ channel: StreamChannel, _ text: [UInt8], to writer: inout JSONWriter) {
        writer.beginObject()
        switch channel.kind {
        case .content: writer.key("content")
        case .refusal: writer.key("refusal")
        case .reasoning: writer.key("reasoning_content")
        case .plainReasoning: writer.key("reasoning")
        case .functionArguments:
            writer.key("function_call")
            writer.beginObject()
            writer.key("arguments")
        case .transcript:
            writer.key("audio")
            writer.beginObject()
            writer.key("transcript")
        case .toolArguments, .toolInput:
            writer.key("tool_calls")
            writer.beginArray()
            writer.beginObject()
            writer.key("index")
            writer.int(channel.index)
            let isFunction = channel.kind == .toolArguments
            writer.key(isFunction ? "function" : "custom")
            writer.beginObject()
            writer.key(isFunction ? "arguments" : "input")
        }
        writer.string(utf8: text)
        switch channel.kind {
        case .functionArguments, .transcript: writer.endObject()
        case .toolArguments, .toolInput:
            writer.endObject()
            writer.endObject()
            writer.endArray()
        default: break
        }
        writer.endObject()
    }
}
