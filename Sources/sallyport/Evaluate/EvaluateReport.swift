import ArgumentParser
import Evaluation
import EvaluationReport
import EvaluationStore
import Foundation

/// `sallyport evaluate report`.
struct EvaluateReport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Say again what a run said: as a table, JSON, a page, or for build servers.",
        discussion: """
            Scores have 95 % intervals (Wilson's where they are 0 or 1, else the bootstrap); candidates are compared with the baseline on \
            the same cases (McNemar's exact test, the exact sign-flip test where at most 20 differ, or the paired bootstrap, after Holm's \
            correction). Sends nothing. Exits with 1 if a gate is shut.

            Example: sallyport evaluate report 3 --html report.html --gate 'score>=baseline-0.01'
            """)

    @OptionGroup var configuration: ConfigurationOption
    @OptionGroup var stored: StoredRunOption

    @Flag(help: "One JSON object, for scripts.") var json = false
    @Option(help: ArgumentHelp("Write a self-contained page; - for standard output.", valueName: "file")) var html:
        String?
    @Option(help: ArgumentHelp("Write JUnit XML; - for standard output.", valueName: "file")) var junit: String?
    @Option(help: ArgumentHelp("A gate that the candidates have to pass.", valueName: "expression")) var gate: String?

    func run() throws {
        try reporting {
            let gate = try gate.map { try Gate($0) }
            let analysis = RunAnalysis(try stored.record(configuration))
            let verdicts = gate.map { EvaluateOutcome.verdicts($0, analysis.record) } ?? []
            if json { print(String(decoding: analysis.json(), as: UTF8.self)) }
            if let html {
                let made = Date().formatted(.iso8601)
                try PrivateOutput.write(RunPage.html(analysis, made: made), to: html)
            }
            if let junit { try PrivateOutput.write(RunJUnit.document(analysis, gates: verdicts), to: junit) }
            if !json, html != "-", junit != "-" { table(analysis) }
            for verdict in verdicts {
                complain("gate \(verdict.verdict.isOpen ? "open" : "shut") for \(verdict.candidate)")
                for line in verdict.verdict.comparisons { complain("  \(line)") }
            }
            if verdicts.contains(where: { !$0.verdict.isOpen }) { throw ExitCode.failure }
        }
    }

    private func table(_ analysis: RunAnalysis) {
        let content = RunTable(analysis)
        var table = TextTable(content.header, right: content.right)
        for row in content.rows { table.add(row) }
        print(table.text)
        if !content.notes.isEmpty { print("\n" + content.notes.joined(separator: "\n")) }
    }
}

/// `[RUN] --store FILE`, the same for all verbs that read a run.
struct StoredRunOption: ParsableArguments {
    @OptionGroup var store: StoreOption
    @Argument(help: "The run's number; the last one unless given.") var number: Int64?

    /// The run with its results.
    func record(_ configuration: ConfigurationOption) throws -> RunRecord {
        let store = try EvaluationStore.open(path: store.path(besides: configuration.path), writing: false)
        guard let record = try store.record(of: number) else {
            let what = number.map { "no run \($0)" } ?? "no run yet"
            throw ValidationError("\(what): `sallyport evaluate list` has them all")
        }
        return record
    }
}

/// Files with prompts and answers in them, which are for their owner alone.
enum PrivateOutput {
    /// Writes the text into a file of mode 0600, or to standard output for `-`.
    static func write(_ text: String, to path: String) throws {
        if path == "-" { return FileHandle.standardOutput.write(Data(text.utf8)) }
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        // Made anew: what was there may be open to others.
        try? FileManager.default.removeItem(atPath: path)
        guard FileManager.default.createFile(atPath: path, contents: Data(text.utf8), attributes: attributes) else {
            throw ValidationError("\(path): cannot be written")
        }
    }
}
