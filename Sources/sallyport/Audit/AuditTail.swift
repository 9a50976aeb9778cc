import ArgumentParser
import Foundation
import Ledger
import LedgerStore

/// `sallyport audit tail`.
struct AuditTail: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Show the last entries.",
        discussion: """
            Also those that no checkpoint covers yet: what is on disk is shown at once.

            Example: sallyport audit tail -n 50 --follow
            """)

    private enum Bounds {
        /// How soon new entries are looked for.
        static let interval = 0.2
    }

    @OptionGroup var ledger: LedgerOption

    @Option(name: [.customShort("n"), .customLong("count")], help: "How many.")
    var count = 20

    @Flag(name: [.customShort("f"), .long], help: "Go on with what is recorded from now on.")
    var follow = false

    @Flag(help: "The entries as they stand in the ledger, one JSON object a line.")
    var json = false

    func run() throws {
        try ledger.configuration.reporting {
            guard count >= 0, follow || count > 0 else {
                throw ValidationError("--count: expected a number from 1 on, found `\(count)`")
            }
            let reader = try LedgerReader(directory: try ledger.only())
            // Where nothing is to be shown, the last entry still says where to go on.
            let last = try reader.lastEntries(max(1, count))
            var table = FollowedTable()
            let shown = last.suffix(count)
            if json { for entry in shown { Self.write(entry.bytes) } } else { table.show(shown.map(\.bytes)) }
            var next = last.last?.position.next
            while follow {
                Thread.sleep(forTimeInterval: Bounds.interval)
                var fresh: [[UInt8]] = []
                try reader.entries(from: next) { position, bytes in
                    next = position.next
                    fresh.append([UInt8](bytes))
                    return fresh.count < 10_000
                }
                if json { for entry in fresh { Self.write(entry) } } else { table.show(fresh) }
            }
        }
    }

    private static func write(_ entry: [UInt8]) {
        FileHandle.standardOutput.write(Data(entry + [UInt8(ascii: "\n")]))
    }
}

/// Rows that come in several pieces, in columns that only ever grow.
private struct FollowedTable {
    private var widths = LedgerRow.header.columns.map(\.count)
    private var hasHeader = false

    mutating func show(_ entries: [[UInt8]]) {
        var rows = entries.map { LedgerRow(line: $0)?.columns ?? ["", "", "not an entry"] }
        if !hasHeader { rows.insert(LedgerRow.header.columns, at: 0) }
        hasHeader = true
        for row in rows { for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.count) } }
        var text = ""
        for row in rows {
            for (cell, width) in zip(row, widths) {
                text += cell + String(repeating: " ", count: width - cell.count + 2)
            }
            while text.last == " " { text.removeLast() }
            text += "\n"
        }
        FileHandle.standardOutput.write(Data(text.utf8))
    }
}
