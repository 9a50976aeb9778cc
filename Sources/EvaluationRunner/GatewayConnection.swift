internal import Inference
private import Synchronization
internal import Upstream

/// What a gateway said to a request.
struct GatewayReply: Sendable {
    let status: Int
    let body: [UInt8]
    let destination: String
    let request: String
    /// What the answer cost; `nil`: it was not told.
    let cost: Money?
    /// Milliseconds to wait before asking again; `nil`: it was not told.
    let retryAfter: Int?
    /// Whether a limit of the gateway refuses it that has no room for long.
    let isLimit: Bool
    /// From sending to the answer's end.
    let milliseconds: Double
}

/// Speaks to a gateway: HTTP/2, many requests on few connections.
public final class GatewayConnection: Sendable {
    private let engine: UpstreamEngine
    private let service: UpstreamService

    /// The most bytes of an answer.
    static let mostBytes = 16 << 20

    /// Prepares a connection to the gateway at `url` (`https://host:port`, without a path).
    public init(
        url: String, key: String, authorities: String?, purpose: String = "evaluation"
    ) throws {
        var settings = UpstreamEngine.Settings()
        // Answers are kept whole and have a bound of their own.
        settings.window = 2 * Self.mostBytes
        engine = try UpstreamEngine(settings: settings)
        var headers: [UpstreamHeader] = []
        for (name, value) in [
            ("authorization", "Bearer \(key)"), ("content-type", "application/json"),
            ("x-sallyport-purpose", purpose),
        ] {
            guard let header = UpstreamHeader(name, value) else {
                throw RunFault.refused("the API key is no text of one line")
            }
            headers.append(header)
        }
        var base = url
        while base.hasSuffix("/") { base.removeLast() }
        if base.hasSuffix("/v1") { base.removeLast(3) }
        service = try UpstreamService(
            name: "gateway", url: base + "/v1/chat/completions", headers: headers, plaintext: true,
            tls: try UpstreamTLS(authorities: authorities), timeouts: UpstreamTimeouts(connect: 30_000),
            httpVersion: .automatic)
        try engine.start()
    }

    /// Asks, and waits for the whole answer. `key` names the request, so that asking again with it is the same request.
    func ask(_ body: [UInt8], key: String) async -> Result<GatewayReply, UpstreamFailure> {
        let reading = ReplyReading()
        let headers = UpstreamHeader("idempotency-key", key).map { [$0] } ?? []
        return await withTaskCancellationHandler {
            await reading.end { engine.ask(service, headers: headers, body: body, token: 0, mailbox: reading) }
        } onCancel: {
            reading.cancel()
        }
    }

    /// Closes all connections.
    public func close() { engine.stop() }
}

/// One answer on its way.
private final class ReplyReading: UpstreamMailbox {
    typealias Outcome = Result<GatewayReply, UpstreamFailure>

    private struct State {
        var head: UpstreamHead?
        var body: [UInt8] = []
        var exchange: UpstreamExchange?
        var isCancelled = false
        var continuation: CheckedContinuation<Outcome, Never>?
    }

    private let state = Mutex(State())
    private let began = ContinuousClock.now

    func end(_ start: () -> UpstreamExchange) async -> Outcome {
        await withCheckedContinuation { continuation in
            state.withLock { $0.continuation = continuation }
            let exchange = start()
            let isCancelled = state.withLock { state in
                state.exchange = exchange
                return state.isCancelled
            }
            if isCancelled { exchange.cancel() }
        }
    }

    func cancel() {
        let exchange = state.withLock { state in
            state.isCancelled = true
            return state.exchange
        }
        exchange?.cancel()
    }

    func deliver(_ batch: [UpstreamDelivery]) {
        for delivery in batch {
            switch delivery.event {
            case .head(let head): state.withLock { $0.head = head }
            case .body(let bytes):
                let (exchange, isTooMuch) = state.withLock { state in
                    state.body += bytes
                    return (state.exchange, state.body.count > GatewayConnection.mostBytes)
                }
                if isTooMuch { exchange?.cancel() }
            case .end(.complete): finish(nil)
            case .end(.failure(let failure)): finish(failure)
            }
        }
    }

    private func finish(_ failure: UpstreamFailure?) {
        let elapsed = ContinuousClock.now - began
        let (continuation, outcome) = state.withLock { state -> (CheckedContinuation<Outcome, Never>?, Outcome?) in
            defer {
                state.continuation = nil
                state.exchange = nil
            }
            if let failure { return (state.continuation, .failure(failure)) }
            guard let head = state.head else { return (nil, nil) }
            return (state.continuation, .success(GatewayReply(head, state.body, elapsed)))
        }
        if let outcome { continuation?.resume(returning: outcome) }
    }
}

extension GatewayReply {
    fileprivate init(_ head: UpstreamHead, _ body: [UInt8], _ elapsed: Duration) {
        status = head.status
        self.body = body
        destination = head.value(of: "x-sallyport-destination") ?? ""
        request = head.value(of: "x-request-id") ?? ""
        cost = head.value(of: "x-sallyport-cost-nanousd").flatMap { Int64($0) }.flatMap {
            $0 >= 0 ? Money(nanoUSD: $0) : nil
        }
        let milliseconds = head.value(of: "retry-after-ms").flatMap { Int($0) }
        retryAfter = milliseconds ?? head.value(of: "retry-after").flatMap { Int($0) }.map { min($0, 1 << 30) * 1_000 }
        isLimit = head.value(of: "x-sallyport-limit") != nil && head.value(of: "x-should-retry") == "false"
        // Whole microseconds, as they are kept: a result is the same whether its answer was asked for or found.
        let microseconds = elapsed.components.seconds * 1_000_000 + elapsed.components.attoseconds / 1_000_000_000_000
        self.milliseconds = Double(microseconds) / 1_000
    }
}
