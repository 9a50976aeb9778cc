import ArgumentParser
import Gateway
import Rollout

/// `sallyport rollout …`.
struct RolloutCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollout",
        abstract: "Try a model on a growing share of an alias's requests, and take it back when it is worse.",
        discussion: """
            Talks to the gateway that runs with this configuration. What is to be tried by every gateway of a house stands better in \
            policies/rollouts.yaml.

            Example: sallyport rollout start small --to openai/gpt-5-mini --steps 1,5,25,100 --guard 'error_rate<=control+0.02'
            """,
        subcommands: [
            RolloutStart.self, RolloutStatus.self, RolloutPromote.self, RolloutHold.self, RolloutResume.self,
            RolloutRollback.self, RolloutStop.self,
        ])
}

/// What all verbs that change one rollout have in common.
protocol RolloutVerb: ParsableCommand {
    static var command: RolloutBook.Command { get }
    var options: RolloutNameOptions { get }
}

struct RolloutNameOptions: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOption
    @Argument(help: "The rollout's name.") var name: String
}

extension RolloutVerb {
    func run() throws {
        try options.configuration.reporting {
            try RolloutAdministration(
                configuration: options.configuration.path, environment: options.configuration.environment
            ).say(Self.command, of: options.name)
        }
    }
}

struct RolloutPromote: RolloutVerb {
    static let configuration = CommandConfiguration(commandName: "promote", abstract: "Take the next step now.")
    static let command = RolloutBook.Command.promote
    @OptionGroup var options: RolloutNameOptions
}

struct RolloutHold: RolloutVerb {
    static let configuration = CommandConfiguration(
        commandName: "hold", abstract: "Stay at this step; the guards still take the candidate back.")
    static let command = RolloutBook.Command.hold
    @OptionGroup var options: RolloutNameOptions
}

struct RolloutResume: RolloutVerb {
    static let configuration = CommandConfiguration(commandName: "resume", abstract: "Go on after `hold`.")
    static let command = RolloutBook.Command.resume
    @OptionGroup var options: RolloutNameOptions
}

struct RolloutRollback: RolloutVerb {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Take the candidate back, also one that was promoted.")
    static let command = RolloutBook.Command.rollback
    @OptionGroup var options: RolloutNameOptions
}

struct RolloutStop: RolloutVerb {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Forget a rollout: the alias is as policies/models.yaml says.")
    static let command = RolloutBook.Command.stop
    @OptionGroup var options: RolloutNameOptions
}
