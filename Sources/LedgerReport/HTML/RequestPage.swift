internal import HyperText
internal import JSONText
internal import Ledger
internal import PlainText

/// Everything that the ledger says of one request, and what proves it.
public struct RequestStory: Sendable {
    /// An entry as it stands in the ledger.
    public struct Entry: Sendable {
        /// The log.
        public let log: Int
        /// Its index in the log.
        public let index: UInt64
        /// Its bytes, JSON.
        public let bytes: [UInt8]
        /// Whether a checkpoint covers it, so that there is a proof.
        public let isProven: Bool

        /// Puts it together.
        public init(log: Int, index: UInt64, bytes: [UInt8], isProven: Bool) {
            self.log = log
            self.index = index
            self.bytes = bytes
            self.isProven = isProven
        }
    }

    /// The request's identifier.
    public let request: String
    /// The entries, in the order of the ledger.
    public let entries: [Entry]

    /// Puts it together.
    public init(request: String, entries: [Entry]) {
        self.request = request
        self.entries = entries
    }
}

/// A request's page: its way through the stages, what left in which form, and its proof.
public struct RequestPage {
    private let story: RequestStory
    private let parsed: [(entry: RequestStory.Entry, json: JSONValue)]

    /// Reads the entries.
    public init(_ story: RequestStory) {
        self.story = story
        parsed = story.entries.compactMap { entry in
            (try? JSONDocument(parsing: entry.bytes)).map { (entry, $0.root) }
        }
    }

    /// The page. `made` says when, for the foot.
    public func page(made: String) -> String {
        let first = parsed.first { ["intent", "cached", "denied"].contains($0.json.text("kind")) }
        return PageFrame.document(
            title: "Request \(story.request)", site: ReportPage.site,
            lead: { html in
                guard let json = first?.json else { return }
                let principal = json["principal"]
                html.element("p") { lead in
                    lead.text(Self.leads[json.text("kind")] ?? "Sent for ")
                    lead.element("b", text: principal?.text("name") ?? "")
                    lead.text(" of \(principal?.text("tenant") ?? "") at ")
                    lead.element("b", ("class", "w"), text: json.text("time"))
                    lead.text(".")
                }
                html.element("p", ("class", "screen")) {
                    $0.element("a", ("href", "/exposure"), text: "To the exposure page")
                    $0.text(" · ")
                    $0.element("a", ("href", "/models.html"), text: "To the models' page")
                }
            },
            footer:
                "From the ledger, read at \(made). The log proves this; check a receipt with the log's public key only: sallyport audit verify, or any tool that knows c2sp.org/tlog-proof."
        ) { html in
            for (_, json) in parsed {
                switch json.text("kind") {
                case "intent": attempt(json, result(of: json), &html)
                case "cached": cached(json, &html)
                case "denied": denial(json, &html)
                default: break
                }
            }
            proof(&html)
        }
    }

    private func result(of intent: JSONValue) -> JSONValue? {
        let attempt = intent["attempt"]?.int
        return parsed.first { $0.json.text("kind") == "result" && $0.json["attempt"]?.int == attempt }?.json
    }

    // MARK: Attempts and denials

    private func attempt(_ json: JSONValue, _ result: JSONValue?, _ html: inout HTML) {
        let number = json["attempt"]?.int ?? 1
        let destination = json["destination"]
        let place = "\(destination?.text("provider") ?? "")/\(destination?.text("model") ?? "")"
        let outcome = result?.text("outcome") ?? ""
        html.section("attempt-\(number)", "Attempt \(number) to \(place)", isLong: true) { section in
            facts(json, &section) { facts in
                let isInternal = destination?["internal"]?.bool == true
                facts.fact("Destination", place + (isInternal ? ", internal" : ", another company's"))
                facts.fact("Region", destination?.text("region") ?? "")
                facts.fact("Form", json.text("form"))
                facts.fact("Permitted by", json.list("policies"))
                facts.fact("Payload sealed", json["sealed"]?.bool == true ? "yes" : "no")
            }
            way(json, &section) { way in
                way.stage("Record", "", "entry \(json["seq"]?.int ?? 0), on disk before the first byte left")
                guard let result else {
                    way.stage("Forward", "", "not ended, or its end is not recorded yet")
                    return
                }
                let first = result["first_byte_us"]?.int.map { NumberText.duration(Int64($0)) } ?? ""
                let isUnreached = outcome == "unreachable"
                way.stage(
                    "Forward", first,
                    isUnreached
                        ? "no connection came about, so nothing left"
                        : "\(NumberText.grouped(result["bytes_sent"]?.int ?? 0)) bytes sent; to the first byte of the answer"
                )
                way.stage("Settle", result.duration("total_us"), Self.settled(result))
            }
            data(json, isUnreached: outcome == "unreachable", &section)
        }
    }

    private static let leads = ["denied": "Denied to ", "cached": "Answered from the cache for "]

    private func cached(_ json: JSONValue, _ html: inout HTML) {
        let destination = json["destination"]
        let place = "\(destination?.text("provider") ?? "")/\(destination?.text("model") ?? "")"
        html.section("cached", "Answered from the cache", isLong: true) { section in
            facts(json, &section) { facts in
                facts.fact("Answer of", "\(place), asked by \(json.text("answer_of"))")
                facts.fact("Its age", NumberText.duration(Int64(json["age_ms"]?.int ?? 0) &* 1_000))
                facts.fact("Form", json.text("form"))
                facts.fact("Permitted by", json.list("policies"))
            }
            way(json, &section) { $0.stage("Record", "", "entry \(json["seq"]?.int ?? 0); nothing left") }
            data(json, isUnreached: true, &section)
        }
    }

    private func denial(_ json: JSONValue, _ html: inout HTML) {
        html.section("denied", "Denied: \(json.text("reason"))", isLong: true) { section in
            facts(json, &section) { $0.fact("Answered", "status \(json["status"]?.int ?? 0)") }
            way(json, &section) { $0.stage("Record", "", "entry \(json["seq"]?.int ?? 0); nothing left") }
            data(json, isUnreached: true, &section)
        }
    }

    private static func settled(_ result: JSONValue) -> String {
        var words = [result.text("outcome")]
        if let status = result["status"]?.int { words.append("status \(status)") }
        if let usage = result["usage"], !usage.isNull {
            words.append(
                "\(NumberText.grouped(usage["input"]?.int ?? 0)) tokens in, \(NumberText.grouped(usage["output"]?.int ?? 0)) out"
                    + (usage["estimated"] == nil ? "" : " by estimate"))
        }
        if let cost = result["cost_nano_usd"]?.int { words.append("\(MoneyText.dollars(Int64(cost))) USD") }
        return words.joined(separator: ", ")
    }

    private func facts(_ json: JSONValue, _ html: inout HTML, _ more: (inout HTML) -> Void) {
        let principal = json["principal"]
        html.element("dl", ("class", "facts")) { facts in
            more(&facts)
            facts.fact("Model asked for", json.text("model"))
            facts.fact("Principal", "\(principal?.text("name") ?? "") (\(principal?.text("kind") ?? ""))")
            facts.fact("Teams", principal?.list("teams") ?? "")
            facts.fact("Identified by", principal?.list("method") ?? "")
            facts.fact("Caller's address", json.text("client"))
            facts.fact("Purpose", json.text("purpose"))
            facts.fact(
                "Operation",
                "\(json.text("operation")), \(json.text("dialect"))\(json["stream"]?.bool == true ? ", streamed" : "")")
            facts.fact("Tools", json.list("tools"))
            facts.fact("Trace", json.text("traceparent"))
        }
    }

    private func way(_ json: JSONValue, _ html: inout HTML, _ more: (inout HTML) -> Void) {
        let stages = json["stages_us"]
        let found = json["data"]?.elements.reduce(into: 0) { $0 += $1["count"]?.int ?? 0 } ?? 0
        let candidates = json["considered"]?.count ?? 0
        html.element("h3", text: "Its way through the stages")
        html.element("ol", ("class", "way")) { way in
            way.stage(
                "Read", stages?.duration("read") ?? "",
                "about \(NumberText.grouped(json["tokens_estimated"]?.int ?? 0)) tokens of prompt")
            way.stage(
                "Inspect", stages?.duration("inspect") ?? "",
                "\(NumberText.grouped(found)) sensitive \(found == 1 ? "value" : "values") found; \(Self.coverage(json))"
            )
            way.stage(
                "Authorise", stages?.duration("authorise") ?? "",
                "\(candidates) \(candidates == 1 ? "destination" : "destinations") considered")
            if let route = json["route"] { way.stage("Route", "", Self.chosen(route)) }
            if json.text("kind") == "intent" {
                way.stage("Treat", stages?.duration("treat") ?? "", "form: \(json.text("form"))")
            }
            more(&way)
        }
    }

    private static func chosen(_ route: JSONValue) -> String {
        let others = route["passed_over"]?.int ?? 0
        let passed = others == 0 ? "no other was permitted" : "\(others) other\(others == 1 ? "" : "s") passed over"
        return "\(route.text("strategy")): \(route.text("reason")); \(passed)"
    }

    private static func coverage(_ json: JSONValue) -> String {
        var sums: [String: Int] = [:]
        if let lines = json["coverage"] {
            for line in lines.elements { sums[line.text("verdict"), default: 0] += line["count"]?.int ?? 0 }
        }
        return sums.sorted { $0.key < $1.key }.map {
            "\(NumberText.grouped($0.value)) \($0.value == 1 ? "part" : "parts") \($0.key)"
        }.joined(
            separator: ", ")
    }

    private func data(_ json: JSONValue, isUnreached: Bool, _ html: inout HTML) {
        html.element("div", ("class", "pair")) { pair in
            if let data = json["data"], data.count > 0 {
                pair.table(
                    isUnreached ? "Sensitive data in it, which did not leave" : "Sensitive data that left",
                    columns: [.text("Class"), .text("Place"), .text("Left as"), .number("Values")]
                ) { body in
                    for line in data.elements {
                        body.element("tr") { row in
                            row.rowHead(line.text("class"))
                            row.cell(line.text("place"))
                            row.cell(line["treatment"] == nil ? "–" : line.text("treatment"))
                            row.number(line["count"]?.int ?? 0)
                        }
                    }
                }
            }
            guard let considered = json["considered"], considered.count > 0 else { return }
            pair.table(
                "Destinations considered", columns: [.text("Destination"), .text("Permitted form"), .text("Policies")]
            ) { body in
                for line in considered.elements {
                    body.element("tr") { row in
                        let destination = line["destination"]
                        row.rowHead("\(destination?.text("provider") ?? "")/\(destination?.text("model") ?? "")")
                        row.element("td") { cell in
                            if line["form"] == nil {
                                cell.element("span", ("class", "stop"), text: "denied")
                            } else {
                                cell.text(line.text("form"))
                            }
                        }
                        row.cell(line.list("policies"))
                    }
                }
            }
        }
    }

    // MARK: Proof

    private func proof(_ html: inout HTML) {
        html.section("proof", "Proof", isLong: true) { section in
            section.element(
                "p", ("class", "note"),
                text:
                    "A receipt holds an entry's place in the log, the hashes that lead to the log's root, and the signed checkpoint."
            )
            for (entry, json) in parsed {
                section.element("h3", text: "\(json.text("kind")), entry \(entry.index) of log \(entry.log)")
                section.element("p") { line in
                    if entry.isProven {
                        let address =
                            "/exposure/requests/\(PageQuery.encoded(story.request))/receipt?entry=\(entry.log)/\(entry.index)"
                        line.element(
                            "a", ("href", address),
                            ("download", "\(story.request)-\(entry.log)-\(entry.index).tlog-proof"), text: "Receipt")
                    } else {
                        line.text("On disk; its receipt comes with the next checkpoint, within a second or so.")
                    }
                }
                section.element("details") { details in
                    details.element("summary", text: "The entry as it stands in the log")
                    details.element("pre", text: String(decoding: entry.bytes, as: UTF8.self))
                }
            }
        }
    }
}

extension HTML {
    fileprivate mutating func stage(_ name: String, _ time: String, _ what: String) {
        element("li") { item in
            item.element("b", text: name)
            item.element("span", ("class", "w"), text: time.isEmpty ? "–" : time)
            item.element("span", text: what)
        }
    }
}

extension JSONValue {
    fileprivate func text(_ name: StaticString) -> String { self[name]?.string ?? "" }

    fileprivate func list(_ name: StaticString) -> String {
        self[name]?.elements.compactMap(\.string).joined(separator: ", ") ?? ""
    }

    fileprivate func duration(_ name: StaticString) -> String {
        self[name]?.int.map { NumberText.duration(Int64($0)) } ?? ""
    }
}
