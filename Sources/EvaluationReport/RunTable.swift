internal import Evaluation
internal import PlainText
internal import Statistics

/// The run as rows of text for a terminal: the caller aligns the columns. Nothing in them can act on a terminal.
public struct RunTable: Sendable {
    /// The columns' names.
    public let header: [String]
    /// A row for each candidate.
    public let rows: [[String]]
    /// The columns of numbers, which end at the same place.
    public let right: Set<Int>
    /// What the table means, and what is missing in it; a line each.
    public let notes: [String]

    /// Of an analysis.
    public init(_ analysis: RunAnalysis) {
        header = [
            "CANDIDATE", "SCORE", "95 %", "PASS", "VS BASELINE", "P", "", "ERRORS", "P50 MS", "P95 MS", "USD/1K",
            "CASES",
        ].map { $0 == "95 %" ? "\(Self.percent(analysis.options.confidence))" : $0 }
        right = [1, 3, 4, 5, 7, 8, 9, 10, 11]
        rows = analysis.candidates.enumerated().map {
            Self.row($1, isBaseline: $0 == analysis.record.baseline, analysis)
        }
        notes = Self.notes(analysis)
    }

    /// `95 %`.
    static func percent(_ confidence: Double) -> String {
        "\(DecimalText.significant(confidence * 100, 3)) %"
    }

    private static func row(_ candidate: CandidateFigures, isBaseline: Bool, _ analysis: RunAnalysis) -> [String] {
        let score = candidate.score
        let comparison = candidate.scoreComparison
        let summary = candidate.summary
        return [
            SafeText.harmless(candidate.name) + (candidate.isPareto ? " *" : ""),
            score.map { DecimalText.fixed($0.estimate, 3) } ?? "–",
            score.map { "\(DecimalText.fixed($0.lower, 3))…\(DecimalText.fixed($0.upper, 3))" } ?? "–",
            candidate.passRate.map { "\(DecimalText.fixed($0.estimate * 100, 1)) %" } ?? "–",
            isBaseline ? "baseline" : comparison.map { DecimalText.signed($0.difference.estimate, 3) } ?? "–",
            comparison.map { Self.pValue($0.adjustedPValue) } ?? "",
            comparison.map { Self.word($0.verdict(alpha: analysis.options.alpha)) } ?? "",
            NumberText.grouped(summary.errors),
            summary.latency(quantile: 0.5).map { DecimalText.fixed($0, 0) } ?? "–",
            candidate.p95.map { DecimalText.fixed($0, 0) } ?? "–",
            summary.usdPerThousand.map { DecimalText.significant($0, 3) } ?? "–",
            NumberText.grouped(summary.cases) + (candidate.droppedAfter == nil ? "" : " dropped"),
        ]
    }

    /// `better`, `worse`, or nothing where neither is shown.
    static func word(_ verdict: PairedComparison.Verdict) -> String { verdict == .undecided ? "" : verdict.rawValue }

    /// `0.012`, `<0.001`.
    static func pValue(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        return value < 0.001 ? "<0.001" : DecimalText.fixed(value, 3)
    }

    private static func notes(_ analysis: RunAnalysis) -> [String] {
        var notes: [String] = []
        if analysis.candidates.contains(where: \.isPareto) {
            let names = analysis.dimensions.map(\.title).joined(separator: ", ")
            notes.append("* nobody is better in one of \(names) and as good in the others")
        }
        if analysis.candidates.count > 1 {
            let tests = Set(analysis.candidates.compactMap { $0.scoreComparison?.test.words }).sorted()
            let by = tests.isEmpty ? "" : ", by \(tests.joined(separator: " or "))"
            notes.append("P: against the baseline on the same cases\(by), after Holm's correction")
        }
        let missing = analysis.candidates.filter { $0.missing > 0 && $0.droppedAfter == nil }
        if !missing.isEmpty {
            let counts = missing.map { "\(SafeText.harmless($0.name)) \(NumberText.grouped($0.missing))" }
            notes.append("cases without a result: \(counts.joined(separator: ", "))")
        }
        switch analysis.record.state {
        case .finished: break
        case .interrupted: notes.append("the run was interrupted: these are the cases that are done")
        case .spent: notes.append("the budget is spent: these are the cases that are done")
        }
        return notes
    }
}
