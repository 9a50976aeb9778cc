import Inference
import Rollout
import Routing
import Statistics

/// Which part a request has in the rollout of its alias.
struct RolloutPart: Sendable {
    let rollout: Rollouts.Active
    /// The tried candidate's index in the alias.
    let index: Int
    /// Whether the alias has it by itself.
    let isOwn: Bool
    /// In which arm it is; `nil`: in none, since the candidate may not have it, or is not to be tried on it.
    var arm: Arm?
    /// Whether the tried candidate is asked the same when the request is over, and its answer dropped.
    var isMirrored = false
    /// Whether its outcome is known, so that further attempts say nothing.
    var isCounted = false

    /// The tried candidate.
    var destination: Destination { rollout.plan.destination }

    /// What the caller and the ledger are told.
    var mark: String? {
        arm.map { "\(rollout.plan.name); arm=\($0 == .treatment ? "canary" : "control")" }
    }

    /// Whether the text of answers is looked at.
    var needsText: Bool {
        arm != nil && rollout.plan.needsText
    }
}
