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
        /// Whether no caller has the candidate's answers.
        let isShadow: Bool
        /// A try that shows nothing for so long counts as failed, in milliseconds.
        let maximumWait: Double
        /// What the control takes at most, usually, in milliseconds; `nil`: not known yet.
        let usualWait: Double?

        /// Whether something is still to be learned.
        var isOpen: Bool { phase == .running || phase == .held }
    }

    private struct Queue {
        var waiting: [WaitingEvent] = []
        var lastNumber: UInt64 = 0
        var hasBegun = false
        var isClosing = false
    }

    private struct Published {
        var active: [String: Active] = [:]
        var rollouts: [RolloutState] = []
        var trouble: String?
        var gateways: Int?
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
    /// The steps that are in the ledger, of late. Used by the thread of rollouts, and before there is one.
    private nonisolated(unsafe) var recorded = RecordedSteps()

    /// Goes on where it was. Blocks.
    init(
        _ log: any RolloutLog, master: SymmetricKey, ledger: GatewayLedger, ledgerDirectory: String,
        logger: Logger, policySet: CurrentPolicySet
    ) throws {
        key = try HKDF.derive(master: master, salt: [], info: Array("sallyport rollout assignment".utf8), count: 32)
        self.ledger = ledger
        self.logger = logger
        self.policySet = policySet
        let beginning = try log.begin()
        var course = RolloutCourse(beginning.book)
        var taken = beginning.unrecorded
        for verdict in beginning.verdicts { course.keep(number(verdict.event)) }
        taken += course.decideAlone(at: Clock.epochMilliseconds()).steps.map { TakenStep(step: $0, follows: false) }
        if !taken.isEmpty { recorded = RecordedSteps.last(in: ledgerDirectory) }
        recorded.insert(stepsOf: beginning.book, without: taken.map(\.step.id))
        for one in taken { record(one.step, follows: one.follows) }
        publish(course.present, gateways: log.gateways)
        nonisolated(unsafe) let owned = log
        let begun = course
        guard let thread = LedgerThread({ self.run(owned, begun) }) else {
            throw RolloutJournal.Failure(description: "no thread is left for rollouts")
        }
        self.thread = thread
        awaitBeginning()
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

    /// How many gateways count together; `nil` where this one counts by itself.
    var gateways: Int? { published.withLock { $0.gateways } }

    // MARK: - What happens

    /// Hands an event over.
    func submit(_ event: RolloutBook.Event) {
        brake(event)
        put(event, isNeeded: Self.isNeeded(event))
    }

    /// Hands an event over, and waits for what became of it; `nil`: it can't be kept.
    func ask(_ event: RolloutBook.Event) async -> RolloutBook.Answer? {
        await withCheckedContinuation { continuation in
            ask(event) { continuation.resume(returning: $0) }
        }
    }

    /// The same for who does not wait; `done` is called on the thread of rollouts.
    func ask(_ event: RolloutBook.Event, _ done: @escaping @Sendable (RolloutBook.Answer?) -> Void) {
        if !put(event, done, isNeeded: true) { done(nil) }
    }

    /// Takes over what files say: new plans begin, those that are gone end.
    func adopt(_ plans: [RolloutPlan]) {
        // First those that are gone: a new one may be of the same alias.
        for state in states where state.isFromFile && !plans.contains(where: { $0.name == state.plan.name }) {
            submit(.command(name: state.plan.name, .drop))
        }
        for plan in plans { submit(.start(plan, isFromFile: true)) }
    }

    /// Keeps everything and ends. Blocks.
    func close() {
        monitor.withLock { queue.isClosing = true }
        monitor.signal()
        thread?.join()
    }

    /// Measurements there are many of.
    private static func isNeeded(_ event: RolloutBook.Event) -> Bool {
        if case .observed = event { return false }
        return true
    }

    @discardableResult
    private func put(
        _ event: RolloutBook.Event, _ done: (@Sendable (RolloutBook.Answer?) -> Void)? = nil, isNeeded: Bool
    ) -> Bool {
        let isTaken = monitor.withLock {
            guard !queue.isClosing, isNeeded || queue.waiting.count < Self.mostWaiting else { return false }
            queue.lastNumber += 1
            queue.waiting.append(WaitingEvent(number: queue.lastNumber, event: event, done: done))
            return true
        }
        if isTaken { monitor.signal() }
        return isTaken
    }

    /// An event of this thread's own, behind all that was handed over and taken.
    private func number(_ event: RolloutBook.Event) -> WaitingEvent {
        monitor.withLock {
            queue.lastNumber += 1
            return WaitingEvent(number: queue.lastNumber, event: event, done: nil)
        }
    }

    /// While others can't be asked, this gateway's own measurements can at least keep it from a candidate that fails altogether.
    private func brake(_ event: RolloutBook.Event) {
        guard case .observed(_, let identity, let observation, _) = event, let failed = observation.isFailure else {
            return
        }
        published.withLock { state in
            guard state.trouble != nil else { return }
            var monitor = state.brakes[identity] ?? HardFailureMonitor(alpha: 0.001)
            switch observation.arm {
            case .treatment: monitor.treatment(failed: failed)
            case .control: monitor.control(failed: failed)
            }
            state.brakes[identity] = monitor
        }
    }

    // MARK: - The thread

    /// Waits until it is known how things stand, as far as that can be known now.
    private func awaitBeginning() {
        let end = Monitor.now() + Self.ledgerTime
        monitor.lock()
        while !queue.hasBegun, Monitor.now() < end { monitor.wait(until: end) }
        monitor.unlock()
    }

    private func run(_ log: any RolloutLog, _ begun: RolloutCourse) {
        var course = begun
        // What was recorded anew at the start is noted like any step.
        var recordedAt: UInt64? = Monitor.now()
        while true {
            monitor.lock()
            if queue.waiting.isEmpty, !queue.isClosing, queue.hasBegun {
                monitor.wait(until: Monitor.now() + Self.pause)
            }
            for event in queue.waiting { course.keep(event) }
            queue.waiting = []
            let isLast = queue.isClosing
            monitor.unlock()
            if course.kept.isEmpty, course.book.isDue(at: Clock.epochMilliseconds()) { course.keep(number(.tick)) }
            let isWell = work(log, &course, &recordedAt)
            monitor.withLock { queue.hasBegun = true }
            monitor.broadcast()
            if isWell, isLast {
                if recordedAt != nil { try? log.recorded() }
                try? log.keep(course.book, isLast: true)
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
    private func work(_ log: any RolloutLog, _ course: inout RolloutCourse, _ recordedAt: inout UInt64?) -> Bool {
        defer { course.giveUp() }
        // While others can't be asked, it is not known what they measured.
        if trouble == nil { course.answerIdleFeedback(at: Clock.epochMilliseconds()) }
        let news: [RolloutNews]
        do {
            news = try log.add(
                course.kept.map(\.numbered), at: Clock.epochMilliseconds(), knowing: course.book)
        } catch {
            fail("\(error)")
            goOnAlone(log, &course)
            return false
        }
        course.settle()
        var answers: [() -> Void] = []
        var steps: [TakenStep] = []
        for one in news {
            switch one {
            case .event(let event, let at, let isOurs, let number):
                let consequences = course.apply(event, at: at, number: number)
                steps += consequences.steps.map { TakenStep(step: $0, follows: !isOurs) }
                if let answer = consequences.answer { answers.append(answer) }
            case .book(let book):
                let consequences = course.replace(by: book, at: Clock.epochMilliseconds())
                steps += consequences.steps.map { TakenStep(step: $0, follows: true) }
                for event in consequences.tell { course.keep(number(event)) }
            }
        }
        if !news.isEmpty || trouble != nil || log.gateways != gateways {
            publish(course.present, gateways: log.gateways)
        }
        for one in steps { record(one.step, follows: one.follows) }
        for answer in answers { answer() }
        do {
            // The ledger writes on its own thread: what it was given just now may not be there yet.
            if !steps.isEmpty { recordedAt = Monitor.now() }
            if let at = recordedAt, Monitor.now() - at > Self.ledgerTime {
                try log.recorded()
                recordedAt = nil
            }
            // What was folded has no steps any more that could be recorded after all.
            if recordedAt == nil { try log.keep(course.book, isLast: false) }
        } catch {
            fail("\(error)")
        }
        return true
    }

    /// While nothing can be put in order: a candidate that this gateway finds worse is rolled back here, and nothing else goes on.
    private func goOnAlone(_ log: any RolloutLog, _ course: inout RolloutCourse) {
        let decided = course.decideAlone(at: Clock.epochMilliseconds())
        for verdict in decided.verdicts {
            course.keep(number(verdict.event))
            do {
                try log.keep(verdict)
            } catch {
                logger.error("a rollback may be forgotten at a restart", metadata: ["reason": "\(error)"])
            }
        }
        publish(course.present, gateways: log.gateways.map { _ in 1 }, isAlone: true)
        for step in decided.steps { record(step, follows: false) }
    }

    private func fail(_ reason: String) {
        let isNew = published.withLock { state in
            defer { state.trouble = reason }
            return state.trouble == nil
        }
        if isNew { logger.error("rollouts stay as they are", metadata: ["reason": "\(reason)"]) }
    }

    private func publish(_ book: RolloutBook, gateways: Int?, isAlone: Bool = false) {
        var active: [String: Active] = [:]
        for state in book.rollouts where active[state.plan.alias] == nil {
            active[state.plan.alias] = Active(
                plan: state.plan, identity: state.identity, share: state.share, phase: state.phase,
                isShadow: state.isShadow, maximumWait: state.maximumWait, usualWait: state.usualWait)
        }
        published.withLock { state in
            state.active = active
            state.rollouts = book.rollouts
            state.gateways = gateways
            guard !isAlone else { return }
            state.trouble = nil
            state.brakes = [:]
        }
    }

    /// Has the ledger record a step, once.
    private func record(_ step: RolloutStep, follows: Bool) {
        guard recorded.insert(step.id) else { return }
        ledger.append(.rollout(LedgerEntry.Rollout(step, follows: follows, policySet: policySet.value)))
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
    fileprivate init(_ step: RolloutStep, follows: Bool, policySet: String) {
        self.init(
            time: LedgerTime(milliseconds: step.milliseconds), name: step.name, alias: step.alias,
            destination: step.destination, mode: step.mode.rawValue, phase: step.phase.rawValue,
            reason: step.reason.rawValue, shareBefore: step.shareBefore, share: step.share,
            requests: step.treatmentRequests, controlRequests: step.controlRequests,
            evidence: step.evidence.map(Evidence.init),
            comparison: step.comparison.map(Comparison.init), stepID: step.id, follows: follows, policySet: policySet)
    }
}

extension LedgerEntry.Rollout.Evidence {
    fileprivate init(_ evidence: GuardEvidence) {
        self.init(
            rule: evidence.rule, isBroken: evidence.isBroken, isKept: evidence.isKept,
            candidate: Values(evidence.treatmentCount, evidence.treatmentMean),
            control: Values(evidence.controlCount, evidence.controlMean),
            logEvidenceMilli: whole(evidence.logEvidence * 1_000), logNeededMilli: whole(evidence.logNeeded * 1_000))
    }
}

extension LedgerEntry.Rollout.Comparison {
    fileprivate init(_ evidence: ABEvidence) {
        self.init(
            measure: evidence.measure, verdict: evidence.verdict?.rawValue,
            candidate: .init(evidence.treatmentCount, evidence.treatmentMean),
            control: .init(evidence.controlCount, evidence.controlMean),
            logBetterMilli: whole(evidence.logBetter * 1_000), logWorseMilli: whole(evidence.logWorse * 1_000),
            logNeededMilli: whole(evidence.logNeeded * 1_000))
    }
}

extension LedgerEntry.Rollout.Evidence.Values {
    fileprivate init(_ count: Int, _ mean: Double?) {
        self.init(count: count, meanMillionths: mean.map { whole($0 * 1e6) })
    }
}

/// The nearest whole number that JSON readers don't round.
private func whole(_ value: Double) -> Int64 { value.isNaN ? 0 : Int64(min(max(value.rounded(), -9e15), 9e15)) }
