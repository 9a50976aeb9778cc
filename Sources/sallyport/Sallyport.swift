import ArgumentParser
import Dispatch
import Gateway

/// Where the program begins.
@main
enum Program {
    /// Runs one verb. A synchronous one runs on the main thread, before any other thread exists: `serve` blocks signals there so that they
    /// come to it alone, and would be killed by a SIGHUP that another thread takes.
    static func main() {
        do {
            var command = try Sallyport.parseAsRoot()
            guard let waiting = command as? any AsyncParsableCommand else { return try command.run() }
            Task.detached {
                var command = waiting
                do {
                    try await command.run()
                    Sallyport.exit()
                } catch {
                    Sallyport.exit(withError: error)
                }
            }
            dispatchMain()
        } catch {
            Sallyport.exit(withError: error)
        }
    }
}

/// The command line: one verb a file.
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
            DataSetCommand.self, EvaluateCommand.self, Recommend.self, Certs.self,
        ])
}
