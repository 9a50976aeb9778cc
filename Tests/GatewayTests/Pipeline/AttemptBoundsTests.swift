import Dialects
import Inference
import JSONText
import Limits
import Routing
import Testing

@testable import Gateway

/// The most that an attempt may take, in each dialect's own words.
@Suite struct AttemptBoundsTests {
    private static func worst(_ operation: Inference.Operation, _ body: String) throws -> WorstCase {
        let document = try JSONDocument(parsing: Array(body.utf8))
        let address: RequestAddress? =
            operation.dialect == .gemini || operation.dialect == .bedrock
            ? RequestAddress(model: "m", isStreaming: false) : nil
        let request = try RequestReader.read(operation, body: document, address: address)
        let candidate = RouteCandidate(
            destination: Destination(provider: ProviderID("up"), model: "m"),
            price: TokenPrice(input: 1_000, output: 1_000),
            contextWindow: 100_000, maximumOutput: 50)
        return AttemptBounds.worst(request, bodyBytes: 200, at: candidate)
    }

    @Test(arguments: [
        (Inference.Operation.chat, #"{"model":"m","messages":[{"role":"user","content":"hi"}],"n":3}"#),
        (.completions, #"{"model":"m","prompt":"hi","n":2,"best_of":3}"#),
        (
            .generateContent,
            #"{"contents":[{"role":"user","parts":[{"text":"hi"}]}],"generationConfig":{"candidateCount":3}}"#
        ),
    ])
    func `each answer asked for is counted`(operation: Inference.Operation, body: String) throws {
        #expect(try Self.worst(operation, body).tokens == 200 + 3 * 50)
    }

    @Test(arguments: [
        (
            Inference.Operation.chat,
            #"{"model":"m","messages":[{"role":"user","content":"hi"}],"web_search_options":{}}"#
        ),
        (.responses, #"{"model":"m","input":"hi","tools":[{"type":"web_search"}]}"#),
        (
            .messages,
            #"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"}],"tools":[{"type":"web_search_20250305","name":"web_search"}]}"#
        ),
        (.generateContent, #"{"contents":[{"role":"user","parts":[{"text":"hi"}]}],"tools":[{"googleSearch":{}}]}"#),
        (
            .converse,
            #"{"messages":[{"role":"user","content":[{"text":"hi"}]}],"toolConfig":{"tools":[{"systemTool":{"name":"nova_grounding"}}]}}"#
        ),
    ])
    func `a tool that the provider carries out has no bound`(operation: Inference.Operation, body: String) throws {
        let worst = try Self.worst(operation, body)
        #expect(worst.cost == nil)
        #expect(!worst.missing.isEmpty)
    }

    @Test(arguments: [
        (
            Inference.Operation.generateContent,
            #"{"contents":[{"role":"user","parts":[{"text":"hi"}]}],"tools":[{"functionDeclarations":[{"name":"f"}]}]}"#
        ),
        (
            .converse,
            #"{"messages":[{"role":"user","content":[{"text":"hi"}]}],"toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object"}}}}]}}"#
        ),
    ])
    func `a tool of the caller's has one`(operation: Inference.Operation, body: String) throws {
        #expect(try Self.worst(operation, body).cost != nil)
    }

    @Test func `what lies at the provider is bounded by the context window`() throws {
        let body = #"{"contents":[{"role":"user","parts":[{"text":"hi"}]}],"cachedContent":"cachedContents/1"}"#
        #expect(try Self.worst(.generateContent, body).tokens == 100_050)
    }

    @Test func `counting and embedding have no answer`() throws {
        let contents = #"{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}"#
        #expect(try Self.worst(.countContentTokens, contents).cost == Money(nanoUSD: 0))
        #expect(try Self.worst(.embedContent, #"{"content":{"parts":[{"text":"hi"}]}}"#).tokens == 200)
    }
}
