import ArgumentParser
import Foundation
import Gateway

struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Test, explain, replay, compare, prove and format access policies before they are in force.",
        discussion: """
            All verbs read the configuration as `serve` would, but need no provider's key and no running gateway; nothing is sent \
            and nothing recorded.
            """,
        subcommands: [
            PolicyTest.self, PolicyExplain.self, PolicyReplayVerb.self, PolicyDiff.self, PolicyProve.self,
            PolicyFormat.self,
        ])
}

/// Policies to ask, the same for all verbs about them.
struct PolicyOption: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOption

    @Option(
        name: .customLong("with"),
        help: ArgumentHelp(
            "Other policies than the configured ones: a Cedar file, or a folder whose files replace those of the same name.",
            valueName: "file or folder"))
    var replacement: String?

    /// Reads the policies; what is wrong with them is told, and ends the verb with 2.
    func workbench() throws -> PolicyWorkbench {
        try refusing {
            let replacement = try self.replacement.map { try PolicyReplacement(path: $0) }
            return try PolicyWorkbench(
                configuration: configuration.path, environment: configuration.environment, with: replacement)
        }
    }
}

/// Exit codes of the policy verbs beside 0 and 1.
extension ExitCode {
    /// A file is broken, so that nothing could be decided.
    static let broken = ExitCode(2)
    /// It can't be told.
    static let unknown = ExitCode(3)
    /// Something would change, or does not hold.
    static let changes = ExitCode(4)
}

/// Runs what reads files; what is wrong with them goes to standard error, and the verb ends with 2.
func refusing<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let error as ExitCode {
        throw error
    } catch let error as ValidationError {
        throw error
    } catch {
        complain("\(error)")
        throw ExitCode.broken
    }
}
