public import Inference

/// What came of a trace under one way to choose.
public struct SimulationResult: Hashable, Sendable {
    /// How many requests got an answer.
    public var answered = 0
    /// How many got none.
    public var failed = 0
    /// What the answers cost.
    public var cost = Money(nanoUSD: 0)
    /// How many requests were sent to providers.
    public var attempts = 0
    /// How many requests each candidate answered, in the order of the trace.
    public var answeredBy: [Int]
    /// How long each answer took, in nanoseconds, shortest first.
    public var times: [UInt64] = []

    /// The mean time of an answer, in nanoseconds.
    public var meanTime: UInt64 {
        times.isEmpty ? 0 : times.reduce(0, &+) / UInt64(times.count)
    }

    /// A percentile of the times, in nanoseconds; `part` from 0 to 1.
    public func time(percentile part: Double) -> UInt64 {
        guard !times.isEmpty else { return 0 }
        return times[min(times.count - 1, Int(Double(times.count) * part))]
    }
}

/// Runs the router over a trace.
public enum Simulation {
    private struct Ending {
        let at: UInt64
        let destination: Destination
        let measure: AttemptMeasure
    }

    /// What comes of a trace when the router chooses by a strategy, learning from answers when they end as a gateway does.
    ///
    /// - Parameters:
    ///   - alias: Its candidates are those of the trace, in that order, with prices.
    ///   - seed: For lots.
    public static func run(
        _ trace: RoutingTrace, _ alias: ModelAlias, strategy: ModelAlias.Strategy, seed: UInt64 = 1
    ) -> SimulationResult {
        let resolved = ResolvedAlias(
            model: alias.id, alias: alias.id, strategy: strategy, terms: alias.terms, candidates: alias.candidates)
        var result = SimulationResult(answeredBy: Array(repeating: 0, count: trace.candidates.count))
        var book = RoutingBook()
        var lots = SplitMix(seed)
        // Sorted by time, the latest first.
        var endings: [Ending] = []
        func learn(until now: UInt64) {
            while let next = endings.last, next.at <= now {
                endings.removeLast()
                book.end(next.destination, next.measure, now: next.at)
            }
        }
        for request in trace.requests {
            learn(until: request.at)
            book.requestCame()
            let route = Router.route(
                resolved, RouteQuery(inputTokens: request.input), permitted: { request.timings[$0] != nil },
                book: &book,
                now: request.at, random: lots.next())
            var now = request.at
            var isAnswered = false
            for (attempt, step) in route.steps.enumerated() where !isAnswered {
                guard let timing = request.timings[step.index], book.begin(step.candidate, now: now) else { continue }
                if attempt > 0, !book.takeRetry(now: now) {
                    book.leave(step.destination)
                    break
                }
                result.attempts += 1
                let usage = TokenUsage(input: request.input, output: request.output)
                let end = now &+ (timing.fails ? timing.firstToken : timing.total)
                let measure = AttemptMeasure(
                    outcome: timing.fails ? .answered(status: 503) : .answered(status: 200), alias: alias.id,
                    inputTokens: request.input, isStream: true, firstToken: timing.firstToken, total: timing.total,
                    usage: timing.fails ? nil : usage)
                let place = endings.firstIndex { $0.at <= end } ?? endings.endIndex
                endings.insert(Ending(at: end, destination: step.destination, measure: measure), at: place)
                now = end
                guard !timing.fails else { continue }
                isAnswered = true
                result.answeredBy[step.index] += 1
                result.add(step.candidate.cost(of: usage), time: end - request.at)
            }
            if !isAnswered { result.failed += 1 }
        }
        result.times.sort()
        return result
    }

    /// The least cost that anybody could have reached who knew every answer before, with a mean time of no more than `bound`; if that can't
    /// be, the quickest.
    ///
    /// Each request goes where cost plus time is least, a second being worth so much (Lagrange's multiplier) that the bound is just kept.
    public static func hindsight(_ trace: RoutingTrace, _ alias: ModelAlias, bound: UInt64) -> SimulationResult {
        func result(worth: Double) -> SimulationResult {
            var result = SimulationResult(answeredBy: Array(repeating: 0, count: trace.candidates.count))
            for request in trace.requests {
                let usage = TokenUsage(input: request.input, output: request.output)
                var best: (index: Int, cost: Money?, time: UInt64, sum: Double)?
                for (index, timing) in request.timings.enumerated() {
                    guard let timing, !timing.fails else { continue }
                    let cost = alias.candidates[index].cost(of: usage)
                    let sum = Double(cost?.nanoUSD ?? .max) + worth * Double(timing.total) / 1e9
                    if best.map({ sum < $0.sum }) ?? true { best = (index, cost, timing.total, sum) }
                }
                result.attempts += 1
                guard let best else {
                    result.failed += 1
                    continue
                }
                result.answeredBy[best.index] += 1
                result.add(best.cost, time: best.time)
            }
            result.times.sort()
            return result
        }
        if result(worth: 0).meanTime <= bound { return result(worth: 0) }
        // In nano-USD a second: doubled from a thousand until it is enough, up to a million dollars; then halved into.
        var (low, high) = (0.0, 1_000.0)
        while high < 1e15, result(worth: high).meanTime > bound { (low, high) = (high, high * 2) }
        for _ in 0..<20 {
            let middle = (low + high) / 2
            if result(worth: middle).meanTime <= bound { high = middle } else { low = middle }
        }
        return result(worth: high)
    }
}

extension SimulationResult {
    fileprivate mutating func add(_ cost: Money?, time: UInt64) {
        answered += 1
        times.append(time)
        let (sum, over) = self.cost.nanoUSD.addingReportingOverflow(cost?.nanoUSD ?? 0)
        self.cost = Money(nanoUSD: over ? .max : sum)
    }
}
