import Dialects
import Inference
import Ledger
import NIOHTTP1
import Routing
import Synchronization

/// 8. Which of the permitted candidates is tried, in which order, and what is learned from it.
extension RequestPipeline {
    /// The header by which a caller asks for another strategy than the alias's.
    static let strategyHeader = "x-sallyport-strategy"

    /// Puts the permitted candidates in order.
    func route(
        _ request: InferenceRequest, _ alias: ResolvedAlias, _ permits: [Permitted?], _ inquiry: Inquiry
    ) throws(Refusal) -> Route {
        inquiry.alias = alias
        let query = RouteQuery(
            inputTokens: request.estimatedInputTokens, mediaTokens: RequestNeeds.mediaTokens(of: request),
            answers: AttemptBounds.answers(request), maximumOutput: request.maximumOutputTokens,
            needs: RequestNeeds.capabilities(of: request), strategy: try strategy(alias, inquiry),
            conversation: alias.terms.affinity == nil ? nil : RequestNeeds.conversation(request, inquiry.principal))
        inquiry.conversation = query.conversation
        var generator = SystemRandomNumberGenerator()
        let random = alias.candidates.count > 1 ? generator.next() : 0
        let route = routing.withLock {
            $0.requestCame()
            return Router.route(
                alias, query, permitted: { permits[$0] != nil }, book: &$0, now: Clock.monotone(), random: random)
        }
        guard !route.steps.isEmpty else {
            throw Refusal(
                RequestError(
                    .invalidRequest,
                    "no candidate of `\(request.model.printable)` can serve this request: \(route.explanation)",
                    param: "model"))
        }
        if let rest = route.restNanoseconds {
            let milliseconds = rest / 1_000_000 + 1
            throw Refusal(
                RequestError(.rateLimited, "every provider of `\(request.model.printable)` asks to be left alone"),
                headers: [
                    ("retry-after", String((milliseconds + 999) / 1_000)), ("retry-after-ms", String(milliseconds)),
                ])
        }
        return route
    }

    /// The strategy that the caller asks for; `nil` where it asks for none.
    private func strategy(_ alias: ResolvedAlias, _ inquiry: Inquiry) throws(Refusal) -> ModelAlias.Strategy? {
        let values = inquiry.exchange.head.headers[Self.strategyHeader]
        guard let first = values.first else { return nil }
        let allowed = ModelAlias.Strategy.allCases.filter {
            $0 == alias.strategy || alias.terms.callerStrategies.contains($0)
        }
        guard values.count == 1, let strategy = allowed.first(where: { $0.rawValue == first }) else {
            let words = allowed.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            throw Refusal(
                RequestError(
                    .invalidRequest, "the header `\(Self.strategyHeader)` may say here, once: \(words)"))
        }
        return strategy
    }

    /// Whether a step may be tried now: it has room, and what is no first attempt is within the gateway's budget of retries, and not for
    /// one that is spared. If so, `leave` has to follow.
    func mayBegin(_ step: Route.Step, after attempts: Int, _ inquiry: Inquiry, _ route: Route) -> Bool {
        // Who failed too often or asked to be left alone is tried where nobody better is there, but nothing is tried again there.
        if attempts > 0, step.reason.isSpared { return false }
        let now = Clock.monotone()
        let begins = routing.withLock { book in
            // A candidate that has no room costs no retry.
            guard book.begin(step.candidate, now: now) else { return false }
            guard attempts > 0, !book.takeRetry(now: now) else { return true }
            book.leave(step.destination)
            return false
        }
        guard begins else { return false }
        explain(step, number: attempts + 1, route, inquiry)
        return true
    }

    /// Keeps for the answer's head and the ledger which candidate is tried, and why.
    func explain(_ step: Route.Step, number: Int, _ route: Route, _ inquiry: Inquiry) {
        inquiry.routeHeader =
            "\(step.destination); strategy=\(route.strategy.rawValue); attempt=\(number); reason=\"\(step.reason)\""
        let mark = (inquiry.own?.mark ?? inquiry.rollout?.mark).map { "; rollout=\($0)" } ?? ""
        inquiry.choice = LedgerEntry.Choice(
            strategy: route.strategy.rawValue, reason: "\(step.reason)\(mark)", passedOver: route.passedOver)
    }

    /// The request is no longer at a candidate, and may never have been sent there: refused by a limit, or not to be said in its dialect.
    func leave(_ step: Route.Step, wasSent: Bool) {
        routing.withLock { book in
            book.leave(step.destination)
            if !wasSent, step.reason == .trial { book.withdraw(step.destination, now: Clock.monotone()) }
        }
    }

    /// The same, unless it has left before.
    func leave(_ index: Int, of course: Course, wasSent: Bool) {
        guard course.hasPlace.remove(index) != nil else { return }
        leave(course.route.steps[index], wasSent: wasSent)
    }

    /// Follows an attempt that is about to leave: how long it waits tells of its candidate before it ends.
    func follow(_ step: Route.Step, _ attempt: Attempt) {
        let sending = routing.withLock {
            $0.sent(
                step.destination, inputTokens: attempt.estimatedInputTokens, isStream: attempt.asksForStream,
                now: Clock.monotone())
        }
        guard let sending else { return }
        attempt.sending = sending
        attempt.answerBegan = { [self] in
            routing.withLock { $0.answerBegan(step.destination, sending, now: Clock.monotone()) }
        }
    }

    /// Learns from an attempt.
    func learn(
        _ step: Route.Step, _ attempt: Attempt, _ outcome: Attempt.Outcome, usage: TokenUsage?, cost: Money?,
        began: UInt64, now: UInt64, _ inquiry: Inquiry
    ) {
        guard let alias = inquiry.alias else { return }
        let isStream =
            switch outcome {
            case .streamed: true
            case .outpaced: attempt.asksForStream
            default: false
            }
        var measure = AttemptMeasure(
            outcome: outcome.attemptOutcome, alias: alias.alias, inputTokens: attempt.estimatedInputTokens,
            isStream: isStream, firstToken: isStream ? attempt.firstTokenNanoseconds : nil, total: now &- began,
            usage: usage, cost: cost, day: Int(Clock.epochSeconds() / 86_400), retryAfter: outcome.retryAfter,
            sending: attempt.sending)
        measure.isProbe = inquiry.onlyCandidate != nil
        routing.withLock { book in
            book.record(step.destination, measure, now: now)
            if let conversation = inquiry.conversation, outcome.isAnswer {
                book.note(conversation: conversation, servedBy: step.destination, now: now)
            }
        }
    }
}

extension Attempt.Outcome {
    /// How long the provider asks to be left alone, where it refused for that (429, 503).
    fileprivate var retryAfter: UInt64? {
        guard case .refused(let refused) = self, refused.status == 429 || refused.status == 503 else { return nil }
        return refused.head.retryAfter
    }
}
