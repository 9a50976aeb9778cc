import Inference

/// Puts the permitted candidates of an alias in order. Knows nothing of why one is permitted and another is not.
public enum Router {
    /// The answer tokens expected where the caller sets no lower limit. Only the comparison between candidates needs it, and a
    /// caller's limit is usually far above what comes: chat answers have some hundred tokens.
    public static let typicalOutput = 500

    /// The order in which to try the candidates of an alias for a request.
    ///
    /// First come those that are healthy and whose context window is long enough, by strategy; then those that seem too small;
    /// last those that failed just now, the one soonest out of its penalty first: they are tried rather than nobody.
    ///
    /// - Parameters:
    ///   - alias: The alias.
    ///   - permitted: Whether the candidate with this index may be used for this request.
    ///   - inputTokens: The prompt's tokens by estimate.
    ///   - maximumOutput: The most answer tokens the caller wants, where it says so.
    ///   - book: The measurements; under `fastest`, that a request measures an unmeasured candidate is noted here.
    ///   - now: Nanoseconds of a monotone clock.
    public static func route(
        _ alias: ResolvedAlias, permitted: (Int) -> Bool, inputTokens: Int, maximumOutput: Int?,
        book: inout LatencyBook, now: UInt64
    ) -> Route {
        var weighed: [Weighed] = []
        weighed.reserveCapacity(alias.candidates.count)
        for index in alias.candidates.indices where permitted(index) {
            weighed.append(
                weigh(alias.candidates[index], index, alias.strategy, inputTokens, maximumOutput ?? .max, book, now))
        }
        if weighed.count > 1 {
            if alias.strategy == .fastest { explore(&weighed, &book, now) }
            weighed.sort { ($0.group, $0.key, $0.step.index) < ($1.group, $1.key, $1.step.index) }
        }
        return Route(strategy: alias.strategy, steps: weighed.map(\.step))
    }

    /// A candidate with what it is sorted by: the group, then the key, then its place in the list.
    private struct Weighed {
        var step: Route.Step
        var group: Group
        var key: UInt64
    }

    private enum Group: Int, Comparable {
        case first
        case known
        case unknown
        case tooLong
        case penalised

        static func < (left: Group, right: Group) -> Bool { left.rawValue < right.rawValue }
    }

    private static func weigh(
        _ candidate: RouteCandidate, _ index: Int, _ strategy: ModelAlias.Strategy, _ inputTokens: Int,
        _ maximumOutput: Int,
        _ book: LatencyBook, _ now: UInt64
    ) -> Weighed {
        let output = min(maximumOutput, candidate.maximumOutput ?? .max, typicalOutput)
        let cost = candidate.cost(of: TokenUsage(input: inputTokens, output: output))
        func weighed(_ group: Group, _ key: UInt64, _ reason: Route.Reason) -> Weighed {
            let step = Route.Step(index: index, candidate: candidate, expectedCost: cost, reason: reason)
            return Weighed(step: step, group: group, key: key)
        }
        let penalty = book.penaltyNanoseconds(of: candidate.destination, now: now)
        if penalty > 0 { return weighed(.penalised, penalty, .penalised(nanoseconds: penalty)) }
        if let window = candidate.contextWindow, inputTokens > window {
            // The longest window first: the estimate may be wrong.
            return weighed(.tooLong, .max - UInt64(clamping: window), .tooLong(contextWindow: window))
        }
        switch strategy {
        case .ordered: return weighed(.known, 0, .listed)
        case .cheapest:
            guard let cost else { return weighed(.unknown, 0, .unknownPrice) }
            return weighed(.known, UInt64(clamping: cost.nanoUSD), .cost(cost))
        case .fastest:
            guard let latency = book.firstByteNanoseconds(of: candidate.destination, now: now) else {
                return weighed(.unknown, 0, .unmeasured)
            }
            return weighed(.known, latency, .latency(nanoseconds: latency))
        }
    }

    /// Sends this request to the first unmeasured candidate, unless another request measures it already.
    private static func explore(_ weighed: inout [Weighed], _ book: inout LatencyBook, _ now: UInt64) {
        for position in weighed.indices where weighed[position].group == .unknown {
            let step = weighed[position].step
            guard book.mayProbe(step.destination, now: now) else { continue }
            book.noteProbe(step.destination, now: now)
            weighed[position].group = .first
            weighed[position].step = Route.Step(
                index: step.index, candidate: step.candidate, expectedCost: step.expectedCost, reason: .exploring)
            return
        }
    }
}
