public import Rollout

/// What is tried, as `policies/rollouts.yaml` says, and where it is kept how far it is.
public struct RolloutSettings: Sendable {
    /// The folder; section `rollouts` of `sallyport.yaml`.
    public let directory: String
    /// The rollouts of the file, in its order; none where there is no file.
    public var plans: [RolloutPlan] = []
}
