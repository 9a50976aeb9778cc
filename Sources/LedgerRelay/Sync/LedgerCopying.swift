internal import LedgerStore

/// Copies a ledger again and again while a gateway serves.
struct LedgerCopying {
    let settings: ObjectStoreSettings
    /// Milliseconds between two copies.
    let interval: Int
    let folder: LedgerFolder
    let record: RelayRecord
    let stop: StopSignal
    let log: RelayLog

    /// Until it is told to stop; asked to come to its end, it makes one last copy.
    func run() {
        var sync: LedgerSync?
        var isLast = false
        while !stop.isSet, !isLast {
            isLast = stop.isAsked
            do {
                let current = try sync ?? LedgerSync(folder, to: settings, stop: stop)
                sync = current
                let report = try current.run()
                record.note { $0.delivered = report.entries }
                if record.succeeded() { log(.info, "copy to \(settings.location): goes on") }
            } catch {
                if (error as? RelayFailure)?.kind == .stopped { return }
                // It remembers what the store has, and may be wrong about it now.
                sync = nil
                if record.failed("\(error)") { log(.warning, "copy to \(settings.location): \(error)") }
            }
            noteLag()
            stop.rest(milliseconds: interval)
        }
    }

    private func noteLag() {
        guard let logs = try? LedgerReader(source: folder).logs else { return }
        let size = logs.reduce(0) { $0 + $1.size }
        record.note { $0.lag = size - min(size, $0.delivered) }
    }
}
