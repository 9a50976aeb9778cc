import Inference
import JSONText
import Testing

@testable import Dialects

/// What an answer rests on, and its pictures, across dialects, whole and streamed.
struct CitationTranslationTests {
    typealias Operation = Inference.Operation

    /// An answer `Grüße. Da.` of each provider, whose second sentence, or all of it, rests on a page of the web.
    static let whole: [(provider: Operation, body: String)] = [
        (
            .messages,
            #"{"content":[{"type":"text","text":"Grüße. ","citations":null},{"type":"text","text":"Da.","citations":[{"type":"web_search_result_location","url":"https://a.example/b","title":"T","cited_text":"W","encrypted_index":"e"}]}],"stop_reason":"end_turn"}"#
        ),
        (
            .chat,
            #"{"choices":[{"index":0,"message":{"role":"assistant","content":"Grüße. Da.","annotations":[{"type":"url_citation","url_citation":{"start_index":7,"end_index":10,"url":"https://a.example/b","title":"T"}}]},"finish_reason":"stop"}]}"#
        ),
        (
            .converse,
            #"{"output":{"message":{"role":"assistant","content":[{"text":"Grüße. "},{"citationsContent":{"content":[{"text":"Da."}],"citations":[{"title":"T","sourceContent":[{"text":"W"}],"location":{"web":{"url":"https://a.example/b"}}}]}}]}},"stopReason":"end_turn"}"#
        ),
        (
            .generateContent,
            #"{"candidates":[{"content":{"parts":[{"text":"Grüße. Da."}],"role":"model"},"finishReason":"STOP","groundingMetadata":{"groundingChunks":[{"web":{"uri":"https://a.example/b","title":"T"}}],"groundingSupports":[{"segment":{"startIndex":9,"endIndex":12},"groundingChunkIndices":[0]}]}}]}"#
        ),
    ]

    @Test(arguments: whole)
    func `what an answer rests on reaches every caller`(provider: Operation, body: String) throws {
        for caller in [Operation.messages, .chat, .responses, .converse, .generateContent] where caller != provider {
            let answer = try answer(body, from: provider, to: caller)
            #expect(answer.contains(Self.cited(by: caller)), "\(provider) to \(caller): \(answer)")
        }
    }

    /// The citation as each caller's dialect has it.
    static func cited(by caller: Operation) -> String {
        switch caller {
        case .messages:
            #"{"type":"web_search_result_location","url":"https://a.example/b","title":"T","encrypted_index":"#
        case .chat:
            #"{"type":"url_citation","url_citation":{"start_index":7,"end_index":10,"title":"T","url":"https://a.example/b"}}"#
        case .responses: #""title":"T","url":"https://a.example/b"}]"#
        case .converse: #""location":{"web":{"url":"https://a.example/b"}}"#
        default: #""groundingSupports":[{"segment":{"startIndex":9,"endIndex":12},"groundingChunkIndices":[0]}]"#
        }
    }

    /// The same, streamed.
    static let streams: [(provider: Operation, events: [UInt8])] = [
        (.messages, bytes(messageEvents)), (.chat, bytes(chunkEvents)), (.converse, converseFrames),
        (.generateContent, bytes(geminiEvents)),
    ]

    @Test(arguments: streams)
    func `what a stream rests on reaches every caller`(provider: Operation, events: [UInt8]) throws {
        for caller in [Operation.messages, .chat, .responses, .converse, .generateContent] where caller != provider {
            let stream = try stream(events, from: provider, to: caller)
            #expect(stream.contains(Self.cited(by: caller)), "\(provider) to \(caller): \(stream)")
            if caller == .converse { continue }
            for cut in stride(from: 1, to: events.count, by: 7) {
                #expect(try Self.translated(events, cut, provider, caller) == stream)
            }
        }
    }

    private static func translated(
        _ events: [UInt8], _ cut: Int, _ provider: Operation, _ caller: Operation
    ) throws -> String { try stream(events, from: provider, to: caller, cuts: [cut]) }

    static let messageEvents = [
        #"{"type":"message_start","message":{"id":"m","model":"c","usage":{"input_tokens":1,"output_tokens":1}}}"#,
        #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Gr\u00fc\u00dfe. "}}"#,
        #"{"type":"content_block_stop","index":0}"#,
        #"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":"","citations":[]}}"#,
        #"{"type":"content_block_delta","index":1,"delta":{"type":"citations_delta","citation":{"type":"web_search_result_location","url":"https://a.example/b","title":"T","cited_text":"W","encrypted_index":"e"}}}"#,
        #"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Da."}}"#,
        #"{"type":"content_block_stop","index":1}"#,
        #"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7}}"#,
        #"{"type":"message_stop"}"#,
    ].map { "data: \($0)\n\n" }.joined()

    static let chunkEvents = [
        #"{"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":"Gr\u00fc\u00dfe. "}}]}"#,
        #"{"id":"c","choices":[{"index":0,"delta":{"content":"Da."}}]}"#,
        #"{"id":"c","choices":[{"index":0,"delta":{"annotations":[{"type":"url_citation","url_citation":{"start_index":7,"end_index":10,"url":"https://a.example/b","title":"T"}}]}}]}"#,
        #"{"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#, "[DONE]",
    ].map { "data: \($0)\n\n" }.joined()

    static let geminiEvents = [
        #"{"candidates":[{"content":{"parts":[{"text":"Grüße. "}],"role":"model"},"index":0}]}"#,
        #"{"candidates":[{"content":{"parts":[{"text":"Da."}],"role":"model"},"finishReason":"STOP","groundingMetadata":{"groundingChunks":[{"web":{"uri":"https://a.example/b","title":"T"}}],"groundingSupports":[{"segment":{"startIndex":9,"endIndex":12},"groundingChunkIndices":[0]}]}}]}"#,
    ].map { "data: \($0)\n\n" }.joined()

    static let converseFrames = frames([
        ("messageStart", #"{"role":"assistant"}"#),
        ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"text":"Grüße. "}}"#),
        ("contentBlockStop", #"{"contentBlockIndex":0}"#),
        ("contentBlockDelta", #"{"contentBlockIndex":1,"delta":{"text":"Da."}}"#),
        (
            "contentBlockDelta",
            #"{"contentBlockIndex":1,"delta":{"citation":{"title":"T","sourceContent":[{"text":"W"}],"location":{"web":{"url":"https://a.example/b"}}}}}"#
        ),
        ("contentBlockStop", #"{"contentBlockIndex":1}"#), ("messageStop", #"{"stopReason":"end_turn"}"#),
        ("metadata", #"{"usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2}}"#),
    ])

    static func frames(_ events: [(String, String)]) -> [UInt8] {
        var frames: [UInt8] = []
        for (name, data) in events { EventFrameWriter.append(event: name, to: &frames) { $0.raw(bytes(data)) } }
        return frames
    }

    // MARK: - Documents

    @Test func `a place in a document goes from Anthropic to Bedrock and back`() throws {
        let citation =
            #"{"type":"page_location","document_title":"D","file_id":null,"document_index":1,"start_page_number":2,"end_page_number":3,"cited_text":"W"}"#
        let body =
            #"{"content":[{"type":"text","text":"x","citations":[\#(citation)]}],"stop_reason":"end_turn"}"#
        let bedrock = try answer(body, from: .messages, to: .converse)
        #expect(
            bedrock.contains(
                #"{"title":"D","sourceContent":[{"text":"W"}],"location":{"documentPage":{"documentIndex":1,"start":2,"end":3}}}"#
            ))
        #expect(try answer(bedrock, from: .converse, to: .messages).contains(citation))
    }

    @Test(arguments: [Operation.chat, .responses])
    func `a citation without an address is told as lost, whole and streamed`(caller: Operation) throws {
        let citation =
            #"{"type":"char_location","document_index":0,"start_char_index":0,"end_char_index":1,"cited_text":"W"}"#
        let body = #"{"content":[{"type":"text","text":"x","citations":[\#(citation)]}],"stop_reason":"end_turn"}"#
        let translation = try #require(Translation(from: caller, to: .messages))
        #expect(try translation.answer(bytes(body), as: facts).losses == ["citations dropped"])
        let events = Self.messageEvents.replacing(
            #"{"type":"web_search_result_location","url":"https://a.example/b","title":"T","cited_text":"W","encrypted_index":"e"}"#,
            with: citation)
        let stream = try stream(bytes(events), from: .messages, to: caller)
        #expect(stream.contains("\n\n: x-sallyport-warning: citations dropped\n\n"))
    }

    @Test func `blocks that no other dialect has are told as lost`() throws {
        let body =
            #"{"content":[{"type":"server_tool_use","id":"s","name":"web_search","input":{}},{"type":"text","text":"x"}],"stop_reason":"end_turn"}"#
        let translation = try #require(Translation(from: .chat, to: .messages))
        #expect(try translation.answer(bytes(body), as: facts).losses == ["content of unknown kinds dropped"])
        let events = Self.messageEvents.replacing(
            #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
            with: #"{"type":"content_block_start","index":0,"content_block":{"type":"server_tool_use","id":"s"}}"#)
        let bedrock = try stream(bytes(events), from: .messages, to: .converse)
        #expect(bedrock.contains(#"{"x-sallyport-warning":"content of unknown kinds dropped"}"#))
        let gemini = try stream(bytes(events), from: .messages, to: .generateContent)
        #expect(gemini.contains(#""finishMessage":"x-sallyport-warning: content of unknown kinds dropped""#))
    }

    // MARK: - Pictures

    static let picture =
        #"{"candidates":[{"content":{"parts":[{"text":"see"},{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}}],"role":"model"},"finishReason":"STOP"}]}"#

    @Test(arguments: [
        (
            Operation.chat,
            #""images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="},"index":0}]"#
        ),
        (
            .responses,
            #"{"type":"image_generation_call","id":"ig_0001_1","status":"completed","result":"iVBORw0KGgo="}"#
        ),
        (.converse, #"{"source":{"bytes":"iVBORw0KGgo="}}"#),
    ])
    func `a picture of the model's reaches callers whose dialect has one`(caller: Operation, form: String) throws {
        let form = caller == .converse ? #""source":{"bytes":"iVBORw0KGgo="}"# : form
        #expect(try answer(Self.picture, from: .generateContent, to: caller).contains(form))
        let stream = try stream(bytes("data: \(Self.picture)\n\n"), from: .generateContent, to: caller)
        #expect(stream.contains(form), "\(stream)")
    }

    @Test func `a picture of the model's for a caller whose dialect has none is a fault, never an answer without it`() {
        #expect(throws: TranslationFault.self) { try answer(Self.picture, from: .generateContent, to: .messages) }
        #expect(throws: TranslationFault.self) {
            try stream(bytes("data: \(Self.picture)\n\n"), from: .generateContent, to: .messages)
        }
    }

    @Test func `pictures in chunks reach a caller of Gemini`() throws {
        let chunk =
            #"{"choices":[{"index":0,"delta":{"content":"see","images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]}}]}"#
        let stream = try stream(bytes("data: \(chunk)\n\ndata: [DONE]\n\n"), from: .chat, to: .generateContent)
        #expect(stream.contains(#"{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}}"#))
    }

    // MARK: - Places

    @Test(arguments: [
        ("Grüße. Da.", 7..<10, 9..<12), ("ascii", 0..<5, 0..<5),
        (String(repeating: "ü☃", count: 900), 1_000..<1_800, 2_500..<4_500),
    ])
    func `places in code points and in bytes are each other's`(text: String, scalars: Range<Int>, bytes: Range<Int>) {
        var cited = CitedText()
        for letter in text { cited.add(EscapedText(String(letter))) }
        #expect(cited.placed(Citation(span: .scalars(scalars))).bytes == bytes)
        #expect(cited.placed(Citation(span: .bytes(bytes))).scalars == scalars)
    }

    @Test func `places that are none are all the text, and never a trap`() {
        var cited = CitedText(limit: 4)
        cited.add(EscapedText("Grüße"))
        let far = cited.placed(Citation(span: .bytes(1_000..<Int.max)))
        #expect(far.scalars == 0..<5 && far.bytes == 1_000..<Int.max)
        #expect(cited.placed(Citation(span: .scalars(9..<10))).bytes == 0..<7)
        #expect(Citation.range(3, 2) == nil && Citation.range(-1, 2) == nil && Citation.range(nil, 2) == nil)
    }
}
