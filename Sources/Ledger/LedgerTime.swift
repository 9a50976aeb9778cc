/// A moment as the ledger writes it: ISO 8601 in UTC with milliseconds, `2026-11-23T00:45:59.123Z`.
@frozen
public struct LedgerTime: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    public let milliseconds: Int64

    /// Wraps milliseconds since 1970; what lies outside the years 0…9999 is brought to their ends.
    public init(milliseconds: Int64) {
        self.milliseconds = min(max(milliseconds, -62_167_219_200_000), 253_402_300_799_999)
    }

    /// Reads a date or a moment of RFC 3339 in UTC: `2026-11-23` (its beginning), `2026-11-23T10:00:00Z`,
    /// `2026-11-23T10:00:00.123Z`; `nil` for anything else.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int? {
            bytes[range].reduce(0) { sum, byte in
                sum.flatMap { (0x30...0x39).contains(byte) ? $0 * 10 + Int(byte - 0x30) : nil }
            }
        }
        func hasSigns(_ signs: KeyValuePairs<Int, Unicode.Scalar>) -> Bool {
            signs.allSatisfy { bytes[$0.key] == UInt8(ascii: $0.value) }
        }
        guard [10, 20, 24].contains(bytes.count), hasSigns([4: "-", 7: "-"]), let year = number(0..<4),
            let month = number(5..<7), let day = number(8..<10), (1...12).contains(month),
            (1...Self.days(ofMonth: month, year: year)).contains(day)
        else { return nil }
        let date = Int64(Self.days(year: year, month: month, day: day)) * 86_400_000
        guard bytes.count > 10 else {
            milliseconds = date
            return
        }
        guard hasSigns([10: "T", 13: ":", 16: ":", bytes.count - 1: "Z"]), let hour = number(11..<13), hour < 24,
            let minute = number(14..<16), minute < 60, let second = number(17..<19), second < 60
        else { return nil }
        var time = Int64((hour * 60 + minute) * 60 + second) * 1_000
        if bytes.count == 24 {
            guard hasSigns([19: "."]), let fraction = number(20..<23) else { return nil }
            time += Int64(fraction)
        }
        milliseconds = date + time
    }

    /// The earlier first.
    public static func < (left: LedgerTime, right: LedgerTime) -> Bool { left.milliseconds < right.milliseconds }

    /// The ISO 8601 text.
    public var description: String { withText { String(decoding: $0, as: UTF8.self) } }

    /// Lends the 24 characters of the ISO 8601 text.
    func withText<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withUnsafeTemporaryAllocation(byteCount: 24, alignment: 8) { text in
            let days = Int(milliseconds.floorDivided(by: 86_400_000))
            let time = Int(milliseconds - Int64(days) * 86_400_000)
            let (year, month, day) = Self.date(days: days)
            text.write(year, digits: 4, at: 0, after: nil)
            text.write(month, digits: 2, at: 5, after: "-")
            text.write(day, digits: 2, at: 8, after: "-")
            text.write(time / 3_600_000, digits: 2, at: 11, after: "T")
            text.write(time / 60_000 % 60, digits: 2, at: 14, after: ":")
            text.write(time / 1_000 % 60, digits: 2, at: 17, after: ":")
            text.write(time % 1_000, digits: 3, at: 20, after: ".")
            text[23] = UInt8(ascii: "Z")
            return body(UnsafeRawBufferPointer(text))
        }
    }

    private static func days(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The day counted from 1970-01-01 of a Gregorian date, by Howard Hinnant's `days_from_civil`.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The Gregorian date of a day counted from 1970-01-01, by Howard Hinnant's `civil_from_days`.
    private static func date(days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468  // days since 0000-03-01
        let era = Int(Int64(shifted).floorDivided(by: 146_097))
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}

extension UnsafeMutableRawBufferPointer {
    fileprivate func write(_ value: Int, digits: Int, at offset: Int, after separator: Unicode.Scalar?) {
        if let separator { self[offset - 1] = UInt8(ascii: separator) }
        var rest = value
        for position in stride(from: offset + digits - 1, through: offset, by: -1) {
            self[position] = UInt8(truncatingIfNeeded: 0x30 + rest % 10)
            rest /= 10
        }
    }
}
