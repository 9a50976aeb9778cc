public import Inference

/// What is known of destinations: how soon and how long they answer, how many requests are under way there, whether they fail; who served
/// which conversation; and how many second attempts may be made.
///
/// A value without locks or clock: its owner serialises calls and passes a monotone clock in nanoseconds. At most 1,024 destinations are
/// kept (patterns let callers name models at will); beyond, those unused longest make room.
public struct RoutingBook: Sendable {
    var records: [Destination: CandidateRecord] = [:]
    var affinity = AffinityTable()
    private var outputs: [ModelID: OutputLengths] = [:]
    var retries = RetryBudget()
    /// What was forgone since a candidate was last used that may be well again.
    var forgone: [Waiting: Forgone] = [:]
    var lastSending: UInt64 = 0
    /// What second attempts at the same time may cost, by alias.
    var hedges: [ModelID: HedgeBudget] = [:]

    static let capacity = 1024
    /// The answer tokens expected where nothing was observed: chat answers have some hundred.
    static let typicalOutput = 500
    /// After this long, a measurement says little about now, and one request makes it anew.
    static let staleAfter: UInt64 = 300_000_000_000
    /// A 95th percentile is one from so many samples on.
    static let leastForPatience: Float = 10
    /// Only one request in this time is sent to a candidate in order to measure it.
    static let probeInterval: UInt64 = 1_000_000_000

    /// A book without measurements.
    public init() {}

    // MARK: - Attempts

    /// Notes that a request is sent there; each call has to be followed by one of `leave`.
    ///
    /// - Returns: `false` if as many are under way there as may be; then nothing is noted.
    public mutating func begin(_ candidate: RouteCandidate, now: UInt64) -> Bool {
        let destination = candidate.destination
        if records[destination] == nil { makeRoom() }
        return begin(&records[destination, default: CandidateRecord()], limit: candidate.maximumConcurrent, now)
    }

    private func begin(_ record: inout CandidateRecord, limit: Int?, _ now: UInt64) -> Bool {
        if let limit, record.underWay >= limit { return false }
        record.underWay += 1
        record.usedAt = now
        record.breaker.began(now: now)
        return true
    }

    /// Notes that a request has ended that `begin` noted.
    public mutating func leave(_ destination: Destination) {
        let underWay = records[destination]?.underWay ?? 0
        records[destination]?.underWay = max(0, underWay - 1)
    }

    /// Notes that a request came to nothing before it was sent there: what was to be tried by it is to be tried by another.
    public mutating func withdraw(_ destination: Destination, now: UInt64) {
        records[destination]?.breaker.proved(nothing: now)
    }

    /// Records how an attempt went that `begin` noted, and that it has ended.
    mutating func end(_ destination: Destination, _ measure: AttemptMeasure, now: UInt64) {
        record(destination, measure, now: now)
        leave(destination)
    }

    /// Records how an attempt went.
    public mutating func record(_ destination: Destination, _ measure: AttemptMeasure, now: UInt64) {
        if let cost = measure.cost { hedges[measure.alias]?.spent(cost, now: now) }
        let isGood = measure.outcome.isHealthy == true
        let output = isGood ? measure.usage.flatMap { $0.output > 0 ? $0.output : nil } : nil
        if let output, !measure.isProbe {
            if outputs[measure.alias] == nil, outputs.count >= Self.capacity { outputs.removeAll() }
            outputs[measure.alias, default: OutputLengths()].add(output)
        }
        guard records[destination] != nil else { return }
        if let sending = measure.sending { ended(destination, sending, measure) }
        Self.record(&records[destination, default: CandidateRecord()], measure, output: output, now)
    }

    private static func record(_ record: inout CandidateRecord, _ measure: AttemptMeasure, output: Int?, _ now: UInt64)
    {
        record.usedAt = now
        if let cost = measure.cost { record.add(spent: cost, day: measure.day) }
        switch measure.outcome.isHealthy {
        case true?: record.breaker.succeeded(now: now)
        case false?: record.breaker.failed(now: now, retryAfter: measure.retryAfter)
        case nil:
            if measure.outcome == .outpaced { waited(&record, measure, now) }
            return record.breaker.proved(nothing: now)
        }
        let isGood = measure.outcome.isHealthy == true && measure.outcome.isAnswer
        record.history.add(
            isFailure: measure.outcome.isHealthy == false, firstToken: isGood ? measure.firstToken : nil, now: now)
        guard isGood else { return }
        if let output, !measure.isProbe { record.outputs.add(output) }
        record.add(size: CandidateRecord.size(ofInput: measure.inputTokens), now: now) { timings in
            guard measure.isStream, let firstToken = measure.firstToken else {
                return timings.whole.add(measure.total, now: now)
            }
            timings.firstToken.add(firstToken, now: now)
        }
        guard measure.isStream, let firstToken = measure.firstToken, let output, output > 1,
            measure.total >= firstToken
        else { return }
        record.eachToken.add((measure.total - firstToken) / UInt64(output - 1), now: now)
    }

    /// An attempt that was given up took at least so long. Less than is usual says nothing: then it might have been as quick as ever.
    private static func waited(_ record: inout CandidateRecord, _ measure: AttemptMeasure, _ now: UInt64) {
        record.add(size: CandidateRecord.size(ofInput: measure.inputTokens), now: now) { timings in
            // Nor does it where nobody knows what is usual.
            if measure.isStream {
                guard !timings.firstToken.isEmpty, measure.total > timings.firstToken.tail else { return }
                timings.firstToken.add(measure.total, now: now)
            } else {
                guard !timings.whole.isEmpty, measure.total > timings.whole.tail else { return }
                timings.whole.add(measure.total, now: now)
            }
        }
    }

    /// Notes a request, from which second attempts are earned.
    public mutating func requestCame() { retries.requestCame() }

    /// Whether a request may be tried once more somewhere; takes that from the gateway's budget: a fifth of its requests, and ten a
    /// second.
    public mutating func takeRetry(now: UInt64) -> Bool { retries.take(now: now) }

    /// Whether nobody knows how a candidate is now: nothing was sent there for so long, and nothing is under way; nor is it being spared.
    public func isIdle(_ destination: Destination, for nanoseconds: UInt64, now: UInt64) -> Bool {
        guard let record = records[destination] else { return true }
        switch record.breaker.condition(now: now) {
        case .open, .resting: return false
        case .halfOpen: return record.underWay == 0
        case .closed: return record.underWay == 0 && now >= record.usedAt && now - record.usedAt >= nanoseconds
        }
    }

    // MARK: - What is expected

    /// How many tokens the answer is expected to have: as of late by this candidate, else by the alias, else 500; no more than may be.
    func expectedOutput(
        of candidate: RouteCandidate, _ record: CandidateRecord?, alias: ModelID, maximum: Int?
    ) -> Int {
        let usual = outputs[alias]?.mean
        let own = record?.outputs
        let observed =
            usual.map { own?.differing(from: $0) ?? $0 } ?? own.flatMap { $0.count >= 8 ? $0.mean : nil }
            ?? Self.typicalOutput
        return max(0, min(observed, maximum ?? .max, candidate.maximumOutput ?? .max))
    }

    // MARK: - Measuring

    static func isLongAgo(_ time: UInt64, _ now: UInt64) -> Bool { now > time && now - time > staleAfter }

    /// Whether a request may now be sent there in order to measure.
    func mayProbe(_ destination: Destination, now: UInt64) -> Bool {
        guard let probedAt = records[destination]?.probedAt else { return true }
        return now >= probedAt && now - probedAt >= Self.probeInterval
    }

    /// Notes that a request is sent there in order to measure.
    mutating func noteProbe(_ destination: Destination, now: UInt64) {
        if records[destination] == nil { makeRoom() }
        records[destination, default: CandidateRecord()].probedAt = now
        records[destination, default: CandidateRecord()].usedAt = now
    }

    /// Notes who serves a conversation.
    public mutating func note(conversation: UInt64, servedBy destination: Destination, now: UInt64) {
        affinity.note(conversation, destination, now: now)
    }

    private mutating func makeRoom() {
        guard records.count >= Self.capacity else { return }
        // An eighth at once, so that a flood of names costs one sort in 128 requests; what is under way stays.
        let oldest = records.filter { $0.value.underWay == 0 }.sorted { $0.value.usedAt < $1.value.usedAt }
        for (destination, _) in oldest.prefix(Self.capacity / 8) { records[destination] = nil }
    }
}
