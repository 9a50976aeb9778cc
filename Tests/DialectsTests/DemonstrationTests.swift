import Dialects
import Inference
import JSONText
import Testing

struct DemonstrationTests {
    private func answer(_ operation: Inference.Operation, _ body: String) -> DemonstrationAnswer {
        DemonstrationModel.answer(operation, body: bytes(body), identifier: "1f", created: 1_700_000_000)
    }

    private func whole(_ operation: Inference.Operation, _ body: String) throws -> String {
        let answer = answer(operation, body)
        #expect(answer.contentType == "application/json")
        guard case .whole(let bytes) = answer.body else { throw Unexpected() }
        return text(bytes)
    }

    private func events(_ operation: Inference.Operation, _ body: String) throws -> [String] {
        let answer = answer(operation, body)
        #expect(answer.contentType.hasPrefix("text/event-stream"))
        guard case .events(let events) = answer.body else { throw Unexpected() }
        return events.map { text($0) }
    }

    private struct Unexpected: Error {}

    private let usage =
        #""prompt_tokens":11,"completion_tokens":9,"total_tokens":20,"prompt_tokens_details":{"cached_tokens":0}"#

    @Test func `a chat is answered with what was received`() throws {
        #expect(
            try whole(.chat, #"{"model":"demo","messages":[{"role":"user","content":"Hi EMAIL_7KQ2M9X"}]}"#)
                == #"{"id":"chatcmpl-1f","object":"chat.completion","created":1700000000,"model":"demo","system_fingerprint":"fp_sallyport","choices":[{"index":0,"message":{"role":"assistant","content":"The model received: Hi EMAIL_7KQ2M9X","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{\#(usage)}}"#
        )
    }

    @Test func `surrogates are shown in a way that is not turned back`() throws {
        let answer = try whole(
            .chat,
            #"{"model":"demo","messages":[{"role":"user","content":"Hi EMAIL_7KQ2M9XD and EMAIL_7KQ2M9XD, IP_00000000"}]}"#
        )
        #expect(answer.contains("in place of your values: EMAIL:7KQ2M9XD, IP:00000000, written here with a colon"))
    }

    @Test func `a streamed chat comes in several words each and joins to the same`() throws {
        let events = try events(
            .chat,
            #"{"model":"demo","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"Hi EMAIL_7KQ2M9X"}]}"#
        )
        func chunk(_ choices: String, _ usage: String = "null") -> String {
            #"data: {"id":"chatcmpl-1f","object":"chat.completion.chunk","created":1700000000,"model":"demo","system_fingerprint":"fp_sallyport","choices":[\#(choices)],"usage":\#(usage)}"#
                + "\n\n"
        }
        func choice(_ delta: String, _ finish: String = "null") -> String {
            #"{"index":0,"delta":{\#(delta)},"logprobs":null,"finish_reason":\#(finish)}"#
        }
        #expect(
            events == [
                chunk(choice(#""role":"assistant","content":"""#)), chunk(choice(#""content":"The model received: ""#)),
                chunk(choice(#""content":"Hi EMAIL_7KQ2M9X""#)), chunk(choice("", #""stop""#)),
                chunk("", "{\(usage)}"), "data: [DONE]\n\n",
            ])
    }

    @Test func `blanks and scripts survive being cut into pieces`() throws {
        let said = "Zürich ☃  日本語\n\n👩‍👩‍👧‍👦 é vs e\u{301}\tعربى \u{2028} \u{200B} \"q\" \\b\\ end "
        let quoted = text([0x22] + JSONEscape.escaped(bytes(said)) + [0x22])
        let stream = try events(.chat, #"{"stream":true,"messages":[{"role":"user","content":\#(quoted)}]}"#).joined()
        var parser = EventStreamParser()
        var reader = StreamEventReader(.openAI)
        parser.append(bytes(stream))
        var joined = ""
        while let event = try parser.next() {
            let message = try reader.read(event, of: parser)
            for delta in message.deltas { joined += message.document?.value(at: delta.node).string ?? "?" }
        }
        #expect(joined.utf8.elementsEqual("The model received: \(said)".utf8))
        #expect(!stream.contains("usage"))
    }

    private let tools =
        #""tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"n":{"type":"integer"},"city":{"type":"string"},"unit":{"enum":["C","F"]}}}}},{"type":"function","function":{"name":"g"}}]"#

    @Test func `a demanded tool is called with the last user text`() throws {
        let messages = #""messages":[{"role":"user","content":[{"type":"text","text":"in Bern"}]}]"#
        let required = try whole(.chat, #"{\#(messages),\#(tools),"tool_choice":"required"}"#)
        #expect(
            required.contains(
                #""content":null,"refusal":null,"tool_calls":[{"id":"call_1f0","type":"function","function":{"name":"f","arguments":"{\"n\":1,\"city\":\"in Bern\",\"unit\":\"C\"}"}}]},"logprobs":null,"finish_reason":"tool_calls""#
            ))
        let named = try whole(
            .chat, #"{\#(messages),\#(tools),"tool_choice":{"type":"function","function":{"name":"g"}}}"#)
        #expect(named.contains(#""name":"g","arguments":"{\"input\":\"in Bern\"}""#))
        #expect(try whole(.chat, #"{\#(messages),\#(tools)}"#).contains(#""content":"The model received: in Bern""#))
        let streamed = try events(.chat, #"{"stream":true,\#(messages),\#(tools),"tool_choice":"required"}"#)
        #expect(
            streamed[1].contains(#""index":0,"id":"call_1f0","type":"function","function":{"name":"f","arguments":"""#))
        #expect(streamed.count > 5)
        #expect(streamed[streamed.count - 2].contains(#""finish_reason":"tool_calls""#))
    }

    @Test func `a tool's result is repeated`() throws {
        let body =
            #"{"messages":[{"role":"user","content":"q"},{"role":"tool","tool_call_id":"c","content":"sunny"}],\#(tools),"tool_choice":"required"}"#
        #expect(try whole(.chat, body).contains(#""content":"The model received: sunny""#))
    }

    @Test func `structured output follows the schema`() throws {
        let body =
            #"{"messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_schema","json_schema":{"schema":{"type":"object","properties":{"a":{"type":"string"},"l":{"type":"array","items":{"type":"boolean"}},"o":{"anyOf":[{"type":"null"}]}}}}}}"#
        #expect(try whole(.chat, body).contains(#""content":"{\"a\":\"x\",\"l\":[true],\"o\":null}""#))
    }

    @Test func `several choices are given`() throws {
        let answer = try whole(.chat, #"{"n":3,"messages":[{"role":"user","content":"x"}]}"#)
        #expect(try json(answer).root["choices"]?.count == 3)
        #expect(try json(whole(.chat, #"{"n":999,"messages":[]}"#)).root["choices"]?.count == 16)
    }

    @Test func `a message is answered with what was received`() throws {
        let body = #"{"model":"demo","max_tokens":9,"messages":[{"role":"user","content":"Hi EMAIL_7KQ2M9X"}]}"#
        #expect(
            try whole(.messages, body)
                == #"{"id":"msg_1f","type":"message","role":"assistant","model":"demo","content":[{"type":"text","text":"The model received: Hi EMAIL_7KQ2M9X","citations":null}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":11,"output_tokens":9,"cache_creation_input_tokens":0,"cache_read_input_tokens":0}}"#
        )
    }

    @Test func `a streamed message has the events in order`() throws {
        let body = #"{"model":"demo","stream":true,"messages":[{"role":"user","content":"one two three four"}]}"#
        let events = try events(.messages, body)
        #expect(
            events.map { $0.prefix { $0 != "\n" } } == [
                "event: message_start", "event: content_block_start", "event: ping", "event: content_block_delta",
                "event: content_block_delta", "event: content_block_delta", "event: content_block_stop",
                "event: message_delta", "event: message_stop",
            ])
        #expect(
            events[4] == "event: content_block_delta\n"
                + #"data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"one two three "}}"#
                + "\n\n")
        #expect(
            events[7] == "event: message_delta\n"
                + #"data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"input_tokens":12,"output_tokens":9,"cache_creation_input_tokens":0,"cache_read_input_tokens":0}}"#
                + "\n\n")
    }

    @Test func `a demanded tool is called in Anthropic's way`() throws {
        let tools =
            #""tools":[{"name":"f","input_schema":{"type":"object","properties":{"city":{"type":"string"}}}},{"name":"g","input_schema":{}}]"#
        let messages = #""messages":[{"role":"user","content":"Bern"}]"#
        #expect(
            try whole(.messages, #"{\#(messages),\#(tools),"tool_choice":{"type":"any"}}"#).contains(
                #""content":[{"type":"tool_use","id":"toolu_1f","name":"f","input":{"city":"Bern"}}],"stop_reason":"tool_use""#
            ))
        #expect(
            try whole(.messages, #"{\#(messages),\#(tools),"tool_choice":{"type":"tool","name":"g"}}"#).contains(
                #""name":"g","input":{"input":"Bern"}"#))
        let streamed = try events(.messages, #"{"stream":true,\#(messages),\#(tools),"tool_choice":{"type":"any"}}"#)
        #expect(streamed[1].contains(#""name":"f","input":{}"#))
        #expect(streamed[3].contains(#""partial_json":"{\"city\":\"Ber""#))
        let result =
            #"{"messages":[{"role":"user","content":[{"type":"tool_result","content":[{"type":"text","text":"sunny"}]}]}],\#(tools),"tool_choice":{"type":"any"}}"#
        #expect(try whole(.messages, result).contains("The model received: sunny"))
    }

    @Test func `tokens are counted`() throws {
        #expect(
            try whole(.countTokens, #"{"model":"demo","messages":[{"role":"user","content":"12345678"}]}"#)
                == #"{"input_tokens":9}"#)
    }

    @Test func `embeddings follow from the input alone, in both encodings`() throws {
        func vectors(_ members: String) throws -> [JSONValue] {
            let root = try json(whole(.embeddings, #"{"model":"demo",\#(members)}"#)).root
            return try #require(root["data"]).elements.compactMap { $0["embedding"] }
        }
        let plain = try vectors(#""input":["a","b","a"]"#)
        #expect(plain.count == 3)
        let first = plain[0].elements.compactMap(\.double)
        #expect(first.count == 64)
        #expect(first == plain[2].elements.compactMap(\.double))
        #expect(first != plain[1].elements.compactMap(\.double))
        #expect(abs(first.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
        let short = try vectors(#""input":"a","dimensions":3"#)
        #expect(short[0].count == 3)
        let encoded = try vectors(#""input":"a","encoding_format":"base64""#)[0].string ?? ""
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var bits: [UInt8] = []
        for group in stride(from: 0, to: encoded.count, by: 4) {
            var word = 0
            for character in encoded.dropFirst(group).prefix(4) {
                word = word << 6 | (alphabet.firstIndex(of: character) ?? 0)
            }
            bits += [UInt8(word >> 16 & 255), UInt8(word >> 8 & 255), UInt8(word & 255)]
        }
        #expect(encoded.hasSuffix("=="))
        for index in 0..<64 {
            let word = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bits[index * 4 + $1]) << UInt32(8 * $1) }
            #expect(abs(Double(Float(bitPattern: word)) - first[index]) < 1e-7)
        }
        #expect(try vectors(#""input":[1,2,3]"#).count == 1)
        #expect(try vectors(#""input":[[1],[2]]"#).count == 2)
    }

    @Test func `what can't be answered is refused in the dialect`() {
        for operation in [Inference.Operation.chat, .completions, .embeddings, .messages, .countTokens] {
            for body in ["", "{", "[]", "7"] {
                let answer = answer(operation, body)
                #expect(answer.status == 400)
                guard case .whole(let bytes) = answer.body else {
                    Issue.record("a stream for an error")
                    continue
                }
                #expect(text(bytes).contains("invalid_request_error"))
            }
        }
        let many = Array(repeating: "0", count: 2_049).joined(separator: "],[")
        #expect(answer(.embeddings, #"{"input":[[\#(many)]]}"#).status == 400)
    }
}
