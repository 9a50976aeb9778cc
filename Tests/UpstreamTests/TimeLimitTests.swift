import Foundation
import Inference
import Testing

@testable import Upstream

/// Each time limit has its own name, and holds.
@Suite struct TimeLimitTests {
    @Test(arguments: [
        ("/hang", UpstreamTimeouts(firstByte: 200), UpstreamFailure.Kind.firstByteTimeout),
        ("/stall-in-head", UpstreamTimeouts(firstByte: 200), .firstByteTimeout),
        ("/stall", UpstreamTimeouts(idle: 200), .idleTimeout),
        ("/hang", UpstreamTimeouts(total: 200), .totalTimeout),
        ("/chunks?n=100&ms=20", UpstreamTimeouts(idle: 60_000, total: 200), .totalTimeout),
    ])
    func `a limit ends the call under its name`(
        _ path: String, _ timeouts: UpstreamTimeouts, _ kind: UpstreamFailure.Kind
    ) async throws {
        let server = try await Provider()
        let start = monotonicNanoseconds()
        let answer = try await TestEngine().answer(plaintext(server.url(path), timeouts: timeouts))
        let took = Double(monotonicNanoseconds() - start) / 1e6
        #expect(answer.failure?.kind == kind)
        #expect(took > 190 && took < 60_000, "took \(took) ms")
        // The provider is not left waiting.
        let connection = try #require(server.lines("open").first?.words[1])
        #expect(await server.closing(of: connection) != nil)
    }

    @Test func `a TLS handshake that does not come is a connect timeout`() async throws {
        // The plaintext provider waits for a request's head and never answers a ClientHello.
        let server = try await Shared.provider.value
        let endpoint = try UpstreamEndpoint(
            provider: provider, url: server.url("/json", scheme: "https"), timeouts: UpstreamTimeouts(connect: 200))
        let answer = try await TestEngine().answer(endpoint)
        #expect(answer.failure?.kind == .connectTimeout)
    }

    @Test func `a look-up that does not come is a connect timeout`() async throws {
        let engine = try TestEngine { _ in
            sleep(5)
            return .success(["127.0.0.1"])
        }
        let endpoint = try plaintext("http://slow.test/x", timeouts: UpstreamTimeouts(connect: 150))
        // The look-up would succeed, five seconds later: only the limit makes a failure of it.
        let answer = await engine.answer(endpoint)
        #expect(answer.failure?.kind == .connectTimeout)
    }

    @Test func `a stream that keeps coming outlives the idle limit`() async throws {
        let server = try await Shared.provider.value
        let timeouts = UpstreamTimeouts(firstByte: 60_000, idle: 3_000)
        let answer = try await TestEngine().answer(plaintext(server.url("/chunks?n=50&ms=100"), timeouts: timeouts))
        #expect(answer.isComplete)
    }
}
