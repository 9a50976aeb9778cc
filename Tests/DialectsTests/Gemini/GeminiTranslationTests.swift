import Inference
import JSONText
import Testing

@testable import Dialects

/// Gemini's conversations in other dialects, and theirs in Gemini's.
struct GeminiTranslationTests {
    static let request =
        #"{"systemInstruction":{"parts":[{"text":"be"}]},"contents":[{"role":"user","parts":[{"text":"Gr\u00fc\u00dfe"},{"inlineData":{"mime_type":"image/png","data":"-_8"}}]},{"role":"model","parts":[{"text":"hm","thought":true},{"functionCall":{"name":"f","args":{"a":1}},"thoughtSignature":"AAAA"},{"functionCall":{"name":"g"}}]},{"role":"user","parts":[{"functionResponse":{"name":"g","response":{"result":"G"}}},{"functionResponse":{"name":"f","response":{"a":[1]}}}]}],"tools":[{"functionDeclarations":[{"name":"f","description":"d","parameters":{"type":"OBJECT","properties":{"a":{"type":"INTEGER","nullable":true}}}},{"name":"g"}]}],"toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}},"generationConfig":{"maxOutputTokens":9,"temperature":0.5,"stopSequences":["x"]}}"#

    @Test func `a request becomes one of chat completions`() throws {
        let (body, losses) = try translated(Self.request, from: .generateContent, to: .chat)
        #expect(
            body
                == #"{"model":"there","messages":[{"role":"system","content":"be"},{"role":"user","content":[{"type":"text","text":"Gr\u00fc\u00dfe"},{"type":"image_url","image_url":{"url":"data:image/png;base64,+/8="}}]},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}},{"id":"call_2","type":"function","function":{"name":"g","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_2","content":"G"},{"role":"tool","tool_call_id":"call_1","content":"{\"a\":[1]}"}],"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"a":{"type":["integer","null"]}}}}},{"type":"function","function":{"name":"g"}}],"tool_choice":{"type":"function","function":{"name":"f"}},"max_tokens":9,"temperature":0.5,"stop":["x"]}"#
        )
        #expect(losses == ["thoughtSignature dropped", "contents.parts.thought dropped"])
    }

    @Test func `a request becomes one of messages`() throws {
        let (body, _) = try translated(Self.request, from: .generateContent, to: .messages)
        #expect(
            body
                == #"{"model":"there","max_tokens":9,"system":"be","messages":[{"role":"user","content":[{"type":"text","text":"Gr\u00fc\u00dfe"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"+/8="}}]},{"role":"assistant","content":[{"type":"tool_use","id":"call_1","name":"f","input":{"a":1}},{"type":"tool_use","id":"call_2","name":"g","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"call_2","content":"G"},{"type":"tool_result","tool_use_id":"call_1","content":"{\"a\":[1]}"}]}],"tools":[{"name":"f","description":"d","input_schema":{"type":"object","properties":{"a":{"type":["integer","null"]}}}},{"name":"g","input_schema":{"type":"object"}}],"tool_choice":{"type":"tool","name":"f"},"temperature":0.5,"stop_sequences":["x"]}"#
        )
    }

    @Test func `a request of chat completions becomes Gemini's`() throws {
        let (body, losses) = try translated(
            #"{"model":"m","messages":[{"role":"system","content":"be"},{"role":"user","content":[{"type":"text","text":"hi"},{"type":"image_url","image_url":{"url":"data:image/png;base64,+/8="}}]},{"role":"assistant","content":"one","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}},{"id":"b","type":"function","function":{"name":"g","arguments":""}}]},{"role":"tool","tool_call_id":"b","content":"G"},{"role":"tool","tool_call_id":"a","content":"{\"a\":1}"},{"role":"user","content":"so?"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"},"strict":true}}],"tool_choice":"required","max_tokens":9,"top_p":0.5,"seed":1,"stop":"x","reasoning_effort":"high","user":"u","response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}}}"#,
            from: .chat, to: .generateContent)
        #expect(
            body
                == #"{"systemInstruction":{"parts":[{"text":"be"}]},"contents":[{"role":"user","parts":[{"text":"hi"},{"inlineData":{"mimeType":"image/png","data":"+/8="}}]},{"role":"model","parts":[{"text":"one"},{"functionCall":{"id":"a","name":"f","args":{"a":1}},"thoughtSignature":"skip_thought_signature_validator"},{"functionCall":{"id":"b","name":"g","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"id":"b","name":"g","response":{"result":"G"}}},{"functionResponse":{"id":"a","name":"f","response":{"a":1}}}]},{"role":"user","parts":[{"text":"so?"}]}],"tools":[{"functionDeclarations":[{"name":"f","parametersJsonSchema":{"type":"object"}}]}],"toolConfig":{"functionCallingConfig":{"mode":"ANY"}},"generationConfig":{"maxOutputTokens":9,"topP":0.5,"seed":1,"stopSequences":["x"],"responseMimeType":"application/json","responseJsonSchema":{"type":"object"},"thinkingConfig":{"includeThoughts":true,"thinkingLevel":"HIGH"}}}"#
        )
        #expect(losses == ["tools.strict not enforced strictly", "user dropped"])
    }

    @Test(arguments: [
        ("contents.0.parts.1.fileData", #"{"contents":[{"parts":[{"text":"x"},{"file_data":{"file_uri":"x"}}]}]}"#),
        ("cachedContent", #"{"contents":[],"cachedContent":"x"}"#),
        ("tools.0.googleSearch", #"{"contents":[],"tools":[{"googleSearch":{}}]}"#),
        ("generationConfig.candidateCount", #"{"contents":[],"generationConfig":{"candidate_count":2}}"#),
        ("generationConfig.new", #"{"contents":[],"generationConfig":{"new":2}}"#),
        ("contents.0.parts.0.new", #"{"contents":[{"parts":[{"new":1}]}]}"#),
        ("contents.0.role", #"{"contents":[{"role":"x","parts":[]}]}"#),
        ("contents.0.parts.0.functionResponse.name", #"{"contents":[{"parts":[{"functionResponse":{"name":"f"}}]}]}"#),
        (
            "contents.0.parts.0.inlineData.mimeType",
            #"{"contents":[{"parts":[{"inlineData":{"mimeType":"video/mp4","data":"AAAA"}}]}]}"#
        ),
        ("new", #"{"contents":[],"new":1}"#),
    ])
    func `what can't be carried is named`(field: String, body: String) throws {
        for provider in [Inference.Operation.chat, .messages] {
            let error = try #require(throws: RequestError.self) {
                try translated(body, from: .generateContent, to: provider)
            }
            #expect(error.param == field)
        }
    }

    @Test(arguments: [
        (
            "parallel_tool_calls",
            #"{"messages":[],"tools":[{"type":"function","function":{"name":"f"}}],"parallel_tool_calls":false}"#
        ),
        (
            "messages.0.content.0",
            #"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x.y/z"}}]}]}"#
        ),
        ("messages.0", #"{"messages":[{"role":"tool","tool_call_id":"a","content":"x"}]}"#),
    ])
    func `what Gemini can't be told is named`(field: String, body: String) throws {
        let error = try #require(throws: RequestError.self) { try translated(body, from: .chat, to: .generateContent) }
        #expect(error.param == field)
    }

    @Test(arguments: [
        ("gemini-2.5-flash", "low", #""thinkingBudget":1024"#), ("gemini-2.5-flash", "none", #""thinkingBudget":0"#),
        ("gemini-3.8-flash", "low", #""thinkingLevel":"LOW""#),
        ("gemini-3.8-flash", "xhigh", #""thinkingLevel":"HIGH""#),
    ])
    func `effort is a budget for old models and a level for new ones`(model: String, effort: String, word: String)
        throws
    {
        let translation = try #require(Translation(from: .chat, to: .generateContent))
        let body = bytes(
            #"{"messages":[{"role":"user","content":"x"}],"reasoning_effort":"\#(effort)"}"#)
        #expect(text(try translation.request(body, to: TranslationTarget(model: model)).body).contains(word))
    }

    // MARK: - Answers

    static let reply =
        #"{"candidates":[{"content":{"parts":[{"text":"hm","thought":true},{"text":"Gr\u00fc\u00dfe"},{"functionCall":{"name":"f","args":{"a":"\"x\""}},"thoughtSignature":"AAAA"},{"functionCall":{"id":"i","name":"g"}}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":10,"toolUsePromptTokenCount":5,"cachedContentTokenCount":3,"candidatesTokenCount":5,"thoughtsTokenCount":2},"modelVersion":"gm","responseId":"r"}"#

    @Test func `an answer becomes a chat completion`() throws {
        #expect(
            try answer(Self.reply, from: .generateContent, to: .chat)
                == #"{"id":"r","object":"chat.completion","created":1700000000,"model":"gm","choices":[{"index":0,"message":{"role":"assistant","content":"Gr\u00fc\u00dfe","refusal":null,"reasoning_content":"hm","tool_calls":[{"id":"call_r_0","type":"function","function":{"name":"f","arguments":"{\"a\":\"\\\"x\\\"\"}"}},{"id":"i","type":"function","function":{"name":"g","arguments":"{}"}}]},"logprobs":null,"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":15,"completion_tokens":7,"total_tokens":22,"prompt_tokens_details":{"cached_tokens":3},"completion_tokens_details":{"reasoning_tokens":2}}}"#
        )
    }

    @Test func `an answer becomes a message, with the seal before the call`() throws {
        #expect(
            try answer(Self.reply, from: .generateContent, to: .messages).contains(
                #""content":[{"type":"thinking","thinking":"hm","signature":""},{"type":"text","text":"Gr\u00fc\u00dfe","citations":null},{"type":"thinking","thinking":"","signature":"gemini.AAAA"},{"type":"tool_use","id":"call_r_0","name":"f","input":{"a":"\"x\""}},{"type":"tool_use","id":"i","name":"g","input":{}}],"stop_reason":"tool_use""#
            ))
    }

    @Test func `a message becomes an answer`() throws {
        #expect(
            try answer(ReplyTranslationTests.message, from: .messages, to: .generateContent)
                == #"{"candidates":[{"content":{"parts":[{"text":"hm","thought":true,"thoughtSignature":"dGhpbmtpbmcucw=="},{"text":"Gr\u00fc\u00dfe"},{"functionCall":{"id":"toolu_1","name":"f","args":{"city":"Zürich \"x\""}}},{"functionCall":{"id":"toolu_2","name":"g","args":{}}}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":15,"cachedContentTokenCount":3,"candidatesTokenCount":6,"thoughtsTokenCount":1,"totalTokenCount":22},"modelVersion":"claude","responseId":"msg_1"}"#
        )
    }

    @Test(arguments: [
        ("STOP", "stop"), ("MAX_TOKENS", "length"), ("SAFETY", "content_filter"), ("RECITATION", "content_filter"),
        ("PROHIBITED_CONTENT", "content_filter"), ("NEW", "length"), ("OTHER", "length"),
        ("MALFORMED_FUNCTION_CALL", "length"),
    ])
    func `a reason to stop has a word in chat completions`(reason: String, word: String) throws {
        let body = #"{"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"\#(reason)"}]}"#
        #expect(try answer(body, from: .generateContent, to: .chat).contains(#""finish_reason":"\#(word)""#))
        let events = try stream(bytes("data: \(body)\r\n\r\n"), from: .generateContent, to: .chat)
        #expect(events.contains(#""finish_reason":"\#(word)""#) && events.hasSuffix("data: [DONE]\n\n"))
    }

    @Test func `calls without names are named after their answer, also where that has none`() throws {
        let body = #"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f"}}]},"finishReason":"STOP"}]}"#
        #expect(try answer(body, from: .generateContent, to: .chat).contains(#""id":"call_0001_0""#))
        let events = try stream(bytes("data: \(body)\r\n\r\n"), from: .generateContent, to: .chat)
        #expect(events.contains(#""id":"call_0001_0""#))
    }

    @Test(arguments: [
        #"{}"#, "[]", #"{"error":{}}"#, #"{"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL"}]}"#,
        #"{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"video/mp4","data":"AAAA"}}]}}]}"#,
    ])
    func `what is no answer, or has no place in another dialect, is a fault`(body: String) {
        #expect(throws: (any Error).self) { try answer(body, from: .generateContent, to: .chat) }
    }

    @Test func `a prompt that was blocked is a refusal`() throws {
        let body = #"{"promptFeedback":{"blockReason":"SAFETY","blockReasonMessage":"no"}}"#
        let answer = try answer(body, from: .generateContent, to: .messages)
        #expect(answer.contains(#""text":"no""#) && answer.contains(#""stop_reason":"refusal""#))
    }

    // MARK: - Streams

    static let events =
        [
            #"{"candidates":[{"content":{"parts":[{"text":"hm","thought":true}],"role":"model"},"index":0}],"modelVersion":"gm","responseId":"r"}"#,
            #"{"candidates":[{"content":{"parts":[{"text":"Gr\u00fc"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":3}}"#,
            #"{"candidates":[{"content":{"parts":[{"text":"ße"},{"functionCall":{"name":"f","args":{"a":"\"x\""}},"thoughtSignature":"AAAA"}],"role":"model"},"index":0}]}"#,
            #"{"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4}}"#,
        ].map { "data: \($0)\r\n\r\n" }.joined()

    @Test func `a stream becomes one of messages, wherever it is cut`() throws {
        let all = bytes(Self.events)
        let whole = try stream(all, from: .generateContent, to: .messages)
        #expect(
            whole.split(separator: "\n").filter { $0.hasPrefix("data: ") }.map { String($0.dropFirst(6)) } == [
                #"{"type":"message_start","message":{"id":"r","type":"message","role":"assistant","model":"gm","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}}}"#,
                #"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
                #"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}"#,
                #"{"type":"content_block_stop","index":0}"#,
                #"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":"","citations":null}}"#,
                #"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Gr\u00fc"}}"#,
                #"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"ße"}}"#,
                #"{"type":"content_block_stop","index":1}"#,
                #"{"type":"content_block_start","index":2,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
                #"{"type":"content_block_delta","index":2,"delta":{"type":"signature_delta","signature":"gemini.AAAA"}}"#,
                #"{"type":"content_block_stop","index":2}"#,
                #"{"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"call_r_0","name":"f","input":{}}}"#,
                #"{"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"{\"a\":\"\\\"x\\\"\"}"}}"#,
                #"{"type":"content_block_stop","index":3}"#,
                #"{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":3,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":4}}"#,
                #"{"type":"message_stop"}"#,
            ])
        for cut in 1..<all.count {
            #expect(try stream(all, from: .generateContent, to: .messages, cuts: [cut]) == whole)
        }
        #expect(
            try stream(all, from: .generateContent, to: .messages, cuts: Array(1..<all.count)) == whole)
    }

    @Test(arguments: [
        (Inference.Operation.messages, ReplyTranslationTests.messageEvents), (.chat, ReplyTranslationTests.chunkEvents),
    ])
    func `a stream of another dialect becomes Gemini's, wherever it is cut`(
        provider: Inference.Operation, events: String
    ) throws {
        let all = bytes(events)
        let whole = try stream(all, from: provider, to: .generateContent)
        let lines = whole.split(separator: "\n").map { String($0.dropFirst(6)) }
        #expect(lines.filter { $0.contains(#""finishReason":"STOP""#) } == [lines.last ?? ""])
        #expect(lines.filter { $0.contains(#""functionCall":{"id""#) }.count == 2 && whole.contains(#""args":{"a":1}"#))
        for line in lines { #expect(throws: Never.self) { try json(line) } }
        for cut in 1..<all.count {
            #expect(try stream(all, from: provider, to: .generateContent, cuts: [cut]) == whole)
        }
    }

    @Test func `a cut stream has no end`() throws {
        let events = Self.events.split(separator: "\r\n\r\n").dropLast().map { $0 + "\r\n\r\n" }.joined()
        #expect(!(try stream(bytes(events), from: .generateContent, to: .messages).contains("message_stop")))
        let others = ReplyTranslationTests.messageEvents.split(separator: "\n\n").dropLast().map { $0 + "\n\n" }
            .joined()
        #expect(!(try stream(bytes(others), from: .messages, to: .generateContent).contains("finishReason")))
    }

    @Test func `whatever comes, nothing traps, and what comes out is JSON`() throws {
        for provider in [Inference.Operation.chat, .messages] {
            for body in try HostileTranslationTests.variants(Self.request) {
                guard let result = try? translated(text(body), from: .generateContent, to: provider) else { continue }
                #expect(throws: Never.self) { try json(result.body) }
            }
            for body in try HostileTranslationTests.variants(Self.reply) {
                guard let result = try? answer(text(body), from: .generateContent, to: provider) else { continue }
                #expect(throws: Never.self) { try json(result) }
                _ = try? stream(bytes("data: ") + body + bytes("\n\n"), from: .generateContent, to: provider)
            }
        }
    }
}
