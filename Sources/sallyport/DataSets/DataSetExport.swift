import ArgumentParser
import Cryptography
import DataSets
import Foundation
import Gateway
import Inference
import Ledger
import LedgerIndex
import LedgerReport
import LedgerStore
import LedgerVault

/// `sallyport dataset export`.
struct DataSetExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract:
            "Make a data set of sealed requests and their answers; exit with 3 if anything personal is left in it.",
        discussion: """
            For whoever holds the vault's master key; that it was done is recorded in the ledger. Texts leave in the redacted form, by what \
            policies/privacy.yaml says today. Then every record is looked through again with all classes on: if anything is found, \
            nothing is written. --redact-findings takes that out as well, --drop-findings leaves such records out.

              sallyport dataset export --since 7d --model gpt-5-mini --format openai-chat --split 90/10 -o support.jsonl
            """)

    @OptionGroup var index: IndexOption
    @OptionGroup var filter: FilterOption
    @OptionGroup var vault: VaultOption
    @OptionGroup var choice: DataSetChoice

    @Option(
        help: ArgumentHelp(
            "Where the vault's master key is, unless where `ledger.vault_key` says: a file, or a pkcs11: URI.",
            valueName: "place"))
    var key: String?

    @Option(name: .customLong("format"), help: "How records are written.")
    var formatOption: DataFormatOption

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The file; beside it come FILE.datasheet.json and FILE.datasheet.md.", valueName: "file"))
    var output: String

    @Flag(help: "Take out what the second look finds as well, and look again.")
    var redactFindings = false

    @Flag(help: "Leave records out in which the second look finds anything.")
    var dropFindings = false

    @Flag(help: "One JSON object, for scripts.")
    var json = false

    func run() throws {
        try index.ledger.configuration.reporting {
            let option = index.ledger.configuration
            let configuration = try ConfigurationLoader.load(path: option.path, environment: option.environment)
            let selection = try choice.selection()
            let split = try choice.parts()
            let place = OutputFiles(output, split)
            try place.refuseExisting()
            let cleaner = try RecordCleaner(configuration)
            let settings = try vault.settings(option)
            let reader = try VaultReader(directory: settings.directory)
            let opener = VaultOpener(reader, master: try VaultKeys.opening(settings.key, place: key))
            let indexes = try index.indexes()
            let meter = ProgressLine()
            let filter = try filter.filter()
            let sources = try ExportSources(
                indexes, filter, reader, limit: choice.limit, takesOwn: choice.ownRequests
            ) { count in
                meter.show("\(count) entries")
            }
            let asked = filter.parts.map { "\($0.name)=\($0.text)" } + choice.asked
            var act = VaultAct(.exported, at: Self.now, requests: sources.attempts.count, isComplete: false)
            (act.user, act.format, act.filters) = (NSUserName(), format.rawValue, asked)
            // Recorded before anything is opened; what is refused or killed stays so in the ledger.
            let open = try VaultActs(directory: settings.directory).begin(act)
            var reading = RecordReading(configuration, cleaner, opener, redacts: redactFindings)
            for (number, attempt) in sources.attempts.enumerated() {
                meter.show("\(number) of \(sources.attempts.count) requests opened")
                try reading.take(attempt)
            }
            var outcome = selection.choose(from: reading.records)
            var lines: [[UInt8]] = []
            let residual = try look(&outcome.records, &lines, cleaner, meter)
            meter.clear()
            guard residual.isClean || dropFindings else {
                refuse(residual)
                act.isComplete = true
                try open.end(act)
                throw ExitCode(3)
            }
            guard !outcome.records.isEmpty else {
                act.isComplete = true
                try open.end(act)
                let reasons = (reading.gaps.counts.map { "\($0.name) \($0.count)" }).joined(separator: ", ")
                throw FileProblem(
                    "nothing is written: of \(sources.matching) requests that match \(sources.own) are the gateway's own (--own-requests), "
                        + "\(sources.unsealed) were not sealed with their "
                        + "answers, \(sources.shredded) were shredded, \(sources.cut) were cut"
                        + (reasons.isEmpty ? "" : "; " + reasons))
            }
            var sheet = sheet(configuration, sources, reading, outcome, residual, asked)
            sheet.logs = try LedgerProof.logs(indexes.map(\.reader), sources.attempts)
            sheet.classes = cleaner.classes
            let digest = try place.write(outcome.records, lines, split, format, &sheet)
            (act.records, act.digest, act.isComplete) = (outcome.records.count, digest, true)
            try open.end(act)
            try report(sheet, place)
        }
    }

    private var format: DataFormat { formatOption.format }

    private static var now: LedgerTime { LedgerTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) }

    /// Looks through finished records; with `--drop-findings` those with findings go.
    private func look(
        _ records: inout [DataRecord], _ lines: inout [[UInt8]], _ cleaner: RecordCleaner, _ meter: ProgressLine
    ) throws -> ResidualReport {
        var residual = ResidualReport()
        for (number, record) in records.enumerated() {
            meter.show("\(number) of \(records.count) records looked through")
            let line = format.line(record)
            // Of rows the same texts in JSON, in which every one is a text of its own.
            let residue = try cleaner.residue(format == .csv ? DataFormat.jsonl.line(record) : line)
            residual.add(texts: residue.texts, residue.counts)
            lines.append(line)
        }
        if dropFindings {
            let gone = Set(residual.foundIn.map { $0 - 1 })
            records = records.indices.filter { !gone.contains($0) }.map { records[$0] }
            lines = lines.indices.filter { !gone.contains($0) }.map { lines[$0] }
        }
        return residual
    }

    private func refuse(_ residual: ResidualReport) {
        for line in residual.lines.prefix(20) {
            complain("record \(line.record): \(line.dataClass) ×\(line.count) in \(line.place)")
        }
        if residual.lines.count > 20 { complain("… and \(residual.lines.count - 20) more") }
        let classes = residual.classes.map { "\($0.dataClass) \($0.count)" }.joined(separator: ", ")
        complain(
            "refused, nothing is written: \(residual.foundIn.count) of \(residual.records) records hold \(classes). "
                + "Switch these classes on in policies/privacy.yaml, or give --redact-findings or --drop-findings")
    }

    private func sheet(
        _ configuration: GatewayConfiguration, _ sources: ExportSources, _ reading: RecordReading,
        _ outcome: DataSelection.Outcome, _ residual: ResidualReport, _ asked: [String]
    ) -> Datasheet {
        var sheet = Datasheet()
        sheet.created = "\(Self.now)"
        sheet.program = GatewayServer.version
        sheet.format = format.rawValue
        sheet.filters = asked
        sheet.first = sources.attempts.first.map { "\($0.time)" } ?? ""
        sheet.last = sources.attempts.last.map { "\($0.time)" } ?? ""
        sheet.policySet = configuration.policySet.hash
        sheet.texts = residual.texts
        sheet.dropped = residual.foundIn.count
        sheet.threshold = choice.nearDuplicates
        sheet.seed = choice.seed
        sheet.treated = reading.treated.counts
        sheet.scrubbed = reading.scrubbed.counts
        sheet.models = reading.models.counts
        sheet.tags = Datasheet.counts(of: outcome.records.flatMap(\.tags))
        let all: [(String, Int)] = [
            ("requests that match", sources.matching), ("the gateway's own", sources.own),
            ("not sealed", sources.unsealed), ("shredded", sources.shredded),
            ("answer cut or broken off", sources.cut),
        ]
        let chosen: [(String, Int)] = [
            ("left out by tag", outcome.unwanted), ("exact duplicates", outcome.exactDuplicates),
            ("near duplicates", outcome.nearDuplicates), ("not drawn", outcome.unsampled),
            ("left out with findings", dropFindings ? residual.foundIn.count : 0),
            ("records", outcome.records.count),
        ]
        sheet.sources = (all + reading.gaps.counts.map { ($0.name, $0.count) } + chosen).map { Datasheet.Count($0, $1) }
        return sheet
    }

    private func report(_ sheet: Datasheet, _ place: OutputFiles) throws {
        if json { return print(String(decoding: sheet.json, as: UTF8.self), terminator: "") }
        for source in sheet.sources where source.count > 0 { print("\(source.name): \(source.count)") }
        for file in sheet.files {
            print(
                "\(file.name): \(file.records) records of \(file.conversations) conversations, SHA-256 \(file.digest)")
        }
        print("looked through again for \(sheet.classes) classes: nothing found; \(place.datasheet) says the rest")
    }
}

extension Datasheet {
    /// How often each name stands in a list, the most first.
    static func counts(of names: [String]) -> [Count] {
        var tally = Tally()
        for name in names { tally.add(name) }
        return tally.counts
    }
}
