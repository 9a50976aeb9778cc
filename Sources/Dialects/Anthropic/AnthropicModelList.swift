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
    private static func timestamp(_ seconds: Int) -> String {
        Timestamp.text((-62_135_596_800...253_402_300_799).contains(seconds) ? Int64(seconds) : 0)
    }
}
