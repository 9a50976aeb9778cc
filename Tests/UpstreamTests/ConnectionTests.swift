import Foundation
import Inference
import Synchronization
import Testing

@testable import Upstream

/// How connections are made, kept and given up.
@Suite struct ConnectionTests {
    @Test func `requests in sequence share one connection`() async throws {
        let server = try await Provider()
        let engine = try TestEngine()
        let endpoint = try plaintext(server.url("/json"))
        let other = try plaintext(server.url("/slow?ms=0"))
        for token in UInt64(1)...20 {
            let answer = await engine.answer(token % 5 == 0 ? other : endpoint, token: token)
            #expect(answer.isComplete)
        }
        #expect(await server.hasTold(ofRequests: 20))
        #expect(server.lines("open").count == 1)
    }

    @Test func `five hundred requests at once are all answered, each once`() async throws {
        let server = try await Provider()
        let engine = try TestEngine()
        let endpoint = try plaintext(server.url("/slow?ms=20"))
        for token in UInt64(1)...500 { engine.submit(endpoint, token: token) }
        #expect(await eventually { engine.recorder.ended == 500 })
        #expect(engine.recorder.all.allSatisfy { $0.isComplete && $0.ends.count == 1 && !$0.isDisordered })
        // And the connections are kept when the wave is over, though libcurl's own choice would be four per running transfer.
        #expect(await server.hasTold(ofRequests: 500))
        let opened = server.lines("open").count
        for token in UInt64(501)...540 { _ = await engine.answer(endpoint, token: token) }
        let next = UInt64(540 + opened - 20)
        for token in UInt64(541)...next { engine.submit(endpoint, token: token) }
        #expect(await eventually { engine.recorder.ended == Int(next) })
        #expect(await server.hasTold(ofRequests: Int(next)))
        #expect(server.lines("open").count == opened)
    }

    @Test func `connections to a host can be limited`() async throws {
        let server = try await Provider()
        var settings = UpstreamEngine.Settings()
        settings.connectionsPerHost = 3
        let engine = try TestEngine(settings)
        let endpoint = try plaintext(server.url("/slow?ms=5"))
        for token in UInt64(1)...30 { engine.submit(endpoint, token: token) }
        #expect(await eventually { engine.recorder.ended == 30 })
        #expect(engine.recorder.all.allSatisfy { $0.isComplete })
        #expect(await server.hasTold(ofRequests: 30))
        #expect(server.lines("open").count <= 3)
    }

    @Test func `a connection that the server closed is replaced`() async throws {
        let server = try await Provider()
        let engine = try TestEngine()
        let endpoint = try plaintext(server.url("/close"))
        for token in UInt64(1)...5 {
            let answer = await engine.answer(endpoint, token: token)
            #expect(answer.isComplete)
        }
        #expect(await server.hasTold(ofRequests: 5))
        #expect(server.lines("open").count == 5)
    }

    @Test func `a request is not sent again where a kept connection ends before an answer`() async throws {
        let server = try await Provider()
        let engine = try TestEngine()
        #expect(await engine.answer(try plaintext(server.url("/json")), token: 1).isComplete)
        let answer = await engine.answer(try plaintext(server.url("/cut-head")), token: 2)
        #expect(answer.failure?.kind == .reset)
        // The third is the last: there is none between.
        #expect(await engine.answer(try plaintext(server.url("/json")), token: 3).isComplete)
        #expect(await server.hasTold(ofRequests: 3))
        #expect(server.lines("request").count == 3)
    }

    @Test func `a closed port is a failure to connect`() async throws {
        let answer = try await TestEngine().answer(plaintext("http://127.0.0.1:1/x"))
        #expect(answer.failure?.kind == .connect)
        #expect(answer.failure?.message.contains("127.0.0.1:1") == true)
    }

    @Test func `a name is looked up once for many calls`() async throws {
        let server = try await Provider()
        let count = Mutex(0)
        let engine = try TestEngine { _ in
            count.withLock { $0 += 1 }
            usleep(30_000)
            return .success(["127.0.0.1"])
        }
        let endpoint = try plaintext("http://upstream.test:\(server.port)/json")
        for token in UInt64(1)...100 { engine.submit(endpoint, token: token) }
        #expect(await eventually { engine.recorder.ended == 100 })
        #expect(engine.recorder.all.allSatisfy { $0.isComplete })
        #expect(count.withLock { $0 } == 1)
    }

    @Test func `an expired address serves on while a new one is looked up`() async throws {
        let server = try await Provider()
        let count = Mutex(0)
        var settings = UpstreamEngine.Settings()
        settings.addressLifetimeMilliseconds = 1
        let engine = try TestEngine(settings) { _ in
            let number = count.withLock { count in
                count += 1
                return count
            }
            return number == 1 ? .success(["127.0.0.1"]) : .failure(UpstreamFailure(kind: .resolve, message: "gone"))
        }
        let endpoint = try plaintext("http://upstream.test:\(server.port)/close")
        for token in UInt64(1)...5 {
            let answer = await engine.answer(endpoint, token: token)
            #expect(answer.isComplete)
            try await Task.sleep(nanoseconds: 5_000_000)
        }
        #expect(count.withLock { $0 } > 1)
    }

    @Test func `a new address is used for new connections`() async throws {
        let server = try await Provider()
        var settings = UpstreamEngine.Settings()
        settings.addressLifetimeMilliseconds = 1
        let count = Mutex(0)
        // At 127.0.0.2 nobody listens on the port, since the provider bound 127.0.0.1.
        let engine = try TestEngine(settings) { _ in
            .success([
                count.withLock { count in
                    count += 1
                    return count == 1 ? "127.0.0.2" : "127.0.0.1"
                }
            ])
        }
        let endpoint = try plaintext("http://upstream.test:\(server.port)/json")
        let first = await engine.answer(endpoint, token: 1)
        #expect(first.failure?.kind == .connect)
        try await Task.sleep(nanoseconds: 20_000_000)
        engine.submit(endpoint, token: 2)
        _ = await engine.recorder.finished(2)
        try await Task.sleep(nanoseconds: 50_000_000)
        let third = await engine.answer(endpoint, token: 3)
        #expect(third.isComplete)
    }

    @Test func `an unknown name is a failure to resolve`() async throws {
        let engine = try TestEngine { name in .failure(UpstreamFailure(kind: .resolve, message: "`\(name)`: unknown")) }
        let answer = try await engine.answer(plaintext("http://nowhere.test/x"))
        #expect(answer.failure?.kind == .resolve)
    }

    @Test func `the system resolves localhost and refuses what is not`() throws {
        let addresses = try HostResolver.systemLookUp("localhost").get()
        #expect(!addresses.isEmpty)
        #expect(addresses.allSatisfy { AddressScope(literal: $0) == .loopback })
        #expect(throws: UpstreamFailure.self) { try HostResolver.systemLookUp("no-such-name.invalid").get() }
    }

    @Test func `stopping ends every call, whatever it waits for`() async throws {
        let server = try await Provider()
        let engine = try TestEngine { name in
            if name == "never.test" { sleep(60) }
            return .success(["127.0.0.1"])
        }
        for token in UInt64(1)...20 {
            engine.submit(try plaintext(server.url(token % 2 == 0 ? "/hang" : "/stall")), token: token)
        }
        let patient = UpstreamTimeouts(connect: 60_000)
        engine.submit(try plaintext("http://never.test:\(server.port)/json", timeouts: patient), token: 21)
        // The provider speaks no TLS, so this handshake never ends.
        engine.submit(
            try UpstreamEndpoint(provider: provider, url: server.url("/json", scheme: "https"), timeouts: patient),
            token: 22)
        #expect(await eventually { server.lines("request").count == 20 })
        #expect(await eventually { (1...20).count { engine.recorder.answer(UInt64($0)).head != nil } == 10 })
        engine.submit(try plaintext(server.url("/hang")), token: 23)
        engine.engine.stop()
        #expect(engine.recorder.ended == 23)
        #expect(engine.recorder.all.allSatisfy { $0.failure?.kind == .stopped && $0.ends.count == 1 })

        engine.submit(try plaintext(server.url("/json")), token: 24)
        #expect(engine.recorder.answer(24).failure?.kind == .stopped)
        engine.engine.stop()
    }

    @Test func `an engine that was never started and one that is dropped end quietly`() async throws {
        let server = try await Shared.provider.value
        let recorder = Recorder()
        do {
            let engine = try UpstreamEngine()
            _ = engine
        }
        do {
            let engine = try UpstreamEngine()
            try engine.start()
            try engine.start()
            _ = engine.submit(token: 1, endpoint: try plaintext(server.url("/hang")), body: [], mailbox: recorder)
        }
        #expect(recorder.answer(1).failure?.kind == .stopped)
    }

    @Test func `nothing of a call is kept when it is over`() async throws {
        let server = try await Shared.provider.value
        let engine = try TestEngine()
        let weakly = Weakly()
        for (token, path) in [(UInt64(1), "/json"), (2, "/cut-length"), (3, "/hang"), (4, "/stall")] {
            let exchange = engine.submit(try plaintext(server.url(path)), token: token)
            weakly.add(exchange)
            weakly.add(exchange.body)
            if token > 2 {
                _ = await eventually { server.lines("request").contains { $0.words[2] == path } }
                exchange.cancel()
            }
        }
        #expect(await eventually { engine.recorder.ended == 4 })
        #expect(await eventually(within: 5) { weakly.alive == 0 })
    }

    private final class Weakly: Sendable {
        private struct Reference: @unchecked Sendable { weak var object: AnyObject? }
        private let references = Mutex<[Reference]>([])
        func add(_ object: AnyObject) {
            let reference = Reference(object: object)
            references.withLock { $0.append(reference) }
        }
        var alive: Int { references.withLock { $0.count { $0.object != nil } } }
    }
}
