private import Synchronization

/// One call on its way: what its maker holds to slow it down or stop it. May be used from any thread.
///
/// **Flow control.** The engine hands over at most about `window` bytes of body (of ``UpstreamEngine/Settings``) that were not
/// reported as ``consumed(_:)``; then it stops reading from the provider. An answer smaller than the window needs no report.
public final class UpstreamExchange: @unchecked Sendable {
    // Unchecked: the `var`s belong to the engine's thread; everything else is immutable or atomic.

    /// The call's name in its deliveries.
    public let token: UInt64

    let endpoint: UpstreamEndpoint
    let headers: [UpstreamHeader]
    let body: PinnedBytes
    let mailbox: any UpstreamMailbox

    private let commands: CommandQueue
    private let window: Int
    private let outstanding = Atomic<Int>(0)
    private let isStarved = Atomic<Bool>(false)

    /// How far the exchange came. On the engine's thread only.
    enum Phase {
        case submitted, resolving, connecting, awaitingHead, receivingBody, ended
    }

    var phase = Phase.submitted
    /// The transfer that carries it, while it is in libcurl's hands.
    var transfer: CurlTransfer?
    /// Which connection carries it: our port and the peer's; 0 before there is one.
    var connection = 0
    /// Its place among the engine's active exchanges.
    var index = -1
    var slot: MailboxSlot?
    /// All times in nanoseconds of the monotonic clock.
    var started: UInt64 = 0
    var phaseDeadline = UInt64.max
    var lastActivity: UInt64 = 0
    var isPaused = false
    /// What a callback found wrong, more telling than libcurl's code for the abort.
    var finding: UpstreamFailure?

    var status = 0
    var block: [UInt8] = []
    var isHTTP1 = true
    /// What this tick brought, until it is delivered.
    var isTouched = false
    var pendingHead: UpstreamHead?
    var pendingBody: [UInt8] = []
    var pendingEnd: UpstreamEnd?

    init(
        token: UInt64, endpoint: UpstreamEndpoint, headers: [UpstreamHeader], body: [UInt8],
        mailbox: any UpstreamMailbox,
        commands: CommandQueue, window: Int
    ) {
        self.token = token
        self.endpoint = endpoint
        self.headers = headers
        self.body = PinnedBytes(body)
        self.mailbox = mailbox
        self.commands = commands
        self.window = window
    }

    /// Reports that `bytes` of the delivered body left memory (were sent on, or dropped), so that as many more may come.
    public func consumed(_ bytes: Int) {
        let left = outstanding.subtract(bytes, ordering: .sequentiallyConsistent).newValue
        // The engine sets `isStarved` and then looks at `outstanding` again, so one of both sides always sees the other.
        guard left <= window / 2, isStarved.load(ordering: .sequentiallyConsistent),
            isStarved.exchange(false, ordering: .sequentiallyConsistent)
        else { return }
        commands.post(.resume(self))
    }

    /// Stops the call: its connection (or HTTP/2 stream) is closed at once, and it ends as `cancelled`, unless it ended already.
    public func cancel() {
        commands.post(.cancel(self))
    }

    /// Takes credit for bytes of the body; `false` where none is left, so that the transfer must pause. Engine's thread.
    func takeCredit(_ bytes: Int) -> Bool {
        if outstanding.load(ordering: .sequentiallyConsistent) >= window {
            isStarved.store(true, ordering: .sequentiallyConsistent)
            if outstanding.load(ordering: .sequentiallyConsistent) >= window { return false }
            // Where the consumer took the mark down in between, its needless `resume` does no harm.
            isStarved.store(false, ordering: .sequentiallyConsistent)
        }
        outstanding.add(bytes, ordering: .sequentiallyConsistent)
        return true
    }

    /// When the next limit is reached.
    var deadline: UInt64 {
        let total = started + UInt64(endpoint.timeouts.total) * 1_000_000
        switch phase {
        case .receivingBody where isPaused: return total
        case .receivingBody: return min(total, lastActivity + UInt64(endpoint.timeouts.idle) * 1_000_000)
        default: return min(total, phaseDeadline)
        }
    }

    /// What reaching it means.
    func timeoutFailure(at now: UInt64) -> UpstreamFailure {
        let limits = endpoint.timeouts
        if now >= started + UInt64(limits.total) * 1_000_000 {
            return UpstreamFailure(kind: .totalTimeout, message: "not finished within \(limits.total) ms")
        }
        return switch phase {
        case .submitted, .resolving, .connecting:
            UpstreamFailure(
                kind: .connectTimeout,
                message: "no connection to `\(endpoint.url.authority)` within \(limits.connect) ms")
        case .awaitingHead:
            UpstreamFailure(kind: .firstByteTimeout, message: "no answer within \(limits.firstByte) ms")
        case .receivingBody, .ended:
            UpstreamFailure(kind: .idleTimeout, message: "the answer stood still for \(limits.idle) ms")
        }
    }
}

/// The deliveries of one tick for one mailbox.
final class MailboxSlot {
    let mailbox: any UpstreamMailbox
    var batch: [UpstreamDelivery] = []
    /// Exchanges that deliver here.
    var users = 0

    init(_ mailbox: any UpstreamMailbox) {
        self.mailbox = mailbox
    }
}
