internal import PlainText

/// What every page has around its content.
public enum PageFrame {
    /// A whole document. `site` stands behind the title in the window's name, `lead` below the title; `rules` are a page's own
    /// rules of style, after those of all pages. A sealed page forbids browsers to load or to run anything, whatever is in it:
    /// for files, which have no headers.
    public static func document(
        title: String, site: String = "", rules: StaticString = "", isSealed: Bool = false, lead: (inout HTML) -> Void,
        footer: String,
        body: (inout HTML) -> Void
    ) -> String {
        var page = HTML()
        page.own("<!doctype html>\n")
        page.element("html", ("lang", "en")) { html in
            html.element("head") { head in
                head.empty("meta", ("charset", "utf-8"))
                head.empty("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"))
                head.empty("meta", ("name", "referrer"), ("content", "no-referrer"))
                if isSealed {
                    head.empty(
                        "meta", ("http-equiv", "Content-Security-Policy"),
                        (
                            "content",
                            "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
                        ))
                }
                head.element("title", text: site.isEmpty ? title : "\(title) – \(site)")
                head.own("<style>")
                head.sheet()
                head.own("</style>")
                guard rules.utf8CodeUnitCount > 0 else { return }
                head.own("<style>")
                head.own(rules)
                head.own("</style>")
            }
            html.element("body") { content in
                content.element("a", ("class", "skip screen"), ("href", "#content"), text: "Skip to the content")
                content.element("header") { header in
                    header.element("h1", text: title)
                    lead(&header)
                }
                content.element("main", ("id", "content"), body: body)
                content.element("footer") { $0.element("p", text: footer) }
            }
        }
        return page.text + "\n"
    }
}

extension HTML {
    /// A part of a page with a heading; `id` names it for those who cannot see it.
    public mutating func section(
        _ id: String, _ title: String, isLong: Bool = false, isForScreen: Bool = false, body: (inout HTML) -> Void
    ) {
        let name = "card" + (isLong ? " long" : "") + (isForScreen ? " screen" : "")
        element("section", ("class", name), ("aria-labelledby", id)) { section in
            section.element("h2", ("id", id), text: title)
            body(&section)
        }
    }

    /// A table that scrolls sideways by itself where it is too wide, also by keyboard.
    public mutating func table(
        _ caption: String, class name: String = "", columns: [Column], body: (inout HTML) -> Void
    ) {
        element("div", ("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", caption)) { scroll in
            scroll.element("table", name.isEmpty ? nil : ("class", name)) { table in
                table.element("caption") { $0.element("span", text: caption) }
                table.element("thead") { head in
                    head.element("tr") { row in
                        for column in columns {
                            row.element(
                                "th", ("scope", "col"), column.isNumber ? ("class", "n") : nil, text: column.name)
                        }
                    }
                }
                table.element("tbody", body: body)
            }
        }
    }

    /// A column of a table.
    public struct Column: Sendable {
        let name: String
        var isNumber = false

        /// Of texts.
        public static func text(_ name: String) -> Column { Column(name: name) }
        /// Of numbers, which stand to the right.
        public static func number(_ name: String) -> Column { Column(name: name, isNumber: true) }
    }

    /// A cell with a number.
    public mutating func number(_ value: some BinaryInteger) {
        element("td", ("class", "n"), text: NumberText.grouped(value))
    }

    /// A cell with a text that belongs to the right.
    public mutating func figure(_ text: String) { element("td", ("class", "n"), text: text) }

    /// The head of a row.
    public mutating func rowHead(_ text: String) { element("th", ("scope", "row"), text: text) }

    /// A cell with a text.
    public mutating func cell(_ text: String) { element("td", text: text) }

    /// A term and what it stands for, in a `dl`.
    public mutating func fact(_ term: String, _ text: String) {
        guard !text.isEmpty else { return }
        element("div") { fact in
            fact.element("dt", text: term)
            fact.element("dd", text: text)
        }
    }
}
