/// Whether a candidate is to be spared: it failed several times in a row or too often, or its provider asked to be left alone.
///
/// Closed: it gets requests. Open: it gets none for a while. Then half-open: one request tries it; if that goes well it is closed again, if
/// not it is open for twice as long. No clock: time comes as an argument.
struct CircuitBreaker: Sendable {
    enum Condition: Hashable {
        case closed
        /// One request may try it.
        case halfOpen
        /// One request is trying it, or it is open; for so many nanoseconds more.
        case open(nanoseconds: UInt64)
        /// Its provider asked to be left alone (`retry-after`), for so many nanoseconds more.
        case resting(nanoseconds: UInt64)
    }

    /// So many failures in a row open it.
    static let failuresInARow = 3
    /// Half of the requests of late failed, and these were at least so many.
    static let windowLeast: Float = 8
    /// The first opening; each that follows lasts twice as long.
    static let firstOpening: UInt64 = 1_000_000_000
    /// The longest opening, and the longest rest that a provider gets.
    static let longestOpening: UInt64 = 30_000_000_000
    static let longestRest: UInt64 = 60_000_000_000
    /// A trial that has brought nothing for so long is given up.
    static let trialPatience: UInt64 = 10_000_000_000
    /// The window of failures forgets half in five seconds; in ticks of half a second.
    private static let tick: UInt64 = 500_000_000
    private static let keptPerTick: Float = 0.933_032_99

    private var failures = 0
    private var openings = 0
    private var openUntil: UInt64 = 0
    private var isOpen = false
    private var restUntil: UInt64 = 0
    private var trialSince: UInt64?
    private var good: Float = 0
    private var bad: Float = 0
    private var decayedAt: UInt64 = 0

    /// The part of the requests of late that failed, 0 to 1.
    var errorRate: Float { good + bad > 0 ? bad / (good + bad) : 0 }

    func condition(now: UInt64) -> Condition {
        if restUntil > now { return .resting(nanoseconds: restUntil - now) }
        guard isOpen else { return .closed }
        if openUntil > now { return .open(nanoseconds: openUntil - now) }
        if let since = trialSince, now >= since, now - since < Self.trialPatience {
            return .open(nanoseconds: Self.trialPatience - (now - since))
        }
        return .halfOpen
    }

    /// A request is going there.
    mutating func began(now: UInt64) {
        if condition(now: now) == .halfOpen { trialSince = now }
    }

    mutating func succeeded(now: UInt64) {
        decay(to: now)
        good += 1
        // A late success of a request from before the opening is no trial's.
        guard !isOpen || trialSince != nil || now >= openUntil else { return }
        if isOpen { (good, bad) = (1, 0) }
        (failures, openings, isOpen, trialSince) = (0, 0, false, nil)
    }

    mutating func failed(now: UInt64, retryAfter: UInt64?) {
        decay(to: now)
        bad += 1
        failures = min(failures + 1, 1000)
        if let retryAfter { rest(now, min(retryAfter, Self.longestRest)) }
        let wasTrial = isOpen && now >= openUntil
        trialSince = wasTrial ? nil : trialSince
        guard wasTrial || (!isOpen && isTooMuch) else { return }
        let (end, over) = now.addingReportingOverflow(
            min(Self.firstOpening << UInt64(min(openings, 5)), Self.longestOpening))
        openings = min(openings + 1, 1000)
        isOpen = true
        openUntil = over ? .max : end
    }

    /// Its caller left or it was not the candidate's fault: a trial proved nothing.
    mutating func proved(nothing now: UInt64) { trialSince = nil }

    private var isTooMuch: Bool {
        failures >= Self.failuresInARow || (good + bad >= Self.windowLeast && errorRate >= 0.5)
    }

    private mutating func rest(_ now: UInt64, _ time: UInt64) {
        let (end, over) = now.addingReportingOverflow(time)
        restUntil = max(restUntil, over ? .max : end)
    }

    private mutating func decay(to now: UInt64) {
        guard now > decayedAt else { return }
        let ticks = (now - decayedAt) / Self.tick
        guard ticks > 0 else { return }
        decayedAt += ticks * Self.tick
        guard ticks < 200 else { return (good, bad) = (0, 0) }
        var kept: Float = 1
        for _ in 0..<ticks { kept *= Self.keptPerTick }
        (good, bad) = (good * kept, bad * kept)
    }
}
