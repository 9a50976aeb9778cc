import ArgumentParser
import Foundation
import Gateway
import Inference
import Routing

/// `sallyport models explain`.
struct ModelsExplain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say which candidates a request would be sent to, in which order, and why not to others.",
        discussion: """
            Asks the gateway that runs with this configuration, over its operators' port; without one the files alone, and nothing \
            is measured. Access policies are not asked, since they depend on who asks for what.

            Example: sallyport models explain small --input-tokens 20000 --needs vision
            """)

    @OptionGroup var configuration: ConfigurationOption
    @Argument(help: "The model, as callers name it.") var model: String
    @Option(help: "Tokens of the prompt.") var inputTokens = 1_000
    @Option(help: "The most tokens of the answer.") var maxOutput: Int?
    @Option(help: "What the request needs: vision, tools or json_schema; may be repeated.") var needs: [String] = []
    @Option(help: "Another strategy than the alias's.") var strategy: String?
    @Flag(help: "One JSON object, for scripts.") var json = false

    private struct Report: Decodable {
        struct Line: Decodable {
            let destination, reason: String
            let expectedNanoUsd: Int64?
            let expectedMs: Int64?
        }
        struct Hedge: Decodable {
            let beside: String
            let with: String?
            let afterMs, wholeAfterMs: Int64?
            let maxCostShare: Double

            /// In one sentence.
            var text: String {
                guard let with else { return "hedge: nobody else is ready to be asked beside \(beside)" }
                let times = [
                    afterMs.map { "\($0) ms without a first token" },
                    wholeAfterMs.map { "\($0) ms without an answer that comes whole" },
                ].compactMap(\.self)
                guard !times.isEmpty else { return "hedge: none yet, too little of \(beside) was measured" }
                let share = ModelsList.text(maxCostShare * 100)
                return
                    "hedge: after \(times.joined(separator: ", or ")) from \(beside), \(with) is asked beside it, for at "
                    + "most \(share) % of what the model cost of late"
            }
        }
        let measured: Bool
        let model, alias, strategy: String
        let candidates, excluded: [Line]
        let hedge: Hedge?
    }

    func run() throws {
        var query = RouteQuery(inputTokens: inputTokens, maximumOutput: maxOutput, isDry: true)
        for word in needs {
            guard let need = ModelCapabilities(word: word) else {
                throw ValidationError("unknown need `\(word)`: there are vision, tools and json_schema")
            }
            query.needs.insert(need)
        }
        if let strategy {
            guard let known = ModelAlias.Strategy(rawValue: strategy) else {
                let words = ModelAlias.Strategy.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("unknown strategy `\(strategy)`: there are \(words)")
            }
            query.strategy = known
        }
        let question = ModelsReport.Question(model: ModelID(model), query: query)
        try configuration.reporting {
            let loaded = try ConfigurationLoader.load(
                path: configuration.path, environment: configuration.environment, assumesSecrets: true)
            let asked = try? AdminClient.get("/models/explain?" + question.text, of: loaded)
            let body = asked ?? ModelsReport.unmeasured(loaded, question)
            guard let body else { throw ValidationError("unknown model `\(model)`: see `sallyport models`") }
            if json { return print(String(decoding: body, as: UTF8.self)) }
            let report = try ModelsList.decoder.decode(Report.self, from: Data(body))
            if !report.measured { complain("no gateway answers at the operators' port: nothing is measured") }
            print("\(report.model), by strategy \(report.strategy), \(inputTokens) prompt tokens:\n")
            var table = TextTable(["", "candidate", "expected $", "expected ms", "why"], right: [2, 3])
            for (index, line) in report.candidates.enumerated() {
                table.add([
                    String(index + 1), line.destination,
                    line.expectedNanoUsd.map { Money(nanoUSD: $0).usd } ?? "unknown",
                    line.expectedMs.map { String($0) } ?? "-", line.reason,
                ])
            }
            for line in report.excluded { table.add(["–", line.destination, "", "", line.reason]) }
            print(table.text)
            if let hedge = report.hedge { print("\n\(hedge.text)") }
        }
    }
}
