import Inference
import JSONText
import Testing

@testable import Dialects

/// Requests, from one dialect to the other: each row is what the caller sends and, to the byte, what leaves.
struct RequestTranslationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let caller: String
        let provider: String
        var losses: [String] = []
        var testDescription: String { name }
    }

    static let chatToMessages: [Case] = [
        Case(
            name: "text and the system's words",
            caller:
                #"{"model":"m","messages":[{"role":"system","content":"be brief"},{"role":"user","content":"h\u00e9 \"x\""}]}"#,
            provider:
                #"{"model":"there","max_tokens":8192,"system":"be brief","messages":[{"role":"user","content":"h\u00e9 \"x\""}]}"#
        ),
        Case(
            name: "several system messages, one of them later",
            caller:
                #"{"messages":[{"role":"developer","content":"a"},{"role":"user","content":"x"},{"role":"system","content":"b"},{"role":"user","content":"y"}]}"#,
            provider:
                #"{"model":"there","max_tokens":8192,"system":[{"type":"text","text":"a"},{"type":"text","text":"b"}],"messages":[{"role":"user","content":[{"type":"text","text":"x"},{"type":"text","text":"y"}]}]}"#,
            losses: ["messages of the system moved to the start"]),
        Case(
            name: "limits and sampling",
            caller:
                #"{"messages":[{"role":"user","content":"x"}],"max_completion_tokens":5,"temperature":1.7,"top_p":0.5,"seed":3,"stop":"END","presence_penalty":0.5,"frequency_penalty":0,"user":"u-1","n":1,"logprobs":false,"store":true}"#,
            provider:
                #"{"model":"there","max_tokens":5,"messages":[{"role":"user","content":"x"}],"temperature":1,"stop_sequences":["END"],"metadata":{"user_id":"u-1"}}"#,
            losses: [
                "store dropped", "temperature clamped to 1", "top_p dropped", "seed dropped",
                "presence_penalty dropped",
            ]),
        Case(
            name: "top_p alone, a stream, a tier, effort",
            caller:
                #"{"messages":[{"role":"user","content":"x"}],"top_p":0.5,"stop":["a","b"],"stream":true,"stream_options":{"include_usage":true},"service_tier":"default","reasoning_effort":"minimal"}"#,
            provider:
                #"{"model":"there","max_tokens":8192,"messages":[{"role":"user","content":"x"}],"top_p":0.5,"stop_sequences":["a","b"],"output_config":{"effort":"low"},"service_tier":"standard_only","stream":true}"#,
            losses: ["reasoning_effort raised to low"]),
        Case(
            name: "pictures and files",
            caller:
                #"{"messages":[{"role":"user","content":[{"type":"text","text":"see"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo=","detail":"low"}},{"type":"image_url","image_url":{"url":"https://example.com/a.png"}},{"type":"file","file":{"filename":"a.pdf","file_data":"data:application\/pdf;base64,JVBERi0x"}}]}]}"#,
            provider:
                #"{"model":"there","max_tokens":8192,"messages":[{"role":"user","content":[{"type":"text","text":"see"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}},{"type":"image","source":{"type":"url","url":"https://example.com/a.png"}},{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0x"},"title":"a.pdf"}]}]}"#,
            losses: ["image_url.detail dropped"]),
        Case(
            name: "tools, calls of several at once, their results and what follows them",
            caller:
                #"{"messages":[{"role":"user","content":"w"},{"role":"assistant","content":null,"refusal":null,"annotations":[],"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"city\": \"Zürich\"}"}},{"id":"call:2","type":"function","function":{"name":"g","arguments":""}}]},{"role":"tool","tool_call_id":"call_1","content":"sunny"},{"role":"tool","tool_call_id":"call:2","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},{"role":"user","content":"and?"}],"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"city":{"type":"string"}}},"strict":true}},{"type":"function","function":{"name":"g","parameters":{"properties":{}}}},{"type":"function","function":{"name":"h"}}],"tool_choice":"required","parallel_tool_calls":false}"#,
            provider:
                #"{"model":"there","max_tokens":8192,"messages":[{"role":"user","content":"w"},{"role":"assistant","content":[{"type":"tool_use","id":"call_1","name":"f","input":{"city": "Zürich"}},{"type":"tool_use","id":"call_3a2","name":"g","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"call_1","content":"sunny"},{"type":"tool_result","tool_use_id":"call_3a2","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},{"type":"text","text":"and?"}]}],"tools":[{"name":"f","description":"d","input_schema":{"type":"object","properties":{"city":{"type":"string"}}},"strict":true},{"name":"g","input_schema":{"type":"object","properties":{}}},{"name":"h","input_schema":{"type":"object"}}],"tool_choice":{"type":"any","disable_parallel_tool_use":true}}"#
        ),
        Case(
            name: "a tool by its name, without parallel calls being spoken of",
            caller:
                #"{"messages":[{"role":"user","content":"w"}],"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":{"type":"function","function":{"name":"f"}}}"#,
            provider:
                #"{"model":"there","max_tokens":8192,"messages":[{"role":"user","content":"w"}],"tools":[{"name":"f","input_schema":{"type":"object"}}],"tool_choice":{"type":"tool","name":"f"}}"#
        ),
        Case(
            name: "JSON of a schema",
            caller:
                #"{"messages":[{"role":"user","content":"w"}],"response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"type":"object","properties":{}}}},"reasoning_effort":"high"}"#,
            provider:
                #"{"model":"there","max_tokens":8192,"messages":[{"role":"user","content":"w"}],"output_config":{"effort":"high","format":{"type":"json_schema","schema":{"type":"object","properties":{}}}}}"#
        ),
        Case(
            name: "history with empty words, a refusal and thoughts",
            caller:
                #"{"messages":[{"role":"user","content":[{"type":"text","text":" \n"},{"type":"text","text":"x"}]},{"role":"assistant","content":""},{"role":"user","content":"y"},{"role":"assistant","content":null,"refusal":"no","reasoning_content":"hm"},{"role":"user","content":"z"}]}"#,
            provider:
                #"{"model":"there","max_tokens":8192,"messages":[{"role":"user","content":"x"},{"role":"user","content":"y"},{"role":"assistant","content":[{"type":"text","text":"no"}]},{"role":"user","content":"z"}]}"#,
            losses: ["messages.reasoning_content dropped", "messages.content (white space) dropped"]),
    ]

    static let messagesToChat: [Case] = [
        Case(
            name: "text and the system's words",
            caller:
                #"{"max_tokens":9,"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":"x"}]}"#,
            provider:
                #"{"model":"there","messages":[{"role":"system","content":"s"},{"role":"user","content":"x"}],"max_tokens":9}"#,
            losses: ["cache_control dropped"]),
        Case(
            name: "options and a stream",
            caller:
                #"{"max_tokens":9,"stream":true,"temperature":0.5,"top_p":0.9,"top_k":4,"stop_sequences":["a"],"metadata":{"user_id":"u"},"service_tier":"standard_only","thinking":{"type":"enabled","budget_tokens":5000},"messages":[{"role":"user","content":"x"}]}"#,
            provider:
                #"{"model":"there","messages":[{"role":"user","content":"x"}],"max_tokens":9,"temperature":0.5,"top_p":0.9,"stop":["a"],"reasoning_effort":"medium","user":"u","service_tier":"default","stream":true,"stream_options":{"include_usage":true}}"#,
            losses: ["thinking.budget_tokens became a degree of effort", "top_k dropped"]),
        Case(
            name: "pictures and documents",
            caller:
                #"{"max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}},{"type":"image","source":{"type":"url","url":"https://example.com/a.png"}},{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0x"}},{"type":"document","source":{"type":"text","media_type":"text/plain","data":"words"}},{"type":"text","text":"see"}]}]}"#,
            provider:
                #"{"model":"there","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}},{"type":"image_url","image_url":{"url":"https://example.com/a.png"}},{"type":"file","file":{"filename":"document.pdf","file_data":"data:application/pdf;base64,JVBERi0x"}},{"type":"text","text":"words"},{"type":"text","text":"see"}]}],"max_tokens":9}"#
        ),
        Case(
            name: "calls and results, thoughts left out",
            caller:
                #"{"max_tokens":9,"messages":[{"role":"user","content":"w"},{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"redacted_thinking","data":"d"},{"type":"text","text":"so","citations":null},{"type":"tool_use","id":"toolu_1","name":"f","input":{"city":"Zürich"},"caller":{"type":"direct"}},{"type":"tool_use","id":"toolu_2","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text","text":"sunny"}]},{"type":"tool_result","tool_use_id":"toolu_2","is_error":true,"content":"no"},{"type":"text","text":"and?"}]}],"tools":[{"name":"f","description":"d","input_schema":{"type":"object","properties":{"city":{"type":"string"}}}}],"tool_choice":{"type":"any","disable_parallel_tool_use":true}}"#,
            provider:
                #"{"model":"there","messages":[{"role":"user","content":"w"},{"role":"assistant","content":"so","tool_calls":[{"id":"toolu_1","type":"function","function":{"name":"f","arguments":"{\"city\":\"Zürich\"}"}},{"id":"toolu_2","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"toolu_1","content":"sunny"},{"role":"tool","tool_call_id":"toolu_2","content":"no"},{"role":"user","content":"and?"}],"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}],"tool_choice":"required","parallel_tool_calls":false,"max_tokens":9}"#,
            losses: ["thinking dropped", "messages.content.is_error dropped"]),
        Case(
            name: "JSON of a schema that is strict, and effort",
            caller:
                #"{"max_tokens":9,"messages":[{"role":"user","content":"w"}],"output_config":{"effort":"max","format":{"type":"json_schema","schema":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}}}}"#,
            provider:
                #"{"model":"there","messages":[{"role":"user","content":"w"}],"max_tokens":9,"reasoning_effort":"max","response_format":{"type":"json_schema","json_schema":{"name":"answer","schema":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false},"strict":true}}}"#
        ),
        Case(
            name: "JSON of a schema that OpenAI would not take as strict",
            caller:
                #"{"max_tokens":9,"messages":[{"role":"user","content":"w"}],"output_config":{"format":{"type":"json_schema","schema":{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}}}}"#,
            provider:
                #"{"model":"there","messages":[{"role":"user","content":"w"}],"max_tokens":9,"response_format":{"type":"json_schema","json_schema":{"name":"answer","schema":{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false},"strict":false}}}"#,
            losses: ["output_config.format not enforced strictly"]),
        Case(
            name: "a strict tool that OpenAI would not take as strict, and a document's title",
            caller:
                #"{"max_tokens":9,"messages":[{"role":"user","content":[{"type":"document","title":"t","source":{"type":"text","media_type":"text/plain","data":"words"}}]}],"tools":[{"name":"f","strict":true,"input_schema":{"type":"object"}}]}"#,
            provider:
                #"{"model":"there","messages":[{"role":"user","content":[{"type":"text","text":"words"}]}],"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"},"strict":false}}],"max_tokens":9}"#,
            losses: ["messages.content.title dropped", "tools.strict not enforced strictly"]),
    ]

    @Test(arguments: chatToMessages)
    func `a chat completion's request becomes one for a message`(row: Case) throws {
        let result = try translated(row.caller, from: .chat, to: .messages)
        #expect(result.body == row.provider)
        #expect(result.losses == row.losses)
    }

    @Test(arguments: messagesToChat)
    func `a message's request becomes one for a chat completion`(row: Case) throws {
        let result = try translated(row.caller, from: .messages, to: .chat)
        #expect(result.body == row.provider)
        #expect(result.losses == row.losses)
    }

    @Test(arguments: [(nil, 8_192), (4_096, 4_096), (128_000, 32_768)])
    func `a limit that a provider needs and the caller did not give follows from the model's`(
        maximumOutput: Int?, limit: Int
    ) throws {
        let body = try translated(
            #"{"messages":[{"role":"user","content":"x"}]}"#, from: .chat, to: .messages, maximumOutput: maximumOutput
        ).body
        #expect(try json(body).root["max_tokens"]?.int == limit)
    }

    private static let user = #""messages":[{"role":"user","content":"x"}]"#

    @Test(arguments: [
        ("n", #""n":2"#), ("logprobs", #""logprobs":true"#), ("logit_bias", #""logit_bias":{"5":1}"#),
        ("response_format", #""response_format":{"type":"json_object"}"#), ("modalities", #""modalities":["audio"]"#),
        ("functions", #""functions":[{"name":"f"}]"#), ("tools.0.type", #""tools":[{"type":"custom","custom":{}}]"#),
        ("min_p", #""min_p":0.5"#), ("stop", #""stop":"\n""#), ("temperature", #""temperature":"warm""#),
        ("tool_choice.type", #""tool_choice":{"type":"allowed_tools"}"#), ("audio", #""audio":{"voice":"a"}"#),
    ])
    func `what a message can't say is refused by its name`(field: String, member: String) throws {
        #expect {
            try translated("{\(Self.user),\(member)}", from: .chat, to: .messages)
        } throws: { ($0 as? RequestError)?.param == field && ($0 as? RequestError)?.kind == .invalidRequest }
    }

    @Test(arguments: [
        ("messages.0.role", #"{"role":"emperor","content":"x"}"#), ("messages.0.content", #"{"role":"user"}"#),
        ("messages.0", #"{"role":"user","content":" "}"#),
        ("messages.0.content.0.type", #"{"role":"user","content":[{"type":"video_url"}]}"#),
        (
            "messages.0.content.0",
            #"{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AA==","format":"wav"}}]}"#
        ),
        ("messages.0.content.0.file.file_id", #"{"role":"user","content":[{"type":"file","file":{"file_id":"f"}}]}"#),
        (
            "messages.0.tool_calls.function.arguments",
            #"{"role":"assistant","tool_calls":[{"id":"1","function":{"name":"f","arguments":"[1"}}]}"#
        ),
        ("messages.0.weight", #"{"role":"user","content":"x","weight":1}"#),
    ])
    func `what a message can't hold is refused by its place`(field: String, message: String) throws {
        #expect {
            try translated(#"{"messages":[\#(message)]}"#, from: .chat, to: .messages)
        } throws: { ($0 as? RequestError)?.param == field }
    }

    @Test(arguments: [
        ("inference_geo", #""inference_geo":"eu""#), ("container", #""container":"c""#),
        ("mcp_servers", #""mcp_servers":[{"name":"a"}]"#),
        ("tools.0.type", #""tools":[{"type":"web_search_20250305","name":"web_search"}]"#),
        ("stop_sequences", #""stop_sequences":["a","b","c","d","e"]"#), ("max_tokens", #""max_tokens":0"#),
        ("wished_for", #""wished_for":1"#), ("thinking.type", #""thinking":{"type":"deep"}"#),
    ])
    func `what a chat completion can't say is refused by its name`(field: String, member: String) throws {
        #expect {
            try translated("{\(Self.user),\(member)}", from: .messages, to: .chat)
        } throws: { ($0 as? RequestError)?.param == field }
    }

    @Test(arguments: [
        #"{"type":"image","source":{"type":"file","file_id":"f"}}"#, #"{"type":"search_result"}"#,
        #"{"type":"document","source":{"type":"url","url":"https://x"}}"#,
        #"{"type":"tool_result","tool_use_id":"1","content":[{"type":"image","source":{"type":"url","url":"https://x"}}]}"#,
        #"{"type":"document","citations":{"enabled":true},"source":{"type":"text","data":"x"}}"#,
    ])
    func `what a chat message can't hold is refused by its place`(block: String) throws {
        #expect {
            try translated(#"{"messages":[{"role":"user","content":[\#(block)]}]}"#, from: .messages, to: .chat)
        } throws: { ($0 as? RequestError)?.param?.hasPrefix("messages.0") ?? false }
    }

    @Test(arguments: chatToMessages.filter(\.losses.isEmpty))
    func `a request says the same in the other dialect`(row: Case) throws {
        var said = try conversation(row.caller, .chat)
        var again = try conversation(row.provider, .messages)
        // What has no name of its own there: the default limit, the schema's name, a call's odd identifier.
        if said.maximumTokens == nil { said.maximumTokens = 8_192 }
        if case .schema(let schema) = said.form { said.form = .schema(.init(schema: schema.schema)) }
        for index in said.tools.indices where said.tools[index].schema == nil {
            said.tools[index].schema = JSONFragment(#"{"type":"object"}"#)
        }
        said = said.merged
        again = again.merged
        guard !row.caller.contains("call:2") else { return }
        #expect(said == again)
    }

    @Test(arguments: messagesToChat.filter(\.losses.isEmpty))
    func `a message's request says the same as a chat completion's`(row: Case) throws {
        var said = try conversation(row.caller, .messages).merged
        var again = try conversation(row.provider, .chat).merged
        for index in said.turns.indices {
            said.turns[index].parts = said.turns[index].parts.map { part in
                guard case .document(let media, _) = part.content else { return part }
                if case .text(let text) = media { return .init(.text(text), part.origin) }
                return .init(.document(media, name: EscapedText("document.pdf")), part.origin)
            }
        }
        if case .schema(let schema) = again.form { again.form = .schema(.init(schema: schema.schema)) }
        #expect(said == again)
    }
}

extension Conversation {
    /// Turns of one side as one, for that is how they are meant.
    var merged: Conversation {
        var result = self
        result.turns = []
        for turn in turns {
            if let last = result.turns.indices.last, result.turns[last].role == turn.role {
                result.turns[last].parts += turn.parts
            } else {
                result.turns.append(turn)
            }
        }
        return result
    }
}
