import ArgumentParser
import Foundation
import Gateway
import Inference
import Routing

/// `sallyport models simulate`.
struct ModelsSimulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Run the router over a trace, and compare costs and times.",
        discussion: """
            A trace has one JSON object a line: at_ms, input and output (tokens), and timings, an object that says of some or all \
            candidates by PROVIDER/MODEL {"first_token_ms": …, "total_ms": …, "failed": false}. Of a candidate that a line does not \
            name it is taken that it would have answered as the last time before. --model names the alias whose candidates, prices \
            and terms are used. A generated trace has three made-up models, a cheap, a middle and a quick one.

            Compared are the chosen strategy, always the cheapest, always the fastest, and hindsight: the least cost that anybody \
            could have reached who knew every answer before, with a mean time no longer than the chosen strategy's and within the \
            candidates' max_concurrent. Where the alias has `hedge`, second attempts are made as a gateway makes them; an attempt that is \
            given up is taken to cost its prompt.

            Example: sallyport models simulate --generate degrading --seed 7
            """)

    enum Generated: String, ExpressibleByArgument, CaseIterable { case steady, bursty, degrading }

    @OptionGroup var configuration: ConfigurationOption
    @Argument(help: "The trace's file.", completion: .file()) var trace: String?
    @Option(help: "The alias whose candidates the trace names.") var model: String?
    @Option(help: "Make a trace: steady, bursty or degrading.") var generate: Generated?
    @Option(help: "From what the trace is made, and lots drawn.") var seed: UInt64 = 1
    @Option(help: "How long the made trace is, in seconds.") var seconds = 900
    @Option(help: "ordered, cheapest, fastest, balanced or weighted.") var strategy = "balanced"
    @Option(help: "What a second saved is worth, in US dollars.") var usdPerSecondSaved: Double?
    @Flag(help: "One JSON object, for scripts.") var json = false

    func validate() throws {
        guard (trace == nil) != (generate == nil) else {
            throw ValidationError("name either a trace or --generate KIND")
        }
        if trace != nil, model == nil { throw ValidationError("--model says whose candidates the trace has") }
        guard ModelAlias.Strategy(rawValue: strategy) != nil else {
            throw ValidationError("unknown strategy `\(strategy)`")
        }
        guard (1...86_400).contains(seconds) else { throw ValidationError("--seconds is from 1 to 86400") }
        if let usdPerSecondSaved, !(0...1_000).contains(usdPerSecondSaved) {
            throw ValidationError("--usd-per-second-saved is from 0 to 1000")
        }
    }

    private struct Report: Encodable {
        struct Line: Encodable {
            let way: String
            let answered, failed, attempts, hedges, hedgesWon: Int
            let costNanoUsd, hedgeCostNanoUsd: Int64
            let meanMs, p50Ms, p95Ms: UInt64
            let answeredBy: [String: Int]
        }
        let requests: Int
        let lines: [Line]
        let costOverHindsight: Double
        let hindsightLeastNanoUsd: Int64
    }

    func run() throws {
        try configuration.reporting {
            var (alias, trace) = try subject()
            if let usdPerSecondSaved {
                var terms = alias.terms
                terms.secondSaved = Money(nanoUSD: Int64(usdPerSecondSaved * 1e9))
                alias = ModelAlias(id: alias.id, strategy: alias.strategy, terms: terms, candidates: alias.candidates)
            }
            let chosen = ModelAlias.Strategy(rawValue: strategy) ?? .balanced
            let progress = SimulationProgress()
            func run(_ strategy: ModelAlias.Strategy, _ name: String) -> SimulationResult {
                Simulation.run(trace, alias, strategy: strategy, seed: seed) { progress.show(name, $0) }
            }
            let result = run(chosen, strategy)
            let best = Hindsight(trace, alias, bound: result.meanTime) { progress.show("hindsight", $0) }
            let hindsight = best.plan
            let results = [
                (strategy, result), ("always-cheapest", run(.cheapest, "always-cheapest")),
                ("always-fastest", run(.fastest, "always-fastest")), ("hindsight", hindsight),
            ]
            progress.end()
            let report = Report(
                requests: trace.requests.count,
                lines: results.map { way, result in
                    Report.Line(
                        way: way, answered: result.answered, failed: result.failed, attempts: result.attempts,
                        hedges: result.hedges, hedgesWon: result.hedgesWon, costNanoUsd: result.cost.nanoUSD,
                        hedgeCostNanoUsd: result.hedgeCost.nanoUSD, meanMs: result.meanTime / 1_000_000,
                        p50Ms: result.time(percentile: 0.5) / 1_000_000,
                        p95Ms: result.time(percentile: 0.95) / 1_000_000,
                        answeredBy: Dictionary(
                            zip(trace.candidates.map(\.description), result.answeredBy), uniquingKeysWith: { $0 + $1 }))
                },
                costOverHindsight: hindsight.cost.nanoUSD > 0
                    ? Double(result.cost.nanoUSD) / Double(hindsight.cost.nanoUSD) : 1,
                hindsightLeastNanoUsd: best.leastCost.nanoUSD)
            if json { return print(try JSONLine.text(report)) }
            var table = TextTable(
                ["", "cost $", "mean ms", "p50 ms", "p95 ms", "failed", "attempts"]
                    + trace.candidates.map(\.description),
                right: Set(1..<(7 + trace.candidates.count)))
            for (line, result) in zip(report.lines, results.map(\.1)) {
                table.add(
                    [
                        line.way, ModelsList.text(Double(line.costNanoUsd) / 1e9, places: 6), String(line.meanMs),
                        String(line.p50Ms), String(line.p95Ms), String(line.failed), String(line.attempts),
                    ] + result.answeredBy.map { String($0) })
            }
            print("\(report.requests) requests\n\n\(table.text)\n")
            let excess = ModelsList.text((report.costOverHindsight - 1) * 100, places: 1)
            for line in report.lines where line.hedges > 0 {
                let cost = ModelsList.text(Double(line.hedgeCostNanoUsd) / 1e9, places: 6)
                print(
                    "\(line.way): \(line.hedges) second attempts beside slow ones, \(line.hedgesWon) answered first; what was "
                        + "given up cost \(cost) $")
            }
            let (mean, bound) = (hindsight.meanTime / 1_000_000, result.meanTime / 1_000_000)
            print("hindsight's bound: a mean of \(bound) ms as \(strategy) has it; its plan has \(mean) ms")
            print("\(strategy) costs \(excess) % more than hindsight's plan at the same mean time")
            let least = ModelsList.text(Double(best.leastCost.nanoUSD) / 1e9, places: 6)
            print("no plan at all costs less than \(least) $ at that mean time")
        }
    }

    private func subject() throws -> (ModelAlias, RoutingTrace) {
        if let generate, let kind = TraceGenerator.Kind(rawValue: generate.rawValue) {
            var terms = ModelAlias.Terms()
            terms.secondSaved = Money(nanoUSD: 300_000)
            let alias = ModelAlias(
                id: ModelID("generated"), strategy: .balanced, terms: terms,
                candidates: TraceGenerator.usual.map(\.candidate))
            return (alias, TraceGenerator.trace(kind, seconds: seconds, seed: seed))
        }
        let loaded = try ConfigurationLoader.load(
            path: configuration.path, environment: configuration.environment, assumesSecrets: true)
        guard let model, let resolved = loaded.routing.resolve(ModelID(model)) else {
            throw ValidationError("unknown model `\(model ?? "")`: see `sallyport models`")
        }
        let alias = ModelAlias(
            id: resolved.alias, strategy: resolved.strategy, terms: resolved.terms, candidates: resolved.candidates)
        return (alias, try read(trace ?? "", candidates: resolved.candidates.map(\.destination)))
    }

    private struct Line: Decodable {
        struct Timing: Decodable {
            let firstTokenMs, totalMs: Double
            let failed: Bool?
        }
        let atMs: Double
        let input, output: Int
        let timings: [String: Timing]
    }

    private func read(_ path: String, candidates: [Destination]) throws -> RoutingTrace {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ValidationError("can't read `\(path)`")
        }
        var requests: [RoutingTrace.Request] = []
        for (index, line) in String(decoding: data, as: UTF8.self).split(separator: "\n").enumerated() {
            guard let read = try? ModelsList.decoder.decode(Line.self, from: Data(line.utf8)),
                ([read.atMs] + read.timings.values.flatMap { [$0.firstTokenMs, $0.totalMs] }).allSatisfy({
                    (0...1e12).contains($0)
                }), read.input >= 0, read.output >= 0
            else {
                throw ValidationError("\(path):\(index + 1): expected at_ms, input, output and timings, see --help")
            }
            requests.append(
                RoutingTrace.Request(
                    at: UInt64(read.atMs * 1e6), input: read.input, output: read.output,
                    timings: candidates.map { candidate in
                        read.timings[candidate.description].map {
                            RoutingTrace.Timing(
                                firstToken: UInt64($0.firstTokenMs * 1e6), total: UInt64($0.totalMs * 1e6),
                                fails: $0.failed ?? false)
                        }
                    }))
        }
        return RoutingTrace(candidates: candidates, requests: requests)
    }
}
