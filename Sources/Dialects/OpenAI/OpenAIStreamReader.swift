internal import Inference
internal import JSONText

/// Reads `chat.completion.chunk` events, and the `text_completion` events of the older API.
///
/// A choice's texts end with its finish reason and nothing before it: pieces of several texts may come in any order, and one that
/// seems to be over may go on.
struct OpenAIStreamReader: Sendable {
    /// Whether choices have their `text` itself instead of a delta: those of `POST /v1/completions`.
    private let isCompletion: Bool
    var facts = AnswerFacts()
    var open = OpenChannels()
    /// The first chunk's members besides choices and usage, for chunks that we make up: `"id":…,"object":…,`.
    private var envelope: [UInt8] = []
    private var envelopeHasUsage = false
    private var unknown = UnknownTexts()
    /// How many tool calls without an index have begun, by choice.
    private var unnumberedCalls: [Int: Int] = [:]

    private static let done: StaticString = "[DONE]"

    init(isCompletion: Bool = false) { self.isCompletion = isCompletion }

    // MARK: The look at the bytes

    /// Looks for the members that matter. In a JSON text they can't stand inside a string, where quotes are escaped.
    /// (Nobody escapes the letters of a name; who did would only hide his own figures.)
    static func isPlain(_ event: ServerSentEvent, of parser: borrowing EventStreamParser) -> Bool {
        guard event.dataLines == 1, event.data.count > 2 else { return event.dataLines == 0 }
        let data = event.data
        return parser.bytes.withUnsafeBytes { bytes in
            guard bytes[data.lowerBound] == 0x7B else { return false }
            return !mentionsMore(UnsafeRawBufferPointer(rebasing: bytes[data]))
        }
    }

    /// Eight bytes at a time: a quote followed by `e`, `f` or `u` is looked at closely.
    private static func mentionsMore(_ data: UnsafeRawBufferPointer) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        // The last nine bytes can't begin a member with a value.
        let end = data.count &- 9
        var index = 0
        while index < end {
            let first = UInt64(littleEndian: data.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let second = UInt64(littleEndian: data.loadUnaligned(fromByteOffset: index &+ 1, as: UInt64.self))
            let quote = first ^ (ones &* 0x22)
            let error = second ^ (ones &* 0x65)
            let finish = second ^ (ones &* 0x66)
            let usage = second ^ (ones &* 0x75)
            // A mark above a true one may be false; the close look settles it.
            var marks =
                (quote &- ones) & ~quote
                & ((error &- ones) & ~error | (finish &- ones) & ~finish | (usage &- ones) & ~usage) & highs
            while marks != 0 {
                if isMore(data, index &+ marks.trailingZeroBitCount / 8) { return true }
                marks &= marks &- 1
            }
            index &+= 8
        }
        return false
    }

    /// Whether a member begins here that says more than text: a finish reason or usage that is not null, or an error.
    private static func isMore(_ data: UnsafeRawBufferPointer, _ index: Int) -> Bool {
        if matches(data, index, "\"finish_reason\"") { return !isNull(data, index &+ 15) }
        if matches(data, index, "\"usage\"") { return !isNull(data, index &+ 7) }
        return matches(data, index, "\"error\"")
    }

    private static func matches(_ data: UnsafeRawBufferPointer, _ index: Int, _ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard index &+ count <= data.count else { return false }
        for offset in 0..<count where data[index &+ offset] != word.utf8Start[offset] { return false }
        return true
    }

    /// Whether `: null` follows.
    private static func isNull(_ data: UnsafeRawBufferPointer, _ start: Int) -> Bool {
        var index = start
        while index < data.count, data[index] == 0x20 { index &+= 1 }
        guard index < data.count, data[index] == 0x3A else { return false }
        index &+= 1
        while index < data.count, data[index] == 0x20 { index &+= 1 }
        return matches(data, index, "null")
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
        var result = StreamEvent(.other, document: document)
        document.withTape { read($0, into: &result) }
        guard !open.isOverfull else { throw .tooManyTexts }
        return result
    }

    private static func isDone(_ event: ServerSentEvent, _ bytes: [UInt8]) -> Bool {
        guard event.dataLines == 1, event.data.count >= done.utf8CodeUnitCount else { return false }
        for offset in 0..<done.utf8CodeUnitCount
        where bytes[event.data.lowerBound + offset] != done.utf8Start[offset] { return false }
        return true
    }

    private mutating func read(_ tape: Tape, into event: inout StreamEvent) {
        var choices: Int?
        for member in tape.members(of: 0) {
            switch member.name {
            case "error":
                guard tape.kind(member.value) != .null else { continue }
                event.kind = .error
                UnknownTexts.wholes(of: member, of: tape, into: &event)
            case "usage":
                guard var figures = OpenAIUsage.read(tape.value(member.value)) else { continue }
                figures.hasOtherRates = figures.hasOtherRates || OpenAIUsage.isDearer(tape)
                facts.usage = figures
                event.usageNode = member.value
            case "choices":
                choices = member.value
            case "prompt_logprobs":
                TokenList.note(member.value, of: tape, emptyArray: false, into: &event.tokenLists)
            default: whole(member, of: tape, into: &event)
            }
        }
        if event.kind == .error {
            event.closed = open.closeAll()
            return
        }
        guard let choices else { return }
        for choice in tape.elements(of: choices) {
            event.kind = .part
            read(choice: choice, of: tape, into: &event)
        }
        if event.kind == .part {
            if envelope.isEmpty { keepEnvelope(tape) }
        } else if event.usageNode != nil {
            event.kind = .usageOnly
        }
    }

    private mutating func read(choice: Int, of tape: Tape, into event: inout StreamEvent) {
        var block = 0
        var delta: Int?
        var text: Int?
        var isFinished = false
        for member in tape.members(of: choice) {
            switch member.name {
            case "index": block = tape.value(member.value).int ?? 0
            case "delta": delta = member.value
            case "logprobs", "prompt_logprobs":
                TokenList.note(member.value, of: tape, emptyArray: false, into: &event.tokenLists)
            case "finish_reason":
                // Some servers say `""` as long as there is no reason.
                guard tape.isText(member.value) else { continue }
                isFinished = true
                if facts.finishReason == nil { facts.finishReason = tape.value(member.value).string }
            case "text" where tape.kind(member.value) == .string: text = member.value
            default: whole(member, of: tape, into: &event)
            }
        }
        if let text {
            let kind: StreamChannel.Kind = isCompletion ? .content : .completion
            piece(StreamChannel(block: block, kind: kind), text, of: tape, into: &event)
        }
        if let delta, tape.kind(delta) != .object { UnknownTexts.wholes(in: delta, of: tape, into: &event) }
        if let delta {
            for member in tape.members(of: delta) { read(member, of: delta, block, of: tape, into: &event) }
        }
        if isFinished { open.close(into: &event.closed) { $0.block == block } }
    }

    private mutating func read(
        _ member: Tape.Member, of delta: Int, _ block: Int, of tape: Tape, into event: inout StreamEvent
    ) {
        let isString = tape.kind(member.value) == .string
        switch member.name {
        case "content" where isString:
            piece(StreamChannel(block: block, kind: .content), member.value, of: tape, into: &event)
        case "tool_calls":
            for call in tape.elements(of: member.value) { read(toolCall: call, block, of: tape, into: &event) }
        case "role" where isString: break
        case "logprobs":
            TokenList.note(member.value, of: tape, emptyArray: false, into: &event.tokenLists)
        case "refusal" where isString:
            piece(StreamChannel(block: block, kind: .refusal), member.value, of: tape, into: &event)
        case "reasoning_content" where isString:
            piece(StreamChannel(block: block, kind: .reasoning), member.value, of: tape, into: &event)
        case "reasoning" where isString:
            piece(StreamChannel(block: block, kind: .plainReasoning), member.value, of: tape, into: &event)
        case "function_call":
            pieces("arguments", StreamChannel(block: block, kind: .functionArguments), member.value, of: tape, &event)
        case "audio":
            pieces("transcript", StreamChannel(block: block, kind: .transcript), member.value, of: tape, &event)
        default:
            unknown.read(member, of: delta, block: block, tape, &open, into: &event)
        }
    }

    private mutating func read(toolCall call: Int, _ block: Int, of tape: Tape, into event: inout StreamEvent) {
        let index = number(of: call, block, tape)
        for member in tape.members(of: call) {
            switch member.name {
            case "index": break
            case "function":
                let channel = StreamChannel(block: block, kind: .toolArguments, index: index)
                pieces("arguments", channel, member.value, of: tape, &event)
            case "custom":
                let channel = StreamChannel(block: block, kind: .toolInput, index: index)
                pieces("input", channel, member.value, of: tape, &event)
            default: whole(member, of: tape, into: &event)
            }
        }
    }

    /// Some servers leave the number out and begin each call by its identifier.
    private mutating func number(of call: Int, _ block: Int, _ tape: Tape) -> Int {
        if let index = tape.member("index", of: call).flatMap({ tape.value($0).int }) { return index }
        let begins = tape.member("id", of: call).map { tape.isText($0) } ?? false
        if begins, unnumberedCalls[block] != nil || unnumberedCalls.count < OpenChannels.limit {
            unnumberedCalls[block, default: 0] += 1
        }
        return max(0, unnumberedCalls[block, default: 0] - 1)
    }

    /// One member that comes in pieces, and others that come whole.
    private mutating func pieces(
        _ name: StaticString, _ channel: StreamChannel, _ object: Int, of tape: Tape, _ event: inout StreamEvent
    ) {
        for member in tape.members(of: object) {
            if tape.kind(member.value) == .string, name ~= member.name {
                piece(channel, member.value, of: tape, into: &event)
            } else {
                whole(member, of: tape, into: &event)
            }
        }
    }

    /// A member that we do not know, or that comes whole.
    private func whole(_ member: Tape.Member, of tape: Tape, into event: inout StreamEvent) {
        UnknownTexts.wholes(of: member, of: tape, into: &event)
    }

    /// An empty piece, such as the first chunk's content, begins nothing.
    private mutating func piece(
        _ channel: StreamChannel, _ node: Int, of tape: Tape, into event: inout StreamEvent
    ) {
        guard tape.isText(node) else { return }
        open.open(channel)
        event.deltas.append(StreamEvent.Delta(channel: channel, node: node))
    }

    // MARK: Chunks of our own

    private mutating func keepEnvelope(_ tape: Tape) {
        let bytes = tape.document.bytes
        for member in tape.members(of: 0) {
            switch member.name {
            case "usage":
                envelopeHasUsage = true
            case "choices", "obfuscation":
                break
            default:
                envelope.append(contentsOf: bytes[tape.range(member.key)])
                envelope.append(0x3A)
                envelope.append(contentsOf: bytes[tape.range(member.value)])
                envelope.append(0x2C)
            }
        }
    }

    func appendDelta(_ channel: StreamChannel, text: [UInt8], to stream: inout [UInt8]) {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("index")
        writer.int(channel.block)
        if isCompletion || channel.kind == .completion {
            writer.key("text")
            writer.string(utf8: text)
        } else {
            writer.key("delta")
            if let delta = unknown.delta(channel, text: text) {
                writer.raw(delta)
            } else {
                Self.write(channel, text, to: &writer)
            }
        }
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
        // Others have been written already.
        case .content, .completion, .other, .otherArguments: writer.key("content")
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
