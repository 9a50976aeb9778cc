import ArgumentParser

/// `sallyport evaluate`.
struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Compare models and methods on a suite of cases, through the gateway.",
        discussion: """
            A suite is a file such as evaluations/demo.yaml. Candidates are MODEL or MODEL/METHOD; `*` stands for all of the suite's \
            models or methods. Requests go through the gateway like anybody's: policies, treatments, limits and ledger apply. \
            Every answer is kept in var/evaluations.sqlite before it counts: the same command goes on where it was stopped, and no \
            answer is paid for twice.
            """,
        subcommands: [EvaluateRun.self, EvaluateList.self, EvaluateReport.self], defaultSubcommand: EvaluateRun.self)
}
