import Cryptography
import Inference
import Ledger
import LedgerStore
import Logging
import Rollout
import Statistics
import Synchronization

/// The rollouts of a gateway: events are handed over and go on; one thread puts them in order, draws the verdicts and has the ledger record
/// each step. What requests need of it, they read without waiting.
final class Rollouts: Sendable {
    /// What a request has to know of the rollout of its alias.
    struct Active: Sendable {
        let plan: RolloutPlan
        let identity: String
        /// In parts of 10,000.
        let share: Int
        let phase: RolloutState.Phase
    }

    private struct Waiting {
        let event: RolloutBook.Event
        let done: (@Sendable (RolloutBook.Answer?) -> Void)?
    }

    private struct Queue {
        var waiting: [Waiting] = []
        var isClosing = false
    }

    private struct Published {
        var active: [String: Active] = [:]
        var rollouts: [RolloutState] = []
        var trouble: String?
        /// While others can't be asked: candidates that failed altogether meanwhile.
        var brakes: [String: HardFailureMonitor] = [:]
    }

    /// So many measurements wait at most; what comes beyond is not counted.
    private static let mostWaiting = 10_000
    /// After so long, an entry that the ledger took is on its disk.
    private static let ledgerTime: UInt64 = 2_000_000_000
    /// Between two looks at what others did, or at the clock.
    private static let pause: UInt64 = 200_000_000

    private let key: SymmetricKey
    private let ledger: GatewayLedger
    let policySet: CurrentPolicySet
    private let logger: Logger
    private let monitor = Monitor()
    // Guarded by the monitor.
    private nonisolated(unsafe) var queue = Queue()
    private nonisolated(unsafe) var thread: LedgerThread?
    private let published = Mutex(Published())

    /// Goes on where it was. Blocks.
    init(
        _ log: any RolloutLog, master: SymmetricKey, ledger: GatewayLedger, logger: Logger,
        policySet: CurrentPolicySet
    ) throws {
        key = try HKDF.derive(master: master, salt: [], info: Array("sallyport rollout assignment".utf8), count: 32)
        self.ledger = ledger
        self.logger = logger
        self.policySet = policySet
        let (book, unrecorded) = try log.begin()
        for step in unrecorded { record(step) }
        publish(book)
        nonisolated(unsafe) let owned = log
        guard let thread = LedgerThread({ self.run(owned, book) }) else {
            throw RolloutJournal.Failure(description: "no thread is left for rollouts")
        }
        self.thread = thread
    }

    // MARK: - What requests ask

    /// The rollout that requests of this alias are shared out by.
    func active(_ alias: ModelID) -> Active? { published.withLock { $0.active[alias.rawValue] } }

    /// Whether there is any at all.
    var isEmpty: Bool { published.withLock { $0.active.isEmpty } }

    /// In which arm a unit is.
    func isTried(_ active: Active, unit: [UInt8]) -> Bool {
        guard active.share > 0 else { return false }
        let isBraked = published.withLock { $0.brakes[active.identity]?.isShown ?? false }
        return !isBraked && Assignment.place(of: unit, in: active.identity, key: key) < active.share
    }

    /// All of them as they stand.
    var states: [RolloutState] { published.withLock { $0.rollouts } }

    /// Why nothing goes on, though requests do; `nil` while all is well.
    var trouble: String? { published.withLock { $0.trouble } }

    // MARK: - What happens

    /// Hands an event over.
    func submit(_ event: RolloutBook.Event) {
        brake(event)
        put(Waiting(event: event, done: nil), isNeeded: false)
    }

    /// Hands an event over, and waits for what became of it; `nil`: it can't be kept.
    func ask(_ event: RolloutBook.Event) async -> RolloutBook.Answer? {
        await withCheckedContinuation { continuation in
            ask(event) { continuation.resume(returning: $0) }
        }
    }

    /// The same for who does not wait; `done` is called on the thread of rollouts.
    func ask(_ event: RolloutBook.Event, _ done: @escaping @Sendable (RolloutBook.Answer?) -> Void) {
        if !put(Waiting(event: event, done: done), isNeeded: true) { done(nil) }
    }

    /// Takes over what files say: new plans begin, those that are gone end.
    func adopt(_ plans: [RolloutPlan]) {
        for plan in plans { submit(.start(plan, isFromFile: true)) }
        for state in states where state.isFromFile && !plans.contains(where: { $0.name == state.plan.name }) {
            submit(.command(name: state.plan.name, .drop))
        }
    }

    /// Keeps everything and ends. Blocks.
    func close() {
        monitor.withLock { queue.isClosing = true }
        monitor.signal()
        thread?.join()
    }

    @discardableResult
    private func put(_ waiting: Waiting, isNeeded: Bool) -> Bool {
        let isTaken = monitor.withLock {
            guard !queue.isClosing, isNeeded || queue.waiting.count < Self.mostWaiting else { return false }
            queue.waiting.append(waiting)
            return true
        }
        if isTaken { monitor.signal() }
        return isTaken
    }

    /// While others can't be asked, this gateway's own measurements can at least keep it from a candidate that fails altogether.
    private func brake(_ event: RolloutBook.Event) {
        guard case .observed(_, let identity, let observation, _) = event, let error = observation.values[.error] else {
            return
        }
        published.withLock { state in
            guard state.trouble != nil else { return }
            var monitor = state.brakes[identity] ?? HardFailureMonitor(alpha: 0.001)
            switch observation.arm {
            case .treatment: monitor.treatment(failed: error > 0)
            case .control: monitor.control(failed: error > 0)
            }
            state.brakes[identity] = monitor
        }
    }

    // MARK: - The thread

    private func run(_ log: any RolloutLog, _ begun: RolloutBook) {
        var book = begun
        var kept: [Waiting] = []
        // What was recorded anew at the start is noted like any step.
        var recordedAt: UInt64? = Monitor.now()
        while true {
            monitor.lock()
            if queue.waiting.isEmpty, !queue.isClosing { monitor.wait(until: Monitor.now() + Self.pause) }
            kept += queue.waiting
            queue.waiting = []
            let isLast = queue.isClosing
            monitor.unlock()
            if kept.isEmpty, book.waitsForTime { kept.append(Waiting(event: .tick, done: nil)) }
            if work(&kept, log, &book, &recordedAt), isLast {
                if recordedAt != nil { try? log.recorded() }
                try? log.keep(book, isLast: true)
                return
            }
            if isLast { return }
            // Who fails is not asked at once again.
            if trouble != nil {
                monitor.lock()
                if !queue.isClosing { monitor.wait(until: Monitor.now() + Self.pause) }
                monitor.unlock()
            }
        }
    }

    /// Puts what waits in order and takes in what is new; false where that failed.
    private func work(
        _ kept: inout [Waiting], _ log: any RolloutLog, _ book: inout RolloutBook, _ recordedAt: inout UInt64?
    ) -> Bool {
        let new: [(event: RolloutBook.Event, at: Int64, isOurs: Bool)]
        do {
            new = try log.add(kept.map(\.event), at: Clock.epochMilliseconds())
        } catch {
            fail("\(error)")
            // Whoever waits is told; measurements are kept for later.
            for waiting in kept { waiting.done?(nil) }
            kept.removeAll { waiting in
                if case .observed = waiting.event, waiting.done == nil { return false }
                return true
            }
            if kept.count > Self.mostWaiting { kept.removeFirst(kept.count - Self.mostWaiting) }
            return false
        }
        var ours = kept[...]
        kept = []
        var steps: [RolloutStep] = []
        var answers: [() -> Void] = []
        for (event, at, isOurs) in new {
            let consequences = book.apply(event, at: at)
            steps += consequences.steps
            if isOurs, let waiting = ours.popFirst(), let done = waiting.done {
                answers.append { done(consequences.answer) }
            }
        }
        if !new.isEmpty || trouble != nil { publish(book) }
        for step in steps { record(step) }
        for answer in answers { answer() }
        do {
            // The ledger writes on its own thread: what it was given just now may not be there yet.
            if !steps.isEmpty { recordedAt = Monitor.now() }
            if let at = recordedAt, Monitor.now() - at > Self.ledgerTime {
                try log.recorded()
                recordedAt = nil
            }
            try log.keep(book, isLast: false)
        } catch {
            fail("\(error)")
        }
        return true
    }

    private func fail(_ reason: String) {
        let isNew = published.withLock { state in
            defer { state.trouble = reason }
            return state.trouble == nil
        }
        if isNew { logger.error("rollouts stay as they are", metadata: ["reason": "\(reason)"]) }
    }

    private func publish(_ book: RolloutBook) {
        var active: [String: Active] = [:]
        for state in book.rollouts where active[state.plan.alias] == nil {
            active[state.plan.alias] = Active(
                plan: state.plan, identity: state.identity, share: state.share, phase: state.phase)
        }
        published.withLock { state in
            state.active = active
            state.rollouts = book.rollouts
            state.trouble = nil
            state.brakes = [:]
        }
    }

    private func record(_ step: RolloutStep) {
        ledger.append(.rollout(LedgerEntry.Rollout(step, policySet: policySet.value)))
        logger.notice(
            "rollout",
            metadata: [
                "name": "\(step.name)", "phase": "\(step.phase.rawValue)", "reason": "\(step.reason.rawValue)",
                "share": "\(step.share)", "requests": "\(step.treatmentRequests)",
            ])
    }
}

extension LedgerEntry.Rollout {
    /// The ledger's entry of a step.
    fileprivate init(_ step: RolloutStep, policySet: String) {
        self.init(
            time: LedgerTime(milliseconds: step.milliseconds), name: step.name, alias: step.alias,
            destination: step.destination, mode: step.mode.rawValue, phase: step.phase.rawValue,
            reason: step.reason.rawValue, shareBefore: step.shareBefore, share: step.share,
            requests: step.treatmentRequests, controlRequests: step.controlRequests,
            evidence: step.evidence.map(Evidence.init), policySet: policySet)
    }
}

extension LedgerEntry.Rollout.Evidence {
    fileprivate init(_ evidence: GuardEvidence) {
        self.init(
            rule: evidence.rule, isBroken: evidence.isBroken, isKept: evidence.isKept,
            candidate: Values(
                count: evidence.treatmentCount, meanMillionths: evidence.treatmentMean.map { Self.whole($0 * 1e6) }),
            control: Values(
                count: evidence.controlCount, meanMillionths: evidence.controlMean.map { Self.whole($0 * 1e6) }),
            logEvidenceMilli: Self.whole(evidence.logEvidence * 1_000),
            logNeededMilli: Self.whole(evidence.logNeeded * 1_000))
    }

    private static func whole(_ value: Double) -> Int64 {
        value.isNaN ? 0 : Int64(min(max(value.rounded(), -9e15), 9e15))
    }
}
