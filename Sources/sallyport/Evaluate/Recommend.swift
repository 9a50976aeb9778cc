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
            greatest weighted mean; of equals whoever is better in what has no weight. How sure: in which part of the resamples of the \
            run's cases it comes first. With --write the pick's providers serve an alias of models.yaml: first where it is `ordered`, alone \
            where it is `cheapest`, `fastest` or `balanced` (they would choose another), with --weight where it is `weighted`. The rest of \
            that file stays as it is, to the letter, and nothing is written that `sallyport check` would refuse. A method (examples, \
            retrieval, votes) is the application's part: only the model is written.

            Exits with 1 if no candidate fulfils the constraint.

            Example: sallyport recommend 3 --weights score=1,usd=0.3 --constraint 'p95_ms<900' --write small --dry-run
            """)

    @OptionGroup var configuration: ConfigurationOption
    @OptionGroup var stored: StoredRunOption

    @Option(help: "How much each of score, usd and latency counts.") var weights = "score=1"
    @Option(help: ArgumentHelp("What the pick has to fulfil, as a gate.", valueName: "expression")) var constraint:
        String?
    @Flag(help: "One JSON object, for scripts.") var json = false
    @Option(help: ArgumentHelp("Have the pick's model serve this alias of models.yaml.", valueName: "alias"))
    var write: String?
    @Option(help: "With --write: the pick's weight, 0 to 1000000, in an alias whose strategy is `weighted`.")
    var weight: Int?
    @Flag(help: "With --write: print the change as a diff, and write nothing.") var dryRun = false
    @Option(
        help: ArgumentHelp("The file to write; the one that the configuration names unless given.", valueName: "file"))
    var models: String?

    func validate() throws {
        if dryRun, write == nil { throw ValidationError("--dry-run goes with --write") }
        if weight != nil, write == nil { throw ValidationError("--weight goes with --write") }
        if let weight, !(0...1_000_000).contains(weight) { throw ValidationError("--weight is from 0 to 1000000") }
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

    private func put(_ pick: CandidateFigures, first alias: String) throws {
        let configured = ConfigurationLoader.modelsFile(of: configuration.path)
        let file = try ModelsFile(path: models ?? configured)
        let changed = try file.placing(pick.model, firstIn: alias, weight: weight)
        if changed.text == file.text {
            return complain("\(file.path): `\(alias)` is served by \(pick.model) already: nothing to write")
        }
        let diff = file.diff(to: changed)
        // With --json standard output is for one object alone.
        if json { complain(diff) } else { print("\n" + diff, terminator: "") }
        complain("\(file.path): \(changed.explanation)")
        do {
            _ = try GatewayCheck.check(
                configuration: configuration.path, environment: configuration.environment,
                replacing: (configured, changed.text))
        } catch {
            complain("nothing is written, since with it `sallyport check` says:")
            throw error
        }
        if dryRun { return complain("nothing is written: --dry-run") }
        try changed.write(over: file)
        complain("\(file.path): written")
    }
}
