import EvaluationReport
import Statistics
import Testing

/// What the verb itself says of runs whose truth is known, 500 times each.
@Suite struct SimulatedRunsTests {
    private static let runs = 500

    /// Scores in tenths, from 0.1 to 1.
    private static func tenths(_ generator: inout SeededGenerator) -> Double {
        (1 + (generator.unit() * 10).rounded(.down)) / 10
    }

    private static func analysis(
        _ candidates: [SimulatedCandidate], cases: Int, seed: Int, resamples: Int
    ) -> RunAnalysis {
        var options = RunAnalysis.Options()
        options.resamples = resamples
        options.worstCases = 0
        return RunAnalysis(simulatedRun(candidates, cases: cases, seed: UInt64(seed)), options)
    }

    /// In how many of the runs something holds; a few at once.
    private static func count(_ holds: @escaping @Sendable (Int) -> Bool) async -> Int {
        await withTaskGroup(of: Int.self) { group in
            for part in 0..<4 {
                group.addTask { stride(from: part, to: runs, by: 4).count { holds($0) } }
            }
            return await group.reduce(0, +)
        }
    }

    @Test func `intervals cover the truth in 95 ± 2 % of runs`() async {
        let right = await Self.count { seed in
            Self.analysis([.binary("a/x", 0.7)], cases: 90, seed: seed, resamples: 100).candidates[0].score?.covers(0.7)
                == true
        }
        #expect(abs(right - Self.runs * 95 / 100) <= Self.runs * 2 / 100, "right or wrong: \(right)")
        let graded = await Self.count { seed in
            let candidate = SimulatedCandidate(name: "a/x", score: { Self.tenths(&$0) })
            return Self.analysis([candidate], cases: 90, seed: seed, resamples: 500).candidates[0].score?.covers(0.55)
                == true
        }
        #expect(abs(graded - Self.runs * 95 / 100) <= Self.runs * 2 / 100, "graded: \(graded)")
    }

    @Test(arguments: [4, 8, 15])
    func `of candidates that are equal few are told apart, however few the cases`(cases: Int) async {
        let wrong = await Self.count { seed in
            let equals = ["a/x", "b/x"].map { SimulatedCandidate(name: $0, score: { Self.tenths(&$0) }) }
            return Self.analysis(equals, cases: cases, seed: seed, resamples: 100).candidates[1].scoreComparison?
                .verdict()
                != .undecided
        }
        // 5 %, and three standard deviations of a count of 500.
        #expect(wrong <= 39, "\(wrong)")
    }

    @Test func `who is better is found in nearly all runs`() async {
        let found = await Self.count { seed in
            let analysis = Self.analysis(
                [.binary("a/x", 0.6), .binary("b/x", 0.8)], cases: 200, seed: seed, resamples: 100)
            return analysis.candidates[1].scoreComparison?.verdict() == .better
        }
        #expect(found >= Self.runs * 95 / 100, "\(found)")
    }
}
