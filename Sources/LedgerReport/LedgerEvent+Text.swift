internal import JSONText
internal import Ledger
internal import PlainText

extension LedgerEvent {
    /// The columns of `audit query`'s table.
    public static let columns = [
        "TIME", "REQUEST", "WHO", "DESTINATION", "FORM", "DATA", "OUTCOME", "TOKENS", "USD", "TOOK",
    ]

    /// The row as a person reads it; nothing in it can act on a terminal.
    public var cells: [String] {
        let where_ = destination.map { "\($0.provider)/\($0.model)" } ?? model
        let tokens = result.flatMap { $0.input.map { "\($0)" } }.map { "\($0)+\(result?.output ?? 0)" }
        return [
            time.description, request, principal, where_, decision == .denied ? "denied" : form, dataText,
            decision == .denied ? reason : result?.outcome ?? "open", tokens ?? "",
            result?.nanoUSD.map(MoneyText.dollars) ?? "",
            result?.totalMicroseconds.map(NumberText.duration) ?? "",
        ].map { TerminalText.harmless($0) }
    }

    /// `email surrogate 2, name raw 1`, summed over places.
    var dataText: String {
        var sums: [String: Int] = [:]
        for line in findings {
            let name = line.treatment.isEmpty ? line.dataClass : "\(line.dataClass) \(line.treatment)"
            sums[name, default: 0] += line.count
        }
        return sums.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }

    /// The row as one JSON object.
    public func json() -> [UInt8] {
        var json = JSONWriter(capacity: 768)
        json.beginObject()
        if !ledger.isEmpty { json.member("ledger", ledger) }
        json.member("log", log)
        json.member("seq", sequence)
        json.member("time", time.description)
        json.member("decision", decision.rawValue)
        json.member("request", request)
        if decision == .permitted { json.member("attempt", attempt) }
        json.member("tenant", tenant)
        json.member("principal", principal)
        json.list("teams", teams)
        json.member("client", client)
        json.member("operation", operation)
        json.member("model", model)
        if let destination {
            json.key("destination")
            json.beginObject()
            json.member("provider", destination.provider)
            json.member("model", destination.model)
            if !destination.region.isEmpty { json.member("region", destination.region) }
            json.member("internal", destination.isInternal)
            json.endObject()
            json.member("form", form)
            if !strategy.isEmpty { json.member("strategy", strategy) }
        } else {
            json.member("reason", reason)
            if let status { json.member("status", status) }
        }
        json.list("policies", policies)
        json.list("data", findings) { json, line in
            json.member("class", line.dataClass)
            json.member("place", line.place)
            if !line.treatment.isEmpty { json.member("treatment", line.treatment) }
            json.member("count", line.count)
        }
        if decision == .permitted {
            json.key("result")
            if let result { Self.write(result, &json) } else { json.null() }
        }
        json.endObject()
        return json.bytes
    }

    private static func write(_ result: Result, _ json: inout JSONWriter) {
        func member(_ name: String, _ number: Int64?) {
            json.key(name)
            if let number { json.int64(number) } else { json.null() }
        }
        json.beginObject()
        json.member("outcome", result.outcome)
        member("status", result.status.map(Int64.init))
        member("input_tokens", result.input.map(Int64.init))
        member("cached_input_tokens", result.cachedInput.map(Int64.init))
        member("output_tokens", result.output.map(Int64.init))
        member("cost_nano_usd", result.nanoUSD)
        member("first_byte_us", result.firstByteMicroseconds)
        member("total_us", result.totalMicroseconds)
        json.endObject()
    }

    /// The columns of `audit query --csv`.
    public static let csvHeader = [
        "ledger", "log", "seq", "time", "decision", "request", "attempt", "tenant", "principal", "teams", "client",
        "operation", "model", "provider", "destination_model", "region", "internal", "form", "reason", "policies",
        "data", "outcome", "status", "input_tokens", "cached_input_tokens", "output_tokens", "cost_nano_usd",
        "first_byte_us", "total_us", "strategy",
    ]

    /// The row for `audit query --csv`; lists have blanks between their elements, `data` reads `class:treatment:place:count`.
    public var csvFields: [String] {
        func text(_ number: (some FixedWidthInteger)?) -> String { number.map { "\($0)" } ?? "" }
        let data = findings.map { "\($0.dataClass):\($0.treatment):\($0.place):\($0.count)" }
        let status = decision == .denied ? status : result?.status
        return [
            ledger, text(log as Int?), text(sequence as UInt64?), time.description, decision.rawValue, request,
            decision == .denied ? "" : "\(attempt)", tenant, principal, teams.joined(separator: " "), client, operation,
            model, destination?.provider ?? "", destination?.model ?? "", destination?.region ?? "",
            destination.map { "\($0.isInternal)" } ?? "", form, reason, policies.joined(separator: " "),
            data.joined(separator: " "), result?.outcome ?? "", text(status), text(result?.input),
            text(result?.cachedInput), text(result?.output), text(result?.nanoUSD),
            text(result?.firstByteMicroseconds), text(result?.totalMicroseconds), strategy,
        ]
    }
}

extension JSONWriter {
    mutating func list(_ name: String, _ texts: [String]) {
        key(name)
        beginArray()
        for text in texts { string(text) }
        endArray()
    }
}

/// Texts that callers and peers chose, for spreadsheets.
public enum SafeText {
    /// The text as a field of RFC 4180, and so that no spreadsheet takes it for a formula.
    public static func csv(_ text: String) -> String {
        var text = text
        if let first = text.utf8.first, "=+-@\t\r".utf8.contains(first), Int64(text) == nil { text = "'" + text }
        guard text.utf8.contains(where: { "\",\r\n".utf8.contains($0) }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
