import ArgumentParser
import Cedar

struct CedarValidate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check policies against a schema; exit with 3 if it refuses them.",
        discussion: """
            Strict validation is what policies should pass; permissive validation lets types meet that have no common \
            supertype, as Cedar once did. A warning is no error unless --deny-warnings says so.
            """)

    enum Mode: String, ExpressibleByArgument, CaseIterable { case strict, permissive }

    @OptionGroup var policies: CedarPoliciesOption
    @OptionGroup var schema: CedarSchemaOption

    @Option(help: "How strict to be.")
    var validationMode = Mode.strict

    @Flag(help: "Take warnings for errors.")
    var denyWarnings = false

    @Flag(name: .shortAndLong, help: "Say how long reading and checking took, on standard error.")
    var timing = false

    func validate() throws {
        if schema.schema == nil { throw ValidationError("validate needs --schema") }
    }

    func run() throws {
        try reporting {
            var inputs = CedarInputs()
            let start = ContinuousClock.now
            let policySet = try inputs.read(policies.policySet)
            let loaded = ContinuousClock.now
            let declared = try inputs.read(schema.read) ?? nil
            try inputs.finish()
            guard let policySet, let declared else { return }
            let check = ContinuousClock.now
            let report = Validator(declared).validate(
                policySet, mode: validationMode == .strict ? .strict : .permissive)
            if timing {
                let milliseconds = [start.duration(to: loaded), check.duration(to: .now)].map { $0 / .milliseconds(1) }
                complain("read in \(milliseconds[0]) ms, checked in \(milliseconds[1]) ms")
            }
            for finding in report.findings { print(finding) }
            guard report.isValid, !denyWarnings || report.warnings.isEmpty else {
                print("policy set validation failed")
                throw CedarExit.invalid
            }
            print("policy set validation passed")
        }
    }
}
