import Cryptography
import Dialects
import Dispatch
import Inference
import JSONText
import NIOCore
import NIOHTTP1
import NIOPosix
import PatternScanner
import Privacy
import Synchronization
import Testing
import Upstream

@testable import Gateway

/// Large events of a stream are treated beside the event loop, and order holds.
@Suite struct LargeEventTests {
    /// What a caller gets.
    private final class Caller: Exchange.Transport {
        var body = ByteBuffer()
        var ended: [String] = []
        var isWritable: Bool { true }
        func writeHead(_ head: HTTPResponseHead, isWhole: Bool) {}
        func writeBody(_ bytes: ByteBuffer) { body.writeImmutableBuffer(bytes) }
        func finish() { ended.append("finished") }
        func flush() {}
        func abort() { ended.append("aborted") }
        func admitted() {}
    }

    /// An attempt on a loop of its own, whose only worker is busy until `open`. Its members are used on the loop.
    private final class Bench: @unchecked Sendable {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let workers = BodyWorkers(threads: 1)
        let caller = Caller()
        let exchange: Exchange
        let attempt: Attempt
        private let gate = DispatchSemaphore(value: 0)

        init() throws {
            let body = #"{"model":"m","stream":true,"messages":[{"role":"user","content":"mail maria@example.org"}]}"#
            let request = try RequestReader.read(.chat, body: try JSONDocument(parsing: Array(body.utf8)))
            let engine = try PrivacyEngine(scanner: try PatternScanner())
            let key = try TenantKey(master: SymmetricKey([UInt8](repeating: 1, count: 32)), tenant: "t")
            let treated = try engine.treat(
                request, findings: try engine.inspect(request), requestID: RequestID(high: 1, low: 2),
                form: .pseudonymised, destination: Destination(provider: ProviderID("p"), model: "m"), tenantKey: key)
            exchange = Exchange(
                loop: group.next(), head: HTTPRequestHead(version: .http1_1, method: .POST, uri: "/"),
                clientAddress: "", peerCertificate: nil, transport: caller)
            attempt = Attempt(
                exchange: exchange, requestID: RequestID(high: 1, low: 2), request: request,
                restoration: treated.restoration, rules: nil, translation: nil, workers: workers
            ) { _ in [:] }
            let gate = gate
            _ = workers.submit(.begun) { _ in gate.wait() }
        }

        func open() { gate.signal() }

        func onLoop<Result: Sendable>(_ body: @escaping @Sendable (Bench) -> Result) async throws -> Result {
            try await exchange.loop.submit { body(self) }.get()
        }

        /// Begins the stream and brings events: a large one between two small ones.
        func begin() async throws {
            try await onLoop { bench in
                bench.attempt.watchCaller()
                bench.attempt.begin(
                    Attempt.AnswerHead(status: 200, contentType: "text/event-stream", passed: []))
                for text in ["one", String(repeating: "x", count: 2 * BodyWorkers.threshold), "three"] {
                    bench.attempt.take(LargeEventTests.event(text))
                    bench.attempt.batchEnded()
                }
            }
        }

        func stop() async throws {
            try await group.shutdownGracefully()
            let workers = workers
            await withCheckedContinuation { done in
                DispatchQueue.global().async {
                    workers.stop()
                    done.resume()
                }
            }
        }
    }

    private static func event(_ text: String, _ finish: String = "null") -> [UInt8] {
        Array(
            (#"data: {"choices":[{"index":0,"delta":{"content":"\#(text)"},"finish_reason":\#(finish)}]}"# + "\n\n")
                .utf8)
    }

    private static let end = event("end", #""stop""#) + Array("data: [DONE]\n\n".utf8)

    @Test func `what comes behind a large event waits for it, and the loop does not`() async throws {
        let bench = try Bench()
        try await bench.begin()
        let before = try await bench.onLoop { bench in
            bench.attempt.take(Self.end)
            bench.attempt.batchEnded()
            bench.attempt.complete()
            return String(buffer: bench.caller.body)
        }
        #expect(before.contains("one") && !before.contains("xxx") && !before.contains("three"))
        bench.open()
        guard case .streamed(let streamed) = await bench.attempt.end() else {
            Issue.record("the answer was not streamed")
            return
        }
        #expect(streamed.failure == nil && !streamed.callerLeft && streamed.facts.finishReason == "stop")
        let (after, ended) = try await bench.onLoop { (String(buffer: $0.caller.body), $0.caller.ended) }
        #expect(ended == ["finished"])
        let places = ["one", "xxx", "three", "end", "[DONE]"].map { after.firstRange(of: $0)?.lowerBound }
        #expect(!places.contains(nil))
        #expect(places.compactMap(\.self) == places.compactMap(\.self).sorted())
        try await bench.stop()
    }

    @Test func `a provider that fails meanwhile ends the answer behind the large event`() async throws {
        let bench = try Bench()
        try await bench.begin()
        try await bench.onLoop { bench in
            bench.attempt.fail(UpstreamFailure(kind: .cut, message: "gone"))
        }
        bench.open()
        guard case .streamed(let streamed) = await bench.attempt.end() else {
            Issue.record("the answer was not streamed")
            return
        }
        #expect(streamed.failure?.kind == .cut)
        let (after, ended) = try await bench.onLoop { (String(buffer: $0.caller.body), $0.caller.ended) }
        #expect(ended == ["aborted"])
        #expect(after.contains("xxx") && after.contains("three") && after.contains("broke off"))
        try await bench.stop()
    }

    @Test func `a caller who leaves meanwhile ends the try at once`() async throws {
        let bench = try Bench()
        try await bench.begin()
        try await bench.onLoop { $0.exchange.transportClosed() }
        guard case .streamed(let streamed) = await bench.attempt.end() else {
            Issue.record("the answer was not streamed")
            return
        }
        #expect(streamed.callerLeft)
        bench.open()
        try await bench.stop()
        let after = String(buffer: bench.caller.body)
        #expect(!after.contains("xxx"))
    }
}
