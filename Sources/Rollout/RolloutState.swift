public import Inference
internal import RealModule
public import Statistics

/// A rollout as it stands: a value that changes only by `apply`, so that the same events in the same order bring every gateway to the same
/// verdict, now or when they are read again after a crash.
public struct RolloutState: Hashable, Sendable, Codable {
    /// How far it is.
    public enum Phase: String, Hashable, Sendable, Codable {
        /// Steps follow each other.
        case running
        /// It stays at its step until somebody resumes or promotes it; its guards still roll it back.
        case held
        /// All steps are done.
        case promoted
        /// A guard was broken, or somebody said so: nobody has the candidate.
        case rolledBack = "rolled_back"
    }

    /// Why a step was taken.
    public enum Reason: String, Hashable, Sendable, Codable {
        /// It began.
        case started
        /// All guards are shown to be kept.
        case shown
        /// The step had its least requests and time, and nothing speaks against the candidate.
        case minimum
        /// A guard is shown to be broken.
        case broken = "guard"
        /// The candidate failed altogether.
        case failing
        /// Somebody said so.
        case operatorSaid = "operator"
        /// The last step is done, and it is not 100 %.
        case finished
        /// It is no longer there: stopped, or gone from the file.
        case stopped
        /// An A/B test says that the candidate is better.
        case better
        /// An A/B test says that it is worse.
        case worse
        /// An A/B test had all its values and showed neither.
        case noDifference = "no_difference"
    }

    /// What is measured of one request.
    public struct Observation: Hashable, Sendable, Codable {
        /// In which arm.
        public var arm: Arm
        /// The values.
        public var values: [RolloutMetric: Double]
        /// Whether it was given up before it had shown anything: no error yet, but many of these are a failure. Absent where it was not.
        public var isUnanswered: Bool?

        /// Puts it together.
        public init(arm: Arm, values: [RolloutMetric: Double], isUnanswered: Bool = false) {
            self.arm = arm
            self.values = values
            self.isUnanswered = isUnanswered ? true : nil
        }

        /// Whether it speaks for a candidate that fails altogether; `nil`: it says nothing of that.
        public var isFailure: Bool? { isUnanswered == true ? true : values[.error].map { $0 > 0 } }
    }

    /// The plan.
    public let plan: RolloutPlan
    /// Which of all rollouts of that name it is.
    public let identity: String
    /// Whether a file says it, so that it ends with it.
    public let isFromFile: Bool
    /// How far it is.
    public private(set) var phase = Phase.running
    /// Which step, from 0.
    public private(set) var step = 0
    /// When it began, in milliseconds since 1970.
    public let startedAt: Int64
    /// When the step began.
    public private(set) var stepAt: Int64
    /// Requests of the candidate, and of these in this step.
    public private(set) var treatmentRequests = 0
    /// Requests of the candidate in this step.
    public private(set) var stepRequests = 0
    /// Requests of the control.
    public private(set) var controlRequests = 0
    /// The guards.
    public private(set) var monitors: [GuardMonitor]
    /// Whether the candidate fails altogether.
    public private(set) var failing: HardFailureMonitor
    /// The A/B test, where it is one.
    public private(set) var comparison: ABComparison?
    /// Why it stands as it does.
    public private(set) var reason = Reason.started

    /// How many steps it took; absent in what was kept before there was this.
    private var steps: Int?
    /// The same.
    private var controlTimes: ControlTimes?

    private let hardAlpha: Double
    /// A part of the error rate for failing altogether, the rest for the guards.
    private static let hardShare = 0.1

    /// Begins.
    init(_ plan: RolloutPlan, isFromFile: Bool, at now: Int64) {
        self.plan = plan
        self.isFromFile = isFromFile
        identity = "\(plan.name)-\(plan.digest)-\(now)"
        startedAt = now
        stepAt = now
        let shares =
            AlphaBudget(plan.falseRollbackRate * (1 - Self.hardShare))?
            .shares(weights: plan.guards.map { _ in 1 }) ?? plan.guards.map { _ in 0 }
        monitors = zip(plan.guards, shares).map { GuardMonitor($0, alpha: $1) }
        // Each step has its part, since each begins anew.
        hardAlpha = plan.falseRollbackRate * Self.hardShare / Double(max(plan.stages.count, 1))
        failing = HardFailureMonitor(alpha: hardAlpha)
        comparison = plan.abTest.flatMap(ABComparison.init)
        if isWithoutControl { for index in monitors.indices { monitors[index].beginStep(withoutControl: true) } }
    }

    /// How many steps it took: what tells one step from the next, and who knows more.
    public var version: Int { steps ?? 0 }

    /// Whether it says more than another state of the same rollout.
    func isAhead(of other: RolloutState) -> Bool {
        (version, treatmentRequests + controlRequests)
            > (other.version, other.treatmentRequests + other.controlRequests)
    }

    /// The share of requests that the candidate has, in parts of 10,000; of a shadow, the share that it is asked, too.
    public var share: Int {
        switch phase {
        case .rolledBack: 0
        // A shadow alone says how good a candidate is, and gives it nobody.
        case .promoted: plan.mode == .shadow ? 0 : 10_000
        case .running, .held: plan.stages.indices.contains(step) ? plan.stages[step].share : 0
        }
    }

    /// Whether no caller has the candidate's answers now.
    public var isShadow: Bool { plan.stages.indices.contains(step) && plan.stages[step].isShadow && !isOver }

    /// Whether it is over.
    public var isOver: Bool { phase == .promoted || phase == .rolledBack }

    /// Whether everybody has the candidate, so that there is nothing to compare it with.
    private var isWithoutControl: Bool { plan.mode == .canary && !isShadow && share == 10_000 }

    /// What is known of the guards.
    public var evidence: [GuardEvidence] { monitors.map(\.evidence) }

    // MARK: - How long an answer is waited for

    /// What 95 % of the control's answers take at most of late, in milliseconds; `nil` while there are too few.
    public var usualWait: Double? { controlTimes?.p95 }

    /// A try that shows nothing for so many milliseconds counts as failed: what the plan says; or three times what is usual, and at least
    /// 5 s where a guard is on a time, 30 s where none is, or nothing is usual yet.
    public var maximumWait: Double {
        if let wait = plan.maximumWaitMilliseconds { return Double(wait) }
        guard let usualWait else { return Self.patientWait }
        // Who guards no time may want a candidate that thinks for long.
        let least = plan.guards.contains { $0.metric.isTime } ? Self.leastWait : Self.patientWait
        return min(max(least, Self.timesUsual * usualWait), Double(RolloutPlan.waits.upperBound))
    }

    private static let leastWait = 5_000.0
    private static let patientWait = 30_000.0
    private static let timesUsual = 3.0

    // MARK: - What happens

    /// Takes what was measured in, and says which step follows from it.
    mutating func observe(_ observation: Observation, at now: Int64, mayAdvance: Bool = true) -> RolloutStep? {
        guard !isOver else { return nil }
        for index in monitors.indices {
            guard let value = observation.values[monitors[index].rule.metric] else { continue }
            monitors[index].add(value, to: observation.arm)
        }
        if let failed = observation.isFailure {
            switch observation.arm {
            case .treatment: failing.treatment(failed: failed)
            case .control: failing.control(failed: failed)
            }
        }
        count(observation)
        // What nobody had is no part of an A/B test.
        if !isShadow, let metric = comparison?.metric, let value = observation.values[metric] {
            comparison?.add(value, to: observation.arm)
        }
        if failing.isShown { return end(.rolledBack, .failing, at: now) }
        if monitors.contains(where: \.isBroken) { return end(.rolledBack, .broken, at: now) }
        if comparison?.verdict == .worse { return end(.rolledBack, .worse, at: now) }
        return mayAdvance ? tick(at: now) : nil
    }

    private mutating func count(_ observation: Observation) {
        if observation.arm == .control, let time = observation.values[.latency] {
            controlTimes = controlTimes ?? ControlTimes()
            controlTimes?.add(time)
        }
        guard observation.values[.error] != nil else { return }
        switch observation.arm {
        case .treatment:
            treatmentRequests += 1
            stepRequests += 1
        case .control: controlRequests += 1
        }
    }

    /// Time goes on.
    mutating func tick(at now: Int64) -> RolloutStep? {
        guard phase == .running else { return nil }
        if comparison != nil, !isShadow { return conclude(at: now) }
        // One request shows nothing of a step, whatever was shown before.
        if stepRequests >= min(plan.minimumRequests, Self.leastForShown),
            monitors.allSatisfy({ $0.isKept || isUnseen($0) })
        {
            return advance(.shown, at: now)
        }
        guard stepRequests >= plan.minimumRequests, now - stepAt >= plan.minimumMilliseconds,
            monitors.allSatisfy({ $0.hasValues || isUnseen($0) })
        else { return nil }
        return advance(.minimum, at: now)
    }

    /// An A/B test ends by its verdict; what is worse was taken back at once.
    private mutating func conclude(at now: Int64) -> RolloutStep? {
        switch comparison?.verdict {
        case nil: return nil
        case .worse: return end(.rolledBack, .worse, at: now)
        case .noDifference: return end(.rolledBack, .noDifference, at: now)
        case .better:
            guard stepRequests >= plan.minimumRequests, now - stepAt >= plan.minimumMilliseconds else { return nil }
            return end(plan.abTest?.promotes ?? false ? .promoted : .held, .better, at: now)
        }
    }

    private static let leastForShown = 20

    /// Whether a guard has to wait for callers to see the candidate's answers.
    private func isUnseen(_ monitor: GuardMonitor) -> Bool { isShadow && monitor.rule.metric == .feedback }

    /// Whether time alone brings it on now.
    func isDue(at now: Int64) -> Bool {
        guard phase == .running, stepRequests >= plan.minimumRequests else { return false }
        var next = self
        return next.tick(at: now) != nil
    }

    /// The next step, because somebody says so, or the end of all.
    mutating func promote(at now: Int64) -> RolloutStep? {
        guard !isOver else { return nil }
        phase = .running
        return advance(.operatorSaid, at: now)
    }

    /// Stays where it is.
    mutating func hold(at now: Int64) -> RolloutStep? {
        guard phase == .running else { return nil }
        return end(.held, .operatorSaid, at: now)
    }

    /// Goes on.
    mutating func resume(at now: Int64) -> RolloutStep? {
        guard phase == .held else { return nil }
        (phase, reason) = (.running, .operatorSaid)
        return note(from: share, at: now)
    }

    /// Nobody has the candidate any more. One that was promoted can be taken back, too.
    mutating func rollBack(_ reason: Reason, at now: Int64) -> RolloutStep? {
        guard phase != .rolledBack else { return nil }
        return end(.rolledBack, reason, at: now)
    }

    // MARK: - Steps

    private mutating func advance(_ reason: Reason, at now: Int64) -> RolloutStep {
        let before = share
        guard step + 1 < plan.stages.count else {
            // A last step that is not everybody is for people to decide.
            let isWhole = plan.mode == .shadow || plan.steps.last == 10_000
            return isWhole || reason == .operatorSaid ? end(.promoted, reason, at: now) : end(.held, .finished, at: now)
        }
        self.reason = reason
        let evidence = evidence
        step += 1
        stepAt = now
        stepRequests = 0
        for index in monitors.indices { monitors[index].beginStep(withoutControl: isWithoutControl) }
        failing = failing.begin(alpha: hardAlpha)
        return note(from: before, evidence, at: now)
    }

    private mutating func end(_ phase: Phase, _ reason: Reason, at now: Int64) -> RolloutStep {
        let before = share
        (self.phase, self.reason) = (phase, reason)
        return note(from: before, at: now)
    }

    private mutating func note(
        from before: Int, _ evidence: [GuardEvidence]? = nil, at now: Int64
    ) -> RolloutStep {
        steps = version + 1
        return record(from: before, evidence, at: now)
    }

    /// What the ledger is to say of the step that brought it here.
    public func record(from before: Int, _ evidence: [GuardEvidence]? = nil, at now: Int64) -> RolloutStep {
        RolloutStep(
            id: RolloutStep.id(identity, version), name: plan.name, alias: plan.alias, destination: plan.destination,
            mode: plan.stages.indices.contains(step) && plan.stages[step].isShadow ? .shadow : plan.mode, phase: phase,
            reason: reason, step: step, shareBefore: before, share: share, treatmentRequests: treatmentRequests,
            controlRequests: controlRequests, logFailing: failing.logEvidence, evidence: evidence ?? self.evidence,
            comparison: comparison?.evidence,
            milliseconds: now)
    }
}

/// A step of a rollout with what it rests on: what the ledger records.
public struct RolloutStep: Hashable, Sendable {
    /// Which step of all there ever were: the rollout's identity and the step's number. The same at every gateway.
    public let id: String
    /// The rollout.
    public let name: String
    /// Whose requests are shared out.
    public let alias: String
    /// What is tried.
    public let destination: Destination
    /// How.
    public let mode: RolloutPlan.Mode
    /// How far it is now.
    public let phase: RolloutState.Phase
    /// Why.
    public let reason: RolloutState.Reason
    /// Which step, from 0.
    public let step: Int
    /// The candidate's share before, in parts of 10,000.
    public let shareBefore: Int
    /// Its share now.
    public let share: Int
    /// Its requests so far.
    public let treatmentRequests: Int
    /// The control's requests so far.
    public let controlRequests: Int
    /// The evidence that it fails altogether, as a natural logarithm.
    public let logFailing: Double
    /// What is known of each guard.
    public let evidence: [GuardEvidence]
    /// What is known of the A/B test, where it is one.
    public let comparison: ABEvidence?
    /// When, in milliseconds since 1970.
    public let milliseconds: Int64

    /// What a step is called.
    public static func id(_ identity: String, _ version: Int) -> String { "\(identity)/\(version)" }
}
