import Dialects
import Inference
import JSONText
import Testing

struct ErrorBodyTests {
    private static let openAI: [(ErrorKind, Int, String, String?)] = [
        (.invalidRequest, 400, "invalid_request_error", nil),
        (.unauthenticated, 401, "invalid_request_error", "invalid_api_key"),
        (.forbidden, 403, "permission_error", "permission_denied"),
        (.notFound, 404, "not_found_error", "unknown_url"),
        (.modelNotFound, 404, "invalid_request_error", "model_not_found"),
        (.methodNotAllowed, 405, "invalid_request_error", "method_not_allowed"),
        (.requestTimeout, 408, "timeout_error", "request_timeout"),
        (.payloadTooLarge, 413, "request_too_large", "request_too_large"),
        (.unsupportedMediaType, 415, "invalid_request_error", "unsupported_media_type"),
        (.unprocessable, 422, "unprocessable_entity_error", "unscannable_content"),
        (.unbounded, 422, "unprocessable_entity_error", "unbounded_request"),
        (.rateLimited, 429, "rate_limit_error", "rate_limit_exceeded"),
        (.headersTooLarge, 431, "request_too_large", "headers_too_large"),
        (.internalFailure, 500, "server_error", "internal_error"),
        (.upstreamFailed, 502, "server_error", "upstream_failed"),
        (.unavailable, 503, "server_error", "service_unavailable"),
        (.timeout, 504, "server_error", "upstream_timeout"),
        (.overloaded, 503, "server_error", "overloaded"),
    ]

    private static let anthropic: [(ErrorKind, Int, String)] = [
        (.invalidRequest, 400, "invalid_request_error"), (.unauthenticated, 401, "authentication_error"),
        (.forbidden, 403, "permission_error"), (.notFound, 404, "not_found_error"),
        (.modelNotFound, 404, "not_found_error"), (.methodNotAllowed, 405, "invalid_request_error"),
        (.requestTimeout, 408, "timeout_error"), (.payloadTooLarge, 413, "request_too_large"),
        (.unsupportedMediaType, 415, "invalid_request_error"), (.unprocessable, 422, "invalid_request_error"),
        (.unbounded, 422, "invalid_request_error"),
        (.rateLimited, 429, "rate_limit_error"), (.headersTooLarge, 431, "request_too_large"),
        (.internalFailure, 500, "api_error"), (.upstreamFailed, 502, "api_error"), (.unavailable, 503, "api_error"),
        (.timeout, 504, "timeout_error"), (.overloaded, 529, "overloaded_error"),
    ]

    @Test func `every kind has its status, type and code in OpenAI's shape`() throws {
        #expect(Self.openAI.map(\.0) == ErrorKind.allCases)
        for (kind, status, type, code) in Self.openAI {
            let error = RequestError(kind, "words \"quoted\"", param: kind == .invalidRequest ? "messages" : nil)
            #expect(error.status(in: .openAI) == status)
            let message = kind == .unauthenticated ? "Incorrect API key provided: words " : "words "
            let param = kind == .invalidRequest ? #""messages""# : "null"
            #expect(
                text(ErrorBody.body(error, in: .openAI, requestID: "req_1"))
                    == #"{"error":{"message":"\#(message)\"quoted\"","type":"\#(type)","param":\#(param),"code":\#(code.map { "\"\($0)\"" } ?? "null")}}"#
            )
        }
    }

    @Test func `every kind has its status and type in Anthropic's shape`() throws {
        #expect(Self.anthropic.map(\.0) == ErrorKind.allCases)
        for (kind, status, type) in Self.anthropic {
            let error = RequestError(kind, "words", param: "messages")
            #expect(error.status(in: .anthropic) == status)
            #expect(
                text(ErrorBody.body(error, in: .anthropic, requestID: "req_1"))
                    == #"{"type":"error","error":{"type":"\#(type)","message":"words"},"request_id":"req_1"}"#)
        }
    }

    @Test func `the words that SDKs look for are not said twice`() {
        let error = RequestError(.unauthenticated, "Incorrect API key provided.")
        #expect(text(ErrorBody.body(error, in: .openAI, requestID: "")).contains(#""Incorrect API key provided.""#))
    }

    @Test func `a stream that can't go on ends with an error event`() {
        let error = RequestError(.upstreamFailed, "gone")
        #expect(
            text(ErrorBody.event(error, in: .openAI, requestID: "req_1"))
                == #"data: {"error":{"message":"gone","type":"server_error","param":null,"code":"upstream_failed"}}"#
                + "\n\n")
        #expect(
            text(ErrorBody.event(error, in: .anthropic, requestID: "req_1"))
                == "event: error\n"
                + #"data: {"type":"error","error":{"type":"api_error","message":"gone"},"request_id":"req_1"}"#
                + "\n\n")
    }

    @Test(arguments: [
        (
            #"{"error":{"message":"m","type":"t","param":"p","code":"c"}}"#,
            UpstreamError(message: "m", type: "t", code: "c", param: "p")
        ),
        (
            #"{"error":{"message":"m","type":"t","code":500}}"#, UpstreamError(message: "m", type: "t", code: "500")
        ),
        (
            #"{"type":"error","error":{"type":"overloaded_error","message":"m"},"request_id":"r"}"#,
            UpstreamError(message: "m", type: "overloaded_error")
        ),
        (#"{"detail":"m"}"#, UpstreamError(message: "m")), (#"{"error":"m"}"#, UpstreamError(message: "m")),
        (#"{"message":"m","type":"error"}"#, UpstreamError(message: "m")),
        (#"{"detail":[{"loc":["body"],"msg":"m"}]}"#, UpstreamError(message: "the provider answered with status 418")),
        ("Internal Server Error", UpstreamError(message: "the provider answered with status 418")),
        ("", UpstreamError(message: "the provider answered with status 418")),
        ("[1]", UpstreamError(message: "the provider answered with status 418")),
        (#"{"error":null}"#, UpstreamError(message: "the provider answered with status 418")),
        (#"{"error":{"message":"","code":1.5}}"#, UpstreamError(message: "the provider answered with status 418")),
    ])
    func `a provider's error is read from whatever shape it has`(body: String, expected: UpstreamError) {
        #expect(UpstreamError(status: 418, body: bytes(body)) == expected)
    }

    @Test func `a provider's error is said again in the caller's dialect`() {
        let error = UpstreamError(message: "no", code: "500")
        #expect(
            text(ErrorBody.body(error, status: 429, in: .openAI, requestID: "r"))
                == #"{"error":{"message":"no","type":"rate_limit_error","param":null,"code":"500"}}"#)
        #expect(
            text(ErrorBody.body(error, status: 529, in: .anthropic, requestID: "r"))
                == #"{"type":"error","error":{"type":"overloaded_error","message":"no"},"request_id":"r"}"#)
    }

    @Test func `a provider that refuses our credentials has failed, the caller's are good`() {
        let statuses = [400, 401, 402, 403, 404, 407, 413, 429, 500, 503, 529, 200, 302, 99, 700]
        #expect(
            statuses.map { UpstreamError.callerStatus(for: $0) } == [
                400, 502, 502, 502, 404, 502, 413, 429, 500, 503, 529, 502, 502, 502, 502,
            ])
    }

    @Test func `broken JSON is a bad request that names the place but not the text`() throws {
        let broken = #"{"model": secret"#
        let fault = #expect(throws: JSONSyntaxError.self) { try json(broken) }
        let error = RequestReader.error(for: try #require(fault))
        #expect(error.kind == .invalidRequest)
        #expect(!error.message.contains("secret"))
        #expect(error.message.contains("1:11"))
        let large = #expect(throws: JSONSyntaxError.self) {
            try JSONDocument(parsing: bytes("[1,2]"), limits: JSONLimits(maximumBytes: 3))
        }
        #expect(RequestReader.error(for: try #require(large)).kind == .payloadTooLarge)
    }
}
