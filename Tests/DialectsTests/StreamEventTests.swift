import Dialects
import Inference
import JSONText
import Testing

struct StreamEventTests {
    /// Reads a stream and says in words what each event says.
    private func reading(_ dialect: Dialect, _ stream: String) throws -> (events: [String], facts: AnswerFacts) {
        var parser = EventStreamParser()
        var reader = StreamEventReader(dialect)
        parser.append(bytes(stream))
        var found: [String] = []
        while let event = try parser.next() {
            let message = try reader.read(event, of: parser)
            var words = ["\(message.kind)"]
            for delta in message.deltas {
                words.append("\(name(delta.channel))=\(message.document?.value(at: delta.node).string ?? "?")")
            }
            for node in message.wholes { words.append("whole=\(message.document?.value(at: node).string ?? "?")") }
            for channel in message.closed { words.append("closes \(name(channel))") }
            if message.usageNode != nil { words.append("usage") }
            found.append(words.joined(separator: " "))
        }
        return (found, reader.facts)
    }

    private func name(_ channel: StreamChannel) -> String { "\(channel.kind)/\(channel.block)/\(channel.index)" }

    private func chunk(_ choices: String, _ rest: String = "") -> String {
        #"data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[\#(choices)]\#(rest)}"#
            + "\n\n"
    }

    private func choice(_ delta: String, index: Int = 0, finish: String = "null") -> String {
        #"{"index":\#(index),"delta":\#(delta),"logprobs":null,"finish_reason":\#(finish)}"#
    }

    @Test func `OpenAI's chunks say which text they continue and which end`() throws {
        let stream = [
            chunk(choice(#"{"role":"assistant","content":"","refusal":null}"#)),
            chunk(choice(#"{"reasoning_content":"hm"}"#)),
            chunk(choice(#"{"content":"a"}"#) + "," + choice(#"{"content":"b"}"#, index: 1)),
            ": keep-alive\n\n",
            chunk(
                choice(
                    #"{"tool_calls":[{"index":0,"id":"i","type":"function","function":{"name":"f","arguments":""}}]}"#)
            ),
            chunk(choice(#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"x"}}]}"#)),
            chunk(choice(#"{"tool_calls":[{"index":1,"function":{"arguments":"{"}}]}"#)),
            chunk(choice(#"{"refusal":"no"}"#, index: 1)),
            chunk(choice("{}", finish: #""tool_calls""#)),
            chunk(choice(#"{"content":"last"}"#, index: 1, finish: #""stop""#)),
            chunk(
                "",
                #","usage":{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12,"prompt_tokens_details":{"cached_tokens":3}}"#
            ),
            "data: [DONE]\n\n",
        ].joined()
        let (events, facts) = try reading(.openAI, stream)
        #expect(
            events == [
                "part", "part reasoning/0/0=hm",
                "part content/0/0=a content/1/0=b", "other", "part whole=f",
                #"part toolArguments/0/0={"x"#, "part toolArguments/0/1={",
                "part refusal/1/0=no",
                "part closes reasoning/0/0 closes content/0/0 closes toolArguments/0/0 closes toolArguments/0/1",
                "part content/1/0=last closes content/1/0 closes refusal/1/0", "usageOnly usage", "done",
            ])
        #expect(facts.usage == TokenUsage(input: 7, output: 5, cachedInput: 3))
        #expect(facts.finishReason == "tool_calls")
    }

    @Test func `OpenAI's rarer texts have channels of their own`() throws {
        let stream = [
            chunk(choice(#"{"function_call":{"name":"f","arguments":"{"}}"#)),
            chunk(choice(#"{"audio":{"id":"a","transcript":"t"}}"#)), chunk(choice(#"{"reasoning":"r"}"#)),
            chunk(choice(#"{"tool_calls":[{"index":2,"custom":{"input":"i"}}]}"#)),
            chunk(choice(#"{"annotations":[{"title":"x"}],"content":[{"text":"y"}]}"#)),
        ].joined()
        let (events, _) = try reading(.openAI, stream)
        #expect(
            events == [
                "part functionArguments/0/0={ whole=f", "part transcript/0/0=t", "part plainReasoning/0/0=r",
                "part toolInput/0/2=i", "part other/0/0=y whole=x",
            ])
    }

    @Test func `a stream that ends or fails ends its texts`() throws {
        let begin = chunk(choice(#"{"content":"a"}"#))
        #expect(try reading(.openAI, begin + "data: [DONE]\n\n").events.last == "done closes content/0/0")
        #expect(
            try reading(.openAI, begin + #"data: {"error":{"message":"x"}}"# + "\n\n").events.last
                == "error whole=x closes content/0/0")
        #expect(
            try reading(.openAI, begin + chunk(choice("{}"), #","error":null"#)).events.last == "part")
    }

    @Test func `usage beside a part of the answer is counted and marked`() throws {
        let (events, facts) = try reading(
            .openAI,
            chunk(choice(#"{"content":"a"}"#), #","usage":{"prompt_tokens":1,"completion_tokens":2}"#))
        #expect(events == ["part content/0/0=a usage"])
        #expect(facts.usage == TokenUsage(input: 1, output: 2))
    }

    @Test func `absurd figures neither trap nor count`() throws {
        let (_, facts) = try reading(
            .openAI, chunk("", #","usage":{"prompt_tokens":-5,"completion_tokens":1e99,"prompt_tokens_details":7}"#))
        #expect(facts.usage == TokenUsage(input: 0, output: 0))
        let (_, anthropic) = try reading(
            .anthropic,
            #"data: {"type":"message_delta","usage":{"input_tokens":9223372036854775807,"cache_read_input_tokens":9223372036854775807,"output_tokens":1}}"#
                + "\n\n")
        #expect(anthropic.usage == TokenUsage(input: .max, output: 1, cachedInput: .max))
    }

    private func event(_ type: String, _ members: String = "") -> String {
        "event: \(type)\ndata: {\"type\":\"\(type)\"\(members.isEmpty ? "" : ",")\(members)}\n\n"
    }

    @Test func `Anthropic's events say which text they continue and which end`() throws {
        let stream = [
            event(
                "message_start",
                #""message":{"id":"m","content":[],"usage":{"input_tokens":10,"cache_read_input_tokens":4,"cache_creation_input_tokens":2,"output_tokens":1}}"#
            ),
            event(
                "content_block_start", #""index":0,"content_block":{"type":"thinking","thinking":"","signature":""}"#),
            event("content_block_delta", #""index":0,"delta":{"type":"thinking_delta","thinking":"hm"}"#),
            event("content_block_delta", #""index":0,"delta":{"type":"signature_delta","signature":"sig"}"#),
            event("content_block_stop", #""index":0"#),
            event("content_block_start", #""index":1,"content_block":{"type":"text","text":"early","citations":null}"#),
            event("ping"),
            event("content_block_delta", #""index":1,"delta":{"type":"text_delta","text":"a"}"#),
            event(
                "content_block_delta",
                #""index":1,"delta":{"type":"citations_delta","citation":{"type":"char_location","cited_text":"ct","encrypted_index":"e"}}"#
            ),
            event("content_block_stop", #""index":1"#),
            event(
                "content_block_start",
                #""index":2,"content_block":{"type":"tool_use","id":"t","name":"f","input":{},"caller":{"type":"direct"}}"#
            ),
            event("content_block_delta", #""index":2,"delta":{"type":"input_json_delta","partial_json":"{\"a"}"#),
            event("content_block_stop", #""index":2"#),
            event(
                "message_delta",
                #""delta":{"stop_reason":"tool_use"},"usage":{"input_tokens":null,"output_tokens":9}"#),
            event("message_stop"),
        ].joined()
        let (events, facts) = try reading(.anthropic, stream)
        #expect(
            events == [
                "part", "part", "part reasoning/0/0=hm", "part", "part closes reasoning/0/0",
                "part content/1/0=early", "other", "part content/1/0=a", "part whole=ct", "part closes content/1/0",
                "part whole=f", #"part toolArguments/2/0={"a"#, "part closes toolArguments/2/0", "part", "done",
            ])
        #expect(facts.usage == TokenUsage(input: 16, output: 9, cachedInput: 4, writtenInput: 2))
        #expect(facts.finishReason == "tool_use")
    }

    @Test func `a block's end ends no other block's text`() throws {
        let stream = [
            event("content_block_delta", #""index":0,"delta":{"type":"text_delta","text":"a"}"#),
            event("content_block_delta", #""index":1,"delta":{"type":"text_delta","text":"b"}"#),
            event("content_block_stop", #""index":1"#), event("message_stop"),
        ].joined()
        #expect(
            try reading(.anthropic, stream).events == [
                "part content/0/0=a", "part content/1/0=b", "part closes content/1/0", "done closes content/0/0",
            ])
    }

    @Test func `Anthropic's error ends all texts`() throws {
        let stream =
            event("content_block_delta", #""index":0,"delta":{"type":"text_delta","text":"a"}"#)
            + event("error", #""error":{"type":"overloaded_error","message":"x"}"#)
        #expect(
            try reading(.anthropic, stream).events == ["part content/0/0=a", "error whole=x closes content/0/0"])
    }

    @Test(arguments: [Dialect.openAI, .anthropic])
    func `data that is no JSON is a fault that does not quote it`(dialect: Dialect) {
        let fault = #expect(throws: StreamEventReader.Fault.self) {
            _ = try reading(dialect, "event: x\ndata: {\"secret\n\n")
        }
        #expect(fault.map { !"\($0)".contains("secret") } ?? false)
    }

    private func isPlain(_ dialect: Dialect, _ stream: String) throws -> Bool {
        var parser = EventStreamParser()
        parser.append(bytes(stream))
        let event = try #require(try parser.next())
        return StreamEventReader(dialect).isPlain(event, of: parser)
    }

    @Test func `what brings only text is known without reading it`() throws {
        #expect(try isPlain(.openAI, chunk(choice(#"{"content":"a"}"#))))
        #expect(try isPlain(.openAI, chunk(choice(#"{"content":"a"}"#), #","usage":null"#)))
        #expect(try isPlain(.openAI, chunk(choice(#"{"content":"a"}"#), #", "usage" : null "#)))
        #expect(try isPlain(.openAI, chunk(choice(#"{"content":"\"usage\":{ \"finish_reason\":\"stop\""}"#))))
        #expect(try isPlain(.openAI, chunk(choice(#"{"content":"Z\u00fcrich"}"#))))
        #expect(try isPlain(.openAI, ": comment\n\n"))
        #expect(try isPlain(.anthropic, event("content_block_delta", #""index":0,"delta":{}"#)))
        #expect(try isPlain(.anthropic, event("ping")))
    }

    @Test func `what may bring more is read`() throws {
        #expect(try !isPlain(.openAI, "data: [DONE]\n\n"))
        #expect(try !isPlain(.openAI, chunk(choice("{}", finish: #""stop""#))))
        #expect(try !isPlain(.openAI, chunk(choice(#"{"content":"a"}"#), #","usage":{"prompt_tokens":1}"#)))
        #expect(try !isPlain(.openAI, chunk("", #","usage":{}"#)))
        #expect(try !isPlain(.openAI, #"data: {"error":{"message":"m"}}"# + "\n\n"))
        #expect(try !isPlain(.openAI, "data: {}\ndata: {}\n\n"))
        #expect(try !isPlain(.anthropic, event("message_delta")))
        #expect(try !isPlain(.anthropic, event("error")))
        #expect(try !isPlain(.anthropic, "data: {}\n\n"))
    }

    @Test func `a made-up event continues a text as the provider would`() throws {
        var parser = EventStreamParser()
        var reader = StreamEventReader(.openAI)
        parser.append(bytes(chunk(choice(#"{"content":"a"}"#), #","usage":null,"obfuscation":"xyz""#)))
        let event = try #require(try parser.next())
        _ = try reader.read(event, of: parser)
        func made(_ channel: StreamChannel) -> String {
            var stream: [UInt8] = []
            reader.appendDelta(channel, text: bytes("t\"x"), to: &stream)
            return text(stream)
        }
        func expected(_ delta: String, _ block: Int) -> String {
            #"data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","usage":null,"choices":[{"index":\#(block),"delta":\#(delta),"logprobs":null,"finish_reason":null}]}"#
                + "\n\n"
        }
        let deltas: [(StreamChannel.Kind, String)] = [
            (.content, #"{"content":"t\"x"}"#), (.refusal, #"{"refusal":"t\"x"}"#),
            (.reasoning, #"{"reasoning_content":"t\"x"}"#), (.plainReasoning, #"{"reasoning":"t\"x"}"#),
            (.toolArguments, #"{"tool_calls":[{"index":3,"function":{"arguments":"t\"x"}}]}"#),
            (.toolInput, #"{"tool_calls":[{"index":3,"custom":{"input":"t\"x"}}]}"#),
            (.functionArguments, #"{"function_call":{"arguments":"t\"x"}}"#),
            (.transcript, #"{"audio":{"transcript":"t\"x"}}"#),
        ]
        let others: [StreamChannel.Kind] = [.completion, .other, .otherArguments]
        #expect(deltas.map(\.0) + others == StreamChannel.Kind.allCases)
        for (kind, delta) in deltas {
            #expect(made(StreamChannel(block: 2, kind: kind, index: 3)) == expected(delta, 2))
        }
        var anthropic = StreamEventReader(.anthropic)
        for (kind, type, member) in [
            (StreamChannel.Kind.content, "text_delta", "text"), (.reasoning, "thinking_delta", "thinking"),
            (.toolArguments, "input_json_delta", "partial_json"),
        ] {
            var stream: [UInt8] = []
            anthropic.appendDelta(StreamChannel(block: 2, kind: kind), text: bytes("t"), to: &stream)
            #expect(
                text(stream)
                    == self.event(
                        "content_block_delta", #""index":2,"delta":{"type":"\#(type)","\#(member)":"t"}"#))
        }
    }
}
