import Testing

@testable import Statistics

/// One race to its end: candidates that are right with these probabilities, independently of each other.
private func run(_ accuracies: [Double], cases: Int, indifference: Double = 0, seed: UInt64) -> Race? {
    guard var race = Race(candidates: accuracies.count, indifference: indifference) else { return nil }
    var generator = SeededGenerator(seed: seed)
    for end in RacePlan(cases: cases).roundEnds {
        while race.cases < end { race.add(accuracies.map { generator.trial($0) }) }
        race.drop()
        if race.isSettled { break }
    }
    return race
}

@Test(arguments: [(0.0, 0.05), (0.02, 0.05), (0.02, 0.1)])
func `a race of five spends at most 60 % of the cost with at most 5 % wrong picks`(
    indifference: Double, gap: Double
) async {
    let accuracies = [0.9, 0.9 - gap, 0.9 - 2 * gap, 0.9 - 3 * gap, 0.9 - 4 * gap].reversed() as [Double]
    let runs = 200
    // A wrong pick counts as if it had cost everything and more.
    let costs = await delays(runs: runs) { seed in
        guard let race = run(accuracies, cases: 1000, indifference: indifference, seed: seed) else { return nil }
        return race.spent + (race.pick == 4 ? 0 : 1_000_000)
    }
    let wrong = costs.count { $0 > 1_000_000 }
    let mean = costs.reduce(0) { $0 + Double($1 % 1_000_000) } / Double(runs) / 5000
    #expect(wrong <= runs / 20)
    #expect(mean <= 0.6)
}

@Test(arguments: [0.0, 0.02])
func `one of five equals is seldom dropped where that matters`(indifference: Double) async {
    // Without an indifference the first must not be dropped; with one, somebody good always remains, and here all are.
    let dropped = await count(runs: 200) { seed in
        guard let race = run([0.8, 0.8, 0.8, 0.8, 0.8], cases: 1000, indifference: indifference, seed: seed) else {
            return true
        }
        return indifference == 0 ? !race.remaining.contains(0) : race.remaining.isEmpty
    }
    #expect(dropped <= 10, "of 200")
}

@Test func `indifferences do not add up from one candidate to the next`() throws {
    var race = try #require(Race(candidates: 3, indifference: 0.2))
    for _ in 0..<30 { race.add([nil, 0.6, 0.55]) }
    #expect(race.drop().map(\.candidate) == [2])
    // The second stands for the third now: it yields only to one that is better beyond doubt, not to one that is about as
    // good, and so might be two indifferences below the third.
    for _ in 0..<45 { race.add([0.5, 0.45, nil]) }
    #expect(race.drop().map(\.candidate) == [0])
    #expect(race.pick == 1)
}

@Test func `a race says who dropped whom, and counts what was spent`() throws {
    var race = try #require(Race(candidates: 3, indifference: 0.01))
    for _ in 0..<100 { race.add([0, 1, nil]) }
    let drops = race.drop()
    #expect(drops.map(\.candidate) == [0] && drops.first?.rival == 1 && drops.first?.difference == -1)
    #expect(race.remaining == [1, 2] && race.spent == 200 && race.drops == drops && !race.isSettled)
    race.add([1, 1])
    #expect(race.spent == 201 && race.cases == 101)
}

@Test func `a plan's rounds end with the cases`() {
    #expect(RacePlan(cases: 100).roundEnds == [16, 20, 25, 32, 40, 50, 63, 79, 99, 100])
    #expect(RacePlan(cases: 3).roundEnds == [3])
    #expect(RacePlan(cases: 0).roundEnds.isEmpty && RacePlan(cases: -5).roundEnds.isEmpty)
    #expect(RacePlan(cases: .max, first: 0, growth: .nan).roundEnds.last == .max)
}
