import Inference
import Testing

@testable import Routing

struct SimulationTests {
    private func alias(_ models: [TraceGenerator.Model] = TraceGenerator.usual) -> ModelAlias {
        var terms = ModelAlias.Terms()
        terms.secondSaved = Money(nanoUSD: 300_000)
        return ModelAlias(
            id: ModelID("simulated"), strategy: .balanced, terms: terms, candidates: models.map(\.candidate))
    }

    @Test(arguments: TraceGenerator.Kind.allCases, [1, 2, 3] as [UInt64])
    func `balanced costs little more than hindsight, less than the fastest, and is quicker than the cheapest`(
        _ kind: TraceGenerator.Kind, _ seed: UInt64
    ) {
        let trace = TraceGenerator.trace(kind, seed: seed)
        let balanced = Simulation.run(trace, alias(), strategy: .balanced)
        let cheapest = Simulation.run(trace, alias(), strategy: .cheapest)
        let fastest = Simulation.run(trace, alias(), strategy: .fastest)
        let best = Simulation.hindsight(trace, alias(), bound: balanced.meanTime)
        #expect(balanced.failed == 0 && balanced.answered == trace.requests.count)
        #expect(best.meanTime <= balanced.meanTime)
        let excess = Double(balanced.cost.nanoUSD) / Double(best.cost.nanoUSD)
        #expect(
            (0.9999...1.1).contains(excess), "\(kind) \(seed): \(excess), \(balanced.answeredBy), \(best.answeredBy)")
        #expect(balanced.meanTime < cheapest.meanTime && balanced.cost < fastest.cost)
        #expect(balanced.time(percentile: 0.95) < cheapest.time(percentile: 0.95))
        #expect(Double(balanced.attempts) <= 1.2 * Double(trace.requests.count))
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
        #expect(Simulation.hindsight(trace, alias(), bound: .max).answeredBy[0] == trace.requests.count)
        #expect(Simulation.hindsight(trace, alias(), bound: 1).answeredBy[2] > trace.requests.count * 9 / 10)
    }
}
