import Statistics
import Testing

@Suite struct `How often something happens` {
    private func alarms(hits: Double, then: Double, after: Int, of values: Int, seed: UInt64) -> Int? {
        var generator = SeededGenerator(seed: seed)
        let reference = (0..<300).count { _ in generator.unit() < hits }
        guard var monitor = ShareMonitor(hits: reference, of: 300, alpha: 0.01, seed: ~seed) else { return -1 }
        for value in 0..<values where monitor.add(generator.unit() < (value < after ? hits : then)) { return value }
        return nil
    }

    @Test(arguments: [0.0, 0.01, 0.5, 0.9]) func `false alarms are as few as stated`(hits: Double) {
        let found = (1...300).count { alarms(hits: hits, then: hits, after: 0, of: 2_000, seed: $0) != nil }
        // 3 of 300 at 1 %; 11 and more have a probability below 0.0005.
        #expect(found <= 10)
    }

    @Test(arguments: [(0.0, 0.15), (0.02, 0.2), (0.5, 0.1), (1.0, 0.8)])
    func `a change is found soon, also late`(hits: Double, then: Double) {
        for seed in 1...20 as ClosedRange<UInt64> {
            let found = alarms(hits: hits, then: then, after: 5_000, of: 5_200, seed: seed)
            #expect(found.map { $0 >= 5_000 } == true, "seed \(seed)")
        }
    }

    @Test func `what cannot be is refused`() {
        #expect(ShareMonitor(hits: 1, of: 19, seed: 1) == nil)
        #expect(ShareMonitor(hits: 21, of: 20, seed: 1) == nil)
        #expect(ShareMonitor(hits: -1, of: 20, seed: 1) == nil)
        #expect(ShareMonitor(hits: 1, of: 20, alpha: 1, seed: 1) == nil)
    }
}
