import Inference
import JSONText
import Testing

@testable import Dialects

/// The figures of whole answers: what is counted, and what list prices do not cover.
@Suite struct UsageTests {
    private static func usage(_ operation: Inference.Operation, _ body: String) throws -> TokenUsage? {
        AnswerReader.read(operation, try JSONDocument(parsing: Array(body.utf8))).facts.usage
    }

    @Test(arguments: [
        (
            Inference.Operation.chat,
            #"{"usage":{"prompt_tokens":9,"completion_tokens":9,"prompt_tokens_details":{"audio_tokens":5}}}"#
        ),
        (.chat, #"{"service_tier":"priority","usage":{"prompt_tokens":9,"completion_tokens":9}}"#),
        (.chat, #"{"usage":{"prompt_tokens":9,"completion_tokens":9},"service_tier":"priority"}"#),
        (.responses, #"{"service_tier":"priority","usage":{"input_tokens":9,"output_tokens":9}}"#),
        (.messages, #"{"usage":{"input_tokens":9,"output_tokens":9,"speed":"fast"}}"#),
        (.messages, #"{"usage":{"input_tokens":9,"output_tokens":9,"inference_geo":"us"}}"#),
        (.messages, #"{"usage":{"input_tokens":9,"output_tokens":9,"service_tier":"priority"}}"#),
        (.converse, #"{"usage":{"inputTokens":9,"outputTokens":9},"serviceTier":{"type":"priority"}}"#),
        (.converse, #"{"performanceConfig":{"latency":"optimized"},"usage":{"inputTokens":9,"outputTokens":9}}"#),
        (
            .generateContent,
            #"{"usageMetadata":{"promptTokenCount":9,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":5}]}}"#
        ),
        (
            .generateContent,
            #"{"usageMetadata":{"promptTokenCount":9,"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":5}]}}"#
        ),
    ])
    func `figures say what list prices do not cover`(operation: Inference.Operation, body: String) throws {
        #expect(try Self.usage(operation, body)?.hasOtherRates == true)
    }

    @Test(arguments: [
        (
            Inference.Operation.chat,
            #"{"service_tier":"default","usage":{"prompt_tokens":9,"completion_tokens":9,"prompt_tokens_details":{"audio_tokens":0}}}"#
        ),
        (
            .messages,
            #"{"usage":{"input_tokens":9,"output_tokens":9,"service_tier":"standard","inference_geo":"not_available"}}"#
        ),
        (.converse, #"{"usage":{"inputTokens":9,"outputTokens":9},"serviceTier":{"type":"flex"}}"#),
        (
            .generateContent,
            #"{"usageMetadata":{"promptTokenCount":9,"promptTokensDetails":[{"modality":"IMAGE","tokenCount":5}]}}"#
        ),
    ])
    func `ordinary figures are at list price`(operation: Inference.Operation, body: String) throws {
        #expect(try Self.usage(operation, body)?.hasOtherRates == false)
    }

    @Test(arguments: [
        // xAI's thoughts stand in the total only.
        (#"{"usage":{"prompt_tokens":32,"completion_tokens":9,"total_tokens":135}}"#, 103),
        (#"{"usage":{"prompt_tokens":32,"completion_tokens":9,"total_tokens":41}}"#, 9),
        (#"{"usage":{"prompt_tokens":32,"completion_tokens":9,"total_tokens":1}}"#, 9),
        (#"{"usage":{"prompt_tokens":32,"completion_tokens":9}}"#, 9),
    ])
    func `thoughts are counted wherever they stand`(body: String, output: Int) throws {
        #expect(try Self.usage(.chat, body)?.output == output)
    }

    @Test(arguments: [
        (Inference.Operation.messages, #"{"model":"m","max_tokens":9,"messages":[],"fallbacks":[{"model":"n"}]}"#),
        (.chat, #"{"model":"m","messages":[],"models":["n"]}"#),
        (.converse, #"{"messages":[],"additionalModelRequestFields":{"fallbacks":[{"model":"n"}]}}"#),
    ])
    func `models that nobody was asked about are refused`(operation: Inference.Operation, body: String) throws {
        let address = operation == .converse ? RequestAddress(model: "m", isStreaming: false) : nil
        let document = try JSONDocument(parsing: Array(body.utf8))
        #expect(throws: RequestError.self) { try RequestReader.read(operation, body: document, address: address) }
    }

    @Test func `a tool that comes in the middle of a conversation is named`() throws {
        let body =
            #"{"model":"m","max_tokens":9,"messages":[{"role":"system","content":[{"type":"tool_addition","tool":{"type":"tool_definition","definition":{"type":"web_search_20260209","name":"web_search"}}}]}]}"#
        let request = try RequestReader.read(.messages, body: try JSONDocument(parsing: Array(body.utf8)), address: nil)
        #expect(request.tools.contains("web_search"))
    }

    @Test func `passes that went before the answer are counted`() throws {
        let usage = try Self.usage(
            .messages,
            #"{"usage":{"input_tokens":23000,"output_tokens":1000,"iterations":[{"type":"compaction","input_tokens":180000,"output_tokens":3500},{"type":"message","input_tokens":23000,"output_tokens":1000,"cache_read_input_tokens":7}]}}"#
        )
        #expect(usage == TokenUsage(input: 203_007, output: 4_500, cachedInput: 7))
    }
}
