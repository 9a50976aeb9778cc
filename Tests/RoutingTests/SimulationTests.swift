import Inference
import Testing

@testable import Routing

struct SimulationTests {
    private func alias(nanoUSD: Int64 = 300_000) -> ModelAlias {
        var terms = ModelAlias.Terms()
        terms.secondSaved = Money(nanoUSD: nanoUSD)
        return ModelAlias(
            id: ModelID("simulated"), strategy: .balanced, terms: terms,
            candidates: TraceGenerator.usual.map(\.candidate))
    }

    private static let cases = zip(0..., [100_000, 300_000, 500_000, 1_000_000] as [Int64]).flatMap { place, nanoUSD in
        [301, 302].map { (nanoUSD, seed: UInt64($0 + 10 * place)) }
    }

    @Test(arguments: TraceGenerator.Kind.allCases, cases)
    func `balanced costs a tenth more than hindsight at most, less than the fastest, and is quicker than the cheapest`(
        _ kind: TraceGenerator.Kind, _ terms: (nanoUSD: Int64, seed: UInt64)
    ) {
        let (trace, alias) = (TraceGenerator.trace(kind, seed: terms.seed), alias(nanoUSD: terms.nanoUSD))
        let balanced = Simulation.run(trace, alias, strategy: .balanced)
        let cheapest = Simulation.run(trace, alias, strategy: .cheapest)
        let fastest = Simulation.run(trace, alias, strategy: .fastest)
        let best = Hindsight(trace, alias, bound: balanced.meanTime)
        #expect(balanced.failed == 0 && balanced.answered == trace.requests.count)
        #expect(best.plan.meanTime <= balanced.meanTime && best.plan.failed == 0)
        #expect(best.leastCost <= best.plan.cost)
        let excess = Double(balanced.cost.nanoUSD) / Double(best.plan.cost.nanoUSD)
        #expect(
            (0.9999...1.1).contains(excess),
            "\(kind) \(terms): \(excess), \(balanced.answeredBy), \(best.plan.answeredBy)")
        #expect(balanced.meanTime < cheapest.meanTime && balanced.cost < fastest.cost)
        #expect(Double(balanced.attempts) <= 1.2 * Double(trace.requests.count))
    }

    @Test func `a simulation hedges as the alias says, and what was given up costs its prompt`() {
        func timing(_ milliseconds: UInt64) -> RoutingTrace.Timing {
            RoutingTrace.Timing(firstToken: milliseconds * 1_000_000, total: milliseconds * 2_000_000)
        }
        let (slow, quick) = (
            RouteCandidate(
                destination: Destination(provider: ProviderID("a"), model: "m"), price: TokenPrice(input: 3, output: 5)),
            RouteCandidate(
                destination: Destination(provider: ProviderID("b"), model: "m"), price: TokenPrice(input: 7, output: 9))
        )
        let trace = RoutingTrace(
            candidates: [slow.destination, quick.destination],
            requests: (0..<20).map { index in
                RoutingTrace.Request(
                    at: UInt64(index) * 10_000_000_000, input: 1_000, output: 10,
                    timings: [timing(index >= 10 ? 1_000 : 20), timing(100)])
            })
        var terms = ModelAlias.Terms()
        func run() -> SimulationResult {
            let alias = ModelAlias(id: ModelID("x"), strategy: .ordered, terms: terms, candidates: [slow, quick])
            return Simulation.run(trace, alias, strategy: .ordered)
        }
        let alone = run()
        #expect(alone.hedges == 0 && alone.attempts == 20 && alone.answeredBy == [20, 0])
        #expect(alone.cost.nanoUSD == 20 * 3_050 && alone.hedgeCost.nanoUSD == 0)
        terms.hedge = ModelAlias.Hedge(patience: .fixed(nanoseconds: 200_000_000), costShare: 1_000_000)
        let hedged = run()
        #expect(hedged.hedges > 3 && hedged.hedgesWon == hedged.hedges, "the first one would take a second")
        #expect(hedged.attempts == 20 + hedged.hedges && hedged.answered == 20)
        #expect(hedged.answeredBy == [20 - hedged.hedges, hedged.hedges])
        let won = Int64(hedged.hedges)
        #expect(hedged.hedgeCost.nanoUSD == won * 3_000)
        #expect(hedged.cost.nanoUSD == (20 - won) * 3_050 + won * (7_090 + 3_000))
        #expect(hedged.time(percentile: 0) == 40_000_000 && hedged.meanTime < alone.meanTime)
    }

    @Test func `hindsight takes no more places than there are`() {
        func timing(_ total: UInt64) -> RoutingTrace.Timing { RoutingTrace.Timing(firstToken: 1, total: total) }
        let cheap = RouteCandidate(
            destination: Destination(provider: ProviderID("a"), model: "m"), price: TokenPrice(input: 1_000, output: 0),
            maximumConcurrent: 1)
        let dear = RouteCandidate(
            destination: Destination(provider: ProviderID("b"), model: "m"), price: TokenPrice(input: 9_000, output: 0))
        let (second, count) = (1_000_000_000 as UInt64, 10)
        let trace = RoutingTrace(
            candidates: [cheap.destination, dear.destination],
            requests: (0..<count).map { index in
                RoutingTrace.Request(
                    at: UInt64(index) * second, input: 1_000, output: 1,
                    timings: [timing(2 * second), timing(2 * second)])
            })
        let alias = ModelAlias(id: ModelID("x"), strategy: .balanced, candidates: [cheap, dear])
        let best = Hindsight(trace, alias, bound: .max)
        #expect(best.plan.answeredBy == [5, 5] && best.leastCost <= best.plan.cost)
        #expect(best.leastCost.nanoUSD > 0)
    }

    @Test func `a trace is the same for the same seed, and another for another`() {
        let one = TraceGenerator.trace(.bursty, seconds: 100, seed: 5)
        #expect(one.requests == TraceGenerator.trace(.bursty, seconds: 100, seed: 5).requests)
        #expect(one.requests != TraceGenerator.trace(.bursty, seconds: 100, seed: 6).requests)
    }

    @Test func `of who did not serve a request the last time before is taken, or the first after`() {
        func timing(_ total: UInt64) -> RoutingTrace.Timing { RoutingTrace.Timing(firstToken: 1, total: total) }
        let trace = RoutingTrace(
            candidates: [candidate("a", "m").destination, candidate("b", "m").destination],
            requests: [
                RoutingTrace.Request(at: 20, input: 1, output: 1, timings: [nil, timing(7)]),
                RoutingTrace.Request(at: 10, input: 1, output: 1, timings: [timing(5)]),
                RoutingTrace.Request(at: 30, input: 1, output: 1, timings: [timing(6), nil]),
            ])
        #expect(trace.requests.map { $0.timings.map { $0?.total } } == [[5, 7], [5, 7], [6, 7]])
    }

    @Test func `hindsight is the cheapest where time is no matter, and the quickest where nothing else will do`() {
        let trace = TraceGenerator.trace(.steady, seconds: 60, seed: 1)
        #expect(Hindsight(trace, alias(), bound: .max).plan.answeredBy[0] == trace.requests.count)
        #expect(Hindsight(trace, alias(), bound: 1).plan.answeredBy[2] > trace.requests.count * 9 / 10)
    }
}
