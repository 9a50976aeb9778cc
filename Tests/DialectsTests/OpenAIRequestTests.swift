import Dialects
import Inference
import JSONText
import Testing

struct OpenAIRequestTests {
    @Test func `a conversation is read with the place of every text`() throws {
        let request = try read(
            .chat,
            #"""
            {"model":"gpt-5-mini","stream":true,"stream_options":{"include_usage":true},"max_tokens":7,
             "max_completion_tokens":40,"temperature":0.5,"user":"u1","metadata":{"case":"m1"},"x_unknown":["o1"],
             "messages":[
              {"role":"system","content":"s1"},{"content":"s2","role":"developer","name":"n1"},
              {"role":"user","content":[{"type":"text","text":"u2"},{"type":"mystery","odd":{"deep":["u3"]}}]},
              {"role":"assistant","content":null,"refusal":null,"annotations":[],"tool_calls":[
                {"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"city\":\"Bern\"}"}},
                {"id":"call_2","type":"custom","custom":{"name":"g","input":"raw words"}}]},
              {"role":"tool","tool_call_id":"call_1","content":"t1"},
              {"role":"emperor","content":"e1"}],
             "tools":[{"type":"function","function":{"name":"f","description":"d1","strict":true,
                "parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}]}
            """#)
        #expect(request.dialect == .openAI)
        #expect(request.operation == .chat)
        #expect(request.model == ModelID("gpt-5-mini"))
        #expect(request.isStreaming)
        #expect(request.wantsStreamUsage)
        #expect(request.maximumOutputTokens == 40)
        #expect(request.tools == ["f"])
        #expect(request.unscannable.isEmpty)
        #expect(
            request.listing == [
                "other: u1", "other: case", "other: m1", "other: x_unknown", "other: o1", "system: s1", "system: s2",
                "system: n1", "user: u2", "user: mystery", "user: odd", "user: deep", "user: u3", "assistant: call_1",
                "assistant: f", "tool_arguments: city", "tool_arguments: Bern", "assistant: call_2", "assistant: g",
                "tool_arguments: raw words", "tool_result: call_1", "tool_result: t1", "other: emperor", "other: e1",
                "tool_definition: f", "tool_definition: d1", "tool_definition: type", "tool_definition: object",
                "tool_definition: properties", "tool_definition: city", "tool_definition: type",
                "tool_definition: string",
            ])
    }

    @Test func `escaped names are the names they stand for`() throws {
        let request = try read(
            .chat,
            #"{"\u006dodel":"m","mess\u0061ges":[{"r\u006fle":"\u0075ser","content":"x","n\u0061m\u0065x":"y"}],"stre\u0061m":true}"#
        )
        #expect(request.model.rawValue == "m")
        #expect(request.isStreaming)
        #expect(request.listing == ["user: x", "user: namex", "user: y"])
    }

    @Test func `tools are known by name, or else by type`() throws {
        let request = try read(
            .chat,
            #"{"model":"m","messages":[],"tools":[{"type":"function","function":{"name":"f"}},{"type":"custom","custom":{"name":"c"}},{"type":"web_search"},7],"functions":[{"name":"old"}]}"#
        )
        #expect(request.tools == ["f", "c", "web_search", "old"])
        let anthropic = try read(
            .messages, #"{"model":"m","messages":[],"tools":[{"name":"f"},{"type":"bash_1","name":"b"},{"type":"t"}]}"#)
        #expect(anthropic.tools == ["f", "b", "t"])
    }

    @Test func `tools that are no list are refused, since policy could not be asked about them`() throws {
        for (operation, body) in [
            (Operation.chat, #"{"model":"m","messages":[],"tools":{"0":{"type":"shell"}}}"#),
            (.chat, #"{"model":"m","messages":[],"functions":{"name":"f"}}"#),
            (.messages, #"{"model":"m","messages":[],"tools":"bash"}"#),
            (.messages, #"{"model":"m","messages":[],"mcp_servers":{"name":"files"}}"#),
            (.responses, #"{"model":"m","input":"x","tools":{"type":"shell"}}"#),
        ] {
            #expect(throws: RequestError.self, "\(body)") { try read(operation, body) }
        }
        #expect(try read(.chat, #"{"model":"m","messages":[],"tools":null}"#).tools.isEmpty)
        let servers = try read(
            .messages,
            #"{"model":"m","messages":[],"mcp_servers":[{"type":"url","url":"https://x.example","name":"files"}]}"#
        )
        #expect(servers.tools == ["files"])
    }

    @Test func `a tool that may be taken for several is known by the names of all`() throws {
        let chat = try read(
            .chat,
            #"{"model":"m","messages":[],"tools":[{"type":"custom","function":{"name":"f"},"custom":{"name":"shell"}},{"type":"web_search","name":"f"},{"type":"function","name":"g","function":{"name":"h"}}]}"#
        )
        #expect(chat.tools == ["f", "shell", "f", "web_search", "h", "g"])
        let responses = try read(
            .responses,
            #"{"model":"m","input":"x","tools":[{"type":"code_interpreter","name":"f"},{"type":"function","name":"g"}]}"#
        )
        #expect(responses.tools == ["f", "code_interpreter", "g"])
    }

    @Test func `what an SDK sends back as history is accepted`() throws {
        let request = try read(
            .chat,
            #"{"model":"m","messages":[{"role":"assistant","content":"a","refusal":null,"annotations":[],"audio":null,"function_call":null,"tool_calls":null,"parsed":null}]}"#
        )
        #expect(request.listing == ["assistant: a", "assistant: parsed"])
        #expect(!request.isStreaming)
        #expect(request.maximumOutputTokens == nil)
    }

    @Test func `strings that hold JSON become documents, at most three deep`() throws {
        func wrapped(_ inner: String) -> String { text([0x22] + JSONEscape.escaped(bytes(inner)) + [0x22]) }
        var inner = #"{"v":"deepest"}"#
        for level in 1...4 { inner = #"{"l\#(level)":\#(wrapped(inner))}"# }
        let request = try read(.chat, #"{"model":"m","messages":[{"role":"user","content":\#(wrapped(inner))}]}"#)
        #expect(
            request.listing == ["user: l4", "user: l3", "user: l2", #"user: {"l1":"{\"v\":\"deepest\"}"}"#])
        #expect(request.documents.count == 4)
        #expect(request.documents.map { $0.parent?.document } == [nil, 0, 1, 2])
        for document in request.documents.dropFirst() {
            let parent = try #require(document.parent)
            #expect(
                request.documents[parent.document].json.value(at: parent.node).decodedUTF8() == document.json.bytes)
        }
    }

    @Test(arguments: [
        (#"  {\"a\":\"b\"}\n"#, true), (#"\n\t[\"x\"] \r\n"#, true), (#"\u007b\"a\":\"b\"\u007d"#, true),
        (#"{\"a\":\"b\"} and more"#, false), (#"{\"a\":\"b\",\"a\":\"c\"}"#, false), (#"{\"a\":\"b\""#, false),
        (#"[1,2,3]"#, false), (#"{}"#, false), (#"[click here](x)"#, false), (#"\"quoted\""#, false),
    ])
    func `a string is a document only if it is JSON with strings in it`(content: String, isDocument: Bool) throws {
        let request = try read(.chat, #"{"model":"m","messages":[{"role":"user","content":"\#(content)"}]}"#)
        #expect((request.documents.count == 2) == isDocument)
        #expect(!request.texts.isEmpty)
    }

    @Test func `arguments are tried as JSON whatever they begin with`() throws {
        let body =
            #"{"model":"m","messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":"\"a\\u0040b\""}}]}]}"#
        #expect(try read(.chat, body).listing == ["assistant: f", "tool_arguments: a@b"])
    }

    @Test func `media in base64 can't be read, anything else can`() throws {
        let picture = String(repeating: "iVBORw0KGgoAAAANSUhE", count: 5)
        func parts(_ part: String) throws -> (texts: [String], parts: [String]) {
            let request = try read(.chat, #"{"model":"m","messages":[{"role":"user","content":[\#(part)]}]}"#)
            return (request.listing, request.parts)
        }
        var found = try parts(
            #"{"type":"image_url","image_url":{"url":"data:image/png;base64,\#(picture)","detail":"low"}}"#)
        #expect(found == (["user: low"], ["image user"]))
        found = try parts(#"{"type":"image_url","image_url":"data:image\/png;base64,\#(picture)"}"#)
        #expect(found == ([], ["image user"]))
        found = try parts(#"{"type":"image_url","image_url":{"url":"https://h/john@example.com.png"}}"#)
        #expect(found == (["user: https://h/john@example.com.png"], ["image user"]))
        found = try parts(#"{"type":"image_url","image_url":{"url":"data:text/plain,john@example.com"}}"#)
        #expect(found == (["user: data:text/plain,john@example.com"], ["image user"]))
        let disguised = "data:text/plain;x=john@example.com;base64,\(picture)"
        found = try parts(#"{"type":"image_url","image_url":{"url":"\#(disguised)"}}"#)
        #expect(found == (["user: \(disguised)"], ["image user"]))
        found = try parts(#"{"type":"input_audio","input_audio":{"data":"\#(picture)","format":"wav"}}"#)
        #expect(found == (["user: wav"], ["audio user"]))
        found = try parts(#"{"type":"input_audio","input_audio":{"data":"john@example.com","format":"wav"}}"#)
        #expect(found == (["user: john@example.com", "user: wav"], []))
        found = try parts(#"{"type":"input_audio","input_audio":{"data":"4111111111111111"}}"#)
        #expect(found == (["user: 4111111111111111"], ["audio user"]))
        found = try parts(#"{"type":"file","file":{"file_data":"\#(picture)","filename":"a.pdf"}}"#)
        #expect(found == (["user: a.pdf"], ["file user"]))
        found = try parts(#"{"type":"file","file":{"file_id":"file-1"}}"#)
        #expect(found == (["user: file-1"], ["file user"]))
        found = try parts(#"{"type":"text","text":"data:image/png;base64,\#(picture)"}"#)
        #expect(found == (["user: data:image/png;base64,\(picture)"], []))
    }

    @Test func `embedding inputs are texts, numbers of tokens can't be read`() throws {
        func found(_ input: String) throws -> [String] {
            let request = try read(.embeddings, #"{"model":"e","encoding_format":"base64","input":\#(input)}"#)
            return request.listing + request.parts
        }
        #expect(try found(#""one""#) == ["embedding_input: one"])
        #expect(try found(#"["a","b"]"#) == ["embedding_input: a", "embedding_input: b"])
        #expect(try found("[1,2,3]") == ["binary embedding_input"])
        #expect(try found("[[1,2],[3],[]]") == ["binary embedding_input", "binary embedding_input"])
        #expect(try found(#"[["nested",1]]"#) == ["embedding_input: nested", "binary embedding_input"])
    }

    @Test(
        arguments: [
            ("[]", nil), (#""x""#, nil), ("{}", "messages"), (#"{"model":"m"}"#, "messages"),
            (#"{"messages":[]}"#, "model"), (#"{"model":"","messages":[]}"#, "model"),
            (#"{"model":null,"messages":[]}"#, "model"), (#"{"model":5,"messages":[]}"#, "model"),
            (#"{"model":"a b","messages":[]}"#, "model"), (#"{"model":"a\nb","messages":[]}"#, "model"),
            (#"{"model":"m","messages":"hello"}"#, "messages"), (#"{"model":"m","messages":{}}"#, "messages"),
            (#"{"model":"m","messages":null}"#, "messages"), (#"{"model":"m","messages":[],"stream":"yes"}"#, "stream"),
            (#"{"model":"m","messages":[],"stream":1}"#, "stream"),
        ] as [(String, String?)])
    func `a body that the gateway can't use is refused with the member at fault`(body: String, param: String?) throws {
        let error = #expect(throws: RequestError.self) { try read(.chat, body) }
        #expect(error?.kind == .invalidRequest)
        #expect(error?.param == param)
        #expect(error?.status(in: .openAI) == 400)
    }

    @Test func `embeddings without usable input are refused`() {
        for body in [#"{"model":"m"}"#, #"{"model":"m","input":5}"#, #"{"model":"m","input":null}"#] {
            let error = #expect(throws: RequestError.self) { try read(.embeddings, body) }
            #expect(error?.param == "input")
        }
    }

    @Test func `a model's name has a longest length`() throws {
        let name = String(repeating: "x", count: 256)
        #expect(try read(.chat, #"{"model":"\#(name)","messages":[]}"#).model.rawValue == name)
        #expect(throws: RequestError.self) { try read(.chat, #"{"model":"\#(name)x","messages":[]}"#) }
    }

    @Test func `what is odd but harmless is left to the provider`() throws {
        for messages in ["[]", "[1]", "[null]", #"["x"]"#, #"[{"role":1,"content":2}]"#, #"[[{"role":"user"}]]"#] {
            #expect(throws: Never.self) { try read(.chat, #"{"model":"m","stream":null,"messages":\#(messages)}"#) }
        }
        #expect(try read(.chat, #"{"model":"m","messages":["x"]}"#).listing == ["other: x"])
    }

    @Test func `thousands of strings that hold JSON are refused, not followed`() {
        let strings = Array(repeating: #""[\"a\"]""#, count: 20_000).joined(separator: ",")
        #expect(throws: RequestError.self) {
            try read(.chat, #"{"model":"m","messages":[{"role":"user","content":[\#(strings)]}]}"#)
        }
    }
}

@Test(arguments: ["Model", "MODEL", "\\u004dodel", "meſſages", "Stream", "Too\u{6C}S"])
func `a name that is one of the API's but for case is refused`(name: String) throws {
    let body = #"{"model":"m","messages":[{"role":"user","content":"x"}],"\#(name)":"other"}"#
    let document = try JSONDocument(parsing: Array(body.utf8))
    #expect(throws: RequestError.self) { try RequestReader.read(.chat, body: document) }
}

@Test func `a tool's own parameters may be called anything`() throws {
    let body =
        #"{"model":"m","messages":[],"tools":[{"type":"function","function":{"name":"f","parameters":{"Model":{"Type":"x"}}}}]}"#
    #expect(throws: Never.self) { try RequestReader.read(.chat, body: try JSONDocument(parsing: Array(body.utf8))) }
}
