import Inference
import Testing

@testable import Routing

struct LatencyBookTests {
    static let millisecond: UInt64 = 1_000_000

    private let a = Destination(provider: ProviderID("a"), model: "m")

    private func record(_ book: inout LatencyBook, _ milliseconds: UInt64, now: UInt64) {
        book.record(a, outcome: .answered(status: 200), firstByteNanoseconds: milliseconds * Self.millisecond, now: now)
    }

    @Test func `the first sample is the mean`() {
        var book = LatencyBook()
        #expect(book.firstByteNanoseconds(of: a, now: 0) == nil)
        record(&book, 80, now: 5)
        #expect(book.firstByteNanoseconds(of: a, now: 5) == 80 * Self.millisecond)
    }

    @Test func `a sample soon after counts an eighth`() {
        var book = LatencyBook()
        record(&book, 80, now: 0)
        record(&book, 160, now: 1)
        #expect(book.firstByteNanoseconds(of: a, now: 1) == 90 * Self.millisecond)
    }

    @Test func `a sample after a minute counts half`() {
        var book = LatencyBook()
        record(&book, 80, now: 0)
        record(&book, 160, now: LatencyBook.memory)
        #expect(book.firstByteNanoseconds(of: a, now: LatencyBook.memory) == 120 * Self.millisecond)
    }

    @Test func `the mean stays between the least and the greatest sample, and follows a change`() {
        var book = LatencyBook()
        for number in 0..<100 as Range<UInt64> {
            record(&book, number % 2 == 0 ? 50 : 100, now: number)
            let mean = book.firstByteNanoseconds(of: a, now: number) ?? 0
            #expect((50 * Self.millisecond...100 * Self.millisecond).contains(mean))
        }
        for number in 100..<200 as Range<UInt64> { record(&book, 1000, now: number) }
        #expect((book.firstByteNanoseconds(of: a, now: 200) ?? 0) > 990 * Self.millisecond)
    }

    @Test func `absurd samples and clocks that jump do not overflow`() {
        var book = LatencyBook()
        for (sample, now) in [(UInt64.max, 0), (.max, .max), (0, 5), (.max, .max / 2)] as [(UInt64, UInt64)] {
            book.record(a, outcome: .answered(status: 200), firstByteNanoseconds: sample, now: now)
            book.record(a, outcome: .answered(status: 503), retryAfterNanoseconds: .max, now: now)
        }
        #expect(book.count == 1)
    }

    @Test func `a failure leaves the mean as it was`() {
        var book = LatencyBook()
        record(&book, 80, now: 0)
        book.record(a, outcome: .answered(status: 500), firstByteNanoseconds: 1, now: 1)
        #expect(book.firstByteNanoseconds(of: a, now: 1) == 80 * Self.millisecond)
    }

    @Test func `made-up names do not fill the memory, and what is in use stays`() {
        var book = LatencyBook()
        for number in 0..<20_000 as Range<UInt64> {
            record(&book, 80, now: number)
            let other = Destination(provider: ProviderID("a"), model: "m\(number)")
            book.record(other, outcome: .answered(status: 200), firstByteNanoseconds: 1, now: number)
            #expect(book.count <= LatencyBook.capacity)
        }
        #expect(book.firstByteNanoseconds(of: a, now: 20_000) != nil)
    }

    static let outcomes: [(AttemptOutcome, Bool)] = [
        (.connectFailure, true), (.firstByteTimeout, true), (.lostBeforeFirstByte, true),
        (.answered(status: 429), true),
        (.answered(status: 500), true), (.answered(status: 503), true), (.answered(status: 529), true),
        (.answered(status: 599), true), (.answered(status: 600), false), (.answered(status: 499), false),
        (.answered(status: 200), false), (.answered(status: 400), false), (.answered(status: 401), true),
        (.answered(status: 402), true), (.answered(status: 403), false), (.answered(status: 407), true),
        (.answered(status: 404), false), (.answered(status: 413), false), (.failedInMidstream, false),
        (.cancelled, false),
    ]

    @Test(arguments: outcomes)
    func `the next candidate is tried on connect failure, refused credentials, 429 and 5xx before the first byte`(
        outcome: AttemptOutcome, shouldTryNext: Bool
    ) {
        #expect(outcome.shouldTryNext == shouldTryNext)
    }
}
