internal import Inference

/// What was measured of one destination.
struct CandidateRecord: Sendable {
    /// Durations of requests of one size of prompt.
    struct Timings: Sendable {
        /// From the start to the first token, of streams.
        var firstToken = DecayedHistogram()
        /// From the start to the end, of answers that came whole.
        var whole = DecayedHistogram()
    }

    /// How long requests of one size of prompt take, by the means of those that ended, in nanoseconds.
    struct Usual: Sendable {
        var firstToken: Double?
        var firstTokenTail = 0.0
        /// When the candidate was well; `nil`: nobody knows.
        var bestFirstToken: Double?
        var eachToken = 0.0
        var whole: Double?
        var wholeTail = 0.0

        /// To the end of an answer of so many tokens.
        func total(output: Int, isStream: Bool) -> Double {
            guard isStream || whole == nil, let firstToken else { return whole ?? 0 }
            return firstToken + eachToken * Double(max(0, output))
        }

        /// To the beginning of an answer, usually and at most.
        func start(isStream: Bool) -> (middle: Double, tail: Double) {
            guard isStream || whole == nil, let firstToken else { return (whole ?? 0, wholeTail) }
            return (firstToken, firstTokenTail)
        }
    }

    /// What is expected of a request.
    struct Expectation: Hashable {
        /// From the start to the first token, where streams were measured.
        var firstToken: UInt64?
        /// From the start to the end.
        var total: UInt64
        /// From the start to the end if it were as well as ever, as far as is known.
        var best: UInt64
        /// From the start to the first token (of a whole answer: to the end) if it were as well as ever; `nil` where answers begin as ever and
        /// take longer all the same.
        var bestStart: UInt64?
        /// When it was last measured, or a request sent that tells something while it waits.
        var measuredAt: UInt64
    }

    /// Answers begin late that take so many times as long to begin as they did when the candidate was well.
    private static let isLate = 1.5

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
    var sendings = RecentSendings()
    /// From one token to the next, of streams with prompts of any size.
    var eachToken = DecayedHistogram()
    var history = CandidateHistory()
    var spent: (day: Int, nanoUSD: Int64) = (0, 0)
    private var timings: [Timings?] = Array(repeating: nil, count: sizes)

    mutating func add(size: Int, now: UInt64, _ change: (inout Timings) -> Void) {
        var changed = timings[size] ?? Timings()
        timings[size] = nil
        change(&changed)
        timings[size] = changed
    }

    /// The timings of exactly this size.
    func timings(ofSize size: Int) -> Timings? { timings.indices.contains(size) ? timings[size] : nil }

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

    /// How long requests of this size take by the means; `nil`: never measured.
    func usual(size: Int) -> Usual? {
        let streamed = timings(near: size) { !$0.firstToken.isEmpty }
        let whole = timings(near: size) { !$0.whole.isEmpty }?.whole
        guard streamed != nil || whole != nil else { return nil }
        return Usual(
            firstToken: streamed.map { Double($0.firstToken.mean) },
            firstTokenTail: Double(streamed?.firstToken.tail ?? 0), bestFirstToken: streamed?.firstToken.least,
            eachToken: Double(eachToken.mean),
            whole: whole.map { Double($0.mean) }, wholeTail: Double(whole?.tail ?? 0))
    }

    private func level(now: UInt64) -> RecentSendings.Level? {
        guard !sendings.isEmpty else { return nil }
        let usual = (0..<Self.sizes).map { self.usual(size: $0) }
        return sendings.level(now: now) { usual[$0] }
    }

    /// What a request of so many tokens will take; `nil`: never measured.
    func expectation(size: Int, outputTokens: Int, now: UInt64) -> Expectation? {
        guard let usual = usual(size: size) else { return nil }
        let timings = timings(near: size) { !$0.firstToken.isEmpty } ?? timings(near: size) { !$0.whole.isEmpty }
        guard let timings else { return nil }
        let isStream = usual.firstToken != nil
        let level = level(now: now)
        let factor = level?.factor ?? 1
        let total = usual.total(output: outputTokens, isStream: isStream) * factor
        // What few samples say may be by chance.
        let samples = Double(max(1, isStream ? timings.firstToken.samples : timings.whole.samples))
        let doubt = 1 - 0.5 / samples.squareRoot()
        // The least that these means ever were: how the candidate is when it is well.
        let well = Usual(
            firstToken: timings.firstToken.least, eachToken: eachToken.least ?? 0, whole: timings.whole.least)
        let best = well.total(output: outputTokens, isStream: isStream)
        let start =
            isStream ? (well: well.firstToken, now: usual.firstToken ?? total) : (well: well.whole, now: total)
        let measuredAt = isStream ? timings.firstToken.sampledAt : timings.whole.sampledAt
        return Expectation(
            firstToken: isStream ? UInt64(nanoseconds: Double(timings.firstToken.median) * factor) : nil,
            total: UInt64(nanoseconds: total),
            best: UInt64(nanoseconds: (samples >= 100 ? 1 : doubt) * min(best > 0 ? best : total, total)),
            bestStart: level?.startsTell == false || start.now * factor < (start.well ?? start.now) * Self.isLate
                ? nil : UInt64(nanoseconds: min(start.well ?? start.now, start.now)),
            measuredAt: max(measuredAt, level?.sentAt ?? 0))
    }
}

extension UInt64 {
    /// A time, no longer than the clock can say.
    init(nanoseconds: Double) { self = nanoseconds >= 9e18 ? .max / 2 : UInt64(Swift.max(0, nanoseconds)) }
}

/// How many tokens answers had of late: a mean in which each new one counts a 256th, the first ones more.
struct OutputLengths: Sendable {
    private static let memory = 256
    private(set) var count = 0
    private var parts = 0

    var mean: Int { parts / Self.memory }

    mutating func add(_ tokens: Int) {
        let tokens = min(max(0, tokens), 10_000_000)
        count = min(count + 1, Self.memory)
        parts += (tokens * Self.memory - parts) / count
    }

    /// The mean, if it differs from another by more than chance: lengths of answers differ by as much as they are long.
    func differing(from other: Int) -> Int? {
        let isOther =
            count >= 32 ? mean > other * 5 / 4 || mean < other * 4 / 5 : mean > other * 3 / 2 || mean < other * 2 / 3
        return count >= 8 && isOther ? mean : nil
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
