private import JSONText

/// An entry as a person reads it: the columns of `sallyport audit tail`. Made from a line of the log; nothing in it can
/// act on a terminal, whatever a caller named a model.
public struct LedgerRow: Hashable, Sendable {
    /// The columns' names.
    public static let header = LedgerRow(
        sequence: "SEQ", time: "TIME", kind: "KIND", who: "WHO", destination: "DESTINATION", form: "FORM", data: "DATA",
        note: "NOTE")

    /// The entry's index.
    public let sequence: String
    /// UTC.
    public let time: String
    /// The kind of entry.
    public let kind: String
    /// The principal, or the addresses of those without one.
    public let who: String
    /// `provider/model`, or the model asked for.
    public let destination: String
    /// The form of sending.
    public let form: String
    /// Classes of data with their counts.
    public let data: String
    /// What else matters for this kind.
    public let note: String

    /// The columns in their order.
    public var columns: [String] { [sequence, time, kind, who, destination, form, data, note] }

    private init(
        sequence: String, time: String, kind: String, who: String, destination: String, form: String, data: String,
        note: String
    ) {
        self.sequence = sequence
        self.time = time
        self.kind = kind
        self.who = who
        self.destination = destination
        self.form = form
        self.data = data
        self.note = note
    }

    /// Reads a line of the log, given without line feed; `nil` for what is no JSON object.
    public init?(line: [UInt8]) {
        guard let document = try? JSONDocument(parsing: line), document.root.kind == .object else { return nil }
        let entry = document.root
        sequence = Self.text(entry["seq"])
        time = Self.text(entry["time"])
        kind = Self.text(entry["kind"])
        who = Self.who(entry)
        form = Self.text(entry["form"])
        data = Self.counts(entry["data"], coverage: entry["coverage"])
        if let destination = entry["destination"] {
            self.destination = "\(Self.text(destination["provider"]))/\(Self.text(destination["model"]))"
        } else {
            destination = Self.text(entry["model"])
        }
        note = Self.note(entry)
    }

    /// The rows below their header, as lines of equally wide columns without blanks at their ends.
    public static func table(_ rows: [LedgerRow]) -> [String] {
        let cells = ([header] + rows).map(\.columns)
        let widths = header.columns.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        return cells.map { row in
            var line = ""
            for (cell, width) in zip(row, widths) {
                line += cell + String(repeating: " ", count: width - cell.count + 2)
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    private static func who(_ entry: JSONValue) -> String {
        if let principal = entry["principal"] { return text(principal["name"]) }
        if let principals = entry["principals"] {
            return principals.elements.map { text($0["name"]) }.joined(separator: " ")
        }
        return list(entry["clients"])
    }

    private static func note(_ entry: JSONValue) -> String {
        switch entry["kind"]?.string {
        case "intent":
            return "policies \(list(entry["policies"]))" + (entry["route"].map { "; \(route($0))" } ?? "")
        case "result":
            let usage = entry["usage"]
            let tokens = usage.flatMap {
                $0.isNull
                    ? nil
                    : "\(text($0["input"]))+\(text($0["output"])) tokens\($0["estimated"] == nil ? "" : " by estimate")"
            }
            let cost = entry["cost_nano_usd"]?.int.map { "\(dollars($0)) USD" }
            let milliseconds = entry["total_us"]?.int.map { "\($0 / 1_000) ms" }
            let facts = [
                "of \(text(entry["intent"]))", text(entry["outcome"]), text(entry["status"]), tokens, cost,
                milliseconds,
            ]
            return facts.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: ", ")
        case "cached":
            let seconds = (entry["age_ms"]?.int ?? 0) / 1_000
            return "answer of \(text(entry["answer_of"])), \(seconds) s old, policies \(list(entry["policies"]))"
        case "denied":
            var policies: Set<String> = []
            if let considered = entry["considered"] {
                for candidate in considered.elements {
                    for policy in candidate["policies"]?.elements.map({ text($0) }) ?? [] { policies.insert(policy) }
                }
            }
            let reason = text(entry["reason"])
            return policies.isEmpty ? reason : "\(reason): \(policies.sorted().joined(separator: " "))"
        case "exposure":
            return "part \(text(entry["part"])) of \(text(entry["request"])), \(fingerprints(entry)) values"
        case "unidentified", "refused":
            return entry["reasons"]?.members.map { "\(text($0.key)) ×\(text($0.value))" }.joined(separator: ", ") ?? ""
        case "start":
            let cut = entry["cut_bytes"]?.int ?? 0
            return "version \(text(entry["version"]))" + (cut > 0 ? ", \(cut) bytes of an unfinished entry cut" : "")
        case "stop":
            return text(entry["reason"])
        case "continued":
            return "after \(text(entry["after"]?["origin"])), \(text(entry["after"]?["size"])) entries"
        case "reload":
            return entry["ok"]?.bool == true ? "in force" : "refused, the old set stays"
        case "administered":
            return "\(text(entry["function"])) \(entry["ok"]?.bool == true ? "permitted" : "denied")"
        case "key_created", "key_revoked":
            return "key \(text(entry["key"]))"
        case "keys_rotated":
            return "generation \(text(entry["generation"]))"
        case "shredded":
            let end = entry["ok"]?.bool == true ? "" : ", broken off"
            return "\(text(entry["keys"])) keys destroyed, of \(text(entry["requests"])) sealed requests\(end)"
        case "opened":
            return "payload of \(text(entry["request"]))"
        case "exported":
            let end = entry["ok"]?.bool == true ? "" : ", refused or broken off: nothing written"
            return
                "\(text(entry["records"])) records of \(text(entry["requests"])) sealed requests by \(text(entry["user"]))\(end)"
        case "rollout":
            return rollout(entry)
        default:
            return ""
        }
    }

    /// `summer-model of small: running 1 % -> 5 %, minimum, 412 requests, broken error_rate<=control+0.02`.
    private static func rollout(_ entry: JSONValue) -> String {
        func percent(_ value: JSONValue?) -> String {
            let parts = value?.int ?? 0
            return parts % 100 == 0 ? "\(parts / 100) %" : "\(Double(parts) / 100) %"
        }
        let evidence = entry["evidence"].map { Array($0.elements) } ?? []
        let broken = evidence.filter { $0["broken"]?.bool == true }.map { text($0["guard"]) }
        return "\(text(entry["name"])) of \(text(entry["alias"])): \(text(entry["phase"])) "
            + "\(percent(entry["share_before"])) -> \(percent(entry["share"])), \(text(entry["reason"])), "
            + "\(text(entry["requests"])) requests"
            + (broken.isEmpty ? "" : ", broken \(broken.joined(separator: " "))")
    }

    /// `balanced: expected cost 0.0001 USD and 412 ms, 2 passed over`.
    private static func route(_ route: JSONValue) -> String {
        let passedOver = route["passed_over"]?.int ?? 0
        return "\(text(route["strategy"])): \(text(route["reason"]))"
            + (passedOver > 0 ? ", \(passedOver) passed over" : "")
    }

    /// `email 2, secret 1`, summed over places.
    private static func counts(_ data: JSONValue?, coverage: JSONValue?) -> String {
        var sums: [String: Int] = [:]
        if let data {
            for line in data.elements { sums[text(line["class"]), default: 0] += line["count"]?.int ?? 0 }
        }
        if let coverage {
            for line in coverage.elements where line["verdict"]?.string == "unscannable" {
                sums["unscannable", default: 0] += line["count"]?.int ?? 0
            }
        }
        return sums.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }

    private static func fingerprints(_ entry: JSONValue) -> Int {
        var count = 0
        guard let lines = entry["exposed"] else { return count }
        for line in lines.elements {
            if let values = line["values"] { for _ in values.elements { count += 1 } }
        }
        return count
    }

    private static func list(_ value: JSONValue?) -> String {
        value?.elements.map { text($0) }.joined(separator: " ") ?? ""
    }

    /// Nano-USD as dollars with as many places as there are.
    private static func dollars(_ nanoUSD: Int) -> String {
        let digits = String(nanoUSD.magnitude % 1_000_000_000)
        var fraction = String(repeating: "0", count: 9 - digits.count) + digits
        while fraction.count > 2, fraction.last == "0" { fraction.removeLast() }
        return "\(nanoUSD < 0 ? "-" : "")\(nanoUSD.magnitude / 1_000_000_000).\(fraction)"
    }

    /// A string's or number's text, without what acts on terminals or turns the direction of writing.
    private static func text(_ value: JSONValue?) -> String {
        guard let value else { return "" }
        if let number = value.int { return String(number) }
        guard let string = value.string else { return "" }
        return TerminalText.harmless(string)
    }
}
