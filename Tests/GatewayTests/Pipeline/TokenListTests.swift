import Cryptography
import Dialects
import Inference
import JSONText
import NIOCore
import PatternScanner
import Privacy
import Testing

@testable import Gateway

/// Lists of tokens beside the text (`logprobs`) say nothing that the text does not say.
@Suite struct TokenListTests {
    private static let engine: PrivacyEngine? = {
        var settings = PrivacySettings()
        settings.redactedInAnswers = [DataClass("email")]
        return try? PrivacyEngine(scanner: PatternScanner(), settings: settings)
    }()

    private static func request(_ operation: Inference.Operation) throws -> InferenceRequest {
        let body =
            operation == .responses
            ? #"{"model":"m","stream":true,"input":"hi"}"#
            : #"{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}"#
        return try RequestReader.read(operation, body: try JSONDocument(parsing: Array(body.utf8)))
    }

    private static func rules(_ request: InferenceRequest) throws -> AnswerRules {
        let engine = try #require(engine)
        return try #require(
            AnswerRules(engine: engine, request: request, findings: engine.inspect(request), restoration: .empty))
    }

    private static let chatTokens =
        #"{"content":[{"token":"eve@example","logprob":-0.1,"bytes":[101],"top_logprobs":[{"token":"eve@example","logprob":-0.1,"bytes":null}]},{"token":".net","logprob":-0.1,"bytes":null,"top_logprobs":[]}],"refusal":null}"#
    private static let responseTokens =
        #"[{"token":"eve@example","logprob":-0.1,"bytes":[101],"top_logprobs":[{"token":"eve@example","logprob":-0.1}]}]"#

    static let streams: [(operation: Inference.Operation, events: String)] = [
        (
            .chat,
            """
            data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"to eve@example"},"logprobs":\(chatTokens),"finish_reason":null}]}

            data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":".net now"},"logprobs":\(chatTokens),"finish_reason":"stop"}]}

            data: [DONE]


            """
        ),
        (
            .responses,
            """
            event: response.output_text.delta
            data: {"type":"response.output_text.delta","item_id":"i","output_index":0,"content_index":0,"sequence_number":1,"delta":"to eve@example.net now","logprobs":\(responseTokens)}

            event: response.output_text.done
            data: {"type":"response.output_text.done","item_id":"i","output_index":0,"content_index":0,"sequence_number":2,"text":"to eve@example.net now","logprobs":\(responseTokens)}

            event: response.content_part.done
            data: {"type":"response.content_part.done","item_id":"i","output_index":0,"content_index":0,"sequence_number":3,"part":{"type":"output_text","text":"to eve@example.net now","annotations":[],"logprobs":\(responseTokens)}}

            event: response.completed
            data: {"type":"response.completed","sequence_number":4,"response":{"id":"r","object":"response","status":"completed","output":[{"type":"message","id":"i","role":"assistant","status":"completed","content":[{"type":"output_text","text":"to eve@example.net now","annotations":[],"logprobs":\(responseTokens)}]}]}}


            """
        ),
    ]

    @Test(arguments: streams.indices)
    func `a stream's lists of tokens are empty where something may be taken out of the text`(index: Int) throws {
        let (operation, events) = Self.streams[index]
        let request = try Self.request(operation)
        let rules = try Self.rules(request)
        for step in [1, 7, events.utf8.count] {
            var stream = AnswerStream(request: request, restoration: .empty, rules: rules)
            var output = ByteBuffer()
            let bytes = Array(events.utf8)
            for start in stride(from: 0, to: bytes.count, by: step) {
                try stream.push(Array(bytes[start..<min(bytes.count, start + step)]), into: &output)
            }
            let text = String(buffer: output)
            #expect(!text.contains("eve@") && !text.contains("token"), "\(text)")
            #expect(text.contains("[EMAIL]"))
            #expect(text.contains(operation == .chat ? #""logprobs":null"# : #""logprobs":[]"#))
            for event in text.split(separator: "\n") where event.hasPrefix("data: {") {
                #expect(throws: Never.self) { try JSONDocument(parsing: Array(event.dropFirst(6).utf8)) }
            }
        }
    }

    @Test(arguments: streams.indices)
    func `where nothing is taken out or put back they pass`(index: Int) throws {
        let (operation, events) = Self.streams[index]
        var stream = AnswerStream(request: try Self.request(operation), restoration: .empty)
        var output = ByteBuffer()
        try stream.push(Array(events.utf8), into: &output)
        #expect(String(buffer: output) == events)
    }

    @Test func `a whole answer's lists of tokens are empty where something may be taken out of the text`() throws {
        let chat =
            #"{"id":"c","choices":[{"index":0,"logprobs":\#(Self.chatTokens),"message":{"role":"assistant","content":"to eve@example.net now","refusal":null},"finish_reason":"stop"}],"prompt_logprobs":[null,{"1":{"decoded_token":"eve@"}}]}"#
        let response =
            #"{"id":"r","object":"response","status":"completed","output":[{"type":"message","id":"i","role":"assistant","content":[{"type":"output_text","logprobs":\#(Self.responseTokens),"text":"to eve@example.net now","annotations":[]}]}],"top_logprobs":1}"#
        for (operation, body) in [(Inference.Operation.chat, chat), (.responses, response)] {
            let request = try Self.request(operation)
            let answer = try WholeAnswer(
                Array(body.utf8), to: request, restoration: .empty, rules: try Self.rules(request))
            let text = String(decoding: answer.body, as: UTF8.self)
            #expect(!text.contains("eve@") && !text.contains("token"), "\(text)")
            #expect(text.contains("to [EMAIL] now"))
            #expect(answer.lacksTokenLists)
            #expect(throws: Never.self) { try JSONDocument(parsing: answer.body) }
            let untouched = try WholeAnswer(Array(body.utf8), to: request, restoration: .empty)
            #expect(untouched.body == Array(body.utf8))
        }
    }

    @Test func `a whole answer whose text goes out as it came keeps its lists`() throws {
        let body =
            #"{"id":"c","choices":[{"index":0,"logprobs":{"content":[{"token":"hi"}]},"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}]}"#
        let request = try Self.request(.chat)
        let answer = try WholeAnswer(
            Array(body.utf8), to: request, restoration: .empty, rules: try Self.rules(request))
        #expect(String(decoding: answer.body, as: UTF8.self) == body)
        #expect(!answer.lacksTokenLists)
    }

    @Test(arguments: [
        (#""logprobs":true"#, true), (#""logprobs":false"#, false), (#""logprobs":null"#, false),
        (#""logprobs":3"#, true),
        (#""top_logprobs":2"#, true), (#""prompt_logprobs":1"#, true), (#""user":"logprobs""#, false),
    ])
    func `a request asks for lists of tokens or does not`(_ member: String, _ wants: Bool) throws {
        let body = #"{"model":"m",\#(member),"messages":[{"role":"user","content":"hi"}]}"#
        let request = try RequestReader.read(.chat, body: try JSONDocument(parsing: Array(body.utf8)))
        #expect(AnswerForm.wantsTokenLists(request) == wants)
        let include = #"{"model":"m","include":["message.output_text.logprobs"],"input":"hi"}"#
        let response = try RequestReader.read(.responses, body: try JSONDocument(parsing: Array(include.utf8)))
        #expect(AnswerForm.wantsTokenLists(response))
    }

    @Test func `tokens of surrogates don't pass where values are put back`() throws {
        let body = #"{"model":"m","stream":true,"messages":[{"role":"user","content":"mail maria@example.org"}]}"#
        let request = try RequestReader.read(.chat, body: try JSONDocument(parsing: Array(body.utf8)))
        let engine = try PrivacyEngine(scanner: PatternScanner())
        let treated = try engine.treat(
            request, findings: engine.inspect(request), requestID: RequestID(high: 1, low: 2), form: .pseudonymised,
            destination: Destination(provider: ProviderID("p"), model: "m"),
            tenantKey: TenantKey(master: SymmetricKey([UInt8](repeating: 1, count: 32)), tenant: "t"))
        #expect(!treated.restoration.isEmpty)
        var stream = AnswerStream(request: request, restoration: treated.restoration)
        var output = ByteBuffer()
        try stream.push(Array(Self.streams[0].events.utf8), into: &output)
        #expect(!String(buffer: output).contains(#""token""#))
    }

    @Test(arguments: [Inference.Operation.chat, .responses, .messages])
    func `a stream with more texts than any answer has fails`(operation: Inference.Operation) throws {
        func event(_ index: Int) -> String {
            switch operation {
            case .responses:
                return
                    #"data: {"type":"response.output_text.delta","output_index":\#(index),"content_index":0,"delta":"a1"}"#
            case .messages:
                return
                    "event: content_block_delta\n"
                    + #"data: {"type":"content_block_delta","index":\#(index),"delta":{"type":"text_delta","text":"a1"}}"#
            default:
                return
                    #"data: {"id":"c","choices":[{"index":\#(index),"delta":{"content":"a1"},"finish_reason":null}]}"#
            }
        }
        let request = try Self.request(operation == .responses ? .responses : .chat)
        var reader = StreamEventReader(operation)
        var parser = EventStreamParser()
        for index in 0..<1_024 { parser.append(Array((event(index) + "\n\n").utf8)) }
        var read = 0
        while let event = try parser.next() {
            _ = try reader.read(event, of: parser)
            read += 1
        }
        #expect(read == 1_024)
        parser.append(Array((event(5) + "\n\n").utf8))
        let known = try #require(try parser.next())
        #expect(throws: Never.self) { try reader.read(known, of: parser) }
        parser.append(Array((event(1_024) + "\n\n").utf8))
        let last = try #require(try parser.next())
        #expect(throws: StreamEventReader.Fault.tooManyTexts) { try reader.read(last, of: parser) }
        guard operation != .messages else { return }
        var stream = AnswerStream(request: request, restoration: .empty, rules: try Self.rules(request))
        var output = ByteBuffer()
        #expect(throws: StreamEventReader.Fault.tooManyTexts) {
            for index in 0...1_024 { try stream.push(Array((event(index) + "\n\n").utf8), into: &output) }
        }
    }
}
