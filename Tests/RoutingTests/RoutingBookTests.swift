import Inference
import Testing

@testable import Routing

struct RoutingBookTests {
    static let second: UInt64 = 1_000_000_000
    private let a = Destination(provider: ProviderID("a"), model: "m")

    @Test(arguments: [1_000_000, 42_000_000, 777_000_000, 12_345_000_000] as [UInt64])
    func `percentiles are within a bucket of the samples`(_ value: UInt64) {
        var histogram = DecayedHistogram()
        for part in 1...100 as ClosedRange<UInt64> { histogram.add(value / 100 * part, now: 0) }
        #expect(abs(Double(histogram.median) / Double(value) - 0.5) < 0.05)
        #expect(abs(Double(histogram.tail) / Double(value) - 0.95) < 0.1)
        #expect(abs(Double(histogram.mean) / Double(value) - 0.505) < 0.01)
    }

    @Test func `every duration has its bucket`() {
        var last = -1
        for value in Array(0..<5000) + (13..<40).map({ 1 << UInt64($0) }) as [UInt64] {
            let bucket = DecayedHistogram.bucket(of: value)
            #expect(bucket == 123 || DecayedHistogram.lowerBound(of: bucket) <= value)
            #expect(bucket == 123 || value < DecayedHistogram.lowerBound(of: bucket + 1))
            #expect(bucket >= last)
            last = bucket
        }
    }

    @Test func `what is four seconds old counts half in the mean`() {
        var histogram = DecayedHistogram()
        for _ in 0..<64 { histogram.add(100_000_000, now: 0) }
        for _ in 0..<64 { histogram.add(400_000_000, now: 4 * Self.second) }
        #expect(abs(Int(histogram.mean) - 300_000_000) < 1_000_000)
    }

    @Test func `one sample after a long time does not turn the mean`() {
        var histogram = DecayedHistogram()
        for _ in 0..<64 { histogram.add(100_000_000, now: 0) }
        histogram.add(1_800_000_000, now: 3_600 * Self.second)
        #expect(abs(Int(histogram.mean) - 200_000_000) < 1_000_000)
        #expect(histogram.least == 100_000_000)
    }

    @Test func `absurd samples and clocks that jump do not overflow`() {
        var book = RoutingBook()
        for (sample, now) in [(UInt64.max, 0), (.max, .max), (0, 5), (.max, .max / 2)] as [(UInt64, UInt64)] {
            finish("a", &book, firstToken: sample, total: .max, input: .max, output: .max, now: now)
            finish("a", &book, .answered(status: 503), retryAfter: .max, now: now)
            _ = book.takeRetry(now: now)
        }
        #expect(book.records.count == 1)
    }

    @Test func `a failure leaves the times as they were, and so does an error`() {
        var book = RoutingBook()
        finish("a", &book, firstToken: 80_000_000, total: 80_000_000)
        finish("a", &book, .answered(status: 500), firstToken: 1, total: 1)
        finish("a", &book, .answered(status: 400), firstToken: 1, total: 1)
        let statistics = book.statistics(of: a, day: 0, now: 0)
        #expect((statistics.firstToken?.median ?? 0) > 60_000_000)
        #expect(statistics.errorRate == 1.0 / 3)
    }

    @Test func `destinations are bounded, and those with requests under way stay`() {
        var book = RoutingBook()
        begin(candidate("kept", "m"), &book, now: 0)
        for number in 0..<5000 { finish("p\(number)", &book, now: UInt64(number)) }
        #expect(book.records.count <= RoutingBook.capacity)
        #expect(book.records[candidate("kept", "m").destination]?.underWay == 1)
    }

    @Test func `a caller who goes away says nothing of the candidate`() {
        var book = RoutingBook()
        finish("a", &book, .cancelled)
        #expect(book.statistics(of: a, day: 0, now: 0).errorRate == nil)
    }

    @Test func `money spent is counted by day`() {
        var book = RoutingBook()
        for (day, cost) in [(1, 5), (1, 7), (2, 1)] as [(Int, Int64)] {
            begin(candidate("a", "m"), &book, now: 0)
            var measure = measure(.answered(status: 200))
            (measure.cost, measure.day) = (Money(nanoUSD: cost), day)
            book.end(a, measure, now: 0)
            if day == 1 { continue }
            #expect(book.statistics(of: a, day: 2, now: 0).spentToday == Money(nanoUSD: 1))
        }
        #expect(book.statistics(of: a, day: 3, now: 0).spentToday == Money(nanoUSD: 0))
    }

    @Test func `what was spent before the process began counts on its own day only`() {
        var book = RoutingBook()
        func spentToday(_ day: Int) -> Int64 { book.statistics(of: a, day: day, now: 0).spentToday.nanoUSD }
        begin(candidate("a", "m"), &book, now: 0)
        var measure = measure(.answered(status: 200))
        (measure.cost, measure.day) = (Money(nanoUSD: 5), 7)
        book.end(a, measure, now: 0)
        book.add(spent: [a: Money(nanoUSD: 30)], day: 7)
        #expect(spentToday(7) == 35)
        // It was midnight before the ledger had been read.
        book.add(spent: [a: Money(nanoUSD: 1_000)], day: 6)
        #expect(spentToday(7) == 35 && spentToday(8) == 0)
    }

    // MARK: Circuit breaker

    @Test func `each failed trial doubles the time until the next, up to the longest`() {
        var breaker = CircuitBreaker()
        var now: UInt64 = 0
        for _ in 0..<3 { breaker.failed(now: now, retryAfter: nil) }
        var openings: [UInt64] = []
        for _ in 0..<7 {
            guard case .open(let nanoseconds) = breaker.condition(now: now) else {
                Issue.record("not open")
                return
            }
            openings.append(nanoseconds / Self.second)
            now += nanoseconds
            #expect(breaker.condition(now: now) == .halfOpen)
            breaker.began(now: now)
            breaker.failed(now: now, retryAfter: nil)
        }
        #expect(openings == [1, 2, 4, 8, 16, 30, 30])
        guard case .open(let last) = breaker.condition(now: now) else { return }
        breaker.began(now: now + last)
        breaker.succeeded(now: now + last)
        #expect(breaker.condition(now: now + last) == .closed)
    }

    @Test func `failures among successes open it once half of the requests of late fail`() {
        var breaker = CircuitBreaker()
        for number in 0..<30 {
            if number % 5 == 0 { breaker.failed(now: 0, retryAfter: nil) } else { breaker.succeeded(now: 0) }
        }
        #expect(breaker.condition(now: 0) == .closed)
        var isOpen = false
        for number in 0..<100 where !isOpen {
            if number % 3 != 0 {
                breaker.failed(now: Self.second, retryAfter: nil)
            } else {
                breaker.succeeded(now: Self.second)
            }
            isOpen = breaker.condition(now: Self.second) != .closed
        }
        #expect(isOpen)
    }

    @Test func `a trial that brings nothing is given up`() {
        var breaker = CircuitBreaker()
        for _ in 0..<3 { breaker.failed(now: 0, retryAfter: nil) }
        breaker.began(now: Self.second)
        #expect(breaker.condition(now: Self.second) != .halfOpen)
        #expect(breaker.condition(now: Self.second + CircuitBreaker.trialPatience) == .halfOpen)
        breaker.proved(nothing: Self.second)
        #expect(breaker.condition(now: Self.second) == .halfOpen)
    }

    @Test func `a success of a request from before does not close what is open`() {
        var breaker = CircuitBreaker()
        for _ in 0..<3 { breaker.failed(now: 0, retryAfter: nil) }
        breaker.succeeded(now: 1)
        #expect(breaker.condition(now: 1) != .closed)
    }

    // MARK: Retries

    @Test func `second attempts are a fifth of the requests, and ten a second`() {
        var budget = RetryBudget()
        var taken = 0
        for number in 0..<10_000 as Range<UInt64> {
            budget.requestCame()
            if budget.take(now: number * 10_000_000) { taken += 1 }
        }
        // 100 seconds: 2,000 for the requests, 1,000 for the time, 10 saved up.
        #expect((2_990...3_011).contains(taken))
    }

    @Test func `without requests and time there are no more than ten second attempts`() {
        var budget = RetryBudget()
        let taken = (0..<50).map { _ in budget.take(now: 5) }
        #expect(taken.count { $0 } == 10)
        let (soon, later) = (budget.take(now: 6), budget.take(now: 5 + 100_000_000))
        #expect(!soon && later)
    }
}
