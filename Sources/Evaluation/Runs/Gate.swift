internal import Inference

/// What a candidate has to fulfil: `score>=baseline-0.01 && p95_ms<900 && usd_per_1k<2`.
///
/// Comparisons (`< <= > >= == !=`) of sums, differences, products and quotients of numbers and metrics, joined by `&&`,
/// `||`, `!` and parentheses. `baseline` alone is the baseline's value of the one metric that stands on the
/// comparison's left; `baseline.p95_ms` is that of another. A metric may be of one tag (`score[hard]`) or one scorer
/// (`scorer.exact`, `scorer.exact[hard]`). What is not known (no price, no baseline, a division by zero) fulfils
/// nothing, and neither does its opposite: the gate stays shut.
public struct Gate: Sendable {
    /// Why a text is no gate.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// Where, in characters from 1.
        public let column: Int
        /// What is wrong.
        public let message: String

        /// `gate:1:column: message`.
        public var description: String { "gate:1:\(column): \(message)" }
    }

    /// What a gate says about a candidate.
    public struct Verdict: Sendable, Hashable {
        /// Whether it is open.
        public let isOpen: Bool
        /// Each comparison in words, with both values and how it came out, in the text's order.
        public let comparisons: [String]

        /// About a candidate that a race dropped: it has lost.
        public static let dropped = Verdict(isOpen: false, comparisons: ["the race dropped it: it loses"])
    }

    /// What can be compared.
    public static let metrics = [
        "score", "pass_rate", "error_rate", "refusal_rate", "leak_rate", "p50_ms", "p90_ms", "p95_ms", "p99_ms",
        "mean_ms", "usd_per_1k", "usd", "cases", "errors", "input_tokens", "output_tokens",
    ]

    /// The text as it was written.
    public let source: String
    let condition: GateCondition

    /// Reads a gate. `scorers` and `tags` are those of the suite: another name is an error; `nil`: not known yet, any
    /// will do.
    public init(_ text: String, scorers: [String]? = nil, tags: [String]? = nil) throws(Failure) {
        source = text
        var parser = GateParser(text, scorers: scorers, tags: tags)
        condition = try parser.gate()
    }

    /// Whether a candidate fulfils it, by its results and the baseline's; `nil`: there is no baseline.
    public func verdict(_ candidate: GateFigures, baseline: GateFigures?) -> Verdict {
        var lines: [String] = []
        let outcome = condition.holds(candidate, baseline, &lines)
        return Verdict(isOpen: outcome == true, comparisons: lines)
    }
}

/// A candidate's figures as gates ask for them.
public struct GateFigures: Sendable {
    private let whole: RunSummary
    private let tags: [String: RunSummary]
    private var replaced: [String: Double?] = [:]

    /// Of a candidate's results.
    public init(_ results: [CaseResult]) {
        whole = RunSummary(results)
        tags = Dictionary(uniqueKeysWithValues: RunSummary.byTag(results).map { ($0.tag, $0.summary) })
    }

    /// The same with other values for metrics of the whole run, by name: for what-if and resampling. Metrics of a tag or a
    /// scorer stay as they are.
    public func replacing(_ values: [String: Double?]) -> GateFigures {
        var figures = self
        figures.replaced = values
        return figures
    }

    func value(of metric: GateMetric) -> Double? {
        if metric.tag == nil, metric.scorer == nil, let value = replaced[metric.name] { return value }
        guard let summary = metric.tag.map({ tags[$0] }) ?? whole else { return nil }
        // Who answered nothing was not measured, and a mean of those that could be scored is none of all.
        let isCount = ["error_rate", "errors", "cases"].contains(metric.name)
        guard isCount || summary.errors < summary.cases else { return nil }
        if metric.scorer != nil || metric.name == "score", summary.unscored > 0 { return nil }
        if let scorer = metric.scorer { return summary.scorers[scorer] }
        switch metric.name {
        case "score": return summary.score
        case "pass_rate": return summary.passRate
        case "error_rate": return summary.cases > 0 ? Double(summary.errors) / Double(summary.cases) : nil
        case "refusal_rate": return summary.refusalRate
        case "leak_rate": return summary.leakRate
        case "p50_ms": return summary.latency(quantile: 0.5)
        case "p90_ms": return summary.latency(quantile: 0.9)
        case "p95_ms": return summary.latency(quantile: 0.95)
        case "p99_ms": return summary.latency(quantile: 0.99)
        case "mean_ms": return summary.meanLatency
        case "usd_per_1k": return summary.usdPerThousand
        case "usd": return summary.cost.map { Double($0.nanoUSD) / 1e9 }
        case "cases": return Double(summary.cases)
        case "errors": return Double(summary.errors)
        case "input_tokens": return Double(summary.usage.input)
        case "output_tokens": return Double(summary.usage.output)
        default: return nil
        }
    }
}
