internal import JSONText
internal import Ledger

extension ExposureReport {
    /// The report as one JSON object, for scripts. Money is whole nano-USD, times are whole microseconds; what is not known is
    /// `null`. README.md has the members.
    public func json() -> [UInt8] {
        var json = JSONWriter(capacity: 4_096)
        json.beginObject()
        json.key("schema")
        json.int(1)
        json.key("filter")
        json.beginObject()
        for part in filter.parts { json.member(part.name, part.text) }
        json.endObject()
        json.list("ledgers", ledgers) { json, line in
            json.member("ledger", line.name)
            json.member("entries", line.count)
        }
        json.key("first")
        json.optional(span?.lowerBound.description)
        json.key("last")
        json.optional(span?.upperBound.description)
        totals(&json)
        json.list("exposure", exposure) { json, line in
            json.member("class", line.dataClass)
            json.member("provider", line.provider)
            json.member("model", line.model)
            json.member("internal", line.isInternal)
            json.member("treatment", line.treatment)
            json.member("attempts", line.attempts)
            json.member("values", line.values)
        }
        json.list("principals", callers) { json, line in
            json.member("tenant", line.tenant)
            json.member("principal", line.principal)
            json.member("attempts", line.attempts)
            json.member("denied", line.denied)
            json.member("values", line.values)
            json.member("raw_values", line.rawValues)
            json.member("tokens", line.tokens)
            json.member("cost_nano_usd", line.nanoUSD)
        }
        json.member("trend_unit", trendUnit.rawValue)
        json.list("trend", trend) { json, line in
            json.member("time", line.time.description)
            json.member("attempts", line.attempts)
            json.member("denied", line.denied)
            json.member("raw_values", line.rawValues)
            json.member("treated_values", line.treatedValues)
        }
        json.list("policies", policies) { json, line in
            json.member("policy", line.name)
            json.member("permitted", line.permitted)
            json.member("denied", line.denied)
        }
        json.counts("denials", "reason", denials)
        json.counts("outcomes", "outcome", outcomes)
        json.counts("unidentified", "reason", unidentified)
        json.counts("refused", "reason", refused)
        json.counts("acts", "kind", acts)
        json.list("models", models) { json, line in Self.model(line, &json) }
        json.key("gateway_us")
        json.percentiles(gateway)
        json.endObject()
        return json.bytes
    }

    private func totals(_ json: inout JSONWriter) {
        json.key("totals")
        json.beginObject()
        json.member("requests", totals.requests)
        json.member("attempts", totals.attempts)
        json.member("open", totals.open)
        json.member("cached", totals.cached)
        json.member("denied", totals.denied)
        json.member("principals", totals.principals)
        json.member("raw_values", totals.rawValues)
        json.member("treated_values", totals.treatedValues)
        json.member("input_tokens", totals.input)
        json.member("cached_input_tokens", totals.cachedInput)
        json.member("output_tokens", totals.output)
        json.member("cost_nano_usd", totals.nanoUSD)
        json.member("unpriced", totals.unpriced)
        json.endObject()
    }

    private static func model(_ line: Model, _ json: inout JSONWriter) {
        json.member("provider", line.provider)
        json.member("model", line.model)
        json.member("internal", line.isInternal)
        json.member("attempts", line.attempts)
        json.member("input_tokens", line.input)
        json.member("cached_input_tokens", line.cachedInput)
        json.member("output_tokens", line.output)
        json.member("cost_nano_usd", line.nanoUSD)
        json.member("unpriced", line.unpriced)
        json.key("first_byte_us")
        json.percentiles(line.firstByte)
        json.key("total_us")
        json.percentiles(line.total)
    }
}

extension JSONWriter {
    mutating func member(_ name: String, _ text: String) {
        key(name)
        string(text)
    }

    mutating func member(_ name: String, _ number: some FixedWidthInteger) {
        key(name)
        int64(Int64(clamping: number))
    }

    mutating func member(_ name: String, _ flag: Bool) {
        key(name)
        bool(flag)
    }

    mutating func optional(_ text: String?) {
        if let text { string(text) } else { null() }
    }

    mutating func list<Element>(_ name: String, _ all: [Element], _ body: (inout JSONWriter, Element) -> Void) {
        key(name)
        beginArray()
        for element in all {
            beginObject()
            body(&self, element)
            endObject()
        }
        endArray()
    }

    mutating func counts(_ name: String, _ word: String, _ all: [ExposureReport.Count]) {
        list(name, all) { json, line in
            json.member(word, line.name)
            json.member("count", line.count)
        }
    }

    mutating func percentiles(_ percentiles: ExposureReport.Percentiles?) {
        guard let percentiles else { return null() }
        beginObject()
        member("count", percentiles.count)
        member("p50", percentiles.p50)
        member("p95", percentiles.p95)
        endObject()
    }
}
