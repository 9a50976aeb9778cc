import Inference
import Testing

@testable import Routing

/// Requests that find out whether a candidate is well again.
struct TryTests {
    private static let second: UInt64 = 1_000_000_000
    private static let millisecond: UInt64 = 1_000_000
    private let a = candidate("a", "m")
    private let b = candidate("b", "m")

    private func alias(_ set: (inout ModelAlias.Terms) -> Void = { _ in }) -> ResolvedAlias {
        var terms = ModelAlias.Terms()
        set(&terms)
        return ResolvedAlias(
            model: ModelID("m"), alias: ModelID("m"), strategy: .fastest, terms: terms, candidates: [a, b])
    }

    private func step(_ candidate: RouteCandidate, patience: UInt64? = nil) -> Route.Step {
        Route.Step(
            index: 0, candidate: candidate, expectedCost: nil, expectedTime: nil, reason: .exploring,
            patience: patience)
    }

    /// `a` was the quicker one and has become slow, to begin or to go on; the steps of requests that try it anew in the minute after.
    private func tries(firstToken: UInt64, total: UInt64) -> [Route.Step] {
        var book = RoutingBook()
        for _ in 0..<100 {
            finish("a", &book, firstToken: 100 * Self.millisecond, total: 500 * Self.millisecond, output: 101)
            finish("b", &book, firstToken: 300 * Self.millisecond, total: 1_500 * Self.millisecond, output: 101)
        }
        func send(_ name: String, _ firstToken: UInt64, _ total: UInt64, at now: UInt64) {
            let sending = book.sent(candidate(name, "m").destination, inputTokens: 100, isStream: true, now: now)
            if let sending { book.answerBegan(candidate(name, "m").destination, sending, now: now + firstToken) }
            finish(
                name, &book, firstToken: firstToken, total: total, output: 101, now: now + total, sending: sending)
        }
        for number in 0..<8 as Range<UInt64> {
            send("a", firstToken, total, at: Self.second + number * 200 * Self.millisecond)
        }
        var found: [Route.Step] = []
        for number in 0..<300 as Range<UInt64> {
            let now = 15 * Self.second + number * 200 * Self.millisecond
            let route = Router.route(
                alias(), RouteQuery(inputTokens: 100), permitted: { _ in true }, book: &book, now: now, random: number)
            guard let first = route.steps.first else { continue }
            if first.destination == a.destination { found.append(first) }
            let isTry = first.destination == a.destination
            send(
                isTry ? "a" : "b", isTry ? firstToken : 300 * Self.millisecond,
                isTry ? total : 1_500 * Self.millisecond, at: now)
        }
        return found
    }

    @Test func `who began late is tried with little patience: what a quick first token takes, and some`() throws {
        let tries = tries(firstToken: 1_000 * Self.millisecond, total: 5_000 * Self.millisecond)
        let first = try #require(tries.first)
        #expect(first.reason == .exploring)
        for step in tries {
            let patience = try #require(step.patience)
            #expect((200...400).contains(patience / Self.millisecond))
        }
    }

    @Test func `who begins as ever and goes on slowly is waited for to the end, and tried again when that is known`() {
        let slow = tries(firstToken: 100 * Self.millisecond, total: 5_000 * Self.millisecond)
        #expect(!slow.isEmpty && slow.allSatisfy { $0.patience == nil })
        #expect(slow.count <= 13, "one in five seconds at most")
    }

    @Test func `beside a try another is asked without hedges, beside nothing else`() {
        var book = RoutingBook()
        let (alias, step) = (alias(), step(b))
        let tried = self.step(a, patience: 5)
        #expect(
            book.patience(with: tried, of: alias, inputTokens: 1, isStream: true, hasNext: true, now: 0) == 5)
        #expect(
            book.patience(with: tried, of: alias, inputTokens: 1, isStream: true, hasNext: false, now: 0) == nil)
        #expect(
            book.patience(with: self.step(a), of: alias, inputTokens: 1, isStream: true, hasNext: true, now: 0) == nil)
        let besideTry = book.beginSecond(step, beside: tried, of: alias, now: 0)
        let besideOther = book.beginSecond(step, beside: self.step(a), of: alias, now: 0)
        #expect(besideTry && !besideOther)
        #expect(book.statistics(of: b.destination, day: 0, now: 0).underWay == 1)
    }

    @Test func `an alias's hedges wait as long as it says, but a try no longer than its own patience`() {
        var book = RoutingBook()
        let hedged = alias { $0.hedge = ModelAlias.Hedge(patience: .fixed(nanoseconds: 70), costShare: 1_000_000) }
        func patience(_ step: Route.Step) -> UInt64? {
            book.patience(with: step, of: hedged, inputTokens: 1, isStream: true, hasNext: true, now: 0)
        }
        #expect(patience(step(a)) == 70)
        #expect(patience(step(a, patience: 5)) == 5)
        #expect(patience(step(a, patience: 500)) == 70)
    }

    @Test func `the budget of retries bounds what is asked beside a try`() {
        var book = RoutingBook()
        let tried = step(a, patience: 5)
        let begun = (0..<100).count { _ in book.beginSecond(step(b), beside: tried, of: alias(), now: 0) }
        #expect(begun == 10)
    }

    @Test func `a try that was given up still says how slow its candidate is`() {
        var sendings = RecentSendings()
        let usual = CandidateRecord.Usual(firstToken: 100e6, firstTokenTail: 150e6, eachToken: 1)
        let isTaken = sendings.add(1, size: 0, isStream: true, start: 0, expected: 0, now: Self.second)
        #expect(isTaken)
        sendings.givenUp(1, after: 600 * Self.millisecond)
        let level = sendings.level(now: 100 * Self.second) { _ in usual }
        // It would have lasted half as long again, and one alone counts half.
        #expect(abs((level?.factor ?? 0) - (9 + 1) / 2) < 0.01)
    }

    @Test func `who seemed well and was not is in the same trouble, and the next try has to be worth twice as much`() {
        func firstTry(relapses: Int) -> UInt64? {
            var forgone = Forgone(now: 0)
            for _ in 0..<relapses {
                _ = forgone.add(0, tryCosts: 1, now: 1)
                let isOver = forgone.isWell(now: 1)
                #expect(!isOver)
            }
            return (1..<1_000).first { forgone.add(1, tryCosts: 10, now: $0 * Self.second / 10) }
        }
        let tries = (0...2).compactMap(firstTry)
        #expect(tries.count == 3)
        #expect(zip(tries, tries.dropFirst()).allSatisfy { 5 * $1 >= 6 * $0 && $1 < 3 * $0 }, "\(tries)")
    }

    @Test func `who has been well for half a minute is`() {
        var forgone = Forgone(now: 0)
        let verdicts = [1, 30, 32].map { forgone.isWell(now: $0 * Self.second) }
        #expect(verdicts == [false, false, true])
    }
}
