import Testing

@testable import Limits

/// A deterministic source of randomness, so that a failure can be repeated (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}

struct TokenBucketTests {
    static let minute: UInt64 = 60_000_000_000

    private func rate(_ perMinute: Int, _ burst: Int? = nil) throws -> MinuteRate {
        try #require(MinuteRate(perMinute: perMinute, burst: burst))
    }

    @Test func `a full bucket lets its burst pass at once, and no more`() throws {
        let rate = try rate(60, 5)
        var bucket = TokenBucket(rate: rate, now: 7)
        for _ in 0..<5 {
            #expect(bucket.hasRoom)
            bucket.take()
        }
        #expect(!bucket.hasRoom)
    }

    @Test func `room comes back in exactly the nanosecond that was promised`() throws {
        // 7 a minute: a request every 8,571,428,571.43 ns.
        let rate = try rate(7, 1)
        var bucket = TokenBucket(rate: rate, now: 0)
        bucket.take()
        #expect(bucket.nanosecondsUntilRoom(rate) == 8_571_428_572)
        bucket.refill(rate: rate, now: 8_571_428_571)
        #expect(!bucket.hasRoom)
        #expect(bucket.nanosecondsUntilRoom(rate) == 1)
        bucket.refill(rate: rate, now: 8_571_428_572)
        #expect(bucket.hasRoom)
    }

    @Test func `nothing is lost by refilling in tiny steps`() throws {
        let rate = try rate(7, 10)
        var stepped = TokenBucket(rate: rate, now: 0)
        var whole = stepped
        for _ in 0..<10 {
            stepped.take()
            whole.take()
        }
        for now in 1...10_000 as ClosedRange<UInt64> { stepped.refill(rate: rate, now: now) }
        whole.refill(rate: rate, now: 10_000)
        #expect(stepped.level == whole.level)
        #expect(stepped.level == 70_000)
    }

    @Test func `a clock that goes backwards brings nothing`() throws {
        let rate = try rate(60, 1)
        var bucket = TokenBucket(rate: rate, now: 10 * Self.minute)
        bucket.take()
        bucket.refill(rate: rate, now: 0)
        #expect(!bucket.hasRoom)
        bucket.refill(rate: rate, now: 10 * Self.minute)
        #expect(!bucket.hasRoom)
    }

    @Test func `the largest rate and the longest pause do not overflow`() throws {
        let rate = try rate(MinuteRate.maximum, MinuteRate.maximum)
        var bucket = TokenBucket(rate: rate, now: 0)
        for _ in 0..<MinuteRate.maximum { bucket.take() }
        #expect(!bucket.hasRoom)
        bucket.refill(rate: rate, now: .max)
        #expect(bucket.level == Int64(MinuteRate.maximum) * TokenBucket.cost)
    }

    @Test func `a rate of zero lets nothing pass, ever`() throws {
        let rate = try rate(0)
        var bucket = TokenBucket(rate: rate, now: 0)
        #expect(!bucket.hasRoom)
        bucket.refill(rate: rate, now: .max)
        #expect(!bucket.hasRoom)
        #expect(bucket.nanosecondsUntilRoom(rate) == Self.minute)
    }

    @Test(arguments: [(-1, nil), (1_000_001, nil), (60, 0), (60, -1), (60, 1_000_001)] as [(Int, Int?)])
    func `an impossible rate is refused`(perMinute: Int, burst: Int?) {
        #expect(MinuteRate(perMinute: perMinute, burst: burst) == nil)
    }

    @Test func `the burst is a minute's worth unless given`() throws {
        #expect(try rate(90).burst == 90)
        #expect(try rate(0, 5).burst == 0)
    }

    /// For random rates, bursts and moments: in no span of time do more than `burst + rate · span` pass, and whoever waits as long
    /// as told passes.
    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func `in no window of time does more pass than burst and rate allow`(seed: UInt64) throws {
        var random = SeededRandom(state: seed)
        let rate = try rate(.random(in: 1...3000, using: &random), .random(in: 1...40, using: &random))
        var now = UInt64.random(in: 0...Self.minute, using: &random)
        var bucket = TokenBucket(rate: rate, now: now)
        var passed: [UInt64] = []
        for _ in 0..<800 {
            bucket.refill(rate: rate, now: now)
            if bucket.hasRoom {
                bucket.take()
                passed.append(now)
            } else if Bool.random(using: &random) {
                now += bucket.nanosecondsUntilRoom(rate)
                bucket.refill(rate: rate, now: now)
                #expect(bucket.hasRoom)
            }
            now +=
                Bool.random(using: &random)
                ? 0 : .random(in: 0...(Self.minute / UInt64(rate.perMinute)), using: &random)
        }
        #expect(passed.count > 100)
        for first in passed.indices {
            for last in first..<passed.count {
                let span = passed[last] - passed[first]
                let count = UInt64(last - first + 1)
                // count ≤ burst + span · perMinute / minute, in integers
                let isWithin = count * Self.minute <= UInt64(rate.burst) * Self.minute + span * UInt64(rate.perMinute)
                guard isWithin else {
                    Issue.record("\(count) in \(span) ns at \(rate), seed \(seed)")
                    return
                }
            }
        }
    }
}
