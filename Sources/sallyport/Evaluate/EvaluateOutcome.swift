import Evaluation
import EvaluationReport
import EvaluationRunner
import EvaluationStore
import Foundation
import Inference

/// What a run says in the end: the table, the gate's verdict, the exit code.
struct EvaluateOutcome {
    private let ending: EvaluationRun.Ending
    private let record: RunRecord?
    private let progress: RunProgress
    private let gate: Gate?
    private let isJSON: Bool

    init(
        _ ending: EvaluationRun.Ending, _ record: RunRecord?, _ progress: RunProgress, gate: Gate?, isJSON: Bool
    ) {
        self.ending = ending
        self.record = record
        self.progress = progress
        self.gate = gate
        self.isJSON = isJSON
    }

    private struct Line: Encodable {
        let candidate: String
        let cases, errors: Int
        let score, passRate, p50Ms, p95Ms, usdPer1k: Double?
        let costNanoUsd: Int64?
    }

    private struct GateLine: Encodable {
        let candidate: String
        let isOpen: Bool
        let comparisons: [String]
    }

    private struct Report: Encodable {
        let run: Int64
        let state, suite: String
        let why: String?
        let spentNanoUsd: Int64
        let hasUnknownCosts: Bool
        let asked, found, underWayBefore: Int
        let reasons: [String: Int]
        let candidates: [Line]
        let gate: [GateLine]?
    }

    /// Prints it all; the exit code.
    func tell() throws -> Int32 {
        guard let record else { return 2 }
        let lines = record.contestants.map { contestant in
            let summary = RunSummary(contestant.results.compactMap { $0 })
            return Line(
                candidate: contestant.name, cases: summary.cases, errors: summary.errors, score: summary.score,
                passRate: summary.passRate, p50Ms: summary.latency(quantile: 0.5),
                p95Ms: summary.latency(quantile: 0.95), usdPer1k: summary.usdPerThousand,
                costNanoUsd: summary.cost?.nanoUSD)
        }
        let verdicts = gate.map { self.verdicts($0, record) }
        if isJSON {
            print(
                try JSONLine.text(
                    Report(
                        run: ending.run, state: ending.state.rawValue, suite: record.suite,
                        why: ending.fault?.description, spentNanoUsd: progress.spent.nanoUSD,
                        hasUnknownCosts: progress.hasUnknownCosts, asked: progress.asked, found: progress.found,
                        underWayBefore: progress.underWayBefore, reasons: progress.reasons, candidates: lines,
                        gate: verdicts)))
        } else {
            table(lines, verdicts)
        }
        if let fault = ending.fault {
            complain("stopped early: \(fault); the same command goes on with run \(ending.run)")
            return 2
        }
        guard let verdicts else { return 0 }
        return verdicts.allSatisfy(\.isOpen) ? 0 : 1
    }

    private func verdicts(_ gate: Gate, _ record: RunRecord) -> [GateLine] {
        let figures = record.contestants.map { GateFigures($0.results.compactMap { $0 }) }
        let others = record.contestants.indices.filter { place in
            (place != record.baseline || record.contestants.count == 1)
                && record.contestants[place].droppedAfter == nil
        }
        return others.map { place in
            let verdict = gate.verdict(figures[place], baseline: figures[record.baseline])
            return GateLine(
                candidate: record.contestants[place].name, isOpen: verdict.isOpen, comparisons: verdict.comparisons)
        }
    }

    private func table(_ lines: [Line], _ verdicts: [GateLine]?) {
        var table = TextTable(
            ["CANDIDATE", "SCORE", "PASS %", "P50 MS", "P95 MS", "USD/1K", "CASES", "ERRORS"], right: Set(1..<8))
        func text(_ value: Double?, _ places: Int) -> String {
            value.map { String(format: "%.\(places)f", $0) } ?? "-"
        }
        for line in lines {
            table.add([
                line.candidate, text(line.score, 4), text(line.passRate.map { $0 * 100 }, 1), text(line.p50Ms, 0),
                text(line.p95Ms, 0), text(line.usdPer1k, 4), String(line.cases), String(line.errors),
            ])
        }
        print(table.text)
        for verdict in verdicts ?? [] {
            print("\ngate \(verdict.isOpen ? "open" : "shut") for \(verdict.candidate)")
            for line in verdict.comparisons { print("  \(line)") }
        }
        for (reason, count) in progress.reasons.sorted(by: { $0.key < $1.key }) { complain("\(count) × \(reason)") }
        complain(
            "run \(ending.run): \(progress.asked) answers paid for, \(progress.found) were there, "
                + "\(progress.hasUnknownCosts ? "at least " : "")\(progress.spent.usd) USD")
    }
}
