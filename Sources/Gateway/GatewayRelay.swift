import LedgerRelay
import LedgerStore
import Logging
import Synchronization

/// What becomes of the ledger beyond this machine while the gateway serves: witnesses, streams, copies. Nothing of it can
/// slow a request.
final class GatewayRelay: Sendable {
    /// Who cosigns checkpoints; `nil` for nobody.
    let witnesses: LedgerWitnesses?
    private let settings: RelaySettings
    private let log: RelayLog
    private let relay = Mutex<LedgerRelay?>(nil)

    init(_ settings: RelaySettings, logger: Logger) throws {
        self.settings = settings
        log = RelayLog { level, line in
            switch level {
            case .info: logger.info("\(line)")
            case .warning: logger.warning("\(line)")
            }
        }
        witnesses =
            settings.witnesses.isEmpty
            ? nil : try LedgerWitnesses(settings.witnesses, quorum: settings.quorum, log: log)
    }

    /// Begins to follow the ledger in a folder, which must be open.
    func begin(directory: String) throws {
        guard settings.copyInterval != nil || !settings.streams.isEmpty else { return }
        let begun = LedgerRelay(try LedgerFolder(directory), settings, log: log)
        relay.withLock { $0 = begun }
    }

    /// How each stream, copy and witness is doing.
    var conditions: [RelayCondition] {
        (relay.withLock { $0 }?.conditions ?? []) + (witnesses?.conditions ?? [])
    }

    /// Why the ledger counts for less than it should beyond this machine; `nil` if all is well.
    var trouble: String? { witnesses?.trouble }

    /// Brings away what there is, as far as a short time allows, and ends. Call when the ledger is closed.
    func end() {
        witnesses?.end()
        relay.withLock { $0.take() }?.end()
    }

    /// The metrics of it, in the text format of Prometheus.
    func append(to text: inout Exposition) {
        let conditions = conditions
        guard !conditions.isEmpty else { return }
        func family(_ name: String, _ type: String, _ help: String, _ value: (RelayCondition) -> String?) {
            text.family(name, type, help)
            for condition in conditions {
                guard let value = value(condition) else { continue }
                text.sample(name, [("name", condition.name), ("kind", condition.kind)], value)
            }
        }
        family("sallyport_ledger_relay_up", "gauge", "1 while the last try to bring the ledger there succeeded.") {
            $0.isWell.map { $0 ? "1" : "0" }
        }
        family("sallyport_ledger_relay_lag_entries", "gauge", "Sequenced entries that have not arrived there.") {
            "\($0.lag)"
        }
        family("sallyport_ledger_relay_lag_seconds", "gauge", "Age of the oldest entry that has not arrived there.") {
            $0.kind == "witness" || $0.kind == "copy" ? nil : "\($0.lagSeconds)"
        }
        family("sallyport_ledger_relay_delivered", "gauge", "Entries that have arrived; of streams since the start.") {
            "\($0.delivered)"
        }
        family("sallyport_ledger_relay_refused_total", "counter", "Entries that the receiver refused for good.") {
            "\($0.refused)"
        }
        family("sallyport_ledger_relay_failures_total", "counter", "Tries that failed.") { "\($0.failures)" }
    }
}
