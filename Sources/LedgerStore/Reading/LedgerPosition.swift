/// Where an entry stands in a ledger: in which of its logs, and at which index there. In the order of writing.
public struct LedgerPosition: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The log's number, as its folder is called: 2 for `log-000002`.
    public let log: Int
    /// The entry's index in its log, from 0: its `seq`.
    public let index: UInt64

    /// Takes both; no check.
    public init(log: Int, index: UInt64) {
        self.log = log
        self.index = index
    }

    /// Reads `LOG/INDEX`, such as `2/417`, the form of `description`; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let log = Int(parts[0]), log > 0, let index = UInt64(parts[1]),
            "\(log)/\(index)" == String(text)
        else { return nil }
        self.init(log: log, index: index)
    }

    /// The position after this one in the same log.
    public var next: LedgerPosition { LedgerPosition(log: log, index: index == .max ? index : index + 1) }

    /// The earlier first.
    public static func < (left: LedgerPosition, right: LedgerPosition) -> Bool {
        (left.log, left.index) < (right.log, right.index)
    }

    /// `LOG/INDEX`.
    public var description: String { "\(log)/\(index)" }
}
