import ArgumentParser
import Gateway

/// The command line: one verb a file.
@main
struct Sallyport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sallyport",
        abstract: "A secure gateway between applications and language models.",
        discussion: """
            Applications change one base URL. From then on each request is identified, inspected for sensitive data, \
            checked against policies, pseudonymised or refused, recorded, and only then forwarded; its answer is restored.
            """,
        version: GatewayServer.version,
        subcommands: [
            Serve.self, Check.self, Keys.self, PolicyCommand.self, PrivacyCommand.self, CedarCommand.self,
            LimitsCommand.self, ModelsCommand.self, RolloutCommand.self, MonitorCommand.self, AuditCommand.self,
            DataSetCommand.self,
            EvaluateCommand.self,
            Certs.self,
        ])
}
