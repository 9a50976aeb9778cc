import Access
import AnswerCache
import Dialects
import Inference
import Ledger
import Logging
import NIOCore
import NIOHTTP1
import Privacy
import Routing

/// Between 9 and 10: gives an answer again that was kept from an earlier request, where the alias says so; and keeps new ones.
///
/// Kept is what the provider said, before anything was put back into it, under a name that depends on the whole body as it would leave, the
/// policies in force, the destination and the tenant. So a hit needs a permit like any request, and this request's own values are put
/// back. A hit sends nothing; it takes from limits on requests, and from no others.
extension RequestPipeline {
    /// How the answer to a request is named; `nil` where it is neither looked for nor kept: the alias has no cache, the caller wants none,
    /// what is asked is not all in the request, or the request has to be kept for the vault.
    func caching(
        _ request: InferenceRequest, _ permitted: Permitted, _ keeping: Keeping, _ inquiry: Inquiry
    ) -> Caching? {
        inquiry.cache = .off
        guard let alias = inquiry.alias, let terms = alias.terms.keeping, keeping.parts.isEmpty,
            AttemptBounds.isSelfContained(request)
        else { return nil }
        let head = inquiry.exchange.head
        let control = CacheControl(head.headers["cache-control"])
        guard control.mayKeep, let keys = try? inquiry.activeSet.answerKeys(tenant: inquiry.principal.tenant) else {
            return nil
        }
        // What of the caller's head reaches a provider.
        var fields = [head.uri.hasSuffix("?beta=true") ? "beta" : ""]
        for name in ["anthropic-version", "anthropic-beta"] {
            fields.append(head.headers[name].joined(separator: ","))
        }
        if terms.isPerPrincipal { fields += [inquiry.principal.kind.rawValue, inquiry.principal.name] }
        let permit = permitted.permit
        inquiry.cache = .miss
        return Caching(
            keys: keys,
            question: AnswerQuestion(
                policySet: inquiry.activeSet.policySet, provider: permitted.provider.identity,
                model: permit.destination.model, form: permit.form.rawValue,
                operation: permitted.operation.rawValue, isStreaming: request.isStreaming, fields: fields),
            control: control, milliseconds: terms.milliseconds)
    }

    /// Answers with what was kept; false where there is nothing, or anything is wrong with it, so that the provider is asked.
    func answerFromCache(
        _ request: InferenceRequest, _ findings: Findings, _ permitted: Permitted, _ treated: Treated, attempt: Int,
        _ inquiry: Inquiry
    ) async throws -> Bool {
        guard let name = treated.cacheName else { return false }
        let now = Clock.epochMilliseconds()
        guard name.takesKept, let kept = await cache.find(name.key, name.keys, at: now),
            let age = kept.age(at: now, maximumAge: name.maximumAge)
        else {
            metrics.cached(.miss)
            return false
        }
        if inquiry.exchange.isOver { return true }
        let whole: WholeAnswer?
        do {
            whole = request.isStreaming ? nil : try await read(kept.body, to: request, treated)
        } catch {
            logger.warning("a kept answer can't be read", metadata: ["request": "\(inquiry.id)"])
            cache.drop(name.key)
            return false
        }
        if inquiry.exchange.isOver { return true }
        // Where others' limits have no room, the attempt that follows is told so, and in which words.
        guard let alias = inquiry.alias?.alias,
            try await takeRoomForRequest(alias, attempt: attempt, inquiry) == nil,
            record(
                answerOf: kept.request, age: age, bytes: kept.body.count, request, findings, permitted,
                attempt: attempt, inquiry)
        else { return false }
        inquiry.cache = .hit
        metrics.cached(.hit)
        observe(hitOf: request, permitted.permit.destination, inquiry)
        if let whole {
            var headers = headers(of: kept.head, permitted.permit, treated, told(inquiry), inquiry)
            headers.add(name: "age", value: String(age / 1_000))
            Self.tellOfLosses(whole, &headers)
            headers.add(name: Self.costHeader, value: "0")
            inquiry.isAnswered(by: permitted.permit)
            Answering.json(inquiry.exchange, status: kept.head.status, headers, whole.body)
        } else {
            await replay(kept, age: age, request, permitted.permit, treated, inquiry)
        }
        return true
    }

    private func told(_ inquiry: Inquiry) -> Told {
        Told(route: inquiry.routeHeader, fields: inquiry.headers, cache: inquiry.cache)
    }

    /// Records that nothing leaves, and why there is an answer all the same; false where that can't be.
    func record(
        answerOf earlier: RequestID, age: Int64, bytes: Int, _ request: InferenceRequest, _ findings: Findings,
        _ permitted: Permitted, attempt: Int, _ inquiry: Inquiry
    ) -> Bool {
        let permit = permitted.permit
        let isRecorded = ledger.append(
            .cached(
                LedgerEntry.Cached(
                    time: LedgerTime(milliseconds: Clock.epochMilliseconds()),
                    asked: asked(request, findings, inquiry), destination: permit.destination,
                    region: permitted.provider.region, isInternal: permitted.provider.isInternal, form: permit.form,
                    policies: permit.policies, considered: inquiry.considered, attempt: attempt,
                    answerOf: earlier, ageMilliseconds: age, answerBytes: bytes)))
        if isRecorded { inquiry.isRecorded = true }
        return isRecorded
    }

    // MARK: - Streams

    /// Gives a stream again: through the same hands as one that comes from a provider.
    private func replay(
        _ kept: KeptAnswer, age: Int64, _ request: InferenceRequest, _ permit: Permit, _ treated: Treated,
        _ inquiry: Inquiry
    ) async {
        let framing = inquiry.admission.target.framing
        let attempt = Attempt(
            exchange: inquiry.exchange, requestID: inquiry.id, request: request,
            restoration: treated.request.restoration, rules: treated.rules, translation: treated.translation,
            workers: workers, framing: framing
        ) { head in
            var headers = self.headers(of: head, permit, treated, self.told(inquiry), inquiry)
            headers.replaceOrAdd(name: "content-type", value: framing.contentType ?? request.dialect.streamType)
            headers.add(name: "cache-control", value: "no-cache")
            headers.add(name: "age", value: String(age / 1_000))
            if treated.rules != nil || !treated.request.restoration.isEmpty, AnswerForm.wantsTokenLists(request) {
                Self.tellOfTokenLists(&headers)
            }
            return headers
        }
        attempt.watchCaller()
        attempt.begin(kept.head)
        Self.play(kept.body[...], to: attempt, on: inquiry.exchange)
        guard case .failed = await attempt.end() else { return }
        let error = RequestError(.upstreamFailed, "an answer that was kept can't be given again")
        refuse(inquiry, Refusal(error, headers: [("x-should-retry", "false")]))
    }

    /// Between two looks whether a caller that is behind has caught up.
    private static let pace = TimeAmount.milliseconds(5)
    private static let pieceBytes = 32 << 10

    private static func play(_ bytes: ArraySlice<UInt8>, to attempt: Attempt, on exchange: Exchange) {
        var bytes = bytes
        while !bytes.isEmpty {
            if exchange.isOver { return }
            guard exchange.isWritable else {
                exchange.loop.assumeIsolated().scheduleTask(in: pace) { play(bytes, to: attempt, on: exchange) }
                return
            }
            attempt.take(Array(bytes.prefix(pieceBytes)))
            attempt.batchEnded()
            bytes = bytes.dropFirst(pieceBytes)
        }
        attempt.complete()
    }

    // MARK: - Keeping

    /// How many bytes of a streamed answer are gathered to be kept.
    func cachedBytes(of treated: Treated, _ request: InferenceRequest) -> Int {
        treated.cacheName != nil && request.isStreaming ? cache.maximumAnswerBytes : 0
    }

    /// Keeps an answer that is good for more than one request: whole, without any error, and ended by the model itself.
    func keepAnswer(
        _ request: InferenceRequest, _ treated: Treated, _ attempt: Attempt, _ outcome: Attempt.Outcome,
        _ facts: AnswerFacts, _ inquiry: Inquiry
    ) {
        guard let name = treated.cacheName, outcome.ledgerOutcome == .completed, outcome.status == 200,
            facts.isEnded(request.operation)
        else { return }
        let body: [UInt8]
        switch outcome {
        case .whole(_, let bytes) where !request.isStreaming: body = bytes
        case .streamed:
            guard let kept = attempt.takeKept(), kept.isStream, !kept.isCut else { return }
            body = kept.bytes
        default: return
        }
        let now = Clock.epochMilliseconds()
        let type =
            request.isStreaming
            ? (treated.translation?.provider ?? request.dialect).streamType : "application/json"
        cache.keep(
            KeptAnswer(
                contentType: type, body: body, request: inquiry.id, made: now, expires: now + name.milliseconds),
            as: name.key, name.keys)
    }
}

extension KeptAnswer {
    /// The head of the answer, as the provider's.
    fileprivate var head: Attempt.AnswerHead {
        Attempt.AnswerHead(status: 200, contentType: contentType, passed: [])
    }
}
