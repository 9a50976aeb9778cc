import Testing

@testable import Statistics

@Test(arguments: [(20, 0.9, 0.85), (100, 0.9, 0.8), (1000, 0.7, 0.7)])
func `the interval of two proportions on the same cases covers the truth in 95 ± 2 % of 2,000 runs, or in more`(
    cases: Int, first: Double, second: Double
) async {
    let covered = await count(runs: 2_000) { seed in
        var generator = SeededGenerator(seed: seed)
        var (onlyFirst, onlySecond) = (0, 0)
        for _ in 0..<cases {
            // Both fail together more often than by chance, as models do.
            let shared = generator.unit()
            let mine = (generator.unit() + shared) / 2 < threshold(first)
            let other = (generator.unit() + shared) / 2 < threshold(second)
            if mine, !other { onlyFirst += 1 }
            if other, !mine { onlySecond += 1 }
        }
        return PairedProportionInterval.bonettPrice(onlyFirst: onlyFirst, onlySecond: onlySecond, pairs: cases)?
            .covers(first - second) == true
    }
    #expect((1_860...2_000).contains(covered), "\(covered) of 2,000")
    if cases >= 100 { #expect(covered <= 1_940, "\(covered) of 2,000") }
}

/// Where the mean of two uniform numbers is below with this probability, from ½ up.
private func threshold(_ probability: Double) -> Double { 1 - ((1 - probability) / 2).squareRoot() }

@Test func `two proportions have an interval of their own where no pair differs, and none without pairs`() throws {
    let interval = try #require(PairedProportionInterval.bonettPrice(onlyFirst: 0, onlySecond: 0, pairs: 10))
    // ± 1.95996 × √(2/12 / 12), by hand.
    #expect(abs(interval.upper - 0.230_99) < 1e-4 && interval.lower == -interval.upper && interval.estimate == 0)
    #expect(PairedProportionInterval.bonettPrice(onlyFirst: 0, onlySecond: 0, pairs: 0) == nil)
    #expect(PairedProportionInterval.bonettPrice(onlyFirst: 6, onlySecond: 5, pairs: 10) == nil)
    #expect(PairedProportionInterval.bonettPrice(onlyFirst: .max, onlySecond: 1, pairs: 10) == nil)
    #expect(PairedProportionInterval.bonettPrice(onlyFirst: -1, onlySecond: 1, pairs: 10) == nil)
}
