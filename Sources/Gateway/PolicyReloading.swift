import Identity
import Ledger
import Logging
import SecureTransport
import Synchronization

/// Takes changed policies over while the gateway serves: the whole set or nothing of it. Used on the main thread only.
struct PolicyReloading {
    /// Between two looks at the files. A change is taken over once two looks agree on it, so within twice this and the time that
    /// reading takes.
    static let pauseNanoseconds = 200_000_000
    /// Looks a second.
    static let pausesPerSecond = 5

    private let server: GatewayServer
    private let parts: GatewayServer.Parts
    private var watch: FileWatch

    /// `watch` was begun before the configuration in force was read.
    init(
        _ server: GatewayServer, _ parts: GatewayServer.Parts, _ configuration: GatewayConfiguration, _ watch: FileWatch
    ) {
        self.server = server
        self.parts = parts
        self.watch = watch
    }

    /// Does what became necessary since the last look.
    mutating func look() {
        let waiting = parts.pipeline.condition.takeWaiting()
        if !waiting.isEmpty {
            let outcome = reload(.request)
            for answer in waiting { answer(outcome) }
        }
        if watch.hasChanged() { reload(.files) }
    }

    /// Reads everything again: all of it is in force afterwards, or, with an error anywhere, nothing of it.
    @discardableResult
    mutating func reload(_ trigger: LedgerEntry.Reload.Trigger) -> PolicyCondition.Outcome {
        let old = parts.pipeline.activeSet
        let files = ReadFiles()
        do {
            let configuration = try FileWatch.settled(old.configuration.policySet.paths) {
                try ConfigurationLoader.load(path: server.path, environment: server.environment) {
                    path throws(ConfigurationFileError) in
                    files.note(path)
                    return try ConfigurationFiles.read(path)
                }
            }
            watch = FileWatch(configuration.policySet.paths, after: watch)
            if trigger == .files, configuration.policySet == old.configuration.policySet,
                parts.pipeline.condition.trouble == nil
            {
                // Written again with the same content, or read already by a reload that came first.
                return .inForce(old)
            }
            return .inForce(try adopt(configuration, trigger))
        } catch {
            let trouble = "\(error)"
            // Whatever was looked at may be what gets mended.
            watch = FileWatch(files.paths + old.configuration.policySet.paths, after: watch)
            parts.metrics.reloaded("failed")
            record(trigger, isInForce: false, before: old)
            if parts.pipeline.condition.note(trouble) || trigger != .files {
                server.logger.error("reload failed, the old set stays in force", metadata: ["error": "\(trouble)"])
            }
            return .refused(trouble)
        }
    }

    private func adopt(
        _ configuration: GatewayConfiguration, _ trigger: LedgerEntry.Reload.Trigger
    ) throws -> ActiveSet {
        let old = parts.pipeline.activeSet
        let keys = try KeyFile.readRegister(configuration.keys.file)
        let new = try ActiveSet(
            configuration, keys: keys, master: MasterKey(key: parts.master, generation: old.generation),
            succeeding: old)
        try parts.tls.reload(configuration.tls)
        parts.pipeline.adopt(new)
        parts.rollouts.adopt(new)
        server.recordKeyChanges(new, parts)
        parts.metrics.reloaded("ok")
        let isMended = parts.pipeline.condition.note(nil)
        record(trigger, isInForce: true, before: old)
        server.logger.info(
            isMended ? "reloaded, the policies are good again" : "reloaded",
            metadata: [
                "policy_set": "\(new.policySet.prefix(12))", "before": "\(old.policySet.prefix(12))",
                "keys": "\(keys.records.count)",
            ])
        return new
    }

    private func record(_ trigger: LedgerEntry.Reload.Trigger, isInForce: Bool, before: ActiveSet) {
        let set = parts.pipeline.activeSet
        parts.ledger.append(
            .reload(
                LedgerEntry.Reload(
                    time: LedgerTime(milliseconds: Clock.epochMilliseconds()), isInForce: isInForce,
                    policySet: set.policySet, policySetBefore: before.policySet, trigger: trigger, keys: set.keys.count)
            ))
    }
}

/// Which files a reading asked for.
private final class ReadFiles {
    private(set) var paths: [String] = []

    func note(_ path: String) {
        if !paths.contains(path) { paths.append(path) }
    }
}
