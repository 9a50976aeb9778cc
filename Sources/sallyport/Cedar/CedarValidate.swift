import ArgumentParser
import Cedar

struct CedarValidate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check policies against a schema; exit with 3 if it refuses them.")

    @OptionGroup var policies: CedarPoliciesOption

    func run() throws {
        try reporting {
            _ = try policies.policySet()
            throw ExitCode.failure
        }
    }
}
