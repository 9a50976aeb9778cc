internal import JSONText

/// Reads what the JSON form of a policy says of principal, action and resource.
enum HeadReader {
    static func entityScope(_ json: JSONValue, _ slot: Policy.Slot, _ heads: inout Parser.ScopeEntities)
        throws(JSONFault) -> Policy.EntityScope
    {
        let object = try json.object("what the head says, with `op`")
        let operation = try object.member("op")
        switch try operation.text("an operator") {
        case "All", "all": return .any
        case "==":
            guard let uid = try target(object, slot, &heads) else { return .equalSlot }
            return .equal(uid)
        case "in":
            guard let uid = try target(object, slot, &heads) else { return .isInSlot }
            return .isIn(uid)
        case "is":
            let name = try object.member("entity_type")
            let type = try ValueReader.typeName(name)
            heads.types.append((type, name.offset))
            guard let container = object["in"], !container.isNull else { return .type(type) }
            guard let uid = try target(container, slot, &heads) else { return .typeInSlot(type) }
            return .typeIn(type, uid)
        default: throw operation.fault("expected `All`, `==`, `in` or `is`")
        }
    }

    static func actionScope(_ json: JSONValue, _ heads: inout Parser.ScopeEntities) throws(JSONFault)
        -> Policy.ActionScope
    {
        let object = try json.object("what the head says, with `op`")
        let operation = try object.member("op")
        switch try operation.text("an operator") {
        case "All", "all": return .any
        case "==": return .equal(try action(try object.member("entity"), &heads))
        case "in":
            if let single = object["entity"] { return .isIn([try action(single, &heads)]) }
            var uids: [EntityUID] = []
            for element in try object.member("entities").list("actions") { uids.append(try action(element, &heads)) }
            return .isIn(uids)
        default: throw operation.fault("expected `All`, `==` or `in`")
        }
    }

    /// The entity; `nil` for the slot.
    private static func target(_ json: JSONValue, _ slot: Policy.Slot, _ heads: inout Parser.ScopeEntities)
        throws(JSONFault) -> EntityUID?
    {
        let object = try json.object("`entity` or `slot`")
        if let entity = object["entity"] {
            guard object["slot"] == nil else { throw json.fault("`entity` and `slot` stand together") }
            let uid = try ValueReader.uid(entity)
            heads.entities.append((uid, entity.offset))
            return uid
        }
        let name = try object.member("slot")
        guard sameBytes(try name.text("a slot"), slot.rawValue) else {
            throw name.fault("expected the slot `\(slot.rawValue)`")
        }
        return nil
    }

    private static func action(_ json: JSONValue, _ heads: inout Parser.ScopeEntities) throws(JSONFault) -> EntityUID {
        let uid = try ValueReader.uid(json)
        guard uid.isAction else { throw json.fault("expected an entity of type `Action`, found `\(uid)`") }
        heads.entities.append((uid, json.offset))
        return uid
    }
}
