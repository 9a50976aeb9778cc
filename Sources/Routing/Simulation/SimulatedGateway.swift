internal import Inference

/// A gateway's router with providers that answer as a trace says: a queue of events.
struct SimulatedGateway {
    /// One attempt at one candidate.
    private struct Try {
        let request: Int
        let number: Int
        let step: Route.Step
        let sending: UInt64?
        let startedAt: UInt64
        let isHedge: Bool
    }

    /// A request that has no answer yet.
    private struct Course {
        let route: Route
        /// Steps of the route that were not tried yet, in their order.
        var untried: [Int]
        var attempts = 0
        /// What is under way for it: two attempts where it is hedged.
        var running: [Try] = []
    }

    private enum Event {
        case began(Try)
        case outlasted(Try)
        case ended(Try)
    }

    private let trace: RoutingTrace
    private let alias: ResolvedAlias
    private var book = RoutingBook()
    private var lots: SplitMix
    private var result: SimulationResult
    private var courses: [Int: Course] = [:]
    /// Sorted by time, the latest first.
    private var events: [(at: UInt64, what: Event)] = []

    init(_ trace: RoutingTrace, _ alias: ModelAlias, _ strategy: ModelAlias.Strategy, _ seed: UInt64) {
        self.trace = trace
        self.alias = ResolvedAlias(
            model: alias.id, alias: alias.id, strategy: strategy, terms: alias.terms, candidates: alias.candidates)
        lots = SplitMix(seed)
        result = SimulationResult(answeredBy: Array(repeating: 0, count: trace.candidates.count))
    }

    /// A request comes: what happens before is carried out first.
    mutating func takeRequest(_ index: Int) {
        let request = trace.requests[index]
        run(until: request.at)
        book.requestCame()
        let route = Router.route(
            alias, RouteQuery(inputTokens: request.input), permitted: { request.timings[$0] != nil }, book: &book,
            now: request.at, random: lots.next())
        courses[index] = Course(route: route, untried: Array(route.steps.indices))
        attempt(index, now: request.at)
    }

    /// What came of all requests.
    consuming func finish() -> SimulationResult {
        run(until: .max)
        result.times.sort()
        return result
    }

    private mutating func run(until now: UInt64) {
        while let next = events.last, next.at <= now {
            events.removeLast()
            switch next.what {
            case .began(let attempt): begin(attempt, now: next.at)
            case .outlasted(let attempt): hedge(attempt, now: next.at)
            case .ended(let attempt): end(attempt, now: next.at)
            }
        }
    }

    /// Tries the candidates that are left.
    private mutating func attempt(_ index: Int, now: UInt64) {
        while let step = takeStep(index) {
            guard book.begin(step.candidate, now: now) else { continue }
            if (courses[index]?.attempts ?? 0) > 0, !book.takeRetry(now: now) {
                book.leave(step.destination)
                break
            }
            return send(index, step, isHedge: false, now: now)
        }
        courses[index] = nil
        result.failed += 1
    }

    private mutating func takeStep(_ index: Int) -> Route.Step? {
        guard let course = courses[index], let first = course.untried.first else { return nil }
        courses[index]?.untried.removeFirst()
        return course.route.steps[first]
    }

    private mutating func send(_ index: Int, _ step: Route.Step, isHedge: Bool, now: UInt64) {
        guard var course = courses[index], let timing = trace.requests[index].timings[step.index] else { return }
        let input = trace.requests[index].input
        result.attempts += 1
        course.attempts += 1
        let sent = Try(
            request: index, number: course.attempts, step: step,
            sending: book.sent(step.destination, inputTokens: input, isStream: true, now: now), startedAt: now,
            isHedge: isHedge)
        course.running.append(sent)
        courses[index] = course
        if course.attempts == 1 {
            let patience = book.patience(
                with: step, of: alias, inputTokens: input, isStream: true,
                hasNext: !course.untried.isEmpty, now: now)
            if let patience, patience < timing.firstToken { schedule(.outlasted(sent), at: now &+ patience) }
        }
        if !timing.fails { schedule(.began(sent), at: now &+ timing.firstToken) }
        schedule(.ended(sent), at: now &+ (timing.fails ? timing.firstToken : timing.total))
    }

    /// The first token comes: nobody else answers then.
    private mutating func begin(_ attempt: Try, now: UInt64) {
        guard let running = running(attempt) else { return }
        if let sending = attempt.sending { book.answerBegan(attempt.step.destination, sending, now: now) }
        for other in running where other.number != attempt.number { giveUp(other, now: now) }
        courses[attempt.request]?.running = [attempt]
        if attempt.isHedge { result.hedgesWon += 1 }
    }

    private mutating func giveUp(_ attempt: Try, now: UInt64) {
        let input = trace.requests[attempt.request].input
        let cost = attempt.step.candidate.cost(of: TokenUsage(input: input, output: 0))
        let measure = AttemptMeasure(
            outcome: .outpaced, alias: alias.alias, inputTokens: input, isStream: true, total: now - attempt.startedAt,
            cost: cost, sending: attempt.sending)
        book.end(attempt.step.destination, measure, now: now)
        result.add(lost: cost)
    }

    /// The first attempt has shown nothing for as long as it is waited for alone.
    private mutating func hedge(_ first: Try, now: UInt64) {
        guard running(first) != nil, let course = courses[first.request] else { return }
        for (place, index) in course.untried.enumerated() {
            let step = course.route.steps[index]
            guard book.beginSecond(step, beside: first.step, of: alias, now: now) else { continue }
            courses[first.request]?.untried.remove(at: place)
            result.hedges += 1
            return send(first.request, step, isHedge: true, now: now)
        }
    }

    private mutating func end(_ attempt: Try, now: UInt64) {
        let request = trace.requests[attempt.request]
        guard let running = running(attempt), let timing = request.timings[attempt.step.index] else { return }
        let usage = TokenUsage(input: request.input, output: request.output)
        let cost = timing.fails ? nil : attempt.step.candidate.cost(of: usage)
        let measure = AttemptMeasure(
            outcome: .answered(status: timing.fails ? 503 : 200), alias: alias.alias, inputTokens: request.input,
            isStream: true, firstToken: timing.firstToken, total: timing.total, usage: timing.fails ? nil : usage,
            cost: cost, sending: attempt.sending)
        book.end(attempt.step.destination, measure, now: now)
        guard timing.fails else {
            courses[attempt.request] = nil
            result.answeredBy[attempt.step.index] += 1
            return result.add(cost, time: now - request.at)
        }
        let left = running.filter { $0.number != attempt.number }
        courses[attempt.request]?.running = left
        if left.isEmpty { self.attempt(attempt.request, now: now) }
    }

    /// What is under way for an attempt's request; `nil` where the attempt itself is not.
    private func running(_ attempt: Try) -> [Try]? {
        guard let running = courses[attempt.request]?.running, running.contains(where: { $0.number == attempt.number })
        else { return nil }
        return running
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
