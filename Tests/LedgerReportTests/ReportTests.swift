import Ledger
import PlainText
import Testing

@testable import LedgerReport

@Suite struct ReportTests {
    @Test(arguments: [
        (0, "0.00"), (1, "0.000000001"), (12_500_000_000, "12.50"), (1_234_567_000_000_000, "1,234,567.00"),
        (-1_250_000_000, "-1.25"), (Int64.max, "9,223,372,036.854775807"), (Int64.min, "-9,223,372,036.854775808"),
    ])
    func `money is printed exactly`(nanoUSD: Int64, text: String) {
        #expect(MoneyText.dollars(nanoUSD) == text)
    }

    @Test(arguments: [
        (0, "0.00"), (1, "<0.01"), (5_000_000, "0.01"), (4_999_999, "<0.01"), (14_999_999, "0.01"),
        (15_000_000, "0.02"), (1_999_000_000_000, "1,999.00"),
    ])
    func `cents are rounded half up, and little is not nothing`(nanoUSD: Int64, text: String) {
        #expect(MoneyText.rounded(nanoUSD) == text)
    }

    @Test(arguments: [(0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567")])
    func `digits are grouped by three`(number: Int, text: String) { #expect(NumberText.grouped(number) == text) }

    @Test(arguments: [
        (0, "0 µs"), (999, "999 µs"), (1_000, "1.00 ms"), (9_990, "9.99 ms"), (12_340, "12.3 ms"),
        (1_250_000, "1.25 s"),
    ])
    func `times are read in the unit that fits`(microseconds: Int64, text: String) {
        #expect(NumberText.duration(microseconds) == text)
    }

    @Test(arguments: [([5], 5, 5), ([1, 2], 1, 2), (Array(1...100), 50, 95), (Array((1...20).reversed()), 10, 19)])
    func `a percentile is a value that was measured, by nearest rank`(values: [Int64], p50: Int64, p95: Int64) {
        let percentiles = ExposureReport.Percentiles(values)
        #expect(percentiles?.p50 == p50 && percentiles?.p95 == p95 && percentiles?.count == values.count)
        #expect(ExposureReport.Percentiles([]) == nil)
    }

    private static func entry(_ time: Int64, _ builder: inout ReportBuilder) -> ReportBuilder.Entry {
        var entry = ReportBuilder.Entry()
        entry.time = time
        entry.caller = builder.caller(tenant: "t", name: "p")
        entry.place = builder.place(.init(provider: "x", model: "m", region: "", isInternal: false))
        entry.policies = builder.policies(["a", "b"])
        return entry
    }

    @Test func `what no connection came about for left nothing`() {
        var builder = ReportBuilder(LedgerFilter())
        for outcome in ["completed", "unreachable"] {
            var entry = Self.entry(0, &builder)
            entry.outcome = builder.word(outcome)
            builder.add(entry)
            builder.addFinding(dataClass: builder.word("email"), treatment: builder.word("raw"), count: 3)
        }
        let report = builder.finish()
        #expect(report.exposure.map(\.values) == [3] && report.exposure.map(\.attempts) == [1])
        #expect(report.totals.rawValues == 3 && report.totals.attempts == 2)
        #expect(report.policies.map(\.permitted) == [2, 2])
    }

    @Test func `two places of one attempt are one attempt, and regions of a model one destination`() {
        var builder = ReportBuilder(LedgerFilter())
        for region in ["eu", "us"] {
            var entry = Self.entry(0, &builder)
            entry.place = builder.place(.init(provider: "x", model: "m", region: region, isInternal: false))
            builder.add(entry)
            for count in [1, 2] {
                builder.addFinding(dataClass: builder.word("email"), treatment: builder.word("mask"), count: count)
            }
        }
        let report = builder.finish()
        #expect(report.exposure.map(\.values) == [6] && report.exposure.map(\.attempts) == [2])
        #expect(report.models.map(\.attempts) == [2] && report.totals.treatedValues == 6)
    }

    @Test func `sums beyond what fits stay at the end`() {
        var builder = ReportBuilder(LedgerFilter())
        for _ in 0..<3 {
            var entry = Self.entry(0, &builder)
            entry.outcome = builder.word("completed")
            entry.nanoUSD = .max
            entry.input = .max
            builder.add(entry)
        }
        let report = builder.finish()
        #expect(report.totals.nanoUSD == .max && report.totals.input == .max)
    }

    @Test func `hours in which nothing happened are there, and days beyond three`() {
        var builder = ReportBuilder(LedgerFilter())
        for hour in [0, 5] { builder.add(Self.entry(Int64(hour) * 3_600_000, &builder)) }
        let report = builder.finish()
        #expect(report.trendUnit == .hour && report.trend.map(\.attempts) == [1, 0, 0, 0, 0, 1])
        var longer = ReportBuilder(LedgerFilter())
        for hour in [0, 80] { longer.add(Self.entry(Int64(hour) * 3_600_000, &longer)) }
        #expect(longer.finish().trend.map(\.attempts) == [1, 0, 0, 1])
        // A clock that went astray makes no million rows.
        var astray = ReportBuilder(LedgerFilter())
        for year in [0, 8_000] { astray.add(Self.entry(Int64(year) * 31_536_000_000, &astray)) }
        #expect(astray.finish().trend.count == 2)
    }

    @Test(arguments: [
        ("=1+1", "'=1+1"), ("-5", "-5"), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""), ("", ""),
    ])
    func `fields of CSV are quoted, and none is a formula`(text: String, field: String) {
        #expect(SafeText.csv(text) == field)
    }

    @Test func `nothing in a shown text acts on a terminal or turns the writing`() {
        #expect(TerminalText.harmless("a\u{1B}[31m\u{202E}b\u{2028}") == "a\u{FFFD}[31m\u{FFFD}b\u{FFFD}")
    }
}
