import Privacy
import Synchronization

/// Ends the work on a request in another thread: when its time is up, or when nobody waits for it any more. For any thread.
final class InquiryWatch: Sendable {
    private let deadline: UInt64
    private let hasLeft = Atomic<Bool>(false)

    /// `deadline`: on the monotone clock, in nanoseconds.
    init(deadline: UInt64) {
        self.deadline = deadline
    }

    /// The caller has gone.
    func callerLeft() { hasLeft.store(true, ordering: .relaxed) }

    /// Why not to go on; `nil` to go on.
    var verdict: InspectionError? {
        if hasLeft.load(ordering: .relaxed) { return .abandoned }
        return Clock.monotone() > deadline ? .timedOut : nil
    }
}
