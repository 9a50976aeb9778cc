public import Cryptography
public import Evaluation
public import Inference

/// A paid answer as it is kept.
public struct StoredAnswer: Sendable {
    /// What was answered, and what it took.
    public var answer: Answer
    /// Who answered (`provider/model`), as the gateway said; empty: it did not.
    public var destination: String
    /// The gateway's name of the request (`req_…`), for its ledger; empty: not known.
    public var request: String
    /// What was asked: the messages as text, for reports.
    public var prompt: String

    /// Puts it together.
    public init(_ answer: Answer, destination: String = "", request: String = "", prompt: String = "") {
        self.answer = answer
        self.destination = destination
        self.request = request
        self.prompt = prompt
    }
}

/// A request that was about to be sent when this was written, and of which nobody knows yet what became.
public struct StoredIntent: Sendable, Hashable {
    /// What its answer will be kept under.
    public let digest: Digest32
    /// The key under which the gateway knows it, so that asking again is the same request.
    public let key: String
    /// The most that it may cost; `nil`: not known.
    public let most: Money?

    /// Puts it together.
    public init(digest: Digest32, key: String, most: Money?) {
        self.digest = digest
        self.key = key
        self.most = most
    }
}

/// What a run is, from its beginning on.
public struct StoredRun: Sendable {
    /// How a run stands.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// It is under way, or was killed.
        case open
        /// Everything that was planned is done.
        case finished
        /// It was stopped before its end.
        case interrupted
        /// Its budget was spent before its end.
        case spent
    }

    /// One candidate of it.
    public struct Entrant: Sendable, Hashable {
        /// `model/method`.
        public let name: String
        /// The alias.
        public let model: String
        /// The method's name.
        public let method: String

        /// Puts it together.
        public init(name: String, model: String, method: String) {
            self.name = name
            self.model = model
            self.method = method
        }
    }

    /// One case of it.
    public struct Test: Sendable, Hashable {
        /// Its name.
        public let id: String
        /// Its tags.
        public let tags: [String]
        /// Answers that are right, for reports.
        public let expected: [String]

        /// Puts it together.
        public init(id: String, tags: [String], expected: [String]) {
            self.id = id
            self.tags = tags
            self.expected = expected
        }
    }

    /// Its number; 0 before it is kept.
    public var number: Int64 = 0
    /// The suite's name.
    public let suite: String
    /// The digest of everything that it asks and of how it scores: who starts the same again goes on with it.
    public let plan: Digest32
    /// When it began, in seconds since 1970.
    public let began: Int64
    /// What all chance follows from.
    public let seed: UInt64
    /// The hash of the policies; empty: not known.
    public let policyHash: String
    /// The place of the baseline.
    public let baseline: Int
    /// Its candidates.
    public let candidates: [Entrant]
    /// Its cases.
    public let tests: [Test]
    /// How it stands.
    public var state = State.open

    /// Puts it together.
    public init(
        suite: String, plan: Digest32, began: Int64, seed: UInt64, policyHash: String, baseline: Int,
        candidates: [Entrant], tests: [Test]
    ) {
        self.suite = suite
        self.plan = plan
        self.began = began
        self.seed = seed
        self.policyHash = policyHash
        self.baseline = baseline
        self.candidates = candidates
        self.tests = tests
    }
}

/// A file of evaluations that can't be used.
public struct EvaluationStoreError: Error, Sendable, CustomStringConvertible {
    /// The file.
    public let path: String
    /// What is wrong.
    public let problem: String
    /// ``path: problem``.
    public var description: String { "\(path): \(problem)" }

    /// Puts it together.
    public init(path: String, problem: String) {
        self.path = path
        self.problem = problem
    }
}
