import Dialects
import Inference
import JSONText
import Testing

/// Requests of Gemini's callers: what is asked, and every text with its place.
struct GeminiRequestTests {
    private let address = RequestAddress(model: "m", isStreaming: true)

    private func read(_ operation: Inference.Operation, _ body: String) throws -> InferenceRequest {
        try RequestReader.read(operation, body: json(body), address: address)
    }

    @Test func `texts have their places, in either spelling`() throws {
        for (system, call, answer, data, type) in [
            ("systemInstruction", "functionCall", "functionResponse", "inlineData", "mimeType"),
            ("system_instruction", "function_call", "function_response", "inline_data", "mime_type"),
        ] {
            let picture = String(repeating: "ab-_", count: 20)
            let request = try read(
                .generateContent,
                #"{"\#(system)":{"parts":[{"text":"s"}]},"contents":[{"role":"user","parts":[{"text":"u"},{"\#(data)":{"\#(type)":"image/png","data":"\#(picture)"}}]},{"role":"model","parts":[{"text":"a"},{"\#(call)":{"name":"f","args":{"k":"v"}}}]},{"parts":[{"\#(answer)":{"name":"f","response":{"r":"w"}}}]}],"tools":[{"functionDeclarations":[{"name":"f","description":"d"}],"google_search":{}}],"generationConfig":{"maxOutputTokens":7}}"#
            )
            #expect(
                request.listing == [
                    "system: s", "user: u", "user: image/png", "assistant: a", "tool_arguments: f", "tool_arguments: k",
                    "tool_arguments: v", "tool_result: f", "tool_result: r", "tool_result: w", "tool_definition: f",
                    "tool_definition: d",
                ])
            #expect(request.parts == ["image user"] && request.tools == ["f", "googleSearch"])
            #expect(request.isStreaming && request.model == ModelID("m") && request.maximumOutputTokens == 7)
        }
    }

    @Test func `what is to be embedded and counted has its place`() throws {
        let batch =
            #"{"requests":[{"model":"models/m","title":"t","content":{"parts":[{"text":"x"}]}},{"content":{"parts":[{"text":"y"}]}}]}"#
        #expect(try read(.batchEmbedContents, batch).listing == ["t", "x", "y"].map { "embedding_input: \($0)" })
        #expect(try read(.embedContent, #"{"content":{"parts":[{"text":"x"}]}}"#).listing == ["embedding_input: x"])
        let count = #"{"generateContentRequest":{"model":"models/m","contents":[{"parts":[{"text":"x"}]}]}}"#
        #expect(try read(.countContentTokens, count).listing == ["user: x"])
    }

    @Test(arguments: [
        #"{"contents":[],"model":"other"}"#, #"{"contents":{}}"#, "{}", #"{"contents":[],"Tools":[]}"#,
        #"{"contents":[],"tools":{}}"#, #"{"contents":[],"SYSTEM_INSTRUCTION":{}}"#,
    ])
    func `what could be read another way is refused`(body: String) {
        #expect(throws: RequestError.self) { try read(.generateContent, body) }
    }

    @Test func `the provider's own name of the model stands wherever the body has one`() throws {
        let body = #"{"requests":[{"model":"models/m","content":{"parts":[]}},{"content":{"parts":[]},"model":"m"}]}"#
        let request = try read(.batchEmbedContents, body)
        let edits = ProviderRequest.edits(for: request, model: "there", needsUsage: true)
        #expect(
            text(request.body.replacing(edits))
                == #"{"requests":[{"model":"models/there","content":{"parts":[]}},{"content":{"parts":[]},"model":"models/there"}]}"#
        )
    }

    @Test(arguments: [
        ("https://g.example/v1beta", "a", false, "https://g.example/v1beta/models/a:generateContent"),
        ("https://g.example/", "models/a", true, "https://g.example/v1beta/models/a:streamGenerateContent?alt=sse"),
        ("https://g.example/v1", "tunedModels/a b", false, "https://g.example/v1/tunedModels/a%20b:generateContent"),
        ("https://g.example/v1", "a/../b", false, "https://g.example/v1/models/a%2f..%2fb:generateContent"),
    ])
    func `a model has addresses of its own`(base: String, model: String, isStreaming: Bool, url: String) {
        #expect(
            ProviderRequest.geminiURL(base: base, for: .generateContent, model: model, isStreaming: isStreaming) == url)
        #expect(ProviderRequest.geminiURL(base: base, for: .generateContent, model: "..", isStreaming: false) == nil)
    }

    // MARK: - Streams

    private static let streamed =
        [
            #"{"candidates":[{"content":{"parts":[{"text":"I say EMAIL_7K","thought":true}]}}],"modelVersion":"v"}"#,
            #"{"candidates":[{"content":{"parts":[{"text":"Q2M9XD","thought":true},{"text":"to EMA"}]}}]}"#,
            #"{"candidates":[{"content":{"parts":[{"text":"IL_7KQ2M9XD and EMAIL_"}]}}]}"#,
            #"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"a":"EMAIL_7KQ2M9XD"}}}]}}]}"#,
            #"{"candidates":[{"content":{"parts":[{"text":"EMAIL_7KQ2M9X"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":2,"candidatesTokenCount":3}}"#,
        ].map { "data: \($0)\r\n\r\n" }.joined()

    private func words(of stream: String) throws -> (texts: String, thoughts: String, arguments: String) {
        var words = (texts: "", thoughts: "", arguments: "")
        for line in stream.split(whereSeparator: \.isNewline) where line.hasPrefix("data: ") {
            let document = try json(String(line.dropFirst(6)))
            for part in document.root["candidates"]?[0]?["content"]?["parts"]?.elements ?? document.root.elements {
                let text = part["text"]?.string ?? ""
                if part["thought"]?.bool ?? false { words.thoughts += text } else { words.texts += text }
                words.arguments += part["functionCall"]?["args"]?["a"]?.string ?? ""
            }
        }
        return words
    }

    @Test func `values come back in texts, thoughts and arguments, wherever the stream is cut`() throws {
        let all = bytes(Self.streamed)
        for cut in 1..<all.count {
            var stream = AnswerStream(.gemini, callerWantsUsage: true, makeRestorer: FakeRestorer.make)
            var result = try stream.feed(Array(all[..<cut])) + stream.feed(Array(all[cut...]))
            let ending = stream.finish()
            result += ending.bytes
            let words = try words(of: text(result))
            let value = text(FakeRestorer.value)
            #expect(words.texts == "to \(value) and EMAIL_EMAIL_7KQ2M9X" && words.thoughts == "I say \(value)")
            #expect(words.arguments == value && ending.isComplete)
            #expect(stream.facts.usage == TokenUsage(input: 2, output: 3) && stream.facts.finishReason == "STOP")
        }
    }

    @Test func `a stream without a reason for its end is not complete`() throws {
        var stream = AnswerStream(.gemini, callerWantsUsage: true, makeRestorer: FakeRestorer.make)
        _ = try stream.feed(bytes(#"data: {"candidates":[{"content":{"parts":[{"text":"x"}]}}]}"# + "\n\n"))
        #expect(!stream.finish().isComplete)
    }

    @Test func `an array is cut anywhere and holds each event`() throws {
        var framer = ArrayFramer()
        #expect(text(try framer.push(bytes("data: {\"a\":1}\r\n\r\n: ping\n\n"))) == #"[{"a":1}"#)
        #expect(text(try framer.push(bytes("data: {\"a\":2}\n\n")) + framer.end()) == ",\r\n{\"a\":2}]")
        var empty = ArrayFramer()
        #expect(text(empty.end()) == "[]")
    }

    @Test func `errors have the code twice and name the member`() {
        let error = RequestError(.rateLimited, "m", param: "p")
        #expect(
            text(ErrorBody.body(error, in: .gemini, requestID: "r"))
                == #"{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"p","description":"m"}]}]}}"#
        )
        let said = UpstreamError(
            status: 400,
            body: bytes(
                #"[{"error":{"code":400,"message":"x","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}]"#
            ))
        #expect(said.message == "x" && said.type == "INVALID_ARGUMENT" && said.refusesKey)
    }
}
