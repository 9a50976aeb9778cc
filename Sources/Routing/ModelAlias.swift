public import Inference

/// A name by which callers ask for a model, and who may serve it: one entry of `policies/models.yaml`.
public struct ModelAlias: Hashable, Sendable {
    /// In which order candidates are tried.
    public enum Strategy: String, Hashable, Sendable, CaseIterable {
        /// As they are listed.
        case ordered
        /// The one with the least expected cost first; those without a price last.
        case cheapest
        /// The one that is expected to be done first: by time to the first token and tokens a second of late.
        case fastest
        /// The one with the least of cost plus expected time, a second being worth `Terms.secondSaved`.
        case balanced
        /// By lot, each with its weight.
        case weighted
    }

    /// How answers are kept, to be given again.
    public struct Keeping: Hashable, Sendable {
        /// For how long, in milliseconds.
        public let milliseconds: Int64
        /// Whether only for the principal whose request was answered; else for its tenant.
        public let isPerPrincipal: Bool

        /// Puts it together.
        public init(milliseconds: Int64, isPerPrincipal: Bool = false) {
            self.milliseconds = milliseconds
            self.isPerPrincipal = isPerPrincipal
        }
    }

    /// When a second candidate is asked beside the first one, while that is slow; whoever answers first is heard.
    public struct Hedge: Hashable, Sendable {
        /// How long the first one has.
        public enum Patience: Hashable, Sendable {
            /// As long as 95 of 100 requests of its size took there of late.
            case usual
            /// So many nanoseconds.
            case fixed(nanoseconds: UInt64)
        }

        /// How long the first one has until its first token (of a whole answer: until its end).
        public let patience: Patience
        /// What second attempts may cost by estimate, in millionths of what the alias cost of late; where prices are unknown, so many of a
        /// million requests.
        public let costShare: Int

        /// Describes when.
        public init(patience: Patience, costShare: Int) {
            self.patience = patience
            self.costShare = costShare
        }
    }

    /// When a candidate without requests is asked for a few tokens, so that it is known how it is before callers come.
    public struct Probe: Hashable, Sendable {
        /// What it is asked for.
        public enum Kind: String, Hashable, Sendable, CaseIterable {
            case chat
            case embeddings
        }

        /// How long it had no request, in nanoseconds.
        public let after: UInt64
        /// What it is asked for.
        public let kind: Kind

        /// Describes when.
        public init(after: UInt64, kind: Kind) {
            self.after = after
            self.kind = kind
        }
    }

    /// What holds for the choice besides the strategy.
    public struct Terms: Hashable, Sendable {
        /// The strategies that a caller may ask for instead, by the header `x-sallyport-strategy`.
        public var callerStrategies: Set<Strategy> = []
        /// What a second saved is worth under `balanced`.
        public var secondSaved = Money(nanoUSD: 0)
        /// What a request may cost by estimate; a candidate without a price is none then. `nil`: anything.
        public var maximumCost: Money?
        /// Candidates whose first token took longer of late stand behind the others, in nanoseconds; `nil`: none.
        public var maximumFirstToken: UInt64?
        /// Where a candidate has to compute; `nil`: anywhere.
        public var regions: Set<String>?
        /// For how long a conversation stays with the candidate that served it, in nanoseconds, for its provider's cache of prompts; `nil`:
        /// it does not.
        public var affinity: UInt64?
        /// For how long an answer may be given again to who asks the same; `nil`: not at all.
        public var keeping: Keeping?
        /// When a second candidate is asked beside the first one; `nil`: never.
        public var hedge: Hedge?
        /// When candidates without requests are probed; `nil`: never.
        public var probe: Probe?

        /// Nothing holds.
        public init() {}
    }

    /// The name; one that ends in `*` stands for every name that begins with what is before it and goes on.
    public let id: ModelID
    /// In which order candidates are tried.
    public let strategy: Strategy
    /// What holds besides.
    public let terms: Terms
    /// Who may serve it; at least one.
    public let candidates: [RouteCandidate]

    /// Describes an alias.
    public init(id: ModelID, strategy: Strategy, terms: Terms = Terms(), candidates: [RouteCandidate]) {
        self.id = id
        self.strategy = strategy
        self.terms = terms
        self.candidates = candidates
    }

    /// What stands before the `*`; `nil` if the name is no pattern.
    public var patternPrefix: String? { id.rawValue.hasSuffix("*") ? String(id.rawValue.dropLast()) : nil }
}
