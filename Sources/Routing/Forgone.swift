internal import Inference

/// A candidate of an alias that is worse just now than it was at its best, so that it may be well again and nobody would know.
struct Waiting: Hashable, Sendable {
    let alias: ModelID
    let destination: Destination
}

/// When such a candidate is tried again.
///
/// Each request that goes elsewhere may have gone without something, if the candidate is well again; a try costs something, if it is not.
/// A trouble that has lasted for some time may be expected to last as long again, so that the chance that it ended since the last try is
/// the part of the time since. A try is made when what was gone without since, times that chance, is worth as much: soon after a
/// candidate became worse, then ever more seldom, sooner where many requests wait for it, later where a try is dear. One that seemed well
/// and was not soon after is still in the same trouble, and its next try has to be worth twice as much.
struct Forgone: Sendable {
    /// How much more a try has to be worth than it costs, at first and at most.
    private static let caution = 1.0
    private static let mostCaution = 64.0
    /// No trouble is over at once.
    private static let leastTrouble = 30e9
    /// Who has been well for so long, in nanoseconds, is.
    private static let relapse: UInt64 = 30_000_000_000

    private var since: UInt64
    private var triedAt: UInt64
    /// When the last try has told how it is.
    private var toldAt: UInt64 = 0
    private var sum = 0.0
    private var caution = Self.caution
    private var wellSince: UInt64?

    init(now: UInt64) { (since, triedAt) = (now, now) }

    /// Takes a request that goes elsewhere: what it may have gone without, and what a try would cost; true if it shall be a try.
    mutating func add(_ gain: Double, tryCosts: Double, now: UInt64) -> Bool {
        if wellSince != nil {
            wellSince = nil
            (triedAt, sum) = (now, 0)
            caution = min(caution * 2, Self.mostCaution)
        }
        sum += gain
        guard now > triedAt, now >= toldAt, now > since else { return false }
        let chance = Double(now - triedAt) / (Double(now - since) + Self.leastTrouble)
        return sum * chance / 2 >= tryCosts * caution
    }

    /// It is tried, which tells something after so many nanoseconds.
    mutating func tried(now: UInt64, tellsAfter time: UInt64) {
        triedAt = now
        toldAt = now.addingReportingOverflow(time).overflow ? .max : now + time
        sum = 0
    }

    /// It seems well; whether it has been so for long enough.
    mutating func isWell(now: UInt64) -> Bool {
        let since = wellSince ?? now
        wellSince = since
        return now > since && now - since > Self.relapse
    }
}
