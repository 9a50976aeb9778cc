import Dialects
import Inference
import Testing

struct AnthropicRequestTests {
    @Test func `a conversation is read with the place of every text`() throws {
        let picture = String(repeating: "iVBORw0KGgoAAAANSUhE", count: 5)
        let request = try read(
            .messages,
            #"""
            {"model":"claude","max_tokens":64,"stream":false,"metadata":{"user_id":"m1"},
             "system":[{"type":"text","text":"s1","cache_control":{"type":"ephemeral"}}],
             "stop_sequences":["stop1"],
             "messages":[
              {"role":"user","content":"u1"},
              {"role":"user","content":[
                {"type":"image","source":{"type":"base64","media_type":"image/png","data":"\#(picture)"}},
                {"type":"image","source":{"type":"url","url":"https://h/x.png"}},
                {"type":"document","source":{"type":"text","media_type":"text/plain","data":"\#(picture)"},"title":"ti"},
                {"type":"document","source":{"type":"content","content":[{"type":"text","text":"inner"}]}},
                {"type":"document","source":{"type":"file","file_id":"file_1"}}]},
              {"role":"assistant","content":[{"type":"thinking","thinking":"th","signature":"sig"},
                {"type":"tool_use","id":"toolu_1","name":"f","input":{"city":"Bern","j":"{\"k\":\"v\"}"},"caller":{"type":"direct"}}]},
              {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":[
                {"type":"text","text":"r1"},
                {"type":"image","source":{"type":"base64","media_type":"image/png","data":"\#(picture)"}}]}]},
              {"role":"system","content":"s2"}],
             "tools":[{"name":"f","description":"d1","input_schema":{"type":"object"}}]}
            """#)
        #expect(request.dialect == .anthropic)
        #expect(request.maximumOutputTokens == 64)
        #expect(!request.isStreaming)
        #expect(request.tools == ["f"])
        #expect(
            request.listing == [
                "other: user_id", "other: m1", "system: s1", "system: type", "system: ephemeral", "other: stop1",
                "user: u1", "user: image/png", "user: https://h/x.png", "user: text/plain", "user: \(picture)",
                "user: ti", "user: inner", "user: file_1", "assistant: th", "assistant: sig", "assistant: toolu_1",
                "assistant: f", "tool_arguments: city", "tool_arguments: Bern", "tool_arguments: j",
                "tool_arguments: k", "tool_arguments: v", "assistant: type", "assistant: direct",
                "tool_result: toolu_1", "tool_result: r1", "tool_result: image/png", "system: s2",
                "tool_definition: f", "tool_definition: d1", "tool_definition: type", "tool_definition: object",
            ])
        #expect(request.parts == ["image user", "image user", "file user", "image tool_result"])
    }

    @Test func `a system prompt may be a string`() throws {
        let request = try read(.countTokens, #"{"model":"m","system":"s","messages":[]}"#)
        #expect(request.operation == .countTokens)
        #expect(request.listing == ["system: s"])
    }

    @Test(arguments: [
        (#"{"messages":[]}"#, "model"), (#"{"model":"m"}"#, "messages"), (#"{"model":"m","messages":"x"}"#, "messages"),
        (#"{"model":"m","messages":[],"stream":"x"}"#, "stream"),
    ])
    func `a body that the gateway can't use is refused with the member at fault`(body: String, param: String) {
        let error = #expect(throws: RequestError.self) { try read(.messages, body) }
        #expect(error?.param == param)
    }
}
