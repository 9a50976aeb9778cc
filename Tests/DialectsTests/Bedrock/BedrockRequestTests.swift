import Dialects
import Inference
import JSONText
import Testing

/// What is read of a body of `converse`.
struct BedrockRequestTests {
    private func converse(_ body: String, streams: Bool = false) throws -> InferenceRequest {
        try RequestReader.read(
            .converse, body: json(body), address: RequestAddress(model: "m:0", isStreaming: streams))
    }

    private static let long = String(repeating: "QUJD", count: 20)

    @Test func `tools of the model's own interface are named, too`() throws {
        let body = #"{"messages":[],"additionalModelRequestFields":{"tools":[{"type":"bash_20250124","name":"bash"}]}}"#
        #expect(try converse(body).tools.contains("bash"))
    }

    @Test func `model and stream stand in the path, all else in the body`() throws {
        let request = try converse(
            #"{"messages":[{"role":"user","content":[{"text":"hi"}]}],"inferenceConfig":{"maxTokens":7}}"#,
            streams: true)
        #expect(request.dialect == .bedrock && request.operation == .converse)
        #expect(request.model.rawValue == "m:0" && request.isStreaming && request.maximumOutputTokens == 7)
        #expect(try read(.converse, #"{"modelId":"n","messages":[]}"#).model.rawValue == "n")
        #expect(throws: RequestError.self) { try read(.converse, #"{"messages":[]}"#) }
    }

    @Test func `every text has its place`() throws {
        let request = try converse(
            #"{"system":[{"text":"s"},{"guardContent":{"text":{"text":"g","qualifiers":["query"]}}}],"messages":[{"role":"user","content":[{"text":"u"},{"toolResult":{"toolUseId":"i","status":"success","content":[{"text":"r"},{"json":{"k":"j"}}]}}]},{"role":"assistant","content":[{"toolUse":{"toolUseId":"i","name":"f","input":{"a":"v"}}},{"reasoningContent":{"reasoningText":{"text":"t"}}}]}],"toolConfig":{"tools":[{"toolSpec":{"name":"f","description":"d","inputSchema":{"json":{"type":"object"}}}}]},"promptVariables":{"x":{"text":"p"}}}"#
        )
        let listing = request.listing
        for line in [
            "system: s", "system: g", "user: u", "tool_result: r", "tool_result: j", "tool_arguments: v",
            "tool_arguments: a", "assistant: t", "tool_definition: d", "user: p",
        ] { #expect(listing.contains(line), "\(line)") }
        #expect(request.tools == ["f"])
    }

    @Test func `media are parts that can't be read, and what is behind S3 is, too`() throws {
        let request = try converse(
            #"{"messages":[{"role":"user","content":[{"image":{"format":"png","source":{"bytes":"\#(Self.long)"}}},{"document":{"format":"pdf","name":"n","source":{"s3Location":{"uri":"s3://b/k"}}}},{"document":{"format":"txt","name":"n","source":{"text":"inside"}}},{"video":{"format":"mp4","source":{"bytes":"\#(Self.long)"}}},{"audio":{"format":"mp3","source":{"bytes":"\#(Self.long)"}}},{"toolResult":{"toolUseId":"i","content":[{"image":{"format":"png","source":{"bytes":"not base64 at all"}}}]}}]}]}"#
        )
        #expect(request.parts == ["image user", "file user", "file user", "audio user"])
        for line in ["user: s3://b/k", "user: inside", "user: n", "tool_result: not base64 at all"] {
            #expect(request.listing.contains(line), "\(line)")
        }
    }

    @Test(arguments: [
        #"{"messages":"$"}"#, #"{"messages":[],"toolConfig":{"tools":"$"}}"#,
    ])
    func `lists that decide have to be lists`(body: String) {
        #expect(throws: RequestError.self) { try converse(body) }
    }

    @Test(arguments: [
        #"{"system":"$","messages":["$"]}"#, #"{"inferenceConfig":"$","toolConfig":"$"}"#,
        #"{"messages":[{"role":"$","content":"$","$":"$"}]}"#,
        #"{"messages":[{"role":"user","content":["$",{"text":{"$":"$"}},{"$":"$"},{"image":"$"},{"image":{"source":"$","$":"$"}},{"image":{"source":{"$":"$"}}},{"toolUse":"$"},{"toolUse":{"$":"$","input":"$"}},{"toolResult":"$"},{"toolResult":{"$":"$","content":"$"}},{"guardContent":"$"},{"guardContent":{"$":"$","image":"$"}}]}]}"#,
        #"{"toolConfig":{"tools":[{"toolSpec":{"name":"$","inputSchema":{"json":{"$":["$"]}}}}],"toolChoice":{"tool":{"name":"$"}},"$":"$"}}"#,
        #"{"outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":"{\"$\":\"$\"}","name":"$"}}}},"requestMetadata":{"$":"$"},"additionalModelRequestFields":{"$":"$"},"modelId":"$","$":{"$":"$"}}"#,
    ])
    func `every string is inspected, whatever stands where something else is expected`(body: String) throws {
        var (number, unique) = (0, "")
        for character in body {
            guard character == "$" else {
                unique.append(character)
                continue
            }
            number += 1
            unique += "planted\(number)@example.com"
        }
        let listing = try converse(unique).listing.joined(separator: "\n")
        for planted in 1...number { #expect(listing.contains("planted\(planted)@example.com"), "\(planted)") }
    }

    @Test func `a member that differs from the API's only in case is refused`() {
        #expect(throws: RequestError.self) { try converse(#"{"Messages":[]}"#) }
    }

    @Test func `the path carries each name so that it stays one segment`() {
        func url(_ model: String) -> String? {
            ProviderRequest.bedrockURL(base: "https://h/x/", model: model, isStreaming: false)
        }
        #expect(url("a.b-v1:0") == "https://h/x/model/a.b-v1%3A0/converse")
        #expect(url("arn:aws/ü ?#%") == "https://h/x/model/arn%3Aaws%2F%C3%BC%20%3F%23%25/converse")
        #expect(url("..") == nil && url("") == nil)
    }

    @Test func `errors have the exceptions that SDKs raise`() {
        let expected: [(ErrorKind, Int, String)] = [
            (.invalidRequest, 400, "ValidationException"), (.unauthenticated, 403, "AccessDeniedException"),
            (.forbidden, 403, "AccessDeniedException"), (.modelNotFound, 404, "ResourceNotFoundException"),
            (.rateLimited, 429, "ThrottlingException"), (.unavailable, 503, "ServiceUnavailableException"),
            (.internalFailure, 500, "InternalServerException"), (.timeout, 504, "ModelTimeoutException"),
        ]
        for (kind, status, type) in expected {
            let error = RequestError(kind, "words")
            #expect(error.status(in: .bedrock) == status)
            #expect(ErrorBody.headers(error, in: .bedrock).map(\.value) == [type])
            #expect(text(ErrorBody.body(error, in: .bedrock, requestID: "r")) == #"{"message":"words"}"#)
        }
        let said = UpstreamError(
            status: 429, body: bytes(#"{"message":"slow"}"#), errorType: "ThrottlingException:http://x/")
        #expect(said == UpstreamError(message: "slow", type: "ThrottlingException"))
        #expect(said.translated(to: .anthropic).type == "rate_limit_error")
    }
}
