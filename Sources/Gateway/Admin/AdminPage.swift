import HyperText

/// A page for people at the operators' port: what every one of them has around its own content.
enum AdminPage {
    /// Another page, and what it is called.
    struct Link {
        let path: String
        let text: String

        static let models = Link(path: "/models.html", text: "To the models' page")
        static let monitor = Link(path: "/monitor.html", text: "To the monitor's page")
        static let exposure = Link(path: "/exposure", text: "To the exposure page")
        static let rollouts = Link(path: "/rollouts.html", text: "To the rollouts' page")

        /// What a page shows, for programs.
        static func json(_ path: String) -> Link { Link(path: path, text: "As JSON") }
    }

    /// A whole document; `about` says below the title what the page is, `read` in the footer of when it is.
    static func document(
        title: String, about: String, links: [Link], read: String, body: (inout HTML) -> Void
    ) -> String {
        PageFrame.document(
            title: title, site: "Sallyport",
            lead: { html in
                html.element("p", text: about)
                html.element("p", ("class", "screen")) { line in
                    for (number, link) in links.enumerated() {
                        if number > 0 { line.text(" · ") }
                        line.element("a", ("href", link.path), text: link.text)
                    }
                }
            }, footer: read, body: body)
    }
}
