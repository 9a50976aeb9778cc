import NIOCore

/// A deadline that moves often and expires seldom: moving it costs an assignment, because the event loop's timer is
/// set anew only when it fires too early. Confined to its event loop.
final class LazyTimer {
    private let loop: any EventLoop
    private let expired: () -> Void
    private var deadline: NIODeadline?
    private var scheduled: Scheduled<Void>?
    private var firesAt: NIODeadline = .distantFuture

    /// Calls `expired` on the loop once a deadline has passed unmoved.
    init(loop: any EventLoop, expired: @escaping () -> Void) {
        self.loop = loop
        self.expired = expired
    }

    /// Moves the deadline to so long from now.
    func expire(in time: TimeAmount) {
        let new = NIODeadline.now() + time
        deadline = new
        if scheduled != nil {
            if firesAt <= new { return }
            scheduled?.cancel()
        }
        schedule(new)
    }

    /// Takes the deadline back; the timer may be used again.
    func clear() {
        deadline = nil
    }

    /// Ends the timer for good, so that nothing keeps it alive.
    func cancel() {
        deadline = nil
        scheduled?.cancel()
        scheduled = nil
    }

    private func schedule(_ at: NIODeadline) {
        firesAt = at
        scheduled = loop.assumeIsolated().scheduleTask(deadline: at) { self.fire() }
    }

    private func fire() {
        scheduled = nil
        guard let deadline else { return }
        guard deadline <= .now() else { return schedule(deadline) }
        self.deadline = nil
        expired()
    }
}
