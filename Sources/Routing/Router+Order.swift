internal import Inference

// How candidates of equal standing are put in order: by lot, by load, by what is to be measured.

extension Router {
    /// A candidate with what it is sorted by.
    struct Weighed {
        var step: Route.Step
        var order: Order
        /// Requests under way there, and this one.
        var load: UInt64
        /// What its key would be if it were as well as ever.
        var hoped: UInt64?
        /// When its answer would begin then, in nanoseconds; `nil`: that tells nothing.
        var bestStart: UInt64?
        /// What of its key is no time.
        var fixed: UInt64 = 0
        /// It was measured so long ago that it is to be measured anew.
        var isStale = false
    }

    /// What candidates are sorted by: the group, then the key, then the place in the list, of the first of a set of replicas, then the place
    /// in that set.
    struct Order: Comparable {
        var group: Group
        var key: UInt64
        var set: Int
        var rank: Int
        var index: Int

        static func < (left: Order, right: Order) -> Bool {
            if left.group != right.group { return left.group.rawValue < right.group.rawValue }
            if left.key != right.key { return left.key < right.key }
            if left.set != right.set { return left.set < right.set }
            return left.rank == right.rank ? left.index < right.index : left.rank < right.rank
        }
    }

    enum Group: Int {
        /// Served the conversation before.
        case sticky
        /// Measured or tried by this request.
        case tried
        case known
        case unknown
        case tooSlow
        case tooLong
        case full
        case ejected
        case resting
    }

    /// Sends this request to the first unmeasured candidate, unless another request measures it already; and now and then to one that was
    /// better once, since nobody would hear of it otherwise that it is well again.
    static func explore(
        _ weighed: inout [Weighed], _ alias: ModelID, _ query: RouteQuery, _ book: inout RoutingBook, _ now: UInt64
    ) {
        func explore(_ position: Int) {
            if !query.isDry { book.noteProbe(weighed[position].step.destination, now: now) }
            weighed[position].order.group = .tried
            weighed[position].step.reason = .exploring
        }
        // Under `balanced`, whoever costs more than the best one's money and time together can't become better by being quick.
        var most = UInt64.max
        for candidate in weighed where candidate.order.group == .known {
            if case .balance = candidate.step.reason { most = min(most, candidate.order.key) }
        }
        func mayWin(_ position: Int) -> Bool {
            UInt64(clamping: weighed[position].step.expectedCost?.nanoUSD ?? 0) < most
        }
        for position in weighed.indices
        where weighed[position].step.reason == .unmeasured
            || (weighed[position].isStale && weighed[position].order.group == .known)
        {
            guard mayWin(position) else { continue }
            guard book.mayProbe(weighed[position].step.destination, now: now) else { continue }
            return explore(position)
        }
        guard !query.isDry else { return }
        for (position, patience) in again(weighed, alias, query, &book, now) where mayWin(position) {
            let destination = weighed[position].step.destination
            guard book.mayProbe(destination, now: now) else { continue }
            book.forgone[Waiting(alias: alias, destination: destination)]?.tried(
                now: now, tellsAfter: patience ?? weighed[position].step.expectedTime ?? 0)
            weighed[position].step.patience = patience
            return explore(position)
        }
    }

    /// The candidates that would be best if they were as well as ever, and that it is time to try again; with the patience that such a try has.
    private static func again(
        _ weighed: [Weighed], _ alias: ModelID, _ query: RouteQuery, _ book: inout RoutingBook, _ now: UInt64
    ) -> [(position: Int, patience: UInt64?)] {
        guard let best = weighed.lazy.filter({ $0.order.group == .known }).map(\.order.key).min() else { return [] }
        return weighed.indices.compactMap { position in
            let candidate = weighed[position]
            guard candidate.order.group == .known, let hoped = candidate.hoped else { return nil }
            let waiting = Waiting(alias: alias, destination: candidate.step.destination)
            guard candidate.order.key > best else {
                // It may be best for requests of one size in the middle of its trouble.
                let isWell = candidate.order.key <= hoped.addingReportingOverflow(hoped / 2).partialValue
                if isWell, book.forgone[waiting]?.isWell(now: now) == true { book.forgone[waiting] = nil }
                return nil
            }
            guard hoped < best else { return nil }
            if book.forgone[waiting] == nil, book.forgone.count >= RoutingBook.capacity { book.forgone.removeAll() }
            let (cover, full) = (cover(candidate, best: best, query), Double(candidate.order.key - best))
            let isTime = book.forgone[waiting, default: Forgone(now: now)].add(
                Double(best - hoped), tryCosts: min(full, cover?.costs ?? full), now: now)
            return isTime ? (position, cover?.patience) : nil
        }
    }

    /// For how long a candidate that is tried again may be waited for, and what that costs if it is no better, in the unit of keys: the time,
    /// and the prompt, which it may charge; `nil`: its answers begin as ever, so that they have to be waited for to the end.
    private static func cover(
        _ candidate: Weighed, best: UInt64, _ query: RouteQuery
    ) -> (patience: UInt64, costs: Double)? {
        guard let bestStart = candidate.bestStart else { return nil }
        let fixed = Double(candidate.fixed)
        // How much slower than at its best it may be and still be no worse than the others.
        let even = (Double(best) - fixed) / max(1, Double(candidate.hoped ?? 0) - fixed)
        let patience = Double(bestStart) * min(max(even, Patience.least), Patience.most)
        let prompt = TokenUsage(input: query.promptTokens, output: 0)
        let charged = candidate.fixed > 0 ? candidate.step.candidate.cost(of: prompt)?.nanoUSD ?? 0 : 0
        let perNanosecond = (Double(candidate.order.key) - fixed) / max(1, Double(candidate.step.expectedTime ?? 0))
        return (UInt64(nanoseconds: patience), patience * perNanosecond + Double(charged))
    }

    /// How long a candidate that is tried again is waited for, in parts of the time in which its answers began on average when it was well: the
    /// least lets nearly every answer begin that is as quick as ever.
    private enum Patience {
        static let least = 2.0
        static let most = 4.0
    }

    /// Puts the candidates in an order drawn by lot, each draw by weight; those of weight 0 last.
    static func draw(_ weighed: inout [Weighed], _ lots: inout SplitMix) {
        var left = weighed.indices.filter { weighed[$0].order.group == .known }
        var place: UInt64 = 0
        while !left.isEmpty {
            let total = left.reduce(UInt64(0)) { $0 &+ UInt64(clamping: weighed[$1].step.candidate.weight) }
            guard total > 0 else { break }
            var lot = lots.next(below: total)
            let drawn = left.firstIndex { position in
                let weight = UInt64(clamping: weighed[position].step.candidate.weight)
                if lot < weight { return true }
                lot -= weight
                return false
            }
            guard let drawn else { break }
            weighed[left[drawn]].order.key = place
            place += 1
            left.remove(at: drawn)
        }
        for position in left { weighed[position].order.key = .max }
    }

    /// Spreads load over replicas: of two drawn by lot the one with less to do comes first (power of two choices, Mitzenmacher 2001), a
    /// conversation rather to the one that its hash points to (rendezvous hashing) while that has no more than its share to do.
    static func spread(_ weighed: inout [Weighed], _ conversation: UInt64?, _ lots: inout SplitMix) {
        guard weighed.contains(where: { $0.step.candidate.replicaSet != nil }) else { return }
        for number in Set(weighed.compactMap(\.step.candidate.replicaSet)).sorted() {
            let members = weighed.indices.filter {
                weighed[$0].step.candidate.replicaSet == number
                    && (weighed[$0].order.group == .known || weighed[$0].order.group == .unknown)
            }
            guard members.count > 1, let best = members.map({ weighed[$0].order }).min() else { continue }
            let first = preferred(of: members, weighed, conversation, &lots)
            let byLoad = members.filter { $0 != first }.sorted { effort(weighed[$0]) < effort(weighed[$1]) }
            for (rank, position) in ([first] + byLoad).enumerated() {
                weighed[position].order = Order(
                    group: best.group, key: best.key, set: members[0], rank: rank,
                    index: weighed[position].order.index)
            }
        }
    }

    private static func preferred(
        of members: [Int], _ weighed: [Weighed], _ conversation: UInt64?, _ lots: inout SplitMix
    ) -> Int {
        if let conversation {
            let chosen = members.max { left, right in
                score(weighed[left], conversation) < score(weighed[right], conversation)
            }
            let total = members.reduce(UInt64(0)) { $0 &+ weighed[$1].load }
            // At most a quarter above the mean (bounded loads, Mirrokni et al. 2018), and two in any case.
            if let chosen, weighed[chosen].load <= max(2, total &* 5 / (4 * UInt64(members.count)) + 1) {
                return chosen
            }
        }
        let one = Int(lots.next(below: UInt64(members.count)))
        let other = (one + 1 + Int(lots.next(below: UInt64(members.count - 1)))) % members.count
        return effort(weighed[members[other]]) < effort(weighed[members[one]]) ? members[other] : members[one]
    }

    /// How long a request would wait and take there, roughly.
    private static func effort(_ candidate: Weighed) -> UInt64 {
        let (product, over) = candidate.load.multipliedReportingOverflow(by: max(1, candidate.step.expectedTime ?? 1))
        return over ? .max : product
    }

    private static func score(_ candidate: Weighed, _ conversation: UInt64) -> UInt64 {
        // FNV-1a over the names, so that every gateway points to the same one.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in candidate.step.destination.provider.rawValue.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        for byte in candidate.step.destination.model.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return SplitMix.mixed(hash ^ conversation)
    }

    /// Puts the candidate first that served the conversation before, if it is well and has room.
    static func stick(_ weighed: inout [Weighed], _ destination: Destination?) {
        guard let destination,
            let position = weighed.firstIndex(where: {
                $0.step.destination == destination && ($0.order.group == .known || $0.order.group == .unknown)
            })
        else { return }
        weighed[position].order.group = .sticky
        weighed[position].step.reason = .conversation
    }
}
