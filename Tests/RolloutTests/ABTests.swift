import Foundation
import Inference
import Rollout
import Statistics
import Testing

/// A rollout that compares both arms by a measure, with guards that nobody breaks.
private func contest(
    seed: UInt64, by measure: String = "feedback", promotes: Bool = false, values: Int = 300,
    _ change: (inout RolloutPlan) -> Void = { _ in }
) throws -> Simulation {
    let rule = try RolloutGuard("error_rate<=control+0.5")
    return Simulation(seed: seed) {
        $0.mode = .ab
        var test = RolloutPlan.ABTest(measure: measure)
        test.maximumValues = values
        test.promotes = promotes
        $0.abTest = test
        $0.guards = [rule]
        $0.minimumRequests = 1
        $0.judging = RolloutPlan.Judging(alias: "judge", rubric: "good?", share: 5_000, maximumNanoUSD: 1)
        change(&$0)
    }
}

@Suite struct ABTests {
    /// 500 A/B tests of arms that are equally good, looked at after every request.
    @Test func `of equal arms one is hardly ever called better, and the control is kept`() throws {
        var called: [RolloutState.Reason: Int] = [:]
        for seed in 0..<500 {
            var simulation = try contest(seed: UInt64(seed) &* 7_919 &+ 1, promotes: true, values: 100)
            simulation.run(4_000)
            let reason = try #require(simulation.state?.reason)
            called[reason, default: 0] += 1
            let isPromoted = simulation.state?.phase == .promoted
            #expect(isPromoted == (reason == .better))
        }
        #expect(called[.better, default: 0] <= 25)
        #expect(called[.better, default: 0] + called[.worse, default: 0] <= 25)
        #expect(called[.noDifference, default: 0] >= 475, "\(called)")
    }

    @Test(arguments: [
        "feedback", "judge_score", "error_rate", "refusal_rate", "invalid_rate", "p95_ms", "p50_ms", "usd",
    ]) func `a real difference is found in either direction`(_ measure: String) throws {
        let seeds = 5
        var other = Behaviour()
        (other.feedback, other.judge, other.errors, other.refusals) = (0.55, 0.6, 0.2, 0.2)
        (other.invalid, other.milliseconds, other.usd) = (0.2, 900, 0.005)
        var control = Behaviour()
        control.feedback = 0.85
        var found = 0
        for seed in 0..<seeds {
            var better = try contest(seed: UInt64(seed) &+ 3, by: measure, promotes: true, values: 2_000)
            better.run(20_000, control: other, treatment: control)
            if better.state?.reason == .better, better.state?.phase == .promoted, better.state?.share == 10_000 {
                found += 1
            }
            var worse = try contest(seed: UInt64(seed) &+ 5, by: measure, promotes: true, values: 2_000)
            worse.run(20_000, control: control, treatment: other)
            if worse.state?.reason == .worse, worse.state?.phase == .rolledBack, worse.state?.share == 0 { found += 1 }
        }
        #expect(found >= 2 * seeds - 1)
    }

    @Test func `a better candidate waits for people unless the plan promotes it`() throws {
        var other = Behaviour()
        other.feedback = 0.3
        var simulation = try contest(seed: 2)
        simulation.run(4_000, control: other)
        #expect(simulation.state?.phase == .held && simulation.state?.reason == .better)
        #expect(simulation.state?.share == 5_000)
        let step = try #require(simulation.steps.last?.comparison)
        #expect(step.verdict == .better && step.logBetter >= step.logNeeded && step.logWorse < step.logNeeded)
        #expect((step.treatmentMean ?? 0) > (step.controlMean ?? 1))
        _ = simulation.book.apply(.command(name: "try", .promote), at: simulation.now)
        #expect(simulation.state?.phase == .promoted)
    }

    @Test func `a verdict for the candidate waits for the least requests and the least time, one against it does not`()
        throws
    {
        var other = Behaviour()
        other.feedback = 0.3
        var simulation = try contest(seed: 2, promotes: true) { $0.minimumMilliseconds = 1_000_000 }
        simulation.run(4_000, control: other)
        #expect(simulation.state?.phase == .running && simulation.state?.comparison?.verdict == .better)
        #expect(simulation.book.isDue(at: simulation.now) == false)
        simulation.now += 1_000_000
        #expect(simulation.book.isDue(at: simulation.now))
        _ = simulation.book.apply(.tick, at: simulation.now)
        #expect(simulation.state?.phase == .promoted)
        var worse = try contest(seed: 2, promotes: true) { $0.minimumMilliseconds = 1_000_000 }
        _ = worse.book.apply(.command(name: "try", .hold), at: worse.now)
        worse.run(4_000, treatment: other)
        #expect(worse.state?.reason == .worse && worse.state?.phase == .rolledBack)
    }

    @Test func `guards hold during an A/B test, and a gateway by itself never promotes`() throws {
        var failing = Behaviour()
        (failing.errors, failing.feedback) = (1, 1)
        var simulation = try contest(seed: 2, promotes: true)
        simulation.run(4_000, treatment: failing)
        #expect(simulation.state?.reason == .failing)
        var alone = try contest(seed: 2, promotes: true)
        let identity = try #require(alone.state?.identity)
        for index in 0..<400 {
            let arm: Arm = index % 2 == 0 ? .treatment : .control
            let observation = RolloutState.Observation(
                arm: arm, values: [.error: 0, .feedback: arm == .treatment ? 1 : 0])
            _ = alone.book.apply(
                .observed(name: "try", identity: identity, observation, nil), at: 0, mayAdvance: false)
        }
        #expect(alone.state?.comparison?.verdict == .better && alone.state?.phase == .running)
    }

    @Test func `what a shadow is like is no part of it, and JSON changes nothing`() throws {
        // Not shown to be kept so soon.
        let rule = try RolloutGuard("error_rate<=control+0.01")
        var simulation = try contest(seed: 4) {
            $0.guards = [rule]
            $0.shadow = RolloutPlan.Shadow(share: 5_000, maximumNanoUSD: 1)
            $0.minimumRequests = 1_000_000
        }
        simulation.run(300)
        #expect(simulation.state?.isShadow == true && simulation.state?.comparison?.evidence.treatmentCount == 0)
        _ = simulation.book.apply(.command(name: "try", .promote), at: simulation.now)
        #expect(simulation.state?.share == 5_000 && simulation.state?.isShadow == false)
        simulation.run(300)
        #expect(simulation.state?.comparison?.evidence.treatmentCount ?? 0 > 10)
        let json = try JSONEncoder().encode(simulation.book)
        #expect(try JSONDecoder().decode(RolloutBook.self, from: json) == simulation.book)
    }

    @Test func `plans that make no sense are refused`() {
        func fault(_ change: (inout RolloutPlan) -> Void) -> String? {
            var plan = RolloutPlan(name: "a", alias: "x", to: Destination(provider: ProviderID("p"), model: "m"))
            plan.mode = .ab
            plan.abTest = RolloutPlan.ABTest(measure: "feedback")
            change(&plan)
            return plan.fault
        }
        #expect(fault { _ in } == nil)
        #expect(fault { $0.abTest = nil } == "an A/B test has no steps")
        #expect(fault { $0.mode = .canary } == "an A/B test has no steps")
        #expect(
            fault { $0.abTest?.measure = "mood" }?.hasPrefix("unknown measure `mood`: there are error_rate") == true)
        #expect(fault { $0.abTest?.measure = "judge_score" } == "an A/B test by `judge_score` needs a judge")
        #expect(fault { $0.abTest?.share = 10_000 }?.contains("share") == true)
        #expect(fault { $0.abTest?.maximumValues = 99 }?.contains("values") == true)
        #expect(fault { $0.abTest?.falseVerdictRate = 0 }?.contains("false verdicts") == true)
    }
}
