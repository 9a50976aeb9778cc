import Access
import Dialects
import Inference
import Ledger
import Logging
import NIOCore
import NIOHTTP1
import Privacy
import Routing
import Synchronization
import Upstream

/// 11 to 13: forwards what was permitted, treated and recorded, restores the answer, and settles.
extension RequestPipeline {
    enum Forwarded: Sendable {
        /// The caller has its answer, or has left.
        case over
        /// Nothing went to the caller yet.
        case failed(Refusal, mayTryNext: Bool)
    }

    func forward(
        _ request: InferenceRequest, _ sending: Sending, _ inquiry: Inquiry, in race: Race? = nil, isHedge: Bool = false
    ) async -> Forwarded {
        let (permitted, whole, receipt) = (sending.permitted, sending.treated, sending.receipt)
        let (kept, step, number) = (sending.kept, sending.step, sending.number)
        let told = {
            var told = sending.told
            told.route += race?.mark ?? ""
            return told
        }
        let exchange = inquiry.exchange
        let permit = permitted.permit
        let (treated, rules) = (whole.request, whole.rules)
        let attempt = Attempt(
            exchange: exchange, requestID: inquiry.id, request: request, restoration: treated.restoration, rules: rules,
            translation: whole.translation, workers: workers, framing: inquiry.admission.target.framing,
            keepsBytes: kept?.answerBytes ?? cachedBytes(of: whole, request), race: race, isHedge: isHedge
        ) { head in
            var headers = self.headers(of: head, permit, whole, told(), inquiry)
            headers.replaceOrAdd(
                name: "content-type",
                value: inquiry.admission.target.framing.contentType
                    ?? (whole.translation == nil ? head.contentType : request.dialect.streamType))
            headers.add(name: "cache-control", value: "no-cache")
            if rules != nil || !treated.restoration.isEmpty, AnswerForm.wantsTokenLists(request) {
                Self.tellOfTokenLists(&headers)
            }
            return headers
        }
        attempt.glimpseBytes = glimpseBytes(of: request)
        let began = Clock.monotone()
        guard await isRoomKept(attempt: number, inquiry) else {
            let failure = UpstreamFailure(kind: .internal, message: "what is spent can't be kept")
            settle(
                inquiry, receipt, step, attempt, .failed(failure), facts: AnswerFacts(), began, number, treated,
                wasForwarded: false)
            let error = RequestError(.unavailable, "what is spent under the limits can't be kept, so nothing is sent")
            return .failed(Refusal(error), mayTryNext: false)
        }
        if exchange.isOver || race?.isDecided == true {
            settle(
                inquiry, receipt, step, attempt, exchange.isOver ? .callerLeft : .outpaced(wasWhole: false),
                facts: AnswerFacts(), began,
                number, treated,
                wasForwarded: false)
            return .over
        }
        follow(step, attempt)
        inquiry.costs.sent(number, to: step.candidate, bodyBytes: treated.body.count)
        if inquiry.rollout?.needsText == true { attempt.watches(AnswerQuality.mostBytes) }
        inquiry.forwarder.forward(request, permit, treated, whole.digest, receipt, to: permitted, inquiry, attempt)
        let watch = watchSilence(of: attempt, at: step, began: began, inquiry)
        var outcome = await attempt.end()
        watch?.end()
        var facts = AnswerFacts()
        defer {
            settle(inquiry, receipt, step, attempt, outcome, facts: facts, began, number, treated)
            observe(sending, attempt, outcome, facts, began: began, request, inquiry)
            keepAnswer(request, whole, attempt, outcome, facts, inquiry)
        }
        if let kept, let answer = attempt.takeKept() {
            vault.keep(
                answer: answer.bytes, isCut: answer.isCut || outcome.isPartial, isStream: answer.isStream, with: kept)
        }
        switch outcome {
        case .callerLeft, .outpaced:
            return .over
        case .untranslatable:
            return Self.untold(in: request.dialect)
        case .streamed(let streamed):
            facts = streamed.facts
            if outcome.isPartial, let estimate = facts.estimate(of: request) { facts.usage = estimate }
            return .over
        case .whole(let head, let bytes):
            do {
                let answer = try await read(bytes, to: request, whole)
                facts = answer.facts
                guard race?.claims(attempt) ?? true else {
                    outcome = .outpaced(wasWhole: true)
                    return .over
                }
                var headers = headers(of: head, permit, whole, told(), inquiry)
                Self.tellOfLosses(answer, &headers)
                if let cost = facts.usage.flatMap({ step.candidate.cost(of: $0) }),
                    let total = inquiry.costs.total(answeredBy: number, at: cost, request)
                {
                    headers.add(name: Self.costHeader, value: String(total.nanoUSD))
                }
                inquiry.isAnswered(by: permit)
                Answering.json(exchange, status: head.status, headers, answer.body)
                return .over
            } catch let error as UntranslatableAnswer where error.facts != nil {
                facts = error.facts ?? facts
                outcome = .untranslatable(head)
                return Self.untold(in: request.dialect)
            } catch {
                outcome = .failed(UpstreamFailure(kind: .malformed, message: "the answer is not valid JSON"))
                return .failed(
                    Refusal(RequestError(.upstreamFailed, "the provider's answer is not valid JSON")), mayTryNext: true)
            }
        case .refused(let refused):
            // What it began to count before it gave up may be billed.
            if let said = attempt.factsSoFar, said.usage != nil {
                facts.usage = said.estimate(of: request) ?? said.usage
            }
            let refusal = Refusal(
                providerSaid: refused, restoration: treated.restoration, translation: whole.translation)
            // Who refuses the gateway itself may not be the only one that could serve its caller.
            return .failed(
                refusal,
                mayTryNext: refusal.status == 502 || outcome.attemptOutcome.shouldTryNext)
        case .failed(let failure):
            // It began, though nobody saw it.
            if let said = attempt.factsSoFar {
                facts = said
                facts.usage = said.estimate(of: request) ?? said.usage
            }
            logger.warning(
                "upstream failed",
                metadata: [
                    "request": "\(inquiry.id)", "provider": "\(permit.destination.provider)", "failure": "\(failure)",
                ])
            let kind: ErrorKind = failure.isTimeout ? .timeout : .upstreamFailed
            return .failed(
                Refusal(
                    RequestError(kind, "the provider could not be reached or did not answer: \(failure.kind.rawValue)")),
                mayTryNext: failure.attemptOutcome.shouldTryNext)
        }
    }

    /// A good answer that can't be told: paid for, and no other candidate would be asked for less.
    private static func untold(in dialect: Dialect) -> Forwarded {
        let error = RequestError(
            .upstreamFailed,
            "the model answered with what \(dialect.rawValue)'s interface has no words for, or not to its end")
        return .failed(Refusal(error, headers: [("x-should-retry", "false")]), mayTryNext: false)
    }

    /// What a whole answer cost, with all attempts that were made for it, in nano-USD; without a known price there is none.
    static let costHeader = "x-sallyport-cost-nanousd"

    /// Tokens can't be treated one by one: a value that is put back or taken out stands in several of them.
    static func tellOfTokenLists(_ headers: inout HTTPHeaders) {
        headers.add(name: "x-sallyport-logprobs", value: "removed")
    }

    /// What a whole answer lacks, beside what its request did.
    static func tellOfLosses(_ answer: WholeAnswer, _ headers: inout HTTPHeaders) {
        if answer.lacksTokenLists { tellOfTokenLists(&headers) }
        guard !answer.losses.isEmpty else { return }
        let told = headers["x-sallyport-warning"] + answer.losses
        headers.replaceOrAdd(name: "x-sallyport-warning", value: told.joined(separator: ", "))
    }

    /// Reads and treats a whole answer; a large one on another thread.
    func read(
        _ bytes: [UInt8], to request: InferenceRequest, _ treated: Treated
    ) async throws -> WholeAnswer {
        let (restoration, rules, translation) = (treated.request.restoration, treated.rules, treated.translation)
        let passes = restoration.isEmpty && rules == nil && translation == nil
        guard bytes.count >= (passes ? BodyWorkers.passingThreshold : BodyWorkers.threshold) else {
            return try WholeAnswer(
                bytes, to: request, restoration: restoration, rules: rules, translation: translation)
        }
        return try await workers.run(.begun) {
            try WholeAnswer(bytes, to: request, restoration: restoration, rules: rules, translation: translation)
        }
    }

    func headers(
        of head: Attempt.AnswerHead, _ permit: Permit, _ treated: Treated, _ told: Told, _ inquiry: Inquiry
    ) -> HTTPHeaders {
        var headers = Answering.headers(inquiry.id, inquiry.admission.dialect)
        // What is left of the provider's limits concerns the gateway's account there; where the caller has limits here, it hears of those.
        let hasLimits = told.fields.contains { ResponseHeaders.tellsOfLimits($0.name) }
        for field in head.passed
        where field.name != "content-type" && field.name != Attempt.AnswerHead.errorTypeField
            && !(hasLimits && ResponseHeaders.tellsOfLimits(field.name))
        {
            headers.add(name: field.name, value: field.value)
        }
        for (name, value) in told.fields where !headers.contains(name: name) {
            headers.add(name: name, value: value)
        }
        headers.add(name: "x-sallyport-destination", value: permit.destination.description)
        headers.add(name: "x-sallyport-form", value: permit.form.rawValue)
        headers.add(name: "x-sallyport-route", value: told.route)
        headers.add(name: "x-sallyport-cache", value: told.cache.rawValue)
        if !treated.losses.isEmpty {
            headers.add(name: "x-sallyport-warning", value: treated.losses.joined(separator: ", "))
        }
        return headers
    }

    private func settle(
        _ inquiry: Inquiry, _ receipt: IntentReceipt, _ step: Route.Step, _ attempt: Attempt,
        _ outcome: Attempt.Outcome,
        facts: AnswerFacts, _ began: UInt64, _ number: Int, _ treated: TreatedRequest,
        wasForwarded: Bool = true
    ) {
        let now = Clock.monotone()
        let cost = facts.usage.flatMap { step.candidate.cost(of: $0) }
        let use = Self.use(outcome, usage: facts.usage, cost: cost, wasForwarded: wasForwarded)
        inquiry.costs.ended(number, use, of: attempt.asked)
        if let room = inquiry.rooms.removeValue(forKey: number) { limits.settle(room, use) }
        let firstByte = attempt.firstByteNanoseconds
        if wasForwarded {
            learn(step, attempt, outcome, usage: facts.usage, cost: cost, began: began, now: now, inquiry)
        } else {
            routing.withLock { $0.withdraw(step.destination, now: now) }
        }
        if wasForwarded { observe(step, attempt, outcome, facts, cost: cost, began: began, now: now, inquiry) }
        metrics.attempted(
            step.destination.provider, outcome: outcome.ledgerOutcome.rawValue,
            firstByteMicroseconds: firstByte.map { Int64($0 / 1_000) }, usage: facts.usage, cost: cost)
        ledger.append(
            .result(
                LedgerEntry.Result(
                    time: LedgerTime(milliseconds: Clock.epochMilliseconds()), requestID: inquiry.id,
                    attempt: receipt.attempt, intent: receipt.sequence, outcome: outcome.ledgerOutcome,
                    status: outcome.status,
                    usage: facts.usage, cost: cost, firstByteMicroseconds: firstByte.map { Int64($0 / 1_000) },
                    totalMicroseconds: Int64((now - began) / 1_000),
                    bytesSent: wasForwarded && outcome.mayHaveLeft ? treated.body.count : 0,
                    bytesReceived: attempt.bytesReceived)))
    }
}

extension AnswerFacts {
    /// The counts of an answer that broke off; `nil` where the provider had told the final ones.
    fileprivate func estimate(of request: InferenceRequest) -> TokenUsage? {
        if finishReason != nil, usage != nil { return nil }
        var counts = usage ?? TokenUsage(input: request.estimatedInputTokens, output: 0)
        counts.output = max(counts.output, estimatedOutput)
        counts.isEstimate = true
        return counts
    }
}
