public import Inference

/// One model of one provider that may serve an alias.
public struct RouteCandidate: Hashable, Sendable {
    /// Where it is; in an alias with a pattern, a model `*` stands for the rest of the name that the caller used.
    public var destination: Destination
    /// What it costs; `nil`: unknown, which is never taken for free.
    public var price: TokenPrice?
    /// The most tokens of a prompt; `nil`: unknown.
    public var contextWindow: Int?
    /// The most tokens of an answer; `nil`: unknown.
    public var maximumOutput: Int?
    /// What it can do beyond text; `nil`: unknown, which is taken for everything.
    public var capabilities: ModelCapabilities?
    /// Where its provider computes; `nil`: unknown.
    public var region: String?
    /// Its share under `weighted`; 0: only if no other is left.
    public var weight: Int
    /// How many requests may be under way there at a time; `nil`: any number.
    public var maximumConcurrent: Int?
    /// Candidates of an alias with the same number are the same model at several providers; `nil`: it stands alone.
    public var replicaSet: Int?

    /// Describes a candidate.
    public init(
        destination: Destination, price: TokenPrice? = nil, contextWindow: Int? = nil, maximumOutput: Int? = nil,
        capabilities: ModelCapabilities? = nil, region: String? = nil, weight: Int = 1, maximumConcurrent: Int? = nil,
        replicaSet: Int? = nil
    ) {
        self.destination = destination
        self.price = price
        self.contextWindow = contextWindow
        self.maximumOutput = maximumOutput
        self.capabilities = capabilities
        self.region = region
        self.weight = weight
        self.maximumConcurrent = maximumConcurrent
        self.replicaSet = replicaSet
    }

    /// The cost of a request by estimate, or of a usage as it was counted; `nil` where the price is unknown.
    public func cost(of usage: TokenUsage) -> Money? { usage.hasOtherRates ? nil : price?.cost(of: usage) }
}
