public import Ledger

/// A day of UTC. Keys have one, so that what was sealed on it can be shredded together.
public struct VaultDay: Hashable, Comparable, Sendable, CustomStringConvertible {
    static let milliseconds: Int64 = 86_400_000

    /// Days since 1970-01-01.
    public let number: Int64

    /// The day of a moment.
    public init(_ time: LedgerTime) {
        let (quotient, rest) = time.milliseconds.quotientAndRemainder(dividingBy: Self.milliseconds)
        number = rest < 0 ? quotient - 1 : quotient
    }

    private init(number: Int64) { self.number = number }

    /// Reads `2026-11-23`; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 10, let time = LedgerTime(String(text)) else { return nil }
        self.init(time)
    }

    /// Its first moment.
    public var start: LedgerTime { LedgerTime(milliseconds: number * Self.milliseconds) }

    /// A later day, or an earlier one.
    public func advanced(by days: Int64) -> VaultDay { VaultDay(number: number + days) }

    /// The earlier first.
    public static func < (left: Self, right: Self) -> Bool { left.number < right.number }

    /// `2026-11-23`.
    public var description: String { String(start.description.prefix(10)) }
}

/// What one run of a gateway sealed on one day, under one key: `2026-11-23.0001`.
public struct VaultSegment: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The day.
    public let day: VaultDay
    /// Which run of that day, from 1.
    public let number: Int

    init(day: VaultDay, number: Int) {
        self.day = day
        self.number = number
    }

    /// Reads `2026-11-23.0001`; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, (4...9).contains(parts[1].utf8.count),
            parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let day = VaultDay(parts[0]),
            let number = Int(parts[1]), number > 0
        else { return nil }
        self.init(day: day, number: number)
        guard description == text else { return nil }
    }

    /// By day, then by number.
    public static func < (left: Self, right: Self) -> Bool { (left.day, left.number) < (right.day, right.number) }

    /// `2026-11-23.0001`.
    public var description: String {
        let digits = String(number)
        return "\(day)." + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }
}
