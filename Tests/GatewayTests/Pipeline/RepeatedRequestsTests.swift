import Dialects
import Inference
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Synchronization
import Testing

@testable import Gateway

/// Requests that their callers gave a name.
struct RepeatedRequestsTests {
    private static let question = #"{"model":"demo","messages":[]}"#
    private static let principal = Principal(
        kind: .service, name: "tester", teams: ["tests"], tenant: "default", method: .apiKey, credential: "key_1")

    private static func name(
        _ body: String = question, path: String = "/v1/chat/completions", client: String = "192.0.2.1",
        policySet: String = "one", headers: [(String, String)] = [("idempotency-key", "a")],
        operation: Inference.Operation = .chat
    ) -> RepeatedRequests.Name? {
        let listener = AnswerCollector()
        let exchange = Exchange(
            loop: EmbeddedEventLoop(),
            head: HTTPRequestHead(version: .http1_1, method: .POST, uri: path, headers: HTTPHeaders(headers)),
            clientAddress: client, peerCertificate: nil, transport: listener)
        exchange.body = ByteBuffer(string: body)
        return RepeatedRequests.name(of: exchange, operation, principal, policySet: policySet)
    }

    private static func answer(
        _ origin: RepeatedRequests.Answer.Origin, status: Int = 200, _ body: String = "yes"
    ) -> RepeatedRequests.Answer {
        RepeatedRequests.Answer(status: status, headers: [:], body: ByteBuffer(string: body), origin: origin)
    }

    private static let model = RepeatedRequests.Answer.Origin.model(
        Destination(provider: ProviderID("openai"), model: "gpt"), .raw, request: RequestID(high: 1, low: 2), at: 3)

    private static func word(_ verdict: RepeatedRequests.Verdict) -> String {
        switch verdict {
        case .carry: "carry"
        case .has: "has"
        case .waits: "waits"
        case .differs: "differs"
        case .isCrowded: "is crowded"
        }
    }

    private static let body = ByteBuffer(string: question)

    @Test func `whatever may change an answer is a part of its name`() throws {
        let name = try #require(Self.name())
        #expect(Self.name() == name)
        let key = ("idempotency-key", "a")
        let others = [
            Self.name(path: "/v1/chat/completions?x=1"), Self.name(client: "192.0.2.2"), Self.name(policySet: "two"),
            Self.name(headers: [("idempotency-key", "b")]),
            Self.name(headers: [key, ("x-sallyport-purpose", "test")]),
            Self.name(headers: [key, ("x-sallyport-strategy", "fastest")]),
            Self.name(headers: [key, ("cache-control", "no-cache")]),
            Self.name(headers: [key, ("anthropic-beta", "files")]),
        ]
        for other in others { #expect(other != nil && other != name) }
        #expect(Set(others).count == others.count)
    }

    @Test(arguments: [
        #"{"stream":true}"#, #"{"stream":false}"#, #"{"\u0073tream":true}"#, #"{"s\u0074ream":true}"#,
        #"{"strea\u006d":true}"#, #"{"\u0073\u0074\u0072\u0065\u0061\u006d":true}"#,
    ]) func `what may be a stream has no name`(_ body: String) {
        #expect(Self.name(body) == nil)
    }

    @Test func `names that don't count are none`() {
        #expect(Self.name(headers: []) == nil)
        #expect(Self.name(headers: [("idempotency-key", "")]) == nil)
        #expect(Self.name(headers: [("idempotency-key", String(repeating: "x", count: 256))]) == nil)
        #expect(Self.name(headers: [("idempotency-key", "a"), ("idempotency-key", "b")]) == nil)
        #expect(Self.name(operation: .countTokens) == nil)
        #expect(Self.name(String(repeating: " ", count: 1 << 20 + 1)) == nil)
    }

    @Test func `so many wait, and all are told`() throws {
        let name = try #require(Self.name())
        let repeated = RepeatedRequests()
        let told = Mutex(0)
        func take() -> String {
            Self.word(repeated.take(Self.body, as: name) { answer in told.withLock { $0 += answer == nil ? 100 : 1 } })
        }
        #expect(take() == "carry")
        for _ in 0..<RepeatedRequests.mostWaiting { #expect(take() == "waits") }
        #expect(take() == "is crowded")
        repeated.ended(name, Self.answer(Self.model))
        #expect(told.withLock { $0 } == RepeatedRequests.mostWaiting)
        #expect(take() == "has")
    }

    @Test func `who waits for what is cut off is told so, and the next is asked`() throws {
        let name = try #require(Self.name())
        let repeated = RepeatedRequests()
        let cut = Mutex(0)
        func take() -> String {
            Self.word(repeated.take(Self.body, as: name) { answer in cut.withLock { $0 += answer == nil ? 1 : 0 } })
        }
        #expect([take(), take()] == ["carry", "waits"])
        repeated.ended(name, nil)
        #expect(cut.withLock { $0 } == 1)
        #expect(take() == "carry")
    }

    @Test func `a model's good answer is kept for an hour, a refusal is not`() throws {
        let name = try #require(Self.name())
        let repeated = RepeatedRequests()
        func take(_ body: ByteBuffer = Self.body, at now: UInt64) -> String {
            Self.word(repeated.take(body, as: name, now: now) { _ in })
        }
        for refused in [Self.answer(.refusal(.rateLimited), status: 429), Self.answer(.refusal(.forbidden))] {
            #expect(take(at: 0) == "carry")
            repeated.ended(name, refused, now: 0)
        }
        #expect(take(at: 0) == "carry")
        repeated.ended(name, Self.answer(Self.model), now: 0)
        #expect(take(at: 3_599_999_999_999) == "has")
        #expect(take(ByteBuffer(string: "other"), at: 1) == "differs")
        #expect(take(at: 3_600_000_000_000) == "carry")
    }

    @Test func `a collector takes no more than it may`() {
        func collected(_ pieces: [String]) -> String? {
            let collector = AnswerCollector(mostBytes: 8)
            collector.writeHead(HTTPResponseHead(version: .http1_1, status: .ok), isWhole: true)
            for piece in pieces { collector.writeBody(ByteBuffer(string: piece)) }
            collector.finish()
            return collector.answer(from: Self.model).map { String(buffer: $0.body) }
        }
        #expect(collected(["1234", "5678"]) == "12345678")
        #expect(collected(["1234", "56789"]) == nil)
        #expect(collected(["123456789", "1"]) == nil)
    }

    @Test func `what did not end was not collected`() {
        let collector = AnswerCollector()
        collector.writeHead(HTTPResponseHead(version: .http1_1, status: .ok), isWhole: true)
        #expect(collector.answer(from: Self.model) == nil)
        collector.finish()
        #expect(collector.answer(from: Self.model)?.status == 200)
        collector.abort()
        #expect(collector.answer(from: Self.model) == nil)
    }
}
