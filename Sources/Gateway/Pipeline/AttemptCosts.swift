import Inference
import Limits
import Routing

/// What the attempts of one request cost together, so that its caller is told all of it: a hedge that lost and a candidate that broke off may
/// be billed, too.
struct AttemptCosts {
    private struct UnderWay {
        let candidate: RouteCandidate
        let bodyBytes: Int
    }

    /// Attempts that were sent and have not ended, by their numbers.
    private var underWay: [Int: UnderWay] = [:]
    /// What those that have ended took, at most; `nil`: nobody knows.
    private var ended: Money? = Money(nanoUSD: 0)

    /// An attempt is sent.
    mutating func sent(_ number: Int, to candidate: RouteCandidate, bodyBytes: Int) {
        underWay[number] = UnderWay(candidate: candidate, bodyBytes: bodyBytes)
    }

    /// An attempt has ended; where nobody knows what it took, it is the most that it may have.
    mutating func ended(_ number: Int, _ use: AttemptUse, of request: InferenceRequest) {
        guard let attempt = underWay.removeValue(forKey: number) else { return }
        switch use {
        case .nothing: break
        case .actual(_, let cost): ended = Self.sum(ended, cost)
        case .unknown: ended = Self.sum(ended, Self.most(attempt, request))
        }
    }

    /// What a request costs at most that is answered by one attempt, at this cost; `nil`: nobody knows.
    func total(answeredBy number: Int, at cost: Money, _ request: InferenceRequest) -> Money? {
        var total = Self.sum(ended, cost)
        for (other, attempt) in underWay where other != number { total = Self.sum(total, Self.most(attempt, request)) }
        return total
    }

    private static func most(_ attempt: UnderWay, _ request: InferenceRequest) -> Money? {
        AttemptBounds.worst(request, bodyBytes: attempt.bodyBytes, at: attempt.candidate).cost
    }

    private static func sum(_ first: Money?, _ second: Money?) -> Money? {
        guard let first, let second else { return nil }
        let (sum, isTooMuch) = first.nanoUSD.addingReportingOverflow(second.nanoUSD)
        return isTooMuch ? nil : Money(nanoUSD: sum)
    }
}
