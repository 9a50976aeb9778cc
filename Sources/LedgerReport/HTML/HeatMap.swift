internal import HyperText
internal import PlainText

/// The exposure matrix as a table whose cells are coloured by how much left: rows are classes of data, columns destinations.
struct HeatMap {
    private struct Place: Hashable {
        let provider: String
        let model: String
        let isInternal: Bool
    }

    private struct Cell {
        var raw = 0
        var treated = 0
        var ways: [(String, Int)] = []
    }

    private let places: [Place]
    private let classes: [String]
    private var cells: [String: [Place: Cell]] = [:]
    private var mostRaw = 1
    private var mostTreated = 1
    /// Where links lead; `nil` where there is nothing to lead to.
    private let query: PageQuery?

    init(_ report: ExposureReport, _ query: PageQuery?) {
        self.query = query
        var sums: [String: Int] = [:]
        var uses: [Place: Int] = [:]
        for line in report.exposure {
            let place = Place(provider: line.provider, model: line.model, isInternal: line.isInternal)
            var cell = cells[line.dataClass]?[place] ?? Cell()
            if line.treatment == "raw" { cell.raw += line.values } else { cell.treated += line.values }
            cell.ways.append((line.treatment, line.values))
            cells[line.dataClass, default: [:]][place] = cell
            mostRaw = max(mostRaw, cell.raw)
            mostTreated = max(mostTreated, cell.treated)
            sums[line.dataClass, default: 0] += line.values
            uses[place, default: 0] += line.values
        }
        classes = sums.sorted { (-$0.value, $0.key) < (-$1.value, $1.key) }.map(\.key)
        // Others' models first: there it matters most.
        places = uses.sorted {
            ($0.key.isInternal ? 1 : 0, -$0.value, $0.key.provider, $0.key.model)
                < ($1.key.isInternal ? 1 : 0, -$1.value, $1.key.provider, $1.key.model)
        }.map(\.key)
    }

    func write(to html: inout HTML) {
        guard !classes.isEmpty else {
            html.element("p", text: "No sensitive data left in this time.")
            return
        }
        let caption =
            "Values by class of data and destination: in large those that left as they are, below those that left treated"
        html.element(
            "div", ("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", "Exposure matrix")
        ) {
            $0.element("table", ("class", "heat")) { table in
                table.element("caption") { $0.element("span", text: caption) }
                table.element("thead") { $0.element("tr") { head(&$0) } }
                table.element("tbody") { body in
                    for dataClass in classes { body.element("tr") { row(dataClass, &$0) } }
                }
            }
        }
        legend(&html)
    }

    private func head(_ row: inout HTML) {
        row.element("th", ("scope", "col"), text: "Class")
        for place in places {
            row.element("th", ("scope", "col")) { head in
                head.text(place.provider)
                head.element("span", text: place.model)
                if place.isInternal { head.element("span") { $0.element("b", ("class", "tag"), text: "internal") } }
            }
        }
    }

    private func row(_ dataClass: String, _ row: inout HTML) {
        row.rowHead(dataClass)
        for place in places {
            guard let cell = cells[dataClass]?[place] else {
                row.element("td", ("class", "none"), text: "–")
                continue
            }
            row.element("td", ("class", colour(cell, place))) { html in
                let ways = cell.ways.map { "\($0.0) \(NumberText.grouped($0.1))" }.joined(separator: ", ")
                let title = "\(dataClass) to \(place.provider)/\(place.model): \(ways)"
                if let query {
                    let changes = ["class": dataClass, "provider": place.provider, "model": place.model]
                    let address = query.address(changing: changes)
                    html.element("a", ("href", address), ("title", title)) { figures(cell, &$0) }
                } else {
                    html.element("div", ("title", title)) { figures(cell, &$0) }
                }
            }
        }
    }

    private func figures(_ cell: Cell, _ html: inout HTML) {
        html.element("b", text: NumberText.grouped(cell.raw))
        html.element("small", text: "\(cell.treated == 0 ? "none" : NumberText.grouped(cell.treated)) treated")
    }

    private func colour(_ cell: Cell, _ place: Place) -> String {
        // The strongest steps are kept for what left to another company as it is.
        if cell.raw > 0, !place.isInternal { return "raw-\(Self.step(cell.raw, of: mostRaw))" }
        if cell.raw > 0 { return "house-\((Self.step(cell.raw, of: mostRaw) + 1) / 2)" }
        return "treated-\((Self.step(cell.treated, of: mostTreated) + 1) / 2)"
    }

    /// 1 to 5, by the number of digits rather than the number: one value that left matters, too.
    static func step(_ value: Int, of most: Int) -> Int {
        var (step, bound) = (1, 1.0)
        let factor = Self.fifthRoot(Double(max(most, 1)))
        while step < 5 {
            bound *= max(factor, 1.000_001)
            if Double(value) <= bound { break }
            step += 1
        }
        return step
    }

    private static func fifthRoot(_ value: Double) -> Double {
        var root = 1.0
        for _ in 0..<200 { root -= (root * root * root * root * root - value) / (5 * root * root * root * root) }
        return root
    }

    private func legend(_ html: inout HTML) {
        html.element("ul", ("class", "legend")) { list in
            for (key, text) in [
                ("key-raw", "some left as they are, to another company"),
                ("key-house", "some left as they are, to a model of our own"),
                ("key-treated", "all left treated: as surrogates, masked, cut out …"),
            ] {
                list.element("li") { item in
                    item.element("i", ("class", key), ("aria-hidden", "true")) { _ in }
                    item.text(text)
                }
            }
        }
    }
}
