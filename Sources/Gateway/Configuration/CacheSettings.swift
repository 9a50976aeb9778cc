/// Where answers are kept that may be given again: the section `cache` of `sallyport.yaml`. Which answers those are, is said by the aliases
/// of `policies/models.yaml`.
public struct CacheSettings: Sendable {
    /// The kinds of places.
    enum Store: String, CaseIterable {
        /// In this process.
        case memory
        /// In a Redis or Valkey that several gateways share.
        case redis
    }

    /// The most bytes that all answers in memory may have together.
    public var maximumBytes = 64 << 20
    /// The most bytes that one answer may have: a longer one is not kept.
    public var maximumAnswerBytes = 1 << 20
    /// Where several gateways share answers; `nil`: each keeps its own in memory.
    public var redis: RedisServerSettings?
}
