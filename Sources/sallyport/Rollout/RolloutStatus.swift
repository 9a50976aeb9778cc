import ArgumentParser
import Foundation
import Gateway
import Rollout

/// `sallyport rollout status`.
struct RolloutStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say how rollouts stand, and what that rests on.",
        discussion: "With --exit-code: 0 promoted, 3 rolled back, 4 held or not over yet, 1 no such rollout.")

    @OptionGroup var configuration: ConfigurationOption
    @Argument(help: "One rollout's name; all of them unless given.") var name: String?
    @Flag(help: "Wait until it is promoted, rolled back or held.") var wait = false
    @Option(help: "Wait for so many seconds at most.") var timeout = 3_600
    @Flag(help: "Say by the exit code how it ended.") var exitCode = false
    @Flag(help: "One JSON object, for scripts.") var json = false

    func validate() throws {
        if wait || exitCode, name == nil { throw ValidationError("say which rollout") }
    }

    func run() throws {
        try configuration.reporting {
            let administration = try RolloutAdministration(
                configuration: configuration.path, environment: configuration.environment)
            let end = Date().addingTimeInterval(TimeInterval(min(max(timeout, 0), 31_536_000)))
            while true {
                let report: RolloutsReport
                do {
                    report = try administration.report()
                } catch {
                    // A gateway that is being started again goes on where it was.
                    guard wait, Date() < end else { throw error }
                    Thread.sleep(forTimeInterval: 0.5)
                    continue
                }
                guard let name else { return print(report) }
                guard let line = report.rollouts.first(where: { $0.name == name }) else {
                    complain("there is no rollout `\(name)`")
                    throw ExitCode.failure
                }
                if wait, line.phase == .running, Date() < end {
                    Thread.sleep(forTimeInterval: 0.5)
                    continue
                }
                print(report, only: name)
                guard exitCode, line.phase != .promoted else { return }
                throw ExitCode(line.phase == .rolledBack ? 3 : 4)
            }
        }
    }

    private func print(_ report: RolloutsReport, only name: String? = nil) {
        if json { return Swift.print(String(decoding: report.json, as: UTF8.self)) }
        if let trouble = report.trouble { complain("rollouts stay as they are: \(trouble)") }
        let lines = report.rollouts.filter { name == nil || $0.name == name }
        if lines.isEmpty { return Swift.print("no rollouts (policies/rollouts.yaml, sallyport rollout start)") }
        var table = TextTable(
            ["NAME", "ALIAS", "TO", "MODE", "STATE", "SHARE", "STEP", "REQUESTS", "WHY"], right: [5, 7])
        for line in lines {
            table.add([
                line.name, line.alias, line.to, line.mode, line.phase.rawValue, "\(Self.number(line.share)) %",
                "\(line.step) of \(line.stages)", "\(line.requests)", line.reason.rawValue,
            ])
        }
        Swift.print(table.text)
        if let gateways = report.gateways {
            Swift.print(gateways == 1 ? "1 gateway counts" : "\(gateways) gateways count together")
        }
        for line in lines {
            if let test = line.ab { printTest(test, of: line.name) }
            var guards = TextTable(
                [line.name, "CANARY", "N", "CONTROL", "N", "EVIDENCE", "NEEDED", ""], right: [1, 2, 3, 4, 5, 6])
            for rule in line.guards {
                guards.add([
                    rule.rule, rule.treatmentMean.map(Self.number) ?? "-", "\(rule.treatmentCount)",
                    rule.controlMean.map(Self.number) ?? "-", "\(rule.controlCount)", Self.number(rule.logEvidence),
                    Self.number(rule.logNeeded), rule.isBroken ? "broken" : rule.isKept ? "kept" : "",
                ])
            }
            Swift.print("\n" + guards.text)
        }
    }

    private func printTest(_ test: ABEvidence, of name: String) {
        var table = TextTable(
            [name, "CANARY", "N", "CONTROL", "N", "BETTER", "WORSE", "NEEDED", ""], right: [1, 2, 3, 4, 5, 6, 7])
        table.add([
            "A/B by \(test.measure)", test.treatmentMean.map(Self.number) ?? "-", "\(test.treatmentCount)",
            test.controlMean.map(Self.number) ?? "-", "\(test.controlCount)", Self.number(test.logBetter),
            Self.number(test.logWorse), Self.number(test.logNeeded), test.verdict?.rawValue ?? "",
        ])
        Swift.print("\n" + table.text)
    }

    /// Three significant decimals are enough to read.
    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e9 ? String(Int(value)) : String(format: "%.4g", value)
    }
}
