public import Inference
internal import Statistics

/// All rollouts, and who was answered by which arm: changed by events alone.
public struct RolloutBook: Hashable, Sendable, Codable {
    /// What may happen.
    public enum Event: Hashable, Sendable, Codable {
        /// A rollout begins; nothing where one of this name with the same plan is there already.
        case start(RolloutPlan, isFromFile: Bool)
        /// Somebody says what becomes of a rollout.
        case command(name: String, Command)
        /// A request was measured.
        case observed(name: String, identity: String, RolloutState.Observation, Answered?)
        /// A caller says how good an answer was.
        case feedback(request: String, tenant: String, principal: String, score: Double)
        /// Time goes on.
        case tick
        /// A gateway that could not ask the others rolled a candidate back by itself.
        case verdict(name: String, identity: String, RolloutState.Reason)
        /// A gateway knows a rollout that what all share may have lost, or know less of.
        case adopt(RolloutState)
        /// What another version of the gateway says and this one does not know.
        case nothing
    }

    /// What somebody may say.
    public enum Command: String, Hashable, Sendable, Codable, CaseIterable {
        /// The next step.
        case promote
        /// Stay.
        case hold
        /// Go on.
        case resume
        /// Nobody has the candidate any more.
        case rollback
        /// The rollout is forgotten, and the alias is as the files say.
        case stop
        /// As `stop`, since its file says it no more.
        case drop
    }

    /// Who was answered.
    public struct Answered: Hashable, Sendable, Codable {
        /// The request.
        public var request: String
        /// Whose tenant.
        public var tenant: String
        /// Who.
        public var principal: String

        /// Puts it together.
        public init(request: String, tenant: String, principal: String) {
            self.request = request
            self.tenant = tenant
            self.principal = principal
        }
    }

    /// What follows from an event.
    public struct Consequences: Hashable, Sendable {
        /// Steps, in their order.
        public var steps: [RolloutStep] = []
        /// What became of feedback or a command.
        public var answer: Answer?
    }

    /// What became of feedback or a command.
    public enum Answer: String, Hashable, Sendable {
        /// It counts.
        case taken
        /// It was there before, so nothing changes.
        case repeated
        /// There is nothing of that name.
        case unknown
        /// It can't be done as things stand.
        case impossible
    }

    private struct Record: Hashable, Codable {
        var answered: Answered
        var name: String
        var identity: String
        var arm: Arm
        var score: Double?
        var at: Int64
    }

    /// The rollouts in the order in which they began.
    public private(set) var rollouts: [RolloutState] = []
    private var records: [String: Record] = [:]
    /// The records' names in the order of their coming; the first `forgotten` are gone.
    private var order: [String] = []
    private var forgotten = 0
    /// The identities of the last rollouts that are over and gone, so that nobody brings them back.
    private var ended: [String]?

    /// So many requests can be spoken of, and for so long.
    static let mostRecords = 20_000
    static let longest: Int64 = 86_400_000
    /// More rollouts at a time are refused.
    public static let mostRollouts = 100

    /// Without rollouts.
    public init() {}

    /// The rollout of that name.
    public func rollout(_ name: String) -> RolloutState? { rollouts.first { $0.plan.name == name } }

    /// The rollout that an alias's requests are shared out by; of several the first.
    public func rollout(of alias: ModelID) -> RolloutState? { rollouts.first { $0.plan.alias == alias.rawValue } }

    /// Whether something follows from the time alone.
    public func isDue(at now: Int64) -> Bool { rollouts.contains { $0.isDue(at: now) } }

    /// Takes what happened in. Where `mayAdvance` is false, no candidate gets a greater share: for a gateway that knows not all.
    public mutating func apply(_ event: Event, at now: Int64, mayAdvance: Bool = true) -> Consequences {
        switch event {
        case .start(let plan, let isFromFile): return start(plan, isFromFile, now)
        case .command(let name, let command): return carryOut(command, name, now)
        case .observed(let name, let identity, let observation, let answered):
            guard let index = index(name, identity) else { return Consequences() }
            let step = rollouts[index].observe(observation, at: now, mayAdvance: mayAdvance)
            if let answered { remember(answered, rollouts[index], observation.arm, now) }
            return Consequences(steps: [step].compactMap(\.self))
        case .feedback(let request, let tenant, let principal, let score):
            return feedback(request, tenant, principal, score, now)
        case .tick:
            guard mayAdvance else { return Consequences() }
            return Consequences(steps: rollouts.indices.compactMap { rollouts[$0].tick(at: now) })
        case .verdict(let name, let identity, let reason):
            guard let index = index(name, identity) else { return Consequences() }
            return Consequences(steps: [rollouts[index].rollBack(reason, at: now)].compactMap(\.self))
        case .adopt(let state): return adopt(state, now)
        case .nothing: return Consequences()
        }
    }

    // MARK: - Rollouts

    private func index(_ name: String, _ identity: String) -> Int? {
        rollouts.firstIndex { $0.plan.name == name && $0.identity == identity }
    }

    private mutating func start(_ plan: RolloutPlan, _ isFromFile: Bool, _ now: Int64) -> Consequences {
        guard plan.fault == nil else { return Consequences(answer: .impossible) }
        var consequences = Consequences(answer: .taken)
        if let index = rollouts.firstIndex(where: { $0.plan.name == plan.name }) {
            let old = rollouts[index]
            if old.plan == plan, isFromFile || !old.isOver { return Consequences(answer: .repeated) }
            guard isFromFile || old.isOver else { return Consequences(answer: .impossible) }
            if old.phase != .rolledBack, let step = rollouts[index].rollBack(.stopped, at: now) {
                consequences.steps.append(step)
            }
            remove(at: index)
        }
        // Two at once would each disturb what the other measures.
        let isTaken = rollouts.contains { $0.plan.alias == plan.alias && $0.plan.name != plan.name }
        guard !isTaken, rollouts.count < Self.mostRollouts else {
            consequences.answer = .impossible
            return consequences
        }
        let state = RolloutState(plan, isFromFile: isFromFile, at: now)
        rollouts.append(state)
        consequences.steps.append(state.record(from: 0, at: now))
        return consequences
    }

    private mutating func carryOut(_ command: Command, _ name: String, _ now: Int64) -> Consequences {
        guard let index = rollouts.firstIndex(where: { $0.plan.name == name }) else {
            return Consequences(answer: .unknown)
        }
        let step: RolloutStep?
        switch command {
        case .promote: step = rollouts[index].promote(at: now)
        case .hold: step = rollouts[index].hold(at: now)
        case .resume: step = rollouts[index].resume(at: now)
        case .rollback: step = rollouts[index].rollBack(.operatorSaid, at: now)
        case .drop where !rollouts[index].isFromFile: return Consequences(answer: .impossible)
        case .stop where rollouts[index].isFromFile: return Consequences(answer: .impossible)
        case .stop, .drop:
            // What was rolled back had its entry.
            step = rollouts[index].rollBack(.stopped, at: now)
            remove(at: index)
            return Consequences(steps: [step].compactMap(\.self), answer: .taken)
        }
        return Consequences(steps: [step].compactMap(\.self), answer: step == nil ? .impossible : .taken)
    }

    private static let mostEnded = 100

    private mutating func remove(at index: Int) {
        ended = ((ended ?? []) + [rollouts[index].identity]).suffix(Self.mostEnded)
        rollouts.remove(at: index)
    }

    /// Who knows more of a rollout is believed, and a rollback is never taken back.
    private mutating func adopt(_ state: RolloutState, _ now: Int64) -> Consequences {
        guard state.plan.fault == nil, !(ended ?? []).contains(state.identity) else { return Consequences() }
        guard let index = rollouts.firstIndex(where: { $0.plan.name == state.plan.name }) else {
            guard rollouts.count < Self.mostRollouts, rollout(of: ModelID(state.plan.alias)) == nil else {
                return Consequences()
            }
            rollouts.append(state)
            return Consequences()
        }
        let known = rollouts[index]
        if state.phase == .rolledBack {
            guard known.identity == state.identity || known.plan == state.plan else { return Consequences() }
            return Consequences(steps: [rollouts[index].rollBack(state.reason, at: now)].compactMap(\.self))
        }
        guard known.identity == state.identity, known.phase != .rolledBack, state.isAhead(of: known) else {
            return Consequences()
        }
        rollouts[index] = state
        guard state.version > known.version else { return Consequences() }
        return Consequences(steps: [state.record(from: known.share, at: now)])
    }

    // MARK: - Feedback

    private mutating func remember(_ answered: Answered, _ rollout: RolloutState, _ arm: Arm, _ now: Int64) {
        guard records[answered.request] == nil else { return }
        records[answered.request] = Record(
            answered: answered, name: rollout.plan.name, identity: rollout.identity, arm: arm, at: now)
        order.append(answered.request)
        while forgotten < order.count {
            let oldest = order[forgotten]
            let isOld = records[oldest].map { now - $0.at > Self.longest } ?? true
            guard isOld || order.count - forgotten > Self.mostRecords else { break }
            records[oldest] = nil
            forgotten += 1
        }
        if forgotten > Self.mostRecords / 2 {
            order.removeFirst(forgotten)
            forgotten = 0
        }
    }

    /// What is answered to feedback that changes nothing, so that it need not be an event; `nil`: it may change something.
    public func answer(idleFeedback event: Event, at now: Int64) -> Answer? {
        guard case .feedback(let request, let tenant, let principal, _) = event else { return nil }
        guard let record = record(of: request, tenant, principal, now) else { return .unknown }
        return record.score == nil ? nil : .repeated
    }

    /// Somebody else's request is none that there is.
    private func record(of request: String, _ tenant: String, _ principal: String, _ now: Int64) -> Record? {
        guard let record = records[request], record.answered.tenant == tenant, record.answered.principal == principal,
            now - record.at <= Self.longest
        else { return nil }
        return record
    }

    private mutating func feedback(
        _ request: String, _ tenant: String, _ principal: String, _ score: Double, _ now: Int64
    ) -> Consequences {
        guard let record = record(of: request, tenant, principal, now) else { return Consequences(answer: .unknown) }
        guard record.score == nil else { return Consequences(answer: .repeated) }
        records[request]?.score = score
        var consequences = Consequences(answer: .taken)
        if let index = index(record.name, record.identity),
            let step = rollouts[index].observe(
                RolloutState.Observation(arm: record.arm, values: [.feedback: score]), at: now)
        {
            consequences.steps.append(step)
        }
        return consequences
    }
}
