import Dialects
import Inference
import JSONText
import Testing

struct ProviderRequestTests {
    private func sent(_ body: String, model: String = "gpt-x", needsUsage: Bool = true) throws -> String {
        let request = try read(.chat, body)
        return text(
            request.body.replacing(ProviderRequest.edits(for: request, model: model, needsUsage: needsUsage)))
    }

    @Test(arguments: [
        (#"{"model" : "a","messages":[]}"#, #"{"model" : "gpt-x","messages":[]}"#),
        (
            #"{"messages":[],"stream":true,"model":"a"}"#,
            #"{"messages":[],"stream":true,"model":"gpt-x","stream_options":{"include_usage":true}}"#
        ),
        (
            #"{"stream_options":null,"messages":[],"stream":true,"model":"a"}"#,
            #"{"stream_options":{"include_usage":true},"messages":[],"stream":true,"model":"gpt-x"}"#
        ),
        (
            #"{"stream_options":{},"messages":[],"stream":true,"model":"a"}"#,
            #"{"stream_options":{"include_usage":true},"messages":[],"stream":true,"model":"gpt-x"}"#
        ),
        (
            #"{"stream_options":{ "x":"y" },"messages":[],"stream":true,"model":"a"}"#,
            #"{"stream_options":{ "x":"y" ,"include_usage":true},"messages":[],"stream":true,"model":"gpt-x"}"#
        ),
        (
            #"{"stream_options":{"include_usage":false},"messages":[],"stream":true,"model":"a"}"#,
            #"{"stream_options":{"include_usage":true},"messages":[],"stream":true,"model":"gpt-x"}"#
        ),
        (
            #"{"stream_options":{"include_usage":true},"messages":[],"stream":true,"model":"a"}"#,
            #"{"stream_options":{"include_usage":true},"messages":[],"stream":true,"model":"gpt-x"}"#
        ),
        (
            #"{"stream_options":7,"messages":[],"stream":true,"model":"a"}"#,
            #"{"stream_options":7,"messages":[],"stream":true,"model":"gpt-x"}"#
        ),
    ])
    func `the model is renamed and usage asked for, all else untouched`(body: String, expected: String) throws {
        #expect(try sent(body) == expected)
    }

    @Test func `usage is not asked for where it is not needed`() throws {
        #expect(
            try sent(#"{"messages":[],"stream":true,"model":"a"}"#, needsUsage: false)
                == #"{"messages":[],"stream":true,"model":"gpt-x"}"#)
    }

    @Test func `a model's name is escaped`() throws {
        #expect(try sent(#"{"model":"a","messages":[]}"#, model: "a\"b") == #"{"model":"a\"b","messages":[]}"#)
    }

    @Test func `Anthropic streams bring usage by themselves`() throws {
        let request = try read(.messages, #"{"model":"a","messages":[],"stream":true}"#)
        let edits = ProviderRequest.edits(for: request, model: "c", needsUsage: true)
        #expect(text(request.body.replacing(edits)) == #"{"model":"c","messages":[],"stream":true}"#)
    }

    @Test(arguments: [
        ("https://api.openai.com/v1", Operation.chat, false, "https://api.openai.com/v1/chat/completions"),
        ("http://127.0.0.1:9100/v1/", .embeddings, false, "http://127.0.0.1:9100/v1/embeddings"),
        ("http://127.0.0.1:9100", .chat, false, "http://127.0.0.1:9100/v1/chat/completions"),
        ("https://h/openai/x", .chat, false, "https://h/openai/x/chat/completions"),
        ("https://api.anthropic.com", .messages, false, "https://api.anthropic.com/v1/messages"),
        ("https://h:1/v1/", .countTokens, true, "https://h:1/v1/messages/count_tokens?beta=true"),
        ("https://h:1/anthropic", .messages, true, "https://h:1/anthropic/v1/messages?beta=true"),
    ])
    func `a URL comes from the base and the operation`(base: String, operation: Operation, beta: Bool, url: String) {
        #expect(ProviderRequest.url(base: base, for: operation, asksForBeta: beta) == url)
    }

    private func listing(_ headers: [(name: String, value: String)]) -> [String] {
        headers.map { "\($0.name): \($0.value)" }
    }

    @Test func `a provider gets its key, the content type and nothing of the caller`() {
        #expect(
            listing(ProviderRequest.headers(in: .openAI, key: "sk-1", isStreaming: false))
                == ["content-type: application/json", "accept: application/json", "authorization: Bearer sk-1"])
        #expect(
            listing(
                ProviderRequest.headers(
                    in: .openAI, key: nil, isStreaming: true,
                    caller: CallerHeaders(anthropicVersion: "2023-06-01", anthropicBeta: "x")))
                == ["content-type: application/json", "accept: text/event-stream"])
    }

    @Test(
        arguments: [
            (nil, "2023-06-01"), ("2026-10-21", "2026-10-21"), ("2023-6-1", "2023-06-01"),
            ("2023-06-01\r\nx: y", "2023-06-01"), ("latest", "2023-06-01"), ("2023-06-011", "2023-06-01"),
            ("", "2023-06-01"),
            ("２０２３-06-01", "2023-06-01"),
        ] as [(String?, String)])
    func `Anthropic's version is the caller's where it is a date`(asked: String?, sent: String) {
        let headers = ProviderRequest.headers(
            in: .anthropic, key: "k", isStreaming: false, caller: CallerHeaders(anthropicVersion: asked))
        #expect(
            listing(headers) == [
                "content-type: application/json", "accept: application/json", "x-api-key: k",
                "anthropic-version: \(sent)",
            ])
    }

    @Test(arguments: [
        ("tools-2024-05-16,files-api-2025-04-14", true), ("max-tokens-3-5-sonnet-2024-07-15", true),
        ("context-1m-2025-08-07", true), ("jane-roe-2025-02-19", false), ("tools-jane-2025-02-19", false),
        ("output-12345678-2025-02-19", false), ("claude-code-20250219,output-128k-2025-02-19", true),
        ("maria smith-2024-05-16", false), ("4111111111111111-2024-05-16", false), ("maria@example.org", false),
        ("latest", false), ("-2024-05-16", false), ("a\r\nx: y", false), ("a;b", false),
        ("", false),
        (String(repeating: "x", count: 1_025), false), ("é", false),
    ])
    func `Anthropic's betas pass where they are names`(beta: String, passes: Bool) {
        let headers = ProviderRequest.headers(
            in: .anthropic, key: "k", isStreaming: false, caller: CallerHeaders(anthropicBeta: beta))
        #expect(listing(headers).contains("anthropic-beta: \(beta)") == passes)
        #expect(headers.count == (passes ? 5 : 4))
    }

    @Test func `of Anthropic's betas those that are none are left out`() {
        let betas = "tools-2024-05-16, jane-roe-2025-02-19,, skills-2025-10-02,"
        let headers = ProviderRequest.headers(
            in: .anthropic, key: "k", isStreaming: false, caller: CallerHeaders(anthropicBeta: betas))
        #expect(listing(headers).last == "anthropic-beta: tools-2024-05-16,skills-2025-10-02")
    }

    @Test(
        arguments: [
            ("Content-Type", "content-type"), ("RETRY-AFTER", "retry-after"), ("retry-after-ms", "retry-after-ms"),
            ("x-should-retry", "x-should-retry"), ("openai-processing-ms", "openai-processing-ms"),
            ("X-RateLimit-Remaining-Tokens", "x-ratelimit-remaining-tokens"),
            ("anthropic-ratelimit-requests-limit", "anthropic-ratelimit-requests-limit"),
            ("x-request-id", "x-upstream-request-id"), ("Request-Id", "x-upstream-request-id"),
            ("set-cookie", nil), ("server", nil), ("content-length", nil), ("transfer-encoding", nil),
            ("content-encoding", nil), ("connection", nil), ("openai-organization", nil),
            ("anthropic-organization-id", nil), ("x-ratelimit-", nil), ("x-ratelimit-a:b", nil), ("", nil),
            ("access-control-allow-origin", nil), ("location", nil), ("alt-svc", nil),
            ("strict-transport-security", nil),
        ] as [(String, String?)])
    func `header fields of an answer pass by an allow-list`(name: String, passed: String?) {
        #expect(ResponseHeaders.callerName(for: name) == passed)
    }

    @Test func `values of header fields have no line breaks`() {
        #expect(ResponseHeaders.isPassable("application/json; charset=utf-8"))
        #expect(!ResponseHeaders.isPassable("a\r\nb: c"))
        #expect(!ResponseHeaders.isPassable("a\u{0}"))
        #expect(!ResponseHeaders.isPassable(String(repeating: "x", count: 1_025)))
    }
}
