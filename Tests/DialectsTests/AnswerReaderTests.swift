import Dialects
import Inference
import JSONText
import Testing

struct AnswerReaderTests {
    private func listing(_ answer: Answer, _ body: String) throws -> [String] {
        let document = try json(body)
        return answer.texts.map { "\($0.isJSON ? "json " : "")\(document.value(at: $0.node).string ?? "?")" }
    }

    @Test func `an OpenAI answer's texts, usage and finish reason`() throws {
        let body =
            #"{"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"a","refusal":null,"reasoning_content":"r","annotations":[{"type":"u","title":"t"}],"tool_calls":[{"id":"i","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"j","type":"custom","custom":{"name":"g","input":"in"}}],"function_call":{"name":"h","arguments":"{x}"}},"finish_reason":"tool_calls"},{"index":1,"message":{"content":"b"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":6,"prompt_tokens_details":{"cached_tokens":2}}}"#
        let answer = AnswerReader.read(.chat, try json(body))
        #expect(
            try listing(answer, body) == ["a", "r", "t", "f", "json {}", "g", "in", "h", "json {x}", "b"])
        #expect(
            answer.facts
                == AnswerFacts(usage: TokenUsage(input: 5, output: 6, cachedInput: 2), finishReason: "tool_calls"))
        let structured = AnswerReader.read(.chat, try json(body), isJSON: true)
        #expect(
            try listing(structured, body).filter { $0.hasPrefix("json") } == [
                "json a", "json {}", "json {x}", "json b",
            ])
    }

    @Test func `an embeddings answer has usage and no texts`() throws {
        let answer = AnswerReader.read(
            .embeddings,
            try json(#"{"object":"list","data":[{"embedding":"AAAA"}],"usage":{"prompt_tokens":5,"total_tokens":5}}"#))
        #expect(answer.texts.isEmpty)
        #expect(answer.facts.usage == TokenUsage(input: 5, output: 0))
    }

    @Test func `an Anthropic answer's texts, usage and stop reason`() throws {
        let body =
            #"{"id":"m","type":"message","role":"assistant","model":"c","content":[{"type":"thinking","thinking":"th","signature":"s"},{"type":"redacted_thinking","data":"d"},{"type":"text","text":"a","citations":[{"type":"char_location","cited_text":"ct","encrypted_index":"e"}]},{"type":"tool_use","id":"t","name":"f","input":{"id":"k1","data":["v"],"type":"w"}}],"stop_reason":"tool_use","usage":{"input_tokens":5,"output_tokens":6,"cache_read_input_tokens":2}}"#
        let answer = AnswerReader.read(.messages, try json(body))
        #expect(try listing(answer, body) == ["th", "a", "ct", "f", "id", "k1", "data", "v", "type", "w"])
        #expect(
            answer.facts
                == AnswerFacts(usage: TokenUsage(input: 7, output: 6, cachedInput: 2), finishReason: "tool_use"))
        let structured = AnswerReader.read(.messages, try json(body), isJSON: true)
        #expect(try listing(structured, body).filter { $0.hasPrefix("json") } == ["json a", "json ct"])
    }

    @Test(arguments: [
        (Operation.chat, #"{"response_format":{"type":"json_schema"},"#, true),
        (.chat, #"{"response_format":{"type":"json_object"},"#, true),
        (.chat, #"{"response_format":{"type":"text"},"#, false), (.chat, "{", false),
        (.chat, #"{"response_format":null,"#, false),
        (.messages, #"{"output_config":{"format":{"type":"json_schema"}},"#, true),
        (.messages, #"{"output_format":{"type":"json_schema"},"#, true), (.messages, "{", false),
    ])
    func `structured output is recognised`(operation: Operation, start: String, isJSON: Bool) throws {
        #expect(AnswerForm.isJSON(try read(operation, start + #""model":"m","messages":[]}"#)) == isJSON)
    }

    @Test func `an odd answer has nothing to restore`() throws {
        for body in ["[]", "1", #"{"choices":5,"content":"x","usage":[]}"#, #"{"choices":[{"message":"x"},7]}"#] {
            for operation in [Operation.chat, .completions, .embeddings, .messages, .countTokens] {
                #expect(AnswerReader.read(operation, try json(body)).facts.usage == nil)
            }
        }
    }
}
