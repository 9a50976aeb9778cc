import Inference
import JSONText
import Testing

@testable import Dialects

/// Requests and whole answers between Bedrock's dialect and the others: to the byte.
struct BedrockTranslationTests {
    typealias Case = RequestTranslationTests.Case

    static let chatToConverse: [Case] = [
        Case(
            name: "text, the system's words, limits and sampling",
            caller:
                #"{"model":"m","messages":[{"role":"system","content":"be brief"},{"role":"user","content":"h\u00e9 \"x\""}],"max_tokens":5,"temperature":1.7,"top_p":0.5,"stop":"END","seed":3,"user":"u"}"#,
            provider:
                #"{"system":[{"text":"be brief"}],"messages":[{"role":"user","content":[{"text":"h\u00e9 \"x\""}]}],"inferenceConfig":{"maxTokens":5,"temperature":1,"topP":0.5,"stopSequences":["END"]}}"#,
            losses: ["seed dropped", "temperature clamped to 1", "user dropped"]),
        Case(
            name: "pictures and files",
            caller:
                #"{"messages":[{"role":"user","content":[{"type":"text","text":"see"},{"type":"image_url","image_url":{"url":"data:image\/jpg;base64,aGVs\/G8="}},{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBERi0x"}},{"type":"input_audio","input_audio":{"data":"aGVs","format":"mp3"}}]}]}"#,
            provider:
                #"{"messages":[{"role":"user","content":[{"text":"see"},{"image":{"format":"jpeg","source":{"bytes":"aGVs/G8="}}},{"document":{"name":"a-pdf","format":"pdf","source":{"bytes":"JVBERi0x"}}},{"audio":{"format":"mp3","source":{"bytes":"aGVs"}}}]}]}"#,
            losses: ["document name has other signs"]),
        Case(
            name: "tools, calls of several at once, their results and what follows them",
            caller:
                #"{"messages":[{"role":"user","content":"w"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"city\": \"Zürich\"}"}},{"id":"call|2","type":"function","function":{"name":"g","arguments":""}}]},{"role":"tool","tool_call_id":"call_1","content":"sunny"},{"role":"tool","tool_call_id":"call|2","content":"b"},{"role":"user","content":"and?"}],"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false},"strict":true}},{"type":"function","function":{"name":"g","description":"","parameters":{"properties":{}}}},{"type":"function","function":{"name":"h"}}],"tool_choice":"required","parallel_tool_calls":false}"#,
            provider:
                #"{"messages":[{"role":"user","content":[{"text":"w"}]},{"role":"assistant","content":[{"toolUse":{"toolUseId":"call_1","name":"f","input":{"city": "Zürich"}}},{"toolUse":{"toolUseId":"call_7c2","name":"g","input":{}}}]},{"role":"user","content":[{"toolResult":{"toolUseId":"call_1","content":[{"text":"sunny"}]}},{"toolResult":{"toolUseId":"call_7c2","content":[{"text":"b"}]}},{"text":"and?"}]}],"toolConfig":{"tools":[{"toolSpec":{"name":"f","description":"d","inputSchema":{"json":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}},"strict":true}},{"toolSpec":{"name":"g","inputSchema":{"json":{"type":"object","properties":{}}}}},{"toolSpec":{"name":"h","inputSchema":{"json":{"type":"object"}}}}],"toolChoice":{"any":{}}}}"#,
            losses: ["parallel_tool_calls dropped"]),
        Case(
            name: "calls of before with no tools any more, and a result without a word",
            caller:
                #"{"messages":[{"role":"user","content":"w"},{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"b","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","content":" \n"},{"role":"tool","tool_call_id":"b","content":"x"},{"role":"user","content":"sum up"}]}"#,
            provider:
                #"{"messages":[{"role":"user","content":[{"text":"w"}]},{"role":"assistant","content":[{"toolUse":{"toolUseId":"a","name":"f","input":{}}},{"toolUse":{"toolUseId":"b","name":"f","input":{}}}]},{"role":"user","content":[{"toolResult":{"toolUseId":"a","content":[{"text":"(empty)"}]}},{"toolResult":{"toolUseId":"b","content":[{"text":"x"}]}},{"text":"sum up"}]}],"toolConfig":{"tools":[{"toolSpec":{"name":"no_tool","description":"There are no tools any more. Never call this one.","inputSchema":{"json":{"type":"object"}}}}]}}"#,
            losses: [
                "tool result empty, which is said in words", "tools of earlier calls replaced by one that is none",
            ]),
        Case(
            name: "a tool by its name, effort, a schema",
            caller:
                #"{"messages":[{"role":"user","content":"w"}],"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":{"type":"function","function":{"name":"f"}},"reasoning_effort":"minimal","response_format":{"type":"json_schema","json_schema":{"name":"n","description":"d","schema":{"type":"object","properties":{"a":{"const":"\"é"}}}}},"service_tier":"default"}"#,
            provider:
                #"{"messages":[{"role":"user","content":[{"text":"w"}]}],"toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object"}}}}],"toolChoice":{"tool":{"name":"f"}}},"outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":"{\"type\":\"object\",\"properties\":{\"a\":{\"const\":\"\\\"é\"}}}","name":"n","description":"d"}}},"effort":"low"},"serviceTier":{"type":"default"}}"#,
            losses: ["reasoning_effort raised to low"]),
        Case(
            name: "no tool where none may be called",
            caller:
                #"{"messages":[{"role":"user","content":"w"}],"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"none","reasoning_effort":"none"}"#,
            provider: #"{"messages":[{"role":"user","content":[{"text":"w"}]}]}"#, losses: ["reasoning_effort dropped"]),
    ]

    @Test(arguments: chatToConverse)
    func `a chat completion's request becomes one for Bedrock`(row: Case) throws {
        let result = try translated(row.caller, from: .chat, to: .converse)
        #expect(result.body == row.provider)
        #expect(result.losses == row.losses)
    }

    @Test(arguments: chatToConverse)
    func `what was translated says the same when it is read again`(row: Case) throws {
        let again = try translated(row.provider, from: .converse, to: .chat)
        let twice = try translated(again.body, from: .chat, to: .converse)
        // A picture's type has two names.
        #expect(twice.body == row.provider)
    }

    static let converseToMessages: [Case] = [
        Case(
            name: "thoughts, results with JSON, a cache, options of Anthropic's models",
            caller:
                #"{"system":[{"text":"s"},{"cachePoint":{"type":"default"}}],"messages":[{"role":"user","content":[{"text":"u"}]},{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"t","signature":"g"}}},{"reasoningContent":{"redactedContent":"AAAA"}},{"toolUse":{"toolUseId":"i:1","name":"f","input":{"a":1}}}]},{"role":"user","content":[{"toolResult":{"toolUseId":"i:1","content":[{"json":{"k":"v\n"}},{"image":{"format":"webp","source":{"bytes":"aGVs"}}}],"status":"error"}}]}],"inferenceConfig":{"maxTokens":9},"additionalModelRequestFields":{"top_k":3,"thinking":{"type":"enabled","budget_tokens":5000}},"outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":"{\"type\": \"object\"}"}}}},"performanceConfig":{"latency":"standard"}}"#,
            provider:
                #"{"model":"there","max_tokens":9,"system":"s","messages":[{"role":"user","content":"u"},{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"g"},{"type":"redacted_thinking","data":"AAAA"},{"type":"tool_use","id":"i_3a1","name":"f","input":{"a":1}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"i_3a1","content":[{"type":"text","text":"{\"k\":\"v\\n\"}"},{"type":"image","source":{"type":"base64","media_type":"image/webp","data":"aGVs"}}],"is_error":true}]}],"top_k":3,"output_config":{"effort":"medium","format":{"type":"json_schema","schema":{"type": "object"}}}}"#,
            losses: [
                "cachePoint dropped", "additionalModelRequestFields.thinking.budget_tokens became a degree of effort",
                "performanceConfig dropped",
            ]),
        Case(
            name: "documents, citations of an answer, a stream that the path asks for",
            caller:
                #"{"messages":[{"role":"user","content":[{"document":{"format":"txt","name":"n","source":{"text":"a"}}},{"document":{"format":"md","name":"o","source":{"content":[{"text":"b"},{"text":"c"}]}}},{"document":{"format":"pdf","name":"p","source":{"bytes":"JVBE"}}}]},{"role":"assistant","content":[{"citationsContent":{"content":[{"text":"d"}],"citations":[{"title":"x"}]}}]},{"role":"user","content":[{"text":"u"}]}]}"#,
            provider:
                #"{"model":"there","max_tokens":8192,"messages":[{"role":"user","content":[{"type":"document","source":{"type":"text","media_type":"text/plain","data":"a"},"title":"n"},{"type":"document","source":{"type":"text","media_type":"text/plain","data":"bc"},"title":"o"},{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBE"},"title":"p"}]},{"role":"assistant","content":"d"},{"role":"user","content":"u"}]}"#,
            losses: ["messages.content.citationsContent.citations dropped"]),
    ]

    @Test(arguments: converseToMessages)
    func `a request for Bedrock becomes one for a message`(row: Case) throws {
        let result = try translated(row.caller, from: .converse, to: .messages)
        #expect(result.body == row.provider)
        #expect(result.losses == row.losses)
    }

    @Test func `a stream that the path asks for is asked for`() throws {
        let translation = try #require(Translation(from: .converse, to: .messages))
        let body = bytes(#"{"messages":[{"role":"user","content":[{"text":"u"}]}]}"#)
        let request = try translation.request(body, to: TranslationTarget(model: "m", isStreaming: true))
        #expect(text(request.body).hasSuffix(#""stream":true}"#))
    }

    @Test func `options of Anthropic's models are said in the way of those models`() throws {
        let body =
            #"{"max_tokens":5,"messages":[{"role":"user","content":"x"}],"temperature":0.5,"top_p":0.5,"top_k":7,"thinking":{"type":"disabled"}}"#
        let translation = try #require(Translation(from: .messages, to: .converse))
        func sent(_ model: String) throws -> (String, [String]) {
            let request = try translation.request(bytes(body), to: TranslationTarget(model: model))
            return (text(request.body), request.losses)
        }
        let (own, losses) = try sent("eu.anthropic.claude-sonnet-5-5")
        #expect(own.contains(#""inferenceConfig":{"maxTokens":5,"temperature":0.5}"#) && own.contains(#""top_k":7"#))
        #expect(losses == ["thinking.type dropped", "top_p dropped"])
        let (other, otherLosses) = try sent("amazon.nova-lite-v1:0")
        #expect(other.contains(#""topP":0.5"#) && !other.contains("additional"))
        #expect(otherLosses == ["thinking.type dropped", "top_k dropped"])
    }

    @Test(arguments: [
        ("guardrailConfig", #""guardrailConfig":{"guardrailIdentifier":"g"}"#),
        ("promptVariables", #""promptVariables":{"a":{"text":"b"}}"#),
        ("additionalModelRequestFields.x", #""additionalModelRequestFields":{"x":1}"#),
        ("inferenceConfig.x", #""inferenceConfig":{"x":1}"#), ("x", #""x":1"#),
        ("inferenceConfig.maxTokens", #""inferenceConfig":{"maxTokens":0}"#),
        ("toolConfig.tools.0.systemTool", #""toolConfig":{"tools":[{"systemTool":{"name":"n"}}]}"#),
        (
            "toolConfig.tools.0.toolSpec.inputSchema.json",
            #""toolConfig":{"tools":[{"toolSpec":{"name":"n","inputSchema":{}}}]}"#
        ),
        (
            "outputConfig.textFormat.structure.jsonSchema.schema",
            #""outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":"[]"}}}}"#
        ),
    ])
    func `what others can't say is refused by its name`(field: String, member: String) throws {
        let body = #"{"messages":[{"role":"user","content":[{"text":"u"}]}],\#(member)}"#
        for provider in [Inference.Operation.chat, .messages] {
            let error = #expect(throws: RequestError.self) { try translated(body, from: .converse, to: provider) }
            #expect(error?.param == field)
        }
    }

    @Test(arguments: [
        ("messages.0.content.0.video", #"{"video":{"format":"mp4","source":{"bytes":"aGVs"}}}"#),
        ("messages.0.content.0.guardContent", #"{"guardContent":{"text":{"text":"x"}}}"#),
        (
            "messages.0.content.0.image.source",
            #"{"image":{"format":"png","source":{"s3Location":{"uri":"s3://b/k"}}}}"#
        ),
        ("messages.0.content.0.document.context", #"{"document":{"name":"n","context":"c","source":{"text":"t"}}}"#),
        (
            "messages.0.content.0.toolUse.type",
            #"{"toolUse":{"toolUseId":"i","name":"n","input":{},"type":"server_tool_use"}}"#
        ),
        (
            "messages.0.content.0.toolResult.content.video",
            #"{"toolResult":{"toolUseId":"i","content":[{"video":{}}]}}"#
        ),
    ])
    func `what others can't hold is refused by its place`(field: String, block: String) throws {
        let body = #"{"messages":[{"role":"user","content":[\#(block)]}]}"#
        let error = #expect(throws: RequestError.self) { try translated(body, from: .converse, to: .chat) }
        #expect(error?.param == field)
    }

    @Test(arguments: [
        (
            "messages.0.content.0",
            #"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://e/a.png"}}]}]}"#
        ),
        (
            "messages.0.content.0",
            #"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/tiff;base64,aGVs"}}]}]}"#
        ),
        ("response_format", #"{"messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_object"}}"#),
        (
            "tool_choice",
            #"{"messages":[{"role":"user","content":"x"},{"role":"assistant","tool_calls":[{"id":"i","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"i","content":"r"}],"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"none"}"#
        ),
    ])
    func `what Bedrock can't say is refused by its name`(field: String, body: String) throws {
        let error = #expect(throws: RequestError.self) { try translated(body, from: .chat, to: .converse) }
        #expect(error?.param == field)
    }

    // MARK: - Answers

    private static let whole =
        #"{"output":{"message":{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"hm","signature":"s"}}},{"text":"a\n"},{"toolUse":{"toolUseId":"t1","name":"f","input":{"x":[1]}}}]}},"stopReason":"tool_use","usage":{"inputTokens":6,"outputTokens":7,"totalTokens":18,"cacheReadInputTokens":3,"cacheWriteInputTokens":2},"metrics":{"latencyMs":0}}"#

    @Test func `an answer becomes a message`() throws {
        #expect(
            try answer(Self.whole, from: .converse, to: .messages)
                == #"{"id":"msg_0001","type":"message","role":"assistant","model":"alias","content":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"a\n","citations":null},{"type":"tool_use","id":"t1","name":"f","input":{"x":[1]}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":6,"cache_creation_input_tokens":2,"cache_read_input_tokens":3,"output_tokens":7}}"#
        )
    }

    @Test func `an answer, translated there and back, is the same`() throws {
        let message = try answer(Self.whole, from: .converse, to: .messages)
        #expect(try answer(message, from: .messages, to: .converse) == Self.whole)
    }

    @Test(arguments: [
        ("end_turn", "stop"), ("max_tokens", "length"), ("stop_sequence", "stop"), ("tool_use", "tool_calls"),
        ("guardrail_intervened", "content_filter"), ("content_filtered", "content_filter"),
        ("model_context_window_exceeded", "length"), ("unheard_of", "length"),
        ("malformed_model_output", "length"),
    ])
    func `a reason to stop has a word in chat completions`(reason: String, word: String) throws {
        let body = #"{"output":{"message":{"role":"assistant","content":[{"text":"a"}]}},"stopReason":"\#(reason)"}"#
        #expect(try answer(body, from: .converse, to: .chat).contains(#""finish_reason":"\#(word)""#))
    }

    @Test(arguments: ["{}", "[]", #"{"output":{}}"#, #"{"message":"no"}"#])
    func `what is no answer is a fault, not an empty answer`(body: String) {
        #expect(throws: (any Error).self) { try answer(body, from: .converse, to: .chat) }
    }

    @Test func `whatever is done to a body, nothing traps`() throws {
        let bodies = (Self.chatToConverse.map(\.provider) + Self.converseToMessages.map(\.caller)) + [Self.whole]
        for body in bodies {
            let document = try json(body)
            for node in 0..<document.nodeCount where !document.isKey(at: node) {
                for value in ["null", "{}", "[]", #""x""#, "1", #"[{"text":"x"}]"#] {
                    let changed = text(
                        document.replacing([JSONReplacement(range: document.range(at: node), bytes: bytes(value))]))
                    for other in [Inference.Operation.chat, .messages] {
                        if let result = try? translated(changed, from: .converse, to: other) {
                            _ = try json(result.body)
                        }
                        if let result = try? answer(changed, from: .converse, to: other) { _ = try json(result) }
                    }
                    _ = DemonstrationModel.answer(.converse, body: bytes(changed), identifier: "1", created: 0)
                    guard let parsed = try? json(changed) else { continue }
                    _ = AnswerReader.read(.converse, parsed)
                    _ = try? RequestReader.read(
                        .converse, body: parsed, address: RequestAddress(model: "m", isStreaming: true))
                }
            }
        }
    }
}
