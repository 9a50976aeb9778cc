public import Evaluation
public import Inference

/// Everything that a run is told.
public struct RunSettings: Sendable {
    /// How losers are dropped early.
    public struct RaceRules: Sendable {
        /// The probability with which the race picks a wrong one at most.
        public var alpha = 0.05
        /// The difference of scores that does not matter.
        public var indifference = 0.0

        /// The defaults: 5 %, and every difference matters.
        public init() {}
    }

    /// The suite.
    public var suite: Suite
    /// The digest of what it and the methods were read from: a run of other files is another run.
    public var suiteDigest = ""
    /// The candidates.
    public var candidates: [Candidate]
    /// The place of the one that the others are compared with.
    public var baseline = 0
    /// What all chance follows from.
    public var seed: UInt64 = 1
    /// Requests under way at once.
    public var concurrency = 64
    /// How often a request is tried again that failed.
    public var retries = 4
    /// For how long a request is tried again that others had no room for, in seconds.
    public var patienceSeconds = 900
    /// How losers are dropped early; `nil`: all candidates get all cases.
    public var race: RaceRules?
    /// Whether answers of earlier runs count.
    public var usesOldAnswers = true
    /// Whether an unfinished run of the same is left alone.
    public var anew = false
    /// The most that the run may cost; `nil`: no limit.
    public var limit: Money?
    /// What stands behind the aliases that are asked, where that is known.
    public var bounds: [String: ModelBounds] = [:]
    /// What the gateway does to requests on their way, as a digest; empty: not known.
    public var gateway = ""
    /// The hash of the gateway's policies; empty: not known.
    public var policyHash = ""
    /// Counts data in an answer by class; `nil`: nobody looks. Throws where it fails, and then nothing is known to be clean.
    public var findings: (@Sendable (String) throws -> [DataClass: Int])?
    /// Finds passages for methods with retrieval: by the index's name and what is asked.
    public var passages: (@Sendable (Retrieval, String) throws -> [Passage])?

    /// The defaults, for a suite and candidates.
    public init(suite: Suite, candidates: [Candidate]) {
        self.suite = suite
        self.candidates = candidates
    }

    /// Whether a pairwise judge compares with the baseline.
    var isPairwise: Bool {
        (suite.scorers + suite.cases.flatMap(\.scorers)).contains { scorer in
            guard case .judge(let judge) = scorer.rule, case .pairwise = judge.manner else { return false }
            return true
        }
    }
}

/// Why a run stops before its end.
public enum RunFault: Error, Sendable, CustomStringConvertible {
    /// The budget has no room for what comes next.
    case budgetSpent
    /// Somebody stopped it.
    case stopped
    /// The gateway refuses all of it: the key, the model, a limit.
    case refused(String)
    /// The gateway can't be reached.
    case unreachable(String)
    /// Answers can't be kept.
    case store(String)

    /// In words.
    public var description: String {
        switch self {
        case .budgetSpent: "the budget has no room for the next request"
        case .stopped: "it was stopped"
        case .refused(let reason): reason
        case .unreachable(let reason): "the gateway can't be reached: \(reason)"
        case .store(let reason): reason
        }
    }
}

/// How far a run is.
public struct RunProgress: Sendable {
    /// Cases that are scored, over all candidates.
    public var done = 0
    /// Cases in all; fewer once a race drops candidates.
    public var total = 0
    /// Requests that were sent and answered.
    public var asked = 0
    /// Answers that were there already.
    public var found = 0
    /// Cases without an answer.
    public var errors = 0
    /// Times that the gateway or a provider had no room.
    public var refusals = 0
    /// What was spent.
    public var spent = Money(nanoUSD: 0)
    /// Whether the cost of something is not known.
    public var hasUnknownCosts = false
    /// Requests whose fate was open when the run was stopped before.
    public var underWayBefore = 0
    /// The run's number.
    public var run: Int64 = 0
    /// Whether it is a run that had begun before.
    public var isResumed = false
    /// Why cases have no answer, with how many.
    public var reasons: [String: Int] = [:]
    /// Candidates that a race dropped, with after how many cases.
    public var dropped: [String] = []
    /// When it began.
    public var began = ContinuousClock.now

    /// Nothing yet.
    public init() {}
}
