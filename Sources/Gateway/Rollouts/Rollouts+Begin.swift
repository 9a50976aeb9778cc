import Cryptography
import Logging
import Rollout
import Synchronization

/// The hash of the policies in force, for who records things from a thread of its own.
final class CurrentPolicySet: Sendable {
    private let hash: Mutex<String>

    init(_ hash: String) { self.hash = Mutex(hash) }

    var value: String {
        get { hash.withLock { $0 } }
        set { hash.withLock { $0 = newValue } }
    }
}

extension Rollouts {
    /// Goes on as a configuration says. Blocks.
    static func begin(
        _ configuration: GatewayConfiguration, master: SymmetricKey, ledger: GatewayLedger, current: CurrentPolicySet,
        logger: Logger
    ) throws -> Rollouts {
        let journal = RolloutJournal(directory: configuration.rollouts.directory)
        let log: any RolloutLog =
            try configuration.limitState.redis.map { try SharedRolloutLog(journal, $0.server) } ?? journal
        let rollouts = try Rollouts(
            log, master: master, ledger: ledger, ledgerDirectory: configuration.ledger.directory, logger: logger,
            policySet: current)
        rollouts.adopt(configuration.rollouts.plans)
        return rollouts
    }

    /// Takes over what a new set says.
    func adopt(_ set: ActiveSet) {
        policySet.value = set.policySet
        adopt(set.configuration.rollouts.plans)
    }
}
