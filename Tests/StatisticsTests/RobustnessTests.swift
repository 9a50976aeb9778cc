import Foundation
import Testing

@testable import Statistics

private let numbers: [Double] = [
    .nan, .infinity, -.infinity, 0, -0.0, -1, 1, 0.5, .leastNonzeroMagnitude, 1e-300, 1e300, -1e300,
    .greatestFiniteMagnitude, 1e10, 37,
]
private let counts: [Int] = [.min, -1, 0, 1, 2, 1000, 10_000_000_000, .max]

@Test func `no distribution traps, and every probability is one`() {
    func isProbability(_ value: Double) -> Bool { value.isNaN || (0...1).contains(value) }
    for x in numbers {
        for value in [
            NormalDistribution.cumulative(x), NormalDistribution.upperTail(x), KolmogorovDistribution.cumulative(x),
            KolmogorovDistribution.upperTail(x),
        ] { #expect(isProbability(value)) }
        _ = NormalDistribution.quantile(x) + KolmogorovDistribution.quantile(x)
        for shape in numbers {
            if let student = StudentDistribution(degreesOfFreedom: shape) {
                #expect(isProbability(student.cumulative(x)) && isProbability(student.upperTail(x)), "\(shape), \(x)")
                _ = student.quantile(x)
            }
            if let square = ChiSquareDistribution(degreesOfFreedom: shape) {
                #expect(isProbability(square.cumulative(x)) && isProbability(square.upperTail(x)), "\(shape), \(x)")
                _ = square.quantile(x)
            }
            for other in numbers {
                guard let beta = BetaDistribution(shape, other) else { continue }
                #expect(isProbability(beta.cumulative(x)) && isProbability(beta.upperTail(x)))
                if shape < 1e9, other < 1e9 { _ = beta.quantile(x) }
            }
        }
        for trials in counts {
            guard let binomial = BinomialDistribution(trials: trials, probability: x) else { continue }
            for count in counts {
                #expect(isProbability(binomial.cumulative(count)) && isProbability(binomial.upperTail(count)))
                #expect(isProbability(binomial.probability(of: count)))
            }
        }
    }
}

@Test func `empty samples, NaNs and counts out of range have no interval and no test, or a stated one`() {
    for trials in counts {
        for successes in counts {
            let isSound = trials > 0 && (0...trials).contains(successes)
            #expect((ProportionInterval.wilson(successes: successes, trials: trials) != nil) == isSound)
            if trials <= 1000 {
                #expect((ProportionInterval.clopperPearson(successes: successes, trials: trials) != nil) == isSound)
            }
            if let interval = ProportionSequence.interval(successes: successes, trials: trials) {
                #expect(interval.lower <= interval.estimate && interval.estimate <= interval.upper)
            }
            _ = McNemarTest.chiSquare(onlyFirst: successes, onlySecond: trials)
            _ = McNemarTest.exact(onlyFirst: successes, onlySecond: trials)
        }
    }
    for confidence in [0, 1, -1, 2, .nan, .infinity] {
        #expect(ProportionInterval.wilson(successes: 1, trials: 2, confidence: confidence) == nil)
        #expect(MeanInterval.student(SampleMoments([1, 2]), confidence: confidence) == nil)
        #expect(MeanSequence(in: 0...1, confidence: confidence) == nil)
        #expect(AlphaBudget(confidence) == nil)
    }
    #expect(McNemarTest.exact(onlyFirst: 0, onlySecond: 0)?.pValue == 1)
    #expect(McNemarTest.chiSquare(onlyFirst: 7, onlySecond: 7)?.pValue == 1)
    #expect(McNemarTest.exact(onlyFirst: -1, onlySecond: 3) == nil)
    for values in [[], [.nan], [.infinity], [1]] as [[Double]] {
        #expect(MeanInterval.student(SampleMoments(values)) == nil)
        #expect(PairedTests.student(values) == nil)
        #expect(PairedTests.sign(values).pValue == 1)
        #expect(PairedTests.signFlip(values)?.pValue == (values == [1] ? 1 : nil))
        #expect((Bootstrap(of: values, seed: 1) == nil) == (values != [1]))
        #expect((KolmogorovSmirnovTest.test(values, [1]) == nil) == (values.allSatisfy(\.isNaN)))
    }
    #expect(PairedTests.signFlip([0, 0])?.pValue == 1)
    #expect(PairedTests.signFlip(Array(repeating: 1, count: PairedTests.mostSignFlips))?.pValue == 0x1p-19)
    #expect(PairedTests.signFlip(Array(repeating: 1, count: PairedTests.mostSignFlips + 1)) == nil)
    let large = [1e308, -1e308, 1.7e308]
    #expect(MeanInterval.student(SampleMoments(large)) == nil && PairedTests.student(large) == nil)
    _ = Bootstrap(of: large, seed: 1)?.biasCorrected()
    #expect(PairedTests.student([2, 2, 2])?.pValue == 0 && PairedTests.student([0, 0])?.pValue == 1)
    #expect(Bootstrap(of: [3, 3, 3], seed: 1)?.biasCorrected() == ConfidenceInterval(estimate: 3, lower: 3, upper: 3))
    #expect(Bootstrap(of: [1, 2], resamples: 0, seed: 1) == nil)
    #expect(SampleQuantile.threshold(of: [.nan, 4, 2, 3, 1, .infinity], exceedance: 0.5) == 2.5)
    #expect(SampleQuantile.threshold(of: [], exceedance: 0.5) == nil)
    let corrected = HolmCorrection.adjusted([0.01, .nan, 0.02])
    #expect(corrected[0] == 0.03 && corrected[1].isNaN && corrected[2] == 0.04 && HolmCorrection.adjusted([]) == [])
    #expect(PopulationStability.index(reference: [1], current: [1, 2]) == nil)
    #expect(PopulationStability.index(reference: [0, 0], current: [.max, 0])?.isFinite == true)
}

@Test func `no sequential test traps, and NaN changes nothing`() throws {
    for x in numbers {
        for y in numbers {
            _ = MixtureRatio(effect: x)?.logRatio(estimate: y, variance: x)
            _ = MixtureRatio(effect: 1e-160)?.logRatio(estimate: y, variance: x)
            _ = PairedSampleSize.pairs(difference: x, standardDeviation: y)
            _ = PageHinkley(tolerance: x, threshold: y)
            guard x <= y else { continue }
            for z in numbers {
                var arms = ArmComparison(.lower, thanControlBy: z, in: x...y)
                var mean = MeanSequence(in: x...y)
                var betting = BettingTest(hypothesis: z, in: x...y)
                for value in numbers {
                    arms?.add(value, to: .treatment)
                    arms?.add(value, to: .control)
                    mean?.add(value)
                    betting?.add(value)
                }
                #expect(arms.map { !$0.pValue.isNaN } != false && betting.map { !$0.pValue.isNaN } != false)
                #expect(mean.map { !$0.interval.lower.isNaN } != false)
            }
        }
    }
    #expect(
        ArmComparison(.higher, in: 1...1) == nil && Race(candidates: 0) == nil && Race(candidates: 2, alpha: 0) == nil)
    var arms = try #require(ArmComparison(.higher))
    let before = arms
    #expect(!arms.add(.nan, to: .control) && arms == before)
    var monitor = try #require(ExchangeabilityMonitor(reference: (0..<20).map { _ in 1 }, seed: 1))
    for value in numbers { monitor.add(value) }
    #expect(monitor.count == numbers.count - 1)
    var categories = try #require(
        ExchangeabilityMonitor(categories: [Int](repeating: .min, count: 20), count: 2, seed: 1))
    for count in counts { categories.add(category: count) }
    #expect(ExchangeabilityMonitor(reference: [1, 2], seed: 1) == nil)
    var race = try #require(Race(candidates: 1))
    race.add([])
    #expect(race.drop().isEmpty && race.isSettled && race.pick == 0)
}

@Test func `what is stored and read again goes on as if nothing had been`() throws {
    func again<State: Codable>(_ state: State) throws -> State {
        try JSONDecoder().decode(State.self, from: JSONEncoder().encode(state))
    }
    var generator = SeededGenerator(seed: 4)
    var arms = try #require(ArmComparison(.higher))
    var monitor = try #require(ExchangeabilityMonitor(reference: (0..<100).map(Double.init), seed: 1))
    var race = try #require(Race(candidates: 3, indifference: 0.01))
    for _ in 0..<501 { arms.add(generator.trial(0.3), to: generator.unit() < 0.2 ? .treatment : .control) }
    for _ in 0..<50 { monitor.add(100 * generator.unit()) }
    for _ in 0..<50 { race.add((0..<3).map { generator.trial(0.3 * Double($0)) }) }
    var (storedArms, storedMonitor, storedRace) = (try again(arms), try again(monitor), try again(race))
    #expect(storedArms == arms && storedMonitor == monitor && storedRace == race)
    arms.add(1, to: .treatment)
    storedArms.add(1, to: .treatment)
    #expect(storedArms == arms && storedMonitor.add(3) == monitor.add(3) && storedMonitor == monitor)
    #expect(storedRace.drop() == race.drop() && storedRace == race)
}

@Test func `moments of parts merge to those of the whole`() {
    var generator = SeededGenerator(seed: 6)
    let values = (0..<1000).map { _ in 1e6 + generator.normal() }
    var parts = SampleMoments()
    for start in stride(from: 0, to: 1000, by: 170) {
        parts.merge(SampleMoments(values[start..<min(start + 170, 1000)]))
    }
    parts.merge(SampleMoments())
    let whole = SampleMoments(values)
    #expect(parts.count == 1000 && agrees(parts.mean, whole.mean) && agrees(parts.variance, whole.variance ?? 0))
    #expect(abs((whole.variance ?? 0) - 1) < 0.1)
}
