import Inference
import JSONText
import Testing

@testable import Dialects

/// Streams of `converse-stream`, as they pass and in other dialects.
struct BedrockStreamTests {
    static func frames(_ events: [(String, String)]) -> [UInt8] {
        var stream: [UInt8] = []
        for (name, data) in events {
            if name.hasSuffix("Exception") {
                EventFrameWriter.append(exception: name, data: data.utf8, to: &stream)
            } else {
                EventFrameWriter.append(event: name, to: &stream) { $0.raw(Array(data.utf8)) }
            }
        }
        return stream
    }

    /// `name data` of each frame.
    static func listing(_ stream: [UInt8]) throws -> [String] {
        var parser = EventStreamParser(.frames)
        parser.append(stream)
        var lines: [String] = []
        while let event = try parser.next() {
            lines.append("\(text(parser.bytes[event.name])) \(text(parser.data(of: event)))")
        }
        #expect(parser.unfinished.isEmpty)
        return lines
    }

    static let answer = [
        ("messageStart", #"{"role":"assistant"}"#),
        ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"hm"}}}"#),
        ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"s"}}}"#),
        ("contentBlockStop", #"{"contentBlockIndex":0}"#),
        ("contentBlockDelta", #"{"contentBlockIndex":1,"delta":{"text":"to EMAIL_7K"},"p":"abc"}"#),
        ("contentBlockDelta", #"{"contentBlockIndex":1,"delta":{"text":"Q2M9XD, EMAIL_"}}"#),
        ("contentBlockStop", #"{"contentBlockIndex":1}"#),
        ("contentBlockStart", #"{"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"t:1","name":"f"}}}"#),
        ("contentBlockDelta", #"{"contentBlockIndex":2,"delta":{"toolUse":{"input":"{\"a\":\"EMAIL_7KQ2M9XD\"}"}}}"#),
        ("contentBlockStop", #"{"contentBlockIndex":2}"#),
        ("contentBlockStart", #"{"contentBlockIndex":3,"start":{"toolUse":{"toolUseId":"t:2","name":"g"}}}"#),
        ("contentBlockStop", #"{"contentBlockIndex":3}"#),
        ("messageStop", #"{"stopReason":"tool_use"}"#),
        (
            "metadata",
            #"{"usage":{"inputTokens":6,"outputTokens":7,"totalTokens":18,"cacheReadInputTokens":3,"cacheWriteInputTokens":2},"metrics":{"latencyMs":5}}"#
        ),
    ]

    private func pass(_ pieces: [[UInt8]], restores: Bool) throws -> (bytes: [UInt8], isComplete: Bool) {
        var stream = AnswerStream(.bedrock, callerWantsUsage: true, makeRestorer: restores ? FakeRestorer.make : nil)
        var passed: [UInt8] = []
        for piece in pieces { passed += try stream.feed(piece) }
        let end = stream.finish()
        return (passed + end.bytes, end.isComplete)
    }

    @Test func `a stream in which nothing was replaced passes byte for byte`() throws {
        let stream = Self.frames(Self.answer)
        for cut in 0...stream.count {
            let passed = try pass([Array(stream[..<cut]), Array(stream[cut...])], restores: false)
            #expect(passed.bytes == stream && passed.isComplete, "\(cut)")
        }
    }

    @Test func `surrogates come back as values however the stream is split`() throws {
        let stream = Self.frames(Self.answer)
        let whole = try pass([stream], restores: true)
        let lines = try Self.listing(whole.bytes)
        #expect(lines[4] == #"contentBlockDelta {"contentBlockIndex":1,"delta":{"text":"to "},"p":"abc"}"#)
        #expect(lines[5] == #"contentBlockDelta {"contentBlockIndex":1,"delta":{"text":"a\"b@example.com, "}}"#)
        #expect(lines[6] == #"contentBlockDelta {"contentBlockIndex":1,"delta":{"text":"EMAIL_"}}"#)
        #expect(lines[7] == #"contentBlockStop {"contentBlockIndex":1}"#)
        #expect(lines.contains { $0.contains(#"{\"a\":\"a\\\"b@example.com\"}"#) })
        for cut in 0...stream.count {
            let split = try pass([Array(stream[..<cut]), Array(stream[cut...])], restores: true)
            #expect(split.bytes == whole.bytes && split.isComplete, "\(cut)")
        }
    }

    @Test func `figures and the reason to stop are read`() throws {
        var parser = EventStreamParser(.frames)
        var reader = StreamEventReader(.converse)
        parser.append(Self.frames(Self.answer))
        var kinds: [StreamEvent.Kind] = []
        while let event = try parser.next() { kinds.append(try reader.read(event, of: parser).kind) }
        #expect(kinds.count(where: { $0 == .done }) == 1 && kinds[12] == .done)
        #expect(
            reader.facts
                == AnswerFacts(
                    usage: TokenUsage(input: 11, output: 7, cachedInput: 3, writtenInput: 2), finishReason: "tool_use"))
    }

    @Test func `an exception ends the stream as an error`() throws {
        let stream = Self.frames(
            Array(Self.answer[..<6]) + [("throttlingException", #"{"message":"EMAIL_7KQ2M9XD is slow"}"#)])
        let passed = try pass([stream], restores: true)
        #expect(passed.isComplete)
        #expect(try Self.listing(passed.bytes).last == #"throttlingException {"message":"a\"b@example.com is slow"}"#)
    }

    // MARK: - Other dialects

    private func translate(_ events: [(String, String)], to caller: Inference.Operation) throws -> String {
        try stream(Self.frames(events), from: .converse, to: caller)
    }

    @Test func `a stream becomes a message's`() throws {
        let events = try translate(Self.answer, to: .messages).split(separator: "\n\n").map {
            String($0.split(separator: "\n")[1].dropFirst(6))
        }
        #expect(
            Array(events.dropFirst()) == [
                #"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
                #"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}"#,
                #"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"s"}}"#,
                #"{"type":"content_block_stop","index":0}"#,
                #"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":"","citations":null}}"#,
                #"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"to EMAIL_7K"}}"#,
                #"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Q2M9XD, EMAIL_"}}"#,
                #"{"type":"content_block_stop","index":1}"#,
                #"{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"t_3a1","name":"f","input":{}}}"#,
                #"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"a\":\"EMAIL_7KQ2M9XD\"}"}}"#,
                #"{"type":"content_block_stop","index":2}"#,
                #"{"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"t_3a2","name":"g","input":{}}}"#,
                #"{"type":"content_block_stop","index":3}"#,
                #"{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":6,"cache_creation_input_tokens":2,"cache_read_input_tokens":3,"output_tokens":7}}"#,
                #"{"type":"message_stop"}"#,
            ])
    }

    @Test func `a message's stream, translated there and back, says the same`() throws {
        let there = try translate(Self.answer, to: .messages)
        let translation = try #require(Translation(from: .converse, to: .messages))
        var back = translation.stream(as: facts)
        let frames = try back.push(bytes(there)) + back.end()
        let expected = Self.answer.map { "\($0.0) \($0.1)" }
            .map { $0.replacing(#","p":"abc""#, with: "").replacing("t:", with: "t_3a") }
            .map { $0.replacing(#""latencyMs":5"#, with: #""latencyMs":0"#) }
        #expect(try Self.listing(frames) == expected)
    }

    @Test(arguments: [Inference.Operation.chat, .responses, .messages])
    func `where a stream is cut makes no difference, and one that was cut has no end`(caller: Inference.Operation)
        throws
    {
        let frames = Self.frames(Self.answer)
        let whole = try stream(frames, from: .converse, to: caller)
        for cut in 0...frames.count {
            #expect(try stream(frames, from: .converse, to: caller, cuts: [cut]) == whole, "\(cut)")
        }
        let ending = caller == .chat ? "[DONE]" : caller == .messages ? "message_stop" : "response.completed"
        #expect(whole.contains(ending))
        #expect(try !translate(Array(Self.answer[..<12]), to: caller).contains(ending))
        // Figures are not what an answer hangs on.
        #expect(try translate(Array(Self.answer[..<13]), to: caller).contains(ending))
    }

    @Test(arguments: [
        ("validationException", "invalid_request_error"), ("throttlingException", "rate_limit_error"),
        ("modelStreamErrorException", "api_error"), ("unheardOf", "api_error"),
    ])
    func `an exception keeps its class in another dialect`(name: String, type: String) throws {
        var frames = Self.frames(Array(Self.answer[..<5]))
        EventFrameWriter.append(exception: name, data: #"{"message":"m"}"#.utf8, to: &frames)
        let events = try stream(frames, from: .converse, to: .messages)
        #expect(events.contains(#""error":{"type":"\#(type)","message":"m"}"#) && !events.contains("message_stop"))
    }

    @Test(arguments: [
        [("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"toolUse":{"input":"{}"}}}"#)],
        [
            ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"text":"a"}}"#),
            ("contentBlockDelta", #"{"contentBlockIndex":1,"delta":{"text":"b"}}"#),
        ],
        [("contentBlockStart", #"{"contentBlockIndex":0,"start":{"toolUse":{"name":"f"}}}"#)],
        [("messageStart", "no JSON")],
    ])
    func `frames out of order or of no shape break a translated stream off`(events: [(String, String)]) {
        #expect(throws: (any Error).self) { try translate(events, to: .chat) }
    }

    @Test func `frames in any order, doubled or left out, trap nothing`() {
        var dice = Dice(state: 11)
        for _ in 0..<800 {
            let events = (0..<Int.random(in: 1...20, using: &dice)).compactMap { _ in
                Self.answer.randomElement(using: &dice)
            }
            for caller in [Inference.Operation.chat, .responses, .messages] { _ = try? translate(events, to: caller) }
            _ = try? pass([Self.frames(events)], restores: true)
        }
    }
}
