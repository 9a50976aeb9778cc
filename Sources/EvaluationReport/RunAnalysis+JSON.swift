internal import Evaluation
internal import Inference
internal import JSONText
internal import Statistics

extension RunAnalysis {
    /// The analysis as one JSON object, for scripts: scores and rates from 0 to 1, times in milliseconds, money in US dollars;
    /// what is not known is `null`. No text of a case is in it.
    public func json() -> [UInt8] {
        var json = JSONWriter(capacity: 4_096)
        json.beginObject()
        json.key("schema")
        json.int(1)
        run(&json)
        json.key("candidates")
        json.beginArray()
        for (place, candidate) in candidates.enumerated() { write(candidate, place == record.baseline, &json) }
        json.endArray()
        json.key("pareto")
        json.beginObject()
        json.key("dimensions")
        json.strings(dimensions.map(\.rawValue))
        json.key("candidates")
        json.strings(candidates.filter(\.isPareto).map(\.name))
        json.endObject()
        writeTags(&json)
        writeWorst(&json)
        json.endObject()
        return json.bytes
    }

    private func run(_ json: inout JSONWriter) {
        json.key("run")
        json.beginObject()
        json.member("id", record.id)
        json.member("suite", record.suite)
        json.member("started_at", record.startedAt)
        json.member("state", record.state.rawValue)
        // As a text: not every reader has 64 bits for a number.
        json.member("seed", "\(record.seed)")
        json.member("policy_hash", record.policyHash)
        json.key("cases")
        json.int(record.cases.count)
        json.member("baseline", baseline?.name ?? "")
        json.key("confidence")
        json.double(options.confidence)
        json.endObject()
    }

    private func write(_ candidate: CandidateFigures, _ isBaseline: Bool, _ json: inout JSONWriter) {
        let summary = candidate.summary
        json.beginObject()
        json.member("name", candidate.name)
        json.member("model", candidate.model)
        json.member("method", candidate.method)
        json.key("baseline")
        json.bool(isBaseline)
        json.key("pareto")
        json.bool(candidate.isPareto)
        json.key("cases")
        json.int(summary.cases)
        json.key("missing")
        json.int(candidate.missing)
        json.key("dropped_after")
        json.optional(candidate.droppedAfter.map(Double.init))
        json.key("score")
        json.interval(candidate.score, candidate.intervalMethod.rawValue)
        json.key("pass_rate")
        json.interval(candidate.passRate, CandidateFigures.IntervalMethod.wilson.rawValue)
        json.key("errors")
        json.int(summary.errors)
        json.key("refusal_rate")
        json.optional(summary.refusalRate)
        json.key("leak_rate")
        json.optional(summary.leakRate)
        for (name, quantile) in [("p50_ms", 0.5), ("p90_ms", 0.9), ("p95_ms", 0.95), ("p99_ms", 0.99)] {
            json.key(name)
            json.optional(summary.latency(quantile: quantile))
        }
        json.key("mean_ms")
        json.optional(summary.meanLatency)
        json.key("usd")
        json.optional(summary.cost.map { Double($0.nanoUSD) / 1e9 })
        json.key("usd_per_1k")
        json.optional(summary.usdPerThousand)
        json.key("input_tokens")
        json.int(summary.usage.input)
        json.key("output_tokens")
        json.int(summary.usage.output)
        json.key("scorers")
        json.beginObject()
        for (name, mean) in summary.scorers.sorted(by: { $0.key < $1.key }) {
            json.key(name)
            json.double(mean)
        }
        json.endObject()
        json.key("score_against_baseline")
        json.comparison(candidate.scoreComparison, alpha: options.alpha)
        json.key("passes_against_baseline")
        json.comparison(candidate.passComparison, alpha: options.alpha)
        json.endObject()
    }

    private func writeTags(_ json: inout JSONWriter) {
        json.key("tags")
        json.beginArray()
        for tag in tags {
            json.beginObject()
            json.member("tag", tag.name)
            json.key("cases")
            json.int(tag.cases)
            json.key("scores")
            json.beginObject()
            for (candidate, score) in zip(candidates, tag.scores) {
                json.key(candidate.name)
                json.interval(score, isBinary ? "wilson" : "student")
            }
            json.endObject()
            json.endObject()
        }
        json.endArray()
    }

    private func writeWorst(_ json: inout JSONWriter) {
        json.key("worst_cases")
        json.beginArray()
        for worst in worst {
            json.beginObject()
            json.member("case", record.cases[worst.test].id)
            switch worst.reason {
            case .belowBaseline(let candidate, let fall):
                json.member("reason", "below_baseline")
                json.member("candidate", candidates[candidate].name)
                json.key("by")
                json.double(fall)
            case .low(let best):
                json.member("reason", "low")
                json.key("best")
                json.double(best)
            }
            json.endObject()
        }
        json.endArray()
    }
}

extension JSONWriter {
    mutating func member(_ name: StaticString, _ text: String) {
        key(name)
        string(text)
    }

    mutating func optional(_ value: Double?) {
        if let value { double(value) } else { null() }
    }

    mutating func strings(_ texts: [String]) {
        beginArray()
        for text in texts { string(text) }
        endArray()
    }

    mutating func interval(_ interval: ConfidenceInterval?, _ method: String) {
        guard let interval else { return null() }
        beginObject()
        key("estimate")
        double(interval.estimate)
        key("lower")
        double(interval.lower)
        key("upper")
        double(interval.upper)
        member("method", method)
        endObject()
    }

    mutating func comparison(_ comparison: PairedComparison?, alpha: Double) {
        guard let comparison else { return null() }
        beginObject()
        key("cases")
        int(comparison.cases)
        key("difference")
        interval(comparison.difference, comparison.test == .mcnemar ? "bonett-price" : "bootstrap")
        key("wins")
        int(comparison.wins)
        key("losses")
        int(comparison.losses)
        member("test", comparison.test.rawValue)
        key("p_value")
        double(comparison.pValue)
        key("adjusted_p_value")
        double(comparison.adjustedPValue)
        member("verdict", comparison.verdict(alpha: alpha).rawValue)
        endObject()
    }
}
