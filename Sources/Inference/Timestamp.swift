/// Points in time as people write them, in UTC and by the proleptic Gregorian calendar, to and from seconds since 1970.
public enum Timestamp {
    /// Reads when a key shall expire: `2027-01-31` (the end of that day), `2027-01-31T12:00:00Z` (also with an offset such as
    /// `+02:00`), or a time from `now` on: `90d`, `12h`, `30m`. `nil` for anything else, and for dates that do not exist.
    public static func parseExpiry(_ text: String, now: Int64) -> Int64? {
        let bytes = Array(text.utf8)
        if let span = parseSpan(bytes) { return now.addingReportingOverflow(span).partialValue }
        guard bytes.count >= 10, let day = parseDate(bytes[..<10]) else { return nil }
        if bytes.count == 10 { return (day + 1) * secondsPerDay }
        return parseTime(bytes[10...]).map { day * secondsPerDay + $0 }
    }

    /// Writes a time as RFC 3339, such as `2027-01-31T12:00:00Z`.
    public static func text(_ seconds: Int64) -> String {
        let (day, second) = seconds.quotientAndModulus(by: secondsPerDay)
        let (year, month, dayOfMonth) = civil(day)
        let date = "\(padded(year, 4))-\(padded(Int64(month), 2))-\(padded(Int64(dayOfMonth), 2))"
        return "\(date)T\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))Z"
    }

    private static let secondsPerDay: Int64 = 86_400

    private static func parseSpan(_ bytes: [UInt8]) -> Int64? {
        guard let unit = bytes.last, (2...7).contains(bytes.count), let count = number(bytes.dropLast()), count > 0
        else { return nil }
        switch unit {
        case UInt8(ascii: "d"): return count * secondsPerDay
        case UInt8(ascii: "h"): return count * 3600
        case UInt8(ascii: "m"): return count * 60
        default: return nil
        }
    }

    /// Days since 1970-01-01.
    private static func parseDate(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let dash = UInt8(ascii: "-")
        guard bytes[4] == dash, bytes[7] == dash, let year = number(bytes[..<4]), let month = number(bytes[5..<7]),
            let day = number(bytes[8...]), (1...12).contains(month), day >= 1
        else { return nil }
        let days = daysSince1970(year: year, month: month, day: day)
        // A day that the month does not have comes back as one of the next month.
        return civil(days) == (year, Int(month), Int(day)) ? days : nil
    }

    /// Seconds since midnight UTC of `T12:00:00Z` or `T12:00:00+02:00`.
    private static func parseTime(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let bytes = Array(bytes)
        let colon = UInt8(ascii: ":")
        guard bytes.count >= 10, bytes[0] | 0x20 == UInt8(ascii: "t"), bytes[3] == colon, bytes[6] == colon,
            let hour = number(bytes[1..<3]), let minute = number(bytes[4..<6]), let second = number(bytes[7..<9]),
            hour < 24, minute < 60, second < 60
        else { return nil }
        let time = hour * 3600 + minute * 60 + second
        if bytes.count == 10, bytes[9] | 0x20 == UInt8(ascii: "z") { return time }
        guard bytes.count == 15, bytes[12] == colon, let offsetHour = number(bytes[10..<12]),
            let offsetMinute = number(bytes[13...]), offsetHour < 24, offsetMinute < 60
        else { return nil }
        let offset = offsetHour * 3600 + offsetMinute * 60
        switch bytes[9] {
        case UInt8(ascii: "+"): return time - offset
        case UInt8(ascii: "-"): return time + offset
        default: return nil
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard !digits.isEmpty else { return nil }
        var value: Int64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        return value
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    // Both directions count in years that begin in March, so that the leap day is the last of its year, and in eras of 400
    // years, which all have 146,097 days (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").

    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shifted.quotientAndModulus(by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func civil(_ days: Int64) -> (year: Int64, month: Int, day: Int) {
        let (era, dayOfEra) = (days + 719_468).quotientAndModulus(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, Int(month), Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1))
    }
}

extension Int64 {
    /// Division that rounds down, with a remainder that is never negative; the divisor is positive.
    fileprivate func quotientAndModulus(by divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
