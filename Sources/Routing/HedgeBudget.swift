public import Inference

/// What an alias's hedges (second attempts beside a slow first one) may cost: a share of what its attempts cost of late; where the second
/// candidate's price is unknown, so many to a number of requests. No clock: time comes as an argument.
struct HedgeBudget: Sendable {
    /// A share is told in millionths.
    static let whole = 1_000_000.0
    /// All sums forget half in five minutes, in ticks of five seconds, so that their ratio stays.
    private static let tick: UInt64 = 5_000_000_000
    private static let keptPerTick = 0.988_514_020_352_896_1

    private var requests = 0.0
    private var hedges = 0.0
    /// What attempts did cost, and what hedges were expected to, in nano-USD.
    private var spent = 0.0
    private var staked = 0.0
    private var decayedAt: UInt64 = 0

    mutating func requestCame(now: UInt64) {
        decay(to: now)
        requests += 1
    }

    mutating func spent(_ cost: Money, now: UInt64) {
        decay(to: now)
        spent += Double(max(0, cost.nanoUSD))
    }

    /// Takes a hedge of this expected cost; `false` if that would be more than the share.
    mutating func take(_ cost: Money?, share: Int, now: UInt64) -> Bool {
        decay(to: now)
        let part = Double(share) / Self.whole
        guard let cost else {
            guard hedges + 1 <= requests * part else { return false }
            hedges += 1
            return true
        }
        let stake = Double(max(0, cost.nanoUSD))
        guard staked + stake <= spent * part else { return false }
        staked += stake
        return true
    }

    /// Gives back what a hedge took that was not sent.
    mutating func forgo(_ cost: Money?, now: UInt64) {
        decay(to: now)
        guard let cost else { return hedges = max(0, hedges - 1) }
        staked = max(0, staked - Double(max(0, cost.nanoUSD)))
    }

    private mutating func decay(to now: UInt64) {
        guard now > decayedAt else { return }
        let ticks = (now - decayedAt) / Self.tick
        guard ticks > 0 else { return }
        decayedAt += ticks * Self.tick
        var kept = 1.0
        for _ in 0..<min(ticks, 2_000) { kept *= Self.keptPerTick }
        (requests, hedges, spent, staked) = (requests * kept, hedges * kept, spent * kept, staked * kept)
    }
}

extension RoutingBook {
    /// For how long the first token (of a whole answer: all of it) may be waited for before a destination is unusually slow: the 95th percentile
    /// of its own requests of this size, in nanoseconds; `nil` while too few of them were measured of late.
    public func patience(
        with destination: Destination, inputTokens: Int, isStream: Bool, now: UInt64
    ) -> UInt64? {
        guard
            let timings = records[destination]?.timings(
                ofSize: CandidateRecord.size(ofInput: inputTokens))
        else { return nil }
        let histogram = isStream ? timings.firstToken : timings.whole
        let isFresh = now <= histogram.sampledAt || now - histogram.sampledAt <= Self.staleAfter
        return isFresh && histogram.weight >= Self.leastForPatience ? histogram.tail : nil
    }

    /// Notes a request of an alias that may be hedged, and that attempts of it are paid from now on.
    public mutating func hedgeableCame(_ alias: ModelID, now: UInt64) {
        if hedges[alias] == nil, hedges.count >= Self.capacity { hedges.removeAll() }
        hedges[alias, default: HedgeBudget()].requestCame(now: now)
    }

    /// Whether a hedge of this expected cost (`nil`: unknown) is within the alias's share, in millionths; takes it from that.
    public mutating func takeHedge(_ alias: ModelID, cost: Money?, share: Int, now: UInt64) -> Bool {
        hedges[alias]?.take(cost, share: share, now: now) ?? false
    }

    /// Gives back what `takeHedge` took: the hedge was not sent.
    public mutating func forgoHedge(_ alias: ModelID, cost: Money?, now: UInt64) {
        hedges[alias]?.forgo(cost, now: now)
    }

    /// Gives back what `takeRetry` took: the second try was not sent.
    public mutating func giveRetryBack() { retries.giveBack() }
}
