import Dialects
import Identity
import Inference
import Ledger
import NIOHTTP1
import Privacy

/// What is told to a caller and to the ledger where a request ends before its answer.
extension RequestPipeline {
    func refuse(_ inquiry: Inquiry, _ refusal: Refusal) {
        inquiry.origin = .refusal(refusal.error.kind)
        metrics.refused(refusal.error.kind.rawValue)
        if !inquiry.isRecorded { ledger.refused(reason: refusal.error.kind.rawValue, inquiry.principal) }
        var headers = Answering.headers(inquiry.id, inquiry.admission.dialect)
        for (name, value) in refusal.headers { headers.replaceOrAdd(name: name, value: value) }
        let dialect = inquiry.admission.dialect
        guard let said = refusal.providerSaid, let status = refusal.status else {
            return Answering.refuse(
                inquiry.exchange, refusal.error, status: refusal.status, dialect: dialect, inquiry.id, headers)
        }
        for (name, value) in ErrorBody.headers(said, status: status, in: dialect) {
            headers.replaceOrAdd(name: name, value: value)
        }
        let body = ErrorBody.body(said, status: status, in: dialect, requestID: inquiry.id.description)
        Answering.json(inquiry.exchange, status: status, headers, body)
    }

    func deny(
        _ request: InferenceRequest, _ findings: Findings, _ inquiry: Inquiry, _ reason: LedgerEntry.DenialReason,
        status: Int, _ considered: [LedgerEntry.Considered]
    ) {
        inquiry.isRecorded = true
        ledger.append(
            .denied(
                LedgerEntry.Denied(
                    time: LedgerTime(milliseconds: Clock.epochMilliseconds()), asked: asked(request, findings, inquiry),
                    reason: reason, status: status, considered: considered)))
    }

    /// Counts a caller that could not be identified.
    func recordUnidentified(_ failure: IdentityFailure, clientAddress: String) {
        ledger.unidentified(reason: failure.word, clientAddress: clientAddress)
    }

    /// Counts a connection that was refused for its client certificate; `reason` is a word of ours.
    func recordUnidentified(certificate reason: String, clientAddress: String) {
        ledger.unidentified(reason: reason, clientAddress: clientAddress)
    }

    func asked(_ request: InferenceRequest, _ findings: Findings, _ inquiry: Inquiry) -> LedgerEntry.Asked {
        LedgerEntry.Asked(
            requestID: inquiry.id, traceparent: inquiry.exchange.head.headers.first(name: "traceparent"),
            principal: inquiry.principal, clientAddress: inquiry.exchange.clientAddress, dialect: request.dialect,
            operation: request.operation, model: request.model, isStreaming: request.isStreaming,
            estimatedInputTokens: request.estimatedInputTokens, data: findings.summary,
            tools: tools(request, findings, inquiry), purpose: inquiry.purpose, policySet: inquiry.activeSet.policySet,
            stages: inquiry.stages)
    }
}
