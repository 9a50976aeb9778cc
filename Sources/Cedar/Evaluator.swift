/// Runs conditions for one request.
struct Evaluator {
    /// Why an expression has no value; speaks of names and types, never of values.
    struct Failure: Error {
        let message: String
        let offset: Int32
    }

    private let program: Program
    private let request: Request
    private let entities: Entities
    let principal: Entities.Node?
    let resource: Entities.Node?
    let action: Entities.Node?

    init(program: Program, request: Request, entities: Entities) {
        self.program = program
        self.request = request
        self.entities = entities
        principal = entities.node(request.principal)
        resource = entities.node(request.resource)
        action = entities.node(request.action)
    }

    // MARK: - Heads

    /// Whether a rule's head speaks of the request.
    func applies(_ rule: Program.Rule) -> Bool {
        matches(rule.principal, request.principal, principal) && matches(rule.resource, request.resource, resource)
            && matches(rule.action)
    }

    private func matches(_ scope: Policy.EntityScope, _ uid: EntityUID, _ node: Entities.Node?) -> Bool {
        switch scope {
        case .any: true
        case .equal(let other): uid == other
        case .isIn(let other): uid == other || node?.ancestors.contains(other) ?? false
        case .type(let type): sameBytes(uid.type, type)
        case .typeIn(let type, let other):
            sameBytes(uid.type, type) && (uid == other || node?.ancestors.contains(other) ?? false)
        case .equalSlot, .isInSlot, .typeInSlot: false
        }
    }

    private func matches(_ scope: Policy.ActionScope) -> Bool {
        switch scope {
        case .any: true
        case .equal(let other): request.action == other
        case .isIn(let others):
            others.contains { request.action == $0 || action?.ancestors.contains($0) ?? false }
        }
    }

    // MARK: - Booleans

    /// Evaluates a node that must be a boolean.
    func bool(_ index: Int32) throws(Failure) -> Bool {
        let node = program.nodes[Int(index)]
        switch node.operation {
        case .not: return try !bool(node.a)
        case .and:
            for position in node.a..<(node.a + node.b) {
                if try !bool(program.operands[Int(position)]) { return false }
            }
            return true
        case .or:
            for position in node.a..<(node.a + node.b) {
                if try bool(program.operands[Int(position)]) { return true }
            }
            return false
        case .conditional: return try bool(bool(node.a) ? node.b : node.c)
        case .equal: return try value(node.a) == value(node.b)
        case .notEqual: return try value(node.a) != value(node.b)
        case .less: return try isOrdered(node, swapped: false, orEqual: false)
        case .lessOrEqual: return try isOrdered(node, swapped: false, orEqual: true)
        case .greater: return try isOrdered(node, swapped: true, orEqual: false)
        case .greaterOrEqual: return try isOrdered(node, swapped: true, orEqual: true)
        case .isIn: return try isIn(node)
        case .isInConstant:
            let (uid, above) = try entity(node.a)
            let wanted = program.uidSets[Int(node.b)]
            if wanted.contains(uid) { return true }
            guard let above else { return false }
            return wanted.elements.contains { above.ancestors.contains($0) }
        case .contains:
            let set = try set(node.a)
            return set.contains(try value(node.b))
        case .containsText: return try set(node.a).contains(string: program.names[Int(node.b)])
        case .containsAll:
            let set = try set(node.a)
            return set.isSuperset(of: try self.set(node.b))
        case .containsAny:
            let set = try set(node.a)
            return !set.isDisjoint(with: try self.set(node.b))
        case .isEmpty: return try set(node.a).elements.isEmpty
        case .hasTag:
            let (_, entity) = try entity(node.a)
            let name = try string(node.b)
            return entity?.tags.index(of: name) != nil
        case .has: return try attribute(node, mustExist: false) != nil
        case .like: return program.patterns[Int(node.b)].matches(try string(node.a))
        case .isType:
            let (uid, above) = try entity(node.a)
            guard sameBytes(uid.type, program.names[Int(node.b)]) else { return false }
            guard node.c >= 0 else { return true }
            return try isIn(uid, above, try value(node.c), at: program.nodes[Int(node.c)].offset)
        default:
            let value = try value(index)
            guard case .bool(let result) = value else { throw mismatch("a boolean", value, node.offset) }
            return result
        }
    }

    private func isOrdered(_ node: Program.Node, swapped: Bool, orEqual: Bool) throws(Failure) -> Bool {
        let left = try value(node.a)
        let right = try value(node.b)
        switch (left, right) {
        case (.long(let left), .long(let right)): return isOrdered(left, right, swapped, orEqual)
        case (.dateTime(let left), .dateTime(let right)):
            return isOrdered(left.milliseconds, right.milliseconds, swapped, orEqual)
        case (.duration(let left), .duration(let right)):
            return isOrdered(left.milliseconds, right.milliseconds, swapped, orEqual)
        default:
            throw Failure(
                message: "can't compare \(left.typeName) with \(right.typeName)", offset: node.offset)
        }
    }

    private func isOrdered(_ left: Int64, _ right: Int64, _ swapped: Bool, _ orEqual: Bool) -> Bool {
        if left == right { return orEqual }
        return swapped ? left > right : left < right
    }

    private func isIn(_ node: Program.Node) throws(Failure) -> Bool {
        let (uid, above) = try entity(node.a)
        return try isIn(uid, above, try value(node.b), at: node.offset)
    }

    private func isIn(_ uid: EntityUID, _ above: Entities.Node?, _ container: Value, at offset: Int32)
        throws(Failure) -> Bool
    {
        switch container {
        case .entity(let other): return uid == other || above?.ancestors.contains(other) ?? false
        case .set(let set):
            // Every member must be an entity, also behind one that matches.
            var found = false
            for element in set.elements {
                guard case .entity(let other) = element else { throw mismatch("an entity", element, offset) }
                found = found || uid == other || above?.ancestors.contains(other) ?? false
            }
            return found
        default: throw mismatch("an entity or a set of entities", container, offset)
        }
    }

    // MARK: - Values

    /// Evaluates a node.
    func value(_ index: Int32) throws(Failure) -> Value {
        let node = program.nodes[Int(index)]
        switch node.operation {
        case .constant: return program.constants[Int(node.a)]
        case .principal: return .entity(request.principal)
        case .action: return .entity(request.action)
        case .resource: return .entity(request.resource)
        case .context: return .record(request.context)
        case .negate:
            let (result, overflow) = Int64(0).subtractingReportingOverflow(try long(node.a))
            guard !overflow else { throw Failure(message: "overflow in `-`", offset: node.offset) }
            return .long(result)
        case .add:
            let (result, overflow) = try long(node.a).addingReportingOverflow(try long(node.b))
            guard !overflow else { throw Failure(message: "overflow in `+`", offset: node.offset) }
            return .long(result)
        case .subtract:
            let (result, overflow) = try long(node.a).subtractingReportingOverflow(try long(node.b))
            guard !overflow else { throw Failure(message: "overflow in `-`", offset: node.offset) }
            return .long(result)
        case .multiply:
            let (result, overflow) = try long(node.a).multipliedReportingOverflow(by: try long(node.b))
            guard !overflow else { throw Failure(message: "overflow in `*`", offset: node.offset) }
            return .long(result)
        case .conditional: return try value(bool(node.a) ? node.b : node.c)
        case .attribute:
            guard let value = try attribute(node, mustExist: true) else {
                throw Failure(
                    message: "no attribute `\(program.names[Int(node.b)])` here", offset: node.offset)
            }
            return value
        case .getTag:
            let (uid, entity) = try entity(node.a)
            let name = try string(node.b)
            guard let entity else { throw Failure(message: "the entity `\(uid)` is unknown", offset: node.offset) }
            guard let value = entity.tags[name] else {
                throw Failure(message: "the entity `\(uid)` has no such tag", offset: node.offset)
            }
            return value
        case .set: return .set(ValueSet(try values(node)))
        case .record:
            let values = try values(node)
            var fields: [Record.Field] = []
            fields.reserveCapacity(values.count)
            for (position, value) in values.enumerated() {
                fields.append(Record.Field(program.names[Int(node.c) + position], value))
            }
            return .record(Record(fields))
        case .call:
            let function = ExtensionFunction.allCases[Int(node.c)]
            let arguments = try values(node)
            do throws(ExtensionFunction.Failure) {
                return try function.call(arguments)
            } catch {
                throw Failure(message: error.message, offset: node.offset)
            }
        default: return .bool(try bool(index))
        }
    }

    private func values(_ node: Program.Node) throws(Failure) -> [Value] {
        var result: [Value] = []
        result.reserveCapacity(Int(node.b))
        for position in node.a..<(node.a + node.b) { result.append(try value(program.operands[Int(position)])) }
        return result
    }

    /// The attribute `b` of node `a`; `nil` where it is missing. An unknown entity has none, which is an error only for
    /// who needs one.
    private func attribute(_ node: Program.Node, mustExist: Bool) throws(Failure) -> Value? {
        let name = program.names[Int(node.b)]
        switch program.nodes[Int(node.a)].operation {
        case .context: return request.context[name]
        case .principal: return try attribute(name, request.principal, principal, mustExist, node.offset)
        case .resource: return try attribute(name, request.resource, resource, mustExist, node.offset)
        case .action: return try attribute(name, request.action, action, mustExist, node.offset)
        default:
            let target = try value(node.a)
            switch target {
            case .record(let record): return record[name]
            case .entity(let uid): return try attribute(name, uid, entities.node(uid), mustExist, node.offset)
            default: throw mismatch("a record or an entity", target, node.offset)
            }
        }
    }

    private func attribute(
        _ name: String, _ uid: EntityUID, _ entity: Entities.Node?, _ mustExist: Bool, _ offset: Int32
    ) throws(Failure) -> Value? {
        if mustExist, entity == nil { throw Failure(message: "the entity `\(uid)` is unknown", offset: offset) }
        return entity?.attributes[name]
    }

    private func entity(_ index: Int32) throws(Failure) -> (uid: EntityUID, node: Entities.Node?) {
        switch program.nodes[Int(index)].operation {
        case .principal: return (request.principal, principal)
        case .resource: return (request.resource, resource)
        case .action: return (request.action, action)
        default:
            let value = try value(index)
            guard case .entity(let uid) = value else {
                throw mismatch("an entity", value, program.nodes[Int(index)].offset)
            }
            return (uid, entities.node(uid))
        }
    }

    private func long(_ index: Int32) throws(Failure) -> Int64 {
        let value = try value(index)
        guard case .long(let result) = value else {
            throw mismatch("a long", value, program.nodes[Int(index)].offset)
        }
        return result
    }

    private func string(_ index: Int32) throws(Failure) -> String {
        let value = try value(index)
        guard case .string(let result) = value else {
            throw mismatch("a string", value, program.nodes[Int(index)].offset)
        }
        return result
    }

    private func set(_ index: Int32) throws(Failure) -> ValueSet {
        let value = try value(index)
        guard case .set(let result) = value else {
            throw mismatch("a set", value, program.nodes[Int(index)].offset)
        }
        return result
    }

    private func mismatch(_ expected: String, _ found: Value, _ offset: Int32) -> Failure {
        Failure(message: "expected \(expected), found \(found.typeName)", offset: offset)
    }
}
