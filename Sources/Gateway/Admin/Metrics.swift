import Inference
import Synchronization

/// What the gateway counts, for Prometheus. No label carries anything that a caller wrote.
final class Metrics: Sendable {
    /// Where the time of requests is counted, in microseconds; the last bucket is open.
    private static let bounds: [Int64] = [
        1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000,
        10_000_000, 30_000_000, 60_000_000,
    ]

    /// What one answer may count at most: a provider's figures are a peer's input.
    private static let mostTokens = 1 << 40
    /// A million US dollars: no answer costs more, whatever its provider says.
    private static let mostNanoUSD: Int64 = 1_000_000_000_000_000

    private struct RequestLabel: Hashable {
        let operation: String
        let status: Int
    }

    private struct AttemptLabel: Hashable {
        let provider: ProviderID
        let outcome: String
    }

    private struct HedgeLabel: Hashable {
        let alias: ModelID
        let outcome: String
    }

    private struct OwnLabel: Hashable {
        let rollout: String
        let kind: OwnRequest.Kind
        let outcome: String
    }

    private struct TokenLabel: Hashable {
        let provider: ProviderID
        let direction: String
    }

    private struct Histogram {
        var counts = [Int](repeating: 0, count: Metrics.bounds.count + 1)
        var sum: Int64 = 0
        var total = 0

        mutating func observe(_ microseconds: Int64) {
            let bucket = Metrics.bounds.firstIndex { microseconds <= $0 } ?? Metrics.bounds.count
            counts[bucket] += 1
            sum += microseconds
            total += 1
        }
    }

    private struct Counters {
        var requests: [RequestLabel: Int] = [:]
        var seconds: [String: Histogram] = [:]
        var attempts: [AttemptLabel: Int] = [:]
        var hedges: [HedgeLabel: Int] = [:]
        var own: [OwnLabel: Int] = [:]
        var firstBytes: [ProviderID: Histogram] = [:]
        var tokens: [TokenLabel: Int] = [:]
        var nanoUSD: [ProviderID: Int64] = [:]
        var findings: [DataClass: Int] = [:]
        var analyses: [String: Int] = [:]
        var refusals: [String: Int] = [:]
        var cache: [CacheUse: Int] = [:]
        var reloads: [String: Int] = [:]
    }

    private let counters = Mutex(Counters())
    private let flying = Atomic<Int>(0)
    private let running = Atomic<Int>(0)

    /// Requests under way.
    var inFlight: Int { flying.load(ordering: .relaxed) }

    /// Counts a request in; returns how many are now under way.
    func requestBegan() -> Int { flying.add(1, ordering: .relaxed).newValue }

    /// Counts a request out.
    func requestEnded() { flying.subtract(1, ordering: .relaxed) }

    /// Requests in the pipeline: a caller may be gone while its result is still to be recorded.
    var inPipeline: Int { running.load(ordering: .acquiring) }

    /// Counts a request into the pipeline.
    func pipelineEntered() { running.add(1, ordering: .relaxed) }

    /// Counts a request out of the pipeline.
    func pipelineLeft() { running.subtract(1, ordering: .releasing) }

    /// Counts an answer.
    func answered(operation: String, status: Int, microseconds: Int64) {
        counters.withLock {
            $0.requests[RequestLabel(operation: operation, status: status), default: 0] += 1
            $0.seconds[operation, default: Histogram()].observe(microseconds)
        }
    }

    /// Counts one try at a provider.
    func attempted(
        _ provider: ProviderID, outcome: String, firstByteMicroseconds: Int64?, usage: TokenUsage?, cost: Money?
    ) {
        counters.withLock {
            $0.attempts[AttemptLabel(provider: provider, outcome: outcome), default: 0] += 1
            if let firstByteMicroseconds {
                $0.firstBytes[provider, default: Histogram()].observe(firstByteMicroseconds)
            }
            if let usage {
                $0.tokens[TokenLabel(provider: provider, direction: "input"), default: 0] &+= min(
                    usage.input, Self.mostTokens)
                $0.tokens[TokenLabel(provider: provider, direction: "output"), default: 0] &+= min(
                    usage.output, Self.mostTokens)
            }
            if let cost {
                $0.nanoUSD[provider, default: 0] &+= min(max(0, cost.nanoUSD), Self.mostNanoUSD)
            }
        }
    }

    /// Counts a request of an alias for which a second attempt was sent beside the first: the second one answered (`won`), the first one
    /// did (`lost`), or none (`failed`).
    func hedged(_ alias: ModelID, outcome: String) {
        counters.withLock { $0.hedges[HedgeLabel(alias: alias, outcome: outcome), default: 0] += 1 }
    }

    /// Counts a request that a rollout made of its own accord, or did not make, by what became of it: `sent`, a word of
    /// `OwnRequest.Drop`, or of a judge `unread`.
    func rolledOut(_ own: OwnRequest, _ outcome: String) {
        let label = OwnLabel(rollout: own.rolloutName, kind: own.kind, outcome: outcome)
        counters.withLock { $0.own[label, default: 0] += 1 }
    }

    /// Counts what was found in a request.
    func found(_ summary: DataSummary) {
        guard !summary.counts.isEmpty || summary.unscannable > 0 else { return }
        counters.withLock {
            for line in summary.byClass { $0.findings[line.dataClass, default: 0] += line.count }
        }
    }

    /// Counts an analysis by the operator's analyzer by its outcome (`ok`, or a kind of `RemoteAnalyzerError`).
    func analyzed(_ outcome: String) {
        counters.withLock { $0.analyses[outcome, default: 0] += 1 }
    }

    /// Counts a refusal by its kind (`unauthenticated`, `forbidden`, `rate_limited`, …).
    func refused(_ kind: String) {
        counters.withLock { $0.refusals[kind, default: 0] += 1 }
    }

    /// Counts a look into the cache.
    func cached(_ use: CacheUse) { counters.withLock { $0.cache[use, default: 0] += 1 } }

    /// Counts a reload by its outcome (`ok` or `failed`).
    func reloaded(_ outcome: String) {
        counters.withLock { $0.reloads[outcome, default: 0] += 1 }
    }

    // MARK: - Exposition

    /// The text format of Prometheus, version 0.0.4.
    func exposition(
        connections: Int, bodyBytes: Int, waitingBodies: Int, ledgerHealthy: Bool, policySet: String,
        policiesDegraded: Bool, relay: GatewayRelay? = nil, cache: GatewayCache? = nil, monitor: TrafficMonitor? = nil,
        rollouts: Rollouts? = nil
    ) -> String {
        let counters = counters.withLock { $0 }
        var text = Exposition()
        text.family("sallyport_requests_total", "counter", "Requests answered, by operation and status.")
        for (label, count) in counters.requests.sorted(by: {
            ($0.key.operation, $0.key.status) < ($1.key.operation, $1.key.status)
        }) {
            text.sample(
                "sallyport_requests_total", [("operation", label.operation), ("status", "\(label.status)")], "\(count)")
        }
        text.family("sallyport_request_seconds", "histogram", "Time from a request's head to the end of its answer.")
        for (operation, histogram) in counters.seconds.sorted(by: { $0.key < $1.key }) {
            Self.append(histogram, "sallyport_request_seconds", ("operation", operation), to: &text)
        }
        text.family("sallyport_upstream_attempts_total", "counter", "Tries at providers, by outcome.")
        for (label, count) in counters.attempts.sorted(by: {
            ($0.key.provider.rawValue, $0.key.outcome) < ($1.key.provider.rawValue, $1.key.outcome)
        }) {
            text.sample(
                "sallyport_upstream_attempts_total",
                [("provider", label.provider.rawValue), ("outcome", label.outcome)], "\(count)")
        }
        text.family(
            "sallyport_hedges_total", "counter", "Second attempts beside a slow first one, by who answered.")
        for (label, count) in counters.hedges.sorted(by: {
            ($0.key.alias.rawValue, $0.key.outcome) < ($1.key.alias.rawValue, $1.key.outcome)
        }) {
            text.sample(
                "sallyport_hedges_total", [("alias", label.alias.rawValue), ("outcome", label.outcome)], "\(count)")
        }
        text.family(
            "sallyport_rollout_own_requests_total", "counter",
            "Requests that rollouts made beside callers' (shadow, judge), or did not make, by what became of them.")
        for (label, count) in counters.own.sorted(by: {
            ($0.key.rollout, $0.key.kind.rawValue, $0.key.outcome) < (
                $1.key.rollout, $1.key.kind.rawValue, $1.key.outcome
            )
        }) {
            text.sample(
                "sallyport_rollout_own_requests_total",
                [("rollout", label.rollout), ("kind", label.kind.rawValue), ("outcome", label.outcome)], "\(count)")
        }
        text.family("sallyport_upstream_first_byte_seconds", "histogram", "Time to a provider's first byte.")
        for (provider, histogram) in counters.firstBytes.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            Self.append(histogram, "sallyport_upstream_first_byte_seconds", ("provider", provider.rawValue), to: &text)
        }
        text.family("sallyport_tokens_total", "counter", "Tokens, as providers counted them.")
        for (label, count) in counters.tokens.sorted(by: {
            ($0.key.provider.rawValue, $0.key.direction) < ($1.key.provider.rawValue, $1.key.direction)
        }) {
            text.sample(
                "sallyport_tokens_total",
                [("provider", label.provider.rawValue), ("direction", label.direction)], "\(count)")
        }
        text.family("sallyport_cost_usd_total", "counter", "Cost in US dollars, of usage with a known price.")
        for (provider, amount) in counters.nanoUSD.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            text.sample("sallyport_cost_usd_total", [("provider", provider.rawValue)], "\(Double(amount) / 1e9)")
        }
        text.family("sallyport_findings_total", "counter", "Sensitive values found in requests, by data class.")
        for (dataClass, count) in counters.findings.sorted(by: { $0.key < $1.key }) {
            text.sample("sallyport_findings_total", [("class", dataClass.rawValue)], "\(count)")
        }
        text.family("sallyport_analyses_total", "counter", "Requests shown to the analyzer, by outcome.")
        for (outcome, count) in counters.analyses.sorted(by: { $0.key < $1.key }) {
            text.sample("sallyport_analyses_total", [("outcome", outcome)], "\(count)")
        }
        text.family("sallyport_refusals_total", "counter", "Requests refused, by reason.")
        for (kind, count) in counters.refusals.sorted(by: { $0.key < $1.key }) {
            text.sample("sallyport_refusals_total", [("reason", kind)], "\(count)")
        }
        text.family("sallyport_reloads_total", "counter", "Reloads of policies, keys and certificates, by outcome.")
        for (outcome, count) in counters.reloads.sorted(by: { $0.key < $1.key }) {
            text.sample("sallyport_reloads_total", [("outcome", outcome)], "\(count)")
        }
        text.family("sallyport_requests_in_flight", "gauge", "Requests under way.")
        text.sample("sallyport_requests_in_flight", [], "\(inFlight)")
        text.family("sallyport_connections", "gauge", "Open connections of callers.")
        text.sample("sallyport_connections", [], "\(connections)")
        text.family("sallyport_body_bytes", "gauge", "Bytes of requests' bodies that are held.")
        text.sample("sallyport_body_bytes", [], "\(bodyBytes)")
        text.family("sallyport_bodies_waiting", "gauge", "Large bodies that wait for a thread to inspect them.")
        text.sample("sallyport_bodies_waiting", [], "\(waitingBodies)")
        text.family(
            "sallyport_ledger_healthy", "gauge", "1 while the ledger can be written; 0 means that nothing is sent.")
        text.sample("sallyport_ledger_healthy", [], ledgerHealthy ? "1" : "0")
        text.family(
            "sallyport_policies_degraded", "gauge",
            "1 while the files on disk were refused and the old policy set is in force.")
        text.sample("sallyport_policies_degraded", [], policiesDegraded ? "1" : "0")
        text.family("sallyport_policy_set_info", "gauge", "The SHA-256 of the policy set in force.")
        text.sample("sallyport_policy_set_info", [("sha256", policySet)], "1")
        text.family("sallyport_cache_requests_total", "counter", "Looks into the answer cache, by result.")
        for use in [CacheUse.hit, .miss] {
            text.sample("sallyport_cache_requests_total", [("result", use.rawValue)], "\(counters.cache[use] ?? 0)")
        }
        if let figures = cache?.figures {
            text.family("sallyport_cache_answers", "gauge", "Answers kept in memory.")
            text.sample("sallyport_cache_answers", [], "\(figures.answers)")
            text.family("sallyport_cache_bytes", "gauge", "Bytes of answers kept in memory.")
            text.sample("sallyport_cache_bytes", [], "\(figures.bytes)")
            text.family("sallyport_cache_evictions_total", "counter", "Kept answers that had to make room for others.")
            text.sample("sallyport_cache_evictions_total", [], "\(figures.evictions)")
        }
        relay?.append(to: &text)
        if let monitor { MonitorReport.append(monitor, to: &text) }
        if let rollouts { RolloutsReport.append(rollouts.states, to: &text) }
        return text.text
    }

    private static func append(
        _ histogram: Histogram, _ name: String, _ label: (String, String), to text: inout Exposition
    ) {
        var running = 0
        for (index, count) in histogram.counts.enumerated() {
            running += count
            let bound = index < bounds.count ? "\(Double(bounds[index]) / 1e6)" : "+Inf"
            text.sample(name + "_bucket", [label, ("le", bound)], "\(running)")
        }
        text.sample(name + "_sum", [label], "\(Double(histogram.sum) / 1e6)")
        text.sample(name + "_count", [label], "\(histogram.total)")
    }
}

/// Writes the lines of Prometheus' text format.
struct Exposition {
    var text = ""

    mutating func family(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    mutating func sample(_ name: String, _ labels: [(String, String)], _ value: String) {
        text += name
        if !labels.isEmpty {
            text += "{" + labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    private static func escaped(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
    }
}
