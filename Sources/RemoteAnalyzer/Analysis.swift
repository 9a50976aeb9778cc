private import Synchronization
internal import Upstream

/// One analysis on its way: its calls go out together, and it ends once, with every answer whole or with the first failure.
///
/// The engine delivers on its own thread; what comes there is only kept, and whoever waits is resumed on its own executor.
final class Analysis: UpstreamMailbox {
    typealias Answers = Result<[[UInt8]], RemoteAnalyzerError>

    private struct State {
        var answers: [[UInt8]]
        var unanswered: Int
        var bytesLeft: Int
        var exchanges: [UpstreamExchange] = []
        var continuation: CheckedContinuation<Answers, Never>?
        var end: Answers?
    }

    private let state: Mutex<State>
    private let deadlineMilliseconds: Int

    /// - Parameters:
    ///   - calls: how many, at least one.
    ///   - answerBytes: bytes that the answers may have together.
    init(calls: Int, answerBytes: Int, deadlineMilliseconds: Int) {
        precondition(calls > 0, "an analysis has at least one call")
        self.deadlineMilliseconds = deadlineMilliseconds
        state = Mutex(
            State(answers: Array(repeating: [], count: calls), unanswered: calls, bytesLeft: answerBytes))
    }

    /// Asks, and waits for the end. Where the waiting task is cancelled, the calls are broken off. Call once.
    func answers(of engine: UpstreamEngine, _ service: UpstreamService, bodies: [[UInt8]]) async -> Answers {
        await withTaskCancellationHandler {
            for (index, body) in bodies.enumerated() {
                let exchange = engine.ask(service, body: body, token: UInt64(index), mailbox: self)
                let goesOn = state.withLock { state in
                    guard state.end == nil else { return false }
                    state.exchanges.append(exchange)
                    return true
                }
                guard goesOn else {
                    exchange.cancel()
                    break
                }
            }
            return await withCheckedContinuation { continuation in
                let end = state.withLock { state in
                    if state.end == nil { state.continuation = continuation }
                    return state.end
                }
                if let end { continuation.resume(returning: end) }
            }
        } onCancel: {
            finish(.failure(RemoteAnalyzerError(.cancelled, "the caller gave up")))
        }
    }

    func deliver(_ batch: [UpstreamDelivery]) {
        for delivery in batch {
            let token = Int(delivery.token)
            switch delivery.event {
            case .head(let head) where head.status != 200:
                let message = "the analyzer answered with status \(head.status)"
                finish(.failure(RemoteAnalyzerError(.status, message, status: head.status)))
            case .head: break
            case .body(let bytes): take(bytes, of: token)
            case .end(.complete): complete()
            case .end(.failure(let failure)): finish(.failure(error(failure)))
            }
        }
    }

    private func take(_ bytes: [UInt8], of call: Int) {
        let isTooMuch = state.withLock { state in
            // Calls that are being broken off may still bring something.
            guard state.end == nil else { return false }
            state.bytesLeft -= bytes.count
            guard state.bytesLeft >= 0 else { return true }
            state.answers[call].append(contentsOf: bytes)
            return false
        }
        if isTooMuch { finish(.failure(RemoteAnalyzerError(.malformed, "the answer is too large"))) }
    }

    private func complete() {
        let answers: [[UInt8]]? = state.withLock { state in
            guard state.end == nil else { return nil }
            state.unanswered -= 1
            return state.unanswered == 0 ? state.answers : nil
        }
        if let answers { finish(.success(answers)) }
    }

    /// Ends the analysis; what comes after the first end does nothing.
    private func finish(_ end: Answers) {
        let (continuation, exchanges) = state.withLock { state in
            guard state.end == nil else { return (nil as CheckedContinuation<Answers, Never>?, [UpstreamExchange]()) }
            state.end = end
            state.answers = []
            defer {
                state.continuation = nil
                state.exchanges = []
            }
            return (state.continuation, state.exchanges)
        }
        // Those that have ended already take no notice.
        if case .failure = end { for exchange in exchanges { exchange.cancel() } }
        continuation?.resume(returning: end)
    }

    private func error(_ failure: UpstreamFailure) -> RemoteAnalyzerError {
        switch failure.kind {
        case .connectTimeout, .firstByteTimeout, .idleTimeout, .totalTimeout:
            RemoteAnalyzerError(.deadline, "no answer within \(deadlineMilliseconds) ms")
        case .cancelled: RemoteAnalyzerError(.cancelled, "the caller gave up")
        case .malformed, .headTooLarge: RemoteAnalyzerError(.malformed, failure.message)
        default: RemoteAnalyzerError(.unreachable, "\(failure.kind.rawValue): \(failure.message)")
        }
    }
}
