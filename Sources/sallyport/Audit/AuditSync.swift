import ArgumentParser
import Foundation
import Gateway
import LedgerRelay
import LedgerStore

/// `sallyport audit sync`.
struct AuditSync: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract: "Copy the ledger to an S3-compatible store.",
        discussion: """
            Stores what is missing there, the checkpoint last, so that whoever reads the copy always finds a whole log. A \
            copy is only ever moved on: one that is further than this ledger, or other, is left as it is, and the exit code \
            is 1. Store, region and credentials stand in sallyport.yaml (`ledger.sync`). Works beside a gateway that serves.

            Example: sallyport audit sync --to s3://audit/gateway-1
            """)

    @OptionGroup var ledger: LedgerOption

    @Option(
        name: .customLong("to"),
        help: ArgumentHelp("Another place in the configured store.", valueName: "s3://bucket/prefix"))
    var location: String?

    @Flag(help: "One JSON object, for scripts.")
    var json = false

    func run() throws {
        // A store that closes a connection is an error to be told, not the end of this process.
        signal(SIGPIPE, SIG_IGN)
        try ledger.configuration.reporting {
            let settings = try RemoteOption.store(ledger.configuration, location)
            let sync = try LedgerSync(LedgerFolder(try ledger.only()), to: settings)
            let meter = ProgressLine()
            let report = try sync.run { log, done, count in meter.show("\(log): \(done) of \(count) files") }
            meter.clear()
            if json {
                print(try JSONLine.text(Report(to: settings.location, report)))
            } else {
                print("\(settings.location) has \(report.entries) entries of \(report.logs) logs: \(report.summary)")
            }
        }
    }

    private struct Report: Encodable {
        let to: String
        let logs: Int
        let entries: UInt64
        let files, bytes, present, replaced, pruned, removed, kept: Int

        init(to location: String, _ report: LedgerSync.Report) {
            to = location
            (logs, entries, files, bytes) = (report.logs, report.entries, report.files, report.bytes)
            (present, replaced) = (report.present, report.replaced)
            (pruned, removed, kept) = (report.pruned, report.removed, report.kept)
        }
    }
}

extension LedgerSync.Report {
    /// What was done, in words.
    fileprivate var summary: String {
        var parts = [files == 0 ? "nothing was missing" : "stored \(files) files, \(bytes) bytes"]
        if present > 0 { parts.append("\(present) were there already") }
        if replaced > 0 { parts.append("\(replaced) had been changed there and were stored anew") }
        if pruned > 0 { parts.append("\(pruned) bundles were pruned before they were ever copied") }
        if removed > 0 { parts.append("removed \(removed) partial tiles") }
        if kept > 0 { parts.append("left \(kept) partial tiles, which the store did not let go") }
        return parts.joined(separator: ", ")
    }
}

/// How far long work is: one line on standard error that is written over, if it is a terminal, past two seconds.
final class ProgressLine {
    private let start = Date()
    private var last = Date.distantPast
    private var isShown = false

    func show(_ text: @autoclosure () -> String) {
        let now = Date()
        guard now.timeIntervalSince(start) > 2, now.timeIntervalSince(last) > 0.2, isatty(2) == 1 else { return }
        last = now
        isShown = true
        FileHandle.standardError.write(Data("\r\u{1B}[K\(text())".utf8))
    }

    func clear() {
        guard isShown else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
        isShown = false
    }
}
