import Testing

@testable import Statistics

/// 95 ± 2 % of 500.
private let expected = 465...485

@Test func `Wilson's interval covers the truth in 95 ± 2 % of 500 runs`() async {
    let covered = await count(runs: 500) { seed in
        var generator = SeededGenerator(seed: seed)
        let truth = 0.05 + 0.9 * generator.unit()
        let trials = 50 + generator.index(below: 450)
        let successes = (0..<trials).count { _ in generator.unit() < truth }
        return ProportionInterval.wilson(successes: successes, trials: trials)?.covers(truth) == true
    }
    #expect(expected.contains(covered))
}

@Test func `bootstrap intervals of a mean cover the truth in 95 ± 2 % of 500 runs`() async {
    // Of scores in quarters, the better the likelier; their mean is 0.7.
    @Sendable func sample(_ seed: UInt64) -> [Double] {
        var generator = SeededGenerator(seed: seed &+ 10_000)
        return (0..<300).map { _ in [0, 0.5, 0.75, 0.75, 1, 1, 1, 0.25, 0.75, 1][generator.index(below: 10)] }
    }
    let percentile = await count(runs: 500) {
        Bootstrap(of: sample($0), resamples: 1000, seed: $0)?.percentile()?.covers(0.7) == true
    }
    let corrected = await count(runs: 500) {
        Bootstrap(of: sample($0), resamples: 1000, seed: $0)?.biasCorrected()?.covers(0.7) == true
    }
    let student = await count(runs: 500) { MeanInterval.student(SampleMoments(sample($0)))?.covers(0.7) == true }
    for covered in [percentile, corrected, student] { #expect(expected.contains(covered)) }
}

@Test func `the bootstrap of paired differences covers the truth in 95 ± 2 % of 500 runs`() async {
    let covered = await count(runs: 500) { seed in
        var generator = SeededGenerator(seed: seed &+ 20_000)
        let differences = (0..<400).map { _ in generator.trial(0.8) - generator.trial(0.75) }
        return Bootstrap(of: differences, resamples: 1000, seed: seed)?.biasCorrected()?.covers(0.05) == true
    }
    #expect(expected.contains(covered))
}

@Test func `a resampled mean has the mean, the spread and the skewness that it must have`() throws {
    // Two distinct values; many, drawn one by one; and many more, by classes, some of them far out.
    var generator = SeededGenerator(seed: 3)
    let few = (0..<500).map { _ in generator.trial(0.1) }
    let some = (0..<600).map { _ in generator.exponential() }
    let many = (0..<6000).map { _ in generator.exponential() * generator.exponential() * generator.exponential() }
    for values in [few, some, many] {
        let bootstrap = try #require(Bootstrap(of: values, resamples: 4000, seed: 1))
        let (sample, drawn) = (SampleMoments(values), SampleMoments(bootstrap.means))
        let n = Double(values.count)
        let deviation = (sample.sumOfSquares / n / n).squareRoot()
        #expect(abs(drawn.mean - sample.mean) < 4 * deviation / 4000.0.squareRoot())
        #expect(abs((drawn.standardDeviation ?? 0) / deviation - 1) < 0.05)
        let cubes = values.reduce(0) { $0 + ($1 - sample.mean) * ($1 - sample.mean) * ($1 - sample.mean) } / n
        let skewness = cubes / (n * n * deviation * deviation * deviation)
        let resampled = bootstrap.means.reduce(0) { $0 + ($1 - drawn.mean) * ($1 - drawn.mean) * ($1 - drawn.mean) }
        #expect(abs(resampled / 4000 / (deviation * deviation * deviation) - skewness) < 0.16)
    }
}

@Test(arguments: [(5, 0.3), (40, 0.1), (40, 0.6), (1000, 0.4), (100_000, 0.03), (30, 0.97)])
func `drawn binomial counts have their probabilities`(trials: Int, probability: Double) throws {
    let distribution = try #require(BinomialDistribution(trials: trials, probability: probability))
    var generator = SeededGenerator(seed: 9)
    let draws = 20_000
    var ranks = [Int](repeating: 0, count: 20)
    for _ in 0..<draws {
        let count = BinomialSampler.draw(trials, probability, &generator)
        #expect((0...trials).contains(count))
        // A random point of the step is uniform.
        let rank = distribution.cumulative(count - 1) + generator.unit() * distribution.probability(of: count)
        ranks[min(Int(rank * 20), 19)] += 1
    }
    let mean = Double(draws) / 20
    let statistic = ranks.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) / mean }
    let square = try #require(ChiSquareDistribution(degreesOfFreedom: 19))
    #expect(square.upperTail(statistic) > 0.001, "\(statistic)")
}

@Test func `the same values in another order and the same seed give the same bootstrap`() throws {
    let values = (0..<3000).map { Double(($0 * 7919) % 1013) }
    let first = try #require(Bootstrap(of: values, resamples: 50, seed: 7))
    let second = try #require(Bootstrap(of: values.reversed() + [.nan], resamples: 50, seed: 7))
    #expect(first.means == second.means && first.means.count == 50)
    #expect(try #require(Bootstrap(of: values, resamples: 50, seed: 8)).means != first.means)
}

@Test func `the bootstrap's p-value is small for a true difference and not for none`() throws {
    let differences = (0..<400).map { [1.0, 0, 0, 0, 0, -1, 0, 0, 0, 1][$0 % 10] }
    #expect(try #require(PairedTests.bootstrap(differences, seed: 1)).pValue < 0.001)
    #expect(try #require(PairedTests.bootstrap([1, -1, 1, -1, 0], seed: 1)).pValue == 1)
    let student = try #require(PairedTests.student(differences))
    let other = differences.enumerated().map { $0.offset % 3 == 0 ? $0.element : 0 }
    let bootstrap = try #require(PairedTests.bootstrap(other, seed: 1)).pValue
    #expect(student.pValue < 0.001 && abs(bootstrap - (PairedTests.student(other)?.pValue ?? 0)) < 0.02)
}
