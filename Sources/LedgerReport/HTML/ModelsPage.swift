internal import HyperText
internal import PlainText

/// The models' page of the operators' port: each candidate's price, measurements and state, and its last hour minute by minute.
public struct ModelsPage: Sendable {
    /// One minute of a candidate's last hour.
    public struct Minute: Hashable, Sendable {
        /// Requests that ended.
        public let requests: Int
        /// Those of them that failed.
        public let failures: Int
        /// The mean time to the first token, in microseconds; `nil`: none was measured.
        public let firstToken: Int64?

        /// Puts the figures together.
        public init(requests: Int, failures: Int, firstToken: Int64?) {
            self.requests = requests
            self.failures = failures
            self.firstToken = firstToken
        }
    }

    /// A candidate of an alias.
    public struct Candidate: Hashable, Sendable {
        /// The name that callers use.
        public var alias: String
        /// How its candidates are put in order.
        public var strategy: String
        /// `provider/model`.
        public var destination: String
        /// US dollars for a million tokens of prompt and of answer; empty where unknown.
        public var price: String
        /// The median and the 95th percentile of the time to the first token, in microseconds; `nil`: not measured.
        public var firstToken: (median: Int64, tail: Int64)?
        /// Tokens a second; `nil`: not measured.
        public var tokensPerSecond: Double?
        /// The part of requests that failed in the last hour; `nil`: there were none.
        public var errorRate: Double?
        /// Requests under way.
        public var underWay: Int
        /// A word for whether it gets requests.
        public var state: String
        /// Nano-USD since midnight UTC; `nil`: it stands at another alias that has the same candidate.
        public var spent: Int64?
        /// The last hour, the oldest minute first.
        public var lastHour: [Minute]

        /// Puts the figures together.
        public init(
            alias: String, strategy: String, destination: String, price: String,
            firstToken: (median: Int64, tail: Int64)?, tokensPerSecond: Double?, errorRate: Double?, underWay: Int,
            state: String, spent: Int64?, lastHour: [Minute]
        ) {
            self.alias = alias
            self.strategy = strategy
            self.destination = destination
            self.price = price
            self.firstToken = firstToken
            self.tokensPerSecond = tokensPerSecond
            self.errorRate = errorRate
            self.underWay = underWay
            self.state = state
            self.spent = spent
            self.lastHour = lastHour
        }

        /// By where it is and what was measured.
        public static func == (left: Self, right: Self) -> Bool {
            left.alias == right.alias && left.destination == right.destination && left.lastHour == right.lastHour
        }

        /// By where it is.
        public func hash(into hasher: inout Hasher) {
            hasher.combine(alias)
            hasher.combine(destination)
        }
    }

    private let candidates: [Candidate]
    private let pricesAsOf: String?

    /// Takes the candidates in the order of the file.
    public init(_ candidates: [Candidate], pricesAsOf: String?) {
        self.candidates = candidates
        self.pricesAsOf = pricesAsOf
    }

    /// The page. `made` says when, for the foot.
    public func page(made: String) -> String {
        PageFrame.document(
            title: "Models", site: ReportPage.site,
            lead: { html in
                html.element("p") { lead in
                    lead.text("Who may serve callers, for how much and how fast, as this gateway measured it.")
                }
                html.element("p", ("class", "screen")) { links in
                    links.element("a", ("href", "/exposure"), text: "To the exposure page")
                    links.text(" · ")
                    links.element("a", ("href", "/models"), text: "As JSON")
                }
            },
            footer: "Measured since this process began, read at \(made)."
                + (pricesAsOf.map { " List prices as of \($0)." } ?? "")
        ) { html in
            html.section("candidates", "Candidates", isLong: true) { table(&$0) }
            lastHours(&html)
        }
    }

    private func table(_ html: inout HTML) {
        html.table(
            "Every candidate of every alias; – is unknown or not measured, errors are those of the last hour",
            columns: [
                .text("Model"), .text("Candidate"), .text("State"), .number("$ per million in / out"),
                .number("First token p50"), .number("p95"), .number("Tokens/s"), .number("Errors"),
                .number("Under way"), .number("Spent today, $"),
            ]
        ) { body in
            for (index, candidate) in candidates.enumerated() {
                body.element("tr") { row in
                    // An alias's name stands once.
                    let isFirst = index == 0 || candidates[index - 1].alias != candidate.alias
                    row.element("th", ("scope", "row"), isFirst ? nil : ("class", "none")) { head in
                        head.text(isFirst ? candidate.alias : "″")
                        if isFirst {
                            head.text(" ")
                            head.element("b", ("class", "tag"), text: candidate.strategy)
                        }
                    }
                    figures(candidate, &row)
                }
            }
        }
    }

    private func figures(_ candidate: Candidate, _ row: inout HTML) {
        // On a narrow screen the table is scrolled, not its words broken.
        row.element("td", ("class", "w"), text: candidate.destination)
        row.element("td", ("class", "w")) { cell in
            if candidate.state == "ready" {
                cell.text(candidate.state)
            } else {
                cell.element("span", ("class", "stop"), text: candidate.state)
            }
        }
        row.figure(candidate.price.isEmpty ? "–" : candidate.price)
        row.figure(candidate.firstToken.map { NumberText.duration($0.median) } ?? "–")
        row.figure(candidate.firstToken.map { NumberText.duration($0.tail) } ?? "–")
        row.figure(candidate.tokensPerSecond.map { NumberText.grouped(Int($0.rounded())) } ?? "–")
        row.figure(candidate.errorRate.map(Self.percent) ?? "–")
        row.number(candidate.underWay)
        row.figure(candidate.spent.map(MoneyText.dollars) ?? "see above")
    }

    private static func percent(_ part: Double) -> String {
        let tenths = Int((part * 1_000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }

    // MARK: The last hour

    private func lastHours(_ html: inout HTML) {
        var seen: Set<String> = []
        let active = candidates.filter {
            $0.lastHour.contains { $0.requests > 0 } && seen.insert($0.destination).inserted
        }
        guard !active.isEmpty else {
            html.section("hour", "The last hour") { $0.element("p", text: "No request ended in the last hour.") }
            return
        }
        for (index, candidate) in active.enumerated() {
            html.section("hour-\(index)", candidate.destination) { section in
                section.element("dl", ("class", "facts")) { plots in
                    plot(
                        "r\(index)", "Requests a minute", candidate.lastHour.map { ($0.requests, $0.failures) }, &plots
                    ) {
                        NumberText.grouped($0)
                    }
                    plot(
                        "e\(index)", "Failures a minute", candidate.lastHour.map { ($0.failures, $0.failures) }, &plots
                    ) { NumberText.grouped($0) }
                    plot(
                        "f\(index)", "First token, mean of a minute",
                        candidate.lastHour.map { (Int($0.firstToken ?? 0), 0) }, &plots
                    ) { NumberText.duration(Int64($0)) }
                }
            }
        }
    }

    private enum Size {
        static let width = 240
        static let height = 64
        /// Where bars begin, below the figure.
        static let top = 16
    }

    /// Bars, one a minute; the part of each that failed in another colour.
    private func plot(
        _ id: String, _ title: String, _ values: [(all: Int, failed: Int)], _ html: inout HTML,
        _ word: (Int) -> String
    ) {
        let most = values.map(\.all).max() ?? 0
        html.element("div") { field in
            field.element("dt", text: title)
            field.element("dd") { cell in
                cell.element(
                    "svg", ("class", "plot"), ("viewBox", "0 0 \(Size.width) \(Size.height)"), ("role", "img"),
                    ("aria-labelledby", "\(id)-t")
                ) { svg in
                    let words = most == 0 ? "none in the last hour" : "at most \(word(most))"
                    svg.element("title", ("id", "\(id)-t"), text: "\(title): \(words)")
                    svg.shape(
                        "line", ("class", "axis"), ("x1", "0"), ("x2", "\(Size.width)"), ("y1", "\(Size.height - 1)"),
                        ("y2", "\(Size.height - 1)"))
                    svg.element("text", ("x", "0"), ("y", "11"), text: words)
                    for (minute, value) in values.enumerated() where value.all > 0 {
                        bar(minute, of: values.count, value.all, most, "f-bar", &svg)
                        if value.failed > 0 { bar(minute, of: values.count, value.failed, most, "f-denied", &svg) }
                    }
                }
            }
        }
    }

    private func bar(
        _ minute: Int, of minutes: Int, _ value: Int, _ most: Int, _ colour: String, _ svg: inout HTML
    ) {
        let room = Double(Size.height - Size.top - 1)
        let height = max(1, Int((room * Double(value) / Double(max(most, 1))).rounded()))
        let width = Size.width / max(1, minutes)
        svg.shape(
            "rect", ("class", colour), ("x", "\(minute * width)"), ("y", "\(Size.height - 1 - height)"),
            ("width", "\(max(1, width - 1))"), ("height", "\(height)"))
    }
}
