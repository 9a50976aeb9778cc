/// A moment in milliseconds (Cedar's `datetime`).
public struct DateTime: Sendable, Hashable, Comparable {
    /// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    public let milliseconds: Int64

    private static let day: Int64 = 86_400_000

    /// Wraps milliseconds since 1970-01-01T00:00:00Z.
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Parses `YYYY-MM-DD`, or that with `Thh:mm:ss`, `.SSS` if wanted, and `Z` or `±hhmm`; `nil` for anything else.
    public init?(parsing text: String) {
        var scanner = DigitScanner(text)
        guard let year = scanner.digits(4), scanner.skip("-"), let month = scanner.digits(2), scanner.skip("-"),
            let day = scanner.digits(2), (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day)
        else { return nil }
        var seconds = Self.daysSinceEpoch(year: year, month: month, day: day) * 86_400
        var fraction = 0
        if !scanner.isAtEnd {
            guard scanner.skip("T"), let hour = scanner.digits(2), scanner.skip(":"), let minute = scanner.digits(2),
                scanner.skip(":"), let second = scanner.digits(2), hour < 24, minute < 60, second < 60
            else { return nil }
            seconds += hour * 3600 + minute * 60 + second
            if scanner.skip(".") {
                guard let value = scanner.digits(3) else { return nil }
                fraction = value
            }
            if !scanner.skip("Z") {
                let isEast = scanner.skip("+")
                guard isEast || scanner.skip("-"), let hours = scanner.digits(2), let minutes = scanner.digits(2),
                    hours < 24, minutes < 60
                else { return nil }
                seconds += (hours * 3600 + minutes * 60) * (isEast ? -1 : 1)
            }
            guard scanner.isAtEnd else { return nil }
        }
        milliseconds = Int64(seconds) * 1000 + Int64(fraction)
    }

    /// That much later; `nil` past the last moment.
    public func offset(by span: TimeSpan) -> DateTime? {
        let (sum, overflow) = milliseconds.addingReportingOverflow(span.milliseconds)
        return overflow ? nil : DateTime(milliseconds: sum)
    }

    /// The time since another moment; `nil` if it can't be counted.
    public func since(_ other: DateTime) -> TimeSpan? {
        let (difference, overflow) = milliseconds.subtractingReportingOverflow(other.milliseconds)
        return overflow ? nil : TimeSpan(milliseconds: difference)
    }

    /// The midnight (UTC) that begins its day; `nil` before the first one.
    public var date: DateTime? {
        let (difference, overflow) = milliseconds.subtractingReportingOverflow(time.milliseconds)
        return overflow ? nil : DateTime(milliseconds: difference)
    }

    /// The time since that midnight.
    public var time: TimeSpan {
        let remainder = milliseconds % Self.day
        return TimeSpan(milliseconds: remainder < 0 ? remainder + Self.day : remainder)
    }

    /// By time.
    public static func < (left: DateTime, right: DateTime) -> Bool { left.milliseconds < right.milliseconds }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01 in the proleptic Gregorian calendar; years count from March so that February ends them.
    private static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
        let shifted = year - (month <= 2 ? 1 : 0)
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

/// A length of time in milliseconds (Cedar's `duration`).
public struct TimeSpan: Sendable, Hashable, Comparable {
    /// The length; negative for back in time.
    public let milliseconds: Int64

    /// Wraps a length.
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Parses an optional `-` and then numbers with the units `d`, `h`, `m`, `s`, `ms`, at least one, each at most once
    /// and in that order; `nil` for anything else and for lengths that 64 bits can't hold.
    public init?(parsing text: String) {
        var bytes = Substring(text).utf8
        let sign: Int64 = bytes.first == UInt8(ascii: "-") ? -1 : 1
        if sign < 0 { bytes = bytes.dropFirst() }
        guard !bytes.isEmpty else { return nil }
        var parts: [(amount: Int64, unit: Int64)] = []
        for (unit, length) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)] {
            let digits = bytes.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            let rest = bytes.dropFirst(digits.count)
            guard !digits.isEmpty, rest.starts(with: unit.utf8), !(unit == "m" && rest.starts(with: "ms".utf8)) else {
                continue
            }
            var amount: Int64 = 0
            for digit in digits {
                let (product, overflow) = amount.multipliedReportingOverflow(by: 10)
                let (sum, more) = product.addingReportingOverflow(sign * Int64(digit - UInt8(ascii: "0")))
                guard !overflow, !more else { return nil }
                amount = sum
            }
            parts.append((amount, Int64(length)))
            bytes = rest.dropFirst(unit.utf8.count)
        }
        guard bytes.isEmpty else { return nil }
        var total: Int64 = 0
        for part in parts {
            let (product, overflow) = part.amount.multipliedReportingOverflow(by: part.unit)
            let (sum, more) = total.addingReportingOverflow(product)
            guard !overflow, !more else { return nil }
            total = sum
        }
        milliseconds = total
    }

    /// By length.
    public static func < (left: TimeSpan, right: TimeSpan) -> Bool { left.milliseconds < right.milliseconds }
}

/// Reads fixed numbers of digits.
private struct DigitScanner {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = Substring(text).utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func digits(_ count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let digit = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
            rest = rest.dropFirst()
        }
        return value
    }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }
}
