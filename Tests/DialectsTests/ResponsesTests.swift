import Dialects
import Inference
import JSONText
import Testing

/// OpenAI's Responses: request, whole answer and stream.
struct ResponsesTests {
    private func request(_ body: String) throws -> InferenceRequest {
        try RequestReader.read(.responses, body: try JSONDocument(parsing: Array(body.utf8)))
    }

    private func texts(_ request: InferenceRequest) -> [String] {
        request.texts.map { text in
            let value = request.documents[text.document].json.value(at: text.node)
            return "\(text.place.rawValue): \(value.string ?? "?")"
        }
    }

    @Test(arguments: [
        #"{"model":"m","input":"x","tools":[{"type":"namespace","name":"crm","tools":[{"type":"function","name":"wipe"}]}]}"#,
        #"{"model":"m","input":[{"type":"additional_tools","role":"developer","tools":[{"type":"function","name":"wipe"}]}]}"#,
        #"{"model":"m","input":[{"type":"tool_search_output","execution":"client","tools":[{"type":"function","name":"wipe"}]}]}"#,
    ])
    func `tools that come another way are named, too`(body: String) throws {
        #expect(try request(body).tools.contains("wipe"))
    }

    @Test(arguments: [(#"{"id":"pmpt_1","variables":{"who":"Maria"}}"#, [InferenceRequest.Place.system]), ("null", [])])
    func `a prompt that lies at the provider is a part that nobody can look into`(
        prompt: String, places: [InferenceRequest.Place]
    ) throws {
        let read = try request(#"{"model":"m","input":"x","prompt":\#(prompt)}"#)
        #expect(read.unscannable.map(\.place) == places)
    }

    @Test func `a request's texts are found with their places`() throws {
        let read = try request(
            #"""
            {"model":"m","instructions":"be kind","stream":true,"max_output_tokens":9,"input":[
            {"role":"user","content":"hello"},
            {"type":"message","role":"developer","content":[{"type":"input_text","text":"rules"}]},
            {"role":"user","content":[{"type":"input_image","image_url":"data:image/png;base64,iVBORw0KGgo="}]},
            {"type":"function_call","call_id":"c","name":"f","arguments":"{\"to\":\"alice\"}"},
            {"type":"function_call_output","call_id":"c","output":"done"},
            {"type":"reasoning","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"gAAA"}],
            "tools":[{"type":"function","name":"f","parameters":{"type":"object"}}],"extra":"x"}
            """#)
        #expect(read.operation == .responses && read.dialect == .openAI)
        #expect(read.isStreaming && read.maximumOutputTokens == 9 && read.tools == ["f"])
        let found = texts(read)
        for text in [
            "system: be kind", "user: hello", "system: rules", "tool_arguments: alice", "tool_result: done",
            "assistant: hm", "other: x", "other: extra",
        ] {
            #expect(found.contains(text), "\(text)")
        }
        #expect(read.unscannable.map(\.kind) == [.image, .binary])
        #expect(try texts(request(#"{"model":"m","input":"hi"}"#)) == ["user: hi"])
    }

    @Test func `a name of the API in other capitals is refused`() {
        #expect(throws: RequestError.self) { try request(#"{"model":"m","input":"hi","Instructions":"x"}"#) }
    }

    @Test func `a request goes to its own path, and no usage is asked for`() throws {
        let read = try request(#"{"model":"m","stream":true,"input":"hi"}"#)
        #expect(ProviderRequest.edits(for: read, model: "n", needsUsage: true).count == 1)
        #expect(ProviderRequest.url(base: "https://api.openai.com/v1", for: .responses).hasSuffix("/v1/responses"))
        let structured = try request(#"{"model":"m","input":"hi","text":{"format":{"type":"json_schema"}}}"#)
        #expect(AnswerForm.isJSON(structured) && !AnswerForm.isJSON(read))
    }

    @Test func `a whole answer's texts and figures are read`() throws {
        let body =
            #"{"id":"r","object":"response","status":"completed","instructions":"be kind","output":[{"type":"message","id":"i","role":"assistant","content":[{"type":"output_text","text":"hello"}]},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}],"usage":{"input_tokens":3,"output_tokens":2,"input_tokens_details":{"cached_tokens":1}}}"#
        let document = try JSONDocument(parsing: Array(body.utf8))
        let answer = AnswerReader.read(.responses, document)
        #expect(
            answer.facts
                == AnswerFacts(usage: TokenUsage(input: 3, output: 2, cachedInput: 1), finishReason: "completed"))
        let texts = answer.texts.map { "\(document.value(at: $0.node).string ?? "?") \($0.isJSON)" }
        #expect(texts == ["be kind false", "hello false", "f false", "{} true"])
        #expect(AnswerReader.read(.responses, document, isJSON: true).texts.filter(\.isJSON).count == 2)
    }

    private func event(_ type: String, _ rest: String) -> String {
        "event: \(type)\ndata: {\"type\":\"\(type)\",\"sequence_number\":7,\(rest)}\n\n"
    }

    private func reading(_ stream: String) throws -> (events: [String], reader: StreamEventReader, plain: [Bool]) {
        var parser = EventStreamParser()
        var reader = StreamEventReader(Operation.responses)
        parser.append(Array(stream.utf8))
        var found: [String] = []
        var plain: [Bool] = []
        while let event = try parser.next() {
            plain.append(reader.isPlain(event, of: parser))
            let read = try reader.read(event, of: parser)
            func text(_ node: Int) -> String { read.document?.value(at: node).string ?? "?" }
            func name(_ channel: StreamChannel) -> String { "\(channel.kind)/\(channel.block)/\(channel.index)" }
            var words = ["\(read.kind)"]
            words += read.deltas.map { "\(name($0.channel))=\(text($0.node))" }
            words += read.repetitions.map { "again \($0.channel.kind)=\(text($0.node))" }
            words += read.wholes.map { "whole=\(text($0))" }
            words += read.closed.map { "closes \(name($0))" }
            found.append(words.joined(separator: " "))
        }
        return (found, reader, plain)
    }

    @Test func `a stream's pieces, ends and repetitions are told apart`() throws {
        let item = #""item_id":"i","output_index":0,"content_index":0"#
        let call = #""item_id":"k","output_index":1"#
        let stream = [
            event("response.created", #""response":{"id":"r","instructions":"be kind","output":[]}"#),
            event("response.output_text.delta", item + #","delta":"he","logprobs":[]"#),
            event("response.output_text.delta", item + #","delta":"llo","logprobs":[]"#),
            event("response.output_text.done", item + #","text":"hello""#),
            event("response.content_part.done", item + #","part":{"type":"output_text","text":"hello"}"#),
            event("response.function_call_arguments.delta", call + #","delta":"{}""#),
            event("response.function_call_arguments.done", call + #","arguments":"{}""#),
            event("response.reasoning_summary_text.delta", #""output_index":2,"summary_index":1,"delta":"hm""#),
            event("response.refusal.delta", #""output_index":3,"content_index":0,"delta":"no""#),
            event("response.output_item.done", #""output_index":3,"item":{"type":"message","id":"i","content":[]}"#),
            event(
                "response.completed",
                #""response":{"status":"completed","output":[{"type":"function_call","arguments":"{}"}],"usage":{"input_tokens":3,"output_tokens":2}}"#
            ),
        ].joined()
        var (events, reader, plain) = try reading(stream)
        #expect(
            events == [
                "part whole=be kind", "part content/0/0=he", "part content/0/0=llo",
                "part again content=hello closes content/0/0", "part again content=hello", "part toolArguments/1/0={}",
                "part again toolArguments={} closes toolArguments/1/0", "part reasoning/2/1=hm", "part refusal/3/0=no",
                "part closes refusal/3/0", "done again toolArguments={} closes reasoning/2/1",
            ])
        #expect(plain == [false, true, true, false, false, true, false, true, true, false, false])
        #expect(reader.facts.usage == TokenUsage(input: 3, output: 2))
        var made: [UInt8] = []
        reader.appendDelta(StreamChannel(block: 0, kind: .content), text: Array("\"!".utf8), to: &made)
        #expect(
            String(decoding: made, as: UTF8.self)
                == "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\","
                + item + ",\"logprobs\":[],\"sequence_number\":7,\"delta\":\"\\\"!\"}\n\n")
    }

    @Test func `a stream that fails says so`() throws {
        let (events, _, _) = try reading(event("error", #""code":"x","message":"m""#))
        #expect(events == ["error whole=x whole=m"])
        let failed = try reading(event("response.failed", #""response":{"status":"failed","error":{"message":"m"}}"#))
        #expect(failed.events == ["error whole=m"])
    }
}
