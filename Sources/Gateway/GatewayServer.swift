import Access
import Cryptography
import Glibc
import Identity
import Inference
import Ledger
import LedgerStore
import LedgerVault
import Logging
import NIOCore
import NIOPosix
import Routing
import SecureTransport
import Synchronization
import Upstream

/// The whole gateway of one process: puts the rooms together, serves, reloads when policies change and on SIGHUP, drains on SIGTERM.
public final class GatewayServer: Sendable {
    /// This version, for the ledger and `--version`.
    public static let version = "0.1.0"

    /// What a gateway that serves consists of.
    struct Parts: Sendable {
        let group: MultiThreadedEventLoopGroup
        let tls: TLSServerContext
        let pipeline: RequestPipeline
        let service: GatewayService
        let listener: Listener
        let ledger: GatewayLedger
        let keyJournal: KeyJournal
        let vault: GatewayVault
        let limits: GatewayLimits
        let cache: GatewayCache
        let rollouts: Rollouts
        let engines: [UpstreamEngine]
        let workers: BodyWorkers
        let master: SymmetricKey
        let metrics: Metrics
        let relay: GatewayRelay
        let monitor: TrafficMonitor
        let pages: ExposurePages
    }

    let path: String
    let environment: [String: String]
    let logger: Logger
    private let isDraining = Atomic<Bool>(false)

    /// Prepares a gateway from a configuration file; `run` does everything else.
    public init(configuration path: String, environment: [String: String]) {
        self.path = path
        self.environment = environment
        logger = Logger(label: "sallyport")
    }

    /// Serves until SIGTERM or SIGINT, then drains. Call on the main thread, before any other thread exists: signals are
    /// taken by it alone. `introduce` is told where it serves, once it does.
    public func run(introduce: (GatewayConfiguration) throws -> Void = { _ in }) throws {
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&signals, signal) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        signal(SIGPIPE, SIG_IGN)

        let configuration = try ConfigurationLoader.load(path: path, environment: environment)
        // Taken before the keys are read: what changes meanwhile is read twice rather than missed.
        let watch = FileWatch(configuration.policySet.paths)
        var keyStamp = KeyFile.stamp(configuration.keys.file)
        var masterStamp = KeyFile.stamp(configuration.keys.masterKey)
        let parts = try start(configuration)
        try introduce(configuration)
        var policies = PolicyReloading(self, parts, configuration, watch)
        var vault = VaultTending(parts.vault, logger: logger)
        var prober = Prober(parts.pipeline, parts.service)
        var canaries = CanaryAsker(parts.pipeline, parts.service, logger: logger)
        var pause = timespec(tv_sec: 0, tv_nsec: PolicyReloading.pauseNanoseconds)
        var pauses = 0
        while true {
            switch sigtimedwait(&signals, nil, &pause) {
            case SIGTERM, SIGINT:
                drain(parts, &signals)
                return
            case SIGHUP:
                policies.reload(.signal)
            default:
                policies.look()
                pauses += 1
                guard pauses % PolicyReloading.pausesPerSecond == 0 else { continue }
                parts.ledger.recordTally()
                parts.limits.tick()
                prober.tick()
                canaries.tick()
                if parts.ledger.trouble == nil { note(parts.keyJournal) { try $0.look() } }
                vault.look(
                    parts.ledger, keeping: parts.pipeline.activeSet.configuration.payloads.keepMilliseconds)
                parts.pipeline.activeSet.tokens?.tick()
                let stamp = KeyFile.stamp(parts.pipeline.activeSet.configuration.keys.file)
                if stamp != keyStamp, reloadKeys(parts) { keyStamp = stamp }
                let current = KeyFile.stamp(configuration.keys.masterKey)
                if current != masterStamp {
                    masterStamp = current
                    rotateKeys(parts, configuration.keys.masterKey)
                }
            }
        }
    }

    // MARK: - Start

    private func start(_ configuration: GatewayConfiguration) throws -> Parts {
        let master = try KeyFile.readMaster(configuration.keys.masterKey, makes: true)
        let keys = try KeyFile.readRegister(configuration.keys.file)
        let activeSet = try ActiveSet(configuration, keys: keys, master: master)
        let tls = try TLSServerContext(configuration.tls)
        for note in configuration.notes + PolicyNotes.notes(activeSet.access, configuration) + tls.warnings {
            logger.notice("\(note)")
        }
        if keys.records.isEmpty {
            logger.notice("there is no API key yet: `sallyport keys create --principal NAME --team TEAM` makes one")
        }

        let loopCount = configuration.eventLoops ?? GatewayConfiguration.defaultEventLoops(cores: System.coreCount)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: loopCount)
        let loops = Array(group.makeIterator())
        let vault = try GatewayVault(configuration.ledger)
        let relay = try GatewayRelay(configuration.relay, logger: logger)
        for path in [configuration.ledger.directory, configuration.ledger.remembered] {
            try KeyFile.makeFolder(of: path)
        }
        var storeSettings = try LedgerStoreSettings(configuration.ledger, makesKey: true)
        storeSettings.cosigner = relay.witnesses
        let store = try LedgerStore.open(
            storeSettings,
            start: LedgerEntry.Start(
                time: LedgerTime(milliseconds: Clock.epochMilliseconds()), version: Self.version,
                policySet: activeSet.policySet))
        if let cut = store.cut {
            logger.warning(
                "the ledger's last record was cut: it was being written when the gateway ended, or the power went with it",
                metadata: ["place": "\(cut.place)", "bytes": "\(cut.bytes)"])
        }
        try relay.begin(directory: configuration.ledger.directory)
        let ledger = GatewayLedger(store: store, loops: loops, logger: logger)
        let keyJournal = KeyJournal(directory: configuration.ledger.directory)
        Self.record(activeSet, keyJournal, ledger)

        // Asked now, issuers of tokens have mostly answered when the first token comes.
        activeSet.tokens?.tick()
        let metrics = Metrics()
        let monitor = try TrafficMonitor(configuration.monitoring, logger: logger)
        let workers = BodyWorkers(threads: max(1, System.coreCount - loopCount))
        var engines: [UpstreamEngine] = []
        var forwarders: [ObjectIdentifier: Forwarder] = [:]
        for loop in loops {
            let engine = try UpstreamEngine()
            try engine.start()
            engines.append(engine)
            forwarders[ObjectIdentifier(loop)] = Forwarder(engine: engine, loop: loop, workers: workers)
        }
        let limits = try GatewayLimits.begin(configuration, logger: logger)
        let cache = try GatewayCache(configuration.cache, logger: logger)
        let current = CurrentPolicySet(activeSet.policySet)
        let rollouts = try Rollouts.begin(
            configuration, master: master.key, ledger: ledger, current: current, logger: logger)
        let pipeline = RequestPipeline(
            activeSet: activeSet, ledger: ledger, vault: vault, limits: limits, cache: cache, rollouts: rollouts,
            metrics: metrics,
            monitor: monitor, logger: logger, forwarders: forwarders,
            workers: workers, inspectionTimeout: configuration.limits.inspectionTimeout)
        let seed = try SecureRandom.bytes(16).withUnsafeBytes {
            ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        let bodies = BodyBudget(limit: configuration.limits.bodiesInFlight)
        let service = GatewayService(
            pipeline: pipeline, metrics: metrics, limits: configuration.limits, bodies: bodies,
            identifiers: RequestIdentifiers(high: seed.0, low: seed.1), loops: loops, tls: tls)
        let listener = Listener(group: group, tls: tls, limits: configuration.limits, service: service)
        // What is spent from now on the router hears itself.
        let (began, day) = (Clock.epochMilliseconds(), Int(Clock.epochSeconds() / 86_400))
        let port = try listener.start(address: configuration.listen.address, port: configuration.listen.port)

        let pages = ExposurePages(directory: configuration.ledger.directory, logger: logger)
        let proofs = OperatorProofs(try OperatorProof(master: master.key), at: Clock.epochMilliseconds())
        pages.costs(
            from: LedgerTime(milliseconds: Int64(day) * 86_400_000), before: LedgerTime(milliseconds: began), on: group
        ) { spent in pipeline.routing.withLock { $0.add(spent: spent, day: day) } }
        let admin = AdminServer(
            group: group,
            readiness: {
                AdminServer.Reasons(
                    notReady: (self.isDraining.load(ordering: .relaxed) ? ["draining"] : [])
                        + [ledger.trouble, pipeline.vaultTrouble, pipeline.limitTrouble].compactMap(\.self),
                    degraded: [
                        pipeline.condition.trouble, ledger.sequencingTrouble, relay.trouble, limits.degradation,
                        cache.trouble, rollouts.trouble.map { "rollouts stay as they are: \($0)" },
                    ]
                    .compactMap(\.self))
            },
            exposition: {
                metrics.exposition(
                    connections: listener.openConnections, bodyBytes: bodies.heldBytes, waitingBodies: workers.waiting,
                    ledgerHealthy: ledger.trouble == nil, policySet: pipeline.activeSet.policySet,
                    policiesDegraded: pipeline.condition.trouble != nil, relay: relay, cache: cache,
                    monitor: monitor, rollouts: rollouts)
            },
            limits: {
                let set = pipeline.activeSet.configuration
                return limits.standing(set.attemptLimits, tenants: set.principals.allTenants)
            },
            pages: pages,
            models: { path, query in
                // A copy, so that no request waits while the report is written.
                let book = pipeline.routing.withLock { $0 }
                return ModelsReport.answer(path, query, pipeline.activeSet.configuration, book)
            }, monitor: monitor,
            rollouts: RolloutsAnswering(rollouts: rollouts, limits: limits, proofs: proofs) { pipeline.activeSet })
        monitor.begin()
        try admin.start(address: configuration.admin.address, port: configuration.admin.port)
        logger.info(
            "serving",
            metadata: [
                "address": "\(configuration.listen.address):\(port)",
                "admin": "\(configuration.admin.address):\(configuration.admin.port)", "event_loops": "\(loopCount)",
                "policy_set": "\(activeSet.policySet.prefix(12))", "keys": "\(keys.records.count)",
            ])
        return Parts(
            group: group, tls: tls, pipeline: pipeline, service: service, listener: listener, ledger: ledger,
            keyJournal: keyJournal,
            vault: vault, limits: limits, cache: cache, rollouts: rollouts, engines: engines, workers: workers,
            master: master.key,
            metrics: metrics,
            relay: relay, monitor: monitor,
            pages: pages)
    }

    // MARK: - Reload

    /// Reads the API keys again, which `sallyport keys` changes while we serve; false where they could not be read.
    private func reloadKeys(_ parts: Parts) -> Bool {
        let old = parts.pipeline.activeSet
        do {
            let new = ActiveSet(old, keys: try KeyFile.readRegister(old.configuration.keys.file))
            parts.pipeline.adopt(new)
            recordKeyChanges(new, parts)
            logger.info("keys read again", metadata: ["keys": "\(new.keys.count)"])
            return true
        } catch {
            logger.error("keys not read, the old ones stay in force", metadata: ["error": "\(error)"])
            return false
        }
    }

    /// Takes over the generation of tenants' keys that `sallyport keys rotate` put in force. What is under way keeps its set.
    private func rotateKeys(_ parts: Parts, _ path: String) {
        let old = parts.pipeline.activeSet
        do {
            let master = try KeyFile.readMaster(path, makes: false)
            guard old.derives(from: master) else {
                logger.error("another master key was put in place, the old one stays in force until a restart")
                return
            }
            guard master.generation != old.generation else { return }
            let new = ActiveSet(old, generation: master.generation)
            parts.pipeline.adopt(new)
            recordKeyChanges(new, parts)
            logger.info("keys rotated", metadata: ["generation": "\(master.generation)"])
        } catch {
            logger.error("master key not read, the old generation stays in force", metadata: ["error": "\(error)"])
        }
    }

    /// Records what became of keys since they were last recorded.
    func recordKeyChanges(_ set: ActiveSet, _ parts: Parts) { Self.record(set, parts.keyJournal, parts.ledger) }

    private static func record(_ set: ActiveSet, _ journal: KeyJournal, _ ledger: GatewayLedger) {
        let now = LedgerTime(milliseconds: Clock.epochMilliseconds())
        for entry in journal.changes(set.records, generation: set.generation, at: now) { ledger.append(entry) }
    }

    private func note(_ journal: KeyJournal, _ write: (KeyJournal) throws -> Void) {
        do {
            try write(journal)
        } catch {
            logger.error("what the ledger knows of keys is not kept", metadata: ["error": "\(error)"])
        }
    }

    // MARK: - Stop

    /// Takes nothing new, lets what is under way finish, and ends; a second signal ends at once.
    private func drain(_ parts: Parts, _ signals: inout sigset_t) {
        isDraining.store(true, ordering: .relaxed)
        logger.info("draining", metadata: ["in_flight": "\(parts.metrics.inFlight)"])
        parts.listener.drain()
        let limit = UInt64(parts.pipeline.activeSet.configuration.drainMilliseconds) * 1_000_000
        let end = Clock.monotone() + limit
        var pause = timespec(tv_sec: 0, tv_nsec: 20_000_000)
        while parts.metrics.inFlight > 0 || parts.listener.openConnections > 0, Clock.monotone() < end {
            let signal = sigtimedwait(&signals, nil, &pause)
            if signal == SIGTERM || signal == SIGINT { break }
        }
        parts.listener.closeAll()
        for engine in parts.engines { engine.stop() }
        // What ended just now settles on the event loops; then the last entry can be written.
        while parts.metrics.inFlight > 0 || parts.metrics.inPipeline > 0, Clock.monotone() < end + 1_000_000_000 {
            usleep(5_000)
        }
        parts.workers.stop()
        parts.vault.vault.close()
        parts.monitor.end()
        parts.rollouts.close()
        parts.limits.close()
        parts.cache.close()
        let isRecorded = parts.ledger.trouble == nil
        parts.ledger.close(reason: "signal")
        parts.pages.stop()
        if isRecorded { note(parts.keyJournal) { try $0.close() } }
        parts.relay.end()
        try? parts.group.syncShutdownGracefully()
        logger.info("stopped")
    }
}
