internal import JSONText

/// Gemini's `Schema`, which is OpenAPI's of old, as JSON Schema: types in small letters, `nullable` as a type, counts that may come as
/// strings. What is JSON Schema already stays as it is.
struct GeminiSchema {
    private let tape: Tape
    private var writer = JSONWriter()

    /// A schema as JSON Schema. Documents are not deep, so this may call itself.
    static func jsonSchema(_ node: Int, of tape: Tape) -> JSONFragment {
        var schema = GeminiSchema(tape: tape)
        schema.write(node)
        return JSONFragment(bytes: schema.writer.bytes[...])
    }

    private init(tape: Tape) { self.tape = tape }

    private mutating func write(_ node: Int) {
        guard tape.kind(node) == .object else { return writer.raw(tape.raw(node).bytes) }
        let isNullable = tape.member("nullable", of: node).map { tape.kind($0) == .true } ?? false
        writer.beginObject()
        for member in tape.members(of: node) { write(member, isNullable) }
        writer.endObject()
    }

    private mutating func write(_ member: Tape.Member, _ isNullable: Bool) {
        let value = member.value
        switch member.name {
        // The order of members is the model's own affair.
        case "nullable", "propertyOrdering", "property_ordering", "example": break
        case "type": writeType(value, isNullable)
        case "properties": writeSchemas(value, "properties")
        case "defs", "$defs": writeSchemas(value, "$defs")
        case "items":
            writer.key("items")
            write(value)
        case "anyOf", "any_of":
            writer.key("anyOf")
            writer.beginArray()
            for element in tape.elements(of: value) { write(element) }
            if isNullable { writer.raw(#"{"type":"null"}"#) }
            writer.endArray()
        case "additionalProperties", "additional_properties":
            writer.key("additionalProperties")
            write(value)
        case "enum":
            writer.key("enum")
            writer.beginArray()
            for element in tape.elements(of: value) { writer.raw(tape.raw(element).bytes) }
            if isNullable { writer.null() }
            writer.endArray()
        case "ref", "$ref": writeRaw("$ref", value)
        case "format": if !("enum" ~= tape.word(value)) { writeRaw("format", value) }
        case "minItems", "min_items": writeCount("minItems", value)
        case "maxItems", "max_items": writeCount("maxItems", value)
        case "minLength", "min_length": writeCount("minLength", value)
        case "maxLength", "max_length": writeCount("maxLength", value)
        case "minProperties", "min_properties": writeCount("minProperties", value)
        case "maxProperties", "max_properties": writeCount("maxProperties", value)
        default:
            tape.value(member.key).withDecodedUTF8 { writer.key($0) }
            writer.raw(tape.raw(value).bytes)
        }
    }

    private mutating func writeType(_ node: Int, _ isNullable: Bool) {
        guard let type = tape.value(node).string else { return writeRaw("type", node) }
        guard type != "TYPE_UNSPECIFIED" else { return }
        writer.key("type")
        guard isNullable else { return writer.string(type.lowercased()) }
        writer.beginArray()
        writer.string(type.lowercased())
        writer.string("null")
        writer.endArray()
    }

    private mutating func writeSchemas(_ node: Int, _ name: StaticString) {
        writer.key(name)
        guard tape.kind(node) == .object else { return writer.raw(tape.raw(node).bytes) }
        writer.beginObject()
        for member in tape.members(of: node) {
            tape.value(member.key).withDecodedUTF8 { writer.key($0) }
            write(member.value)
        }
        writer.endObject()
    }

    private mutating func writeRaw(_ name: StaticString, _ node: Int) {
        writer.key(name)
        writer.raw(tape.raw(node).bytes)
    }

    /// A count, which as a 64-bit number may come as a string.
    private mutating func writeCount(_ name: StaticString, _ node: Int) {
        guard let text = tape.value(node).string, let count = Int(text) else { return writeRaw(name, node) }
        writer.key(name)
        writer.int(count)
    }
}
