import Foundation
import Testing

@testable import Statistics

@Test(arguments: [0.02, 0.4])
func `a probability's sequence covers it after each of 20,000 trials`(probability: Double) async {
    let misses = await count(runs: 500) { seed in
        var generator = SeededGenerator(seed: seed &+ 1000)
        var successes = 0
        for trials in 1...20_000 {
            successes += generator.unit() < probability ? 1 : 0
            // At each of the first, and then where the interval may have moved: the bounds take a bisection each.
            guard trials < 20 || trials % 400 == 0 else { continue }
            let interval = ProportionSequence.interval(successes: successes, trials: trials)
            if interval?.covers(probability) != true { return true }
        }
        return false
    }
    #expect(misses <= 25, "of 500")
}

@Test func `a probability's sequence is as narrow as its threshold says`() throws {
    // The bounds are where Beta(½, ½)'s likelihood ratio is 20, to the last digits.
    let interval = try #require(ProportionSequence.interval(successes: 30, trials: 400))
    #expect(abs(interval.lower - 0.036_9) < 0.002 && abs(interval.upper - 0.131) < 0.003, "\(interval)")
    let none = try #require(ProportionSequence.interval(successes: 0, trials: 100))
    #expect(none.lower == 0 && none.upper > 0.04 && none.upper < 0.08)
    let all = try #require(ProportionSequence.interval(successes: 100, trials: 100))
    #expect(all.upper == 1 && agrees(1 - all.lower, none.upper))
    let difference = try #require(
        ProportionSequence.difference(treatmentSuccesses: 60, of: 200, controlSuccesses: 20, of: 1000))
    #expect(difference.lower > 0.1 && agrees(difference.estimate, 0.28) && difference.upper < 0.45)
}

@Test func `a bounded mean's sequence covers it after each of 20,000 values`() async {
    let misses = await count(runs: 500) { seed in
        guard var sequence = MeanSequence(in: -1...3) else { return true }
        var generator = SeededGenerator(seed: seed &+ 2000)
        for _ in 1...20_000 {
            // Of mean 0, with the spread of a rare event.
            sequence.add(generator.unit() < 0.1 ? 0.9 : -0.1)
            if !sequence.interval.covers(0) { return true }
        }
        return sequence.interval.width > 0.05
    }
    #expect(misses <= 25, "of 500")
}

@Test func `a mean at the hypothesis is seldom called above it, though looked at after each of 20,000 values`() async {
    let alarms = await count(runs: 500) { seed in
        guard var test = BettingTest(hypothesis: 0, in: -1...1) else { return true }
        var generator = SeededGenerator(seed: seed &+ 3000)
        for _ in 1...20_000 {
            test.add(generator.unit() < 0.2 ? 0.8 : -0.2)
            if test.pValue <= 0.05 { return true }
        }
        return false
    }
    #expect(alarms <= 25, "of 500")
    #expect(alarms >= 5, "of 500: it is no test that never alarms")
}

@Test(arguments: ["normal", "exponential"])
func `equal means of values without bounds are seldom told apart, though looked at after each of 20,000`(
    kind: String
) async throws {
    let ratio = try #require(MixtureRatio(effect: 0.2))
    let alarms = await count(runs: 500) { seed in
        var generator = SeededGenerator(seed: seed &+ 4000)
        var (treatment, control) = (SampleMoments(), SampleMoments())
        for _ in 1...(kind == "normal" ? 5000 : 20_000) {
            let value = kind == "normal" ? generator.normal() : generator.exponential()
            if generator.unit() < 0.3 { treatment.add(value) } else { control.add(value) }
            if ratio.logRatio(treatment: treatment, control: control) >= AlphaBudget.logThreshold(0.05) { return true }
        }
        return false
    }
    #expect(alarms <= 25, "of 500")
}

@Test func `a fifth of a deviation between means without bounds is found, and the interval says so`() async throws {
    let ratio = try #require(MixtureRatio(effect: 0.2))
    let found = await delays(runs: 100) { seed in
        var generator = SeededGenerator(seed: seed &+ 5000)
        var (treatment, control) = (SampleMoments(), SampleMoments())
        for count in 1...20_000 {
            if generator.unit() < 0.5 {
                treatment.add(generator.normal() + 0.2)
            } else {
                control.add(generator.normal())
            }
            let isFound = ratio.logRatio(treatment: treatment, control: control) >= AlphaBudget.logThreshold(0.05)
            let excludes = ratio.difference(treatment: treatment, control: control)?.covers(0) == false
            if isFound != excludes { return nil }
            if isFound { return count }
        }
        return nil
    }
    #expect(found[50] < 1500 && found[99] < 20_000)
}

@Test func `a mixture's ratio is the average of the likelihood ratios`() throws {
    // Against a sum over a fine grid of effects of N(0, τ²).
    let ratio = try #require(MixtureRatio(effect: 0.7))
    let (estimate, variance) = (0.9, 0.11)
    let grid = stride(from: -6.0, through: 6, by: 0.001).map { effect in
        NormalDistribution.density((estimate - effect) / variance.squareRoot())
            * NormalDistribution.density(effect / 0.7)
            / 0.7 * 0.001
    }
    let expected = grid.reduce(0, +) / NormalDistribution.density(estimate / variance.squareRoot())
    #expect(agrees(ratio.logRatio(estimate: estimate, variance: variance), log(expected)))
}

@Test func `the shares of an error rate sum to it`() throws {
    let budget = try #require(AlphaBudget(0.05))
    #expect(agrees(budget.shares(weights: [3, 1, 0, .nan, 6]).reduce(0, +), 0.05))
    #expect(agrees(budget.shares(weights: [3, 1, 0, .nan, 6])[0], 0.015))
    #expect(budget.shares(weights: [0, -1]) == [0.025, 0.025])
    #expect(budget.shares(weights: []).isEmpty)
    #expect((1...100_000).reduce(0) { $0 + budget.share(ofStep: $1) } < 0.05)
    #expect(budget.share(ofStep: 0) == 0 && agrees(budget.share(ofStep: 2), 0.05 / 6))
}
