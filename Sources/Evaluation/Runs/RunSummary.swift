public import Inference

/// How a candidate did over a set of cases: what tables show and gates ask.
public struct RunSummary: Sendable {
    /// Cases.
    public private(set) var cases = 0
    /// Cases without an answer.
    public private(set) var errors = 0
    /// The mean of the cases' scores; `nil` where none could be told.
    public private(set) var score: Double?
    /// The part of the cases that pass.
    public private(set) var passRate: Double?
    /// The part of the answers that refuse.
    public private(set) var refusalRate: Double?
    /// Cases with an answer whose score could not be told.
    public private(set) var unscored = 0
    /// The part of the answers with findings; `nil` where not all of them were looked at.
    public private(set) var leakRate: Double?
    /// The mean of each scorer's scores, by its name; only of those that could be told.
    public private(set) var scorers: [String: Double] = [:]
    /// What everything cost; `nil` where the price of a case is not known.
    public private(set) var cost: Money?
    /// Tokens of all prompts and answers.
    public private(set) var usage = TokenUsage(input: 0, output: 0)
    /// The times of all answers in milliseconds, in ascending order.
    public private(set) var latencies: [Double] = []
    /// The mean of the times.
    public private(set) var meanLatency: Double?

    /// Sums results up.
    public init(_ results: some Collection<CaseResult>) {
        guard !results.isEmpty else { return }
        cases = results.count
        errors = results.count(where: \.isError)
        score = Self.mean(results.compactMap(\.score))
        passRate = Self.part(results, \.passes)
        refusalRate = Self.part(results.filter { !$0.isError }, \.isRefusal)
        let answered = results.filter { !$0.isError }
        leakRate = answered.allSatisfy(\.isInspected) ? Self.part(answered, \.isLeak) : nil
        unscored = results.count { $0.score == nil }
        var sums: [String: (sum: Double, count: Int)] = [:]
        for result in results {
            for scorer in result.scorers {
                guard let value = scorer.score.value else { continue }
                sums[scorer.name, default: (0, 0)].sum += value
                sums[scorer.name, default: (0, 0)].count += 1
            }
        }
        scorers = sums.mapValues { $0.sum / Double($0.count) }
        latencies = results.compactMap(\.latencyMilliseconds).filter(\.isFinite).sorted()
        meanLatency = Self.mean(latencies)
        sumUp(results)
    }

    private mutating func sumUp(_ results: some Collection<CaseResult>) {
        var sum = Money(nanoUSD: 0)
        var isKnown = true
        for result in results {
            if let cost = result.cost { sum.add(cost) } else if !result.isError { isKnown = false }
            guard let used = result.usage else { continue }
            usage.input = usage.input.addingReportingOverflow(used.input).partialValue
            usage.output = usage.output.addingReportingOverflow(used.output).partialValue
        }
        cost = isKnown ? sum : nil
    }

    /// What a thousand cases cost, in US dollars.
    public var usdPerThousand: Double? { cost.map { Double($0.nanoUSD) / 1e9 / Double(max(1, cases)) * 1000 } }

    /// The time below which a part of the answers came, in milliseconds, by linear interpolation (Hyndman and Fan 1996,
    /// type 7: what NumPy does).
    public func latency(quantile: Double) -> Double? {
        guard !latencies.isEmpty, (0...1).contains(quantile) else { return nil }
        let place = quantile * Double(latencies.count - 1)
        let below = Int(place.rounded(.down))
        let above = min(below + 1, latencies.count - 1)
        return latencies[below] + (place - Double(below)) * (latencies[above] - latencies[below])
    }

    /// Each tag's own summary, in the order of tags.
    public static func byTag(_ results: [CaseResult]) -> [(tag: String, summary: RunSummary)] {
        var groups: [String: [CaseResult]] = [:]
        for result in results {
            for tag in Set(result.tags) { groups[tag, default: []].append(result) }
        }
        return groups.sorted { $0.key < $1.key }.map { ($0.key, RunSummary($0.value)) }
    }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    private static func part(_ results: some Collection<CaseResult>, _ holds: (CaseResult) -> Bool) -> Double? {
        results.isEmpty ? nil : Double(results.count(where: holds)) / Double(results.count)
    }
}
