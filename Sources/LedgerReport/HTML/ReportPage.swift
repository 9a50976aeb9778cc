internal import HyperText
public import Ledger
internal import PlainText

/// The report as a page of HTML: one file that needs nothing else, or the exposure page of a gateway that serves.
public enum ReportPage {
    /// What the exposure page shows beside the figures.
    public struct Live: Sendable {
        /// What was asked for.
        public let query: PageQuery
        /// What the filters may offer.
        public let choices: PageChoices
        /// The newest attempts and denials that match.
        public let events: [LedgerEvent]
        /// Why the figures may be behind the ledger; empty where they are not.
        public let warning: String

        /// Puts it together.
        public init(query: PageQuery, choices: PageChoices, events: [LedgerEvent], warning: String = "") {
            self.query = query
            self.choices = choices
            self.events = events
            self.warning = warning
        }
    }

    /// What stands behind the title of every page.
    static let site = "Sallyport"

    /// The report as a file of its own; `made` says when, for the foot.
    public static func standalone(_ report: ExposureReport, made: String) -> String {
        let sections = ReportSections(report: report, query: nil)
        return PageFrame.document(
            title: "Exposure report", site: site, lead: { lead(report, &$0) }, footer: footer(report, made)
        ) {
            body(sections, report, &$0)
        }
    }

    /// The report as the exposure page.
    public static func live(_ report: ExposureReport, _ live: Live, made: String) -> String {
        let sections = ReportSections(report: report, query: live.query)
        return PageFrame.document(
            title: "Exposure", site: site, lead: { lead(report, &$0) }, footer: footer(report, made)
        ) {
            html in
            html.element("p", ("class", "screen")) {
                $0.element("a", ("href", "/models.html"), text: "To the models' page")
            }
            if !live.warning.isEmpty { html.element("p", ("class", "stop"), ("role", "status"), text: live.warning) }
            FilterForm(query: live.query, choices: live.choices).write(to: &html)
            body(sections, report, &html)
            EventTable(events: live.events).write(to: &html)
        }
    }

    /// A page that says why there is none.
    public static func problem(_ title: String, _ text: String) -> String {
        PageFrame.document(title: title, site: site, lead: { _ in }, footer: "Sallyport") { html in
            html.element("p", text: text)
            html.element("p") { $0.element("a", ("href", "/exposure"), text: "To the exposure page") }
        }
    }

    private static func lead(_ report: ExposureReport, _ html: inout HTML) {
        html.element("p") { lead in
            guard let span = report.span else { return lead.text("Nothing in the ledger matches.") }
            lead.text("What left, where to, in which form and for whom, from ")
            lead.element("b", ("class", "w"), text: minutes(span.lowerBound))
            lead.text(" to ")
            lead.element("b", ("class", "w"), text: minutes(span.upperBound))
            lead.text(".")
        }
        let parts = report.filter.parts.filter { $0.name != "since" && $0.name != "until" }
        guard !parts.isEmpty else { return }
        html.element(
            "p", ("class", "note"), text: "Only " + parts.map { "\($0.name) \($0.text)" }.joined(separator: ", "))
    }

    private static func body(_ sections: ReportSections, _ report: ExposureReport, _ html: inout HTML) {
        guard report.span != nil else { return }
        sections.tiles(&html)
        sections.matrix(&html)
        sections.trends(&html)
        sections.callers(&html)
        sections.decisions(&html)
        sections.models(&html)
    }

    private static func footer(_ report: ExposureReport, _ made: String) -> String {
        let ledgers = report.ledgers.map { "\($0.name) (\(NumberText.grouped($0.count)) entries)" }
        return
            "From the ledger \(ledgers.joined(separator: ", ")), read at \(made). An attempt that no connection came about for "
            + "left nothing and is no exposure. These figures come from an index; what proves them is the log: sallyport audit verify."
    }

    /// `2026-11-23 10:05 UTC`.
    public static func minutes(_ time: LedgerTime) -> String {
        let text = time.description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
    }
}

/// Texts that the filters offer.
public struct PageChoices: Sendable {
    /// Names of principals.
    public var principals: [String] = []
    /// Classes of data.
    public var classes: [String] = []
    /// Providers.
    public var providers: [String] = []
    /// Models.
    public var models: [String] = []
    /// Policies.
    public var policies: [String] = []

    /// None.
    public init() {}
}
