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
/// candidate became worse, then ever more seldom, sooner where many requests wait for it, later where a try is dear.
struct Forgone: Sendable {
    /// How much more a try has to be worth than it costs.
    private static let caution = 2.0
    /// No trouble is over at once.
    private static let leastTrouble = 30e9

    let since: UInt64
    private var triedAt: UInt64
    private var sum = 0.0

    init(now: UInt64) { (since, triedAt) = (now, now) }

    /// Takes a request that goes elsewhere: what it may have gone without, and what a try would cost; true if it shall be a try.
    mutating func add(_ gain: Double, tryCosts: Double, now: UInt64) -> Bool {
        sum += gain
        guard now > triedAt, now > since else { return false }
        let chance = Double(now - triedAt) / (Double(now - since) + Self.leastTrouble)
        return sum * chance / 2 >= tryCosts * Self.caution
    }

    /// It is tried.
    mutating func tried(now: UInt64) {
        triedAt = now
        sum = 0
    }
}
