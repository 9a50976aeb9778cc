import ArgumentParser
import Foundation
import LedgerIndex
import LedgerReport
import PlainText

/// `sallyport audit reindex`.
struct AuditReindex: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reindex",
        abstract: "Make the index anew from the ledger.",
        discussion: """
            The index answers query, report and the exposure page. It proves nothing and holds nothing that the ledger does not \
            hold: deleting it is safe. Works beside a gateway that serves.

              sallyport audit reindex
            """)

    @OptionGroup var index: IndexOption

    @Flag(help: "One JSON object for each ledger.")
    var json = false

    func run() throws {
        try index.ledger.configuration.reporting {
            for index in try index.opened() {
                let start = ContinuousClock.now
                let progress = IndexProgress(index.name)
                let count = try index.rebuild(progress: progress.show)
                progress.end()
                let seconds = (ContinuousClock.now - start) / .seconds(1)
                if json {
                    print(
                        try JSONLine.text(
                            Report(ledger: index.name, index: index.path, entries: count, seconds: seconds)))
                } else {
                    let took = NumberText.duration(Int64(seconds * 1_000_000))
                    print("\(index.path): \(NumberText.grouped(count)) entries in \(took)")
                }
            }
        }
    }

    private struct Report: Encodable {
        let ledger, index: String
        let entries: Int
        let seconds: Double
    }
}
