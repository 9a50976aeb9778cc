import ArgumentParser
import Evaluation
import EvaluationReport
import EvaluationRunner
import EvaluationStore
import Foundation
import Gateway
import Inference
import Routing

/// `sallyport evaluate SUITE`.
struct EvaluateRun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a suite and print how its candidates did.",
        discussion: """
            Exit codes: 0 all is well and the gate is open (or there is none), 1 the gate is shut, 2 it could not be told: the suite is \
            wrong, the gateway is not there, the budget is spent, it was stopped.

              sallyport evaluate evaluations/demo.yaml --candidates demo,gpt-5-mini/few-shot --max-usd 2 \\
                  --gate 'score>=baseline-0.01 && p95_ms<900 && usd_per_1k<2'
            """)

    @Argument(help: "The suite's file.", completion: .file(extensions: ["yaml", "yml"])) var suite: String
    @OptionGroup var configuration: ConfigurationOption
    @OptionGroup var target: GatewayOption
    @OptionGroup var store: StoreOption

    @Option(
        help: ArgumentHelp(
            "MODEL or MODEL/METHOD, several with commas; the suite's models unless given.", valueName: "names"))
    var candidates: String?
    @Option(help: "The candidate that the others are compared with; the first unless given.") var baseline: String?
    @Option(help: "Requests under way at once, 1 to 4096.") var concurrency = 64
    @Option(help: "The most that the run may cost, in US dollars.") var maxUsd: Double?
    @Option(help: "What all chance follows from.") var seed: UInt64 = 1
    @Option(help: "How often a request is tried again that failed.") var retries = 4
    @Flag(help: "Drop candidates once it is certain enough that they lose.") var race = false
    @Option(help: "How often a race may pick a wrong one.") var raceError = 0.05
    @Option(help: "The difference of scores that does not matter to a race.") var raceIndifference = 0.0
    @Option(
        help: ArgumentHelp(
            "A condition that every candidate but the baseline has to fulfil.", valueName: "expression"))
    var gate: String?
    @Flag(help: "Pay for every answer, also those that are kept from earlier runs.") var noCache = false
    @Flag(help: "Begin anew where the same run was stopped.") var restart = false
    @Flag(help: "Say what would be asked and what it may cost, and ask nothing.") var dryRun = false
    @Flag(help: "Ask nothing on the terminal.") var yes = false
    @Flag(help: "One JSON object, for scripts.") var json = false
    @Option(help: ArgumentHelp("Write results for build servers, JUnit's XML.", valueName: "file")) var junit: String?
    @Option(help: ArgumentHelp("Write one self-contained page with plots.", valueName: "file")) var html: String?
    @Option(help: "The alias that judges where a promptfoo file names none.") var judge = ""
    @Option(help: "Which prompt of a promptfoo file, from 1.") var prompt = 1

    func validate() throws {
        guard (1...4_096).contains(concurrency) else { throw ValidationError("--concurrency is from 1 to 4096") }
        guard (0...100).contains(retries) else { throw ValidationError("--retries is from 0 to 100") }
        if let maxUsd, !(0...1e9).contains(maxUsd) { throw ValidationError("--max-usd is from 0 to 1000000000") }
        guard raceError > 0, raceError < 1 else { throw ValidationError("--race-error is between 0 and 1") }
        guard (0..<1).contains(raceIndifference) else { throw ValidationError("--race-indifference is from 0 to 1") }
    }

    func run() async throws {
        let preparation: EvaluatePreparation
        let connection: GatewayConnection
        let store: EvaluationStore
        do {
            preparation = try EvaluatePreparation(self)
            try preparation.tellPlan()
            if dryRun { return }
            connection = try target.connect(configuration.path, preparation.gateway)
            store = try EvaluationStore.open(path: self.store.path(besides: configuration.path), writing: true)
        } catch let error as ExitCode {
            throw error
        } catch {
            complain("\(error)")
            throw ExitCode(2)
        }
        let run = EvaluationRun(
            preparation.settings, store: store, connection: connection, folder: preparation.folder)
        let ending: EvaluationRun.Ending
        do {
            let display = EvaluateDisplay(run)
            defer { display.end() }
            ending = try await run.run(now: Int64(Date().timeIntervalSince1970))
        } catch {
            complain("\(error)")
            throw ExitCode(2)
        }
        connection.close()
        let record = try store.record(of: ending.run)
        defer { store.close() }
        guard let record else { throw ExitCode(2) }
        let outcome = EvaluateOutcome(ending, record, run.progress, gate: preparation.gate)
        do {
            try outcome.write(junit: junit, html: html)
        } catch {
            complain("\(error)")
            throw ExitCode(2)
        }
        let code = try outcome.tell(isJSON: json)
        if code != 0 { throw ExitCode(code) }
    }
}
