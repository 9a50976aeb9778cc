internal import HyperText

/// What the exposure page can be narrowed by: a form that needs no script.
struct FilterForm {
    let query: PageQuery
    let choices: PageChoices

    private static let spans = [("24h", "24 hours"), ("7d", "7 days"), ("30d", "30 days"), ("90d", "90 days")]
    private static let treatments = ["raw", "surrogate", "realistic", "mask", "hash", "remove", "label"]
    private static let forms = ["raw", "pseudonymised", "redacted"]

    func write(to html: inout HTML) {
        html.section("filter", "Which part", isForScreen: true) { section in
            section.element("ul", ("class", "chips"), ("aria-label", "Time")) { list in
                for (span, name) in Self.spans { chip(span, "Last \(name)", &list) }
                chip(nil, "All", &list)
            }
            section.element("form", ("class", "filter"), ("method", "get"), ("action", "/exposure")) { form in
                text("since", "Since", hint: "7d or 2026-11-01", [], &form)
                text("until", "Until", hint: "now", [], &form)
                text("principal", "Principal", hint: "any", choices.principals, &form)
                text("class", "Class of data", hint: "any", choices.classes, &form)
                text("provider", "Provider", hint: "any", choices.providers, &form)
                text("model", "Model", hint: "any", choices.models, &form)
                text("policy", "Policy", hint: "any", choices.policies, &form)
                select("treatment", "Left as", Self.treatments, &form)
                select("form", "Form", Self.forms, &form)
                select("decision", "Decision", ["permitted", "denied"], &form)
                // What has no field of its own, but came by a link, stays.
                for name in ["tenant", "team", "outcome", "request"] {
                    guard let value = query.values[name] else { continue }
                    text(name, name.prefix(1).uppercased() + name.dropFirst(), hint: "any", [], &form, value)
                }
                form.element("div") { $0.element("button", ("type", "submit"), text: "Show") }
            }
        }
    }

    private func chip(_ span: String?, _ name: String, _ list: inout HTML) {
        let isCurrent = query.values["since"] == span && query.values["until"] == nil
        list.element("li") { item in
            if isCurrent {
                item.element("b", ("aria-current", "true"), text: name)
            } else {
                let address = query.address(changing: ["since": span, "until": nil])
                item.element("a", ("href", address), text: name)
            }
        }
    }

    private func text(
        _ name: String, _ title: String, hint: String, _ offers: [String], _ form: inout HTML, _ value: String? = nil
    ) {
        form.element("div") { field in
            field.element("label", ("for", "f-\(name)"), text: title)
            field.empty(
                "input", ("id", "f-\(name)"), ("name", name), ("value", value ?? query.values[name] ?? ""),
                ("placeholder", hint), ("autocomplete", "off"), offers.isEmpty ? nil : ("list", "l-\(name)"))
            guard !offers.isEmpty else { return }
            field.element("datalist", ("id", "l-\(name)")) { list in
                for offer in offers { list.element("option", ("value", offer)) { _ in } }
            }
        }
    }

    private func select(_ name: String, _ title: String, _ offers: [String], _ form: inout HTML) {
        let current = query.values[name] ?? ""
        form.element("div") { field in
            field.element("label", ("for", "f-\(name)"), text: title)
            field.element("select", ("id", "f-\(name)"), ("name", name)) { list in
                for offer in [""] + offers + (offers.contains(current) || current.isEmpty ? [] : [current]) {
                    list.element(
                        "option", ("value", offer), offer == current ? ("selected", "") : nil,
                        text: offer.isEmpty ? "any" : offer)
                }
            }
        }
    }
}
