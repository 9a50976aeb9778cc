import Drift
import HyperText

/// What is known of traffic, as a page for people, at `/monitor.html` of the operators' port.
extension MonitorReport {
    private enum Size {
        static let width = 720
        static let height = 90
        static let top = 18
    }

    static func page(_ monitor: TrafficMonitor) -> String {
        let (state, now) = (monitor.snapshot, Clock.epochMilliseconds())
        let rows = rows(state)
        return AdminPage.document(
            title: "Monitor",
            about:
                "What callers ask, what models answer and how it is served, compared with what it was. Numbers and names "
                + "of models only: no text is kept.",
            links: [.models, .exposure, .rollouts, .json("/monitor")],
            read: "Read at \(AlertText.time(now)); counted since \(AlertText.time(monitor.began))."
        ) { html in
            html.section("alerts", "Alerts") { alerts(state.book.alerts, &$0) }
            html.section("streams", "Streams", isLong: true) { streams(rows, now, &$0) }
            for (number, row) in rows.enumerated() {
                html.section("s\(number)", row.name.description, isLong: true) { stream(row, number, now, &$0) }
            }
        }
    }

    private static func alerts(_ alerts: [DriftAlert], _ html: inout HTML) {
        guard !alerts.isEmpty else { return html.element("p", text: "None: traffic is as it was.") }
        html.table(
            "What changed; the surest change first",
            columns: [
                .text("Since"), .text("Stream"), .text("Whose change"), .text("What"), .text("Before"), .text("Now"),
            ]
        ) { body in
            for alert in alerts {
                for (place, change) in alert.changes.enumerated() {
                    body.element("tr") { row in
                        row.rowHead(place == 0 ? AlertText.time(alert.since) : "")
                        row.cell(place == 0 ? alert.stream.description : "")
                        row.cell(place == 0 ? alert.family.rawValue : "")
                        row.cell(change.feature.rawValue)
                        row.cell(change.before)
                        row.cell(change.now)
                    }
                }
            }
        }
    }

    private static func streams(_ rows: [Row], _ now: Int64, _ html: inout HTML) {
        html.table(
            "Every candidate that was asked since this process began; the last minute",
            columns: [
                .text("Model"), .text("Candidate"), .text("State"), .number("Requests a minute"), .number("Errors"),
                .number("p50 ms"), .number("p95 ms"), .number("Cache hits"), .number("$ a minute"),
            ]
        ) { body in
            for row in rows {
                let minute = row.rates.minute(before: now)
                body.element("tr") { line in
                    line.rowHead(row.name.alias + (row.name.isCanary ? " (canary)" : ""))
                    line.cell(row.name.destination)
                    line.cell(word(row.stream))
                    line.number(minute.requests)
                    line.number(minute.errors)
                    line.figure(number(minute.quantile(0.5)))
                    line.figure(number(minute.quantile(0.95)))
                    line.number(minute.cacheHits)
                    line.figure("\(Double(minute.nanoUSD / 1_000) / 1e6)")
                }
            }
        }
    }

    private static func number(_ value: Double?) -> String { value.map { "\(Int($0.rounded()))" } ?? "–" }

    private static func stream(_ row: Row, _ number: Int, _ now: Int64, _ html: inout HTML) {
        let hour = row.rates.hour(before: now)
        plot(
            "s\(number)-r", "Requests a minute in the last hour, failed ones on top",
            hour.map { ($0.requests, $0.errors) }, &html)
        plot(
            "s\(number)-l", "95th percentile of duration a minute, in ms",
            hour.map { (Int(($0.quantile(0.95) ?? 0).rounded()), 0) }, &html)
        guard let stream = row.stream else { return }
        html.table(
            "Compared with the reference: the stability index (0.1 is worth a look, 0.25 is much), the p-value of Kolmogorov "
                + "and Smirnov for the latest values, and the evidence against no change",
            columns: [
                .text("What"), .text("Whose"), .text("Before"), .text("Now"), .number("Index"), .number("p"),
                .number("Evidence (ln)"), .text("State"),
            ]
        ) { body in
            for standing in stream.standings {
                body.element("tr") { line in
                    line.rowHead(standing.feature.rawValue)
                    line.cell(standing.feature.family.rawValue)
                    line.cell(standing.isWatching ? standing.sizes.before : "")
                    line.cell(standing.counts.recent > 0 ? standing.sizes.now : "")
                    line.figure(standing.isWatching ? "\((standing.shift * 100).rounded() / 100)" : "")
                    line.figure(standing.smirnov.map { "\(($0 * 1_000).rounded() / 1_000)" } ?? "–")
                    line.figure("\((standing.logEvidence * 10).rounded() / 10)")
                    line.cell(
                        standing.alarm.map { "alarm since \(AlertText.time($0))" }
                            ?? (standing.isWatching ? "steady" : "learning, \(standing.counts.reference) so far"))
                }
            }
        }
    }

    private static func plot(_ id: String, _ title: String, _ values: [(all: Int, failed: Int)], _ html: inout HTML) {
        let most = values.map(\.all).max() ?? 0
        let words = most == 0 ? "none" : "at most \(most)"
        html.element(
            "svg", ("class", "plot"), ("viewBox", "0 0 \(Size.width) \(Size.height)"), ("role", "img"),
            ("aria-labelledby", "\(id)-t")
        ) { svg in
            svg.element("title", ("id", "\(id)-t"), text: "\(title): \(words)")
            svg.shape(
                "line", ("class", "axis"), ("x1", "0"), ("x2", "\(Size.width)"), ("y1", "\(Size.height - 1)"),
                ("y2", "\(Size.height - 1)"))
            svg.element("text", ("x", "0"), ("y", "12"), text: "\(title): \(words)")
            for (minute, value) in values.enumerated() where value.all > 0 {
                bar(minute, value.all, most, values.count, "f-bar", &svg)
                if value.failed > 0 { bar(minute, value.failed, most, values.count, "f-denied", &svg) }
            }
        }
    }

    private static func bar(
        _ minute: Int, _ value: Int, _ most: Int, _ minutes: Int, _ colour: String, _ svg: inout HTML
    ) {
        let room = Double(Size.height - Size.top - 1)
        let height = max(1, Int((room * Double(value) / Double(max(most, 1))).rounded()))
        let width = Size.width / max(1, minutes)
        svg.shape(
            "rect", ("class", colour), ("x", "\(minute * width)"), ("y", "\(Size.height - 1 - height)"),
            ("width", "\(max(1, width - 1))"), ("height", "\(height)"))
    }
}
