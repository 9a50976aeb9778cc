import LedgerStore
import Rollout

/// An event that was handed over, what this run calls it, and who waits for what becomes of it.
struct WaitingEvent: Sendable {
    let number: UInt64
    let event: RolloutBook.Event
    let done: (@Sendable (RolloutBook.Answer?) -> Void)?
    let since = Monitor.now()

    var numbered: NumberedEvent { NumberedEvent(number: number, event: event) }
}

/// What the thread of rollouts knows: what follows from the events in their order and, while they can't be put in order, what this gateway
/// makes of its own: it may roll a candidate back and stay where it is, and never gives one a greater share.
struct RolloutCourse {
    /// What follows from what is in order.
    private(set) var book: RolloutBook
    /// The same with what is not in order yet, while nothing can be.
    private var alone: RolloutBook?
    /// What is to be put in order.
    private(set) var kept: [WaitingEvent] = []
    /// Who waits for what becomes of events that are in the log already.
    private var askers: [UInt64: WaitingEvent] = [:]
    /// The events up to here are in `alone`.
    private var decidedTo: UInt64 = 0

    /// So many measurements are kept for later.
    private static let mostKept = 10_000
    /// Who asks waits so long at most, in nanoseconds.
    static let patience: UInt64 = 10_000_000_000

    init(_ book: RolloutBook) { self.book = book }

    /// What holds for requests.
    var present: RolloutBook { alone ?? book }

    /// Takes an event in that waits.
    mutating func keep(_ event: WaitingEvent) { kept.append(event) }

    /// Answers feedback that changes nothing, such as for requests that nobody made: it takes no place in the log, whoever sends how much.
    mutating func answerIdleFeedback(at now: Int64) {
        let measured = Set(
            kept.compactMap { event -> String? in
                guard case .observed(_, _, _, let answered?) = event.event else { return nil }
                return answered.request
            })
        kept.removeAll { event in
            guard case .feedback(let request, _, _, _) = event.event, !measured.contains(request),
                let answer = book.answer(idleFeedback: event.event, at: now)
            else { return false }
            event.done?(answer)
            return true
        }
    }

    // MARK: - In order

    /// What waited is in the log. Whoever asked hears of it when it comes from there.
    mutating func settle() {
        for event in kept where event.done != nil { askers[event.number] = event }
        (kept, alone, decidedTo) = ([], nil, 0)
    }

    /// Takes an event of the log in.
    mutating func apply(
        _ event: RolloutBook.Event, at now: Int64, number: UInt64?
    ) -> (steps: [RolloutStep], answer: (() -> Void)?) {
        let consequences = book.apply(event, at: now)
        guard let asker = number.flatMap({ askers.removeValue(forKey: $0) }), let done = asker.done else {
            return (consequences.steps, nil)
        }
        return (consequences.steps, { done(consequences.answer) })
    }

    /// Takes what others know in place of what was known here; returns the steps that leads to, and what to tell the others.
    mutating func replace(by other: RolloutBook, at now: Int64) -> (steps: [RolloutStep], tell: [RolloutBook.Event]) {
        let before = book
        book = other
        let steps = other.rollouts.compactMap { state -> RolloutStep? in
            let known = before.rollout(state.plan.name)
            // Where less is known there, it is told what is known here, and comes back.
            if let known, known.identity == state.identity, known.version >= state.version { return nil }
            return state.record(from: known?.share ?? 0, at: now)
        }
        let tell = before.rollouts.filter { other.rollout($0.plan.name) != $0 }
        return (steps, tell.map { .adopt($0) })
    }

    /// Who waited too long is told that nothing is known.
    mutating func giveUp() {
        let now = Monitor.now()
        func isLate(_ event: WaitingEvent) -> Bool { event.done != nil && now - event.since > Self.patience }
        for event in kept where isLate(event) { event.done?(nil) }
        kept.removeAll(where: isLate)
        for (number, event) in askers where isLate(event) {
            event.done?(nil)
            askers[number] = nil
        }
    }

    // MARK: - Alone

    /// Makes of the events that can't be put in order what may be made of them here. Returns the steps; those that roll a candidate back
    /// stand, and are to be told to the others later.
    mutating func decideAlone(at now: Int64) -> (steps: [RolloutStep], verdicts: [LocalVerdict]) {
        var book = alone ?? self.book
        var (steps, verdicts): ([RolloutStep], [LocalVerdict]) = ([], [])
        var staying: [WaitingEvent] = []
        for event in kept {
            guard event.number > decidedTo else {
                staying.append(event)
                continue
            }
            decidedTo = event.number
            guard Self.mayBeDecidedAlone(event.event) else {
                if event.event != .tick { staying.append(event) }
                continue
            }
            let consequences = book.apply(event.event, at: now, mayAdvance: false)
            steps += consequences.steps
            verdicts += consequences.steps.filter { $0.phase == .rolledBack }.compactMap { step in
                book.rollout(step.name).map {
                    LocalVerdict(name: step.name, identity: $0.identity, reason: step.reason)
                }
            }
            event.done?(consequences.answer)
            // A rollback is told as what it is, of this very rollout.
            if case .command(_, .rollback) = event.event { continue }
            staying.append(WaitingEvent(number: event.number, event: event.event, done: nil))
        }
        (kept, alone) = (staying, book)
        dropTooMany()
        return (steps, verdicts)
    }

    private static func mayBeDecidedAlone(_ event: RolloutBook.Event) -> Bool {
        switch event {
        case .observed, .verdict, .command(_, .rollback), .command(_, .hold): true
        default: false
        }
    }

    private mutating func dropTooMany() {
        var surplus = kept.count - Self.mostKept
        guard surplus > 0 else { return }
        kept.removeAll { event in
            guard surplus > 0, case .observed = event.event else { return false }
            surplus -= 1
            return true
        }
    }
}
