import Inference
import Testing

@testable import Limits

struct RequestRateLimiterTests {
    static let second: UInt64 = 1_000_000_000

    private func principal(_ name: String, key: String, teams: [String] = []) -> Principal {
        Principal(kind: .user, name: name, teams: teams, tenant: "t", method: .apiKey, credential: key)
    }

    private func rate(_ perMinute: Int, _ burst: Int) throws -> MinuteRate {
        try #require(MinuteRate(perMinute: perMinute, burst: burst))
    }

    private func passes(_ limiter: inout RequestRateLimiter, _ principal: Principal, now: UInt64, of tries: Int = 20)
        -> Int
    {
        (0..<tries).count { _ in
            if case .reserved = limiter.reserve(for: principal, now: now) { true } else { false }
        }
    }

    @Test func `without limits everything passes`() {
        var limiter = RequestRateLimiter(limits: RequestLimits())
        let decision = limiter.reserve(for: principal("a", key: "k"), now: 0)
        #expect(decision == .reserved(Reservation(limit: nil, remaining: nil)))
        #expect(passes(&limiter, principal("a", key: "k"), now: 0, of: 10_000) == 10_000)
        #expect(limiter.keptBuckets == 0)
    }

    @Test func `each key has a bucket of its own`() throws {
        var limiter = RequestRateLimiter(limits: RequestLimits(eachKey: try rate(60, 3)))
        #expect(passes(&limiter, principal("a", key: "k1"), now: 0) == 3)
        #expect(passes(&limiter, principal("a", key: "k2"), now: 0) == 3)
        #expect(passes(&limiter, principal("a", key: "k1"), now: 2 * Self.second) == 2)
    }

    @Test func `all tokens of a principal have one bucket`() throws {
        func token(_ name: String, _ kind: Principal.Kind, _ id: String) -> Principal {
            Principal(kind: kind, name: name, teams: [], tenant: "t", method: .token, credential: "jwt:i:\(id)")
        }
        var limiter = RequestRateLimiter(limits: RequestLimits(eachKey: try rate(60, 3)))
        #expect(passes(&limiter, token("a", .user, "1"), now: 0, of: 2) == 2)
        #expect(passes(&limiter, token("a", .user, "2"), now: 0) == 1)
        #expect(passes(&limiter, token("b", .user, "3"), now: 0) == 3)
        #expect(passes(&limiter, token("a", .service, "4"), now: 0) == 3)
        #expect(limiter.keptBuckets == 3)
    }

    @Test func `a refusal names the limit and when to come again`() throws {
        let rate = try rate(60, 1)
        var limiter = RequestRateLimiter(limits: RequestLimits(eachKey: rate))
        let first = limiter.reserve(for: principal("a", key: "k"), now: 0)
        #expect(first == .reserved(Reservation(limit: 60, remaining: 0, fullAfterMilliseconds: 1_000)))
        let second = limiter.reserve(for: principal("a", key: "k"), now: 400_000_001)
        #expect(second == .exceeded(RateExceeded(limit: .key("k"), rate: rate, retryAfterMilliseconds: 600)))
        let third = limiter.reserve(for: principal("a", key: "k"), now: Self.second)
        #expect(third == .reserved(Reservation(limit: 60, remaining: 0, fullAfterMilliseconds: 1_000)))
    }

    @Test func `a wait of less than a millisecond is still a wait`() throws {
        var limiter = RequestRateLimiter(limits: RequestLimits(eachKey: try rate(60, 1)))
        _ = limiter.reserve(for: principal("a", key: "k"), now: 0)
        guard case .exceeded(let exceeded) = limiter.reserve(for: principal("a", key: "k"), now: Self.second - 1) else {
            Issue.record("it passed a nanosecond too early")
            return
        }
        #expect(exceeded.retryAfterMilliseconds == 1)
    }

    @Test func `a key's own limit stands instead of the default`() throws {
        let limits = RequestLimits(eachKey: try rate(60, 3), keys: ["big": try rate(600, 10), "off": try rate(0, 0)])
        var limiter = RequestRateLimiter(limits: limits)
        #expect(passes(&limiter, principal("a", key: "big"), now: 0) == 10)
        #expect(passes(&limiter, principal("a", key: "off"), now: .max / 2) == 0)
        #expect(limiter.keptBuckets == 0)
    }

    @Test func `a principal's limit covers all its keys together`() throws {
        let limits = RequestLimits(eachKey: try rate(60, 10), principals: ["alice": try rate(60, 4)])
        var limiter = RequestRateLimiter(limits: limits)
        #expect(passes(&limiter, principal("alice", key: "k1"), now: 0, of: 3) == 3)
        #expect(passes(&limiter, principal("alice", key: "k2"), now: 0) == 1)
        #expect(passes(&limiter, principal("bob", key: "k3"), now: 0) == 10)
    }

    @Test func `a team's limit covers its members together`() throws {
        let limits = RequestLimits(eachKey: try rate(60, 10), teams: ["support": try rate(60, 5)])
        var limiter = RequestRateLimiter(limits: limits)
        #expect(passes(&limiter, principal("alice", key: "k1", teams: ["ops", "support"]), now: 0, of: 3) == 3)
        #expect(passes(&limiter, principal("bob", key: "k2", teams: ["support"]), now: 0) == 2)
        guard
            case .exceeded(let exceeded) = limiter.reserve(for: principal("bob", key: "k2", teams: ["support"]), now: 0)
        else {
            Issue.record("it passed")
            return
        }
        #expect(exceeded.limit == .team("support", tenant: "t"))
        #expect("\(exceeded.limit)" == "team `support` of tenant `t`")
    }

    @Test func `what one limit refuses is not taken from the others`() throws {
        let limits = RequestLimits(eachKey: try rate(60, 10), teams: ["support": try rate(60, 2)])
        var limiter = RequestRateLimiter(limits: limits)
        let alice = principal("alice", key: "k", teams: ["support"])
        #expect(passes(&limiter, alice, now: 0, of: 100) == 2)
        // 8 of 10 are still in the key's bucket: the 98 refused took nothing.
        #expect(passes(&limiter, principal("alice", key: "k"), now: 0) == 8)
    }

    @Test func `of several limits without room the longest wait is told`() throws {
        let limits = RequestLimits(
            eachKey: try rate(60, 1), principals: ["a": try rate(6, 1)], teams: ["t": try rate(30, 1)])
        var limiter = RequestRateLimiter(limits: limits)
        let caller = principal("a", key: "k", teams: ["t"])
        _ = limiter.reserve(for: caller, now: 0)
        let decision = limiter.reserve(for: caller, now: 0)
        let expected = RateExceeded(
            limit: .principal("a", tenant: "t"), rate: try rate(6, 1), retryAfterMilliseconds: 10_000)
        #expect(decision == .exceeded(expected))
    }

    @Test func `what is left is told of the scarcest limit`() throws {
        let limits = RequestLimits(eachKey: try rate(60, 10), teams: ["t": try rate(30, 3)])
        var limiter = RequestRateLimiter(limits: limits)
        let decision = limiter.reserve(for: principal("a", key: "k", teams: ["t"]), now: 0)
        #expect(decision == .reserved(Reservation(limit: 30, remaining: 2, fullAfterMilliseconds: 2_000)))
    }

    @Test func `a team named twice does no harm`() throws {
        var limiter = RequestRateLimiter(limits: RequestLimits(teams: ["t": try rate(60, 3)]))
        #expect(passes(&limiter, principal("a", key: "k", teams: ["t", "t"]), now: 0) == 2)
    }

    @Test func `memory is bounded by the keys that were active of late`() throws {
        // A bucket of one fills again in a second.
        var limiter = RequestRateLimiter(limits: RequestLimits(eachKey: try rate(60, 1)))
        var most = 0
        for number in 0..<100_000 as Range<UInt64> {
            // A new key each millisecond: 1,000 are not full at any time.
            _ = limiter.reserve(for: principal("a", key: "k\(number)"), now: number * 1_000_000)
            most = max(most, limiter.keptBuckets)
        }
        #expect(most <= 2100)
    }

    @Test func `a sweep never gives a key more than its due`() throws {
        var limiter = RequestRateLimiter(limits: RequestLimits(eachKey: try rate(1, 2)))
        let spent = principal("a", key: "spent")
        #expect(passes(&limiter, spent, now: 0) == 2)
        for number in 0..<10_000 { _ = limiter.reserve(for: principal("b", key: "k\(number)"), now: 1) }
        #expect(passes(&limiter, spent, now: 2) == 0)
    }

    @Test func `other limits go on from what was taken`() throws {
        let old = RequestLimits(eachKey: try rate(60, 5), teams: ["t": try rate(60, 5)])
        var limiter = RequestRateLimiter(limits: old)
        #expect(passes(&limiter, principal("a", key: "k"), now: 0, of: 4) == 4)
        #expect(passes(&limiter, principal("b", key: "l", teams: ["t"]), now: 0, of: 4) == 4)
        limiter.adopt(RequestLimits(eachKey: try rate(60, 7), teams: ["t": try rate(60, 2)]), now: 0)
        #expect(passes(&limiter, principal("a", key: "k"), now: 0) == 3)
        #expect(passes(&limiter, principal("c", key: "m", teams: ["t"]), now: 0) == 0)
        #expect(passes(&limiter, principal("c", key: "m", teams: ["t"]), now: Self.second) == 1)
        limiter.adopt(RequestLimits(), now: Self.second)
        #expect(passes(&limiter, principal("a", key: "k"), now: Self.second) == 20)
        #expect(limiter.keptBuckets == 0)
    }

    /// The whole limiter against its promise: for each limit that applies, in no window more than burst and rate allow.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `every limit holds in every window for a mix of callers`(seed: UInt64) throws {
        var random = SeededRandom(state: seed)
        func randomRate() throws -> MinuteRate {
            try rate(.random(in: 1...2000, using: &random), .random(in: 1...20, using: &random))
        }
        let limits = RequestLimits(
            eachKey: try randomRate(), keys: ["k0": try randomRate()], principals: ["p1": try randomRate()],
            teams: ["t0": try randomRate(), "t1": try randomRate()])
        var limiter = RequestRateLimiter(limits: limits)
        let callers = (0..<6).map {
            principal("p\($0 % 3)", key: "k\($0)", teams: $0 % 2 == 0 ? ["t0"] : ["t0", "t1"])
        }
        var passed: [LimitScope: [UInt64]] = [:]
        var now: UInt64 = 0
        for _ in 0..<1500 {
            now += .random(in: 0...200_000_000, using: &random)
            guard let caller = callers.randomElement(using: &random) else { continue }
            guard case .reserved = limiter.reserve(for: caller, now: now) else { continue }
            passed[.key(caller.credential), default: []].append(now)
            passed[.principal(caller.name, tenant: "t"), default: []].append(now)
            for team in caller.teams { passed[.team(team, tenant: "t"), default: []].append(now) }
        }
        for (limit, times) in passed {
            let rate: MinuteRate? =
                limit.kind == .key ? limits.keys[limit.name] ?? limits.eachKey : limits.rate(for: limit)
            guard let rate else { continue }
            for first in times.indices {
                for last in first..<times.count {
                    let allowed =
                        UInt64(rate.burst) * 60 * Self.second + (times[last] - times[first]) * UInt64(rate.perMinute)
                    guard UInt64(last - first + 1) * 60 * Self.second <= allowed else {
                        Issue.record("\(limit) let too much pass, seed \(seed)")
                        return
                    }
                }
            }
        }
    }
}
