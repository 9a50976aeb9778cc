internal import Inference
internal import JSONText

/// `{"object":"list","data":[…]}`.
enum OpenAIModelList {
    static func list(_ models: [ListedModel]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("object")
        writer.string("list")
        writer.key("data")
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
        writer.key("id")
        writer.string(model.id.rawValue)
        writer.key("object")
        writer.string("model")
        writer.key("created")
        writer.int(model.created)
        writer.key("owned_by")
        writer.string(model.owner)
        writer.endObject()
    }
}
