import ArgumentParser
import LedgerStore
import TransparencyLog

/// `sallyport audit key`.
struct AuditKey: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Print the ledger's public key, by which others check it.",
        discussion: """
            One line a log, a verifier key of c2sp.org/signed-note. The logs of one ledger have one key under different \
            names, so the first line is enough for all. Give it to whoever is to check receipts, and keep it for \
            `sallyport audit verify --key`: at once, since a key that comes from the ledger proves nothing later.

            Example: sallyport audit key | head -1 > ledger.vkey
            """)

    @OptionGroup var ledger: LedgerOption

    @Flag(help: "One JSON array, for scripts.")
    var json = false

    private struct Row: Encodable {
        let log: Int
        let origin, key: String
    }

    func run() throws {
        try ledger.configuration.reporting {
            var rows: [Row] = []
            for reader in try ledger.readers() {
                for number in try reader.source.logNumbers() {
                    let key = try reader.key(ofLog: number)
                    rows.append(Row(log: number, origin: "\(key.name)", key: key.text))
                }
            }
            if json { return print(try JSONLine.text(rows)) }
            for row in rows { print(row.key) }
        }
    }
}
