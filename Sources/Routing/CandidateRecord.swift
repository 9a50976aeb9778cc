internal import Inference

/// What was measured of one destination.
struct CandidateRecord: Sendable {
    /// Durations of requests of one size of prompt.
    struct Timings: Sendable {
        /// From the start to the first token, of streams.
        var firstToken = DecayedHistogram()
        /// From one token to the next, of streams.
        var eachToken = DecayedHistogram()
        /// From the start to the end, of answers that came whole.
        var whole = DecayedHistogram()
    }

    /// What is expected of a request.
    struct Expectation: Hashable {
        /// From the start to the first token, where streams were measured.
        var firstToken: UInt64?
        /// From the start to the end.
        var total: UInt64
        /// When it was last measured.
        var measuredAt: UInt64
    }

    /// Prompts are of one of four sizes; what a provider takes to read them differs.
    static let sizes = 4
    static func size(ofInput tokens: Int) -> Int {
        switch tokens {
        case ..<1_000: 0
        case ..<4_000: 1
        case ..<16_000: 2
        default: 3
        }
    }

    var breaker = CircuitBreaker()
    var underWay = 0
    var usedAt: UInt64 = 0
    /// When a request was last sent there in order to measure.
    var probedAt: UInt64?
    var outputs = OutputLengths()
    var history = CandidateHistory()
    var spent: (day: Int, nanoUSD: Int64) = (0, 0)
    private var timings: [Timings?] = Array(repeating: nil, count: sizes)

    mutating func add(size: Int, now: UInt64, _ change: (inout Timings) -> Void) {
        var changed = timings[size] ?? Timings()
        timings[size] = nil
        change(&changed)
        timings[size] = changed
    }

    /// The timings of the size nearest to `size`, the smaller ones first, that `has` what is wanted.
    func timings(near size: Int, _ has: (Timings) -> Bool) -> Timings? {
        func found(_ size: Int) -> Timings? {
            guard timings.indices.contains(size), let found = timings[size], has(found) else { return nil }
            return found
        }
        for distance in 0..<Self.sizes {
            if let near = found(size - distance) ?? found(size + distance) { return near }
        }
        return nil
    }

    /// What a request of so many tokens will take; `nil`: never measured.
    func expectation(size: Int, outputTokens: Int) -> Expectation? {
        if let streamed = timings(near: size, { !$0.firstToken.isEmpty }) {
            let (tokens, over) = streamed.eachToken.mean.multipliedReportingOverflow(by: UInt64(max(0, outputTokens)))
            let (total, overToo) = streamed.firstToken.mean.addingReportingOverflow(over ? .max : tokens)
            return Expectation(
                firstToken: streamed.firstToken.median, total: overToo ? .max : total,
                measuredAt: streamed.firstToken.sampledAt)
        }
        guard let whole = timings(near: size, { !$0.whole.isEmpty })?.whole else { return nil }
        return Expectation(firstToken: nil, total: whole.mean, measuredAt: whole.sampledAt)
    }
}

/// How many tokens answers had of late: a mean in which each new one counts a sixteenth, the first ones more.
struct OutputLengths: Sendable {
    private(set) var count = 0
    private var sixteenths = 0

    var mean: Int { sixteenths / 16 }

    mutating func add(_ tokens: Int) {
        let tokens = min(max(0, tokens), 10_000_000)
        count = min(count + 1, 16)
        sixteenths += (tokens * 16 - sixteenths) / count
    }
}

/// Requests, failures and first tokens minute by minute, for an hour.
struct CandidateHistory: Sendable {
    struct Minute: Sendable {
        var number: UInt64
        var requests = 0
        var failures = 0
        var timed = 0
        var firstToken: UInt64 = 0
    }

    private static let length = 60
    private var minutes: [Minute] = []

    mutating func add(isFailure: Bool, firstToken: UInt64?, now: UInt64) {
        let number = now / 60_000_000_000
        if minutes.last?.number != number {
            if minutes.count >= Self.length { minutes.removeFirst() }
            minutes.append(Minute(number: number))
        }
        let last = minutes.count - 1
        minutes[last].requests += 1
        minutes[last].failures += isFailure ? 1 : 0
        guard let firstToken else { return }
        minutes[last].timed += 1
        minutes[last].firstToken &+= min(firstToken, 3_600_000_000_000)
    }

    /// The last hour, the oldest minute first; minutes without requests are empty.
    func lastHour(now: UInt64) -> [Minute] {
        let current = now / 60_000_000_000
        var found = Dictionary(minutes.map { ($0.number, $0) }, uniquingKeysWith: { $1 })
        return (0..<UInt64(Self.length)).map { back in
            let number = current &- (UInt64(Self.length) - 1 - back)
            return found.removeValue(forKey: number) ?? Minute(number: number)
        }
    }
}
