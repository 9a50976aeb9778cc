import ArgumentParser
import Foundation
import Gateway
import Inference
import Routing

/// `sallyport models prices`.
struct ModelsPrices: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prices", abstract: "List the price table.",
        discussion: """
            List prices in US dollars per million tokens, as of the day that policies/prices.csv says; `-` is unknown.

            Example: sallyport models prices --provider anthropic
            """)

    @OptionGroup var configuration: ConfigurationOption
    @Option(help: "Only this provider of the table.") var provider: String?
    @Flag(help: "One JSON object a line, for scripts.") var json = false

    private struct Line: Encodable {
        let provider, model: String
        let asOf: String?
        let inputUsdPerMillion, outputUsdPerMillion, cachedInputUsdPerMillion, cacheWriteUsdPerMillion: Double?
        let cacheWriteHourUsdPerMillion, batchInputUsdPerMillion, batchOutputUsdPerMillion: Double?
        let longPromptsAbove: Int?
        let longInputUsdPerMillion, longOutputUsdPerMillion: Double?
        let contextWindow, maxOutput: Int?
        let capabilities: [String]?
    }

    func run() throws {
        try configuration.reporting {
            let loaded = try ConfigurationLoader.load(
                path: configuration.path, environment: configuration.environment, assumesSecrets: true)
            let entries = loaded.prices.entries.filter { provider == nil || $0.provider == provider }
            if let provider, entries.isEmpty {
                let known = Set(loaded.prices.entries.map(\.provider)).sorted().joined(separator: ", ")
                throw ValidationError("no prices of `\(provider)`: there are \(known)")
            }
            func dollars(_ pico: Int64?) -> Double? { pico.map { Double($0) / 1e6 } }
            let lines = entries.map { entry in
                let (rates, batch, tier) = (entry.price?.rates, entry.price?.batch, entry.price?.tiers.first)
                return Line(
                    provider: entry.provider, model: entry.model, asOf: loaded.prices.date,
                    inputUsdPerMillion: dollars(rates?.input), outputUsdPerMillion: dollars(rates?.output),
                    cachedInputUsdPerMillion: dollars(rates?.cachedInput),
                    cacheWriteUsdPerMillion: dollars(rates?.writtenInput),
                    cacheWriteHourUsdPerMillion: dollars(rates?.writtenForHour),
                    batchInputUsdPerMillion: dollars(batch?.input), batchOutputUsdPerMillion: dollars(batch?.output),
                    longPromptsAbove: tier?.above, longInputUsdPerMillion: dollars(tier?.rates.input),
                    longOutputUsdPerMillion: dollars(tier?.rates.output), contextWindow: entry.contextWindow,
                    maxOutput: entry.maximumOutput, capabilities: entry.capabilities?.words)
            }
            if json {
                for line in lines { print(try JSONLine.text(line)) }
                return
            }
            var table = TextTable(
                [
                    "provider", "model", "in", "out", "cached", "written", "1 h", "batch in", "batch out", "above",
                    "in", "out",
                ],
                right: [2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
            for line in lines {
                table.add(
                    [line.provider, line.model]
                        + [
                            line.inputUsdPerMillion, line.outputUsdPerMillion, line.cachedInputUsdPerMillion,
                            line.cacheWriteUsdPerMillion, line.cacheWriteHourUsdPerMillion,
                            line.batchInputUsdPerMillion,
                            line.batchOutputUsdPerMillion,
                        ].map { ModelsList.text($0) }
                        + [line.longPromptsAbove.map { String($0) } ?? "-"]
                        + [line.longInputUsdPerMillion, line.longOutputUsdPerMillion].map { ModelsList.text($0) })
            }
            print(table.text)
            print("\nUS dollars per million tokens\(loaded.prices.date.map { " as of \($0)" } ?? ""); `-`: unknown")
        }
    }
}
