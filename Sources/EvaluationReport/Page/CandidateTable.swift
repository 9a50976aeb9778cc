internal import Evaluation
internal import HyperText
internal import PlainText
internal import Statistics

/// All candidates, the interval of each score as a bar on one scale.
struct CandidateTable {
    let analysis: RunAnalysis

    func write(to html: inout HTML) {
        let scale = Scale(analysis.candidates.compactMap(\.score))
        html.section("candidates", "Candidates", isLong: analysis.candidates.count > 12) { section in
            section.table(
                "Mean scores and rates from 0 to 1; times are of whole answers; – is not known",
                columns: [
                    .number("No."), .text("Candidate"), .number("Score"), .text(""), .number("Passes"),
                    .number("Errors"), .number("Refuses"), .number("Leaks"), .number("p50"), .number("p95"),
                    .number("$ per 1,000"), .number("Cases"),
                ]
            ) { body in
                for (place, candidate) in analysis.candidates.enumerated() {
                    body.element("tr") { row(place, candidate, scale, &$0) }
                }
            }
            section.element(
                "p", ("class", "note"),
                text: "Bars run from \(DecimalText.fixed(scale.least, 2)) to \(DecimalText.fixed(scale.greatest, 2)); "
                    + "the dark mark is the mean, the bar its interval "
                    + (analysis.isBinary ? "(Wilson)." : "(bootstrap, BCa)."))
        }
    }

    private func row(_ place: Int, _ candidate: CandidateFigures, _ scale: Scale, _ row: inout HTML) {
        let summary = candidate.summary
        row.figure("\(place + 1)")
        row.element("th", ("scope", "row")) { head in
            head.text(candidate.name)
            if place == analysis.record.baseline { tag("baseline", &head) }
            if candidate.isPareto { tag("Pareto", &head) }
            if let cases = candidate.droppedAfter { tag("dropped after \(NumberText.grouped(cases))", &head) }
        }
        row.figure(candidate.score.map { DecimalText.fixed($0.estimate, 3) } ?? "–")
        row.element("td", ("class", "ci")) { cell in
            guard let score = candidate.score else { return }
            scale.bar(score, &cell)
        }
        row.figure(candidate.passRate.map { DecimalText.fixed($0.estimate, 3) } ?? "–")
        row.number(summary.errors)
        row.figure(summary.refusalRate.map { DecimalText.fixed($0, 3) } ?? "–")
        row.figure(summary.leakRate.map { DecimalText.fixed($0, 3) } ?? "–")
        row.figure(summary.latency(quantile: 0.5).map { "\(DecimalText.fixed($0, 0)) ms" } ?? "–")
        row.figure(candidate.p95.map { "\(DecimalText.fixed($0, 0)) ms" } ?? "–")
        row.figure(summary.usdPerThousand.map { DecimalText.significant($0, 3) } ?? "–")
        row.number(summary.cases)
    }

    private func tag(_ text: String, _ html: inout HTML) {
        html.text(" ")
        html.element("b", ("class", "tag"), text: text)
    }

    /// A part of 0 to 1 that holds all intervals, in tenths.
    struct Scale {
        let least: Double
        let greatest: Double

        init(_ intervals: [ConfidenceInterval]) {
            let low = intervals.map(\.lower).filter(\.isFinite).min() ?? 0
            let high = intervals.map(\.upper).filter(\.isFinite).max() ?? 1
            least = max(0, (low * 10).rounded(.down) / 10)
            greatest = min(1, max((high * 10).rounded(.up) / 10, least + 0.1))
        }

        func place(_ value: Double) -> Double {
            guard greatest > least else { return 0 }
            return min(max((value - least) / (greatest - least), 0), 1) * 100
        }

        func bar(_ interval: ConfidenceInterval, _ html: inout HTML) {
            let words = "\(DecimalText.fixed(interval.lower, 3)) to \(DecimalText.fixed(interval.upper, 3))"
            html.element(
                "svg", ("viewBox", "0 0 100 8"), ("preserveAspectRatio", "none"), ("role", "img"), ("aria-label", words)
            ) { svg in
                svg.element("title", text: words)
                svg.shape("rect", ("class", "f-line"), ("y", "3"), ("width", "100"), ("height", "2"))
                let (left, right) = (place(interval.lower), place(interval.upper))
                svg.shape(
                    "rect", ("class", "range"), ("x", HTML.coordinate(left)), ("y", "1"),
                    ("width", HTML.coordinate(max(right - left, 0.5))), ("height", "6"))
                svg.shape(
                    "rect", ("class", "mark"), ("x", HTML.coordinate(min(place(interval.estimate), 99))), ("y", "0"),
                    ("width", "1"), ("height", "8"))
            }
        }
    }
}

/// All candidates against the baseline.
struct ComparisonTable {
    let analysis: RunAnalysis

    func write(to html: inout HTML) {
        guard let baseline = analysis.baseline,
            analysis.candidates.contains(where: { $0.scoreComparison != nil || $0.passComparison != nil })
        else { return }
        html.section("comparison", "Against the baseline, \(baseline.name)") { section in
            section.table(
                "Differences on the cases that both have, candidate less baseline; p after Holm's correction for all "
                    + "candidates",
                columns: [
                    .text("Candidate"), .text("Of"), .number("Difference"), .number("Interval"), .number("Better in"),
                    .number("Worse in"), .number("Cases"), .text("Test"), .number("p"), .text("Verdict"),
                ]
            ) { body in
                for candidate in analysis.candidates {
                    if let comparison = candidate.scoreComparison { row(candidate, "score", comparison, &body) }
                    guard !analysis.isBinary || candidate.passComparison != candidate.scoreComparison,
                        let comparison = candidate.passComparison
                    else { continue }
                    row(candidate, "passes", comparison, &body)
                }
            }
        }
    }

    private func row(
        _ candidate: CandidateFigures, _ what: String, _ comparison: PairedComparison, _ body: inout HTML
    ) {
        let difference = comparison.difference
        body.element("tr") { row in
            row.rowHead(candidate.name)
            row.cell(what)
            row.figure(DecimalText.signed(difference.estimate, 3))
            row.figure("\(DecimalText.signed(difference.lower, 3)) … \(DecimalText.signed(difference.upper, 3))")
            row.number(comparison.wins)
            row.number(comparison.losses)
            row.number(comparison.cases)
            row.cell(comparison.test.words)
            row.figure(RunTable.pValue(comparison.adjustedPValue))
            row.element("td") { cell in
                switch comparison.verdict(alpha: analysis.options.alpha) {
                case .better: cell.element("span", ("class", "better"), text: "better")
                case .worse: cell.element("span", ("class", "stop"), text: "worse")
                case .undecided: cell.text("not decided")
                }
            }
        }
    }
}
