import ArgumentParser
import Foundation
import Ledger
import LedgerStore
import TransparencyLog

/// `sallyport audit receipt`.
struct AuditReceipt: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receipt",
        abstract: "Prove what is recorded about a request to somebody who has only the public key.",
        discussion: """
            Writes a receipt (c2sp.org/tlog-proof@v1) for each entry about the request: what was to leave (intents with \
            their exposures), what came of it (results), or the denial. Each has the entry itself in `extra`, in base64, and \
            what leads from it to a signed checkpoint. With --check receipts are checked without a ledger or network; exit \
            code 1 if one does not hold.

            Examples: sallyport audit receipt req_0123 -o req_0123.tlog-proof
                      sallyport audit receipt 1/4711
                      sallyport audit receipt --check req_0123.tlog-proof --key ledger.vkey
            """)

    @OptionGroup var ledger: LedgerOption

    @Argument(help: "A request's id, `req_…`, or an entry's place, LOG/INDEX.")
    var id: String?

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("Where the receipts go; standard output unless given.", valueName: "file"))
    var output: String?

    @Option(help: ArgumentHelp("Check the receipts in a file, `-` for standard input.", valueName: "file"))
    var check: String?

    @OptionGroup var key: KeyOption

    @Flag(help: "Wait until a checkpoint covers all entries, at most for a minute.")
    var wait = false

    @Flag(help: "One JSON array, for scripts.")
    var json = false

    func validate() throws {
        guard (id == nil) != (check == nil) else {
            throw ValidationError("expected either an ID, or --check FILE with --key VKEY")
        }
        guard check == nil || !key.keys.isEmpty else {
            throw ValidationError("--check: expected --key VKEY, the public key that was kept")
        }
    }

    func run() throws {
        try reporting {
            if let check { try verify(check) }
            if let id { try make(id) }
        }
    }

    // MARK: - Making

    private struct Made: Encodable {
        let position, kind, receipt: String
    }

    private func make(_ id: String) throws {
        let folder = try ledger.only()
        let source = try LedgerFolder(folder)
        let end = ContinuousClock.now + .seconds(60)
        while true {
            do {
                return try deliver(try receipts(id, source, folder))
            } catch let problem as LedgerReceipts.Problem {
                guard case .waiting = problem else { throw problem }
                guard wait else { throw FileProblem("\(problem): try again in a second, or give --wait") }
                guard ContinuousClock.now < end else { throw problem }
                Thread.sleep(forTimeInterval: 0.2)
            }
        }
    }

    private func receipts(_ id: String, _ source: LedgerFolder, _ folder: String) throws -> [(Made, [UInt8])] {
        var maker = LedgerReceipts(source: source)
        let found = try entries(id, LedgerReader(source: source), folder)
        return try found.map { position, entry in
            let bytes = try maker.receipt(for: position, entry: entry).bytes
            let kind = LedgerRow(line: entry)?.kind ?? ""
            return (Made(position: "\(position)", kind: kind, receipt: String(decoding: bytes, as: UTF8.self)), bytes)
        }
    }

    private func entries(
        _ id: String, _ reader: LedgerReader, _ folder: String
    ) throws -> [(position: LedgerPosition, entry: [UInt8])] {
        if let position = LedgerPosition(id) {
            guard let entry = try reader.entry(at: position) else {
                let log = try reader.logs.first { $0.number == position.log }
                let isPruned = position.index < log?.prunedBefore ?? 0
                throw FileProblem("\(folder): \(isPruned ? "entry \(id) is pruned" : "there is no entry \(id)")")
            }
            return [(position, entry)]
        }
        guard let marker = LedgerReader.marker(ofRequest: id) else {
            throw ValidationError("expected a request's id, `req_…`, or LOG/INDEX, found `\(id)`")
        }
        var found: [(position: LedgerPosition, entry: [UInt8])] = []
        try reader.entries(holding: [marker]) { position, bytes in
            found.append((position, [UInt8](bytes)))
            return true
        }
        guard !found.isEmpty else { throw FileProblem("\(folder): no entry is about a request `\(id)`") }
        return found
    }

    private func deliver(_ receipts: [(made: Made, bytes: [UInt8])]) throws {
        let data = json ? Data((try JSONLine.text(receipts.map(\.made)) + "\n").utf8) : Data(receipts.flatMap(\.bytes))
        guard let output else { return FileHandle.standardOutput.write(data) }
        try data.write(to: URL(filePath: output), options: .atomic)
        if json { return }
        for (made, _) in receipts { print("\(made.position)  \(made.kind)") }
        print("\(receipts.count) \(receipts.count == 1 ? "receipt" : "receipts") in \(output)")
    }

    // MARK: - Checking

    private struct Checked: Encodable {
        let origin: String
        let index, size: UInt64
        let entry: String
    }

    private func verify(_ file: String) throws {
        let bytes =
            file == "-"
            ? [UInt8](FileHandle.standardInput.readDataToEndOfFile()) : try Self.contents(file)
        let receipts: [CheckedReceipt]
        do {
            receipts = try CheckedReceipt.check(bytes, by: try key.trust())
        } catch {
            throw FileProblem("\(file): the receipt does not hold: \(error)")
        }
        if json {
            return print(
                try JSONLine.text(
                    receipts.map {
                        Checked(
                            origin: $0.origin, index: $0.index, size: $0.size,
                            entry: String(decoding: $0.entry, as: UTF8.self))
                    }))
        }
        for receipt in receipts {
            print("entry \(receipt.index) of \(receipt.origin), which has \(receipt.size) entries:")
            print(Self.harmless(receipt.entry))
        }
        let count = receipts.count
        print("\(count) \(count == 1 ? "receipt holds" : "receipts hold") by the key given")
    }

    private static func contents(_ file: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw FileProblem("\(file): the file cannot be read")
        }
        return [UInt8](data)
    }

    /// An entry's JSON without what acts on a terminal.
    private static func harmless(_ entry: [UInt8]) -> String {
        TerminalText.harmless(String(decoding: entry, as: UTF8.self))
    }
}
