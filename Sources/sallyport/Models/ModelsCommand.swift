import ArgumentParser
import Foundation
import Gateway

/// `sallyport models`.
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "Look at models: prices, latencies, health, and how requests are routed.",
        subcommands: [ModelsList.self, ModelsExplain.self, ModelsPrices.self, ModelsSimulate.self],
        defaultSubcommand: ModelsList.self)
}

/// `sallyport models list`.
struct ModelsList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the models with prices and measurements.",
        discussion: """
            The measurements come from the gateway that runs with this configuration, over its operators' port; without one \
            only what the files say is listed. Times are those to the first token (of answers that come whole: to their end); \
            errors are those of the last hour; spent is since midnight UTC, as the ledger has it, and stands once where several \
            models have the same candidate.

            Example: sallyport models
            """)

    @OptionGroup var configuration: ConfigurationOption
    @Flag(help: "One JSON object, for scripts.") var json = false

    private struct Report: Decodable {
        struct Model: Decodable {
            struct Candidate: Decodable {
                let provider, model, state: String
                let inputUsdPerMillion, outputUsdPerMillion: Double?
                let firstTokenP50Ms, firstTokenP95Ms, tokensPerSecond, errorRate: Double?
                let underWay: Int
                let spentTodayNanoUsd: Int64?
                let spentTodayCountedUnder: String?
            }
            let alias, strategy: String
            let candidates: [Candidate]
        }
        let measured: Bool
        let pricesAsOf: String?
        let models: [Model]
    }

    func run() throws {
        try configuration.reporting {
            let loaded = try ConfigurationLoader.load(
                path: configuration.path, environment: configuration.environment, assumesSecrets: true)
            let asked = try? AdminClient.get("/models", of: loaded)
            let body = asked ?? ModelsReport.unmeasured(loaded)
            if json { return print(String(decoding: body, as: UTF8.self)) }
            let report = try Self.decoder.decode(Report.self, from: Data(body))
            if !report.measured { complain("no gateway answers at the operators' port: nothing is measured") }
            var table = TextTable(
                [
                    "model", "provider", "in $/M", "out $/M", "p50 ms", "p95 ms", "tokens/s", "errors", "state",
                    "spent today $",
                ],
                right: [2, 3, 4, 5, 6, 7, 9])
            for model in report.models {
                for candidate in model.candidates {
                    table.add([
                        model.alias, "\(candidate.provider)/\(candidate.model)",
                        Self.text(candidate.inputUsdPerMillion),
                        Self.text(candidate.outputUsdPerMillion), Self.text(candidate.firstTokenP50Ms, places: 0),
                        Self.text(candidate.firstTokenP95Ms, places: 0),
                        Self.text(candidate.tokensPerSecond, places: 0),
                        candidate.errorRate.map { Self.text($0 * 100, places: 1) + " %" } ?? "-", candidate.state,
                        candidate.spentTodayNanoUsd.map { Self.text(Double($0) / 1e9, places: 4) }
                            ?? "see \(candidate.spentTodayCountedUnder ?? "above")",
                    ])
                }
            }
            print(table.text)
            if let date = report.pricesAsOf { print("\nlist prices as of \(date); `-`: unknown") }
        }
    }

    static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    /// A number, or `-` for none.
    static func text(_ value: Double?, places: Int? = nil) -> String {
        guard let value else { return "-" }
        if let places { return String(format: "%.\(places)f", value) }
        return String(format: "%g", value)
    }
}
