import ArgumentParser
import Foundation
import Ledger
import LedgerStore

/// `sallyport audit export`.
struct AuditExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the ledger for other programs: DuckDB, ClickHouse, Spark, a SIEM.",
        discussion: """
            jsonl: the entries as they stand, one a line. csv: a row for each attempt of a request and each denial. ocsf: an \
            event of the Open Cybersecurity Schema Framework 1.6.0, class API Activity (6003), for each attempt, denial, \
            administrative act and other entry. README.md describes the columns.

            Example: sallyport audit export --format csv --since 2026-11-01 > november.csv
            """)

    @OptionGroup var ledger: LedgerOption

    /// The formats of `LedgerExport`, by their names.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case ocsf, jsonl, csv

        var format: LedgerExport.Format {
            switch self {
            case .ocsf: .ocsf
            case .jsonl: .jsonl
            case .csv: .csv
            }
        }
    }

    @Option(help: "Which of them.")
    var format: Format

    @Option(
        help: ArgumentHelp(
            "From this moment on, such as 2026-11-23, 2026-11-23T10:00:00Z, or 7d for seven days ago.",
            valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Before this moment.", valueName: "time"))
    var until: String?

    private static let chunk = 1 << 20

    func run() throws {
        try ledger.configuration.reporting {
            let now = LedgerTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
            let from = try PolicyReplayVerb.moment(since, "--since", now)
            let end = try PolicyReplayVerb.moment(until, "--until", now)
            var output: [UInt8] = []
            output.reserveCapacity(Self.chunk + (Self.chunk >> 3))
            LedgerExport.begin(format.format, into: &output)
            for reader in try ledger.readers() {
                var export = LedgerExport(format.format, since: from, until: end)
                try reader.entries { position, entry in
                    guard export.add(log: position.log, entry, into: &output) else {
                        throw ValidationError("\(position): no entry; `sallyport audit verify` says more")
                    }
                    if output.count >= Self.chunk { try Self.write(&output) }
                    return true
                }
                export.finish(into: &output)
            }
            try Self.write(&output)
        }
    }

    private static func write(_ output: inout [UInt8]) throws {
        try FileHandle.standardOutput.write(contentsOf: output)
        output.removeAll(keepingCapacity: true)
    }
}
