import NIOCore

/// Two attempts at once for one request, of which the first that has something for the caller answers; the other is given up. Confined to the
/// event loop of its exchange.
final class Race: @unchecked Sendable {
    private let exchange: Exchange
    /// Attempts that have not ended.
    private var runners: [Attempt] = []
    private var winner: Attempt?
    private var waiting: CheckedContinuation<Bool, Never>?
    private var timer: Scheduled<Void>?
    private var hasFirstEnded = false

    /// Whether it is known who answers, or that nobody else shall.
    private(set) var isDecided = false
    /// Whether somebody answers.
    var hasWinner: Bool { winner != nil }
    /// Whether a hedge was sent.
    private(set) var isHedged = false
    /// Whether it was the hedge that answered.
    private(set) var hasHedgeWon = false

    init(exchange: Exchange) { self.exchange = exchange }

    /// What the answer's head says of it, behind the route: nothing where no hedge was sent.
    var mark: String { isHedged ? "; hedged=\(hasHedgeWon ? "won" : "lost")" : "" }

    /// An attempt takes part from now on: its request is on its way.
    func add(_ attempt: Attempt) {
        if isDecided { return attempt.lose() }
        runners.append(attempt)
        isHedged = isHedged || attempt.isHedge
        watch()
    }

    /// Whether this attempt may answer the caller; the first that asks may, and the others end.
    func claims(_ attempt: Attempt) -> Bool {
        guard !isDecided else { return attempt === winner }
        winner = attempt
        hasHedgeWon = attempt.isHedge
        decide()
        return true
    }

    /// An attempt has ended.
    func ended(_ attempt: Attempt) {
        runners.removeAll { $0 === attempt }
        guard runners.isEmpty else { return }
        exchange.callerLeft = nil
        exchange.becameWritable = nil
    }

    /// The first attempt has ended; `isFinal` where nobody else would do better.
    func firstEnded(isFinal: Bool) {
        hasFirstEnded = true
        if isFinal { decide() } else { wake(false) }
    }

    /// Waits so long for the first attempt; whether it has shown nothing then.
    func outlasts(_ nanoseconds: UInt64) async -> Bool {
        if isDecided || hasFirstEnded || exchange.isOver { return false }
        let loop = exchange.loop
        return await withCheckedContinuation { continuation in
            waiting = continuation
            timer = loop.scheduleTask(in: .nanoseconds(Int64(clamping: nanoseconds))) { self.wake(true) }
        }
    }

    /// Hears from now on when the caller leaves; whoever prepared an attempt may have done so meanwhile.
    func watch() {
        guard !exchange.isOver else { return callerLeft() }
        guard !runners.isEmpty else { return }
        exchange.callerLeft = { [self] in callerLeft() }
        exchange.becameWritable = { [self] in for attempt in runners { attempt.credit() } }
    }

    private func callerLeft() {
        wake(false)
        for attempt in runners { attempt.callerLeft() }
    }

    private func decide() {
        guard !isDecided else { return }
        isDecided = true
        wake(false)
        for attempt in runners where attempt !== winner { attempt.lose() }
    }

    private func wake(_ isSlow: Bool) {
        timer?.cancel()
        timer = nil
        waiting?.resume(returning: isSlow)
        waiting = nil
    }
}
