public import Inference

/// A name by which callers ask for a model, and who may serve it: one entry of `policies/models.yaml`.
public struct ModelAlias: Hashable, Sendable {
    /// In which order candidates are tried.
    public enum Strategy: String, Hashable, Sendable, CaseIterable {
        /// As they are listed.
        case ordered
        /// The one with the least expected cost first; those without a price last.
        case cheapest
        /// The one whose first byte came soonest of late first.
        case fastest
    }

    /// The name; one that ends in `*` stands for every name that begins with what is before it and goes on.
    public let id: ModelID
    /// In which order candidates are tried.
    public let strategy: Strategy
    /// Who may serve it; at least one.
    public let candidates: [RouteCandidate]

    /// Describes an alias.
    public init(id: ModelID, strategy: Strategy, candidates: [RouteCandidate]) {
        self.id = id
        self.strategy = strategy
        self.candidates = candidates
    }

    /// What stands before the `*`; `nil` if the name is no pattern.
    public var patternPrefix: String? { id.rawValue.hasSuffix("*") ? String(id.rawValue.dropLast()) : nil }
}

/// One model of one provider that may serve an alias.
public struct RouteCandidate: Hashable, Sendable {
    /// Where it is; in an alias with a pattern, a model `*` stands for the rest of the name that the caller used.
    public let destination: Destination
    /// What it costs; `nil`: unknown, which is never taken for free.
    public let price: TokenPrice?
    /// The most tokens of a prompt; `nil`: unknown.
    public let contextWindow: Int?
    /// The most tokens of an answer; `nil`: unknown.
    public let maximumOutput: Int?

    /// Describes a candidate.
    public init(
        destination: Destination, price: TokenPrice? = nil, contextWindow: Int? = nil, maximumOutput: Int? = nil
    ) {
        self.destination = destination
        self.price = price
        self.contextWindow = contextWindow
        self.maximumOutput = maximumOutput
    }

    /// The cost of a request by estimate, or of a usage as it was counted; `nil` where the price is unknown.
    public func cost(of usage: TokenUsage) -> Money? { price?.cost(of: usage) }
}
