public import Inference

/// Counts requests of known principals that were turned away, as `UnidentifiedTally` counts those without one: the first is recorded
/// at once, those that follow are counted and recorded together, at most one entry an interval. Owned by one thread.
public struct RefusalTally: ~Copyable {
    private struct Key: Hashable {
        let name: String
        let tenant: String
    }

    private enum Bounds {
        /// Principals named in one entry.
        static let principals = 16
        /// Reasons told apart in one entry; there are fewer.
        static let reasons = 32
        /// Denials for limits that are entries of their own, each interval.
        static let limitDenials = 16
    }

    private let intervalMilliseconds: Int64
    private var lastEntry: LedgerTime?
    private var since: LedgerTime?
    private var reasons: [String: Int] = [:]
    private var principals: [Key: Int] = [:]
    private var others = 0
    private var limitDenials = 0
    private var limitDenialsSince: LedgerTime?

    /// Gives at most one entry an interval.
    public init(intervalMilliseconds: Int64 = 1_000) { self.intervalMilliseconds = intervalMilliseconds }

    /// Counts a request; gives an entry to record where one is due. `reason` is a word of ours, such as `overloaded`.
    public mutating func count(
        reason: String, _ principal: Principal, at time: LedgerTime
    ) -> LedgerEntry.Refused? {
        if since == nil { since = time }
        if reasons[reason] != nil || reasons.count < Bounds.reasons { reasons[reason, default: 0] += 1 }
        let key = Key(name: principal.name, tenant: principal.tenant)
        if principals[key] != nil || principals.count < Bounds.principals {
            principals[key, default: 0] += 1
        } else {
            others += 1
        }
        return take(at: time)
    }

    /// Whether a denial for a spent limit may have an entry of its own: the first 16 an interval. The others are to be counted.
    public mutating func admitsLimitDenial(at time: LedgerTime) -> Bool {
        if let start = limitDenialsSince, time.milliseconds - start.milliseconds < intervalMilliseconds,
            time.milliseconds >= start.milliseconds
        {
            limitDenials += 1
        } else {
            limitDenialsSince = time
            limitDenials = 1
        }
        return limitDenials <= Bounds.limitDenials
    }

    /// An entry for what was counted and not yet recorded, where one is due. Call now and then, so that a flood's end
    /// is recorded.
    public mutating func take(at time: LedgerTime) -> LedgerEntry.Refused? {
        // A clock that was put back makes an entry due.
        if let lastEntry, lastEntry <= time, time.milliseconds - lastEntry.milliseconds < intervalMilliseconds {
            return nil
        }
        return takeAll(at: time)
    }

    /// An entry for what was counted and not yet recorded, due or not: for the end.
    public mutating func takeAll(at time: LedgerTime) -> LedgerEntry.Refused? {
        guard let first = since else { return nil }
        let counts = principals.map {
            LedgerEntry.Refused.PrincipalCount(name: $0.key.name, tenant: $0.key.tenant, count: $0.value)
        }
        let entry = LedgerEntry.Refused(
            time: time, since: first, reasons: reasons.map { .init(reason: $0.key, count: $0.value) },
            principals: counts.sorted { ($0.tenant, $0.name) < ($1.tenant, $1.name) }, others: others)
        lastEntry = time
        since = nil
        reasons = [:]
        principals = [:]
        others = 0
        return entry
    }
}
