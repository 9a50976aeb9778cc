import NIOCore

/// Tells, once, that nothing has come of an attempt for so long. Confined to the event loop of its exchange.
final class SilenceWatch: @unchecked Sendable {
    private let loop: any EventLoop
    private let attempt: Attempt
    /// In nanoseconds.
    private let limit: UInt64
    private let report: () -> Void
    private var timer: Scheduled<Void>?

    init(_ attempt: Attempt, on loop: any EventLoop, limit: UInt64, report: @escaping () -> Void) {
        self.loop = loop
        self.attempt = attempt
        self.limit = limit
        self.report = report
        wait(limit)
    }

    /// The attempt has ended.
    func end() {
        timer?.cancel()
        timer = nil
    }

    private func wait(_ nanoseconds: UInt64) {
        timer = loop.scheduleTask(in: .nanoseconds(Int64(clamping: nanoseconds))) { self.look() }
    }

    private func look() {
        let silence = attempt.silence
        if silence >= limit { report() } else { wait(limit - silence) }
    }
}
