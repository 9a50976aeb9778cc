internal import Inference
internal import JSONText

/// `{"data":[…],"first_id","last_id","has_more"}`; each model with the `lifecycle` that SDK 2.x insists on.
enum AnthropicModelList {
    static func list(_ models: [ListedModel]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("data")
        writer.beginArray()
        for model in models { write(model, to: &writer) }
        writer.endArray()
        writer.key("first_id")
        writer.stringOrNull(models.first?.id.rawValue)
        writer.key("last_id")
        writer.stringOrNull(models.last?.id.rawValue)
        writer.key("has_more")
        writer.bool(false)
        writer.endObject()
        return writer.bytes
    }

    static func model(_ model: ListedModel) -> [UInt8] {
        var writer = JSONWriter()
        write(model, to: &writer)
        return writer.bytes
    }

    private static func write(_ model: ListedModel, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("type")
        writer.string("model")
        writer.key("id")
        writer.string(model.id.rawValue)
        writer.key("display_name")
        writer.string(model.displayName)
        writer.key("created_at")
        writer.string(Self.timestamp(model.created))
        writer.key("capabilities")
        writer.null()
        writer.key("max_input_tokens")
        if let count = model.maximumInputTokens { writer.int(count) } else { writer.null() }
        writer.key("max_tokens")
        if let count = model.maximumOutputTokens { writer.int(count) } else { writer.null() }
        writer.key("lifecycle")
        writer.string("active")
        writer.key("line")
        writer.null()
        writer.key("deprecated_at")
        writer.null()
        writer.key("retires_at")
        writer.null()
        writer.endObject()
    }

    /// RFC 3339 in UTC; years 1 to 9999, others become 1970.
    static func timestamp(_ seconds: Int) -> String {
        // Days since 0000-03-01, the era arithmetic of the Gregorian calendar: 146,097 days are 400 years.
        guard (-62_135_596_800...253_402_300_799).contains(seconds) else { return "1970-01-01T00:00:00Z" }
        let day = (seconds >= 0 ? seconds : seconds - 86_399) / 86_400
        let rest = seconds - day * 86_400
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let date = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func padded(_ value: Int, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(date, 2))T"
            + "\(padded(rest / 3_600, 2)):\(padded(rest / 60 % 60, 2)):\(padded(rest % 60, 2))Z"
    }
}
