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
    @Option(help: "The shares in percent, one after the other; unless given, 1,5,25,100, and with --shadow none.")
    var steps: String?
    @Option(help: "First ask it this share of the requests in percent, too, and drop its answers.") var shadow: String?
    @Option(help: "What the shadow may cost a day, in US dollars.") var shadowMaxUsd: String?
    @Option(help: "An alias that judges answers of both, for a guard on judge_score.") var judge: String?
    @Option(help: "What makes an answer good, in words.") var rubric: String?
    @Option(help: "The share of answers that are judged, in percent.") var judgeShare = "20"
    @Option(help: "What judging may cost a day, in US dollars.") var judgeMaxUsd: String?
    @Option(
        help: ArgumentHelp(
            "In place of steps, an A/B test: compare both arms by this, a guard's measure such as feedback, until one is shown to be better.",
            valueName: "measure"))
    var ab: String?
    @Option(help: "The candidate's share in an A/B test, in percent.") var abShare = "50"
    @Option(help: "An A/B test without a verdict ends when each arm has so many values.") var abMaxValues = 5_000
    @Flag(help: "Give everybody a candidate that an A/B test shows to be better; otherwise it is held.") var abPromote =
        false
    @Option(name: .customLong("guard"), help: "What has to be kept; may be repeated.") var guards: [String] = []
    @Option(help: "Requests of the candidate that a step has at least.") var minRequests = 100
    @Option(help: "Seconds that a step lasts at least.") var minSeconds = 60
    @Option(
        help: ArgumentHelp(
            "A try that shows nothing for so many seconds counts as failed; unless given, three times what the control takes, and at least 5 "
                + "(30 without a guard on a time).", valueName: "seconds"))
    var maxWait: Double?
    @Option(help: "What stays in one arm: conversation or principal.") var sticky = "conversation"

    func run() throws {
        let plan = try plan()
        try configuration.reporting {
            try RolloutAdministration(configuration: configuration.path, environment: configuration.environment)
                .start(plan)
        }
        guard let first = plan.stages.first else { return }
        let word = first.isShadow ? "is asked" : "has"
        print("\(plan.name): \(plan.destination) \(word) \(Double(first.share) / 100) % of \(plan.alias)")
    }

    private func plan() throws -> RolloutPlan {
        let parts = to.split(separator: "/", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { throw ValidationError("--to: expected PROVIDER/MODEL, found `\(to)`") }
        let word = String(alias.map { $0.isLetter || $0.isNumber || "._-".contains($0) ? $0 : "-" })
        var plan = RolloutPlan(
            name: name ?? word, alias: alias, to: Destination(provider: ProviderID(parts[0]), model: parts[1]))
        if let steps { plan.steps = try steps.split(separator: ",").map { try Self.share($0, "--steps") } }
        try addCompany(to: &plan)
        if let ab { plan.abTest = try test(by: ab) }
        if ab != nil, steps == nil { plan.mode = .ab }
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
        if let maxWait {
            guard maxWait > 0, maxWait <= 3_600 else {
                throw ValidationError("--max-wait: expected 0.1 to 3600 seconds, found `\(maxWait)`")
            }
            plan.maximumWaitMilliseconds = Int64((maxWait * 1_000).rounded())
        }
        if let fault = plan.fault { throw ValidationError(fault) }
        return plan
    }

    private func test(by measure: String) throws -> RolloutPlan.ABTest {
        var test = RolloutPlan.ABTest(measure: measure)
        test.share = try Self.share(abShare[...], "--ab-share")
        test.maximumValues = abMaxValues
        test.promotes = abPromote
        return test
    }

    /// The shadow and the judge.
    private func addCompany(to plan: inout RolloutPlan) throws {
        if let shadow {
            plan.shadow = RolloutPlan.Shadow(
                share: try Self.share(shadow[...], "--shadow"),
                maximumNanoUSD: try Self.nanoUSD(shadowMaxUsd, "--shadow-max-usd"))
            if steps == nil { plan.mode = .shadow }
        }
        guard let judge else { return }
        guard let rubric else { throw ValidationError("--judge: say by --rubric what makes an answer good") }
        plan.judging = RolloutPlan.Judging(
            alias: judge, rubric: rubric, share: try Self.share(judgeShare[...], "--judge-share"),
            maximumNanoUSD: try Self.nanoUSD(judgeMaxUsd, "--judge-max-usd"))
    }

    private static func share(_ text: Substring, _ option: String) throws -> Int {
        guard let share = Double(text.filter { $0 != "%" && $0 != " " }), (0.01...100).contains(share) else {
            throw ValidationError("\(option): expected a share in percent such as 5, found `\(text)`")
        }
        return Int((share * 100).rounded())
    }

    private static func nanoUSD(_ text: String?, _ option: String) throws -> Int64 {
        guard let text else { throw ValidationError("\(option): say what it may cost a day, in US dollars") }
        guard let dollars = Double(text), (0.000001...1_000_000).contains(dollars) else {
            throw ValidationError("\(option): expected US dollars such as 5, found `\(text)`")
        }
        return Int64((dollars * 1e9).rounded())
    }
}
