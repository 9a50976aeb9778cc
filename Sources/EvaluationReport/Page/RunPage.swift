internal import HyperText
internal import PlainText

/// The run as a page: one file that needs nothing else, runs nothing and loads nothing.
public enum RunPage {
    /// The page. `made` says when, for the foot. The texts of the worst cases are in it.
    public static func html(_ analysis: RunAnalysis, made: String) -> String {
        let record = analysis.record
        return PageFrame.document(
            title: "Evaluation of \(record.suite)", site: "Sallyport", rules: RunPageStyle.rules, isSealed: true,
            lead: { lead(analysis, &$0) },
            footer: "Run \(record.id), begun \(record.startedAt), seed \(record.seed)"
                + (record.policyHash.isEmpty ? "" : ", policies \(record.policyHash)") + ". Made \(made)."
        ) { html in
            guard !analysis.candidates.isEmpty else { return html.element("p", text: "There are no candidates.") }
            CandidateTable(analysis: analysis).write(to: &html)
            ComparisonTable(analysis: analysis).write(to: &html)
            plots(analysis, &html)
            TagMap(analysis: analysis).write(to: &html)
            WorstCaseList(analysis: analysis).write(to: &html)
        }
    }

    private static func lead(_ analysis: RunAnalysis, _ html: inout HTML) {
        let record = analysis.record
        html.element(
            "p",
            text: "\(NumberText.grouped(record.cases.count)) cases, \(record.contestants.count) candidates. "
                + "Intervals cover the true value in \(RunTable.percent(analysis.options.confidence)) of such runs.")
        switch record.state {
        case .finished: break
        case .interrupted:
            html.element("p", ("class", "stop"), text: "The run was interrupted: these are the cases that are done.")
        case .spent:
            html.element("p", ("class", "stop"), text: "The budget is spent: these are the cases that are done.")
        }
    }

    private static func plots(_ analysis: RunAnalysis, _ html: inout HTML) {
        let dimensions = analysis.dimensions.filter { $0 != .score }
        guard !dimensions.isEmpty, analysis.candidates.contains(where: { $0.score != nil }) else { return }
        html.section("pareto", "Score against cost and time") { section in
            section.element(
                "p", ("class", "note"),
                text:
                    "Filled: no other candidate is at least as good in score, cost and time and better in one of them. "
                    + "Up and to the left is better.")
            section.element("div", ("class", "pair")) { pair in
                for dimension in dimensions { ParetoPlot(analysis: analysis, dimension: dimension).write(to: &pair) }
            }
        }
    }
}

/// What this page has besides the common looks.
enum RunPageStyle {
    static let rules: StaticString = """
        .ci{width:10rem;padding-top:.75rem}
        .ci svg{display:block;width:9.5rem;height:.8rem}
        .plot .whisker{stroke:var(--edge);stroke-width:1.5}
        .ci .range,.plot .best{fill:var(--treated-4)}
        .ci .mark{fill:var(--ink)}
        .plot .other{fill:var(--card);stroke:var(--edge);stroke-width:2}
        .plot .best{stroke:var(--treated-5);stroke-width:2}
        .plot .name{fill:var(--ink)}
        figure{margin:0}
        .better{color:var(--treated-5);font-weight:600}
        .case{border-top:1px solid var(--line);padding:.6rem 0 .9rem}
        .case:first-of-type{border-top:0}
        .case h3{margin:.3rem 0}
        .answers{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,18rem),1fr));gap:.8rem}
        .answers h4,.case h4{font:600 .88rem/1.4 system-ui,sans-serif;margin:.6rem 0 .1rem}
        .case pre{max-height:30rem;overflow:auto;margin:.2rem 0}
        .case details{margin:.2rem 0}
        @media print{.case{break-inside:avoid}.case pre{max-height:none}.ci .range,.plot .best,.heat td{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
        """
}
