internal import HyperText
internal import Ledger
internal import PlainText

/// The newest attempts and denials, with links to their pages.
struct EventTable {
    let events: [LedgerEvent]

    func write(to html: inout HTML) {
        guard !events.isEmpty else { return }
        html.section("requests", "Newest requests", isLong: true) { section in
            section.table(
                "The newest \(NumberText.grouped(events.count)) attempts and denials that match",
                columns: [
                    .text("Request"), .text("Time, UTC"), .text("Principal"), .text("Destination"), .text("Data"),
                    .text("Outcome"), .number("Took"),
                ]
            ) { body in
                for event in events { body.element("tr") { row(event, &$0) } }
            }
        }
    }

    private func row(_ event: LedgerEvent, _ row: inout HTML) {
        row.element("th", ("scope", "row"), ("class", "w")) { head in
            let short = "\(event.request.prefix(12))…"
            head.element(
                "a", ("href", "/exposure/requests/\(PageQuery.encoded(event.request))"), ("title", event.request)
            ) { link in
                link.element("code", text: short)
            }
        }
        row.element(
            "td", ("class", "w"),
            text: "\(event.time.description.prefix(10)) \(event.time.description.dropFirst(11).prefix(8))")
        row.cell(event.principal)
        row.cell(event.destination.map { "\($0.provider)/\($0.model)" } ?? event.model)
        row.cell(event.dataText)
        row.element("td") { cell in
            if event.decision == .denied {
                cell.element("span", ("class", "stop"), text: "denied: \(event.reason)")
            } else {
                cell.text(event.result?.outcome ?? "open")
            }
        }
        row.figure(event.result?.totalMicroseconds.map(NumberText.duration) ?? "")
    }
}
