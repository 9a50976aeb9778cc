internal import Inference

/// Puts the permitted candidates of an alias in order. Knows nothing of why one is permitted and another is not.
public enum Router {
    /// The order in which to try the candidates of an alias for a request.
    ///
    /// First come those that are well, have room and are large enough, by strategy; then those that were too slow or seem too small; then
    /// those without room; last those that fail: they are tried rather than nobody. Candidates that can't serve the request or would
    /// break a bound of the alias are not tried at all.
    ///
    /// - Parameters:
    ///   - alias: The alias.
    ///   - query: What of the request matters.
    ///   - permitted: Whether the candidate with this index may be used for this request.
    ///   - book: What is known; unless `query.isDry`, that a request measures or tries a candidate is noted here.
    ///   - now: Nanoseconds of a monotone clock.
    ///   - random: A number drawn at random for this request.
    public static func route(
        _ alias: ResolvedAlias, _ query: RouteQuery, permitted: (Int) -> Bool, book: inout RoutingBook, now: UInt64,
        random: UInt64
    ) -> Route {
        let strategy = query.strategy ?? alias.strategy
        var excluded: [Route.Exclusion] = []
        var weighed: [Weighed] = []
        weighed.reserveCapacity(alias.candidates.count)
        for index in alias.candidates.indices {
            let candidate = alias.candidates[index]
            let record = book.records[candidate.destination]
            let output = book.expectedOutput(
                of: candidate, record, alias: alias.alias, maximum: query.maximumOutput)
            let cost = candidate.cost(
                of: TokenUsage(input: query.promptTokens, output: query.outputTokens(each: output)))
            if let reason = permitted(index) ? exclusion(of: candidate, cost, alias.terms, query) : .notPermitted {
                excluded.append(
                    Route.Exclusion(index: index, destination: candidate.destination, reason: reason))
                continue
            }
            weighed.append(weigh(candidate, index, strategy, alias.terms, query, cost, output: output, record, now))
        }
        if weighed.count > 1 {
            var lots = SplitMix(random)
            if strategy == .weighted { draw(&weighed, &lots) }
            if strategy == .fastest || strategy == .balanced { explore(&weighed, alias.alias, query, &book, now) }
            spread(&weighed, query.conversation, &lots)
            if let conversation = query.conversation, let life = alias.terms.affinity {
                stick(&weighed, book.affinity.destination(of: conversation, life: life, now: now))
            }
            weighed.sort { $0.order < $1.order }
        }
        if !query.isDry, let first = weighed.first, first.step.reason == .trial {
            // Until it is known how that goes, nobody else follows.
            book.records[first.step.destination]?.breaker.began(now: now)
        }
        return Route(strategy: strategy, steps: weighed.map(\.step), excluded: excluded)
    }

    /// Why a candidate is not tried at all.
    private static func exclusion(
        of candidate: RouteCandidate, _ cost: Money?, _ terms: ModelAlias.Terms, _ query: RouteQuery
    ) -> Route.Exclusion.Reason? {
        if let capabilities = candidate.capabilities, !capabilities.isSuperset(of: query.needs) {
            return .lacks(query.needs.subtracting(capabilities))
        }
        if let regions = terms.regions, !(candidate.region.map { regions.contains($0) } ?? false) {
            return .region(candidate.region)
        }
        if let maximum = terms.maximumCost {
            guard let cost else { return .unknownPrice }
            if cost > maximum { return .tooDear(cost, maximum: maximum) }
        }
        return nil
    }

    private static func weigh(
        _ candidate: RouteCandidate, _ index: Int, _ strategy: ModelAlias.Strategy, _ terms: ModelAlias.Terms,
        _ query: RouteQuery, _ cost: Money?, output: Int, _ record: CandidateRecord?, _ now: UInt64
    ) -> Weighed {
        let size = CandidateRecord.size(ofInput: query.inputTokens)
        let expected = record?.expectation(size: size, outputTokens: output, now: now)
        let condition = record?.breaker.condition(now: now) ?? .closed
        func weighed(_ group: Group, _ key: UInt64, _ reason: Route.Reason, hoped: UInt64? = nil, fixed: UInt64 = 0)
            -> Weighed
        {
            Weighed(
                step: Route.Step(
                    index: index, candidate: candidate, expectedCost: cost, expectedTime: expected?.total,
                    reason: condition == .halfOpen ? .trial : reason),
                order: Order(group: group, key: key, set: index, rank: 0, index: index),
                load: UInt64(clamping: (record?.underWay ?? 0) + 1), hoped: hoped, bestStart: expected?.bestStart,
                fixed: fixed,
                isStale: RoutingBook.isLongAgo(expected?.measuredAt ?? now, now)
                    && RoutingBook.isLongAgo(record?.probedAt ?? 0, now))
        }
        switch condition {
        case .resting(let nanoseconds): return weighed(.resting, nanoseconds, .resting(nanoseconds: nanoseconds))
        case .open(let nanoseconds): return weighed(.ejected, nanoseconds, .ejected(nanoseconds: nanoseconds))
        case .halfOpen, .closed: break
        }
        if let limit = candidate.maximumConcurrent, (record?.underWay ?? 0) >= limit {
            return weighed(.full, 0, .full(limit))
        }
        if let window = candidate.contextWindow, query.promptTokens > window {
            // The longest window first: the estimate may be wrong.
            return weighed(.tooLong, .max - UInt64(clamping: window), .tooLong(contextWindow: window))
        }
        if let bound = terms.maximumFirstToken, let firstToken = expected?.firstToken, firstToken > bound {
            return weighed(.tooSlow, firstToken, .tooSlow(nanoseconds: firstToken))
        }
        switch strategy {
        case .ordered: return weighed(.known, 0, .listed)
        case .weighted: return weighed(.known, 0, .drawn)
        case .cheapest:
            guard let cost else { return weighed(.unknown, 0, .unknownPrice) }
            return weighed(.known, UInt64(clamping: cost.nanoUSD), .cost(cost))
        case .fastest:
            guard let expected else { return weighed(.unknown, 0, .unmeasured) }
            return weighed(.known, expected.total, .time(nanoseconds: expected.total), hoped: expected.best)
        case .balanced:
            guard let cost else { return weighed(.unknown, 1, .unknownPrice) }
            guard let expected else { return weighed(.unknown, 0, .unmeasured) }
            return weighed(
                .known, balance(cost, expected.total, terms), .balance(cost: cost, nanoseconds: expected.total),
                hoped: balance(cost, expected.best, terms), fixed: UInt64(clamping: cost.nanoUSD))
        }
    }

    /// Cost plus time in nano-USD, a second being worth what the alias says.
    private static func balance(_ cost: Money, _ nanoseconds: UInt64, _ terms: ModelAlias.Terms) -> UInt64 {
        let worth = UInt64(clamping: terms.secondSaved.nanoUSD).multipliedFullWidth(by: nanoseconds)
        let time = worth.high >= 1_000_000_000 ? .max : UInt64(1_000_000_000).dividingFullWidth(worth).quotient
        let (sum, over) = time.addingReportingOverflow(UInt64(clamping: cost.nanoUSD))
        return over ? .max : sum
    }
}
