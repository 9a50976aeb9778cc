import Inference
import Testing

@testable import Limits

struct AttemptLimitsTests {
    private let principal = Principal(
        kind: .user, name: "alice", teams: ["support", "support", "all"], tenant: "t", method: .apiKey,
        credential: "key_1")

    private func charges(_ limits: AttemptLimits, _ worst: WorstCase) throws -> [LimitCharge] {
        try limits.charges(for: principal, model: ModelID("m"), provider: ProviderID("p"), worst: worst)
    }

    private let known = WorstCase(tokens: 100, cost: Money(nanoUSD: 7))

    @Test func `every limit that applies is charged once`() throws {
        let money = AttemptRule(perDay: Money(nanoUSD: 1_000))
        let limits = AttemptLimits(
            eachKey: AttemptRule(concurrent: 3), principals: ["alice": money, "bob": money],
            teams: ["support": money, "others": money], models: ["m": AttemptRule(concurrent: 1)],
            providers: ["p": AttemptRule(requests: MinuteRate(perMinute: 60))])
        let found = try charges(limits, known)
        #expect(
            found.map(\.account.scope) == [
                .key("key_1"), .principal("alice", tenant: "t"), .team("support", tenant: "t"), .model("m"),
                .provider("p"),
            ])
        #expect(found.map(\.amount) == [1, 7, 7, 1, 1])
    }

    @Test func `a key's own rule stands instead of the default`() throws {
        let limits = AttemptLimits(eachKey: AttemptRule(concurrent: 3), keys: ["key_1": AttemptRule(concurrent: 9)])
        #expect(try charges(limits, known).map(\.limit) == [.amount(9)])
    }

    @Test func `what has no known bound is refused under a limit, in words that say what is missing`() throws {
        let unknown = WorstCase(tokens: nil, cost: nil, missing: ["`price` of p/m in models.yaml"])
        #expect(try charges(AttemptLimits(teams: ["all": AttemptRule(concurrent: 1)]), unknown).count == 1)
        let error = #expect(throws: UnboundedAttempt.self) {
            try charges(AttemptLimits(teams: ["all": AttemptRule(perMonth: Money(nanoUSD: 1))]), unknown)
        }
        #expect(error?.description.contains("`usd_per_month` of team `all`") == true)
        #expect(error?.description.contains("`price` of p/m in models.yaml") == true)
        #expect(throws: UnboundedAttempt.self) {
            let rate = MinuteRate(perMinute: 60)
            _ = try charges(AttemptLimits(eachKey: AttemptRule(tokens: rate)), unknown)
        }
    }

    @Test func `the shares of all gateways together are no more than the whole`() throws {
        let rule = AttemptRule(
            tokens: MinuteRate(perMinute: 100), concurrent: 10, perDay: Money(nanoUSD: 100),
            perMonth: Money(nanoUSD: 2))
        let shares = try charges(AttemptLimits(eachKey: rule), known).map { $0.share(of: 3).limit }
        let rate = try #require(MinuteRate(perMinute: 33))
        #expect(shares == [.rate(rate), .amount(3), .amount(33), .amount(0)])
    }

    @Test(arguments: 1...9, 1...9) func `bursts that are shared out are no more than the whole either`(
        _ burst: Int, _ gateways: Int
    ) throws {
        let rate = try #require(MinuteRate(perMinute: 60, burst: burst))
        let whole = LimitCharge(.team("a", tenant: "t"), .requestsPerMinute, .rate(rate), 1)
        var passed = 0
        for _ in 0..<gateways {
            var book = LimitBook()
            let now = LimitTime(monotone: 0, epochSeconds: 0)
            while case .reserved = book.reserve([whole.share(of: gateways)], now: now) { passed += 1 }
        }
        #expect(passed <= burst)
    }
}
