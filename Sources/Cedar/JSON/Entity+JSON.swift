internal import JSONText

extension Entity {
    /// Reads Cedar's JSON form of entities: an array of `{"uid": …, "attrs": {…}, "parents": […], "tags": {…}}`, in which
    /// only `tags` may be missing; other members are passed over. `source` is the name of the text in messages.
    ///
    /// An entity that stands twice in the same way counts once. Throws everything that is wrong, one error an entity.
    public static func list(json text: String, source name: String) throws(PolicyErrors) -> [Entity] {
        let json = try JSONSource(text, name: name)
        let elements = try json.read { (root) throws(JSONFault) in try root.list("entities") }
        var faults: [JSONFault] = []
        var result: [Entity] = []
        var seen: [EntityUID: Int] = [:]
        result.reserveCapacity(elements.count)
        for element in elements {
            do throws(JSONFault) {
                let entity = try Entity(element)
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
    init(_ json: JSONValue) throws(JSONFault) {
        let object = try json.object("an entity with `uid`, `attrs` and `parents`")
        let uid = try ValueReader.uid(try object.member("uid"))
        let attributes = try ValueReader.record(try object.member("attrs"))
        var parents: [EntityUID] = []
        for parent in try object.member("parents").list("the entities directly above") {
            let above = try ValueReader.uid(parent)
            if uid.isAction, !above.isAction {
                throw parent.fault("`\(above)` is no action, but stands above the action `\(uid)`")
            }
            if !parents.contains(above) { parents.append(above) }
        }
        var tags: Record = [:]
        if let json = object["tags"] { tags = try ValueReader.record(json) }
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

extension Entities {
    /// Reads Cedar's JSON form of entities; see `Entity.list(json:source:)`. Entities above themselves are an error, too.
    public init(json text: String, source name: String) throws(PolicyErrors) {
        let entities = try Entity.list(json: text, source: name)
        do throws(Failure) {
            try self.init(entities)
        } catch {
            let start = SourcePosition(line: 1, column: 1)
            throw PolicyErrors([PolicyError(source: name, position: start, message: error.description)])
        }
    }
}
