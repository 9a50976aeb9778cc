internal import JSONText

/// A row of the CSV export (RFC 4180, UTF-8, lines end with CR LF): an attempt of a request, an
/// answer from the cache (its outcome is `cached`), or a denial. What an entry does not tell is
/// empty.
///
/// Lists are words with spaces between. A text that a spreadsheet would take for a formula (`=`, `+`, `-`, `@` in front) gets a `'` in
/// front: callers choose some of them.
enum CSVRow {
    /// A column: its name, and what stands in it.
    private struct Column: Sendable {
        let name: String
        let value: @Sendable (Source) -> Field

        init(_ name: String, _ value: @escaping @Sendable (Source) -> Field) {
            self.name = name
            self.value = value
        }
    }

    /// What a row is made of.
    private struct Source {
        let place: LedgerExport.Place
        /// An intent, an answer from the cache, or a denial.
        let entry: JSONValue
        let result: JSONValue?
        let furtherValues: Int
        let isDenial: Bool

        var isCached: Bool { entry["kind"]?.equals("cached") == true }
    }

    private enum Field {
        case text(String)
        case number(Int)
        case none

        init(_ value: JSONValue?) {
            guard let value, !value.isNull else {
                self = .none
                return
            }
            self =
                value.int.map { .number($0) } ?? value.bool.map { .text($0 ? "true" : "false") }
                ?? .text(value.string ?? "")
        }
    }

    /// The columns' names.
    static func appendHeader(to output: inout [UInt8]) {
        for (index, column) in columns.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            output.append(contentsOf: column.name.utf8)
        }
        output.append(contentsOf: [0x0D, 0x0A])
    }

    /// An attempt's row.
    static func append(_ attempt: LedgerExport.Attempt, result: JSONValue?, to output: inout [UInt8]) {
        append(
            Source(
                place: attempt.place, entry: attempt.intent.root, result: result, furtherValues: attempt.furtherValues,
                isDenial: false), &output)
    }

    /// The row of an answer from the cache.
    static func append(cached: JSONValue, _ place: LedgerExport.Place, to output: inout [UInt8]) {
        append(Source(place: place, entry: cached, result: nil, furtherValues: 0, isDenial: false), &output)
    }

    /// A denial's row.
    static func append(denial: JSONValue, _ place: LedgerExport.Place, to output: inout [UInt8]) {
        append(Source(place: place, entry: denial, result: nil, furtherValues: 0, isDenial: true), &output)
    }

    private static func append(_ source: Source, _ output: inout [UInt8]) {
        for (index, column) in columns.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            switch column.value(source) {
            case .none: break
            case .number(let number): output.append(contentsOf: String(number).utf8)
            case .text(let text): append(text, &output)
            }
        }
        output.append(contentsOf: [0x0D, 0x0A])
    }

    private static func append(_ text: String, _ output: inout [UInt8]) {
        let needsQuotes = text.utf8.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
        let isFormula = text.utf8.first.map { [0x3D, 0x2B, 0x2D, 0x40, 0x09, 0x0D].contains($0) } ?? false
        if needsQuotes { output.append(0x22) }
        if isFormula { output.append(UInt8(ascii: "'")) }
        for byte in text.utf8 {
            if byte == 0x22 { output.append(0x22) }
            output.append(byte)
        }
        if needsQuotes { output.append(0x22) }
    }

    // MARK: Columns

    private static let columns: [Column] = identity + request + decision + data + outcome

    private static func member(_ name: String, _ member: String) -> Column {
        Column(name) { Field($0.entry[member]) }
    }

    private static func member(_ name: String, _ outer: String, _ inner: String) -> Column {
        Column(name) { Field($0.entry[outer]?[inner]) }
    }

    private static func result(_ name: String, _ member: String) -> Column {
        Column(name) { Field($0.result?[member]) }
    }

    private static func words(_ value: JSONValue?) -> Field {
        guard let value else { return .none }
        return .text(value.elements.compactMap(\.string).joined(separator: " "))
    }

    private static let identity = [
        Column("log") { .number($0.place.log) }, member("seq", "seq"), member("time", "time"),
        Column("decision") { .text($0.isDenial ? "denied" : "permitted") }, member("request", "request"),
        Column("attempt") { $0.isDenial ? .number(0) : Field($0.entry["attempt"]) },
        member("traceparent", "traceparent"),
        member("tenant", "principal", "tenant"), member("principal", "principal", "name"),
        member("principal_kind", "principal", "kind"), member("method", "principal", "method"),
        member("credential", "principal", "credential"), Column("teams") { words($0.entry["principal"]?["teams"]) },
        member("client", "client"),
    ]

    private static let request = [
        member("dialect", "dialect"), member("operation", "operation"), member("purpose", "purpose"),
        member("stream", "stream"), member("model", "model"), member("tokens_estimated", "tokens_estimated"),
    ]

    private static let decision = [
        member("provider", "destination", "provider"), member("provider_model", "destination", "model"),
        member("region", "destination", "region"), member("internal", "destination", "internal"),
        member("form", "form"), member("reason", "reason"), Column("policies") { policies($0) },
        member("policy_set", "policy_set"), member("strategy", "route", "strategy"),
        member("route_reason", "route", "reason"), member("passed_over", "route", "passed_over"),
    ]

    private static let data = [
        Column("data") { counts($0.entry) }, Column("findings") { .number(sum($0.entry["data"])) },
        Column("values") { .number(LedgerExport.values($0.entry) + $0.furtherValues) },
        Column("texts") { .number(coverage($0.entry, ["scanned", "decoded"])) },
        Column("unscannable") { .number(coverage($0.entry, ["unscannable"])) }, member("sealed", "sealed"),
        member("read_us", "stages_us", "read"), member("inspect_us", "stages_us", "inspect"),
        member("authorise_us", "stages_us", "authorise"), member("treat_us", "stages_us", "treat"),
    ]

    private static let outcome = [
        Column("outcome") { $0.isCached ? .text("cached") : Field($0.result?["outcome"]) },
        Column("status") { $0.isDenial ? Field($0.entry["status"]) : Field($0.result?["status"]) },
        Column("input_tokens") { Field($0.result?["usage"]?["input"]) },
        Column("cached_input_tokens") { Field($0.result?["usage"]?["cached_input"]) },
        Column("output_tokens") { Field($0.result?["usage"]?["output"]) },
        Column("tokens_by_estimate") { Field($0.result?["usage"]?["estimated"]) },
        Column("cost_nano_usd") { $0.isCached ? .number(0) : Field($0.result?["cost_nano_usd"]) },
        result("first_byte_us", "first_byte_us"), result("total_us", "total_us"),
        Column("bytes_sent") { $0.isCached ? .number(0) : Field($0.result?["bytes_sent"]) },
        result("bytes_received", "bytes_received"), result("result_seq", "seq"),
    ]

    /// Of an attempt those that permit it, of a denial those that deny.
    private static func policies(_ source: Source) -> Field {
        guard source.isDenial else { return words(source.entry["policies"]) }
        var all: Set<String> = []
        if let considered = source.entry["considered"] {
            for candidate in considered.elements {
                for policy in candidate["policies"]?.elements.compactMap(\.string) ?? [] { all.insert(policy) }
            }
        }
        return .text(all.sorted().joined(separator: " "))
    }

    /// `email:surrogate:2 phone:mask:1`, summed over places; of a denial `email:2`.
    private static func counts(_ entry: JSONValue) -> Field {
        guard let data = entry["data"] else { return .none }
        var sums: [(name: String, count: Int)] = []
        for line in data.elements {
            let names = [line["class"]?.string, line["treatment"]?.string].compactMap(\.self)
            let name = names.joined(separator: ":")
            let count = line["count"]?.int ?? 0
            if let index = sums.firstIndex(where: { $0.name == name }) {
                sums[index].count += count
            } else {
                sums.append((name, count))
            }
        }
        return .text(sums.sorted { $0.name < $1.name }.map { "\($0.name):\($0.count)" }.joined(separator: " "))
    }

    private static func sum(_ lines: JSONValue?) -> Int {
        var sum = 0
        if let lines { for line in lines.elements { sum += line["count"]?.int ?? 0 } }
        return sum
    }

    private static func coverage(_ entry: JSONValue, _ verdicts: [String]) -> Int {
        var sum = 0
        guard let lines = entry["coverage"] else { return 0 }
        for line in lines.elements where verdicts.contains(line["verdict"]?.string ?? "") {
            sum += line["count"]?.int ?? 0
        }
        return sum
    }
}
