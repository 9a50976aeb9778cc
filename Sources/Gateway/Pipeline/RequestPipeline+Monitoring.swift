import Dialects
import Drift
import Inference
import JSONText
import Ledger
import Routing

/// After 13: what a request and its answer were like goes to who watches, on a thread of its own.
extension RequestPipeline {
    /// So much of a stream is looked at.
    private static let glimpse = 16 << 10
    /// What the gateway and its operators ask is no traffic.
    private static let ownPurposes: Set<String> = ["probe", "canary", "evaluation", "shadow", "judge"]

    /// How much of the answer to a request is to be gathered for a look at it.
    func glimpseBytes(of request: InferenceRequest) -> Int {
        request.isStreaming && monitor.takesText(request.body.bytes.count) ? Self.glimpse : 0
    }

    /// Takes note of an attempt that has ended.
    func observe(
        _ step: Route.Step, _ attempt: Attempt, _ outcome: Attempt.Outcome, _ facts: AnswerFacts, cost: Money?,
        began: UInt64, now: UInt64, _ inquiry: Inquiry
    ) {
        guard monitor.settings.isOn, let failed = outcome.isBlamed, let name = stream(of: step.destination, inquiry)
        else { return }
        let request = attempt.asked
        let body: ObservedRequest.Body
        switch outcome {
        case .whole(_, let bytes) where monitor.takesText(max(bytes.count, request.body.bytes.count)):
            body = .whole(bytes, attempt.providerOperation)
        case .streamed where !attempt.glimpse.isEmpty:
            let isWhole = !outcome.isPartial && attempt.bytesReceived <= attempt.glimpse.count
            body = .stream(attempt.glimpse, isWhole: isWhole, attempt.providerOperation)
        default: body = .none
        }
        var takesText = true
        if case .none = body { takesText = failed && monitor.takesText(request.body.bytes.count) }
        var figures = figures(name, request, inquiry)
        figures.failed = failed
        figures.usage = facts.usage
        figures.cost = cost
        figures.finishReason = facts.finishReason
        figures.firstByteMilliseconds = attempt.firstByteNanoseconds.map { Double($0) / 1e6 }
        figures.milliseconds = Double(now &- began) / 1e6
        figures.cacheHit = inquiry.cache == .off ? nil : false
        monitor.note(ObservedRequest(figures, request: takesText ? request : nil, body: body))
    }

    /// Takes note of an answer that was kept.
    func observe(hitOf request: InferenceRequest, _ destination: Destination, _ inquiry: Inquiry) {
        guard monitor.settings.isOn, let name = stream(of: destination, inquiry) else { return }
        var figures = figures(name, request, inquiry)
        (figures.cacheHit, figures.failed) = (true, false)
        let takesText = monitor.takesText(request.body.bytes.count)
        monitor.note(ObservedRequest(figures, request: takesText ? request : nil, body: .none))
    }

    private func stream(of destination: Destination, _ inquiry: Inquiry) -> StreamName? {
        guard let alias = inquiry.alias else { return nil }
        return StreamName(
            alias: alias.alias.rawValue, destination: destination.description, isCanary: inquiry.canary != nil)
    }

    private func figures(
        _ name: StreamName, _ request: InferenceRequest, _ inquiry: Inquiry
    ) -> ObservedRequest.Figures {
        let isOwn = inquiry.purpose.map { Self.ownPurposes.contains($0.rawValue) } ?? false
        return ObservedRequest.Figures(
            stream: name, time: Clock.epochMilliseconds(), promptTokens: request.estimatedInputTokens,
            classes: inquiry.summary?.byClass.map(\.dataClass) ?? [], canary: inquiry.canary,
            isWatched: inquiry.canary != nil || !isOwn)
    }
}

extension Attempt.Outcome {
    /// Whether its provider failed; `nil` where nobody can be blamed: the caller left, another was quicker, or it was the
    /// request that was wrong.
    fileprivate var isBlamed: Bool? {
        switch ledgerOutcome {
        case .completed: false
        case .cancelled: nil
        case .refused:
            switch status {
            case .some(400..<500) where ![401, 403, 404, 408, 429].contains(status ?? 0): nil
            default: true
            }
        default: true
        }
    }
}
