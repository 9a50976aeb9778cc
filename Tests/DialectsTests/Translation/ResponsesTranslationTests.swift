import Inference
import JSONText
import Testing

@testable import Dialects

/// `POST /v1/responses` at providers that do not speak it.
struct ResponsesTranslationTests {
    private static let request =
        #"{"model":"m","instructions":"be brief","input":[{"role":"user","content":[{"type":"input_text","text":"w"},{"type":"input_image","image_url":"data:image/png;base64,iVBORw0KGgo=","detail":"auto"}]},{"type":"reasoning","id":"rs_1","summary":[]},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"so","annotations":[]}]},{"type":"function_call","call_id":"call_1","name":"f","arguments":"{\"a\":1}"},{"type":"function_call","call_id":"call_2","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"call_1","output":"sunny"},{"type":"function_call_output","call_id":"call_2","output":[{"type":"input_text","text":"rain"}]},{"role":"user","content":"and?"}],"tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object","properties":{}},"strict":false}],"tool_choice":"auto","parallel_tool_calls":true,"max_output_tokens":9,"temperature":0.5,"text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"},"strict":true}},"reasoning":{"effort":"low","summary":null},"store":false,"truncation":"disabled","previous_response_id":null}"#

    @Test func `a response's request becomes one for a chat completion`() throws {
        let result = try translated(Self.request, from: .responses, to: .chat)
        #expect(
            result.body
                == #"{"model":"there","messages":[{"role":"system","content":"be brief"},{"role":"user","content":[{"type":"text","text":"w"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]},{"role":"assistant","content":"so","tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}},{"id":"call_2","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_1","content":"sunny"},{"role":"tool","tool_call_id":"call_2","content":"rain"},{"role":"user","content":"and?"}],"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{}}}}],"tool_choice":"auto","parallel_tool_calls":true,"max_tokens":9,"temperature":0.5,"reasoning_effort":"low","response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"},"strict":true}}}"#
        )
        #expect(result.losses == ["input.reasoning dropped"])
    }

    @Test func `a response's request says the same as a message's`() throws {
        let result = try translated(Self.request, from: .responses, to: .messages)
        var said = try conversation(Self.request, .responses).merged
        if case .schema(let schema) = said.form { said.form = .schema(.init(schema: schema.schema)) }
        said.allowsParallelCalls = nil
        said.tools[0].isStrict = nil
        #expect(try conversation(result.body, .messages).merged == said)
    }

    @Test(arguments: [
        ("previous_response_id", #""previous_response_id":"resp_1""#), ("conversation", #""conversation":"c""#),
        ("background", #""background":true"#), ("prompt", #""prompt":{"id":"p"}"#),
        ("tools.0.type", #""tools":[{"type":"web_search"}]"#), ("include", #""include":["file_search_call.results"]"#),
        ("input.0.type", #""input":[{"type":"item_reference","id":"x"}]"#),
        ("input.0.role", #""input":[{"role":"tool","content":"x"}]"#),
        ("input.0.content.0.file_id", #""input":[{"role":"user","content":[{"type":"input_image","file_id":"f"}]}]"#),
        ("unheard_of", #""unheard_of":1"#),
    ])
    func `what can't be carried is refused by its name`(field: String, member: String) throws {
        #expect {
            try translated("{\(member)}", from: .responses, to: .chat)
        } throws: { ($0 as? RequestError)?.param == field }
    }

    @Test(arguments: [
        (ReplyTranslationTests.message, Inference.Operation.messages), (ReplyTranslationTests.completion, .chat),
    ])
    func `an answer becomes a response`(body: String, provider: Inference.Operation) throws {
        let root = try json(try answer(body, from: provider, to: .responses)).root
        #expect(root["status"]?.string == "completed" && root["id"]?.string == "resp_0001")
        #expect(root["output"]?[0]?["summary"]?[0]?["text"]?.string == "hm")
        #expect(root["output"]?[1]?["content"]?[0]?["text"]?.string == "Grüße")
        #expect(root["output"]?[2]?["type"]?.string == "function_call")
        #expect(root["usage"]?["input_tokens"]?.int == 15 && root["usage"]?["output_tokens"]?.int == 7)
    }

    @Test(arguments: [("max_tokens", "max_output_tokens"), ("refusal", "content_filter")])
    func `an answer that did not come to its end is incomplete`(reason: String, word: String) throws {
        let root = try json(
            try answer(
                #"{"content":[{"type":"text","text":"x"}],"stop_reason":"\#(reason)"}"#, from: .messages, to: .responses
            )
        ).root
        #expect(root["status"]?.string == "incomplete" && root["incomplete_details"]?["reason"]?.string == word)
    }

    private func events(_ stream: String) throws -> [JSONValue] {
        try stream.split(separator: "\n\n").compactMap { event in
            guard let data = event.split(separator: "\n").first(where: { $0.hasPrefix("data: ") }) else { return nil }
            return try json(String(data.dropFirst(6))).root
        }
    }

    @Test func `a stream becomes a response's events, numbered, each text whole at its end`() throws {
        let result = try stream(bytes(ReplyTranslationTests.messageEvents), from: .messages, to: .responses)
        let events = try events(result)
        #expect(
            events.compactMap { $0["type"]?.string } == [
                "response.created", "response.in_progress", "response.output_item.added",
                "response.reasoning_summary_part.added", "response.reasoning_summary_text.delta",
                "response.reasoning_summary_text.done", "response.reasoning_summary_part.done",
                "response.output_item.done", "response.output_item.added", "response.content_part.added",
                "response.output_text.delta", "response.output_text.done", "response.content_part.done",
                "response.output_item.done", "response.output_item.added", "response.function_call_arguments.delta",
                "response.function_call_arguments.delta", "response.function_call_arguments.done",
                "response.output_item.done", "response.output_item.added", "response.function_call_arguments.delta",
                "response.function_call_arguments.done", "response.output_item.done", "response.completed",
            ])
        #expect(events.compactMap { $0["sequence_number"]?.int } == Array(events.indices))
        let output = events.last?["response"]?["output"]
        #expect(output?.count == 4 && output?[2]?["arguments"]?.string == #"{"a":1}"#)
        #expect(output?[3]?["arguments"]?.string == "{}" && output?[1]?["content"]?[0]?["text"]?.string == "Grüße")
        #expect(events.last?["response"]?["usage"]?["output_tokens"]?.int == 7)
    }

    @Test(arguments: [
        (ReplyTranslationTests.messageEvents, Inference.Operation.messages), (ReplyTranslationTests.chunkEvents, .chat),
    ])
    func `where a stream is cut makes no difference`(events: String, provider: Inference.Operation) throws {
        let whole = try stream(bytes(events), from: provider, to: .responses)
        let count = bytes(events).count
        for cut in 0...count {
            #expect(try stream(bytes(events), from: provider, to: .responses, cuts: [cut]) == whole)
        }
        // What is left of an event is no JSON, which is a fault: either way there is no clean end.
        let cut = try? stream(Array(bytes(events).dropLast(20)), from: provider, to: .responses)
        #expect(cut?.contains("response.completed") != true)
    }

    @Test func `no request, answer or stream makes a translation trap`() throws {
        for body in try HostileTranslationTests.variants(Self.request) {
            for provider in [Inference.Operation.chat, .messages] {
                guard let result = try? translated(text(body), from: .responses, to: provider) else { continue }
                #expect(throws: Never.self) { try json(result.body) }
            }
        }
        for body in try HostileTranslationTests.variants(ReplyTranslationTests.message) {
            guard let result = try? answer(text(body), from: .messages, to: .responses) else { continue }
            #expect(throws: Never.self) { try json(result) }
        }
    }

    @Test func `a streamed answer that would be kept past the bound ends with the stream's error`() throws {
        var writer = ResponsesReplyEventWriter(TranslatedAnswer(identifier: "x", created: 1, model: "m"), limit: 8)
        var stream: [UInt8] = []
        try writer.write(.text(EscapedText("1234")), to: &stream)
        try writer.write(.partEnded, to: &stream)
        try writer.write(.reasoning(EscapedText("5678")), to: &stream)
        #expect(throws: TranslationFault("a stream's answer is longer than 8 bytes")) {
            try writer.write(.text(EscapedText("9")), to: &stream)
        }
    }
}
