import Inference
import Rollout
import Statistics
import Testing

private let allGuards = [
    "error_rate<=control+0.02", "p95_ms<=1.2*control", "usd<=1.1*control", "refusal_rate<=control+0.02",
    "leak_rate<=control+0.01", "invalid_rate<=control+0.02", "judge_score>=control-0.05", "feedback>=control-0.05",
]

private func guarded(_ texts: [String]) throws -> [RolloutGuard] { try texts.map { try RolloutGuard($0) } }

/// Without optimisation, as in CI, a simulation takes thirty times as long: fewer requests a step then, and fewer seeds.
#if DEBUG
    private let (stepRequests, seeds) = (50, 3)
#else
    private let (stepRequests, seeds) = (150, 20)
#endif

@Suite struct Verdicts {
    /// 500 rollouts of a candidate that is as good as the control, all guards at once, looked at after every request.
    @Test func `an equal candidate is hardly ever rolled back and always gets on`() throws {
        let guards = try guarded(allGuards)
        var rolledBack = 0
        for seed in 0..<500 {
            var simulation = Simulation(seed: UInt64(seed) &* 7_919 &+ 1) {
                $0.guards = guards
                $0.steps = [3_000, 10_000]
                $0.minimumRequests = stepRequests
                $0.judging = RolloutPlan.Judging(alias: "judge", rubric: "good?", share: 5_000, maximumNanoUSD: 1)
            }
            simulation.run(8_000)
            let phase = simulation.state?.phase
            if phase == .rolledBack { rolledBack += 1 } else { #expect(phase == .promoted, "seed \(seed)") }
        }
        #expect(rolledBack <= 25)
    }

    /// At the worst that a guard allows, so that every test bets on the edge of its hypothesis.
    @Test func `a candidate on the edge of its guards is rolled back in at most one of twenty`() throws {
        let guards = try guarded(["error_rate<=control+0.02", "refusal_rate<=control+0.02", "feedback>=control-0.05"])
        var edge = Behaviour()
        edge.errors += 0.02
        edge.refusals += 0.02
        edge.feedback -= 0.05
        var rolledBack = 0
        for seed in 0..<500 {
            var simulation = Simulation(seed: UInt64(seed) &* 104_729 &+ 3) {
                $0.guards = guards
                $0.steps = [5_000, 10_000]
                $0.minimumRequests = 2 * stepRequests
            }
            simulation.run(4_000, treatment: edge)
            if simulation.state?.phase == .rolledBack { rolledBack += 1 }
        }
        #expect(rolledBack <= 25)
    }

    struct Worsening: Sendable, CustomTestStringConvertible {
        let rule: String
        let change: @Sendable (inout Behaviour) -> Void
        var testDescription: String { rule }
    }

    static let worsenings = [
        Worsening(rule: "error_rate<=control+0.02") { $0.errors = 0.15 },
        Worsening(rule: "error_rate<=0.03") { $0.errors = 0.15 },
        Worsening(rule: "p95_ms<=1.2*control") { $0.milliseconds *= 2 },
        Worsening(rule: "p50_ms<=1.2*control") { $0.milliseconds *= 2 },
        Worsening(rule: "p95_ms<=1200") { $0.milliseconds *= 2 },
        Worsening(rule: "usd<=1.1*control") { $0.usd *= 2 },
        Worsening(rule: "usd<=0.003") { $0.usd *= 3 },
        Worsening(rule: "refusal_rate<=control+0.02") { $0.refusals = 0.15 },
        Worsening(rule: "leak_rate<=control+0.01") { $0.leaks = 0.1 },
        Worsening(rule: "invalid_rate<=control+0.02") { $0.invalid = 0.15 },
        Worsening(rule: "judge_score>=control-0.05") { $0.judge = 0.55 },
        Worsening(rule: "feedback>=control-0.05") { $0.feedback = 0.55 },
        Worsening(rule: "feedback>=0.75") { $0.feedback = 0.5 },
    ]

    @Test(arguments: worsenings) func `who gets worse in midway is rolled back each time`(_ worsening: Worsening) throws
    {
        let guards = try guarded([worsening.rule, "error_rate<=control+0.5"])
        var worse = Behaviour()
        worsening.change(&worse)
        for seed in 0..<seeds {
            var simulation = Simulation(seed: UInt64(seed) &+ 11) {
                $0.guards = guards
                $0.steps = [1_000, 3_000, 10_000]
                $0.minimumRequests = 1_000_000
                $0.judging = RolloutPlan.Judging(alias: "judge", rubric: "good?", share: 5_000, maximumNanoUSD: 1)
            }
            _ = simulation.book.apply(.command(name: "try", .hold), at: simulation.now)
            simulation.run(600)
            #expect(simulation.state?.phase == .held, "as good as the control: \(seed)")
            simulation.run(60_000, treatment: worse)
            #expect(simulation.state?.phase == .rolledBack, "\(worsening.rule), seed \(seed)")
            #expect(simulation.steps.last?.reason == .broken)
            #expect(simulation.steps.last?.evidence.first?.isBroken == true)
        }
    }

    @Test func `who gets worse when everybody has it is compared with what the control was`() throws {
        let guards = try guarded(["error_rate<=control+0.02", "p95_ms<=1.2*control", "feedback>=control-0.05"])
        let changes: [(inout Behaviour) -> Void] = [
            { $0.errors = 0.15 }, { $0.milliseconds *= 3 }, { $0.feedback = 0.3 },
        ]
        for (index, change) in changes.enumerated() {
            var worse = Behaviour()
            change(&worse)
            var simulation = Simulation(seed: UInt64(index) &+ 5) {
                $0.guards = guards
                $0.steps = [5_000, 10_000]
                $0.minimumRequests = 3_000
            }
            while simulation.state?.step == 0, !simulation.isOver { simulation.run(1) }
            #expect(simulation.state?.share == 10_000)
            simulation.run(2_900, treatment: worse)
            #expect(simulation.state?.phase == .rolledBack, "\(index)")
        }
    }

    @Test(arguments: [0, 30, 1_000]) func `a hard failure costs at most twenty requests`(after good: Int) {
        for seed in 0..<seeds {
            var simulation = Simulation(seed: UInt64(seed) &+ 77) {
                $0.steps = [3_000, 10_000]
                $0.minimumRequests = 1_000_000
            }
            _ = simulation.book.apply(.command(name: "try", .hold), at: simulation.now)
            while simulation.tried < good, !simulation.isOver { simulation.run(1) }
            let before = simulation.tried
            var broken = Behaviour()
            broken.errors = 1
            simulation.run(5_000, treatment: broken)
            #expect(simulation.state?.phase == .rolledBack)
            #expect(simulation.tried - before <= 20, "\(simulation.tried - before) after \(good)")
        }
    }

    @Test func `where the control fails as well nothing is the candidate's fault`() {
        var rolledBack = 0
        var broken = Behaviour()
        broken.errors = 0.9
        for seed in 0..<40 {
            var simulation = Simulation(seed: UInt64(seed) &+ 9) {
                $0.steps = [5_000, 10_000]; $0.minimumRequests = 100_000
            }
            simulation.run(500, control: broken, treatment: broken)
            if simulation.state?.phase == .rolledBack { rolledBack += 1 }
        }
        #expect(rolledBack <= 4)
    }

    @Test func `what is clearly no worse gets on before the least requests, and says so`() throws {
        let guards = try guarded(["error_rate<=control+0.2"])
        var simulation = Simulation(seed: 4) {
            $0.guards = guards
            $0.steps = [2_000, 10_000]
            $0.minimumRequests = 100_000
        }
        simulation.run(3_000)
        #expect(simulation.state?.phase == .promoted)
        #expect(simulation.steps.map(\.reason) == [.started, .shown, .shown])
    }

    @Test func `a guard without a value keeps a step from ending`() throws {
        let guards = try guarded(["error_rate<=control+0.02", "feedback>=control-0.05"])
        var simulation = Simulation(seed: 4) { $0.guards = guards }
        for index in 0..<2_000 {
            guard let state = simulation.state else { break }
            let observation = RolloutState.Observation(arm: index % 2 == 0 ? .treatment : .control, values: [.error: 0])
            _ = simulation.book.apply(.observed(name: "try", identity: state.identity, observation, nil), at: 0)
        }
        #expect(simulation.state?.step == 0)
        #expect(simulation.state?.phase == .running)
    }
}
