import Ledger
import LedgerReport
import PlainText

/// The report as a person reads it on a terminal.
struct ReportText {
    private let report: ExposureReport
    private var parts: [String] = []

    /// Rows of a table before the others are only counted.
    private static let rows = 15

    init(_ report: ExposureReport) {
        self.report = report
        summary()
        guard report.span != nil else { return }
        exposure()
        callers()
        trend()
        policies()
        counts("DENIED BECAUSE OF", report.denials)
        counts("ATTEMPTS ENDED", report.outcomes)
        counts("NOT IDENTIFIED BECAUSE OF", report.unidentified)
        counts("TURNED AWAY BECAUSE OF", report.refused)
        models()
    }

    var text: String { parts.joined(separator: "\n\n") }

    private mutating func summary() {
        guard let span = report.span else {
            parts.append("Nothing matches.")
            return
        }
        let totals = report.totals
        let cost = "\(MoneyText.dollars(totals.nanoUSD)) USD"
        parts.append(
            """
            From \(span.lowerBound) to \(span.upperBound)
            \(Self.number(totals.requests)) requests in \(Self.number(totals.attempts)) attempts by \
            \(Self.number(totals.principals)) principals; \(Self.number(totals.denied)) denied\
            \(totals.cached > 0 ? "; \(Self.number(totals.cached)) answered from the cache" : "")
            \(Self.number(totals.rawValues)) values left as they are, \(Self.number(totals.treatedValues)) treated
            \(Self.number(totals.input)) tokens asked, \(Self.number(totals.output)) answered, \(cost)\
            \(totals.unpriced > 0 ? " (\(Self.number(totals.unpriced)) results without a price)" : "")
            """)
    }

    /// A row for each class and destination, a column for each way in which values left.
    private mutating func exposure() {
        guard !report.exposure.isEmpty else { return }
        let ways = Set(report.exposure.map(\.treatment)).sorted {
            ($0 == "raw" ? 0 : 1, $0) < ($1 == "raw" ? 0 : 1, $1)
        }
        var table = TextTable(
            ["CLASS", "DESTINATION"] + ways.map { Self.safe($0).uppercased() }, right: Set(2..<(2 + ways.count)))
        var rows: [(head: [String], values: [String: Int])] = []
        for line in report.exposure {
            let head = [Self.safe(line.dataClass), Self.destination(line.provider, line.model, line.isInternal)]
            if rows.last?.head != head { rows.append((head, [:])) }
            rows[rows.count - 1].values[line.treatment, default: 0] += line.values
        }
        for row in rows { table.add(row.head + ways.map { way in row.values[way].map(Self.number) ?? "" }) }
        parts.append("Values that left, by how they left\n\n" + table.text)
    }

    private mutating func callers() {
        guard !report.callers.isEmpty else { return }
        var table = TextTable(
            ["PRINCIPAL", "TENANT", "RAW VALUES", "VALUES", "ATTEMPTS", "DENIED", "TOKENS", "USD"],
            right: [2, 3, 4, 5, 6, 7])
        for line in report.callers.prefix(Self.rows) {
            table.add([
                Self.safe(line.principal), Self.safe(line.tenant), Self.number(line.rawValues),
                Self.number(line.values), Self.number(line.attempts), Self.number(line.denied),
                Self.number(line.tokens), MoneyText.dollars(line.nanoUSD),
            ])
        }
        parts.append(table.text + Self.others(report.callers.count))
    }

    private mutating func trend() {
        let bars = Array("▁▂▃▄▅▆▇█")
        let points = report.trend.suffix(72)
        func line(_ value: (ExposureReport.Moment) -> Int) -> String {
            let most = points.map(value).max() ?? 0
            return String(points.map { most == 0 ? bars[0] : bars[(value($0) * 7 + most / 2) / most] })
        }
        guard points.count > 1, let first = points.first else { return }
        parts.append(
            """
            BY THE \(report.trendUnit.rawValue.uppercased()) FROM \(first.time)
            attempts    \(line(\.attempts))
            denied      \(line(\.denied))
            raw values  \(line(\.rawValues))
            """)
    }

    private mutating func policies() {
        guard !report.policies.isEmpty else { return }
        var table = TextTable(["POLICY", "PERMITTED", "DENIED"], right: [1, 2])
        for line in report.policies.prefix(Self.rows) {
            table.add([Self.safe(line.name), Self.number(line.permitted), Self.number(line.denied)])
        }
        parts.append(table.text + Self.others(report.policies.count))
    }

    private mutating func counts(_ title: String, _ counts: [ExposureReport.Count]) {
        guard !counts.isEmpty else { return }
        var table = TextTable([title, "COUNT"], right: [1])
        for line in counts.prefix(Self.rows) { table.add([Self.safe(line.name), Self.number(line.count)]) }
        parts.append(table.text + Self.others(counts.count))
    }

    private mutating func models() {
        guard !report.models.isEmpty else { return }
        var table = TextTable(
            ["MODEL", "ATTEMPTS", "TOKENS IN", "OUT", "USD", "FIRST BYTE P50", "P95", "WHOLE P50", "P95"],
            right: [1, 2, 3, 4, 5, 6, 7, 8])
        for line in report.models {
            func time(_ value: Int64?) -> String { value.map(NumberText.duration) ?? "" }
            table.add([
                Self.destination(line.provider, line.model, line.isInternal), Self.number(line.attempts),
                Self.number(line.input), Self.number(line.output), MoneyText.dollars(line.nanoUSD),
                time(line.firstByte?.p50), time(line.firstByte?.p95), time(line.total?.p50), time(line.total?.p95),
            ])
        }
        var text = table.text
        if let gateway = report.gateway {
            text +=
                "\nthe gateway's own stages: p50 \(NumberText.duration(gateway.p50)), p95 \(NumberText.duration(gateway.p95))"
        }
        parts.append(text)
    }

    private static func destination(_ provider: String, _ model: String, _ isInternal: Bool) -> String {
        safe("\(provider)/\(model)") + (isInternal ? " (internal)" : "")
    }

    private static func others(_ count: Int) -> String {
        count > rows ? "\nand \(count - rows) more (--json has all)" : ""
    }

    private static func number(_ value: Int) -> String { NumberText.grouped(value) }

    private static func safe(_ text: String) -> String { TerminalText.harmless(text) }
}
