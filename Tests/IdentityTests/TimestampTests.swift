import Inference
import Testing

struct TimestampTests {
    static let expiries: [(String, Int64)] = [
        ("1970-01-01", 86_400),
        ("2027-01-31", 1_801_440_000),
        ("2028-02-29", 1_835_481_600),
        ("2000-02-29", 951_868_800),
        ("2027-01-31T12:00:00Z", 1_801_396_800),
        ("2027-01-31t12:00:00z", 1_801_396_800),
        ("2027-01-31T12:00:00+02:00", 1_801_389_600),
        ("2027-01-31T12:00:00-01:30", 1_801_402_200),
        ("90d", 1000 + 90 * 86_400),
        ("12h", 1000 + 12 * 3600),
        ("5m", 1300),
    ]

    @Test(arguments: expiries)
    func `an expiry is read`(text: String, seconds: Int64) {
        #expect(Timestamp.parseExpiry(text, now: 1000) == seconds)
    }

    @Test(arguments: [
        "", "d", "0d", "-1d", "1w", "90", "2027", "2027-1-31", "2027-02-29", "2100-02-29", "2027-04-31", "2027-00-10",
        "2027-13-01",
        "2027-01-00", "2027/01/31", "2027-01-31T", "2027-01-31 12:00:00Z", "2027-01-31T12:00:00",
        "2027-01-31T24:00:00Z",
        "2027-01-31T12:60:00Z", "2027-01-31T12:00:00+2:00", "2027-01-31T12:00:00Zjunk", "tomorrow",
        "99999999999999999999d", "२०२७-०१-३१",
    ])
    func `what is no date is refused`(text: String) {
        #expect(Timestamp.parseExpiry(text, now: 1000) == nil)
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (1_801_396_800, "2027-01-31T12:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"), (4_102_444_799, "2099-12-31T23:59:59Z"),
        ] as [(Int64, String)])
    func `a time is written as RFC 3339`(seconds: Int64, text: String) {
        #expect(Timestamp.text(seconds) == text)
    }

    @Test func `every day of 800 years reads back`() {
        for day in stride(from: Int64(-100_000), to: 200_000, by: 1) {
            let text = Timestamp.text(day * 86_400 + 3661)
            #expect(Timestamp.parseExpiry(text, now: 0) == day * 86_400 + 3661)
        }
    }
}
