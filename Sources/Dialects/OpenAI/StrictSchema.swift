internal import JSONText

/// Whether a schema is of the kind that OpenAI takes with `strict: true`: every object says `"additionalProperties": false` and requires
/// all of its properties. For what else that kind excludes the provider refuses the request itself.
enum StrictSchema {
    static func holds(_ schema: JSONFragment) -> Bool {
        guard let document = try? JSONDocument(parsing: Array(schema.bytes)) else { return false }
        for node in 0..<document.nodeCount where document.kind(at: node) == .object {
            let object = document.value(at: node)
            if isSchemaOfObject(object), !isClosed(object) { return false }
        }
        return true
    }

    private static func isSchemaOfObject(_ object: JSONValue) -> Bool {
        object["type"]?.equals("object") ?? false
    }

    private static func isClosed(_ object: JSONValue) -> Bool {
        guard object["additionalProperties"]?.bool == false else { return false }
        guard let properties = object["properties"] else { return true }
        var names: Set<[UInt8]> = []
        if let required = object["required"] {
            for name in required.elements { names.insert(name.decodedUTF8()) }
        }
        return properties.members.allSatisfy { names.contains($0.key.decodedUTF8()) }
    }
}
