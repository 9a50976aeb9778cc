import Foundation
import Inference
import Testing

@testable import Upstream

/// Streams: as they come, as slowly as the consumer wants, and no longer than it wants.
@Suite(.serialized) struct StreamTests {
    @Test func `chunks are delivered as they come`() async throws {
        let server = try await Shared.provider.value
        let answer = try await TestEngine().answer(plaintext(server.url("/chunks?n=8&ms=400")))
        #expect(answer.isComplete)
        #expect(answer.pieces.count >= 6)
        // Each chunk tells when it was sent.
        let sent = answer.text.split(separator: "\n").compactMap { Double($0.split(separator: " ")[2]) }
        #expect(sent.count == 8)
        // The first piece came before the last chunk was sent, not when all was there, however busy the machine is.
        #expect(try #require(answer.pieces.first?.time) < sent[7])
    }

    @Test func `a slow consumer slows the provider, and loses nothing`() async throws {
        let server = try await Provider()
        var settings = UpstreamEngine.Settings()
        settings.window = 128 << 10
        let engine = try TestEngine(settings)
        let total = 48 << 20
        let exchange = engine.submit(try plaintext(server.url("/flood?bytes=\(total)")))
        #expect(await eventually { engine.recorder.received() >= 128 << 10 })
        // Now nothing is consumed: what is in flight is our window and what two kernels buffer.
        #expect(await server.isHeld(below: 24 << 20), "the provider was not held")
        #expect(engine.recorder.received() <= 160 << 10)

        // Consuming brings the rest, every byte once, though each pause made libcurl bring a piece again.
        let (answer, most) = await engine.recorder.consuming(exchange)
        #expect(most <= 160 << 10)
        #expect(answer.isComplete)
        #expect(answer.body.count == total)
        let isWhole = answer.body.withUnsafeBufferPointer { bytes in
            var index = 0
            // The script's pattern is 251 × 64 bytes, each chunk from its start.
            while index < bytes.count, bytes[index] == UInt8(index % 251) { index += 1 }
            return index == bytes.count
        }
        #expect(isWhole)
    }

    @Test func `a paused stream does not stand still for the idle limit, but ends with the total one`() async throws {
        let server = try await Provider()
        var settings = UpstreamEngine.Settings()
        settings.window = 64 << 10
        let engine = try TestEngine(settings)
        let timeouts = UpstreamTimeouts(idle: 100, total: 900)
        let start = monotonicNanoseconds()
        let answer = await engine.answer(try plaintext(server.url("/flood?bytes=50000000"), timeouts: timeouts))
        #expect(answer.failure?.kind == .totalTimeout)
        #expect(monotonicNanoseconds() - start > 850_000_000)
    }

    @Test(arguments: ["/hang", "/stall", "/flood?bytes=100000000"])
    func `a cancelled call closes its connection at once`(_ path: String) async throws {
        let server = try await Provider()
        let engine = try TestEngine()
        for token in UInt64(1)...3 {
            let opened = server.lines("open").count
            let exchange = engine.submit(try plaintext(server.url(path)), token: token)
            #expect(await eventually { server.lines("request").count == opened + 1 })
            try await Task.sleep(nanoseconds: 50_000_000)
            let connection = try #require(server.lines("request").last?.words[1])
            exchange.cancel()
            // Left alone, each of these would stay open for an hour.
            #expect(await server.closing(of: connection) != nil)
            let answer = await engine.recorder.finished(token)
            #expect(answer.failure?.kind == .cancelled)
            #expect(answer.ends.count == 1)
        }
    }

    @Test func `cancelling twice or late does nothing`() async throws {
        let server = try await Shared.provider.value
        let engine = try TestEngine()
        let exchange = engine.submit(try plaintext(server.url("/json")))
        _ = await engine.recorder.finished()
        exchange.cancel()
        exchange.cancel()
        exchange.consumed(1 << 20)
        let early = engine.submit(try plaintext(server.url("/hang")), token: 2)
        early.cancel()
        early.cancel()
        let second = await engine.recorder.finished(2)
        #expect(second.failure?.kind == .cancelled)
        let third = await engine.answer(try plaintext(server.url("/json")), token: 3)
        #expect(third.isComplete)
        #expect(engine.recorder.answer(1).ends.count == 1)
        #expect(engine.recorder.answer(2).ends.count == 1)
    }

    @Test func `what comes in one tick is one batch`() async throws {
        let server = try await Shared.provider.value
        let engine = try TestEngine()
        let endpoint = try plaintext(server.url("/json"))
        _ = await engine.answer(endpoint)
        let before = engine.recorder.batchCount
        _ = await engine.answer(endpoint, token: 2)
        // Head, body and end of a small answer arrive in one packet, so together.
        #expect(engine.recorder.batchCount - before <= 2)
    }
}
