import Dialects
import Inference
import JSONText
import Testing

struct AnswerStreamTests {
    private func run(
        _ dialect: Dialect, _ pieces: [[UInt8]], wantsUsage: Bool = true, restores: Bool = true, isJSON: Bool = false
    ) throws -> (bytes: [UInt8], isComplete: Bool, facts: AnswerFacts) {
        var stream = AnswerStream(
            dialect, callerWantsUsage: wantsUsage, contentIsJSON: isJSON,
            makeRestorer: restores ? FakeRestorer.make : nil)
        var output: [UInt8] = []
        for piece in pieces { output += try stream.feed(piece) }
        let ending = stream.finish()
        return (output + ending.bytes, ending.isComplete, stream.facts)
    }

    /// The texts of a stream by channel, in what a client would put together.
    private func texts(_ dialect: Dialect, _ stream: [UInt8]) throws -> [StreamChannel: String] {
        var parser = EventStreamParser()
        var reader = StreamEventReader(dialect)
        parser.append(stream)
        var found: [StreamChannel: String] = [:]
        while let event = try parser.next() {
            let message = try reader.read(event, of: parser)
            for delta in message.deltas {
                found[delta.channel, default: ""] += message.document?.value(at: delta.node).string ?? "?"
            }
        }
        return found
    }

    private static func chunk(_ delta: String, finish: String = "null", index: Int = 0) -> String {
        #"data: {"id":"c","model":"m","choices":[{"index":\#(index),"delta":\#(delta),"finish_reason":\#(finish)}]}"#
            + "\n\n"
    }

    private static let usage =
        #"data: {"id":"c","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}"# + "\n\n"
    private static let done = "data: [DONE]\n\n"

    private static let openAI =
        chunk(#"{"role":"assistant","content":""}"#) + chunk(#"{"content":"Write to EMA"}"#)
        + chunk(#"{"content":"IL_7KQ2M9XD, or EMAIL_7K"}"#) + chunk(#"{"content":"Q2M9XD"}"#)
        + chunk(#"{"content":" twice EMAIL"}"#)
        + chunk(#"{"tool_calls":[{"index":0,"id":"i","function":{"name":"f","arguments":"{\"to\":\"EM"}}]}"#)
        + chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"AIL_7KQ2M9XD\"}"}}]}"#)
        + chunk(#"{"content":"second EMAIL_7KQ2M9X"}"#, index: 1) + chunk("{}", finish: #""stop""#)
        + chunk(#"{"content":"D"}"#, finish: #""stop""#, index: 1) + usage + done

    private static let openAITexts: [StreamChannel: String] = [
        StreamChannel(block: 0, kind: .content): "Write to a\"b@example.com, or a\"b@example.com twice EMAIL",
        StreamChannel(block: 0, kind: .toolArguments): #"{"to":"a\"b@example.com"}"#,
        StreamChannel(block: 1, kind: .content): "second a\"b@example.com",
    ]

    private static func event(_ type: String, _ members: String) -> String {
        "event: \(type)\ndata: {\"type\":\"\(type)\"\(members)}\n\n"
    }

    private static let anthropic =
        event("message_start", #","message":{"usage":{"input_tokens":3,"output_tokens":1}}"#)
        + event("content_block_start", #","index":0,"content_block":{"type":"text","text":""}"#)
        + event("content_block_delta", #","index":0,"delta":{"type":"text_delta","text":"to EMAIL_7K"}"#)
        + event("ping", "")
        + event("content_block_delta", #","index":0,"delta":{"type":"text_delta","text":"Q2M9XD EM"}"#)
        + event("content_block_stop", #","index":0"#)
        + event(
            "content_block_start", #","index":1,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}"#)
        + event(
            "content_block_delta", #","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"a\":\"EMAIL_"}"#)
        + event("content_block_delta", #","index":1,"delta":{"type":"input_json_delta","partial_json":"7KQ2M9XD\"}"}"#)
        + event("content_block_stop", #","index":1"#)
        + event("message_delta", #","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":9}"#)
        + event("message_stop", "")

    private static let anthropicTexts: [StreamChannel: String] = [
        StreamChannel(block: 0, kind: .content): "to a\"b@example.com EM",
        StreamChannel(block: 1, kind: .toolArguments): #"{"a":"a\"b@example.com"}"#,
    ]

    @Test(arguments: [Dialect.openAI, .anthropic])
    func `surrogates come back as values however the stream is split`(dialect: Dialect) throws {
        let whole = bytes(dialect == .openAI ? Self.openAI : Self.anthropic)
        let expected = dialect == .openAI ? Self.openAITexts : Self.anthropicTexts
        let (once, isComplete, facts) = try run(dialect, [whole])
        #expect(isComplete)
        #expect(try texts(dialect, once) == expected)
        #expect(facts.usage?.input == 3)
        #expect(facts.finishReason == (dialect == .openAI ? "stop" : "tool_use"))
        #expect(try run(dialect, whole.map { [$0] }).bytes == once)
        for split in 0...whole.count {
            #expect(try run(dialect, [Array(whole[..<split]), Array(whole[split...])]).bytes == once, "at \(split)")
        }
    }

    @Test func `a surrogate comes back however its characters are dealt to chunks`() throws {
        let words = "mail EMAIL_7KQ2M9XD."
        for first in 0...words.count {
            for second in first...words.count {
                let parts = [
                    words.prefix(first), words.prefix(second).dropFirst(first), words.dropFirst(second),
                ]
                let stream =
                    parts.map { Self.chunk(#"{"content":"\#($0)"}"#) }.joined() + Self.chunk("{}", finish: #""stop""#)
                let result = try run(.openAI, [bytes(stream + Self.done)])
                #expect(
                    try texts(.openAI, result.bytes) == [
                        StreamChannel(block: 0, kind: .content): "mail a\"b@example.com."
                    ])
            }
        }
    }

    @Test func `what was held back comes before the chunk that ends the text`() throws {
        let stream = Self.chunk(#"{"content":"x EMAIL"}"#) + Self.chunk("{}", finish: #""stop""#) + Self.done
        #expect(
            try text(run(.openAI, [bytes(stream)]).bytes)
                == Self.chunk(#"{"content":"x "}"#)
                + #"data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"EMAIL"},"logprobs":null,"finish_reason":null}]}"#
                + "\n\n" + Self.chunk("{}", finish: #""stop""#) + Self.done)
    }

    @Test func `what was held back goes with the piece that ends the text`() throws {
        let stream = Self.chunk(#"{"content":"x EMAIL"}"#, finish: #""stop""#) + Self.done
        #expect(try text(run(.openAI, [bytes(stream)]).bytes) == stream)
    }

    @Test func `a value goes into JSON text escaped for JSON`() throws {
        let stream =
            Self.chunk(#"{"content":"{\"m\":\"EMAIL_7KQ2M9XD\"}"}"#) + Self.chunk("{}", finish: #""stop""#) + Self.done
        let plain = try texts(.openAI, run(.openAI, [bytes(stream)]).bytes)
        let structured = try texts(.openAI, run(.openAI, [bytes(stream)], isJSON: true).bytes)
        #expect(Array(plain.values) == [#"{"m":"a"b@example.com"}"#])
        #expect(Array(structured.values) == [#"{"m":"a\"b@example.com"}"#])
    }

    @Test(arguments: [Dialect.openAI, .anthropic])
    func `a stream in which nothing was replaced passes byte for byte`(dialect: Dialect) throws {
        let stream = (dialect == .openAI ? Self.openAI : Self.anthropic).replacing("\n", with: "\r\n") + ": bye\n\n"
        let whole = bytes(stream)
        for split in 0...whole.count {
            let pieces = [Array(whole[..<split]), Array(whole[split...])]
            let result = try run(dialect, pieces, restores: false)
            #expect(result.bytes == whole)
            #expect(result.isComplete)
            #expect(result.facts.usage?.input == 3)
        }
    }

    @Test(arguments: [true, false])
    func `usage that the caller did not ask for is left out`(restores: Bool) throws {
        let beside =
            #"data: {"choices":[{"index":0,"delta":{"content":"a"}}],"usage":{"prompt_tokens":1,"completion_tokens":1}}"#
        let null = #"data: {"choices":[{"index":0,"delta":{"content":"a"}}],"usage":null}"# + "\n\n"
        let stream = null + beside + "\n\n" + Self.usage + Self.done
        let result = try run(.openAI, [bytes(stream)], wantsUsage: false, restores: restores)
        #expect(text(result.bytes) == null + null + Self.done)
        #expect(result.facts.usage == TokenUsage(input: 3, output: 2))
        #expect(try text(run(.openAI, [bytes(stream)], wantsUsage: true, restores: false).bytes) == stream)
    }

    @Test(arguments: [true, false])
    func `a stream that breaks off is not complete, and gives what was held back`(restores: Bool) throws {
        let stream = Self.chunk(#"{"content":"x EMAIL"}"#)
        for rest in ["", #"data: {"id":"c","cho"#, "data: "] {
            let result = try run(.openAI, [bytes(stream + rest)], restores: restores)
            #expect(!result.isComplete)
            #expect(try texts(.openAI, result.bytes) == [StreamChannel(block: 0, kind: .content): "x EMAIL"])
        }
        let start = Self.event("content_block_delta", #","index":0,"delta":{"type":"text_delta","text":"x EMAIL"}"#)
        let result = try run(.anthropic, [bytes(start)], restores: restores)
        #expect(!result.isComplete)
        #expect(try texts(.anthropic, result.bytes) == [StreamChannel(block: 0, kind: .content): "x EMAIL"])
    }

    @Test func `a last event without its blank line counts`() throws {
        for end in ["data: [DONE]", "data: [DONE]\n", "data: [DONE]\r"] {
            let result = try run(.openAI, [bytes(Self.chunk(#"{"content":"a"}"#) + end)], restores: false)
            #expect(result.isComplete)
        }
    }

    @Test func `a provider's error event passes and completes the stream`() throws {
        let error = #"data: {"error":{"message":"m"}}"# + "\n\n"
        for restores in [true, false] {
            var stream = AnswerStream(
                .openAI, callerWantsUsage: false, makeRestorer: restores ? FakeRestorer.make : nil)
            let output = try stream.feed(bytes(Self.chunk(#"{"content":"a EM"}"#) + error))
            #expect(text(output).hasSuffix(error))
            #expect(text(output).contains(restores ? #""content":"EM""# : #""content":"a EM""#))
            #expect(stream.hasFailed)
            let ending = stream.finish()
            #expect(ending.bytes.isEmpty)
            #expect(ending.isComplete)
        }
    }

    @Test func `an event that can't be read is a fault`() {
        #expect(throws: AnswerStream.Fault.self) { try run(.openAI, [bytes("data: {\"a\n\n")]) }
    }

    @Test func `whole strings of an event are restored alone`() throws {
        let stream =
            Self.event(
                "content_block_delta",
                #","index":0,"delta":{"type":"citations_delta","citation":{"type":"x","cited_text":"of EMAIL_7KQ2M9XD EM"}}"#
            )
        #expect(
            try text(run(.anthropic, [bytes(stream)]).bytes)
                == Self.event(
                    "content_block_delta",
                    #","index":0,"delta":{"type":"citations_delta","citation":{"type":"x","cited_text":"of a\"b@example.com EM"}}"#
                ))
    }
}
