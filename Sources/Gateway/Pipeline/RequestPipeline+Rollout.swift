import Dialects
import Inference
import JSONText
import Ledger
import Privacy
import Rollout
import Routing
import Statistics
import Upstream

/// Between 6 and 8: which arm of a rollout a request is in; and after 13, what its answer says of that arm.
///
/// The tried candidate is one candidate more, which needs a permit like any other. Who is to have it is asked there first and falls back to
/// the others; who is not never gets there, unless the alias itself has it.
extension RequestPipeline {
    /// The alias with the candidate that is tried on it.
    func enroll(_ alias: ResolvedAlias, _ inquiry: Inquiry) -> ResolvedAlias {
        guard inquiry.onlyCandidate == nil, let rollout = rollouts.active(alias.alias) else { return alias }
        let destination = rollout.plan.destination
        if let index = alias.candidates.firstIndex(where: { $0.destination == destination }) {
            inquiry.rollout = RolloutPart(rollout: rollout, index: index, isOwn: true)
            return alias
        }
        guard let candidate = inquiry.activeSet.configuration.rolloutPrices.candidate(at: destination) else {
            return alias
        }
        inquiry.rollout = RolloutPart(rollout: rollout, index: alias.candidates.count, isOwn: false)
        return alias.adding(candidate)
    }

    /// Puts the request into an arm, and leaves it the candidates of that arm.
    func share(
        _ permits: [Permitted?], _ request: InferenceRequest, _ inquiry: Inquiry
    ) throws(Refusal) -> [Permitted?] {
        guard var part = inquiry.rollout, permits.indices.contains(part.index) else { return permits }
        var permits = permits
        let plan = part.rollout.plan
        let isOwn = part.isOwn
        let mayBeTried = permits[part.index] != nil
        let hasControl = permits.indices.contains { $0 != part.index && permits[$0] != nil }
        switch part.rollout.phase {
        case .rolledBack where hasControl: permits[part.index] = nil
        case .rolledBack: if !isOwn { permits[part.index] = nil }
        case .running, .held, .promoted:
            guard !part.rollout.isShadow, plan.mode != .shadow else {
                // A shadow never answers, but what it is compared with is measured.
                if !isOwn { permits[part.index] = nil }
                if mayBeTried, part.rollout.isShadow {
                    part.arm = .control
                    part.isMirrored = rollouts.isTried(part.rollout, unit: unit(plan, request, inquiry))
                }
                break
            }
            let isTried = mayBeTried && rollouts.isTried(part.rollout, unit: unit(plan, request, inquiry))
            if isTried {
                part.arm = .treatment
            } else {
                if hasControl || !isOwn { permits[part.index] = nil }
                if mayBeTried, hasControl { part.arm = .control }
            }
        }
        inquiry.rollout = part
        if !part.rollout.isShadow, let mark = part.mark { inquiry.headers.append(("x-sallyport-rollout", mark)) }
        guard permits.contains(where: { $0 != nil }) else {
            // Policy leaves nothing but a candidate that is not this caller's to try.
            throw Self.unknownModel(request.model)
        }
        return permits
    }

    private func unit(_ plan: RolloutPlan, _ request: InferenceRequest, _ inquiry: Inquiry) -> [UInt8] {
        let principal = inquiry.principal
        let caller = Array("\(principal.tenant)\u{0}\(principal.kind.rawValue)\u{0}\(principal.name)\u{0}".utf8)
        return plan.unit == .principal ? caller : caller + Self.beginning(of: request)
    }

    /// So much of a text tells conversations apart.
    private static let mostOfText = 4_096

    /// How a conversation began, as it came: what the system says, and all up to the first thing that the user says. What is added later
    /// changes nothing.
    private static func beginning(of request: InferenceRequest) -> [UInt8] {
        let root = request.body.root
        var bytes: [UInt8] = []
        func add(_ value: JSONValue?) {
            value?.withRawBytes { bytes += $0.prefix(mostOfText) }
            bytes.append(0)
        }
        for name in ["system", "instructions", "systemInstruction", "system_instruction"] as [String] {
            add(root[name])
        }
        for name in ["messages", "input", "contents", "prompt"] as [String] {
            guard let value = root[name] else { continue }
            guard value.kind == .array else {
                add(value)
                continue
            }
            for message in value.elements.prefix(8) {
                add(message)
                if message["role"]?.equals("user") ?? true { break }
            }
        }
        return bytes
    }

    /// The route with the tried candidate first, where the request is to have it.
    func prefer(_ route: Route, _ inquiry: Inquiry) -> Route {
        guard let part = inquiry.rollout, part.arm == .treatment else { return route }
        guard let step = route.steps.first(where: { $0.index == part.index }) else {
            // It can't serve this request, or costs more than one may.
            inquiry.rollout?.arm = nil
            return route
        }
        if step.reason.isSpared, part.rollout.phase != .promoted {
            // Its breaker is open, or its provider asked to be left alone: so it fails this caller, too.
            count([.error: 1], .treatment, inquiry)
        }
        return route.preferring(part.index)
    }

    /// Learns from an attempt what it says of its arm; the first one of a request does.
    func observe(
        _ sending: Sending, _ attempt: Attempt, _ outcome: Attempt.Outcome, _ facts: AnswerFacts, began: UInt64,
        _ request: InferenceRequest, _ inquiry: Inquiry
    ) {
        let step = sending.step
        let milliseconds = Double(Clock.monotone() &- began) / 1e6
        guard let part = inquiry.rollout, let arm = part.arm, !part.isCounted else { return }
        guard (step.index == part.index) == (arm == .treatment) else {
            // The tried candidate had no room, say: who answers in its place says nothing of it. Beside one that is under way it is too
            // slow, which its own end tells.
            if !attempt.isHedge { inquiry.rollout?.isCounted = true }
            return
        }
        let waited = Double(attempt.longestSilence) / 1e6
        if waited >= part.rollout.maximumWait { return count([.error: 1, .latency: milliseconds], arm, inquiry) }
        var values: [RolloutMetric: Double] = [:]
        switch outcome {
        case _ where outcome.hasCallerLeft:
            // Who left sooner than the control usually answers says nothing of anybody.
            guard attempt.bytesReceived == 0, let usual = part.rollout.usualWait, waited > usual else { return }
            return count([:], isUnanswered: true, arm, inquiry)
        case .outpaced(let wasWhole):
            // It would have taken longer yet.
            values[.error] = 0
            values[.latency] = milliseconds
            return count(values, isUnanswered: !wasWhole && attempt.bytesReceived == 0, arm, inquiry)
        default:
            let isGood = outcome.ledgerOutcome == .completed && (200...299).contains(outcome.status ?? 0)
            values[.error] = isGood ? 0 : 1
            guard isGood else { break }
            values[.latency] = milliseconds
            if let first = attempt.firstTokenNanoseconds { values[.firstToken] = Double(first) / 1e6 }
            if let cost = facts.usage.flatMap({ step.candidate.cost(of: $0) }) {
                values[.cost] = Double(cost.nanoUSD) / 1e9
            }
            if part.needsText, let text = text(of: attempt, outcome) {
                return look(at: text, beside: values, sending, arm, request, inquiry)
            }
        }
        count(values, arm, inquiry)
    }

    /// Counts a try of the candidate as failed once nothing has come of it for as long as its rollout waits, whatever becomes of it later: a
    /// provider that hangs ends no try by itself. `nil` where there is nothing to count.
    func watchSilence(of attempt: Attempt, at step: Route.Step, began: UInt64, _ inquiry: Inquiry) -> SilenceWatch? {
        guard let part = inquiry.rollout, part.arm == .treatment, !part.isCounted, step.index == part.index else {
            return nil
        }
        return SilenceWatch(
            attempt, on: inquiry.exchange.loop, limit: UInt64(part.rollout.maximumWait * 1e6)
        ) { [self] in
            let milliseconds = Double(Clock.monotone() &- began) / 1e6
            count([.error: 1, .latency: milliseconds], .treatment, inquiry)
        }
    }

    /// An answer as it came, where all of it is at hand.
    private func text(of attempt: Attempt, _ outcome: Attempt.Outcome) -> (bytes: [UInt8], isStream: Bool)? {
        switch outcome {
        case .whole(_, let bytes) where bytes.count <= AnswerQuality.mostBytes: (bytes, false)
        case .streamed: attempt.watchedStream.map { ($0, true) }
        default: nil
        }
    }

    /// Adds what is to be said of an answer's text, on another thread: to look through it, or to try it by a schema, may take its time.
    private func look(
        at answer: (bytes: [UInt8], isStream: Bool), beside measured: [RolloutMetric: Double], _ sending: Sending,
        _ arm: Arm, _ request: InferenceRequest, _ inquiry: Inquiry
    ) {
        guard let part = inquiry.rollout, let tell = counting(arm, inquiry) else { return }
        let (operation, privacy) = (sending.permitted.operation, inquiry.activeSet.privacy)
        let treated = sending.treated.request
        _ = workers.submit(.begun) { isActive in
            var values = measured
            if isActive, let quality = AnswerQuality(answer.bytes, isStream: answer.isStream, of: operation) {
                values.merge(quality.values(for: request, privacy, treated.restoration)) { $1 }
            }
            tell(values, false)
        }
        judge(
            JudgeMaterial(
                request: treated.body, answer: answer.bytes, isStream: answer.isStream, provider: operation,
                caller: request.operation),
            of: arm, part, inquiry)
    }

    func count(_ values: [RolloutMetric: Double], isUnanswered: Bool = false, _ arm: Arm, _ inquiry: Inquiry) {
        counting(arm, inquiry)?(values, isUnanswered)
    }

    /// What takes the request's outcome in, once and from any thread; `nil` where it has one.
    private func counting(_ arm: Arm, _ inquiry: Inquiry) -> (@Sendable ([RolloutMetric: Double], Bool) -> Void)? {
        guard let part = inquiry.rollout, !part.isCounted else { return nil }
        inquiry.rollout?.isCounted = true
        let principal = inquiry.principal
        // Nobody can say how good an answer was that nobody had.
        let answered =
            inquiry.own != nil
            ? nil
            : RolloutBook.Answered(
                request: inquiry.id.description, tenant: principal.tenant,
                principal: "\(principal.kind.rawValue):\(principal.name)")
        return { [rollouts] values, isUnanswered in
            rollouts.submit(
                .observed(
                    name: part.rollout.plan.name, identity: part.rollout.identity,
                    RolloutState.Observation(arm: arm, values: values, isUnanswered: isUnanswered), answered))
        }
    }
}
