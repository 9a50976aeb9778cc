import ArgumentParser
import EvaluationStore

/// `sallyport evaluate list`.
struct EvaluateList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the runs, the newest first.")

    @OptionGroup var configuration: ConfigurationOption
    @OptionGroup var store: StoreOption

    func run() throws {
        try reporting {
            let store = try EvaluationStore.open(
                path: store.path(besides: configuration.path), writing: false)
            var table = TextTable(["RUN", "SUITE", "BEGAN", "STATE", "CANDIDATES", "CASES"], right: [0, 4, 5])
            for run in try store.runs() {
                table.add([
                    String(run.number), run.suite, run.startedAt, run.state.rawValue, String(run.candidates),
                    String(run.cases),
                ])
            }
            print(table.text)
        }
    }
}
