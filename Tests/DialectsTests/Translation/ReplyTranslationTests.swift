import Inference
import JSONText
import Testing

@testable import Dialects

/// Answers, whole and streamed, from one dialect to the other.
struct ReplyTranslationTests {
    static let message =
        #"{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"Gr\u00fc\u00dfe"},{"type":"tool_use","id":"toolu_1","name":"f","input":{"city":"Zürich \"x\""}},{"type":"tool_use","id":"toolu_2","name":"g","input":{}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":7,"cache_read_input_tokens":3,"cache_creation_input_tokens":2,"output_tokens_details":{"thinking_tokens":1}}}"#

    static let completion =
        #"{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"gpt","choices":[{"index":0,"message":{"role":"assistant","content":"Gr\u00fc\u00dfe","refusal":null,"reasoning_content":"hm","tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"city\":\"Zürich\"}"}}]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":15,"completion_tokens":7,"total_tokens":22,"prompt_tokens_details":{"cached_tokens":3,"cache_write_tokens":2}}}"#

    @Test func `a message becomes a chat completion`() throws {
        #expect(
            try answer(Self.message, from: .messages, to: .chat)
                == #"{"id":"msg_1","object":"chat.completion","created":1700000000,"model":"claude","choices":[{"index":0,"message":{"role":"assistant","content":"Gr\u00fc\u00dfe","refusal":null,"reasoning_content":"hm","tool_calls":[{"id":"toolu_1","type":"function","function":{"name":"f","arguments":"{\"city\":\"Zürich \\\"x\\\"\"}"}},{"id":"toolu_2","type":"function","function":{"name":"g","arguments":"{}"}}]},"logprobs":null,"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":15,"completion_tokens":7,"total_tokens":22,"prompt_tokens_details":{"cached_tokens":3,"cache_write_tokens":2},"completion_tokens_details":{"reasoning_tokens":1}}}"#
        )
    }

    @Test func `a chat completion becomes a message`() throws {
        #expect(
            try answer(Self.completion, from: .chat, to: .messages)
                == #"{"id":"chatcmpl-1","type":"message","role":"assistant","model":"gpt","content":[{"type":"thinking","thinking":"hm","signature":""},{"type":"text","text":"Gr\u00fc\u00dfe","citations":null},{"type":"tool_use","id":"call_1","name":"f","input":{"city":"Zürich"}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":10,"cache_creation_input_tokens":2,"cache_read_input_tokens":3,"output_tokens":7}}"#
        )
    }

    @Test(arguments: [
        ("end_turn", "stop"), ("stop_sequence", "stop"), ("max_tokens", "length"), ("tool_use", "tool_calls"),
        ("refusal", "content_filter"), ("model_context_window_exceeded", "length"), ("pause_turn", "stop"),
        ("something_new", "stop"),
    ])
    func `a message's reason to stop has a word in chat completions`(reason: String, word: String) throws {
        let body = #"{"content":[{"type":"text","text":"x"}],"stop_reason":"\#(reason)"}"#
        #expect(try answer(body, from: .messages, to: .chat).contains(#""finish_reason":"\#(word)""#))
    }

    @Test(arguments: [
        ("stop", "end_turn"), ("length", "max_tokens"), ("tool_calls", "tool_use"), ("content_filter", "refusal"),
        ("function_call", "tool_use"), ("something_new", "end_turn"),
    ])
    func `a chat completion's reason to stop has a word in messages`(reason: String, word: String) throws {
        let body = #"{"choices":[{"message":{"content":"x"},"finish_reason":"\#(reason)"}]}"#
        #expect(try answer(body, from: .chat, to: .messages).contains(#""stop_reason":"\#(word)""#))
    }

    @Test func `a refusal in words is one in both dialects`() throws {
        let body = #"{"choices":[{"message":{"content":null,"refusal":"no"},"finish_reason":"stop"}]}"#
        let message = try answer(body, from: .chat, to: .messages)
        #expect(message.contains(#""text":"no""#) && message.contains(#""stop_reason":"refusal""#))
    }

    @Test(arguments: [
        #"{"type":"error"}"#, "[]", #""x""#, "{", "", #"{"content":null,"choices":5}"#,
    ])
    func `what is no answer is a fault, not an empty answer`(body: String) {
        #expect(throws: (any Error).self) { try answer(body, from: .chat, to: .messages) }
        #expect(throws: (any Error).self) {
            try answer(body.replacing("\"content\":null,", with: ""), from: .messages, to: .chat)
        }
    }

    @Test func `arguments that are no JSON reach the caller as such`() throws {
        let body =
            #"{"choices":[{"message":{"content":null,"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{\"a\""}}]}}]}"#
        #expect(try answer(body, from: .chat, to: .messages).contains(#""input":{"invalid_arguments":"{\"a\""}"#))
    }

    // MARK: - Streams

    static let messageEvents = """
        event: message_start
        data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":10,"cache_read_input_tokens":3,"cache_creation_input_tokens":2,"output_tokens":1}}}

        event: content_block_start
        data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"s"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":0}

        event: ping
        data: {"type":"ping"}

        event: content_block_start
        data: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Gr\\u00fc\\u00dfe"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":1}

        event: content_block_start
        data: {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_1","name":"f","input":{}}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\\"a\\":"}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"1}"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":2}

        event: content_block_start
        data: {"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"toolu_2","name":"g","input":{}}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":3}

        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":7}}

        event: message_stop
        data: {"type":"message_stop"}


        """

    private static func chunk(_ delta: String, _ finish: String = "null") -> String {
        #"data: {"id":"msg_1","object":"chat.completion.chunk","created":1700000000,"model":"claude","choices":[{"index":0,"delta":"#
            + delta + #","logprobs":null,"finish_reason":\#(finish)}]}"# + "\n\n"
    }

    static let chunksOfMessage =
        chunk(#"{"role":"assistant","content":"","refusal":null}"#)
        + chunk(#"{"reasoning_content":"hm"}"#)
        + ": ping\n\n"
        + chunk(#"{"content":"Gr\u00fc\u00dfe"}"#)
        + chunk(
            #"{"tool_calls":[{"index":0,"id":"toolu_1","type":"function","function":{"name":"f","arguments":""}}]}"#)
        + chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":"}}]}"#)
        + chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]}"#)
        + chunk(
            #"{"tool_calls":[{"index":1,"id":"toolu_2","type":"function","function":{"name":"g","arguments":""}}]}"#)
        + chunk(#"{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]}"#)
        + chunk("{}", #""tool_calls""#)
        + #"data: {"id":"msg_1","object":"chat.completion.chunk","created":1700000000,"model":"claude","choices":[],"usage":{"prompt_tokens":15,"completion_tokens":7,"total_tokens":22,"prompt_tokens_details":{"cached_tokens":3,"cache_write_tokens":2}}}"#
        + "\n\ndata: [DONE]\n\n"

    static let chunkEvents = """
        data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"finish_reason":null}],"usage":null}

        data: {"id":"c1","choices":[{"index":0,"delta":{"reasoning":"hm","reasoning_content":"hm"},"finish_reason":null}]}

        data: {"id":"c1","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}

        data: {"id":"c1","choices":[{"index":1,"delta":{"content":"another choice's"},"finish_reason":null}]}

        data: {"id":"c1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call:1","type":"function","function":{"name":"f","arguments":""}}]},"finish_reason":null}]}

        data: {"id":"c1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\\"a\\""}}]},"finish_reason":null}]}

        data: {"id":"c1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]},"finish_reason":null}]}

        data: {"id":"c1","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"call_2","type":"function","function":{"name":"g","arguments":"{}"}}]},"finish_reason":null}]}

        data: {"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

        data: {"id":"c1","choices":[],"usage":{"prompt_tokens":15,"completion_tokens":7,"total_tokens":22}}

        data: [DONE]


        """

    private static func event(_ data: String) -> String {
        let name = data.dropFirst(9).prefix { $0 != "\"" }
        return "event: \(name)\ndata: \(data)\n\n"
    }

    static let eventsOfChunks =
        event(
            #"{"type":"message_start","message":{"id":"c1","type":"message","role":"assistant","model":"gpt","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}}}"#
        )
        + event(
            #"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#
        )
        + event(#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}"#)
        + event(#"{"type":"content_block_stop","index":0}"#)
        + event(#"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":"","citations":null}}"#)
        + event(#"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"a"}}"#)
        + event(#"{"type":"content_block_stop","index":1}"#)
        + event(
            #"{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"call_3a1","name":"f","input":{}}}"#
        )
        + event(
            #"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"a\""}}"#)
        + event(#"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":":1}"}}"#)
        + event(#"{"type":"content_block_stop","index":2}"#)
        + event(
            #"{"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"call_2","name":"g","input":{}}}"#
        )
        + event(#"{"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"{}"}}"#)
        + event(#"{"type":"content_block_stop","index":3}"#)
        + event(
            #"{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":15,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":7}}"#
        )
        + event(#"{"type":"message_stop"}"#)

    @Test func `a message's stream becomes chunks`() throws {
        #expect(try stream(bytes(Self.messageEvents), from: .messages, to: .chat) == Self.chunksOfMessage)
    }

    @Test func `chunks become a message's stream`() throws {
        #expect(try stream(bytes(Self.chunkEvents), from: .chat, to: .messages) == Self.eventsOfChunks)
    }

    @Test(arguments: [(messageEvents, Inference.Operation.messages), (chunkEvents, .chat)])
    func `where a stream is cut makes no difference`(events: String, provider: Inference.Operation) throws {
        let caller: Inference.Operation = provider == .chat ? .messages : .chat
        let whole = try stream(bytes(events), from: provider, to: caller)
        let count = bytes(events).count
        for cut in 0...count { #expect(try stream(bytes(events), from: provider, to: caller, cuts: [cut]) == whole) }
        #expect(try stream(bytes(events), from: provider, to: caller, cuts: Array(1..<count)) == whole)
    }

    @Test func `a stream that was cut has no end`() throws {
        let count = bytes(Self.messageEvents).count
        for end in 0..<count - 2 {
            let cut = try? stream(Array(bytes(Self.messageEvents)[..<end]), from: .messages, to: .chat)
            // Cut within its last event it may be no JSON, which is a fault, too.
            if let cut, end < count - 4 { #expect(!cut.contains("[DONE]"), "cut at \(end)") }
        }
        for end in 0..<bytes(Self.chunkEvents).count - 8 {
            let cut = try? stream(Array(bytes(Self.chunkEvents)[..<end]), from: .chat, to: .messages)
            if let cut { #expect(!cut.contains("message_stop"), "cut at \(end)") }
        }
    }

    @Test func `an error in a stream keeps its class and has no clean end`() throws {
        let overloaded = """
            event: error
            data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}


            """
        #expect(
            try stream(bytes(overloaded), from: .messages, to: .chat)
                == #"data: {"error":{"message":"Overloaded","type":"server_error","param":null,"code":"overloaded"}}"#
                + "\n\n")
        let limited =
            #"data: {"error":{"message":"slow down","type":"requests","param":null,"code":"rate_limit_exceeded"}}"#
        #expect(
            try stream(bytes(limited + "\n\n"), from: .chat, to: .messages)
                == "event: error\ndata: "
                + #"{"type":"error","error":{"type":"rate_limit_error","message":"slow down"},"request_id":"0001"}"#
                + "\n\n")
    }

    @Test func `what a provider sends behind its error or its last event makes no second, clean end`() throws {
        let failed = "data: {\"error\":{\"message\":\"out of memory\",\"type\":\"server_error\"}}\n\n"
        let broken = try stream(bytes(failed + "data: [DONE]\n\n"), from: .chat, to: .messages)
        #expect(try broken == stream(bytes(failed), from: .chat, to: .messages) && !broken.contains("message_stop"))
        #expect(try !stream(bytes(failed + "data: [DONE]\n\n"), from: .chat, to: .responses).contains("completed"))
        let stop = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
        let twice = try stream(bytes(stop + stop), from: .messages, to: .chat)
        #expect(try twice == stream(bytes(stop), from: .messages, to: .chat))
    }

    @Test(arguments: [
        #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"x"}}"#,
        #"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use"}}"#, "{", "[", #"{"type":"#,
    ])
    func `events out of order or of no shape break a message's stream off`(data: String) {
        #expect(throws: TranslationFault.self) {
            try stream(bytes("data: \(data)\n\n"), from: .messages, to: .chat)
        }
    }

    @Test(arguments: [
        [#"{"index":0,"function":{"arguments":"{}"}}"#],
        [
            #"{"index":0,"id":"a","function":{"name":"f"}}"#, #"{"index":1,"id":"b","function":{"name":"g"}}"#,
            #"{"index":0,"function":{"arguments":"late"}}"#,
        ],
    ])
    func `calls out of order break a chat completion's stream off`(calls: [String]) {
        let events = calls.map { #"data: {"choices":[{"index":0,"delta":{"tool_calls":[\#($0)]}}]}"# + "\n\n" }.joined()
        #expect(throws: TranslationFault.self) { try stream(bytes(events), from: .chat, to: .messages) }
    }

    @Test func `calls without numbers are told apart by their identifiers`() throws {
        let events = [
            #"{"id":"a","function":{"name":"f","arguments":"{}"}}"#,
            #"{"id":"b","function":{"name":"g","arguments":{"x":1}}}"#,
        ].map { #"data: {"choices":[{"delta":{"tool_calls":[\#($0)]}}]}"# + "\n\n" }.joined()
        let result = try stream(bytes(events), from: .chat, to: .messages)
        #expect(result.contains(#""index":1,"content_block":{"type":"tool_use","id":"b","name":"g""#))
        #expect(result.contains(#""index":1,"delta":{"type":"input_json_delta","partial_json":"{\"x\":1}""#))
    }
}
