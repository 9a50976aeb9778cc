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
    /// What comes of a trace when the router chooses by a strategy, learning from answers when they begin and end as a gateway does.
    ///
    /// - Parameters:
    ///   - alias: Its candidates are those of the trace, in that order, with prices.
    ///   - seed: For lots.
    ///   - progress: Told now and then which part of the requests has come, 0 to 1.
    public static func run(
        _ trace: RoutingTrace, _ alias: ModelAlias, strategy: ModelAlias.Strategy, seed: UInt64 = 1,
        progress: (Double) -> Void = { _ in }
    ) -> SimulationResult {
        var gateway = SimulatedGateway(trace, alias, strategy, seed)
        for index in trace.requests.indices {
            if index.isMultiple(of: 256) { progress(Double(index) / Double(trace.requests.count)) }
            gateway.takeRequest(index)
        }
        return gateway.finish()
    }
}

/// A gateway's router with providers that answer as a trace says: a queue of events.
private struct SimulatedGateway {
    private struct Try {
        let request: Int
        let route: Route
        let step: Int
        let attempts: Int
        let sending: UInt64?
        let startedAt: UInt64
    }

    private enum Event {
        case began(Try)
        case ended(Try)
    }

    private let trace: RoutingTrace
    private let alias: ResolvedAlias
    private var book = RoutingBook()
    private var lots: SplitMix
    private var result: SimulationResult
    /// Sorted by time, the latest first.
    private var events: [(at: UInt64, what: Event)] = []

    init(_ trace: RoutingTrace, _ alias: ModelAlias, _ strategy: ModelAlias.Strategy, _ seed: UInt64) {
        self.trace = trace
        self.alias = ResolvedAlias(
            model: alias.id, alias: alias.id, strategy: strategy, terms: alias.terms, candidates: alias.candidates)
        lots = SplitMix(seed)
        result = SimulationResult(answeredBy: Array(repeating: 0, count: trace.candidates.count))
    }

    mutating func takeRequest(_ index: Int) {
        let request = trace.requests[index]
        run(until: request.at)
        book.requestCame()
        let route = Router.route(
            alias, RouteQuery(inputTokens: request.input), permitted: { request.timings[$0] != nil }, book: &book,
            now: request.at, random: lots.next())
        attempt(index, route, from: 0, attempts: 0, now: request.at)
    }

    consuming func finish() -> SimulationResult {
        run(until: .max)
        result.times.sort()
        return result
    }

    private mutating func run(until now: UInt64) {
        while let next = events.last, next.at <= now {
            events.removeLast()
            switch next.what {
            case .began(let attempt):
                guard let sending = attempt.sending else { continue }
                book.answerBegan(attempt.route.steps[attempt.step].destination, sending, now: next.at)
            case .ended(let attempt): end(attempt, now: next.at)
            }
        }
    }

    private mutating func attempt(_ index: Int, _ route: Route, from first: Int, attempts: Int, now: UInt64) {
        let request = trace.requests[index]
        for (step, candidate) in route.steps.enumerated().dropFirst(first) {
            guard let timing = request.timings[candidate.index], book.begin(candidate.candidate, now: now) else {
                continue
            }
            if attempts > 0, !book.takeRetry(now: now) {
                book.leave(candidate.destination)
                break
            }
            result.attempts += 1
            let sending = book.sent(
                candidate.destination, inputTokens: request.input, isStream: true, now: now)
            let sent = Try(
                request: index, route: route, step: step, attempts: attempts + 1, sending: sending, startedAt: now)
            if !timing.fails { schedule(.began(sent), at: now &+ timing.firstToken) }
            schedule(.ended(sent), at: now &+ (timing.fails ? timing.firstToken : timing.total))
            return
        }
        result.failed += 1
    }

    private mutating func end(_ attempt: Try, now: UInt64) {
        let request = trace.requests[attempt.request]
        let step = attempt.route.steps[attempt.step]
        guard let timing = request.timings[step.index] else { return }
        let usage = TokenUsage(input: request.input, output: request.output)
        let measure = AttemptMeasure(
            outcome: .answered(status: timing.fails ? 503 : 200), alias: alias.alias, inputTokens: request.input,
            isStream: true, firstToken: timing.firstToken, total: timing.total, usage: timing.fails ? nil : usage,
            sending: attempt.sending)
        book.end(step.destination, measure, now: now)
        guard timing.fails else {
            result.answeredBy[step.index] += 1
            return result.add(step.candidate.cost(of: usage), time: now - request.at)
        }
        self.attempt(attempt.request, attempt.route, from: attempt.step + 1, attempts: attempt.attempts, now: now)
    }

    private mutating func schedule(_ event: Event, at time: UInt64) {
        var (low, high) = (0, events.count)
        while low < high {
            let middle = (low + high) / 2
            if events[middle].at <= time { high = middle } else { low = middle + 1 }
        }
        events.insert((time, event), at: low)
    }
}

extension SimulationResult {
    mutating func add(_ cost: Money?, time: UInt64) {
        answered += 1
        times.append(time)
        let (sum, over) = self.cost.nanoUSD.addingReportingOverflow(cost?.nanoUSD ?? 0)
        self.cost = Money(nanoUSD: over ? .max : sum)
    }
}
