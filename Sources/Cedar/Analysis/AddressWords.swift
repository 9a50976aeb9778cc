/// Finds addresses and ranges that tell ranges apart: one for each combination of ranges that something lies in.
enum AddressWords {
    /// Ranges that methods ask about without naming them.
    private static let builtIn = ["127.0.0.0/8", "::1", "224.0.0.0/4", "ff00::/8", "0.0.0.0/0", "::/0"]

    static func words(_ ranges: [IPAddress]) -> [IPAddress] {
        let ranges = ranges + builtIn.compactMap { IPAddress(parsing: $0) }
        // Single addresses: which ranges hold one changes only where a range begins or has ended.
        let starts = ranges.map(\.first)
        let ends = ranges.compactMap(\.following)
        // Ranges: each itself; and the next wider one, which nothing narrower holds.
        return starts + ends + ranges + ranges.compactMap(\.wider)
    }
}

extension IPAddress {
    private init(high: UInt64, low: UInt64, prefix: UInt8, isIPv4: Bool) {
        self.high = high
        self.low = low
        self.prefix = prefix
        self.isIPv4 = isIPv4
    }

    private var width: UInt8 { isIPv4 ? 32 : 128 }

    /// The bits behind the prefix.
    private var hostBits: (high: UInt64, low: UInt64) {
        let count = UInt64(width - prefix)
        guard count < 128 else { return (~0, ~0) }
        return count >= 64 ? ((1 << (count - 64)) - 1, ~0) : (0, (1 << count) - 1)
    }

    /// The first address of the range.
    fileprivate var first: IPAddress {
        IPAddress(high: high & ~hostBits.high, low: low & ~hostBits.low, prefix: width, isIPv4: isIPv4)
    }

    /// The address behind the last one; `nil` at the end of all addresses.
    fileprivate var following: IPAddress? {
        let (last, carry) = (low | hostBits.low).addingReportingOverflow(1)
        let (upper, overflow) = (high | hostBits.high).addingReportingOverflow(carry ? 1 : 0)
        guard !overflow, !isIPv4 || last <= UInt64(UInt32.max) else { return nil }
        return IPAddress(high: isIPv4 ? 0 : upper, low: last, prefix: width, isIPv4: isIPv4)
    }

    /// The range with a prefix one bit shorter; `nil` of all addresses.
    fileprivate var wider: IPAddress? {
        prefix == 0 ? nil : IPAddress(high: high, low: low, prefix: prefix - 1, isIPv4: isIPv4)
    }
}
