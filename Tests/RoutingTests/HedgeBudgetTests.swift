import Inference
import Testing

@testable import Routing

/// When a second attempt may go beside a slow first one.
struct HedgeBudgetTests {
    private static let second: UInt64 = 1_000_000_000
    private let a = Destination(provider: ProviderID("a"), model: "m")

    private func book(samples: Int, of firstToken: UInt64 = 200_000_000, input: Int = 100) -> RoutingBook {
        var book = RoutingBook()
        for _ in 0..<samples { finish("a", &book, firstToken: firstToken, total: firstToken, input: input) }
        return book
    }

    @Test func `the usual time is that of 95 of 100 requests of this size`() throws {
        var book = book(samples: 96)
        for _ in 0..<4 { finish("a", &book, firstToken: 3 * Self.second, total: 3 * Self.second) }
        let patience = try #require(book.patience(with: a, inputTokens: 100, isStream: true, now: 0))
        #expect(abs(Double(patience) / 200_000_000 - 1) < 0.2)
        // Nothing is known of other sizes, of whole answers, and of what is long ago.
        #expect(book.patience(with: a, inputTokens: 5_000, isStream: true, now: 0) == nil)
        #expect(book.patience(with: a, inputTokens: 100, isStream: false, now: 0) == nil)
        #expect(book.patience(with: a, inputTokens: 100, isStream: true, now: 301 * Self.second) == nil)
    }

    @Test(arguments: [(9, false), (10, true)])
    func `before ten requests were measured nothing is usual`(_ samples: Int, _ isKnown: Bool) {
        let patience = book(samples: samples).patience(with: a, inputTokens: 100, isStream: true, now: 0)
        #expect((patience != nil) == isKnown)
    }

    @Test func `who was outpaced took at least so long, unless that is less than usual`() throws {
        var book = book(samples: 20)
        func patience() throws -> UInt64 {
            try #require(book.patience(with: a, inputTokens: 100, isStream: true, now: 0))
        }
        let usual = try patience()
        func outpaced(after total: UInt64) {
            begin(candidate("a", "m"), &book, now: 0)
            var measure = measure(.outpaced)
            (measure.isStream, measure.total) = (true, total)
            book.end(a, measure, now: 0)
        }
        for _ in 0..<20 { outpaced(after: 1_000) }
        #expect(try patience() == usual)
        for _ in 0..<20 { outpaced(after: Self.second) }
        #expect(try patience() > 4 * usual)
        #expect(book.statistics(of: a, day: 0, now: 0).errorRate == 0)
    }

    @Test func `hedges cost no more than their share of what was spent`() {
        var budget = HedgeBudget()
        let cost = Money(nanoUSD: 1_000)
        func takes(_ cost: Money, at second: UInt64 = 0) -> Bool {
            budget.take(cost, share: 100_000, now: second * Self.second)
        }
        #expect(!takes(cost))
        for _ in 0..<100 { budget.spent(cost, now: 0) }
        let taken = (0..<100).count { _ in takes(cost) }
        #expect(taken == 10)
        // Both sides are forgotten alike.
        #expect(!takes(cost, at: 600))
        for _ in 0..<20 { budget.spent(cost, now: 600 * Self.second) }
        #expect(takes(cost, at: 600))
        #expect(takes(Money(nanoUSD: 0), at: 600))
    }

    @Test func `where the price is unknown hedges are a share of the requests`() {
        var budget = HedgeBudget()
        for _ in 0..<50 { budget.requestCame(now: 0) }
        let taken = (0..<50).count { _ in budget.take(nil, share: 200_000, now: 0) }
        #expect(taken == 10)
    }

    @Test func `attempts of an alias that may be hedged are what pays`() {
        var book = RoutingBook()
        func pay() {
            begin(candidate("a", "m"), &book, now: 0)
            var measure = measure(.answered(status: 200))
            measure.cost = Money(nanoUSD: 1_000)
            book.end(a, measure, now: 0)
        }
        func takes(_ nanoUSD: Int64) -> Bool {
            book.takeHedge(ModelID("m"), cost: Money(nanoUSD: nanoUSD), share: 1_000_000, now: 0)
        }
        pay()
        #expect(!takes(100))
        book.hedgeableCame(ModelID("m"), now: 0)
        pay()
        #expect(takes(1_000))
        #expect(!takes(1))
    }

    @Test(arguments: [Money(nanoUSD: 1_000), nil])
    func `what was not sent may be spent on another`(_ cost: Money?) {
        var book = RoutingBook()
        let alias = ModelID("m")
        book.hedgeableCame(alias, now: 0)
        begin(candidate("a", "m"), &book, now: 0)
        var paid = measure(.answered(status: 200))
        paid.cost = Money(nanoUSD: 1_000)
        book.end(a, paid, now: 0)
        func takes() -> Bool { book.takeHedge(alias, cost: cost, share: 1_000_000, now: 0) }
        #expect(takes())
        #expect(!takes())
        while book.takeRetry(now: 0) {}
        book.forgoHedge(alias, cost: cost, now: 0)
        var takesRetry = book.takeRetry(now: 0)
        #expect(!takesRetry)
        #expect(takes())
        book.forgoHedge(alias, cost: cost, now: 0)
        book.giveRetryBack()
        takesRetry = book.takeRetry(now: 0)
        #expect(takesRetry)
        #expect(takes())
    }
}
