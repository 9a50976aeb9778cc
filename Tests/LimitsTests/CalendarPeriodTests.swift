import Testing

@testable import Limits

struct CalendarPeriodTests {
    @Test(
        arguments: [
            (0, "1970-01-01", "1970-01"), (86_399, "1970-01-01", "1970-01"), (86_400, "1970-01-02", "1970-01"),
            (951_782_399, "2000-02-28", "2000-02"), (951_782_400, "2000-02-29", "2000-02"),
            (951_868_800, "2000-03-01", "2000-03"), (1_709_164_800, "2024-02-29", "2024-02"),
            (1_735_689_599, "2024-12-31", "2024-12"), (1_735_689_600, "2025-01-01", "2025-01"),
            (4_107_542_400, "2100-03-01", "2100-03"), (-1, "1969-12-31", "1969-12"),
        ] as [(Int64, String, String)])
    func `a moment lies in its UTC day and month`(moment: Int64, day: String, month: String) {
        #expect(CalendarPeriod.day.text(CalendarPeriod.day.number(at: moment)) == day)
        #expect(CalendarPeriod.month.text(CalendarPeriod.month.number(at: moment)) == month)
    }

    @Test func `every period ends where the next one begins, for four hundred years`() {
        for period in CalendarPeriod.allCases {
            var moment: Int64 = 0
            while moment < 400 * 366 * 86_400 {
                let number = period.number(at: moment)
                let end = period.end(of: number)
                guard period.number(at: end - 1) == number, period.number(at: end) == number + 1 else {
                    Issue.record("\(period) \(number) does not end at \(end)")
                    return
                }
                moment = end
            }
        }
    }
}
