import Testing

@testable import Statistics

/// A function of the library by the name that the reference gives it, on a row of arguments.
private let functions: [String: @Sendable ([Double]) -> Double?] = [
    "normalCumulative": { NormalDistribution.cumulative($0[0]) },
    "normalUpperTail": { NormalDistribution.upperTail($0[0]) },
    "normalQuantile": { NormalDistribution.quantile($0[0]) },
    "betaCumulative": { BetaDistribution($0[0], $0[1])?.cumulative($0[2]) },
    "betaUpperTail": { BetaDistribution($0[0], $0[1])?.upperTail($0[2]) },
    "betaQuantile": { BetaDistribution($0[0], $0[1])?.quantile($0[2]) },
    "binomialProbability": {
        BinomialDistribution(trials: Int($0[0]), probability: $0[1])?.probability(of: Int($0[2]))
    },
    "binomialCumulative": { BinomialDistribution(trials: Int($0[0]), probability: $0[1])?.cumulative(Int($0[2])) },
    "binomialUpperTail": { BinomialDistribution(trials: Int($0[0]), probability: $0[1])?.upperTail(Int($0[2])) },
    "chiSquareCumulative": { ChiSquareDistribution(degreesOfFreedom: $0[0])?.cumulative($0[1]) },
    "chiSquareUpperTail": { ChiSquareDistribution(degreesOfFreedom: $0[0])?.upperTail($0[1]) },
    "chiSquareQuantile": { ChiSquareDistribution(degreesOfFreedom: $0[0])?.quantile($0[1]) },
    "studentCumulative": { StudentDistribution(degreesOfFreedom: $0[0])?.cumulative($0[1]) },
    "studentUpperTail": { StudentDistribution(degreesOfFreedom: $0[0])?.upperTail($0[1]) },
    "studentQuantile": { StudentDistribution(degreesOfFreedom: $0[0])?.quantile($0[1]) },
    "kolmogorovUpperTail": { KolmogorovDistribution.upperTail($0[0]) },
    "kolmogorovCumulative": { KolmogorovDistribution.cumulative($0[0]) },
    "wilsonLower": {
        ProportionInterval.wilson(successes: Int($0[0]), trials: Int($0[1]), confidence: $0[2])?.lower
    },
    "wilsonUpper": {
        ProportionInterval.wilson(successes: Int($0[0]), trials: Int($0[1]), confidence: $0[2])?.upper
    },
    "clopperPearsonLower": {
        ProportionInterval.clopperPearson(successes: Int($0[0]), trials: Int($0[1]), confidence: $0[2])?.lower
    },
    "clopperPearsonUpper": {
        ProportionInterval.clopperPearson(successes: Int($0[0]), trials: Int($0[1]), confidence: $0[2])?.upper
    },
    "mcNemarExact": { McNemarTest.exact(onlyFirst: Int($0[0]), onlySecond: Int($0[1]))?.pValue },
    "mcNemarChiSquare": { McNemarTest.chiSquare(onlyFirst: Int($0[0]), onlySecond: Int($0[1]))?.pValue },
]

@Test(arguments: functions.keys.sorted())
func `a function agrees with SciPy or statsmodels to 1e-9`(name: String) throws {
    let rows = try #require(try Reference.shared.get().values[name])
    let function = try #require(functions[name])
    #expect(rows.count >= 40)
    for row in rows {
        let reference = try #require(row.last)
        let value = function(row)
        #expect(agrees(value, reference), "\(name)(\(row.dropLast())): \(String(describing: value)), not \(reference)")
    }
}

@Test func `the reference has no function that is not compared`() throws {
    #expect(Set(try Reference.shared.get().values.keys) == Set(functions.keys))
    #expect(try Reference.shared.get().versions["scipy"] != nil)
}

@Test func `t tests, their intervals and sign tests agree with SciPy`() throws {
    let samples = try Reference.shared.get().samples
    #expect(samples.count >= 50)
    for sample in samples {
        let test = try #require(PairedTests.student(sample.values))
        #expect(agrees(test.statistic, sample.tStatistic) && agrees(test.pValue, sample.tPValue))
        let interval = try #require(MeanInterval.student(SampleMoments(sample.values), confidence: 0.9))
        #expect(agrees(interval.lower, sample.tLower) && agrees(interval.upper, sample.tUpper))
        #expect(agrees(PairedTests.sign(sample.values).pValue, sample.signPValue))
    }
}

@Test func `sign-flip tests agree with SciPy`() throws {
    let samples = try Reference.shared.get().signFlips
    #expect(samples.count >= 30)
    for sample in samples {
        let test = try #require(PairedTests.signFlip(sample.values))
        #expect(agrees(test.pValue, sample.pValue), "\(sample.values): \(test.pValue), not \(sample.pValue)")
    }
}

@Test func `percentile and BCa intervals of given resamples agree with SciPy`() throws {
    for sample in try Reference.shared.get().samples {
        let bootstrap = Bootstrap(sorted: sample.values.sorted(), means: sample.resampled)
        let percentile = try #require(bootstrap.percentile(confidence: 0.9))
        #expect(agrees(percentile.lower, sample.percentile[0]) && agrees(percentile.upper, sample.percentile[1]))
        let corrected = try #require(bootstrap.biasCorrected(confidence: 0.9))
        #expect(
            agrees(corrected.lower, sample.BCa[0]) && agrees(corrected.upper, sample.BCa[1]),
            "\(corrected), not \(sample.BCa)")
    }
}

@Test func `Kolmogorov and Smirnov's test agrees with SciPy, exact and in the limit`() throws {
    let reference = try Reference.shared.get()
    for pair in reference.distances + reference.largeDistances {
        let test = try #require(KolmogorovSmirnovTest.test(pair.first, pair.second))
        #expect(agrees(test.statistic, pair.statistic))
        let expected = try #require(pair.exact ?? pair.asymptotic)
        #expect(agrees(test.pValue, expected), "\(pair.first.count), \(pair.second.count): \(test.pValue), \(expected)")
    }
}

@Test func `Holm's correction agrees with statsmodels`() throws {
    for entry in try Reference.shared.get().holm {
        let adjusted = HolmCorrection.adjusted(entry.pValues)
        #expect(zip(adjusted, entry.adjusted).allSatisfy { agrees($0, $1) } && adjusted.count == entry.adjusted.count)
    }
}

@Test func `the stability index agrees with SciPy's relative entropies`() throws {
    for entry in try Reference.shared.get().stability {
        let index = PopulationStability.index(reference: entry.reference, current: entry.current)
        #expect(agrees(index, entry.index))
    }
}

@Test func `the generator draws what its authors' algorithm draws`() throws {
    for entry in try Reference.shared.get().generators {
        var generator = SeededGenerator(seed: try #require(UInt64(entry.seed)))
        #expect(entry.values.map { _ in String(generator.next()) } == entry.values)
    }
}
