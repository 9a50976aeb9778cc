import Inference
import JSONText
import Testing

@testable import Dialects

@Suite("Numbers as texts, and what is passed over") struct NumberTextTests {
    private func read(_ body: String) throws -> InferenceRequest {
        try RequestReader.read(.chat, body: JSONDocument(parsing: Array(body.utf8)))
    }

    @Test func `a long number in a tool call's arguments is a text, in JSON and in JSON within a string`() throws {
        let request = try read(
            #"""
            {"model":"m","max_tokens":12,"messages":[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":
            {"name":"pay","arguments":"{\"card\": 4242424242424242, \"cents\": 1250}"}}]}],"metadata":{"account":4242424242424242}}
            """#)
        let numbers = request.texts.filter { request.documents[$0.document].json.kind(at: $0.node) == .number }
        #expect(numbers.map(\.document).sorted() == [0, 1])
    }

    @Test func `the receipt counts short numbers and the words of the protocol`() throws {
        let request = try read(
            #"{"model":"m","temperature":0.5,"messages":[{"role":"user","content":"hello"}],"metadata":{"n":12}}"#)
        let skipped = Dictionary(uniqueKeysWithValues: request.skipped.map { ($0.reason, $0.count) })
        #expect((skipped["protocol"] ?? 0) >= 1)
        #expect((skipped["number"] ?? 0) >= 1)
        #expect(request.texts.count == 2)  // `hello`, and the name of the metadata's member
    }
}
