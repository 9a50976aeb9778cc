public import Evaluation

/// A run of a suite as it is kept, finished or not: what tables, reports and recommendations are made of.
///
/// The results are aligned: place `n` of every candidate is case `n` of ``cases``. Long texts stay where they are kept; of
/// the few that a report shows, each is asked for when it is written.
public struct RunRecord: Sendable {
    /// How far a run came.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// Everything that was planned is done.
        case finished
        /// It was stopped, or is still under way.
        case interrupted
        /// The budget was spent before the end.
        case spent
    }

    /// A case, as far as tables need it.
    public struct Case: Sendable, Hashable {
        /// Its name, once in the suite.
        public let id: String
        /// Its tags.
        public let tags: [String]

        /// Puts a case together.
        public init(id: String, tags: [String]) {
            self.id = id
            self.tags = tags
        }
    }

    /// A candidate with its results.
    public struct Contestant: Sendable {
        /// Its name, `model/method`, once in the run.
        public let name: String
        /// The gateway's alias of the model.
        public let model: String
        /// The method's name.
        public let method: String
        /// A result for each case, in the order of ``RunRecord/cases``; `nil` where there is none (yet, or because a race
        /// dropped the candidate). What is beyond the end is missing too.
        public let results: [CaseResult?]
        /// After how many cases a race dropped it; `nil`: it was not dropped.
        public let droppedAfter: Int?

        /// Puts a candidate together.
        public init(name: String, model: String, method: String, results: [CaseResult?], droppedAfter: Int? = nil) {
            self.name = name
            self.model = model
            self.method = method
            self.results = results
            self.droppedAfter = droppedAfter
        }
    }

    /// The texts of one candidate's one case.
    public struct Texts: Sendable, Hashable {
        /// What was asked, all messages in one text.
        public let prompt: String
        /// Answers that would be right; empty where scorers need none.
        public let expected: [String]
        /// What was answered (of several votes the one that counts), tool calls written out; `nil`: no answer.
        public let answer: String?

        /// Puts texts together.
        public init(prompt: String, expected: [String], answer: String?) {
            self.prompt = prompt
            self.expected = expected
            self.answer = answer
        }
    }

    /// The run's name, as `sallyport evaluate report` takes it.
    public let id: String
    /// The suite's name.
    public let suite: String
    /// When it began, RFC 3339 in UTC, such as `2026-11-23T20:16:00Z`.
    public let startedAt: String
    /// What all chance followed from.
    public let seed: UInt64
    /// The digest of the policies that the gateway went by, in hexadecimal; empty: not known.
    public let policyHash: String
    /// How far it came.
    public let state: State
    /// The cases, in the suite's order.
    public let cases: [Case]
    /// The candidates, in the order of the command line; the baseline is the first unless it is named otherwise.
    public let contestants: [Contestant]
    /// The place of the baseline among the candidates; 0 where it was not named.
    public let baseline: Int
    /// Looks up the texts of a candidate and a case, by their places; `nil` where they are not kept.
    public let texts: @Sendable (_ contestant: Int, _ test: Int) -> Texts?

    /// Puts a run together. A `baseline` that is no place counts as 0.
    public init(
        id: String, suite: String, startedAt: String, seed: UInt64, policyHash: String, state: State, cases: [Case],
        contestants: [Contestant], baseline: Int = 0,
        texts: @escaping @Sendable (_ contestant: Int, _ test: Int) -> Texts?
    ) {
        self.id = id
        self.suite = suite
        self.startedAt = startedAt
        self.seed = seed
        self.policyHash = policyHash
        self.state = state
        self.cases = cases
        self.contestants = contestants
        self.baseline = contestants.indices.contains(baseline) ? baseline : 0
        self.texts = texts
    }
}
