import Foundation
import Testing

@testable import Statistics

/// Lengths of answers: lognormal, in whole tokens, so that there are ties.
private func length(_ generator: inout SeededGenerator, shift: Double = 0, spread: Double = 0.6) -> Double {
    Foundation.exp(4 + shift + spread * generator.normal()).rounded()
}

private func category(_ generator: inout SeededGenerator, _ shares: [Double]) -> Int {
    let point = generator.unit()
    var sum = 0.0
    return shares.firstIndex {
        sum += $0
        return point < sum
    } ?? shares.count
}

/// After how many values from the switch a monitor of lengths alarms, or 0 if it did before; `nil` if never.
private func delay(seed: UInt64, before: Int, after: Int, shift: Double, spread: Double = 0.6) -> Int? {
    var generator = SeededGenerator(seed: seed)
    let reference = (0..<1000).map { _ in length(&generator) }
    guard var monitor = ExchangeabilityMonitor(reference: reference, seed: ~seed) else { return 0 }
    for _ in 0..<before where monitor.add(length(&generator)) { return 0 }
    for count in 1...max(after, 1) where monitor.add(length(&generator, shift: shift, spread: spread)) { return count }
    return nil
}

@Test func `a stream like its reference is seldom called drifted in 20,000 values`() async {
    let alarms = await count(runs: 100) { delay(seed: $0, before: 20_000, after: 0, shift: 0) == 0 }
    #expect(alarms <= 1, "of 100, at an alpha of 0.1 %")
}

@Test(arguments: [(500, 0.6, 0.6), (20_000, 0.9, 0.6), (5000, -0.9, 0.6), (2000, 0, 0.1)])
func `a clear switch is found within 200 values`(before: Int, shift: Double, spread: Double) async {
    let found = await delays(runs: 50) {
        delay(seed: $0 &+ 77, before: before, after: 400, shift: shift, spread: spread)
    }
    #expect(found.allSatisfy { $0 > 0 })
    #expect(found[47] <= 200)
}

@Test func `another mix of categories is found within 200 values, the same is not`() async {
    let usual = [0.6, 0.3, 0.08, 0.02]
    let found = await delays(runs: 50) { seed in
        var generator = SeededGenerator(seed: seed)
        let reference = (0..<1000).map { _ in category(&generator, usual) }
        guard var monitor = ExchangeabilityMonitor(categories: reference, count: 4, seed: ~seed) else { return 0 }
        for _ in 0..<5000 where monitor.add(category: category(&generator, usual)) { return 0 }
        for count in 1...400 where monitor.add(category: category(&generator, [0.2, 0.2, 0.3, 0.3])) { return count }
        return nil
    }
    #expect(found.allSatisfy { $0 > 0 } && found[49] <= 200)
}

@Test func `categories like the reference are seldom called drifted in 20,000`() async {
    let alarms = await count(runs: 100) { seed in
        var generator = SeededGenerator(seed: seed)
        let reference = (0..<1000).map { _ in category(&generator, [0.6, 0.3, 0.08, 0.02]) }
        guard var monitor = ExchangeabilityMonitor(categories: reference, count: 4, seed: ~seed) else { return true }
        return (0..<20_000).contains { _ in monitor.add(category: category(&generator, [0.6, 0.3, 0.08, 0.02])) }
    }
    #expect(alarms <= 1, "of 100, at an alpha of 0.1 %")
}

@Test func `what the monitor bets are densities`() {
    var sum = SIMD8<Double>(repeating: 0)
    let steps = 200_000
    for step in 0..<steps {
        sum += ExchangeabilityMonitor.densities((Double(step) + 0.5) / Double(steps)) / SIMD8(repeating: Double(steps))
    }
    for index in 0..<8 { #expect(abs(sum[index] - 1) < 0.01) }
}

@Test func `Page and Hinkley find a rise and a fall, and are silent before`() throws {
    for direction in [1.0, -1.0] {
        var test = try #require(PageHinkley(tolerance: 0.2, threshold: 30))
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<5000 { test.add(generator.normal()) }
        #expect(!test.hasChanged)
        let delay = (1...200).first { _ in test.add(generator.normal() + 2 * direction) }
        #expect((delay ?? .max) < 40)
    }
}
