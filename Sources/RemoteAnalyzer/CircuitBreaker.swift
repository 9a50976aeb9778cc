/// Keeps callers from waiting for a service that is not well.
///
/// | state | a call | goes on to |
/// |---|---|---|
/// | closed | goes | open, after `failuresToOpen` failures in a row |
/// | open | is refused at once | probing, with the first call after `pause` |
/// | probing | is refused at once, but for the one that probes | closed where that one succeeds, open where it fails |
///
/// Every change of state begins a new era, and what calls of an earlier one report no longer counts: a call that began before
/// the circuit opened says nothing of the service now. The clock is the caller's: nanoseconds of a monotone one.
struct CircuitBreaker: Sendable {
    /// What a call showed of the service.
    enum Outcome: Sendable {
        /// It answered.
        case well
        /// It did not, or not usefully.
        case unwell
        /// Neither: the call was given up by its caller.
        case unknown
    }

    /// Leave to make one call, to be given back with its outcome.
    struct Admission: Sendable {
        fileprivate let era: UInt64
    }

    private enum State {
        case closed(failures: Int)
        case open(until: UInt64)
        case probing
    }

    private let failuresToOpen: Int
    private let pause: UInt64
    private var state = State.closed(failures: 0)
    private var era: UInt64 = 0

    /// - Parameter pause: nanoseconds for which an open circuit refuses every call.
    init(failuresToOpen: Int, pause: UInt64) {
        self.failuresToOpen = max(1, failuresToOpen)
        self.pause = pause
    }

    /// Leave for a call; `nil` where there is none at the moment.
    mutating func admit(now: UInt64) -> Admission? {
        switch state {
        case .closed: break
        case .open(let until):
            guard now >= until else { return nil }
            enter(.probing)
        case .probing: return nil
        }
        return Admission(era: era)
    }

    /// Takes what became of a call that was admitted. Each admission is reported once.
    mutating func report(_ outcome: Outcome, of admission: Admission, now: UInt64) {
        guard admission.era == era else { return }
        switch (state, outcome) {
        case (.closed, .well): state = .closed(failures: 0)
        case (.closed(let failures), .unwell):
            if failures + 1 >= failuresToOpen { open(now) } else { state = .closed(failures: failures + 1) }
        case (.probing, .well): enter(.closed(failures: 0))
        case (.probing, .unwell): open(now)
        case (.probing, .unknown): enter(.open(until: now))
        case (.closed, .unknown), (.open, _): break
        }
    }

    /// Whether calls are refused, but for one that probes.
    var isOpen: Bool {
        if case .closed = state { false } else { true }
    }

    private mutating func open(_ now: UInt64) {
        let (until, isOver) = now.addingReportingOverflow(pause)
        enter(.open(until: isOver ? .max : until))
    }

    private mutating func enter(_ new: State) {
        state = new
        era &+= 1
    }
}
