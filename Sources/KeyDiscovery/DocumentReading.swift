private import Synchronization
internal import Upstream

/// One document on its way: it ends once, whole or with the first failure. Redirects are not followed: what is to be trusted is
/// named, not found.
final class DocumentReading: UpstreamMailbox {
    /// What was read.
    struct Document: Sendable {
        let body: [UInt8]
        /// How long it may be kept, in seconds (RFC 9111 §5.2.2.1); `nil`: that is not said.
        let maximumAge: Int64?
    }

    typealias Outcome = Result<Document, KeyFault>

    private struct State {
        var body: [UInt8] = []
        var maximumAge: Int64?
        var continuation: CheckedContinuation<Outcome, Never>?
        var outcome: Outcome?
    }

    /// No issuer has half as much.
    private static let maximumBytes = 256 << 10

    private let state = Mutex(State())

    /// Reads what a service has, and waits for the end, for which the service's time limits care.
    static func read(_ service: UpstreamService, _ engine: UpstreamEngine) async -> Outcome {
        let reading = DocumentReading()
        let exchange = engine.ask(service, body: [], token: 0, mailbox: reading)
        let outcome = await withCheckedContinuation { continuation in
            let early = reading.state.withLock { state in
                if state.outcome == nil { state.continuation = continuation }
                return state.outcome
            }
            if let early { continuation.resume(returning: early) }
        }
        // Where it ended before the answer did; else this does nothing.
        if case .failure = outcome { exchange.cancel() }
        return outcome
    }

    func deliver(_ batch: [UpstreamDelivery]) {
        for delivery in batch {
            switch delivery.event {
            case .head(let head): take(head)
            case .body(let bytes): take(bytes)
            case .end(.complete): finish(nil)
            case .end(.failure(let failure)): finish(KeyFault("\(failure)", kind: failure.kind.rawValue))
            }
        }
    }

    private func take(_ head: UpstreamHead) {
        switch head.status {
        case 200: state.withLock { $0.maximumAge = Self.maximumAge(head.value(of: "cache-control")) }
        case 300..<400: finish(KeyFault("it answered with a redirect, and none is followed: name the final address"))
        default: finish(KeyFault("it answered with status \(head.status)"))
        }
    }

    private func take(_ bytes: [UInt8]) {
        let isTooMuch = state.withLock { state in
            guard state.outcome == nil else { return false }
            state.body += bytes
            return state.body.count > Self.maximumBytes
        }
        if isTooMuch { finish(KeyFault("its answer is larger than \(Self.maximumBytes) bytes")) }
    }

    /// Ends the reading, well without a fault; what comes after the first end does nothing.
    private func finish(_ fault: KeyFault?) {
        let (continuation, outcome) = state.withLock { state in
            guard state.outcome == nil else { return (nil as CheckedContinuation<Outcome, Never>?, nil as Outcome?) }
            let document = Document(body: state.body, maximumAge: state.maximumAge)
            state.outcome = fault.map { .failure($0) } ?? .success(document)
            state.body = []
            defer { state.continuation = nil }
            return (state.continuation, state.outcome)
        }
        if let outcome { continuation?.resume(returning: outcome) }
    }

    /// The seconds of `max-age`, 0 for what is not to be kept at all.
    static func maximumAge(_ field: String?) -> Int64? {
        var age: Int64?
        for directive in (field ?? "").split(separator: ",") {
            let parts = directive.split(separator: "=", maxSplits: 1).map { $0.filter { $0 != " " && $0 != "\"" } }
            switch parts.first?.lowercased() {
            case "no-store", "no-cache": return 0
            case "max-age":
                guard let digits = parts.last, (1...10).contains(digits.utf8.count),
                    digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
                else { continue }
                age = Int64(digits)
            default: continue
            }
        }
        return age
    }
}

/// Why keys could not be fetched, in words for a log line.
public struct KeyFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The reason; quotes nothing of an answer.
    public let description: String
    /// What tells it from others: without what differs each time, such as how long it took.
    let kind: String

    init(_ description: String, kind: String? = nil) {
        self.description = description
        self.kind = kind ?? description
    }
}
