internal import Inference
internal import JSONText

/// `{"models":[{"name":"models/NAME",…}]}`.
enum GeminiModelList {
    static func list(_ models: [ListedModel]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("models")
        writer.beginArray()
        for model in models { write(model, to: &writer) }
        writer.endArray()
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
        writer.key("name")
        writer.string("models/\(model.id.rawValue)")
        writer.key("version")
        writer.string("")
        writer.key("displayName")
        writer.string(model.displayName)
        if let count = model.maximumInputTokens {
            writer.key("inputTokenLimit")
            writer.int(count)
        }
        if let count = model.maximumOutputTokens {
            writer.key("outputTokenLimit")
            writer.int(count)
        }
        writer.key("supportedGenerationMethods")
        writer.raw(#"["generateContent","countTokens","embedContent"]"#)
        writer.endObject()
    }
}
