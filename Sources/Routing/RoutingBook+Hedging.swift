internal import Inference

// When a second candidate is asked beside the first one: the same for a gateway and for a simulation.

extension RoutingBook {
    /// How long the first attempt of a request has until something comes before a second one may go beside it, in nanoseconds; `nil`: there
    /// is no second one.
    ///
    /// - Parameter hasNext: Whether there is a candidate that could be asked.
    public mutating func patience(
        with step: Route.Step, of alias: ResolvedAlias, inputTokens: Int, isStream: Bool, hasNext: Bool, now: UInt64
    ) -> UInt64? {
        if alias.terms.hedge != nil { hedgeableCame(alias.alias, now: now) }
        guard hasNext else { return nil }
        let hedged: UInt64? = alias.terms.hedge.flatMap { hedge in
            switch hedge.patience {
            case .fixed(let nanoseconds): nanoseconds
            case .usual:
                patience(with: step.destination, inputTokens: inputTokens, isStream: isStream, now: now)
            }
        }
        guard let patience = step.patience else { return hedged }
        return min(patience, hedged ?? patience)
    }

    /// Begins a second attempt beside `first`, if its candidate is well and has room and that is paid for: by the alias's share for hedges, or
    /// where `first` is a try of the gateway's own by what the try was reckoned to cost; and in any case by the budget of retries.
    ///
    /// - Returns: Whether it may be sent; if so, `leave` has to follow.
    public mutating func beginSecond(
        _ step: Route.Step, beside first: Route.Step, of alias: ResolvedAlias, now: UInt64
    ) -> Bool {
        guard step.reason.isReady, begin(step.candidate, now: now) else { return false }
        if isPaid(step, beside: first, of: alias, now: now) {
            if takeRetry(now: now) { return true }
            giveStakeBack(step, beside: first, of: alias, now: now)
        }
        leave(step.destination)
        return false
    }

    /// Gives back what `beginSecond` took: the second attempt was not sent. `leave` is the caller's.
    public mutating func forgoSecond(
        _ step: Route.Step, beside first: Route.Step, of alias: ResolvedAlias, now: UInt64
    ) {
        giveStakeBack(step, beside: first, of: alias, now: now)
        giveRetryBack()
    }

    private mutating func giveStakeBack(
        _ step: Route.Step, beside first: Route.Step, of alias: ResolvedAlias, now: UInt64
    ) {
        guard first.patience == nil, alias.terms.hedge != nil else { return }
        forgoHedge(alias.alias, cost: step.expectedCost, now: now)
    }

    private mutating func isPaid(
        _ step: Route.Step, beside first: Route.Step, of alias: ResolvedAlias, now: UInt64
    ) -> Bool {
        if first.patience != nil { return true }
        guard let hedge = alias.terms.hedge else { return false }
        return takeHedge(alias.alias, cost: step.expectedCost, share: hedge.costShare, now: now)
    }
}
