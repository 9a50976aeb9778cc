internal import Evaluation
internal import JSONText
internal import PlainText
internal import Statistics

extension Recommendation {
    /// The choice in sentences, a line each. Nothing in them can act on a terminal.
    public var sentences: [String] {
        guard let pick else {
            return ["No candidate fulfils `\(SafeText.harmless(constraint ?? ""))`."]
        }
        let figures = analysis.candidates[pick.candidate]
        var facts = ["score \(figures.score.map { DecimalText.fixed($0.estimate, 3) } ?? "–")"]
        if let usd = figures.summary.usdPerThousand {
            facts.append("\(DecimalText.significant(usd, 3)) USD per 1,000 cases")
        }
        if let p95 = figures.p95 { facts.append("p95 \(DecimalText.fixed(p95, 0)) ms") }
        var lines = ["Take \(SafeText.harmless(pick.name)): \(facts.joined(separator: ", "))."]
        lines.append(
            "Sure to \(Self.percent(pick.probability)): so often it comes first when the cases are drawn anew "
                + "(\(NumberText.grouped(resamples)) times), weighed by \(weights.text)"
                + (constraint.map { " under `\(SafeText.harmless($0))`" } ?? "") + ".")
        for other in equals {
            let reason =
                other.advantage.map { "better in \($0.rawValue), which has no weight" } ?? "the earlier of the two"
            lines.append("By these weights \(SafeText.harmless(other.name)) is as good: the pick is \(reason).")
        }
        if pick.permittedProbability < Self.certainty {
            lines.append(
                "That it fulfils the constraint is sure to \(Self.percent(pick.permittedProbability)) only: it is near a limit."
            )
        }
        if !isSettled { lines.append(further) }
        return lines
    }

    private var further: String {
        let name = rival.map { SafeText.harmless(analysis.candidates[$0].name) } ?? "the next"
        guard let furtherCases else { return "No number of cases would tell it from \(name): they are equal so far." }
        guard furtherCases > 0 else { return "More cases of this kind would settle it." }
        return "About \(NumberText.grouped(furtherCases)) more cases would tell it from \(name) (power 80 %)."
    }

    private static func percent(_ part: Double) -> String {
        // Nothing that resamples say is sure beyond their number.
        part > 0.999 ? "more than 99.9 %" : "\(DecimalText.fixed(part * 100, 1)) %"
    }

    /// The candidates as rows of text: the header first. Columns of numbers are those of ``rightColumns``.
    public var rows: [[String]] {
        let header = ["CANDIDATE", "SCORE", "USD/1K", "P95 MS", "UTILITY", "BEST IN", "PARETO", "CONSTRAINT"]
        return [header]
            + choices.map { choice in
                let figures = analysis.candidates[choice.candidate]
                return [
                    SafeText.harmless(choice.name), figures.score.map { DecimalText.fixed($0.estimate, 3) } ?? "–",
                    figures.summary.usdPerThousand.map { DecimalText.significant($0, 3) } ?? "–",
                    figures.p95.map { DecimalText.fixed($0, 0) } ?? "–",
                    choice.utility.map { DecimalText.fixed($0, 3) } ?? "–",
                    "\(DecimalText.fixed(choice.probability * 100, 1)) %", choice.isPareto ? "yes" : "no",
                    constraint == nil ? "" : choice.isPermitted ? "fulfilled" : "not fulfilled",
                ]
            }
    }

    /// The columns of ``rows`` that end at the same place.
    public static let rightColumns: Set<Int> = [1, 2, 3, 4, 5]

    /// The choice as one JSON object, for scripts.
    public func json() -> [UInt8] {
        var json = JSONWriter(capacity: 2_048)
        json.beginObject()
        json.key("schema")
        json.int(1)
        json.member("run", analysis.record.id)
        json.member("suite", analysis.record.suite)
        json.member("weights", weights.text)
        json.key("constraint")
        if let constraint { json.string(constraint) } else { json.null() }
        json.key("pick")
        if let pick { json.string(pick.name) } else { json.null() }
        json.key("probability")
        json.optional(pick?.probability)
        json.key("settled")
        json.bool(isSettled)
        json.key("rival")
        if let rival { json.string(analysis.candidates[rival].name) } else { json.null() }
        json.key("further_cases")
        json.optional(furtherCases.map(Double.init))
        json.key("resamples")
        json.int(resamples)
        json.key("candidates")
        json.beginArray()
        for choice in choices { write(choice, &json) }
        json.endArray()
        json.endObject()
        return json.bytes
    }

    private func write(_ choice: Choice, _ json: inout JSONWriter) {
        let figures = analysis.candidates[choice.candidate]
        json.beginObject()
        json.member("name", choice.name)
        json.key("pareto")
        json.bool(choice.isPareto)
        json.key("permitted")
        json.bool(choice.isPermitted)
        json.key("comparisons")
        json.strings(choice.comparisons)
        for dimension in Dimension.allCases {
            json.key(dimension == .usd ? "usd_per_1k" : dimension == .latency ? "p95_ms" : "score")
            json.optional(dimension.value(of: figures))
        }
        json.key("utility")
        json.optional(choice.utility)
        json.key("probability")
        json.double(choice.probability)
        json.key("permitted_probability")
        json.double(choice.permittedProbability)
        json.endObject()
    }
}
