import Inference
import Testing

@testable import Routing

struct RouterTests {
    static let second: UInt64 = 1_000_000_000

    private func alias(_ strategy: ModelAlias.Strategy, _ candidates: RouteCandidate...) -> ResolvedAlias {
        ResolvedAlias(model: ModelID("m"), alias: ModelID("m"), strategy: strategy, candidates: candidates)
    }

    private func order(
        _ alias: ResolvedAlias, _ book: inout LatencyBook, now: UInt64 = 0, input: Int = 1000, output: Int? = nil,
        permitted: (Int) -> Bool = { _ in true }
    ) -> [String] {
        Router.route(alias, permitted: permitted, inputTokens: input, maximumOutput: output, book: &book, now: now)
            .steps.map(\.destination.provider.rawValue)
    }

    private let a = Destination(provider: ProviderID("a"), model: "m")
    private let b = Destination(provider: ProviderID("b"), model: "m")

    // MARK: Permission

    @Test func `only permitted candidates are in the route`() {
        var book = LatencyBook()
        for strategy in ModelAlias.Strategy.allCases {
            let alias = alias(strategy, candidate("a", "m"), candidate("b", "m"), candidate("c", "m"))
            #expect(order(alias, &book, permitted: { $0 == 1 }) == ["b"])
            #expect(order(alias, &book, permitted: { _ in false }).isEmpty)
        }
        let none = Router.route(
            alias(.ordered, candidate("a", "m")), permitted: { _ in false }, inputTokens: 1, maximumOutput: nil,
            book: &book,
            now: 0)
        #expect(none.explanation == "no candidate is permitted")
    }

    @Test func `a step names the candidate's place in the alias`() {
        var book = LatencyBook()
        let route = Router.route(
            alias(.ordered, candidate("a", "m"), candidate("b", "m")), permitted: { $0 == 1 }, inputTokens: 1,
            maximumOutput: nil, book: &book, now: 0)
        #expect(route.steps.map(\.index) == [1])
    }

    // MARK: Cost

    @Test func `the cheapest comes first and an unknown price last`() {
        var book = LatencyBook()
        let alias = alias(
            .cheapest, candidate("unknown", "m"), candidate("dear", "m", price: TokenPrice(input: 5000, output: 5000)),
            candidate("cheap", "m", price: TokenPrice(input: 100, output: 100)),
            candidate("free", "m", price: TokenPrice(input: 0, output: 0)))
        #expect(order(alias, &book) == ["free", "cheap", "dear", "unknown"])
    }

    @Test func `which is cheapest depends on the expected tokens`() {
        var book = LatencyBook()
        let alias = alias(
            .cheapest, candidate("cheap-in", "m", price: TokenPrice(input: 100, output: 10_000)),
            candidate("cheap-out", "m", price: TokenPrice(input: 1000, output: 1000)))
        // 10,000 prompt tokens: 1.0e6 + 5.0e6 against 10.0e6 + 0.5e6
        #expect(order(alias, &book, input: 10_000) == ["cheap-in", "cheap-out"])
        // 100: 0.01e6 + 5.0e6 against 0.1e6 + 0.5e6
        #expect(order(alias, &book, input: 100) == ["cheap-out", "cheap-in"])
        // ... unless the caller wants a few tokens only: 0.01e6 + 0.05e6 against 0.1e6 + 0.005e6
        #expect(order(alias, &book, input: 100, output: 5) == ["cheap-in", "cheap-out"])
    }

    @Test func `an absurd number of tokens does not overflow`() {
        var book = LatencyBook()
        let alias = alias(
            .cheapest, candidate("a", "m", price: TokenPrice(input: .max, output: .max)), candidate("b", "m"))
        #expect(order(alias, &book, input: .max, output: .max) == ["a", "b"])
        #expect(order(alias, &book, input: 0, output: 0) == ["a", "b"])
    }

    @Test func `the list's order decides between equals`() {
        var book = LatencyBook()
        let price = TokenPrice(input: 1, output: 1)
        #expect(
            order(alias(.cheapest, candidate("b", "m", price: price), candidate("a", "m", price: price)), &book) == [
                "b", "a",
            ])
        #expect(order(alias(.ordered, candidate("b", "m"), candidate("a", "m")), &book) == ["b", "a"])
    }

    @Test func `a window that seems too short goes behind`() {
        var book = LatencyBook()
        let alias = alias(
            .ordered, candidate("short", "m", window: 100), candidate("less-short", "m", window: 500),
            candidate("long", "m", window: 1000), candidate("unknown", "m"))
        #expect(order(alias, &book) == ["long", "unknown", "less-short", "short"])
    }

    // MARK: Latency

    @Test func `the fastest of late comes first`() {
        var book = LatencyBook()
        book.record(a, outcome: .answered(status: 200), firstByteNanoseconds: 900_000_000, now: 0)
        book.record(b, outcome: .answered(status: 200), firstByteNanoseconds: 300_000_000, now: 0)
        let alias = alias(.fastest, candidate("a", "m"), candidate("b", "m"))
        #expect(order(alias, &book) == ["b", "a"])
    }

    @Test func `an unmeasured candidate is measured by one request, not by all`() {
        var book = LatencyBook()
        book.record(a, outcome: .answered(status: 200), firstByteNanoseconds: 10_000_000, now: 0)
        let alias = alias(.fastest, candidate("a", "m"), candidate("b", "m"))
        #expect(order(alias, &book) == ["b", "a"])
        #expect(order(alias, &book) == ["a", "b"])
        #expect(order(alias, &book, now: LatencyBook.probeInterval - 1) == ["a", "b"])
        #expect(order(alias, &book, now: LatencyBook.probeInterval) == ["b", "a"])
        book.record(b, outcome: .answered(status: 200), firstByteNanoseconds: 20_000_000, now: 0)
        #expect(order(alias, &book, now: 2 * LatencyBook.probeInterval) == ["a", "b"])
    }

    @Test func `every unmeasured candidate gets its turn`() {
        var book = LatencyBook()
        let alias = alias(.fastest, candidate("a", "m"), candidate("b", "m"), candidate("c", "m"))
        #expect((0..<3).map { _ in order(alias, &book)[0] } == ["a", "b", "c"])
    }

    @Test func `a measurement of long ago is made anew`() {
        var book = LatencyBook()
        book.record(a, outcome: .answered(status: 200), firstByteNanoseconds: 10_000_000, now: 0)
        book.record(b, outcome: .answered(status: 200), firstByteNanoseconds: 900_000_000, now: 0)
        let alias = alias(.fastest, candidate("a", "m"), candidate("b", "m"))
        let later = LatencyBook.staleAfter + 1
        book.record(a, outcome: .answered(status: 200), firstByteNanoseconds: 10_000_000, now: later)
        #expect(book.firstByteNanoseconds(of: b, now: later) == nil)
        #expect(order(alias, &book, now: later) == ["b", "a"])
        #expect(order(alias, &book, now: later) == ["a", "b"])
    }

    @Test func `measuring a candidate alone takes no turn`() {
        var book = LatencyBook()
        let alias = alias(.fastest, candidate("a", "m"), candidate("b", "m"))
        #expect(order(alias, &book, permitted: { $0 == 1 }) == ["b"])
        #expect(order(alias, &book, permitted: { $0 == 1 }) == ["b"])
        #expect(book.mayProbe(b, now: 0))
    }

    // MARK: Health

    @Test func `what failed just now stands last, under every strategy`() {
        for strategy in ModelAlias.Strategy.allCases {
            var book = LatencyBook()
            book.record(b, outcome: .answered(status: 200), firstByteNanoseconds: 900_000_000, now: 0)
            book.record(a, outcome: .connectFailure, now: 0)
            let alias = alias(
                strategy, candidate("a", "m", price: TokenPrice(input: 0, output: 0)), candidate("b", "m"))
            #expect(order(alias, &book) == ["b", "a"])
            #expect(order(alias, &book, now: Self.second) == ["a", "b"])
        }
    }

    @Test func `of several that failed the one soonest back is tried first`() {
        var book = LatencyBook()
        book.record(a, outcome: .answered(status: 503), now: 500)
        book.record(b, outcome: .answered(status: 503), now: 0)
        #expect(order(alias(.ordered, candidate("a", "m"), candidate("b", "m")), &book, now: 600) == ["b", "a"])
    }

    @Test func `each failure in a row doubles the penalty, up to its longest`() {
        var book = LatencyBook()
        var penalties: [UInt64] = []
        for _ in 0..<8 {
            book.record(a, outcome: .lostBeforeFirstByte, now: 0)
            penalties.append(book.penaltyNanoseconds(of: a, now: 0) / Self.second)
        }
        #expect(penalties == [1, 2, 4, 8, 16, 30, 30, 30])
        book.record(a, outcome: .answered(status: 400), now: 0)
        #expect(book.penaltyNanoseconds(of: a, now: 0) == 0)
        book.record(a, outcome: .firstByteTimeout, now: 0)
        #expect(book.penaltyNanoseconds(of: a, now: 0) == Self.second)
    }

    @Test func `a provider that asks to be left alone is, for a while`() {
        var book = LatencyBook()
        book.record(a, outcome: .answered(status: 429), retryAfterNanoseconds: 20 * Self.second, now: 0)
        #expect(book.penaltyNanoseconds(of: a, now: 0) == 20 * Self.second)
        book.record(b, outcome: .answered(status: 429), retryAfterNanoseconds: .max, now: 0)
        #expect(book.penaltyNanoseconds(of: b, now: 0) == 30 * Self.second)
    }

    @Test func `a caller who goes away says nothing of the candidate`() {
        var book = LatencyBook()
        book.record(a, outcome: .cancelled, now: 0)
        #expect(book.count == 0)
    }

    // MARK: Explanation

    @Test func `a route explains itself`() {
        var book = LatencyBook()
        book.record(b, outcome: .connectFailure, now: 0)
        let alias = alias(
            .cheapest, candidate("b", "m"), candidate("a", "x"),
            candidate("c", "y", price: TokenPrice(input: 250, output: 2000)),
            candidate("d", "z", window: 10))
        let route = Router.route(
            alias, permitted: { _ in true }, inputTokens: 1000, maximumOutput: 100, book: &book, now: 0)
        #expect(
            route.explanation == "cheapest: c/y (expected cost 0.00045 USD), a/x (price unknown), "
                + "d/z (prompt seems longer than its 10 tokens), b/m (failed, last for 1000 ms)")
        #expect(route.steps.map(\.expectedCost?.nanoUSD) == [450_000, nil, nil, nil])
    }

    @Test func `a route by latency explains itself`() {
        var book = LatencyBook()
        book.record(a, outcome: .answered(status: 200), firstByteNanoseconds: 42_000_000, now: 0)
        let alias = alias(.fastest, candidate("a", "m"), candidate("b", "m"), candidate("c", "m"))
        let route = Router.route(
            alias, permitted: { _ in true }, inputTokens: 1, maximumOutput: nil, book: &book, now: 0)
        #expect(
            route.explanation == "fastest: b/m (being measured), a/m (first byte after 42 ms), c/m (not measured yet)")
    }
}
