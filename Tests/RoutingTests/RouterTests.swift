import Inference
import Testing

@testable import Routing

struct RouterTests {
    static let second: UInt64 = 1_000_000_000
    static let millisecond: UInt64 = 1_000_000

    private func alias(
        _ strategy: ModelAlias.Strategy, _ candidates: [RouteCandidate],
        _ set: (inout ModelAlias.Terms) -> Void = { _ in }
    ) -> ResolvedAlias {
        var terms = ModelAlias.Terms()
        set(&terms)
        return ResolvedAlias(
            model: ModelID("m"), alias: ModelID("m"), strategy: strategy, terms: terms, candidates: candidates)
    }

    private func route(
        _ alias: ResolvedAlias, _ book: inout RoutingBook, now: UInt64 = 0, input: Int = 1000, output: Int? = nil,
        needs: ModelCapabilities = [], strategy: ModelAlias.Strategy? = nil, conversation: UInt64? = nil,
        random: UInt64 = 7, permitted: (Int) -> Bool = { _ in true }
    ) -> Route {
        let query = RouteQuery(
            inputTokens: input, maximumOutput: output, needs: needs, strategy: strategy, conversation: conversation)
        return Router.route(alias, query, permitted: permitted, book: &book, now: now, random: random)
    }

    private func order(
        _ alias: ResolvedAlias, _ book: inout RoutingBook, now: UInt64 = 0, input: Int = 1000, output: Int? = nil,
        permitted: (Int) -> Bool = { _ in true }
    ) -> [String] {
        route(alias, &book, now: now, input: input, output: output, permitted: permitted)
            .steps.map(\.destination.provider.rawValue)
    }

    private let a = candidate("a", "m")
    private let b = candidate("b", "m")

    // MARK: Permission

    @Test(arguments: ModelAlias.Strategy.allCases)
    func `only permitted candidates are in the route`(_ strategy: ModelAlias.Strategy) {
        var book = RoutingBook()
        let alias = alias(strategy, [a, b, candidate("c", "m")])
        #expect(order(alias, &book, permitted: { $0 == 1 }) == ["b"])
        let none = route(alias, &book, permitted: { _ in false })
        #expect(none.steps.isEmpty && none.explanation == "no candidate is permitted")
        #expect(none.excluded.map(\.reason) == [.notPermitted, .notPermitted, .notPermitted])
    }

    @Test func `a step names the candidate's place in the alias`() {
        var book = RoutingBook()
        #expect(route(alias(.ordered, [a, b]), &book, permitted: { $0 == 1 }).steps.map(\.index) == [1])
    }

    // MARK: Cost

    @Test func `the cheapest comes first and an unknown price last`() {
        var book = RoutingBook()
        let alias = alias(
            .cheapest,
            [
                candidate("unknown", "m"), candidate("dear", "m", price: TokenPrice(input: 5000, output: 5000)),
                candidate("cheap", "m", price: TokenPrice(input: 100, output: 100)),
                candidate("free", "m", price: TokenPrice(input: 0, output: 0)),
            ])
        #expect(order(alias, &book) == ["free", "cheap", "dear", "unknown"])
    }

    @Test func `which is cheapest depends on the expected tokens`() {
        var book = RoutingBook()
        let alias = alias(
            .cheapest,
            [
                candidate("cheap-in", "m", price: TokenPrice(input: 100, output: 10_000)),
                candidate("cheap-out", "m", price: TokenPrice(input: 1000, output: 1000)),
            ])
        // 10,000 prompt tokens: 1.0e6 + 5.0e6 against 10.0e6 + 0.5e6
        #expect(order(alias, &book, input: 10_000) == ["cheap-in", "cheap-out"])
        // 100: 0.01e6 + 5.0e6 against 0.1e6 + 0.5e6
        #expect(order(alias, &book, input: 100) == ["cheap-out", "cheap-in"])
        // ... unless the caller wants a few tokens only: 0.01e6 + 0.05e6 against 0.1e6 + 0.005e6
        #expect(order(alias, &book, input: 100, output: 5) == ["cheap-in", "cheap-out"])
    }

    @Test func `what is cheapest follows the lengths of answers as they were`() {
        var book = RoutingBook()
        let alias = alias(
            .cheapest,
            [
                candidate("wordy", "m", price: TokenPrice(input: 100, output: 1000)),
                candidate("terse", "m", price: TokenPrice(input: 100, output: 1500)),
            ])
        #expect(order(alias, &book) == ["wordy", "terse"])
        for _ in 0..<8 {
            finish("wordy", &book, output: 4000)
            finish("terse", &book, output: 300)
        }
        #expect(order(alias, &book) == ["terse", "wordy"])
        #expect(route(alias, &book).steps.map(\.expectedCost?.nanoUSD) == [550_000, 4_100_000])
    }

    @Test func `an absurd number of tokens does not overflow`() {
        var book = RoutingBook()
        for strategy in ModelAlias.Strategy.allCases {
            let alias = alias(
                strategy, [candidate("a", "m", price: TokenPrice(input: .max, output: .max)), b],
                { $0.secondSaved = Money(nanoUSD: .max) })
            finish("a", &book, firstToken: .max, total: .max, output: .max)
            #expect(Set(order(alias, &book, input: .max, output: .max)) == ["a", "b"])
            #expect(Set(order(alias, &book, input: 0, output: 0)) == ["a", "b"])
        }
    }

    @Test func `the list's order decides between equals`() {
        var book = RoutingBook()
        let price = TokenPrice(input: 1, output: 1)
        let equals = [candidate("b", "m", price: price), candidate("a", "m", price: price)]
        #expect(order(alias(.cheapest, equals), &book) == ["b", "a"])
        #expect(order(alias(.ordered, equals), &book) == ["b", "a"])
    }

    // MARK: Bounds

    @Test func `a window that seems too short goes behind`() {
        var book = RoutingBook()
        let alias = alias(
            .ordered,
            [
                candidate("short", "m", window: 100), candidate("less-short", "m", window: 500),
                candidate("long", "m", window: 1000), candidate("unknown", "m"),
            ])
        #expect(order(alias, &book) == ["long", "unknown", "less-short", "short"])
    }

    @Test func `a candidate that lacks what the request needs is not tried, one of unknown abilities is`() {
        var book = RoutingBook()
        var blind = a
        blind.capabilities = [.tools, .jsonSchema]
        let route = route(alias(.ordered, [blind, b]), &book, needs: [.vision, .tools])
        #expect(route.steps.map(\.destination) == [b.destination])
        #expect(route.excluded.map(\.reason) == [.lacks(.vision)])
        #expect(self.route(alias(.ordered, [blind]), &book, needs: .vision).explanation == "a/m lacks vision")
        #expect(order(alias(.ordered, [blind, b]), &book) == ["a", "b"])
    }

    @Test func `what may cost too much is not tried, nor what has no price`() {
        var book = RoutingBook()
        let dear = candidate("dear", "m", price: TokenPrice(input: 1000, output: 0))
        let cheap = candidate("cheap", "m", price: TokenPrice(input: 999, output: 0))
        let alias = alias(.ordered, [dear, a, cheap]) { $0.maximumCost = Money(nanoUSD: 999_000) }
        let route = route(alias, &book)
        #expect(route.steps.map(\.destination) == [cheap.destination])
        #expect(
            route.excluded.map(\.reason) == [
                .tooDear(Money(nanoUSD: 1_000_000), maximum: Money(nanoUSD: 999_000)), .unknownPrice,
            ])
    }

    @Test func `who computes elsewhere is not tried, nor who does not say where`() {
        var book = RoutingBook()
        var (here, there) = (a, b)
        (here.region, there.region) = ("eu", "us")
        let alias = alias(.ordered, [there, candidate("c", "m"), here]) { $0.regions = ["eu"] }
        let route = route(alias, &book)
        #expect(route.steps.map(\.destination) == [here.destination])
        #expect(route.excluded.map(\.reason) == [.region("us"), .region(nil)])
    }

    @Test func `who is late with first tokens stands behind`() {
        var book = RoutingBook()
        finish("a", &book, firstToken: 900 * Self.millisecond, total: Self.second)
        let alias = alias(.ordered, [a, b]) { $0.maximumFirstToken = 500 * Self.millisecond }
        #expect(order(alias, &book) == ["b", "a"])
    }

    @Test func `a caller's strategy takes the place of the alias's`() {
        var book = RoutingBook()
        let (dear, cheap) = (
            candidate("a", "m", price: TokenPrice(input: 2, output: 2)),
            candidate("b", "m", price: TokenPrice(input: 1, output: 1))
        )
        let route = route(alias(.ordered, [dear, cheap]), &book, strategy: .cheapest)
        #expect(route.strategy == .cheapest && route.steps.map(\.index) == [1, 0])
    }

    @Test func `who has as many requests as it may goes behind, until one ends`() {
        var book = RoutingBook()
        var narrow = a
        narrow.maximumConcurrent = 2
        let began = (0..<3).map { _ in book.begin(narrow, now: 0) }
        #expect(began == [true, true, false])
        let alias = alias(.ordered, [narrow, b])
        #expect(order(alias, &book) == ["b", "a"])
        #expect(route(alias, &book).steps.last?.reason == .full(2))
        book.end(narrow.destination, measure(.cancelled), now: 0)
        #expect(order(alias, &book) == ["a", "b"])
        begin(narrow, &book, now: 0)
    }

    // MARK: Latency

    @Test func `the fastest of late comes first, by first token and pace together`() {
        var book = RoutingBook()
        finish("a", &book, firstToken: 100 * Self.millisecond, total: 10_100 * Self.millisecond, output: 101)
        finish("b", &book, firstToken: 500 * Self.millisecond, total: 2_500 * Self.millisecond, output: 101)
        let alias = alias(.fastest, [a, b])
        #expect(order(alias, &book) == ["b", "a"])
        // One token: only the first matters.
        #expect(order(alias, &book, output: 1) == ["a", "b"])
    }

    @Test func `sizes of prompts are measured apart`() {
        var book = RoutingBook()
        finish("a", &book, firstToken: 100 * Self.millisecond, total: 100 * Self.millisecond, input: 100)
        finish("b", &book, firstToken: 200 * Self.millisecond, total: 200 * Self.millisecond, input: 100)
        finish("a", &book, firstToken: 9_000 * Self.millisecond, total: 9_000 * Self.millisecond, input: 50_000)
        finish("b", &book, firstToken: 400 * Self.millisecond, total: 400 * Self.millisecond, input: 50_000)
        let alias = alias(.fastest, [a, b])
        #expect(order(alias, &book, input: 100, output: 1) == ["a", "b"])
        #expect(order(alias, &book, input: 50_000, output: 1) == ["b", "a"])
        // A size that was never measured is taken for the next one.
        #expect(order(alias, &book, input: 2_000, output: 1) == ["a", "b"])
    }

    @Test(arguments: [ModelAlias.Strategy.fastest, .balanced])
    func `an unmeasured candidate is measured by one request, not by all`(_ strategy: ModelAlias.Strategy) {
        var book = RoutingBook()
        finish("a", &book, firstToken: 10 * Self.millisecond, total: 10 * Self.millisecond)
        let price = TokenPrice(input: 1, output: 1)
        let alias = alias(strategy, [candidate("a", "m", price: price), candidate("b", "m", price: price)]) {
            $0.secondSaved = Money(nanoUSD: 1_000_000)
        }
        #expect(order(alias, &book) == ["b", "a"])
        #expect(order(alias, &book) == ["a", "b"])
        #expect(order(alias, &book, now: RoutingBook.probeInterval - 1) == ["a", "b"])
        #expect(order(alias, &book, now: RoutingBook.probeInterval) == ["b", "a"])
        finish("b", &book, firstToken: 20 * Self.millisecond, total: 20 * Self.millisecond)
        #expect(order(alias, &book, now: 2 * RoutingBook.probeInterval) == ["a", "b"])
    }

    @Test func `an explanation measures nothing`() {
        var book = RoutingBook()
        let alias = alias(.fastest, [a, b])
        for _ in 0..<2 {
            let route = Router.route(
                alias, RouteQuery(inputTokens: 1, isDry: true), permitted: { _ in true }, book: &book, now: 0, random: 0
            )
            #expect(route.steps.map(\.reason) == [.exploring, .unmeasured])
        }
        #expect(book.records.isEmpty)
    }

    @Test func `a measurement of long ago is made anew`() {
        var book = RoutingBook()
        finish("a", &book, firstToken: 10 * Self.millisecond, total: 10 * Self.millisecond)
        finish("b", &book, firstToken: 900 * Self.millisecond, total: 900 * Self.millisecond)
        let later = RoutingBook.staleAfter + 1
        finish("a", &book, firstToken: 10 * Self.millisecond, total: 10 * Self.millisecond, now: later)
        #expect(order(alias(.fastest, [a, b]), &book, now: later) == ["b", "a"])
        #expect(order(alias(.fastest, [a, b]), &book, now: later) == ["a", "b"])
    }

    @Test func `who was better once is tried again, ever more seldom, and used again once it is well`() {
        var book = RoutingBook()
        for _ in 0..<4 {
            finish("a", &book, firstToken: 10 * Self.millisecond, total: 10 * Self.millisecond)
            finish("b", &book, firstToken: 100 * Self.millisecond, total: 100 * Self.millisecond)
        }
        let alias = alias(.fastest, [a, b])
        var tries: [UInt64] = []
        for number in 1..<3_000 as Range<UInt64> {
            let now = Self.second + number * 100 * Self.millisecond
            let isWell = number >= 2_500
            for name in order(alias, &book, now: now).prefix(1) {
                if name == "a", !isWell { tries.append(number) }
                let took = name == "b" ? 100 : isWell ? 10 : 1_000
                let sending = book.sent(
                    candidate(name, "m").destination, inputTokens: 1, isStream: true, now: now)
                finish(
                    name, &book, firstToken: UInt64(took) * Self.millisecond, total: UInt64(took) * Self.millisecond,
                    output: 1, now: now, sending: sending)
            }
        }
        #expect((6...100).contains(tries.count), "\(tries)")
        let gaps = zip(tries, tries.dropFirst()).map { $1 - $0 }
        #expect(gaps.suffix(3).allSatisfy { $0 > 2 * gaps[1] }, "\(tries)")
        #expect(order(alias, &book, now: 400 * Self.second)[0] == "a")
    }

    @Test func `who has become slow is left while its requests still wait`() {
        var book = RoutingBook()
        for _ in 0..<10 {
            finish("a", &book, firstToken: 100 * Self.millisecond, total: 100 * Self.millisecond)
            finish("b", &book, firstToken: 200 * Self.millisecond, total: 200 * Self.millisecond)
        }
        let alias = alias(.fastest, [a, b])
        #expect(order(alias, &book, now: Self.second)[0] == "a")
        for number in 0..<4 as Range<UInt64> {
            let sending = book.sent(
                a.destination, inputTokens: 1, isStream: true, now: Self.second + number * 60 * Self.millisecond)
            #expect(sending != nil)
        }
        #expect(order(alias, &book, now: Self.second + 140 * Self.millisecond)[0] == "a")
        #expect(order(alias, &book, now: Self.second + 600 * Self.millisecond)[0] == "b")
    }

    @Test func `a single slow answer among quick ones turns nobody away`() {
        var book = RoutingBook()
        let alias = alias(.fastest, [a, b])
        for number in 0..<10 as Range<UInt64> {
            let now = number * 100 * Self.millisecond
            for (name, took) in [("a", number == 7 ? 5_000 : 100), ("b", 200)] as [(String, UInt64)] {
                let sending = book.sent(
                    candidate(name, "m").destination, inputTokens: 1, isStream: true, now: now)
                finish(
                    name, &book, firstToken: 100 * Self.millisecond, total: took * Self.millisecond, output: 1,
                    now: now, sending: sending)
            }
        }
        #expect(order(alias, &book, now: 2 * Self.second)[0] == "a")
    }

    @Test func `who costs more than the best one's money and time is not measured under balanced`() {
        var book = RoutingBook()
        finish("a", &book, firstToken: Self.second, total: Self.second)
        let dear = candidate("b", "m", price: TokenPrice(input: 2_000, output: 0))
        func first(secondSaved: Int64) -> String {
            self.order(
                alias(.balanced, [candidate("a", "m", price: TokenPrice(input: 0, output: 0)), dear]) {
                    $0.secondSaved = Money(nanoUSD: secondSaved)
                }, &book, output: 1)[0]
        }
        #expect(first(secondSaved: 1_999_000) == "a")
        #expect(first(secondSaved: 2_001_000) == "b")
    }

    @Test func `balanced weighs money against time`() {
        var book = RoutingBook()
        let slow = candidate("a", "m", price: TokenPrice(input: 0, output: 0))
        let quick = candidate("b", "m", price: TokenPrice(input: 1_000, output: 0))
        finish("a", &book, firstToken: 3 * Self.second, total: 3 * Self.second)
        finish("b", &book, firstToken: Self.second, total: Self.second)
        // Two seconds saved for 0.001 USD.
        func order(secondSaved: Int64) -> [String] {
            self.order(
                alias(.balanced, [slow, quick]) { $0.secondSaved = Money(nanoUSD: secondSaved) }, &book, output: 1)
        }
        #expect(order(secondSaved: 400_000) == ["a", "b"])
        #expect(order(secondSaved: 600_000) == ["b", "a"])
    }

    // MARK: Lots, replicas, conversations

    @Test func `weights are kept by lot, and weight 0 comes last`() {
        var book = RoutingBook()
        var (three, one, none) = (a, b, candidate("c", "m"))
        (three.weight, one.weight, none.weight) = (3, 1, 0)
        var firsts: [String: Int] = [:]
        for random in 0..<4000 as Range<UInt64> {
            let route = route(alias(.weighted, [none, three, one]), &book, random: random)
            firsts[route.steps[0].destination.provider.rawValue, default: 0] += 1
            #expect(route.steps.last?.index == 0)
        }
        #expect((2850...3150).contains(firsts["a"] ?? 0) && firsts["c"] == nil)
    }

    @Test func `of two replicas drawn by lot the one with less to do comes first`() {
        var book = RoutingBook()
        let replicas = ["a", "b", "c"].map { name in
            var replica = candidate(name, "m")
            replica.replicaSet = 1
            return replica
        }
        let alias = alias(.ordered, replicas + [candidate("other", "x")])
        for random in 0..<3000 as Range<UInt64> {
            let route = route(alias, &book, random: random)
            #expect(route.steps.last?.destination.provider.rawValue == "other")
            begin(route.steps[0].candidate, &book, now: 0)
        }
        let loads = replicas.map { book.records[$0.destination]?.underWay ?? 0 }
        #expect(loads.allSatisfy { (990...1010).contains($0) }, "\(loads)")
    }

    @Test func `a conversation stays with the replica that its hash points to, unless that has too much to do`() {
        var book = RoutingBook()
        let replicas = ["a", "b", "c"].map { name in
            var replica = candidate(name, "m")
            replica.replicaSet = 1
            return replica
        }
        let alias = alias(.ordered, replicas)
        func first(_ conversation: UInt64, _ random: UInt64) -> String {
            route(alias, &book, conversation: conversation, random: random).steps[0].destination.provider.rawValue
        }
        for conversation in 1..<50 as Range<UInt64> {
            #expect(Set((0..<10).map { first(conversation, $0) }).count == 1)
        }
        #expect(Set((1..<50).map { first($0, 0) }) == ["a", "b", "c"])
        let chosen = route(alias, &book, conversation: 1).steps[0].candidate
        for _ in 0..<5 { begin(chosen, &book, now: 0) }
        #expect((0..<10).allSatisfy { first(1, $0) != chosen.destination.provider.rawValue })
    }

    @Test func `a conversation goes on where it was, for as long as the alias says`() {
        var book = RoutingBook()
        let alias = alias(.ordered, [a, b]) { $0.affinity = 300 * Self.second }
        book.note(conversation: 9, servedBy: b.destination, now: 0)
        let sticky = route(alias, &book, now: 300 * Self.second, conversation: 9)
        #expect(sticky.steps.map(\.index) == [1, 0] && sticky.steps[0].reason == .conversation)
        #expect(route(alias, &book, now: 300 * Self.second + 1, conversation: 9).steps.map(\.index) == [0, 1])
        #expect(route(alias, &book, conversation: 8).steps.map(\.index) == [0, 1])
        for _ in 0..<3 { finish("b", &book, .connectFailure) }
        #expect(route(alias, &book, conversation: 9).steps.map(\.index) == [0, 1])
    }

    @Test func `conversations are bounded`() {
        var book = RoutingBook()
        for conversation in 0..<20_000 as Range<UInt64> {
            book.note(conversation: conversation, servedBy: a.destination, now: conversation)
        }
        #expect(book.affinity.count <= AffinityTable.capacity)
        #expect(book.affinity.destination(of: 19_999, life: 1, now: 19_999) == a.destination)
    }

    @Test func `each answer asked for and each picture costs`() {
        var book = RoutingBook()
        let one = candidate("a", "m", price: TokenPrice(input: 1_000, output: 1_000))
        let alias = alias(.ordered, [one]) { $0.maximumCost = Money(nanoUSD: 2_000_000) }
        func steps(_ query: RouteQuery) -> Int {
            Router.route(alias, query, permitted: { _ in true }, book: &book, now: 0, random: 0).steps.count
        }
        #expect(steps(RouteQuery(inputTokens: 10, maximumOutput: 100)) == 1)
        #expect(steps(RouteQuery(inputTokens: 10, answers: 100, maximumOutput: 100)) == 0)
        #expect(steps(RouteQuery(inputTokens: 10, mediaTokens: 3_000, maximumOutput: 100)) == 0)
    }

    // MARK: Health

    @Test(arguments: ModelAlias.Strategy.allCases)
    func `what failed three times in a row stands last, under every strategy`(_ strategy: ModelAlias.Strategy) {
        var book = RoutingBook()
        let price = TokenPrice(input: 0, output: 0)
        let alias = alias(strategy, [candidate("a", "m", price: price), candidate("b", "m", price: price)])
        finish("b", &book, firstToken: 900 * Self.millisecond, total: Self.second)
        finish("a", &book, firstToken: 100 * Self.millisecond, total: Self.second)
        for _ in 0..<3 { finish("a", &book, .connectFailure) }
        #expect(order(alias, &book) == ["b", "a"])
        #expect(route(alias, &book).steps.last?.reason == .ejected(nanoseconds: Self.second))
    }

    @Test func `one request tries whether it is well again`() {
        var book = RoutingBook()
        for _ in 0..<3 { finish("a", &book, .answered(status: 503)) }
        let alias = alias(.ordered, [a, b])
        #expect(order(alias, &book, now: Self.second - 1) == ["b", "a"])
        let trial = route(alias, &book, now: Self.second)
        #expect(trial.steps.map(\.index) == [0, 1] && trial.steps[0].reason == .trial)
        #expect(order(alias, &book, now: Self.second) == ["b", "a"])
        begin(a, &book, now: Self.second)
        finish("a", &book, .answered(status: 200), now: Self.second + 1, begins: false)
        #expect(route(alias, &book, now: Self.second + 1).steps[0].reason == .listed)
    }

    @Test func `a trial that comes to nothing before it is sent leaves the next one free`() {
        var book = RoutingBook()
        for _ in 0..<3 { finish("a", &book, .answered(status: 503)) }
        let alias = alias(.ordered, [a, b])
        #expect(route(alias, &book, now: Self.second).steps[0].reason == .trial)
        begin(a, &book, now: Self.second)
        book.leave(a.destination)
        book.withdraw(a.destination, now: Self.second)
        #expect(route(alias, &book, now: Self.second + 1).steps[0].reason == .trial)
    }

    @Test func `of several that failed the one soonest back is tried first`() {
        var book = RoutingBook()
        for _ in 0..<3 { finish("b", &book, .answered(status: 503)) }
        for _ in 0..<3 { finish("a", &book, .answered(status: 503), now: 500) }
        #expect(order(alias(.ordered, [a, b]), &book, now: 600) == ["b", "a"])
    }

    @Test func `a provider that asks to be left alone is`() {
        var book = RoutingBook()
        finish("a", &book, .answered(status: 429), retryAfter: 20 * Self.second)
        let alias = alias(.ordered, [a, b])
        #expect(order(alias, &book, now: 20 * Self.second - 1) == ["b", "a"])
        #expect(order(alias, &book, now: 20 * Self.second) == ["a", "b"])
        #expect(route(alias, &book).restNanoseconds == nil)
        finish("b", &book, .answered(status: 503), retryAfter: 5 * Self.second)
        #expect(route(alias, &book).restNanoseconds == 5 * Self.second)
        // One alone is asked: then its caller hears from the provider itself.
        #expect(route(alias, &book, permitted: { $0 == 0 }).restNanoseconds == nil)
        finish("b", &book, .answered(status: 503), retryAfter: .max)
        #expect(route(alias, &book).steps.last?.reason == .resting(nanoseconds: 60 * Self.second))
    }

    // MARK: Explanation

    @Test func `a route explains itself`() {
        var book = RoutingBook()
        for _ in 0..<3 { finish("b", &book, .connectFailure) }
        let alias = alias(
            .cheapest,
            [
                b, candidate("a", "x"), candidate("c", "y", price: TokenPrice(input: 250, output: 2000)),
                candidate("d", "z", window: 10),
            ])
        let route = route(alias, &book, output: 100)
        #expect(
            route.explanation == "cheapest: c/y (expected cost 0.00045 USD), a/x (price unknown), "
                + "d/z (prompt seems longer than its 10 tokens), b/m (failed, last for 1000 ms)")
        #expect(route.steps.map(\.expectedCost?.nanoUSD) == [450_000, nil, nil, nil])
    }

    @Test func `a route by time explains itself`() {
        var book = RoutingBook()
        finish("a", &book, firstToken: 42 * Self.millisecond, total: 42 * Self.millisecond)
        let route = route(alias(.fastest, [a, b, candidate("c", "m")]), &book, output: 1)
        #expect(
            route.explanation
                == "fastest: b/m (being measured), a/m (expected to take 42 ms), c/m (not measured yet)")
    }
}

/// One attempt at `provider/m`, from beginning to end.
func finish(
    _ provider: String, _ book: inout RoutingBook, _ outcome: AttemptOutcome = .answered(status: 200),
    firstToken: UInt64? = nil, total: UInt64 = 0, input: Int = 100, output: Int? = nil, retryAfter: UInt64? = nil,
    now: UInt64 = 0, begins: Bool = true, sending: UInt64? = nil
) {
    let tried = candidate(provider, "m")
    if begins { begin(tried, &book, now: now) }
    let measure = AttemptMeasure(
        outcome: outcome, alias: ModelID("m"), inputTokens: input, isStream: firstToken != nil, firstToken: firstToken,
        total: total, usage: output.map { TokenUsage(input: input, output: $0) }, retryAfter: retryAfter,
        sending: sending)
    book.end(tried.destination, measure, now: now)
}

/// Notes an attempt, for which there has to be room.
func begin(_ candidate: RouteCandidate, _ book: inout RoutingBook, now: UInt64) {
    let hasRoom = book.begin(candidate, now: now)
    #expect(hasRoom)
}

func measure(_ outcome: AttemptOutcome) -> AttemptMeasure {
    AttemptMeasure(outcome: outcome, alias: ModelID("m"), inputTokens: 1)
}
