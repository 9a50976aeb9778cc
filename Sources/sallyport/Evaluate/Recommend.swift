import ArgumentParser
import Evaluation
import EvaluationReport
import Foundation
import Gateway

/// `sallyport recommend`.
struct Recommend: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recommend",
        abstract: "Say which candidate of a run to take, how sure that is, and how many more cases would settle it.",
        discussion: """
            Each dimension is scaled from the worst (0) to the best (1) of the candidates that fulfil the constraint; the pick has the \
            greatest weighted mean. How sure: in which part of the resamples of the run's cases it comes first. With --write the pick's \
            providers become the first of an alias in models.yaml; the rest of that file stays as it is, to the letter. A method \
            (examples, retrieval, votes) is the application's part: only the model is written.

            Exits with 1 if no candidate fulfils the constraint.

            Example: sallyport recommend 3 --weights score=1,usd=0.3 --constraint 'p95_ms<900' --write small --dry-run
            """)

    @OptionGroup var configuration: ConfigurationOption
    @OptionGroup var stored: StoredRunOption

    @Option(help: "How much each of score, usd and latency counts.") var weights = "score=1"
    @Option(help: ArgumentHelp("What the pick has to fulfil, as a gate.", valueName: "expression")) var constraint:
        String?
    @Flag(help: "One JSON object, for scripts.") var json = false
    @Option(help: ArgumentHelp("Put the pick's model first in this alias of models.yaml.", valueName: "alias"))
    var write: String?
    @Flag(help: "With --write: print the change as a diff, and write nothing.") var dryRun = false
    @Option(help: ArgumentHelp("The file to write; policies/models.yaml beside the configuration.", valueName: "file"))
    var models: String?

    func validate() throws {
        if dryRun, write == nil { throw ValidationError("--dry-run goes with --write") }
    }

    func run() throws {
        try reporting {
            let choice = try Recommendation(
                RunAnalysis(try stored.record(configuration)), weights: try DimensionWeights(weights),
                constraint: try constraint.map { try Gate($0) })
            if json {
                print(String(decoding: choice.json(), as: UTF8.self))
            } else {
                tell(choice)
            }
            guard let pick = choice.pick else { throw ExitCode.failure }
            if let write { try put(choice.analysis.candidates[pick.candidate], first: write) }
        }
    }

    private func tell(_ choice: Recommendation) {
        var rows = choice.rows[...]
        var table = TextTable(rows.popFirst() ?? [], right: Recommendation.rightColumns)
        for row in rows { table.add(row) }
        print(table.text + "\n\n" + choice.sentences.joined(separator: "\n"))
    }

    private var path: String {
        if let models { return models }
        let folder = configuration.path.lastIndex(of: "/").map { String(configuration.path[...$0]) } ?? ""
        return folder + "policies/models.yaml"
    }

    private func put(_ pick: CandidateFigures, first alias: String) throws {
        let file = try ModelsFile(path: path)
        let changed = try file.placing(pick.model, firstIn: alias)
        if changed.text == file.text { return complain("\(path): \(pick.model) is the first of \(alias) already") }
        let diff = file.diff(to: changed)
        // With --json standard output is for one object alone.
        if json { complain(diff) } else { print("\n" + diff, terminator: "") }
        if dryRun { return }
        try changed.write(over: file)
        complain("\(path): written; `sallyport check` reads it as the gateway will")
    }
}
