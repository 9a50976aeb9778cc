import Inference
import Testing

@testable import Dialects

/// What can't be carried is named as the caller wrote it, whoever the provider is.
struct CallerFieldTests {
    private static let stops = #"["1","2","3","4","5","6"]"#

    @Test(arguments: [
        (
            Operation.chat, #"{"messages":[{"role":"user","content":"x"}],"stop":\#(stops)}"#,
            Operation.generateContent, "stop"
        ),
        (
            .messages, #"{"max_tokens":1,"messages":[{"role":"user","content":"x"}],"stop_sequences":\#(stops)}"#,
            .chat, "stop_sequences"
        ),
        (
            .converse,
            #"{"messages":[{"role":"user","content":[{"text":"x"}]}],"inferenceConfig":{"stopSequences":\#(stops)}}"#,
            .chat, "inferenceConfig.stopSequences"
        ),
        (
            .generateContent,
            #"{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"stopSequences":\#(stops)}}"#, .chat,
            "generationConfig.stopSequences"
        ),
        (.responses, #"{"input":"x","text":{"format":{"type":"json_object"}}}"#, .messages, "text.format"),
        (
            .generateContent,
            #"{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"responseMimeType":"application/json"}}"#,
            .converse, "generationConfig.responseMimeType"
        ),
        (.chat, #"{"messages":[{"role":"system","content":"x"}]}"#, .messages, "messages"),
        (.responses, #"{"instructions":"x","input":[]}"#, .generateContent, "input"),
        (.generateContent, #"{"contents":[]}"#, .converse, "contents"),
    ])
    func `an error names the caller's own field`(caller: Operation, body: String, provider: Operation, field: String)
        throws
    {
        let error = try #require(throws: RequestError.self) { try Self.request(body, from: caller, to: provider) }
        #expect(error.param == field && error.message.hasPrefix("`\(field)`"))
    }

    @Test(arguments: [
        (Operation.chat, #"{"messages":[{"role":"user","content":"x"}],"seed":1}"#, "seed dropped"),
        (
            .messages, #"{"max_tokens":1,"messages":[{"role":"user","content":"x"}],"metadata":{"user_id":"u"}}"#,
            "metadata.user_id dropped"
        ),
        (
            .generateContent, #"{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"seed":1}}"#,
            "generationConfig.seed dropped"
        ),
        (
            .chat, #"{"messages":[{"role":"assistant","content":"x","provider_specific_fields":{"a":1},"images":[]}]}"#,
            "messages.provider_specific_fields dropped"
        ),
    ])
    func `a warning names the caller's own field`(caller: Operation, body: String, note: String) throws {
        #expect(try Self.request(body, from: caller, to: .converse).losses == [note])
    }

    @Test func `OpenAI's models need no words but the system's`() throws {
        _ = try Self.request(#"{"max_tokens":1,"system":"x","messages":[]}"#, from: .messages, to: .chat)
    }

    private static func request(
        _ body: String, from caller: Operation, to provider: Operation
    ) throws -> Translation.Request {
        let translation = try #require(Translation(from: caller, to: provider))
        return try translation.request(Array(body.utf8), to: TranslationTarget(model: "m"))
    }
}
