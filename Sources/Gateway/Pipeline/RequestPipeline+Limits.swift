import Dialects
import Inference
import Ledger
import Limits
import Logging
import Privacy
import Routing

/// 7, for each attempt: takes the most that it may take of tokens, money and places before it leaves, and settles what it took.
extension RequestPipeline {
    /// Why an attempt has no room.
    struct NoRoom {
        let refusal: Refusal
        /// When there will be some, in milliseconds; `nil`: not for this attempt.
        let milliseconds: Int?

        /// The one that has room sooner.
        func sooner(than other: NoRoom?) -> NoRoom {
            guard let other else { return self }
            return (milliseconds ?? .max) < (other.milliseconds ?? .max) ? self : other
        }
    }

    /// Takes room for an attempt at a candidate; `nil` where there was. Who has to wait for it and leaves meanwhile is none of ours any more.
    func takeRoom(
        _ request: InferenceRequest, bodyBytes: Int, _ step: Route.Step, of alias: ResolvedAlias, attempt: Int,
        isLast: Bool, mayWait: Bool = true, _ inquiry: Inquiry
    ) async throws -> NoRoom? {
        if let own = inquiry.own {
            return try await takeRoom(own, request, bodyBytes: bodyBytes, step, attempt: attempt, inquiry)
        }
        let rules = inquiry.activeSet.configuration.attemptLimits
        let isCountedWithOthers = !inquiry.isCountedWithOthers && limits.isShared
        guard !rules.isEmpty || isCountedWithOthers else { return nil }
        var charges: [LimitCharge]
        do throws(UnboundedAttempt) {
            charges = try rules.charges(
                for: inquiry.principal, model: alias.alias, provider: step.destination.provider,
                worst: AttemptBounds.worst(request, bodyBytes: bodyBytes, at: step.candidate))
        } catch {
            return NoRoom(
                refusal: Refusal(
                    RequestError(.unbounded, "\(error)"), headers: [("x-should-retry", "false")]),
                milliseconds: nil)
        }
        // The first attempt brings the request itself, which others' limits on requests count too.
        if isCountedWithOthers {
            charges += inquiry.activeSet.configuration.requestLimits.charges(
                for: inquiry.principal, model: alias.alias)
        }
        guard !charges.isEmpty else { return nil }
        return try await take(
            charges, rules, attempt: attempt, isLast: isLast, mayWait: mayWait, inquiry)
    }

    /// Takes room for a request that no provider is asked for: of others' limits on requests alone.
    func takeRoomForRequest(_ alias: ModelID, attempt: Int, _ inquiry: Inquiry) async throws -> NoRoom? {
        guard !inquiry.isCountedWithOthers, limits.isShared else { return nil }
        let set = inquiry.activeSet.configuration
        let charges = set.requestLimits.charges(for: inquiry.principal, model: alias)
        guard !charges.isEmpty else { return nil }
        let full = try await take(
            charges, set.attemptLimits, attempt: attempt, isLast: true, mayWait: true, inquiry)
        if let room = inquiry.rooms.removeValue(forKey: attempt) { limits.settle(room, .nothing) }
        return full
    }

    func take(
        _ charges: [LimitCharge], _ rules: AttemptLimits, attempt: Int, isLast: Bool, mayWait: Bool, _ inquiry: Inquiry
    ) async throws -> NoRoom? {
        let answer = await limits.reserve(
            charges,
            GatewayLimits.Asking(
                name: AttemptName(request: inquiry.id, attempt: attempt), principal: inquiry.principal, rules: rules,
                isLast: isLast, mayWait: mayWait, exchange: inquiry.exchange))
        switch answer {
        case nil: throw InspectionError.abandoned
        case .reserved(let room):
            inquiry.rooms[attempt] = room
            inquiry.isCountedWithOthers = true
            if let tokens = room.held.tokens { tell(tokens, inquiry) }
            return nil
        case .exceeded(let exceeded):
            return NoRoom(refusal: Self.refusal(exceeded, inquiry), milliseconds: exceeded.retryAfterMilliseconds)
        case .unavailable(let reason):
            logger.error("limits can't be counted", metadata: ["request": "\(inquiry.id)", "reason": "\(reason)"])
            let refusal = Refusal(
                RequestError(.unavailable, "the limits can't be counted, so nothing is sent"),
                headers: [("retry-after", "1")])
            return NoRoom(refusal: refusal, milliseconds: 1_000)
        }
    }

    /// Tells the caller what is left of its tokens; of several attempts the last one's figures stand.
    private func tell(_ tokens: TokensLeft, _ inquiry: Inquiry) {
        let fields = RateLimitHeaders.fields(
            .tokens, limit: tokens.limit, remaining: tokens.remaining, resetMilliseconds: tokens.fullAfterMilliseconds,
            in: inquiry.admission.dialect, now: Clock.epochSeconds())
        inquiry.headers.removeAll { header in fields.contains { $0.name == header.name } }
        inquiry.headers += fields
    }

    private static func refusal(_ exceeded: LimitExceeded, _ inquiry: Inquiry) -> Refusal {
        let account = exceeded.charge.account
        var headers: [(name: String, value: String)] = []
        let value = "\(account.scope.kind.word) \(account.measure.rawValue)"
        headers.append(("x-sallyport-limit", value))
        guard let milliseconds = exceeded.retryAfterMilliseconds else {
            headers.append(("x-should-retry", "false"))
            return Refusal(RequestError(.rateLimited, "\(exceeded)"), headers: headers)
        }
        if account.measure == .tokensPerMinute, case .rate(let rate) = exceeded.charge.limit {
            headers += RateLimitHeaders.fields(
                .tokens, limit: rate.perMinute, remaining: Int(clamping: exceeded.left),
                resetMilliseconds: milliseconds, in: inquiry.admission.dialect, now: Clock.epochSeconds())
        }
        let seconds = (milliseconds + 999) / 1_000
        headers.append(("retry-after", String(seconds)))
        headers.append(("retry-after-ms", String(milliseconds)))
        // No SDK waits for longer, but asks again at once.
        if seconds > 60 { headers.append(("x-should-retry", "false")) }
        return Refusal(
            RequestError(.rateLimited, "\(exceeded): there is room again in \(seconds) s"), headers: headers)
    }

    /// Whether it is kept that an attempt's room is taken: nothing may leave before.
    func isRoomKept(attempt: Int, _ inquiry: Inquiry) async -> Bool {
        guard let room = inquiry.rooms[attempt] else { return true }
        return await limits.isKept(room)
    }

    /// Gives back the room of attempts that came to nothing before they left.
    func giveBackRooms(_ inquiry: Inquiry) {
        for room in inquiry.rooms.values { limits.settle(room, .nothing) }
        inquiry.rooms = [:]
    }

    /// What is said by one in between who waited for the model in vain.
    private static let gaveUpWaiting: Set<Int> = [408, 424, 502, 504, 520, 521, 522, 523, 524]

    /// What an attempt took, as far as anybody knows. Where its answer broke off, the figures that came before its end may be less than
    /// what is billed; where a gateway in between gave up (502, 504), the model may have answered.
    static func use(
        _ outcome: Attempt.Outcome, usage: TokenUsage?, cost: Money?, wasForwarded: Bool
    ) -> AttemptUse {
        guard wasForwarded, outcome.mayHaveLeft else { return .nothing }
        if case .refused(let refused) = outcome {
            // A stream whose provider failed may have been under way.
            let mayHaveAnswered =
                gaveUpWaiting.contains(refused.status) || refused.isInStream && (usage != nil || refused.status == 500)
            return mayHaveAnswered ? .unknown : .nothing
        }
        guard !outcome.isPartial, let usage else { return .unknown }
        // A provider may say anything of what it counted.
        let sum = usage.input.addingReportingOverflow(usage.output)
        return .actual(tokens: sum.overflow ? .max : sum.partialValue, cost: cost)
    }
}
