import ArgumentParser
import Gateway

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read configuration, policies, keys and certificates, and say what is wrong with them.",
        discussion: "Changes nothing. Exits with 1 if `serve` or a reload would refuse.")

    @OptionGroup var configuration: ConfigurationOption

    @Flag(name: .shortAndLong, help: "Say nothing if all is well.")
    var quiet = false

    func run() throws {
        try configuration.reporting {
            let report = try GatewayCheck.check(
                configuration: configuration.path, environment: configuration.environment)
            if quiet { return }
            for note in report.notes { print("note: \(note)") }
            print(
                "\(configuration.path): good: \(report.models) models, \(report.providers) providers, "
                    + "\(report.policies) policies, \(report.keys) keys\npolicy set \(report.policySet)")
        }
    }
}
