import Dialects
import Inference
import JSONText
import Limits
import Routing
import Testing

@testable import Gateway

/// The most that an attempt may take, in each dialect's own words.
@Suite struct AttemptBoundsTests {
    private static func worst(
        _ operation: Inference.Operation, _ body: String, bodyBytes: Int = 200
    ) throws -> WorstCase {
        let document = try JSONDocument(parsing: Array(body.utf8))
        let address: RequestAddress? =
            operation.dialect == .gemini || operation.dialect == .bedrock
            ? RequestAddress(model: "m", isStreaming: false) : nil
        let request = try RequestReader.read(operation, body: document, address: address)
        let candidate = RouteCandidate(
            destination: Destination(provider: ProviderID("up"), model: "m"),
            price: TokenPrice(input: 1_000, output: 1_000),
            contextWindow: 100_000, maximumOutput: 50)
        return AttemptBounds.worst(request, bodyBytes: bodyBytes, at: candidate)
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

    @Test func `an item that lies at the provider is bounded by the context window`() throws {
        let body = #"{"model":"m","input":[{"type":"item_reference","id":"msg_1"}]}"#
        #expect(try Self.worst(.responses, body).tokens == 100_050)
    }

    @Test func `counting and embedding have no answer`() throws {
        let contents = #"{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}"#
        #expect(try Self.worst(.countContentTokens, contents).cost == Money(nanoUSD: 0))
        #expect(try Self.worst(.embedContent, #"{"content":{"parts":[{"text":"hi"}]}}"#).tokens == 200)
    }

    private static let hi = #""messages":[{"role":"user","content":"hi"}]"#
    private static let gemini = #""contents":[{"role":"user","parts":[{"text":"hi"}]}]"#
    private static let bedrock = #""messages":[{"role":"user","content":[{"text":"hi"}]}]"#

    @Test(arguments: [
        (Inference.Operation.completions, #"{"model":"m","prompt":["a","b","c","d"],"max_tokens":10}"#, 200 + 4 * 10),
        (.completions, #"{"model":"m","prompt":["a","b"],"max_tokens":10,"best_of":3}"#, 200 + 2 * 3 * 10),
        (.completions, #"{"model":"m","prompt":[[1,2],[3,4]],"max_tokens":10}"#, 2 * 100_000 + 2 * 10),
        (.completions, #"{"model":"m","prompt":[1,2],"max_tokens":10}"#, 100_000 + 10),
        (.embeddings, #"{"model":"m","input":["a","b"]}"#, 200),
    ])
    func `each prompt of a list is counted`(operation: Inference.Operation, body: String, tokens: Int) throws {
        #expect(try Self.worst(operation, body).tokens == tokens)
    }

    @Test func `inputs of one body have a window each`() throws {
        let inputs = Array(repeating: "\"word\"", count: 40).joined(separator: ",")
        let worst = try Self.worst(.embeddings, #"{"model":"m","input":[\#(inputs)]}"#, bodyBytes: 900_000)
        #expect(worst.tokens == 900_000)
    }

    @Test(arguments: [
        (Inference.Operation.chat, #"{"model":"m",\#(hi),"max_tokens":1,"max_completion_tokens":6e2}"#),
        (.chat, #"{"model":"m",\#(hi),"max_tokens":1,"max_completion_tokens":"600"}"#),
        (.chat, #"{"model":"m",\#(hi),"max_tokens":-1}"#),
        (.completions, #"{"model":"m","prompt":"hi","max_tokens":1,"max_completion_tokens":600}"#),
        (.responses, #"{"model":"m","input":"hi","max_output_tokens":1,"max_tokens":600}"#),
        (.chat, #"{"model":"m",\#(hi),"max_tokens":1,"n_predict":600}"#),
        (.chat, #"{"model":"m",\#(hi),"max_tokens":1,"options":{"num_predict":-1}}"#),
        (.generateContent, #"{\#(gemini),"generationConfig":{"maxOutputTokens":"9"}}"#),
        (
            .converse,
            #"{\#(bedrock),"inferenceConfig":{"maxTokens":1},"additionalModelRequestFields":{"max_tokens":600}}"#
        ),
        (
            .converse,
            #"{\#(bedrock),"inferenceConfig":{"maxTokens":1},"additionalModelRequestFields":{"inferenceConfig":{"max_new_tokens":600}}}"#
        ),
    ])
    func `a maximum that servers may read otherwise counts as none`(operation: Inference.Operation, body: String) throws
    {
        #expect(try Self.worst(operation, body).tokens == 200 + 50)
    }

    @Test(arguments: [
        (Inference.Operation.chat, #"{"model":"m",\#(hi),"n":100.0}"#),
        (.generateContent, #"{\#(gemini),"generationConfig":{"candidateCount":"8"}}"#),
        (.generateContent, #"{\#(gemini),"generationConfig":{},"generation_config":{"candidateCount":8.0}}"#),
    ])
    func `a number of answers that is no plain one has no bound`(operation: Inference.Operation, body: String) throws {
        #expect(try Self.worst(operation, body).tokens == nil)
    }

    @Test func `the larger of two spellings counts`() throws {
        let body =
            #"{\#(Self.gemini),"generationConfig":{"candidateCount":2},"generation_config":{"candidate_count":4}}"#
        #expect(try Self.worst(.generateContent, body).tokens == 200 + 4 * 50)
    }

    @Test(arguments: [
        (Inference.Operation.chat, #"{"model":"m",\#(hi),"service_tier":"priority"}"#),
        (.responses, #"{"model":"m","input":"hi","service_tier":"ultrafast"}"#),
        (.messages, #"{"model":"m","max_tokens":9,\#(hi),"speed":"fast"}"#),
        (.messages, #"{"model":"m","max_tokens":9,\#(hi),"inference_geo":"us"}"#),
        (.converse, #"{\#(bedrock),"serviceTier":{"type":"priority"}}"#),
        (.converse, #"{\#(bedrock),"performanceConfig":{"latency":"optimized"}}"#),
        (.generateContent, #"{\#(gemini),"serviceTier":"priority"}"#),
        (.generateContent, #"{\#(gemini),"generationConfig":{"responseModalities":["TEXT","IMAGE"]}}"#),
        (.chat, #"{"model":"m",\#(hi),"modalities":["text","audio"],"audio":{"voice":"x","format":"wav"}}"#),
        (
            .chat,
            #"{"model":"m","messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}}]}]}"#
        ),
    ])
    func `what has a price of its own has none here`(operation: Inference.Operation, body: String) throws {
        let worst = try Self.worst(operation, body)
        #expect(worst.cost == nil)
        #expect(worst.tokens != nil)
        #expect(worst.missing.count == 1)
    }

    @Test(arguments: ["auto", "default", "flex"])
    func `a service at list price or below has a bound`(tier: String) throws {
        #expect(try Self.worst(.chat, #"{"model":"m",\#(Self.hi),"service_tier":"\#(tier)"}"#).cost != nil)
    }

    @Test(arguments: [
        (
            Inference.Operation.messages,
            #"{"model":"m","max_tokens":9,\#(hi),"mcp_servers":[{"type":"url","url":"https://x.example/sse","name":"x"}]}"#
        ),
        (
            .messages,
            #"{"model":"m","max_tokens":9,\#(hi),"context_management":{"edits":[{"type":"compact_20260112"}]}}"#
        ),
        (.chat, #"{"model":"m",\#(hi),"plugins":[{"id":"web"}]}"#),
        (.chat, #"{"model":"m",\#(hi),"data_sources":[{"type":"azure_search"}]}"#),
        (.chat, #"{"model":"m",\#(hi),"search_parameters":{"mode":"on"}}"#),
        (
            .messages,
            #"{"model":"m","max_tokens":9,"messages":[{"role":"system","content":[{"type":"tool_addition","tool":{"definition":{"type":"web_search_20260209","name":"web_search"}}}]}]}"#
        ),
        (.responses, #"{"model":"m","input":"hi","context_management":[{"type":"compaction","compact_threshold":9}]}"#),
        (
            .responses,
            #"{"model":"m","input":[{"type":"tool_search_output","tools":[{"type":"mcp","server_label":"x"}]}]}"#
        ),
        (
            .responses,
            #"{"model":"m","input":"hi","tools":[{"type":"namespace","name":"n","tools":[{"type":"web_search"}]}]}"#
        ),
        (
            .converse,
            #"{\#(bedrock),"additionalModelRequestFields":{"tools":[{"type":"web_search_20250305","name":"web_search"}]}}"#
        ),
    ])
    func `what the provider does as often as it likes has no bound`(operation: Inference.Operation, body: String) throws
    {
        #expect(try Self.worst(operation, body).tokens == nil)
    }
}
