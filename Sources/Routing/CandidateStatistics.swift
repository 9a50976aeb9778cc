public import Inference

/// What was measured of one destination, for people.
public struct CandidateStatistics: Hashable, Sendable {
    /// Whether it gets requests.
    public enum Condition: Hashable, Sendable {
        /// It does.
        case ready
        /// One request tries whether it is well again.
        case trial
        /// It failed too often, for so many nanoseconds more.
        case ejected(nanoseconds: UInt64)
        /// Its provider asked to be left alone, for so many nanoseconds more.
        case resting(nanoseconds: UInt64)
    }

    /// One minute of the last hour.
    public struct Minute: Hashable, Sendable {
        /// Requests that ended.
        public let requests: Int
        /// Those of them that failed.
        public let failures: Int
        /// The mean time to the first token, in nanoseconds; `nil`: none was measured.
        public let firstToken: UInt64?
    }

    /// Whether it gets requests.
    public let condition: Condition
    /// How many requests are under way there.
    public let underWay: Int
    /// The median and the 95th percentile of the time to the first token (of a whole answer, where nothing was streamed), in
    /// nanoseconds; `nil`: not measured.
    public let firstToken: (median: UInt64, tail: UInt64)?
    /// Tokens a second once an answer has begun; `nil`: not measured.
    public let tokensPerSecond: Double?
    /// The part of requests that failed in the last hour, 0 to 1; `nil`: there were none.
    public let errorRate: Double?
    /// What was spent there today.
    public let spentToday: Money
    /// The last hour, the oldest minute first.
    public let lastHour: [Minute]

    /// By figures.
    public static func == (left: Self, right: Self) -> Bool {
        left.condition == right.condition && left.underWay == right.underWay
            && left.firstToken?.median == right.firstToken?.median && left.firstToken?.tail == right.firstToken?.tail
            && left.tokensPerSecond == right.tokensPerSecond && left.errorRate == right.errorRate
            && left.spentToday == right.spentToday && left.lastHour == right.lastHour
    }

    /// By figures.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(condition)
        hasher.combine(underWay)
        hasher.combine(spentToday)
    }
}

extension RoutingBook {
    /// What was measured of a destination; `day` is today's, in days since 1970-01-01.
    public func statistics(of destination: Destination, day: Int, now: UInt64) -> CandidateStatistics {
        let record = records[destination] ?? CandidateRecord()
        let streamed = record.timings(near: 0) { !$0.firstToken.isEmpty }
        let whole = record.timings(near: 0) { !$0.whole.isEmpty }?.whole
        let minutes = record.history.lastHour(now: now)
        let (requests, failures) = minutes.reduce((0, 0)) { ($0.0 + $1.requests, $0.1 + $1.failures) }
        return CandidateStatistics(
            condition: CandidateStatistics.Condition(record.breaker.condition(now: now)), underWay: record.underWay,
            firstToken: (streamed?.firstToken ?? whole).map { ($0.median, $0.tail) },
            tokensPerSecond: record.eachToken.mean > 0 ? 1e9 / Double(record.eachToken.mean) : nil,
            errorRate: requests > 0 ? Double(failures) / Double(requests) : nil,
            spentToday: Money(nanoUSD: record.spent.day == day ? record.spent.nanoUSD : 0),
            lastHour: minutes.map { minute in
                CandidateStatistics.Minute(
                    requests: minute.requests, failures: minute.failures,
                    firstToken: minute.timed > 0 ? minute.firstToken / UInt64(minute.timed) : nil)
            })
    }
}

extension CandidateStatistics.Condition {
    init(_ condition: CircuitBreaker.Condition) {
        switch condition {
        case .closed: self = .ready
        case .halfOpen: self = .trial
        case .open(let nanoseconds): self = .ejected(nanoseconds: nanoseconds)
        case .resting(let nanoseconds): self = .resting(nanoseconds: nanoseconds)
        }
    }
}
