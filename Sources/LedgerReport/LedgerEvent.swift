public import Ledger

/// An attempt to send, or a denial, as the index knows it: one row of `audit query`.
public struct LedgerEvent: Hashable, Sendable {
    /// Values of one class that stood in one place and left in one way.
    public struct Finding: Hashable, Sendable {
        /// The kind of data, such as `email`.
        public let dataClass: String
        /// Where: `system`, `user` …
        public let place: String
        /// How they left: `raw`, `surrogate` …; empty for denials, of which nothing left.
        public let treatment: String
        /// How many.
        public let count: Int

        /// Puts it together.
        public init(dataClass: String, place: String, treatment: String, count: Int) {
            self.dataClass = dataClass
            self.place = place
            self.treatment = treatment
            self.count = count
        }
    }

    /// Where an attempt went.
    public struct Place: Hashable, Sendable {
        /// The provider of `sallyport.yaml`.
        public let provider: String
        /// The provider's own name of the model.
        public let model: String
        /// Where the provider computes; empty where nothing says so.
        public let region: String
        /// Whether it is the operator's own.
        public let isInternal: Bool

        /// Puts it together.
        public init(provider: String, model: String, region: String, isInternal: Bool) {
            self.provider = provider
            self.model = model
            self.region = region
            self.isInternal = isInternal
        }
    }

    /// How an attempt ended.
    public struct Result: Hashable, Sendable {
        /// The word of the ledger, `completed` …
        public var outcome = ""
        /// The upstream's HTTP status.
        public var status: Int?
        /// Tokens of the prompt.
        public var input: Int?
        /// Those of them that came from a cache.
        public var cachedInput: Int?
        /// Tokens of the answer.
        public var output: Int?
        /// Nano-USD.
        public var nanoUSD: Int64?
        /// Microseconds to the first byte.
        public var firstByteMicroseconds: Int64?
        /// Microseconds to the end.
        public var totalMicroseconds: Int64?
        /// Bytes of body sent to the upstream.
        public var bytesSent: Int?

        /// Nothing known yet.
        public init() {}
    }

    /// Whose ledger it stands in: the folder, where several are asked.
    public var ledger = ""
    /// The log, and the entry's index in it.
    public var log = 0
    /// The entry's index in its log.
    public var sequence: UInt64 = 0
    /// When.
    public var time = LedgerTime(milliseconds: 0)
    /// Whether something left.
    public var decision = LedgerFilter.Decision.permitted
    /// Of a denial: why.
    public var reason = ""
    /// `req_…`.
    public var request = ""
    /// Which attempt of the request, from 1; 0 for denials.
    public var attempt = 0
    /// The principal's tenant.
    public var tenant = ""
    /// The principal's name.
    public var principal = ""
    /// The principal's teams.
    public var teams: [String] = []
    /// The caller's address.
    public var client = ""
    /// `chat`, `embeddings` …
    public var operation = ""
    /// The model asked for.
    public var model = ""
    /// Where it went; `nil` for denials.
    public var destination: Place?
    /// `raw`, `pseudonymised`, `redacted`; empty for denials.
    public var form = ""
    /// How it was chosen among the destinations that policy permits: `balanced`, `cheapest` …; empty for denials, and where no entry says.
    public var strategy = ""
    /// The policies that decided.
    public var policies: [String] = []
    /// Of a denial: the status of our answer.
    public var status: Int?
    /// What was found.
    public var findings: [Finding] = []
    /// How it ended; `nil` while that is not recorded.
    public var result: Result?

    /// An empty row, to be filled in.
    public init() {}
}
