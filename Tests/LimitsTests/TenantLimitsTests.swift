import Inference
import Testing

@testable import Limits

/// Two tenants may have principals and teams of the same names, which share nothing.
struct TenantLimitsTests {
    private func alice(of tenant: String, by method: Principal.Method = .apiKey) -> Principal {
        Principal(
            kind: .user, name: "alice", teams: ["sales"], tenant: tenant, method: method, credential: "key_\(tenant)")
    }

    private let now = LimitTime(monotone: 0, epochSeconds: 1_795_435_200)
    private let money = AttemptRule(perDay: Money(nanoUSD: 1_000))

    private func reserve(
        _ book: inout LimitBook, _ limits: AttemptLimits, _ principal: Principal, _ amount: Int64
    ) throws -> AttemptDecision {
        let charges = try limits.charges(
            for: principal, model: ModelID("m"), provider: ProviderID("p"),
            worst: WorstCase(tokens: 100, cost: Money(nanoUSD: amount)))
        return book.reserve(charges, now: now)
    }

    private func exceeded(_ decision: AttemptDecision) -> LimitExceeded? {
        if case .exceeded(let exceeded) = decision { exceeded } else { nil }
    }

    private static let perName: [AttemptLimits] = {
        let rule = AttemptRule(perDay: Money(nanoUSD: 1_000))
        var ofAll = rule
        ofAll.isPerTenant = true
        return [
            AttemptLimits(eachKey: rule), AttemptLimits(principals: ["alice": rule]),
            AttemptLimits(teams: ["sales": rule]), AttemptLimits(models: ["m": ofAll]),
            AttemptLimits(providers: ["p": ofAll]),
        ]
    }()

    @Test(arguments: perName, [Principal.Method.token, .certificate])
    func `each tenant has the whole of a limit on a name for itself`(
        _ limits: AttemptLimits, _ method: Principal.Method
    ) throws {
        var book = LimitBook()
        #expect(exceeded(try reserve(&book, limits, alice(of: "a", by: method), 1_000)) == nil)
        let refused = try #require(exceeded(try reserve(&book, limits, alice(of: "a", by: method), 1)))
        #expect(refused.description.hasSuffix("of tenant `a`"))
        #expect(exceeded(try reserve(&book, limits, alice(of: "b", by: method), 1_000)) == nil)
        #expect(exceeded(try reserve(&book, limits, alice(of: "b", by: method), 1)) != nil)
    }

    @Test func `models and providers are everybody's unless the file says otherwise`() throws {
        for limits in [AttemptLimits(models: ["m": money]), AttemptLimits(providers: ["p": money])] {
            var book = LimitBook()
            #expect(exceeded(try reserve(&book, limits, alice(of: "a"), 600)) == nil)
            let refused = try #require(exceeded(try reserve(&book, limits, alice(of: "b"), 600)))
            #expect(!refused.description.contains("tenant"))
        }
    }

    @Test func `requests a minute are counted in each tenant, whatever changes meanwhile`() throws {
        let rate = try #require(MinuteRate(perMinute: 60, burst: 2))
        var limits = RequestLimits(
            eachKey: rate, principals: ["alice": rate], teams: ["sales": rate], models: ["m": rate],
            modelsPerTenant: ["m"])
        var limiter = RequestRateLimiter(limits: limits)
        func passes(_ tenant: String) -> Int {
            (0..<5).count { _ in
                if case .reserved = limiter.reserve(for: alice(of: tenant, by: .token), model: ModelID("m"), now: 0) {
                    true
                } else {
                    false
                }
            }
        }
        #expect([passes("a"), passes("b"), passes("a")] == [2, 2, 0])
        let charges = [limits.charges(for: alice(of: "a", by: .token), model: ModelID("m"))]
        #expect(charges[0].map(\.account.scope.tenant) == ["a", "a", "a", "a"])
        limits.teams["sales"] = MinuteRate(perMinute: 60, burst: 3)
        limiter.adopt(limits, now: 0)
        #expect([passes("a"), passes("c"), passes("b")] == [0, 2, 0])
    }

    @Test func `what was spent before tenants were told apart counts against each of them, to the cent`() throws {
        let rate = try #require(MinuteRate(perMinute: 60, burst: 1_000, maximum: MinuteRate.mostTokens))
        var rule = money
        rule.tokens = rate
        let limits = AttemptLimits(principals: ["alice": rule])
        func stored(_ measure: LimitMeasure, _ period: Int64, _ spent: Int64) -> StoredAmount {
            StoredAmount(
                account: LimitAccount(scope: .principal("alice", tenant: nil), measure: measure), period: period,
                spent: Money(nanoUSD: spent), assumed: Money(nanoUSD: 0))
        }
        let day = PeriodNumbers(at: now.epochSeconds).day
        let before = [stored(.usdPerDay, day, 400), stored(.tokensPerMinute, now.epochSeconds, 850)]
        var book = LimitBook(stored: before)
        #expect(book.standing(limits, now: now).map(\.scope.tenant) == [nil, nil])
        for tenant in ["a", "b"] {
            #expect(exceeded(try reserve(&book, limits, alice(of: tenant), 601))?.left == 600)
            #expect(exceeded(try reserve(&book, limits, alice(of: tenant), 500)) == nil)
            #expect(
                exceeded(try reserve(&book, limits, alice(of: tenant), 1))?.charge.account.measure == .tokensPerMinute)
        }
        let told = book.standing(limits, now: now).withoutSharedNames()
        #expect(told.map(\.scope.tenant) == ["a", "a", "b", "b"])
        #expect(told.compactMap(\.spent) == [900, 900])
        // What is kept of them is whole: the next start needs the old account no more, and has no other use for it.
        var again = LimitBook(stored: before + book.takeChanges())
        #expect(
            exceeded(try reserve(&again, AttemptLimits(principals: ["alice": money]), alice(of: "a"), 101))?.left == 100
        )
        // With the next day it is gone.
        let tomorrow = LimitTime(monotone: 0, epochSeconds: now.epochSeconds + 86_400)
        let whole = LimitCharge(.principal("alice", tenant: "c"), .usdPerDay, .amount(1_000), 1_000)
        #expect(exceeded(book.reserve([whole], now: tomorrow)) == nil)
    }

    @Test func `what is under way while a limit becomes each tenant's stays spent, and places do not`() throws {
        var book = LimitBook()
        let all = [
            LimitCharge(.model("m"), .usdPerDay, .amount(1_000), 300),
            LimitCharge(.model("m"), .concurrent, .amount(1), 1),
        ]
        guard case .reserved(let held) = book.reserve(all, now: now) else {
            Issue.record("no room")
            return
        }
        let each = [
            LimitCharge(.model("m", tenant: "a"), .usdPerDay, .amount(1_000), 700),
            LimitCharge(.model("m", tenant: "a"), .concurrent, .amount(1), 1),
        ]
        guard case .reserved(let own) = book.reserve(each, now: now) else {
            Issue.record("no room")
            return
        }
        book.settle(held, .nothing, now: now)
        book.settle(own, .nothing, now: now)
        let rule = AttemptRule(concurrent: 1, perDay: Money(nanoUSD: 1_000), isPerTenant: true)
        let told = book.standing(AttemptLimits(models: ["m": rule]), now: now).withoutSharedNames()
        #expect(told.map(\.left) == [1, 700])
        #expect(told.map(\.assumed) == [0, 300])
        #expect(told.map(\.open) == [0, 0])
    }

    @Test(arguments: [("alice", "a"), ("al:ice\u{1F}x", "acme@x"), ("é", "\u{301}b"), ("user alice", nil)])
    func `a scope says its name and its tenant`(_ name: String, _ tenant: String?) {
        let scope = LimitScope.principal(name, tenant: tenant)
        #expect(Array(scope.name.utf8) == Array(name.utf8))
        #expect(scope.tenant.map { Array($0.utf8) } == tenant.map { Array($0.utf8) })
        #expect(LimitScope(kind: "principal", name: name, tenant: tenant) == scope)
    }

    @Test func `a rule that nobody has used is told once, in no tenant`() {
        let limits = AttemptLimits(principals: ["alice": money], models: ["m": money])
        let told = LimitBook().standing(limits, tenants: ["a", "b"], now: now)
        #expect(
            told.map(\.scope) == [.model("m"), .principal("alice", tenant: nil)]
                + ["a", "b"].map { .principal("alice", tenant: $0) })
        #expect(LimitBook().standing(limits, now: now).withoutSharedNames().count == 2)
    }
}
