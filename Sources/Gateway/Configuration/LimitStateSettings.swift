/// Where it is kept what `policies/limits.yaml` counts: the section `limit_state` of `sallyport.yaml`.
public struct LimitStateSettings: Sendable {
    /// The file of what this gateway counts by itself.
    public let file: String
    /// What survives in it of what was spent.
    public let durability: GatewayConfiguration.Durability
    /// Where several gateways count together; `nil`: this one counts by itself.
    public let redis: Redis?

    /// A Redis or Valkey server.
    public struct Redis: Sendable {
        /// Where it is, and how to talk to it.
        public let server: RedisServerSettings
        /// Whether attempts under limits are refused while it can't be asked; else each gateway takes its own share.
        public let isClosed: Bool
        /// How many gateways there are at most, for the share.
        public let gateways: Int
        /// How long an attempt of a gateway that has ended holds its places, in milliseconds.
        public let leaseMilliseconds: Int
    }

    /// What becomes of attempts under limits while Redis can't be asked.
    enum Fail: String, CaseIterable {
        /// They are refused.
        case closed
        /// They take from this gateway's own share.
        case localShare = "local-share"
    }
}
