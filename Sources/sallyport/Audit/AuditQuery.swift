import ArgumentParser
import Foundation
import LedgerIndex
import LedgerReport

/// `sallyport audit query`.
struct AuditQuery: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "List what left and what was denied, by who, what, where and how; the newest first.",
        discussion: """
            All options together have to be true of a request. Several --ledger are answered as one. The index is brought up to \
            date first; it can always be made anew (audit reindex).

              sallyport audit query --since 7d --class email --treatment raw
            """)

    @OptionGroup var index: IndexOption
    @OptionGroup var filter: FilterOption

    @Option(help: "How many at most; 50 unless given, and all with --json and --csv.")
    var limit: Int?

    @Flag(help: "One JSON object a line.")
    var json = false

    @Flag(help: "Comma-separated values with a header (RFC 4180).")
    var csv = false

    func run() throws {
        try index.ledger.configuration.reporting {
            guard !(json && csv) else { throw ValidationError("expected --json or --csv, not both") }
            if let limit, limit < 1 { throw ValidationError("--limit: expected a number from 1 on, found `\(limit)`") }
            let filter = try filter.filter()
            let indexes = try index.indexes()
            if csv { print(LedgerEvent.csvHeader.joined(separator: ",")) }
            if json || csv, limit == nil { return try printAll(indexes, filter) }
            let wanted = limit ?? 50
            var found: [LedgerEvent] = []
            for index in indexes { found += try index.events(filter, limit: wanted) }
            if indexes.count > 1 {
                found.sort { ($0.time, $0.ledger, $0.log, $0.sequence) > ($1.time, $1.ledger, $1.log, $1.sequence) }
            } else {
                for index in found.indices { found[index].ledger = "" }
            }
            found = Array(found.prefix(wanted))
            if json || csv { return found.forEach(show) }
            var table = TextTable(LedgerEvent.columns, right: [7, 8, 9])
            for event in found { table.add(event.cells) }
            print(table.text)
            if found.count == wanted, limit == nil { complain("the newest \(wanted); --limit asks for more") }
        }
    }

    /// As they come, one ledger after the other: there may be millions.
    private func printAll(_ indexes: [LedgerIndex], _ filter: LedgerFilter) throws {
        for index in indexes {
            try index.forEach(filter) { event in
                var event = event
                if indexes.count == 1 { event.ledger = "" }
                show(event)
                return true
            }
        }
    }

    private func show(_ event: LedgerEvent) {
        print(
            json
                ? String(decoding: event.json(), as: UTF8.self)
                : event.csvFields.map(SafeText.csv).joined(separator: ","))
    }
}
