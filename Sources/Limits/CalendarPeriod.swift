/// The days and months (UTC) over which money is counted, by date arithmetic of our own.
public enum CalendarPeriod: String, Hashable, Sendable, CaseIterable {
    /// From midnight to midnight.
    case day
    /// From the first of a month to the first of the next.
    case month

    private static let secondsOfDay: Int64 = 86_400

    /// The number of the period in which a moment lies: days since 1970-01-01, or months since 0000-01. Later ones are greater.
    public func number(at epochSeconds: Int64) -> Int64 {
        let day = Self.floorQuotient(epochSeconds, Self.secondsOfDay)
        switch self {
        case .day: return day
        case .month:
            let date = Self.date(ofDay: day)
            return date.year * 12 + date.month - 1
        }
    }

    /// When the period after the one of this number begins, in seconds since 1970.
    public func end(of number: Int64) -> Int64 {
        switch self {
        case .day: return (number + 1) * Self.secondsOfDay
        case .month:
            let next = number + 1
            let year = Self.floorQuotient(next, 12)
            return Self.day(year: year, month: next - year * 12 + 1) * Self.secondsOfDay
        }
    }

    /// The period in words: `2026-11-23`, or `2026-11`.
    public func text(_ number: Int64) -> String {
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        switch self {
        case .day:
            let date = Self.date(ofDay: number)
            return "\(date.year)-\(two(date.month))-\(two(date.day))"
        case .month:
            let year = Self.floorQuotient(number, 12)
            return "\(year)-\(two(number - year * 12 + 1))"
        }
    }

    /// The Gregorian date of a day since 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date algorithms": the year is taken
    /// to begin in March, so that the leap day is its last).
    static func date(ofDay number: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = number + 719_468
        let era = floorQuotient(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// The first day of a month, in days since 1970-01-01.
    static func day(year: Int64, month: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = floorQuotient(shiftedYear, 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func floorQuotient(_ dividend: Int64, _ divisor: Int64) -> Int64 {
        dividend >= 0 ? dividend / divisor : -((-dividend + divisor - 1) / divisor)
    }
}
