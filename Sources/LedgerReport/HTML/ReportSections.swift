internal import HyperText
internal import PlainText

/// The parts of the report's page below the matrix.
struct ReportSections {
    let report: ExposureReport
    /// Where links lead; `nil` in a file that stands alone.
    let query: PageQuery?

    private enum Bounds {
        /// Rows of a table before the others are only counted.
        static let rows = 20
    }

    func tiles(_ html: inout HTML) {
        let totals = report.totals
        html.element("dl", ("class", "tiles")) { tiles in
            tile("Values left raw", totals.rawValues, "as they were written", "is-raw", &tiles)
            tile("Values left treated", totals.treatedValues, "surrogates, masks, labels", "is-treated", &tiles)
            tile("Requests sent", totals.requests, Self.attempts(totals), "", &tiles)
            tile("Requests denied", totals.denied, "nothing of them left", "is-denied", &tiles)
            tile("Principals", totals.principals, "people and services", "", &tiles)
            tiles.element("div") { tile in
                tile.element("dt", text: "Cost in USD")
                tile.element("dd", text: MoneyText.rounded(totals.nanoUSD))
                let tokens = "\(TrendPlot.short(totals.input)) tokens in, \(TrendPlot.short(totals.output)) out"
                tile.element("dd", text: tokens)
            }
        }
    }

    private static func attempts(_ totals: ExposureReport.Totals) -> String {
        let attempts = "in \(NumberText.grouped(totals.attempts)) attempts"
        return totals.cached == 0
            ? attempts : "\(attempts); \(NumberText.grouped(totals.cached)) answered from the cache"
    }

    private func tile(_ name: String, _ value: Int, _ note: String, _ colour: String, _ tiles: inout HTML) {
        tiles.element("div", colour.isEmpty ? nil : ("class", colour)) { tile in
            tile.element("dt", text: name)
            tile.element("dd", text: NumberText.grouped(value))
            tile.element("dd", text: note)
        }
    }

    func matrix(_ html: inout HTML) {
        let classes = Set(report.exposure.map(\.dataClass)).count
        html.section("matrix", "What went where", isLong: classes > 16) { HeatMap(report, query).write(to: &$0) }
    }

    func trends(_ html: inout HTML) {
        let by = "by the \(report.trendUnit.rawValue), UTC"
        html.element("div", ("class", "pair")) { pair in
            pair.section("values", "Values that left") { section in
                section.element("p", ("class", "note"), text: by)
                TrendPlot(
                    id: "values-plot", title: "Values that left, \(by)", unit: report.trendUnit, moments: report.trend,
                    series: [
                        .init(name: "as they are", fill: "f-raw", key: "key-raw", value: \.rawValues),
                        .init(name: "treated", fill: "f-treated", key: "key-treated", value: \.treatedValues),
                    ]
                ).write(to: &section)
            }
            pair.section("attempts", "Attempts and denials") { section in
                section.element("p", ("class", "note"), text: by)
                TrendPlot(
                    id: "attempts-plot", title: "Attempts and denials, \(by)", unit: report.trendUnit,
                    moments: report.trend,
                    series: [
                        .init(name: "denied", fill: "f-denied", key: "key-denied", value: \.denied),
                        .init(name: "sent", fill: "f-bar", key: "key-bar", value: \.attempts),
                    ]
                ).write(to: &section)
            }
        }
    }

    func callers(_ html: inout HTML) {
        guard !report.callers.isEmpty else { return }
        html.section("callers", "Who", isLong: true) { section in
            let most = report.callers.map(\.values).max() ?? 1
            section.table(
                "Principals, those with the most values that left as they are first\(rest(report.callers.count))",
                columns: [
                    .text("Principal"), .text("Tenant"), .number("As they are"), .number("All values"),
                    .text("Share"), .number("Attempts"), .number("Denied"), .number("Tokens"), .number("USD"),
                ]
            ) { body in
                for line in report.callers.prefix(Bounds.rows) {
                    body.element("tr") { row in
                        row.element("th", ("scope", "row")) { link(line.principal, "principal", &$0) }
                        row.cell(line.tenant)
                        row.number(line.rawValues)
                        row.number(line.values)
                        row.element("td", ("class", "bars")) {
                            shares(line.rawValues, line.values - line.rawValues, of: most, &$0)
                        }
                        row.number(line.attempts)
                        row.number(line.denied)
                        row.number(line.tokens)
                        row.figure(MoneyText.rounded(line.nanoUSD))
                    }
                }
            }
        }
    }

    private func shares(_ raw: Int, _ treated: Int, of most: Int, _ html: inout HTML) {
        html.element(
            "svg", ("viewBox", "0 0 100 8"), ("preserveAspectRatio", "none"), ("aria-hidden", "true"),
            ("focusable", "false")
        ) { svg in
            let scale = 100 / Double(max(most, 1))
            let left = Double(raw) * scale
            svg.shape("rect", ("class", "f-line"), ("width", "100"), ("height", "8"))
            svg.shape("rect", ("class", "f-raw"), ("width", HTML.coordinate(left)), ("height", "8"))
            svg.shape(
                "rect", ("class", "f-treated"), ("x", HTML.coordinate(left)),
                ("width", HTML.coordinate(Double(treated) * scale)), ("height", "8"))
        }
    }

    func decisions(_ html: inout HTML) {
        html.element("div", ("class", "pair")) { pair in
            if !report.policies.isEmpty {
                pair.section("policies", "Policies") { section in
                    section.table(
                        "How often each policy decided\(rest(report.policies.count))",
                        columns: [.text("Policy"), .number("Permitted"), .number("Denied")]
                    ) { body in
                        for line in report.policies.prefix(Bounds.rows) {
                            body.element("tr") { row in
                                row.element("th", ("scope", "row")) { link(line.name, "policy", &$0) }
                                row.number(line.permitted)
                                row.number(line.denied)
                            }
                        }
                    }
                }
            }
            pair.section("ends", "How requests ended") { section in
                counts("Attempts, by how they ended", "Outcome", report.outcomes, "outcome", &section)
                counts("Denied, by reason", "Reason", report.denials, "outcome", &section)
                counts("Callers not identified, by reason", "Reason", report.unidentified, nil, &section)
                counts("Turned away before policy was asked, by reason", "Reason", report.refused, nil, &section)
            }
        }
    }

    private func counts(
        _ caption: String, _ column: String, _ counts: [ExposureReport.Count], _ name: String?, _ html: inout HTML
    ) {
        guard !counts.isEmpty else { return }
        html.table(caption + rest(counts.count), columns: [.text(column), .number("Count")]) { body in
            for line in counts.prefix(Bounds.rows) {
                body.element("tr") { row in
                    row.element("th", ("scope", "row")) { head in
                        if let name { link(line.name, name, &head) } else { head.text(line.name) }
                    }
                    row.number(line.count)
                }
            }
        }
    }

    func models(_ html: inout HTML) {
        guard !report.models.isEmpty else { return }
        html.section("models", "Models: cost and time", isLong: report.models.count > 12) { section in
            section.table(
                "Tokens as the providers counted them; times are the 50th and 95th percentile",
                columns: [
                    .text("Model"), .number("Attempts"), .number("Tokens in"), .number("cached"), .number("out"),
                    .number("USD"), .number("First byte p50"), .number("p95"), .number("Whole p50"), .number("p95"),
                ]
            ) { body in
                for line in report.models {
                    body.element("tr") { row in
                        row.element("th", ("scope", "row")) { head in
                            head.text("\(line.provider)/\(line.model) ")
                            if line.isInternal { head.element("span", ("class", "tag"), text: "internal") }
                        }
                        row.number(line.attempts)
                        row.number(line.input)
                        row.number(line.cachedInput)
                        row.number(line.output)
                        row.figure(
                            line.nanoUSD == 0 && line.unpriced > 0 ? "no price" : MoneyText.dollars(line.nanoUSD))
                        for value in [line.firstByte?.p50, line.firstByte?.p95, line.total?.p50, line.total?.p95] {
                            row.figure(value.map(NumberText.duration) ?? "–")
                        }
                    }
                }
            }
            if let gateway = report.gateway {
                section.element(
                    "p", ("class", "note"),
                    text:
                        "The gateway's own stages took \(NumberText.duration(gateway.p50)) at the 50th percentile and "
                        + "\(NumberText.duration(gateway.p95)) at the 95th.")
            }
        }
    }

    private func link(_ text: String, _ name: String, _ html: inout HTML) {
        guard let query else { return html.text(text) }
        html.element("a", ("href", query.address(changing: [name: text])), text: text)
    }

    private func rest(_ count: Int) -> String {
        count > Bounds.rows ? "; the first \(Bounds.rows) of \(NumberText.grouped(count))" : ""
    }
}
