internal import Inference

/// Which candidate served a conversation last. At most 16,384 conversations; beyond, those not heard of longest make room.
struct AffinityTable: Sendable {
    private struct Entry: Sendable {
        var destination: Destination
        var usedAt: UInt64
    }

    private var entries: [UInt64: Entry] = [:]
    static let capacity = 16_384

    var count: Int { entries.count }

    /// Who served the conversation, if that is no longer ago than `life`.
    func destination(of conversation: UInt64, life: UInt64, now: UInt64) -> Destination? {
        guard let entry = entries[conversation], now <= entry.usedAt || now - entry.usedAt <= life else { return nil }
        return entry.destination
    }

    mutating func note(_ conversation: UInt64, _ destination: Destination, now: UInt64) {
        if entries[conversation] == nil, entries.count >= Self.capacity {
            // An eighth at once, so that the sort is paid for by 2,048 conversations.
            let oldest = entries.sorted { $0.value.usedAt < $1.value.usedAt }.prefix(Self.capacity / 8)
            for (key, _) in oldest { entries[key] = nil }
        }
        entries[conversation] = Entry(destination: destination, usedAt: now)
    }
}
