import ArgumentParser

struct CedarCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cedar",
        abstract: "Work with Cedar policies, with the flags of the official cedar command.",
        discussion: """
            These verbs know nothing of this gateway: they take any policies, schema and entities. Exit codes are those of \
            the official command: 0 for good or allowed, 1 for an error, 2 for denied, 3 for policies that the schema \
            refuses.
            """,
        subcommands: [
            CedarAuthorize.self, CedarValidate.self, CedarFormat.self, CedarEvaluate.self, CedarTranslatePolicy.self,
            CedarTranslateSchema.self,
        ])
}

/// What the official command exits with.
enum CedarExit {
    static let denied = ExitCode(2)
    static let invalid = ExitCode(3)
}
