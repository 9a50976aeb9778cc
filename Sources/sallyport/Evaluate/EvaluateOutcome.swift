import Evaluation
import EvaluationReport
import EvaluationRunner
import EvaluationStore
import Foundation
import Inference
import JSONText

/// What a run says in the end: the table, the gate's verdict, files, the exit code.
struct EvaluateOutcome {
    private let ending: EvaluationRun.Ending
    private let progress: RunProgress
    private let analysis: RunAnalysis
    private let verdicts: [(candidate: String, verdict: Gate.Verdict)]?

    init(_ ending: EvaluationRun.Ending, _ record: RunRecord, _ progress: RunProgress, gate: Gate?) {
        self.ending = ending
        self.progress = progress
        analysis = RunAnalysis(record)
        verdicts = gate.map { Self.verdicts($0, record) }
    }

    /// Of every candidate but the baseline, unless it is the only one; those that a race dropped have lost.
    static func verdicts(
        _ gate: Gate, _ record: RunRecord
    ) -> [(candidate: String, verdict: Gate.Verdict)] {
        let figures = record.contestants.map { GateFigures($0.results.compactMap { $0 }) }
        let others = record.contestants.indices.filter { place in
            place != record.baseline || record.contestants.count == 1
        }
        return others.map { place in
            let contestant = record.contestants[place]
            guard contestant.droppedAfter == nil else { return (contestant.name, .dropped) }
            return (contestant.name, gate.verdict(figures[place], baseline: figures[record.baseline]))
        }
    }

    /// Writes the files that are wanted.
    func write(junit: String?, html: String?) throws {
        if let junit {
            try PrivateOutput.write(RunJUnit.document(analysis, gates: verdicts ?? []), to: junit)
        }
        if let html {
            let now = Timestamp.text(Int64(Date().timeIntervalSince1970))
            try PrivateOutput.write(RunPage.html(analysis, made: now), to: html)
        }
    }

    /// Prints it all; the exit code.
    func tell(isJSON: Bool) throws -> Int32 {
        if isJSON { print(String(decoding: json, as: UTF8.self)) } else { table() }
        if let fault = ending.fault {
            complain("stopped early: \(fault); the same command goes on with run \(ending.run)")
            return 2
        }
        return verdicts?.allSatisfy(\.verdict.isOpen) == false ? 1 : 0
    }

    private func table() {
        let rows = RunTable(analysis)
        var table = TextTable(rows.header, right: rows.right)
        for row in rows.rows { table.add(row) }
        print(table.text)
        for note in rows.notes { print(note) }
        for (candidate, verdict) in verdicts ?? [] {
            print("\ngate \(verdict.isOpen ? "open" : "shut") for \(candidate)")
            for line in verdict.comparisons { print("  \(line)") }
        }
        for (reason, count) in progress.reasons.sorted(by: { $0.key < $1.key }) { complain("\(count) × \(reason)") }
        complain(
            "run \(ending.run): \(progress.asked) answers paid for, \(progress.found) were there, "
                + "\(progress.hasUnknownCosts ? "at least " : "")\(progress.spent.usd) USD")
    }

    /// The analysis, what the run took, and the gate.
    private var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("analysis")
        writer.raw(analysis.json())
        writer.key("spending")
        writer.beginObject()
        writer.key("nano_usd")
        writer.int64(progress.spent.nanoUSD)
        writer.key("is_complete")
        writer.bool(!progress.hasUnknownCosts)
        writer.key("asked")
        writer.int(progress.asked)
        writer.key("found")
        writer.int(progress.found)
        writer.key("under_way_before")
        writer.int(progress.underWayBefore)
        writer.endObject()
        if let fault = ending.fault {
            writer.key("stopped")
            writer.string("\(fault)")
        }
        writer.key("errors")
        writer.beginObject()
        for (reason, count) in progress.reasons.sorted(by: { $0.key < $1.key }) {
            writer.key(reason)
            writer.int(count)
        }
        writer.endObject()
        writeGate(to: &writer)
        writer.endObject()
        return writer.bytes
    }

    private func writeGate(to writer: inout JSONWriter) {
        guard let verdicts else { return }
        writer.key("gate")
        writer.beginArray()
        for (candidate, verdict) in verdicts {
            writer.beginObject()
            writer.key("candidate")
            writer.string(candidate)
            writer.key("open")
            writer.bool(verdict.isOpen)
            writer.key("comparisons")
            writer.beginArray()
            for line in verdict.comparisons { writer.string(line) }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
    }
}
