import Foundation
import Inference
import Synchronization

@testable import Upstream

/// Keeps what an engine delivers, by token, and how the consumer behaves.
final class Recorder: UpstreamMailbox {
    struct Answer: Sendable {
        var head: UpstreamHead?
        var body: [UInt8] = []
        /// When each piece of the body came, monotonic milliseconds.
        var pieces: [(time: Double, count: Int)] = []
        var ends: [UpstreamEnd] = []
        /// Whether events came out of order.
        var isDisordered = false

        var text: String { String(decoding: body, as: UTF8.self) }
        var failure: UpstreamFailure? {
            if case .failure(let failure)? = ends.first { failure } else { nil }
        }
        var isComplete: Bool {
            if case .complete? = ends.first { true } else { false }
        }
    }

    private let answers = Mutex<[UInt64: Answer]>([:])
    private let batches = Mutex(0)

    func deliver(_ batch: [UpstreamDelivery]) {
        let time = Double(monotonicNanoseconds()) / 1e6
        batches.withLock { $0 += 1 }
        answers.withLock { answers in
            for delivery in batch {
                var answer = answers.removeValue(forKey: delivery.token) ?? Answer()
                if !answer.ends.isEmpty { answer.isDisordered = true }
                switch delivery.event {
                case .head(let head):
                    if answer.head != nil { answer.isDisordered = true }
                    answer.head = head
                case .body(let bytes):
                    if answer.head == nil || bytes.isEmpty { answer.isDisordered = true }
                    answer.body += bytes
                    answer.pieces.append((time, bytes.count))
                case .end(let end): answer.ends.append(end)
                }
                answers[delivery.token] = answer
            }
        }
    }

    var batchCount: Int { batches.withLock { $0 } }
    func answer(_ token: UInt64) -> Answer { answers.withLock { $0[token] ?? Answer() } }
    /// Bytes of body so far, without a copy of them.
    func received(_ token: UInt64 = 1) -> Int { answers.withLock { $0[token]?.body.count ?? 0 } }
    func hasEnded(_ token: UInt64 = 1) -> Bool { answers.withLock { $0[token]?.ends.isEmpty == false } }
    var ended: Int { answers.withLock { answers in answers.values.count { !$0.ends.isEmpty } } }
    var all: [Answer] { answers.withLock { Array($0.values) } }

    /// The answer when it has its end; what there is of it after a while otherwise.
    func finished(_ token: UInt64 = 1, within seconds: Double = 120) async -> Answer {
        _ = await eventually(within: seconds) { self.hasEnded(token) }
        return answer(token)
    }

    /// Consumes as it comes, until the end; gives the answer and the most that was ever unconsumed.
    func consuming(_ exchange: UpstreamExchange) async -> (answer: Answer, most: Int) {
        let token = exchange.token
        var consumed = 0
        var most = 0
        while !hasEnded(token) {
            let before = consumed
            guard await eventually({ self.received(token) > before || self.hasEnded(token) }) else { break }
            let now = received(token)
            most = max(most, now - consumed)
            exchange.consumed(now - consumed)
            consumed = now
        }
        return (answer(token), most)
    }
}

/// An engine that stops with its owner.
final class TestEngine: Sendable {
    let engine: UpstreamEngine
    let recorder = Recorder()

    /// Proxies of the environment that would break every test, if they were used; set once, before any thread reads it.
    private static let environment: Void = {
        for name in ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
            setenv(name, "http://127.0.0.1:1", 1)
        }
        setenv("no_proxy", "upstream.test", 1)
    }()

    init(
        _ settings: UpstreamEngine.Settings = .init(),
        lookUp: @escaping @Sendable (String) -> Result<[String], UpstreamFailure> = { _ in .success(["127.0.0.1"]) }
    ) throws {
        _ = Self.environment
        engine = try UpstreamEngine(settings: settings, lookUp: lookUp)
        try engine.start()
    }

    deinit { engine.stop() }

    @discardableResult
    func submit(
        _ endpoint: UpstreamEndpoint, token: UInt64 = 1, headers: [UpstreamHeader] = [],
        body: [UInt8] = Array("{}".utf8)
    ) -> UpstreamExchange {
        engine.submit(token: token, endpoint: endpoint, headers: headers, body: body, mailbox: recorder)
    }

    /// Submits and waits for the end.
    func answer(
        _ endpoint: UpstreamEndpoint, token: UInt64 = 1, headers: [UpstreamHeader] = [],
        body: [UInt8] = Array("{}".utf8)
    ) async -> Recorder.Answer {
        submit(endpoint, token: token, headers: headers, body: body)
        return await recorder.finished(token)
    }
}

/// Servers that many tests share.
enum Shared {
    static let provider = Once { try await Provider() }
    static let certificates = Once { try Certificates() }
    static let encrypted = Once {
        let certificates = try await Shared.certificates.value
        return try await Provider(["--cert", certificates.path("server.pem"), "--key", certificates.path("server.key")])
    }
}

/// A value made when it is first wanted.
actor Once<Value: Sendable> {
    private let make: @Sendable () async throws -> Value
    private var task: Task<Value, any Error>?

    init(_ make: @escaping @Sendable () async throws -> Value) { self.make = make }

    var value: Value {
        get async throws {
            let task = task ?? Task { try await make() }
            self.task = task
            return try await task.value
        }
    }
}

let provider = ProviderID("mock")

func plaintext(
    _ url: String, headers: [UpstreamHeader] = [], timeouts: UpstreamTimeouts = UpstreamTimeouts()
) throws -> UpstreamEndpoint {
    try UpstreamEndpoint(provider: provider, url: url, headers: headers, plaintext: true, timeouts: timeouts)
}
