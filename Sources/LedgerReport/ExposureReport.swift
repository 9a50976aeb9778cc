public import Ledger

/// The figures of `sallyport audit report` and of the exposure page: what left, where to, in which form, for whom.
///
/// All counts are of entries that match the filter. An attempt is one intent; attempts that no connection came about for
/// (`unreachable`) left nothing, so that they count in `attempts` and `outcomes`, but not as exposure.
public struct ExposureReport: Sendable {
    /// Values of one class that went to one destination in one way.
    public struct Exposure: Hashable, Sendable {
        /// The kind of data; `unscannable` for parts that no detector can read.
        public let dataClass: String
        /// The provider.
        public let provider: String
        /// The provider's name of the model.
        public let model: String
        /// Whether the destination is the operator's own.
        public let isInternal: Bool
        /// How they left.
        public let treatment: String
        /// In how many attempts.
        public let attempts: Int
        /// How many values.
        public let values: Int
    }

    /// What one principal sent.
    public struct Caller: Hashable, Sendable {
        /// The tenant.
        public let tenant: String
        /// The name.
        public let principal: String
        /// Intents.
        public var attempts = 0
        /// Denials.
        public var denied = 0
        /// Values found in what left, and how many of them left as they are.
        public var values = 0
        /// Values that left as they are.
        public var rawValues = 0
        /// Tokens of prompts and answers together.
        public var tokens = 0
        /// Nano-USD.
        public var nanoUSD: Int64 = 0
    }

    /// What happened in one hour or day.
    public struct Moment: Hashable, Sendable {
        /// The beginning of the hour or day, UTC.
        public let time: LedgerTime
        /// Intents.
        public var attempts = 0
        /// Denials.
        public var denied = 0
        /// Values that left as they are.
        public var rawValues = 0
        /// Values that left otherwise.
        public var treatedValues = 0
    }

    /// How long a point of the trend is.
    public enum TrendUnit: String, Hashable, Sendable {
        /// Up to three days are told by the hour.
        case hour
        /// Anything longer by the day.
        case day

        /// Milliseconds.
        public var milliseconds: Int64 { self == .hour ? 3_600_000 : 86_400_000 }
    }

    /// How often one policy decided.
    public struct Policy: Hashable, Sendable {
        /// Its identifier.
        public let name: String
        /// Attempts that it permitted.
        public var permitted = 0
        /// Denials that it had a part in.
        public var denied = 0
    }

    /// A word and how often it stands.
    public struct Count: Hashable, Sendable {
        /// The word.
        public let name: String
        /// How often.
        public let count: Int

        /// Puts it together.
        public init(name: String, count: Int) {
            self.name = name
            self.count = count
        }
    }

    /// The 50th and 95th percentile by nearest rank: a value that was measured, of which so many percent are not above it.
    public struct Percentiles: Hashable, Sendable {
        /// How many measurements.
        public let count: Int
        /// Microseconds.
        public let p50: Int64
        /// Microseconds.
        public let p95: Int64
    }

    /// What one model of one provider was used for.
    public struct Model: Hashable, Sendable {
        /// The provider.
        public let provider: String
        /// The provider's name of the model.
        public let model: String
        /// Whether it is the operator's own.
        public let isInternal: Bool
        /// Intents.
        public var attempts = 0
        /// Tokens of prompts.
        public var input = 0
        /// Those of them from a cache.
        public var cachedInput = 0
        /// Tokens of answers.
        public var output = 0
        /// Nano-USD.
        public var nanoUSD: Int64 = 0
        /// Results without a known price.
        public var unpriced = 0
        /// To the first byte.
        public var firstByte: Percentiles?
        /// To the end.
        public var total: Percentiles?
    }

    /// Sums over everything.
    public struct Totals: Hashable, Sendable {
        /// Requests of which at least one attempt matches.
        public var requests = 0
        /// Intents.
        public var attempts = 0
        /// Denials.
        public var denied = 0
        /// Different principals.
        public var principals = 0
        /// Values that left as they are.
        public var rawValues = 0
        /// Values that left otherwise.
        public var treatedValues = 0
        /// Tokens of prompts.
        public var input = 0
        /// Those of them from a cache.
        public var cachedInput = 0
        /// Tokens of answers.
        public var output = 0
        /// Nano-USD.
        public var nanoUSD: Int64 = 0
        /// Results without a known price.
        public var unpriced = 0
        /// Intents whose end is not recorded (yet).
        public var open = 0
        /// Requests that were answered from the cache: nothing of them left, and they count in no other figure but
        /// `outcomes` and what policies decided.
        public var cached = 0
    }

    /// What was asked.
    public var filter = LedgerFilter()
    /// The ledgers' folders, with their numbers of indexed entries.
    public var ledgers: [Count] = []
    /// The first and last matching entry's time; `nil` where nothing matches.
    public var span: ClosedRange<LedgerTime>?
    /// Sums.
    public var totals = Totals()
    /// The exposure matrix: by class, provider, model, treatment.
    public var exposure: [Exposure] = []
    /// Who, those with the most raw values first.
    public var callers: [Caller] = []
    /// How long a point of the trend is.
    public var trendUnit = TrendUnit.hour
    /// By time; hours or days in which nothing happened are there with zeros.
    public var trend: [Moment] = []
    /// The policies, those that decided most often first.
    public var policies: [Policy] = []
    /// Denials by reason, most first.
    public var denials: [Count] = []
    /// How attempts ended, most first.
    public var outcomes: [Count] = []
    /// Failed identifications by reason, most first; empty where the filter asks for more than time.
    public var unidentified: [Count] = []
    /// Requests of known principals that were turned away before policy was asked, by reason; empty where the filter asks for more than time.
    public var refused: [Count] = []
    /// Other entries by kind, such as `reload`; empty where the filter asks for more than time.
    public var acts: [Count] = []
    /// By provider and model.
    public var models: [Model] = []
    /// The gateway's own time: reading, inspecting, authorising and treating, of attempts.
    public var gateway: Percentiles?

    /// An empty report.
    public init() {}
}
