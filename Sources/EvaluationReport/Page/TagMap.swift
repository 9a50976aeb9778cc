internal import HyperText
internal import PlainText
internal import Statistics

/// The scores by tag as a table whose cells are the darker the better.
struct TagMap {
    let analysis: RunAnalysis

    func write(to html: inout HTML) {
        guard !analysis.tags.isEmpty else { return }
        html.section("tags", "By tag", isLong: analysis.tags.count > 12) { section in
            let rest =
                analysis.tagCount > analysis.tags.count
                ? "; the \(analysis.tags.count) most frequent of \(NumberText.grouped(analysis.tagCount))" : ""
            let caption = "Mean scores and their intervals on the cases of a tag, not corrected for their number\(rest)"
            section.element(
                "div", ("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", "Scores by tag")
            ) {
                $0.element("table", ("class", "heat")) { table in
                    table.element("caption") { $0.element("span", text: caption) }
                    table.element("thead") { $0.element("tr") { head(&$0) } }
                    table.element("tbody") { body in
                        for tag in analysis.tags { body.element("tr") { row(tag, &$0) } }
                    }
                }
            }
        }
    }

    private func head(_ row: inout HTML) {
        row.element("th", ("scope", "col"), text: "Tag")
        for candidate in analysis.candidates { row.element("th", ("scope", "col"), text: candidate.name) }
    }

    private func row(_ tag: RunAnalysis.Tag, _ row: inout HTML) {
        row.element("th", ("scope", "row")) { head in
            head.text(tag.name)
            head.element("small", text: " \(NumberText.grouped(tag.cases))")
        }
        for score in tag.scores {
            guard let score else {
                row.element("td", ("class", "none"), text: "–")
                continue
            }
            row.element("td", ("class", "treated-\(Self.step(score.estimate))")) { cell in
                cell.element("div") { figures in
                    figures.element("b", text: DecimalText.fixed(score.estimate, 2))
                    figures.element(
                        "small", text: "\(DecimalText.fixed(score.lower, 2))–\(DecimalText.fixed(score.upper, 2))")
                }
            }
        }
    }

    /// 1 to 5, a fifth of the scores each.
    static func step(_ score: Double) -> Int {
        guard score.isFinite else { return 1 }
        return min(5, 1 + Int(min(max(score, 0), 1) * 5))
    }
}
