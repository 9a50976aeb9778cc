import ArgumentParser
import Foundation
import Gateway
import Ledger
import LedgerStore
import TransparencyLog

/// `sallyport audit prune`.
struct AuditPrune: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Take entries out that are older than a moment; what is left can be proved as before.",
        discussion: """
            Whole bundles of 256 entries go, from the beginning of each log on, if all their entries are older. The hashes of \
            all entries and the checkpoint stay: the tree verifies, receipts that were given hold, and copies of what is gone \
            can be proved. The log's signing key is needed: it signs a note of what was pruned, so that nobody else can take \
            entries out and call it that. What is to go is checked before; damage is not pruned away. Works beside a gateway \
            that serves.

            Example: sallyport audit prune --before 2026-01-01 --dry-run
            """)

    @OptionGroup var ledger: LedgerOption

    @Option(help: ArgumentHelp("A span such as 400d, or a date or moment in UTC.", valueName: "time"))
    var before: String

    @Flag(help: "Say only what would be pruned.")
    var dryRun = false

    @Flag(help: "One JSON object, for scripts.")
    var json = false

    private struct Report: Encodable {
        struct Part: Encodable {
            let log: Int
            let origin: String
            let first, last: UInt64
            let bytes: Int
        }

        let pruned: Bool
        let logs: [Part]
    }

    func run() throws {
        try ledger.configuration.reporting {
            let now = LedgerTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
            guard let moment = try PolicyReplayVerb.moment(before, "--before", now), moment <= now else {
                throw ValidationError("--before: expected a moment in the past, found `\(before)`")
            }
            let folder = try ledger.only()
            let pruning = try LedgerPruning(directory: folder, before: moment)
            if !dryRun, !pruning.parts.isEmpty {
                let signer = try LedgerStoreSettings(try ledger.settings(), makesKey: false).signer
                try pruning.prune(at: now) { origin in NoteKeyName(origin).flatMap { signer.named($0) } }
            }
            if json {
                let parts = pruning.parts.map {
                    Report.Part(log: $0.log, origin: $0.origin, first: $0.from, last: $0.before - 1, bytes: $0.bytes)
                }
                return print(try JSONLine.text(Report(pruned: !dryRun && !parts.isEmpty, logs: parts)))
            }
            guard !pruning.parts.isEmpty else { return print("\(folder): no whole bundle is older than \(moment)") }
            for part in pruning.parts {
                print(
                    "\(LedgerFolder.name(ofLog: part.log)): entries \(part.from) to \(part.before - 1), \(part.bytes) bytes, "
                        + (dryRun ? "would be pruned" : "are pruned"))
            }
        }
    }
}
