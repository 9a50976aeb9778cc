import Testing

@testable import Statistics

@Test func `what is beaten in everything is not in the Pareto set`() {
    // Score, price, latency.
    let points = [[0.9, 5, 800], [0.8, 1, 300], [0.8, 1, 400], [0.85, 6, 900], [0.9, 5, 800], [.nan, 0, 0], [1]]
    #expect(ParetoSet.indices(of: points, preferences: [.high, .low, .low]) == [0, 1, 4])
    #expect(ParetoSet.indices(of: points, preferences: [.low, .high, .high]) == [2, 3])
    #expect(ParetoSet.indices(of: [], preferences: [.high]).isEmpty)
}

@Test func `the Pareto set is what no other dominates, in any number of dimensions`() {
    var generator = SeededGenerator(seed: 1)
    for dimensions in 1...5 {
        let points = (0..<80).map { _ in (0..<dimensions).map { _ in Double(generator.index(below: 6)) } }
        let set = Set(ParetoSet.indices(of: points, preferences: Array(repeating: .high, count: dimensions)))
        for (index, point) in points.enumerated() {
            let isBeaten = points.contains { other in
                zip(other, point).allSatisfy { $0 >= $1 } && zip(other, point).contains { $0 > $1 }
            }
            #expect(set.contains(index) == !isBeaten)
        }
    }
}

@Test func `the weighted pick follows its weights`() {
    let points = [[0.9, 5], [0.8, 1], [0.7, 3], [.infinity, 1]]
    let preferences = [Preference.high, .low]
    #expect(WeightedPick.ranking(of: points, preferences: preferences, weights: [1, 0]).map(\.index) == [0, 1, 2])
    #expect(WeightedPick.ranking(of: points, preferences: preferences, weights: [0, 1]).map(\.index) == [1, 2, 0])
    let even = WeightedPick.ranking(of: points, preferences: preferences, weights: [])
    #expect(even.first?.index == 1 && agrees(even.first?.score, 0.75))
    #expect(WeightedPick.ranking(of: [[1], [1]], preferences: [.high], weights: [.nan, -1]).map(\.score) == [1, 1])
}

@Test func `the pairs that are asked for have the power that is asked for`() throws {
    // 33 pairs: ((1.96 + 0.84) / 0.5)² = 31.4.
    #expect(PairedSampleSize.pairs(difference: -0.5, standardDeviation: 1) == 32)
    let pairs = try #require(PairedSampleSize.pairs(difference: 0.05, standardDeviation: 0.4, alpha: 0.05, power: 0.9))
    var generator = SeededGenerator(seed: 11)
    let shown = (0..<400).count { _ in
        let sample = SampleMoments((0..<pairs).map { _ in 0.05 + 0.4 * generator.normal() })
        return (MeanInterval.student(sample)?.lower ?? 0) > 0
    }
    #expect((340...380).contains(shown))
    var differences = SampleMoments([1, 0, 0, 1, -1, 0, 1, 0])
    #expect(
        PairedSampleSize.further(differences)
            == PairedSampleSize.pairs(difference: 0.25, standardDeviation: differences.standardDeviation ?? 0).map {
                $0 - 8
            })
    for _ in 0..<1000 { differences.add(1) }
    #expect(PairedSampleSize.further(differences) == 0)
    #expect(PairedSampleSize.further(SampleMoments([1, -1])) == nil)
    #expect(PairedSampleSize.pairs(difference: 1e-300, standardDeviation: 1) == .max)
}
