internal import Inference
internal import JSONText

extension CaseResult {
    /// The result as one JSON object, as it is kept; the case's name and tags, which the suite has, are left out.
    public var record: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        if let score { writer.member("score", score) }
        writer.key("passes")
        writer.bool(passes)
        if isError { writer.flag("error") }
        if isRefusal { writer.flag("refusal") }
        if isLeak { writer.flag("leak") }
        if isInspected { writer.flag("inspected") }
        if let latencyMilliseconds { writer.member("ms", latencyMilliseconds) }
        if let cost { writer.member("nano_usd", cost.nanoUSD) }
        if let usage {
            writer.member("input", Int64(usage.input))
            writer.member("output", Int64(usage.output))
        }
        writer.key("scorers")
        writer.beginArray()
        for scorer in scorers { write(scorer, to: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private func write(_ scorer: ScorerResult, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("name")
        writer.string(scorer.name)
        if let value = scorer.score.value { writer.member("value", value) }
        if let measure = scorer.score.measure { writer.member("measure", measure) }
        writer.key("reason")
        writer.string(scorer.score.reason)
        writer.key("passes")
        writer.bool(scorer.passes)
        writer.endObject()
    }

    /// A result as ``record`` wrote it, of a case of that name and with those tags; `nil` for anything else.
    public init?(record: [UInt8], caseID: String, tags: [String]) {
        guard let document = try? JSONDocument(parsing: record), let passes = document.root["passes"]?.bool,
            let list = document.root["scorers"], list.kind == .array
        else { return nil }
        let root = document.root
        var scorers: [ScorerResult] = []
        for element in list.elements {
            guard let name = element["name"]?.string, let passes = element["passes"]?.bool else { return nil }
            let score = Score(
                element["value"]?.double, measure: element["measure"]?.double, element["reason"]?.string ?? "")
            scorers.append(ScorerResult(name: name, score: score, passes: passes))
        }
        var usage: TokenUsage?
        if let input = root["input"]?.int, let output = root["output"]?.int {
            usage = TokenUsage(input: input, output: output)
        }
        self.init(
            caseID: caseID, tags: tags, score: root["score"]?.double, passes: passes, scorers: scorers,
            isError: root["error"]?.bool ?? false, isRefusal: root["refusal"]?.bool ?? false,
            isLeak: root["leak"]?.bool ?? false,
            isInspected: root["inspected"]?.bool ?? false, latencyMilliseconds: root["ms"]?.double,
            cost: root["nano_usd"]?.int.map { Money(nanoUSD: Int64($0)) }, usage: usage)
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: StaticString, _ value: Double) {
        key(name)
        double(value)
    }

    fileprivate mutating func member(_ name: StaticString, _ value: Int64) {
        key(name)
        int64(value)
    }

    fileprivate mutating func flag(_ name: StaticString) {
        key(name)
        bool(true)
    }
}
