import ArgumentParser
import Foundation
import Gateway
import JSONText

struct LimitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limits",
        abstract: "Say what is spent of the limits and what is left, as a running gateway counts.",
        discussion: """
            Asks the admin port. `open` is what requests under way hold at most; `assumed` is what counts as spent because nobody knows \
            what a request took in the end: its answer broke off, or its gateway ended.
            """)

    @OptionGroup var configuration: ConfigurationOption

    @Flag(help: "As JSON, amounts of money in nano-USD.")
    var json = false

    func run() throws {
        try configuration.reporting {
            let loaded = try ConfigurationLoader.load(
                path: configuration.path, environment: configuration.environment, assumesSecrets: true)
            let answer = try AdminClient.get("/limits", of: loaded)
            if json { return print(String(decoding: answer, as: UTF8.self)) }
            let root = try JSONDocument(
                parsing: answer, limits: JSONLimits(maximumBytes: max(answer.count, 1), maximumDepth: 8)
            ).root
            let lines = root["limits"].map { Array($0.elements) } ?? []
            guard let trouble = root["trouble"]?.string else { return print(Self.table(lines)) }
            if !lines.isEmpty { print(Self.table(lines)) }
            complain("attempts under limits are refused: \(trouble)")
            throw ExitCode.failure
        }
    }

    private static func table(_ lines: [JSONValue]) -> String {
        var table = TextTable(
            ["SCOPE", "NAME", "TENANT", "LIMIT", "PERIOD", "ALLOWED", "SPENT", "LEFT", "OPEN", "ASSUMED"],
            right: [5, 6, 7, 8, 9])
        for line in lines {
            let isMoney = line["spent"] != nil
            func cell(_ value: JSONValue?) -> String {
                guard let value = value?.int else { return "-" }
                return isMoney ? money(value) : String(value)
            }
            table.add([
                line["scope"]?.string ?? "", line["name"]?.string ?? "", line["tenant"]?.string ?? "-",
                line["measure"]?.string ?? "", line["period"]?.string ?? "-", cell(line["limit"]), cell(line["spent"]),
                cell(line["left"]),
                cell(line["open"]), cell(line["assumed"]),
            ])
        }
        return lines.isEmpty ? "no limits on tokens, places or money (policies/limits.yaml)" : table.text
    }

    /// Nano-USD as dollars with at least two decimal places, none lost.
    private static func money(_ nanoUSD: Int) -> String {
        let digits = String(nanoUSD.magnitude)
        let padded = String(repeating: "0", count: max(0, 10 - digits.count)) + digits
        var fraction = padded.suffix(9)
        while fraction.count > 2, fraction.last == "0" { fraction.removeLast() }
        return (nanoUSD < 0 ? "-" : "") + padded.dropLast(9) + "." + fraction
    }
}
