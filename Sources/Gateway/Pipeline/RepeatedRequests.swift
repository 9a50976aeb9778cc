import Cryptography
import Dialects
import Inference
import NIOCore
import NIOHTTP1
import Synchronization

/// Requests to which their callers gave a name (`idempotency-key`, draft-ietf-httpapi-idempotency-key-header-07): who asks again under
/// the same name gets the same answer, and nothing is asked of a provider twice, also where the first connection was lost or the
/// caller was killed. Such a request is carried to its end when its caller leaves.
///
/// Good answers are kept for an hour, in memory alone, as their callers had them, within a bound; what was refused is asked again.
/// Streams are carried as ever: half an answer can't be given again. Whether an answer may be given again is the pipeline's to say.
final class RepeatedRequests: Sendable {
    /// A caller's name for a request, with all that policy is asked about: callers can't meet each other's, and where policies have
    /// changed, or what the caller may do, the request is asked again.
    struct Name: Hashable, Sendable {
        let tenant: String
        let kind: Principal.Kind
        let principal: String
        let methods: String
        let teams: [String]
        let attributes: [PrincipalAttribute]
        let models: ModelScope?
        let purpose: [String]
        let policySet: String
        /// Whence it comes, which policies may ask about, to which interface, and what else its head says of the answer.
        let client: String
        let target: String
        let wishes: [String]
        let key: String
    }

    /// An answer as its caller got it.
    struct Answer: Sendable {
        /// Where it comes from.
        enum Origin: Sendable {
            /// A model's answer to a request, in milliseconds since 1970, that left in a form.
            case model(Destination, SendingForm, request: RequestID, at: Int64)
            /// It is why the request ended before.
            case refusal(ErrorKind)
        }

        let status: Int
        let headers: HTTPHeaders
        let body: ByteBuffer
        let origin: Origin
    }

    /// Takes what came of the request before; `nil` where that was cut off. Not on the waiting one's loop.
    typealias Waiter = @Sendable (Answer?) -> Void

    /// What becomes of a request under a name.
    enum Verdict {
        /// It is the first: carry it, and tell `ended`.
        case carry
        /// The answer to the one before is kept.
        case has(Answer)
        /// The one before is under way; the waiter is told of its end.
        case waits
        /// Under this name something else was asked.
        case differs
        /// As many wait for it as may.
        case isCrowded
    }

    private enum Entry {
        case underWay(Digest32, waiting: [Waiter])
        case kept(Digest32, Answer)
    }

    private struct State {
        var entries: [Name: Entry] = [:]
        /// Kept answers in the order of their coming.
        var order: [(name: Name, until: UInt64, bytes: Int)] = []
        var first = 0
        var bytes = 0
    }

    /// Tells that an answer was given before.
    static let header = "idempotent-replayed"

    private static let lifetimeNanoseconds: UInt64 = 3_600_000_000_000
    private static let mostBytes = 64 << 20
    private static let mostAnswers = 100_000
    static let mostWaiting = 64
    private static let longestKey = 255

    private let state = Mutex(State())

    /// Of a longer body no hash is made on an event loop; it is carried as if it had no name.
    private static let longestBody = 1 << 20

    /// The name of a request; `nil` where its caller gave it none, or none that counts.
    static func name(
        of exchange: Exchange, _ operation: Operation, _ principal: Principal, policySet: String
    ) -> Name? {
        let headers = exchange.head.headers
        let keys = headers["idempotency-key"]
        guard keys.count == 1, let key = keys.first, (1...longestKey).contains(key.utf8.count),
            [.chat, .responses, .completions, .embeddings, .messages].contains(operation),
            exchange.body.readableBytes <= longestBody, !mayStream(exchange.body)
        else { return nil }
        return Name(
            tenant: principal.tenant, kind: principal.kind, principal: principal.name, methods: principal.methods,
            teams: principal.teams, attributes: principal.attributes, models: principal.models,
            purpose: headers["x-sallyport-purpose"], policySet: policySet, client: exchange.clientAddress,
            target: exchange.head.uri, wishes: wishes.map { headers[$0].joined(separator: ",") }, key: key)
    }

    /// Fields that change an answer, or who gives it.
    private static let wishes = [
        "x-sallyport-strategy", "cache-control", "accept", "anthropic-version", "anthropic-beta", "openai-beta",
    ]

    /// Whether a body has a member `stream`, or a text that is that word, or letters escaped as nobody escapes them.
    private static func mayStream(_ body: ByteBuffer) -> Bool {
        let words = [Array(#""stream""#.utf8), Array(#"\u006"#.utf8), Array(#"\u007"#.utf8)]
        return body.withUnsafeReadableBytes { bytes in
            bytes.indices.contains { index in
                (bytes[index] == 0x22 || bytes[index] == 0x5C)
                    && words.contains { bytes[index...].starts(with: $0) }
            }
        }
    }

    /// Takes a request with its body; whom `waiter` speaks for is told where it has to wait.
    func take(_ body: ByteBuffer, as name: Name, now: UInt64 = Clock.monotone(), waiter: @escaping Waiter) -> Verdict {
        let digest = body.withUnsafeReadableBytes { SHA256.hash($0) }
        return state.withLock { state in
            Self.forget(&state, now: now)
            switch state.entries[name] {
            case nil:
                state.entries[name] = .underWay(digest, waiting: [])
                return .carry
            case .underWay(let other, let waiting):
                guard other == digest else { return .differs }
                guard waiting.count < Self.mostWaiting else { return .isCrowded }
                state.entries[name] = .underWay(digest, waiting: waiting + [waiter])
                return .waits
            case .kept(let other, let answer): return other == digest ? .has(answer) : .differs
            }
        }
    }

    /// A request that was carried has ended, with an answer or cut off; all who wait for it are told.
    func ended(_ name: Name, _ answer: Answer?, now: UInt64 = Clock.monotone()) {
        let waiting: [Waiter] = state.withLock { state in
            guard case .underWay(let digest, let waiting) = state.entries[name] else { return [] }
            state.entries[name] = nil
            if let answer, case .model = answer.origin, answer.status == 200,
                answer.body.readableBytes <= Self.mostBytes
            {
                state.entries[name] = .kept(digest, answer)
                state.order.append((name, now + Self.lifetimeNanoseconds, answer.body.readableBytes))
                state.bytes += answer.body.readableBytes
                Self.forget(&state, now: now)
            }
            return waiting
        }
        for waiter in waiting { waiter(answer) }
    }

    /// Drops what is too old or too much, the oldest first.
    private static func forget(_ state: inout State, now: UInt64) {
        while state.first < state.order.count {
            let oldest = state.order[state.first]
            let count = state.order.count - state.first
            guard oldest.until <= now || state.bytes > mostBytes || count > mostAnswers else { break }
            state.entries[oldest.name] = nil
            state.bytes -= oldest.bytes
            state.first += 1
        }
        if state.first > 1_024, state.first * 2 > state.order.count {
            state.order.removeFirst(state.first)
            state.first = 0
        }
    }
}

/// Takes the whole answer to a request that is carried for whoever asks. On one loop.
final class AnswerCollector: Exchange.Transport {
    private var head: HTTPResponseHead?
    private var body = ByteBuffer()
    private var isWhole = false
    private let mostBytes: Int

    /// Gathers at most so many bytes; more than any whole answer has.
    init(mostBytes: Int = 128 << 20) { self.mostBytes = mostBytes }

    var isWritable: Bool { true }
    func writeHead(_ head: HTTPResponseHead, isWhole: Bool) { self.head = head }
    func writeBody(_ bytes: ByteBuffer) {
        guard body.readableBytes + bytes.readableBytes <= mostBytes else { return abort() }
        var bytes = bytes
        body.writeBuffer(&bytes)
    }
    func finish() { isWhole = true }
    func flush() {}
    func abort() { (head, body) = (nil, ByteBuffer()) }
    func admitted() {}

    /// What was gathered; `nil` where it is not whole.
    func answer(from origin: RepeatedRequests.Answer.Origin) -> RepeatedRequests.Answer? {
        guard isWhole, let head else { return nil }
        return RepeatedRequests.Answer(
            status: Int(head.status.code), headers: head.headers, body: body, origin: origin)
    }
}
