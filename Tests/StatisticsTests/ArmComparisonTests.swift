import Testing

@testable import Statistics

/// How a stream looks: the share of the treatment, and both groups' values.
private struct Stream: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let share: Double
    var values = 20_000
    var margin = 0.0
    var direction = ArmComparison.Direction.higher
    let treatment: @Sendable (inout SeededGenerator) -> Double
    let control: @Sendable (inout SeededGenerator) -> Double

    /// After how many values the treatment is shown to be worse; `nil` if not within `values`.
    func alarm(_ seed: UInt64, alpha: Double = 0.05) -> Int? {
        guard var test = ArmComparison(direction, thanControlBy: margin) else { return nil }
        var generator = SeededGenerator(seed: seed)
        let threshold = AlphaBudget.logThreshold(alpha)
        for count in 1...values {
            if generator.unit() < share {
                test.add(treatment(&generator), to: .treatment)
            } else {
                test.add(control(&generator), to: .control)
            }
            if test.logPeak >= threshold { return count }
        }
        return nil
    }
}

private let equal: [Stream] = [
    Stream(
        testDescription: "2 % errors in halves", share: 0.5, treatment: { $0.trial(0.02) }, control: { $0.trial(0.02) }),
    Stream(
        testDescription: "2 % errors, 5 % canary", share: 0.05, treatment: { $0.trial(0.02) },
        control: { $0.trial(0.02) }),
    Stream(
        testDescription: "40 % and 35 %, margin 5 points", share: 0.25, values: 5000, margin: 0.05,
        treatment: { $0.trial(0.4) },
        control: { $0.trial(0.35) }),
    Stream(
        testDescription: "scores of one mean and two spreads", share: 0.3, values: 5000, direction: .lower,
        treatment: { $0.trial(0.7) }, control: { 0.6 + 0.2 * $0.unit() }),
    Stream(
        testDescription: "exactly as much worse as is allowed", share: 0.5, values: 5000, margin: -0.02,
        direction: .lower,
        treatment: { $0.trial(0.12) }, control: { $0.trial(0.1) }),
]

@Test(arguments: equal)
private func `an equal treatment is seldom called worse, though looked at after each of up to 20,000 values`(
    stream: Stream
) async {
    let alarms = await count(runs: 500) { stream.alarm($0) != nil }
    #expect(alarms <= 25, "of 500")
}

private let worse: [(Stream, median: Int)] = [
    (
        Stream(
            testDescription: "2 % to 10 % errors in halves", share: 0.5, treatment: { $0.trial(0.10) },
            control: { $0.trial(0.02) }), 400
    ),
    (
        Stream(
            testDescription: "2 % to 10 % errors, 10 % canary", share: 0.1, treatment: { $0.trial(0.10) },
            control: { $0.trial(0.02) }), 1200
    ),
    (
        Stream(
            testDescription: "2 % to 100 % errors, 10 % canary", share: 0.1, treatment: { $0.trial(1) },
            control: { $0.trial(0.02) }), 40
    ),
    (
        Stream(
            testDescription: "5 % to 30 % slow, 1 % canary", share: 0.01, treatment: { $0.trial(0.3) },
            control: { $0.trial(0.05) }), 4000
    ),
    (
        Stream(
            testDescription: "scores from 0.8 to 0.7", share: 0.5, direction: .lower,
            treatment: { 0.4 + 0.6 * $0.unit() },
            control: { 0.6 + 0.4 * $0.unit() }), 400
    ),
    (
        Stream(
            testDescription: "equal, shown to be no more than 2 points worse", share: 0.5, margin: -0.02,
            direction: .lower, treatment: { $0.trial(0.02) }, control: { $0.trial(0.02) }), 3000
    ),
]

@Test(arguments: worse)
private func `a worse treatment is called worse soon`(stream: Stream, median: Int) async {
    let found = await delays(runs: 100) { stream.alarm($0) }
    #expect(found[50] <= median)
    #expect(found[99] <= 20_000)
}
