import ArgumentParser
import Gateway
import Inference
import Rollout

/// `sallyport rollout start`.
struct RolloutStart: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Begin to try a model on an alias's requests.",
        discussion: """
            Guards: \(RolloutGuard.names.joined(separator: ", ")), with <= (scores: >=) and a number, or `control` with a factor before \
            and a number behind it, as in 'p95_ms<=1.2*control+50'. Without any: \
            \(RolloutPlan.standardGuards.joined(separator: ", ")).
            """)

    @OptionGroup var configuration: ConfigurationOption
    @Argument(help: "The alias.") var alias: String
    @Option(help: "What is tried, PROVIDER/MODEL.") var to: String
    @Option(help: "The rollout's name; unless given, the alias's.") var name: String?
    @Option(help: "The shares in percent, one after the other.") var steps = "1,5,25,100"
    @Option(name: .customLong("guard"), help: "What has to be kept; may be repeated.") var guards: [String] = []
    @Option(help: "Requests of the candidate that a step has at least.") var minRequests = 100
    @Option(help: "Seconds that a step lasts at least.") var minSeconds = 60
    @Option(help: "What stays in one arm: conversation or principal.") var sticky = "conversation"

    func run() throws {
        let plan = try plan()
        try configuration.reporting {
            try RolloutAdministration(configuration: configuration.path, environment: configuration.environment)
                .start(plan)
        }
        print("\(plan.name): \(plan.destination) has \(Double(plan.steps[0]) / 100) % of \(plan.alias)")
    }

    private func plan() throws -> RolloutPlan {
        let parts = to.split(separator: "/", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { throw ValidationError("--to: expected PROVIDER/MODEL, found `\(to)`") }
        let word = String(alias.map { $0.isLetter || $0.isNumber || "._-".contains($0) ? $0 : "-" })
        var plan = RolloutPlan(
            name: name ?? word, alias: alias, to: Destination(provider: ProviderID(parts[0]), model: parts[1]))
        plan.steps = try steps.split(separator: ",").map { text in
            guard let share = Double(text.filter { $0 != "%" && $0 != " " }), (0.01...100).contains(share) else {
                throw ValidationError("--steps: expected shares in percent such as 1,5,25,100, found `\(text)`")
            }
            return Int((share * 100).rounded())
        }
        if !guards.isEmpty {
            plan.guards = try guards.map { text in
                do throws(RolloutGuard.Fault) {
                    return try RolloutGuard(text)
                } catch {
                    throw ValidationError("--guard: \(error)")
                }
            }
        }
        guard let unit = RolloutPlan.Unit(rawValue: sticky) else {
            throw ValidationError("--sticky: expected conversation or principal, found `\(sticky)`")
        }
        plan.unit = unit
        plan.minimumRequests = minRequests
        plan.minimumMilliseconds = Int64(clamping: min(max(minSeconds, 0), 2_592_000)) * 1_000
        if let fault = plan.fault { throw ValidationError(fault) }
        return plan
    }
}
