import Inference
import Limits
import Rollout

/// What rollouts' own requests cost on this day.
struct OwnSpend: Sendable {
    private var nanoUSD: [String: Int64] = [:]

    /// Asks where limits are counted; may block.
    init(_ states: [RolloutState], _ limits: GatewayLimits) {
        var rules = AttemptLimits()
        for state in states {
            let spends: [(OwnRequest.Kind, Int64?)] = [
                (.shadow, state.plan.shadow?.maximumNanoUSD), (.judge, state.plan.judging?.maximumNanoUSD),
            ]
            for case (let kind, let most?) in spends {
                rules.rollouts[OwnRequest.scope(state.plan.name, kind).name] = AttemptRule(
                    perDay: Money(nanoUSD: most))
            }
        }
        guard !rules.rollouts.isEmpty else { return }
        for line in limits.lines(rules) { nanoUSD[line.scope.name] = line.spent }
    }

    /// Nano-USD, with what is under way; `nil` where a rollout has none of the kind.
    func of(_ rollout: String, _ kind: OwnRequest.Kind) -> Int64? {
        nanoUSD[OwnRequest.scope(rollout, kind).name]
    }
}
