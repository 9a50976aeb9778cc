import Inference
import JSONText
import Testing

@testable import Dialects

/// Every place of an answer that can carry text is read, known or not, in whatever order pieces come.
@Suite struct AnswerPlacesTests {
    private static let surrogate = "EMAIL_7KQ2M9XD"
    private static let value = "a\"b@example.com"

    private static func chunk(_ choice: String) -> String {
        #"data: {"id":"c","object":"chat.completion.chunk","choices":[\#(choice)]}"# + "\n\n"
    }

    private static func delta(_ delta: String) -> String { chunk(#"{"index":0,"delta":\#(delta)}"#) }

    private static func event(_ type: String, _ members: String) -> String {
        "event: \(type)\ndata: {\"type\":\"\(type)\",\(members)}\n\n"
    }

    /// What each event says: the pieces by channel, the whole texts, the repetitions and the ends.
    private func reading(
        _ reader: StreamEventReader, _ stream: [UInt8], framing: EventFraming = .lines
    ) throws -> (events: [String], reader: StreamEventReader) {
        var (reader, parser) = (reader, EventStreamParser(framing))
        parser.append(stream)
        var found: [String] = []
        while let event = try parser.next() {
            let read = try reader.read(event, of: parser)
            func said(_ node: Int) -> String { read.document?.value(at: node).string ?? "?" }
            var words = read.deltas.map { "\(name($0.channel))=\(said($0.node))" }
            words += read.wholes.map { "whole \(said($0))" }
            words += read.repetitions.map { "json \(said($0.node))" }
            words += read.closed.map { "ends \(name($0))" }
            found.append(words.joined(separator: ", "))
        }
        return (found, reader)
    }

    private func name(_ channel: StreamChannel) -> String {
        let path = channel.path.isEmpty ? "" : " \(text(channel.path))"
        return "\(channel.kind)/\(channel.block)/\(channel.index)\(path)"
    }

    /// The texts that a client puts together.
    private func texts(_ dialect: Dialect, _ stream: [UInt8]) throws -> [StreamChannel: String] {
        var parser = EventStreamParser()
        var reader = StreamEventReader(dialect)
        parser.append(stream)
        var found: [StreamChannel: String] = [:]
        while let event = try parser.next() {
            let read = try reader.read(event, of: parser)
            for delta in read.deltas {
                found[delta.channel, default: ""] += read.document?.value(at: delta.node).string ?? "?"
            }
        }
        return found
    }

    // MARK: - Order

    /// Deltas of one kind of text each: with the first half of the surrogate, and with the second.
    private static let halves: [(String, String)] = [
        (#"{"content":"EMAIL_7K"}"#, #"{"content":"Q2M9XD"}"#), (#"{"refusal":"EMAIL_7K"}"#, #"{"refusal":"Q2M9XD"}"#),
        (#"{"reasoning_content":"EMAIL_7K"}"#, #"{"reasoning_content":"Q2M9XD"}"#),
        (#"{"reasoning":"EMAIL_7K"}"#, #"{"reasoning":"Q2M9XD"}"#),
        (
            #"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"EMAIL_7K"}}]}"#,
            #"{"tool_calls":[{"index":0,"function":{"arguments":"Q2M9XD"}}]}"#
        ),
        (
            #"{"tool_calls":[{"index":1,"id":"b","custom":{"name":"f","input":"EMAIL_7K"}}]}"#,
            #"{"tool_calls":[{"index":1,"custom":{"input":"Q2M9XD"}}]}"#
        ),
        (#"{"function_call":{"arguments":"EMAIL_7K"}}"#, #"{"function_call":{"arguments":"Q2M9XD"}}"#),
        (#"{"audio":{"transcript":"EMAIL_7K"}}"#, #"{"audio":{"transcript":"Q2M9XD"}}"#),
        (#"{"thought":"EMAIL_7K"}"#, #"{"thought":"Q2M9XD"}"#),
        (
            #"{"reasoning_details":[{"type":"reasoning.text","index":0,"text":"EMAIL_7K","signature":"EMAIL_7K"}]}"#,
            #"{"reasoning_details":[{"type":"reasoning.text","index":0,"text":"Q2M9XD"}]}"#
        ),
        (#"{"content":[{"type":"text","text":"EMAIL_7K"}]}"#, #"{"content":[{"type":"text","text":"Q2M9XD"}]}"#),
    ]

    @Test(arguments: 0..<11, 0..<11)
    func `no piece of another text between two pieces keeps a value from coming back`(one: Int, other: Int) throws {
        let (a, b) = (Self.halves[one], Self.halves[other])
        let pieces = one == other ? [a.0, a.1] : [a.0, b.0, a.1, b.1]
        let stream =
            pieces.map(Self.delta).joined() + Self.chunk(#"{"index":0,"delta":{},"finish_reason":"stop"}"#)
            + "data: [DONE]\n\n"
        var answer = AnswerStream(.openAI, callerWantsUsage: true, makeRestorer: FakeRestorer.make)
        let output = try answer.feed(bytes(stream))
        let found = try texts(.openAI, output)
        #expect(found.count == (one == other ? 1 : 2))
        for (channel, said) in found {
            #expect(said == (channel.isJSON ? #"a\"b@example.com"# : Self.value), "\(name(channel))")
        }
    }

    @Test func `a choice's texts end with its finish reason, which an empty one is not`() throws {
        let stream =
            Self.chunk(#"{"index":0,"delta":{"content":"a"},"finish_reason":""}"#)
            + Self.chunk(#"{"index":1,"delta":{"content":"b"},"finish_reason":""}"#)
            + Self.chunk(#"{"index":0,"delta":{"content":"c"},"finish_reason":"stop"}"#) + "data: [DONE]\n\n"
        #expect(
            try reading(StreamEventReader(.openAI), bytes(stream)).events == [
                "content/0/0=a", "content/1/0=b", "content/0/0=c, ends content/0/0", "ends content/1/0",
            ])
    }

    @Test func `calls without a number are told apart by their beginnings`() throws {
        let call = #"{"id":"a","function":{"name":"f","arguments":"{"}},{"id":"b","function":{"arguments":"["}}"#
        let stream =
            Self.delta(#"{"tool_calls":[\#(call)]}"#) + Self.delta(#"{"tool_calls":[{"function":{"arguments":"]"}}]}"#)
        #expect(
            try reading(StreamEventReader(.openAI), bytes(stream)).events == [
                "toolArguments/0/0={, toolArguments/0/1=[, whole f", "toolArguments/0/1=]",
            ])
    }

    // MARK: - Places

    @Test(arguments: [
        #"{"note":{"a":["t"]},"modelVersion":"m","responseId":"r"}"#,
        #"{"candidates":[{"content":{"parts":[{"text":"","note":"t","thoughtSignature":"s"}]}}]}"#,
        #"{"candidates":[{"note":{"text":"t"}}]}"#,
        #"{"candidates":[{"content":{"parts":[],"role":"model","note":["t"]}}]}"#,
        #"{"candidates":[{"content":["t"]}]}"#,
    ])
    func `Gemini's answers are read to their last member`(answer: String) throws {
        let document = try JSONDocument(parsing: Array(answer.utf8))
        let texts = AnswerReader.read(.generateContent, document).texts.map { document.value(at: $0.node).string }
        #expect(texts.filter { $0 != "" } == ["t"])
        let events = try reading(StreamEventReader(.gemini), bytes("data: \(answer)\r\n\r\n")).events
        #expect(events.count == 1 && events.allSatisfy { $0.contains("whole t") && !$0.contains("whole m") })
    }

    @Test(arguments: [
        (#"{"index":0,"text":"t"}"#, "completion/0/0=t"),
        (
            #"{"index":0,"message":{"role":"assistant","content":"t","tool_calls":[{"id":"i","function":{"arguments":"{}"}}]}}"#,
            "whole t, json {}"
        ),
        (#"{"index":0,"delta":"t"}"#, "whole t"), (#"{"index":0,"note":{"a":["t"]},"delta":{}}"#, "whole t"),
        (#"{"index":0,"delta":{"content":{"x":"t"}}}"#, "whole t"),
        (
            #"{"index":0,"delta":{"annotations":[{"type":"url_citation","url_citation":{"url":"u","title":"t"}}]}}"#,
            "whole u, whole t"
        ),
        (#"{"index":0,"delta":{"foo":{"bar":"t","id":"i"}}}"#, "whole t"),
        (
            #"{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":{"A b":"t"}},"note":"n"}]}}"#,
            "whole f, whole A b, whole t, whole n"
        ),
        (#"{"index":0,"delta":{"audio":{"id":"i","note":"t"}}}"#, "whole t"),
    ])
    func `OpenAI's choices are read to their last member`(choice: String, said: String) throws {
        #expect(try reading(StreamEventReader(.openAI), bytes(Self.chunk(choice))).events == [said])
    }

    @Test(arguments: [
        (#"{"error":{"type":"x","message":"bad"}}"#, "whole bad"), (#"{"citations":["t"],"id":"i"}"#, "whole t"),
        (#"{"type":"server_error","message":"t"}"#, "whole t"), (#"["t"]"#, ""),
    ])
    func `OpenAI's events are read to their last member`(data: String, said: String) throws {
        #expect(try reading(StreamEventReader(.openAI), bytes("data: \(data)\n\n")).events == [said])
    }

    @Test(arguments: [
        (
            "message_start",
            #""message":{"id":"m","role":"assistant","model":"c","content":[{"type":"text","text":"t"}]}"#, "whole t"
        ),
        (
            "content_block_delta",
            #""index":1,"delta":{"type":"compaction_delta","content":"t","encrypted_content":"e"}"#,
            #"other/1/0 /"content"=t"#
        ),
        (
            "content_block_delta", #""index":1,"delta":{"type":"text_delta","text":"a"},"note":"t""#,
            "content/1/0=a, whole t"
        ),
        (
            "content_block_start",
            #""index":1,"content_block":{"type":"text","text":"","citations":[{"cited_text":"t"}]}"#, "whole t"
        ),
        ("content_block_start", #""index":1,"content_block":{"type":"redacted_thinking","data":"t"}"#, ""),
        (
            "content_block_start",
            #""index":1,"content_block":{"type":"web_fetch_tool_result","content":{"source":{"type":"text","data":"t"}}}"#,
            "whole t"
        ),
        ("message_delta", #""delta":{"stop_reason":"stop_sequence","stop_sequence":"t"}"#, "whole t"),
        ("message_stop", #""note":"t""#, "whole t"), ("error", #""error":{"type":"x","message":"t"}"#, "whole t"),
        ("new_event", #""note":{"text":"t"}"#, "whole t"),
    ])
    func `Anthropic's events are read to their last member`(type: String, members: String, said: String) throws {
        #expect(
            try reading(StreamEventReader(.anthropic), bytes(Self.event(type, members))).events == [said])
    }

    @Test(arguments: [
        ("messageStart", #"{"role":"assistant","note":"t"}"#, "whole assistant, whole t"),
        ("contentBlockStart", #"{"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"i","name":"t"}}}"#, "whole t"),
        (
            "contentBlockDelta", #"{"contentBlockIndex":1,"delta":{"toolResult":[{"text":"t"}]}}"#,
            #"other/1/0 /"toolResult"/0/"text"=t"#
        ),
        (
            "contentBlockDelta", #"{"contentBlockIndex":1,"delta":{"toolUse":{"input":"{","note":"t"}}}"#,
            "toolArguments/1/0={, whole t"
        ),
        ("newEvent", #"{"note":"t"}"#, "whole t"),
    ])
    func `Bedrock's events are read to their last member`(type: String, data: String, said: String) throws {
        var frame: [UInt8] = []
        EventFrameWriter.append(event: type, to: &frame) { $0.raw(bytes(data)) }
        #expect(try reading(StreamEventReader(.bedrock), frame, framing: .frames).events == [said])
    }

    @Test(arguments: [
        (
            Operation.chat,
            #"{"choices":[{"text":"a","delta":{"content":"b"},"note":["c"]}],"citations":["d"],"model":"m"}"#,
            ["a", "b", "c", "d"]
        ),
        (.chat, #"{"error":{"message":"a"},"choices":"b"}"#, ["a", "b"]),
        (.responses, #"{"output":[{"type":"new","result":"a","note":"b"}]}"#, ["a", "b"]),
        (
            .messages, #"{"content":"a","stop_sequence":"b","container":{"id":"i","note":"c"},"model":"m"}"#,
            ["a", "b", "c"]
        ),
        (.messages, #"{"content":[{"type":"document","source":{"type":"text","data":"a"}}]}"#, ["a"]),
        (
            .converse, #"{"output":{"message":{"content":[{"text":"a"}],"note":"b"},"note":"c"},"note":"d"}"#,
            ["a", "b", "c", "d"]
        ),
        (.converse, #"{"output":{"message":{"content":[{"image":{"source":{"bytes":"a b"}}}]}}}"#, ["a b"]),
    ])
    func `whole answers are read to their last member`(operation: Operation, body: String, said: [String]) throws {
        let document = try json(body)
        #expect(AnswerReader.read(operation, document).texts.map { document.value(at: $0.node).string } == said)
    }

    // MARK: - Media

    private static let media = String(repeating: "aGk/eyJ+", count: 20)

    @Test(arguments: [
        (Operation.chat, #"{"choices":[{"message":{"content":null,"audio":{"id":"a","data":"$","transcript":"t"}}}]}"#),
        (
            .chat,
            #"{"choices":[{"message":{"content":"t","images":[{"image_url":{"url":"data:image/png;base64,$"}}]}}]}"#
        ),
        (.responses, #"{"output":[{"type":"image_generation_call","result":"$"},{"content":"t"}]}"#),
        (.messages, #"{"content":[{"type":"text","text":"t"},{"type":"image","source":{"data":"$"}}]}"#),
        (.converse, #"{"output":{"message":{"content":[{"text":"t"},{"image":{"source":{"bytes":"$"}}}]}}}"#),
    ])
    func `media is no text, and text in its place is`(operation: Operation, body: String) throws {
        func texts(_ inserted: String) throws -> Set<String?> {
            let document = try json(body.replacing("$", with: inserted))
            return Set(AnswerReader.read(operation, document).texts.map { document.value(at: $0.node).string })
        }
        #expect(try texts(Self.media) == ["t"])
        #expect(try texts("mail jane").count == 2)
    }

    @Test func `media in events of Responses is no text`() throws {
        let stream =
            Self.event("response.image_generation_call.partial_image", #""partial_image_b64":"\#(Self.media)""#)
            + Self.event("response.audio.delta", #""delta":"\#(Self.media)""#)
            + Self.event("response.output_audio.delta", #""delta":"\#(Self.media)""#)
            + Self.event(
                "response.output_item.done", #""item":{"type":"image_generation_call","result":"\#(Self.media)"}"#)
        #expect(
            try reading(StreamEventReader(Operation.responses), bytes(stream)).events.allSatisfy(\.isEmpty))
    }

    // MARK: - Responses

    @Test func `pieces of an event that Responses did not have yet make up a text, by item`() throws {
        let place = #""item_id":"i","output_index":2"#
        let stream =
            Self.event("response.diff.delta", #""sequence_number":4,\#(place),"delta":"a""#)
            + Self.event("response.diff.delta", #""sequence_number":5,"item_id":"j","output_index":2,"delta":"x""#)
            + Self.event("response.diff.delta", #""sequence_number":6,\#(place),"delta":"b""#)
            + Self.event("response.diff.done", #""sequence_number":7,\#(place),"diff":"ab""#)
        let (events, after) = try reading(StreamEventReader(Operation.responses), bytes(stream))
        let (i, j) = (#"other/2/0 response.diff "i""#, #"other/2/0 response.diff "j""#)
        #expect(events == ["\(i)=a", "\(j)=x", "\(i)=b", "whole ab, ends \(i)"])
        var reader = after
        var made: [UInt8] = []
        let path = bytes(#"response.diff "i""#)
        for piece in ["c", "d"] {
            reader.appendDelta(StreamChannel(block: 2, kind: .other, path: path), text: bytes(piece), to: &made)
        }
        // Each takes the number of the event it precedes, which moves on.
        let expected = ["c": 7, "d": 8].sorted { $0.key < $1.key }.map { piece, number in
            Self.event("response.diff.delta", #"\#(place),"sequence_number":\#(number),"delta":"\#(piece)""#)
        }
        #expect(text(made) == expected.joined())
        #expect(reader.numberShift == 2)
    }

    @Test(arguments: [
        "mcp_call_arguments", "function_call_arguments", "code_interpreter_call_code", "custom_tool_call_input",
    ])
    func `a delta that we make up is called what the provider's are`(name: String) throws {
        let stream = Self.event("response.\(name).delta", #""item_id":"i","output_index":0,"delta":"a""#)
        var reader = try reading(StreamEventReader(Operation.responses), bytes(stream)).reader
        var made: [UInt8] = []
        for channel in reader.closeAll() { reader.appendDelta(channel, text: bytes("a"), to: &made) }
        #expect(text(made) == stream)
    }

    // MARK: - Deltas of our own

    @Test func `what was held back of an unknown text comes in an event of its kind`() throws {
        let details = #"{"reasoning_details":[{"type":"reasoning.text","index":0,"format":"f","text":"x EMA"}]}"#
        var answer = AnswerStream(.openAI, callerWantsUsage: true, makeRestorer: FakeRestorer.make)
        let openAI = try answer.feed(bytes(Self.delta(details) + "data: [DONE]\n\n"))
        #expect(
            text(openAI).contains(
                #""delta":{"reasoning_details":[{"type":"reasoning.text","index":0,"text":"EMA"}]},"#))
        var other = AnswerStream(.anthropic, callerWantsUsage: true, makeRestorer: FakeRestorer.make)
        let start = #""index":3,"delta":{"type":"compaction_delta","content":"#
        let anthropic = try other.feed(
            bytes(
                Self.event("content_block_delta", start + #""x EMA"}"#)
                    + Self.event("content_block_stop", #""index":3"#)))
        #expect(text(anthropic).contains(Self.event("content_block_delta", start + #""EMA"}"#)))
    }
}
