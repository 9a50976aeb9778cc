internal import JSONText

extension Entity {
    /// Reads Cedar's JSON form of entities: an array of `{"uid": …, "attrs": {…}, "parents": […], "tags": {…}}`, in which
    /// only `tags` may be missing; other members are passed over. `source` is the name of the text in messages.
    ///
    /// An entity that stands twice in the same way counts once. With a schema, entities and values of extension types need
    /// no escapes where it says that they stand there, and every entity has to conform to it. Throws everything that is
    /// wrong.
    public static func list(
        json text: String, source name: String, schema: Schema? = nil
    ) throws(PolicyErrors) -> [Entity] {
        let validator = schema.map { Validator($0) }
        let json = try JSONSource(text, name: name)
        let elements = try json.read { (root) throws(JSONFault) in try root.list("entities") }
        var faults: [JSONFault] = []
        var result: [Entity] = []
        var seen: [EntityUID: Int] = [:]
        result.reserveCapacity(elements.count)
        for element in elements {
            do throws(JSONFault) {
                let entity = try Entity(element, schema)
                for error in validator?.validate(entity) ?? [] { faults.append(element.fault(error.description)) }
                guard let first = seen.updateValue(result.count, forKey: entity.uid) else {
                    result.append(entity)
                    continue
                }
                seen[entity.uid] = first
                if !result[first].isSame(as: entity) {
                    throw element.fault("the entity `\(entity.uid)` stands twice, in different ways")
                }
            } catch {
                faults.append(error)
            }
        }
        if !faults.isEmpty { throw json.errors(faults) }
        return result
    }

    /// Reads one entity.
    init(_ json: JSONValue, _ schema: Schema?) throws(JSONFault) {
        let object = try json.object("an entity with `uid`, `attrs` and `parents`")
        let uid = try ValueReader.uid(try object.member("uid"))
        let type = schema?.entityType(uid.type)
        let attributes = try ValueReader.record(
            try object.member("attrs"), type.map { JSONShape($0.attributes) } ?? .any)
        var parents: [EntityUID] = []
        for parent in try object.member("parents").list("the entities directly above") {
            let above = try ValueReader.uid(parent)
            if uid.isAction, !above.isAction {
                throw parent.fault("`\(above)` is no action, but stands above the action `\(uid)`")
            }
            if !parents.contains(above) { parents.append(above) }
        }
        var tags: Record = [:]
        if let json = object["tags"] {
            let shape = type?.tags.map { JSONShape($0) } ?? .any
            tags = try ValueReader.record(json, .record { _ in shape })
        }
        self.init(uid: uid, attributes: attributes, parents: parents, tags: tags)
    }

    private func isSame(as other: Entity) -> Bool {
        attributes == other.attributes && tags == other.tags && Set(parents) == Set(other.parents)
    }

    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("uid")
        ValueWriter.write(uid, to: &json)
        json.key("attrs")
        ValueWriter.write(attributes, to: &json)
        json.key("parents")
        json.beginArray()
        for parent in parents { ValueWriter.write(parent, to: &json) }
        json.endArray()
        if !tags.fields.isEmpty {
            json.key("tags")
            ValueWriter.write(tags, to: &json)
        }
        json.endObject()
    }

    /// Cedar's JSON form of entities, in their order.
    public static func json(_ entities: [Entity]) -> String {
        var json = JSONWriter()
        json.beginArray()
        for entity in entities { entity.write(to: &json) }
        json.endArray()
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

extension EntityUID {
    /// Whether its type is `Action`, in whichever namespace.
    public var isAction: Bool { sameBytes(type, "Action") || type.hasSuffix("::Action") }
}

extension Schema {
    /// The actions as entities, with the groups above them: what requests need to know of them.
    public var actionEntities: [Entity] { actions.map { Entity(uid: $0.uid, parents: $0.parents) } }
}

extension Entities {
    /// Reads Cedar's JSON form of entities; see `Entity.list(json:source:schema:)`. The actions of the schema are among them
    /// then. Entities above themselves are an error, too.
    public init(json text: String, source name: String, schema: Schema? = nil) throws(PolicyErrors) {
        let entities = try Entity.list(json: text, source: name, schema: schema)
        let known = Set(entities.map(\.uid))
        let actions = schema?.actionEntities.filter { !known.contains($0.uid) } ?? []
        do throws(Failure) {
            try self.init(entities + actions)
        } catch {
            let start = SourcePosition(line: 1, column: 1)
            throw PolicyErrors([PolicyError(source: name, position: start, message: error.description)])
        }
    }
}
