/// Where it is kept what `policies/limits.yaml` counts: the section `limit_state` of `sallyport.yaml`.
public struct LimitStateSettings: Hashable, Sendable {
    /// The file of a gateway that counts by itself.
    public let file: String
}
