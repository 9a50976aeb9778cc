import Dialects
import Inference
import JSONText
import Testing

/// `POST /v1/completions`, which goes on with a text.
struct CompletionsTests {
    @Test func `prompts are texts, numbers of tokens can't be read`() throws {
        func found(_ members: String) throws -> [String] {
            let request = try read(.completions, #"{"model":"m",\#(members)}"#)
            return request.listing + request.parts
        }
        #expect(try found(#""prompt":"one","suffix":"two""#) == ["user: one", "user: two"])
        #expect(try found(#""prompt":["a","b"],"stop":["c"]"#) == ["user: a", "user: b", "other: c"])
        #expect(try found(#""prompt":[1,2,3]"#) == ["binary user"])
        #expect(try found(#""prompt":[[1,2],[3],[]]"#) == ["binary user", "binary user"])
        #expect(try found(#""prompt":"x","prompt_embeds":"QUJD""#) == ["user: x", "user: QUJD", "binary user"])
    }

    @Test func `what decides is read`() throws {
        let request = try read(
            .completions,
            #"{"model":"m","prompt":"x","max_tokens":7,"stream":true,"stream_options":{"include_usage":true}}"#)
        #expect(request.operation == .completions && request.dialect == .openAI && request.isStreaming)
        #expect(request.maximumOutputTokens == 7 && request.wantsStreamUsage)
    }

    @Test(arguments: [#"{"model":"m"}"#, #"{"model":"m","prompt":5}"#, #"{"model":"m","prompt":null}"#])
    func `a body without a usable prompt is refused`(body: String) {
        let error = #expect(throws: RequestError.self) { try read(.completions, body) }
        #expect(error?.param == "prompt")
    }

    @Test func `a name that differs in case alone is refused`() {
        #expect(throws: RequestError.self) { try read(.completions, #"{"model":"m","prompt":"a","Prompt":"b"}"#) }
    }

    @Test func `providers get their model's name, and are asked for figures`() throws {
        let request = try read(.completions, #"{"model":"a","prompt":"x","stream":true}"#)
        let edits = ProviderRequest.edits(for: request, model: "b", needsUsage: true)
        #expect(
            text(request.body.replacing(edits))
                == #"{"model":"b","prompt":"x","stream":true,"stream_options":{"include_usage":true}}"#)
        #expect(ProviderRequest.url(base: "https://h/v1", for: .completions) == "https://h/v1/completions")
        #expect(Translation.counterpart(of: .completions, in: .anthropic) == nil)
    }

    @Test func `an answer's texts, usage and finish reason`() throws {
        let body =
            #"{"id":"c","object":"text_completion","choices":[{"text":"a","index":0,"logprobs":{"tokens":["a"]},"finish_reason":"length"},{"text":"b","index":1,"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":6}}"#
        let document = try json(body)
        let answer = AnswerReader.read(.completions, document)
        #expect(answer.texts.map { document.value(at: $0.node).string } == ["a", "b"])
        #expect(answer.facts == AnswerFacts(usage: TokenUsage(input: 5, output: 6), finishReason: "length"))
        #expect(text(document.replacing(answer.tokenLists)).contains(#""logprobs":null,"finish_reason":"length""#))
    }

    private func chunk(_ text: String, index: Int = 0, finish: String = "null") -> String {
        #"data: {"id":"c","object":"text_completion","model":"m","choices":[{"text":"\#(text)","index":\#(index),"logprobs":null,"finish_reason":\#(finish)}]}"#
            + "\n\n"
    }

    @Test func `a stream's pieces belong to their choices, and what is held back comes in the same form`() throws {
        var parser = EventStreamParser()
        var reader = StreamEventReader(Operation.completions)
        parser.append(bytes(chunk("a") + chunk("b", index: 1) + chunk("", finish: #""stop""#) + "data: [DONE]\n\n"))
        var found: [String] = []
        while let event = try parser.next() {
            let message = try reader.read(event, of: parser)
            found.append(
                message.deltas.map { "\($0.channel.block)=\(message.document?.value(at: $0.node).string ?? "")" }
                    .joined() + message.closed.map { " closes \($0.block)" }.joined())
        }
        #expect(found == ["0=a", "1=b", " closes 0", " closes 1"])
        var made: [UInt8] = []
        reader.appendDelta(StreamChannel(block: 1, kind: .content), text: bytes("x\"y"), to: &made)
        parser.append(made)
        let event = try #require(try parser.next())
        let choice = try json(text(parser.data(of: event))).root["choices"]?[0]
        #expect(choice?["text"]?.string == "x\"y" && choice?["index"]?.int == 1)
        #expect(choice?["finish_reason"]?.kind == .null && choice?["delta"] == nil)
    }

    @Test func `the demonstration model answers each prompt, whole and streamed`() throws {
        func answer(_ members: String) -> DemonstrationAnswer.Body {
            DemonstrationModel.answer(
                .completions, body: bytes(#"{"model":"demo",\#(members)}"#), identifier: "1", created: 0
            ).body
        }
        let asked = #""prompt":["one","two"],"n":2"#
        guard case .whole(let whole) = answer(asked), case .events(let events) = answer(asked + #","stream":true"#)
        else {
            Issue.record("another kind of body")
            return
        }
        let texts = try json(text(whole)).root["choices"]?.elements.compactMap { $0["text"]?.string } ?? []
        #expect(texts.count == 4 && texts[0].contains("one") && texts[1] == texts[0] && texts[3].contains("two"))
        var parser = EventStreamParser()
        var reader = StreamEventReader(Operation.completions)
        var streamed: [Int: String] = [:]
        parser.append(events.flatMap { $0 })
        while let event = try parser.next() {
            let message = try reader.read(event, of: parser)
            for delta in message.deltas {
                streamed[delta.channel.block, default: ""] += message.document?.value(at: delta.node).string ?? ""
            }
        }
        #expect(streamed == Dictionary(uniqueKeysWithValues: texts.enumerated().map { ($0.offset, $0.element) }))
    }
}
