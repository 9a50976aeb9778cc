import ArgumentParser
import Foundation
import LedgerIndex
import LedgerReport

/// `sallyport audit report`.
struct AuditReport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "What data went where, in which form, for whom, by which policy, at what cost.",
        discussion: """
            For the terminal, as one JSON object, or as one HTML file that needs nothing else and reads well in print. An attempt \
            that no connection came about for left nothing, so it exposes nothing. Several --ledger are answered as one.

              sallyport audit report --since 30d --html exposure.html
            """)

    @OptionGroup var index: IndexOption
    @OptionGroup var filter: FilterOption

    @Flag(help: "One JSON object, money in nano-USD and times in microseconds; README.md has the members.")
    var json = false

    @Option(help: ArgumentHelp("Write a page of HTML here.", valueName: "file"))
    var html: String?

    func run() throws {
        try index.ledger.configuration.reporting {
            let filter = try filter.filter()
            var builder = ReportBuilder(filter)
            for index in try index.indexes() { try index.add(to: &builder, filter) }
            let report = builder.finish()
            if let html {
                let page = ReportPage.standalone(report, made: Self.now)
                try Data(page.utf8).write(to: URL(filePath: html), options: .atomic)
            }
            if json { print(String(decoding: report.json(), as: UTF8.self)) }
            if html == nil, !json { print(ReportText(report).text) }
        }
    }

    private static var now: String {
        Date.now.formatted(.iso8601)
    }
}
