import Inference
import Limits
import Routing

/// What stages 7, 8 and 13 decide for one request, of a caller with twenty limits and an alias with five candidates, each measured before.
enum RoutingBench {
    static func cases() -> [BenchCase] {
        let strategies: [ModelAlias.Strategy] = [.cheapest, .fastest, .balanced, .weighted]
        return strategies.map { strategy in
            let subject = Subject(strategy)
            return BenchCase(name: "routing + 20 limits, \(strategy.rawValue)", count: requests) {
                for _ in 0..<requests { try subject.request() }
            }
        }
    }

    private static let requests = 1_000

    /// A request was refused, so that what would be measured is not what is meant.
    private struct NoRoom: Error, CustomStringConvertible {
        let stage: String
        var description: String { "\(stage): the sample request is refused" }
    }

    /// The books of a gateway, and one caller's requests against them.
    private final class Subject {
        private let table: RoutingTable
        private let limits: AttemptLimits
        private let principal: Principal
        private let model = ModelID("chat")
        private var book = RoutingBook()
        private var limitBook = LimitBook()
        private var rates: RequestRateLimiter
        private var now: UInt64 = 1_000_000_000
        private var number: UInt64 = 0

        init(_ strategy: ModelAlias.Strategy) {
            var terms = ModelAlias.Terms()
            terms.secondSaved = Money(nanoUSD: 300_000)
            terms.affinity = 600_000_000_000
            terms.maximumCost = Money(nanoUSD: 1_000_000_000)
            let candidates = (0..<5).map { index in
                RouteCandidate(
                    destination: Destination(
                        provider: ProviderID("provider-\(index)"), model: "some-large-model-2026-11-\(index)"),
                    price: TokenPrice(input: 100 + 50 * Int64(index), output: 400 + 100 * Int64(index)),
                    contextWindow: 200_000, maximumOutput: 16_384, weight: index + 1, maximumConcurrent: 100,
                    replicaSet: index < 2 ? 1 : nil)
            }
            let alias = ModelAlias(id: model, strategy: strategy, terms: terms, candidates: candidates)
            table = RoutingTable([alias])
            let rule = AttemptRule(
                tokens: MinuteRate(perMinute: MinuteRate.mostTokens, maximum: MinuteRate.mostTokens),
                concurrent: 1_000, perDay: AttemptRule.mostMoney, perMonth: AttemptRule.mostMoney)
            limits = AttemptLimits(
                keys: ["key_0123456789ab": rule], principals: ["alice": rule], teams: ["support": rule],
                models: ["chat": rule],
                providers: Dictionary(
                    uniqueKeysWithValues: candidates.map { ($0.destination.provider.rawValue, rule) }))
            let rate = MinuteRate(perMinute: MinuteRate.maximum)
            rates = RequestRateLimiter(
                limits: RequestLimits(
                    keys: rate.map { ["key_0123456789ab": $0] } ?? [:], teams: rate.map { ["support": $0] } ?? [:]))
            principal = Principal(
                kind: .service, name: "alice", teams: ["support"], tenant: "acme", method: .apiKey,
                credential: "key_0123456789ab")
            for candidate in candidates { measure(candidate, times: 32) }
        }

        private func measure(_ candidate: RouteCandidate, times: Int) {
            for _ in 0..<times {
                guard book.begin(candidate, now: now) else { return }
                record(candidate.destination)
                now += 1_000_000
            }
        }

        private func record(_ destination: Destination) {
            let usage = TokenUsage(input: 900, output: 240)
            let measure = AttemptMeasure(
                outcome: .answered(status: 200), alias: model, inputTokens: 900, isStream: true,
                firstToken: 300_000_000 + number % 7 * 10_000_000, total: 2_000_000_000, usage: usage,
                cost: Money(nanoUSD: 186_000), day: 20_000)
            book.record(destination, measure, now: now)
            book.leave(destination)
        }

        /// One request from the choice of its candidate to its settling.
        func request() throws(NoRoom) {
            number &+= 1
            // A million a second would leave no minute's rate anything: a hundred are enough for a test of speed.
            now &+= 10_000_000
            let time = LimitTime(monotone: now, epochSeconds: 1_795_394_759)
            guard case .reserved = rates.reserve(for: principal, model: model, now: now),
                let alias = table.resolve(model)
            else { throw NoRoom(stage: "requests a minute") }
            let query = RouteQuery(inputTokens: 900, maximumOutput: 1_024, conversation: number % 64)
            book.requestCame()
            let route = Router.route(
                alias, query, permitted: { _ in true }, book: &book, now: now, random: number &* 0x9E37_79B9_7F4A_7C15)
            guard let step = route.steps.first,
                let worst = step.candidate.price?.highestCost(of: TokenUsage(input: 1_200, output: 1_024)),
                let charges = try? limits.charges(
                    for: principal, model: alias.alias, provider: step.destination.provider,
                    worst: WorstCase(tokens: 2_224, cost: worst)), charges.count == 20,
                case .reserved(let held) = limitBook.reserve(charges, now: time), book.begin(step.candidate, now: now)
            else { throw NoRoom(stage: "routing and limits") }
            _ = (held.stored, limitBook.takeChanges())
            record(step.destination)
            book.note(conversation: number % 64, servedBy: step.destination, now: now)
            limitBook.settle(held, .actual(tokens: 1_140, cost: Money(nanoUSD: 186_000)), now: time)
            _ = limitBook.takeChanges()
        }
    }
}
