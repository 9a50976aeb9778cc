/// Counts requests without a proven identity, so that a flood of them fills neither the ledger nor the memory: the
/// first is recorded at once, those that follow are counted and recorded together, at most one entry an interval. Owned
/// by one thread.
public struct UnidentifiedTally: ~Copyable {
    private enum Bounds {
        /// Addresses named in one entry.
        static let addresses = 16
        /// Reasons told apart in one entry; there are fewer.
        static let reasons = 32
    }

    private let intervalMilliseconds: Int64
    private var lastEntry: LedgerTime?
    private var since: LedgerTime?
    private var reasons: [String: Int] = [:]
    private var addresses: [String] = []
    private var others = 0

    /// Gives at most one entry an interval.
    public init(intervalMilliseconds: Int64 = 1_000) { self.intervalMilliseconds = intervalMilliseconds }

    /// Counts a request; gives an entry to record where one is due. `reason` is a word of ours, such as `expired`.
    public mutating func count(
        reason: String, clientAddress: String, at time: LedgerTime
    ) -> LedgerEntry.Unidentified? {
        if since == nil { since = time }
        if reasons[reason] != nil || reasons.count < Bounds.reasons { reasons[reason, default: 0] += 1 }
        if !addresses.contains(clientAddress) {
            if addresses.count < Bounds.addresses { addresses.append(clientAddress) } else { others += 1 }
        }
        return take(at: time)
    }

    /// An entry for what was counted and not yet recorded, where one is due. Call now and then, so that a flood's end
    /// is recorded.
    public mutating func take(at time: LedgerTime) -> LedgerEntry.Unidentified? {
        // A clock that was put back makes an entry due.
        if let lastEntry, lastEntry <= time, time.milliseconds - lastEntry.milliseconds < intervalMilliseconds {
            return nil
        }
        return takeAll(at: time)
    }

    /// An entry for what was counted and not yet recorded, due or not: for the end.
    public mutating func takeAll(at time: LedgerTime) -> LedgerEntry.Unidentified? {
        guard let first = since else { return nil }
        let entry = LedgerEntry.Unidentified(
            time: time, since: first, reasons: reasons.map { .init(reason: $0.key, count: $0.value) },
            clientAddresses: addresses, others: others)
        lastEntry = time
        since = nil
        reasons = [:]
        addresses = []
        others = 0
        return entry
    }
}
