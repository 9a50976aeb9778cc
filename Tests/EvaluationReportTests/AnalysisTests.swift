import Evaluation
import EvaluationReport
import Inference
import JSONText
import Statistics
import Testing

@Suite struct AnalysisTests {
    static let three = simulatedRun(
        [
            .binary("small/zero-shot", 0.70), .binary("large/zero-shot", 0.90, nanoUSD: 9_000_000, milliseconds: 300),
            .binary("worse/zero-shot", 0.50, nanoUSD: 2_000_000, milliseconds: 200),
        ], cases: 400)

    @Test func `the better candidate is found, the worse one too, and nobody is compared with himself`() throws {
        let analysis = RunAnalysis(Self.three)
        #expect(analysis.candidates[0].scoreComparison == nil)
        let large = try #require(analysis.candidates[1].scoreComparison)
        #expect(large.verdict() == .better && large.test == .mcnemar && large.cases == 400)
        #expect(large.difference.covers(0.2) && large.pValue <= large.adjustedPValue)
        #expect(analysis.candidates[2].scoreComparison?.verdict() == .worse)
        // All scores are 0 or 1: what passes is what scores.
        #expect(analysis.candidates[1].passComparison == large)
        #expect(analysis.candidates.map(\.isPareto) == [true, true, false])
    }

    @Test func `a p-value is corrected for all that are compared`() throws {
        let analysis = RunAnalysis(Self.three)
        let raw = analysis.candidates.compactMap(\.scoreComparison?.pValue)
        #expect(analysis.candidates.compactMap(\.scoreComparison?.adjustedPValue) == HolmCorrection.adjusted(raw))
    }

    @Test func `scores between 0 and 1 have a bootstrap's interval and test`() throws {
        let record = simulatedRun(
            [
                SimulatedCandidate(name: "a/x", score: { ($0.unit() * 10).rounded() / 10 }),
                SimulatedCandidate(name: "b/x", score: { 0.2 + 0.8 * ($0.unit() * 10).rounded() / 10 }),
            ], cases: 300)
        let analysis = RunAnalysis(record)
        #expect(!analysis.isBinary && analysis.candidates[0].intervalMethod == .bootstrap)
        #expect(analysis.candidates[0].score?.covers(0.5) == true)
        let comparison = try #require(analysis.candidates[1].scoreComparison)
        #expect(comparison.test == .bootstrap && comparison.verdict() == .better)
        #expect(comparison.difference.covers(0.1) && comparison.wins + comparison.losses <= 300)
        #expect(RunAnalysis(record).json() == analysis.json(), "same record, same figures")
    }

    @Test func `only cases that both have are compared`() throws {
        let whole = Self.three.contestants
        let cut = RunRecord.Contestant(
            name: "large/zero-shot", model: "large", method: "zero-shot", results: Array(whole[1].results.prefix(50)),
            droppedAfter: 50)
        let record = RunRecord(
            id: "r", suite: "s", startedAt: "", seed: 1, policyHash: "", state: .interrupted, cases: Self.three.cases,
            contestants: [whole[0], cut], texts: { _, _ in nil })
        let analysis = RunAnalysis(record)
        #expect(analysis.candidates[1].missing == 350 && analysis.candidates[1].summary.cases == 50)
        #expect(analysis.candidates[1].scoreComparison?.cases == 50)
        let table = RunTable(analysis)
        #expect(table.rows[1].last == "50 dropped" && table.notes.contains { $0.contains("interrupted") })
    }

    @Test func `a tag's scores are those of its cases`() throws {
        let analysis = RunAnalysis(Self.three)
        #expect(analysis.tags.map(\.name) == ["easy", "hard"] && analysis.tags.map(\.cases) == [266, 134])
        let hard = RunSummary(Self.three.contestants[1].results.compactMap { $0 }.filter { $0.tags == ["hard"] })
        #expect(try #require(analysis.tags[1].scores[1]).estimate == hard.score)
    }

    @Test func `what is known of some only is no dimension of the choice`() {
        let record = simulatedRun([.binary("a/x", 0.5), .binary("b/x", 0.9, nanoUSD: nil)], cases: 200)
        let analysis = RunAnalysis(record)
        #expect(analysis.dimensions == [.score, .latency])
        #expect(RunTable(analysis).rows[1][10] == "–")
    }

    @Test func `the worst cases are where a candidate falls behind, then where all are wrong`() throws {
        let analysis = RunAnalysis(Self.three)
        #expect(analysis.worst.count == 20 && Set(analysis.worst.map(\.test)).count == 20)
        for worst in analysis.worst {
            switch worst.reason {
            case .belowBaseline(let candidate, let fall):
                #expect(Self.three.contestants[0].results[worst.test]?.score == 1 && fall == 1)
                #expect(Self.three.contestants[candidate].results[worst.test]?.score == 0)
            case .low(let best):
                #expect(best == 0 && Self.three.contestants.allSatisfy { $0.results[worst.test]?.score == 0 })
            }
        }
    }

    @Test func `a run without cases or candidates has a table, JSON and a page`() {
        for candidates in [[], [SimulatedCandidate.binary("a/x", 0.5)]] {
            let analysis = RunAnalysis(simulatedRun(candidates, cases: 0))
            #expect(RunTable(analysis).rows.count == candidates.count)
            #expect((try? JSONDocument(parsing: analysis.json())) != nil)
            #expect(RunJUnit.document(analysis).hasSuffix("</testsuites>\n"))
        }
    }

    @Test func `a build server gets every case, and the gate's word`() throws {
        let record = simulatedRun([.binary("a/x", 0.5)], cases: 4, id: { "<\"case\" & \($0)>\u{1}" })
        let gate = try Gate("score>=0.99")
        let results = record.contestants[0].results.compactMap { $0 }
        let text = RunJUnit.document(
            RunAnalysis(record), gates: [("a/x", gate.verdict(GateFigures(results), baseline: nil))])
        #expect(text.components(separatedBy: "<testcase ") == 6)
        #expect(text.contains("name=\"&lt;&quot;case&quot; &amp; 0&gt;\u{FFFD}\""))
        #expect(text.contains("<failure message=\"score&gt;=0.99: no"))
    }
}

extension String {
    /// In how many parts another text parts this one.
    fileprivate func components(separatedBy text: String) -> Int {
        var (count, rest) = (1, self[...])
        while let found = rest.firstRange(of: text) {
            count += 1
            rest = rest[found.upperBound...]
        }
        return count
    }
}
