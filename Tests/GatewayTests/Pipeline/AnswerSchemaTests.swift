import Dialects
import Inference
import JSONText
import Testing

@testable import Gateway

/// The schema that a request holds its answer to, which is anybody's words.
struct AnswerSchemaTests {
    private static func request(_ schema: String) throws -> InferenceRequest {
        let format = #"{"type":"json_schema","json_schema":{"name":"n","schema":\#(schema)}}"#
        let body = #"{"model":"m","messages":[{"role":"user","content":"hi"}],"response_format":\#(format)}"#
        return try RequestReader.read(.chat, body: try JSONDocument(parsing: Array(body.utf8)))
    }

    private static func isValid(_ text: String, _ schema: String) throws -> Bool? {
        let quoted = text.replacing("\"", with: "\\\"")
        let answer = #"{"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"\#(quoted)"}}]}"#
        return try AnswerGlimpse(whole: Array(answer.utf8), of: .chat)?.isValid(for: request(schema))
    }

    private static let plain = #"{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}"#

    @Test func `an answer is held to its schema`() throws {
        let schema = try #require(AnswerSchema(of: Self.request(Self.plain)))
        #expect(schema.accepts(Array(#"{"a":"b"}"#.utf8)))
        #expect(!schema.accepts(Array(#"{"a":1}"#.utf8)))
        #expect(try Self.isValid(#"{"a":"b"}"#, Self.plain) == true)
        #expect(try Self.isValid(#"{"a":1}"#, Self.plain) == false)
    }

    @Test(arguments: [
        #"{"type":"object","properties":{"a":{"type":"string","pattern":"^(x+)+$"}}}"#,
        #"{"type":"object","patternProperties":{"^(x+)+$":{"type":"string"}},"properties":{"a":{"type":"number"}}}"#,
        #"{"type":"object","properties":{"a":{"anyOf":[{"type":"string","pattern":"^x$"},{"type":"null"}]}}}"#,
    ]) func `a schema with patterns is not run beside traffic`(_ schema: String) throws {
        #expect(try AnswerSchema(of: Self.request(schema)) == nil)
        // It breaks the schema, which nobody looked at.
        #expect(try Self.isValid(#"{"a":"b"}"#, schema) == true)
    }
}
