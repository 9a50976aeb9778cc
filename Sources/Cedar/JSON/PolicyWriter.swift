internal import JSONText

extension PolicySet {
    /// Cedar's JSON form: static policies, templates and links, in their order.
    public var json: String {
        var writer = PolicyWriter()
        writer.json.beginObject()
        writer.json.key("staticPolicies")
        writer.json.beginObject()
        for policy in policies where policy.link == nil {
            writer.json.key(policy.id)
            writer.write(policy)
        }
        writer.json.endObject()
        writer.json.key("templates")
        writer.json.beginObject()
        for template in templates {
            writer.json.key(template.id)
            writer.write(template)
        }
        writer.json.endObject()
        writer.json.key("templateLinks")
        writer.json.beginArray()
        for link in links { writer.write(link) }
        writer.json.endArray()
        writer.json.endObject()
        return String(decoding: writer.json.bytes, as: UTF8.self)
    }
}

extension Policy {
    /// Cedar's JSON form of one policy or template, without its name.
    public var json: String {
        var writer = PolicyWriter()
        writer.write(self)
        return String(decoding: writer.json.bytes, as: UTF8.self)
    }
}

/// Writes policies in their JSON form.
private struct PolicyWriter {
    var json = JSONWriter(capacity: 4096)

    mutating func write(_ policy: Policy) {
        json.beginObject()
        json.key("effect")
        json.string(policy.effect.rawValue)
        json.key("principal")
        write(policy.principal, slot: "?principal")
        json.key("action")
        write(policy.action)
        json.key("resource")
        write(policy.resource, slot: "?resource")
        json.key("conditions")
        json.beginArray()
        for condition in policy.conditions {
            json.beginObject()
            json.key("kind")
            json.string(condition.isUnless ? "unless" : "when")
            json.key("body")
            write(condition.body)
            json.endObject()
        }
        json.endArray()
        if !policy.annotations.isEmpty {
            json.key("annotations")
            json.beginObject()
            for annotation in policy.annotations {
                json.key(annotation.key)
                json.string(annotation.value)
            }
            json.endObject()
        }
        json.endObject()
    }

    mutating func write(_ link: TemplateLink) {
        json.beginObject()
        json.key("templateId")
        json.string(link.template)
        json.key("newId")
        json.string(link.id)
        json.key("values")
        json.beginObject()
        for slot in Policy.Slot.allCases {
            guard let uid = link.values[slot] else { continue }
            json.key(slot.rawValue)
            ValueWriter.write(uid, to: &json)
        }
        json.endObject()
        json.endObject()
    }

    // MARK: - Heads

    private mutating func write(_ scope: Policy.EntityScope, slot: String) {
        json.beginObject()
        json.key("op")
        switch scope {
        case .any: json.string("All")
        case .equal(let uid): target("==", uid, slot)
        case .equalSlot: target("==", nil, slot)
        case .isIn(let uid): target("in", uid, slot)
        case .isInSlot: target("in", nil, slot)
        case .type(let type): self.type(type)
        case .typeIn(let type, let uid): typeIn(type, uid, slot)
        case .typeInSlot(let type): typeIn(type, nil, slot)
        }
        json.endObject()
    }

    private mutating func target(_ operation: StaticString, _ uid: EntityUID?, _ slot: String) {
        json.string(operation)
        entity(uid, slot)
    }

    private mutating func entity(_ uid: EntityUID?, _ slot: String) {
        if let uid {
            json.key("entity")
            ValueWriter.write(uid, to: &json)
        } else {
            json.key("slot")
            json.string(slot)
        }
    }

    private mutating func type(_ type: String) {
        json.string("is")
        json.key("entity_type")
        json.string(type)
    }

    private mutating func typeIn(_ type: String, _ uid: EntityUID?, _ slot: String) {
        self.type(type)
        json.key("in")
        json.beginObject()
        entity(uid, slot)
        json.endObject()
    }

    private mutating func write(_ scope: Policy.ActionScope) {
        json.beginObject()
        json.key("op")
        switch scope {
        case .any: json.string("All")
        case .equal(let uid): target("==", uid, "")
        case .isIn(let uids):
            json.string("in")
            json.key("entities")
            json.beginArray()
            for uid in uids { ValueWriter.write(uid, to: &json) }
            json.endArray()
        }
        json.endObject()
    }

    // MARK: - Expressions

    private mutating func write(_ expression: Expression) {
        switch expression.kind {
        case .and(let operands): return chain("&&", operands)
        case .or(let operands): return chain("||", operands)
        case .has(let target, let path) where path.count > 1: return has(target, path)
        default: break
        }
        json.beginObject()
        switch expression.kind {
        case .literal(let value):
            json.key("Value")
            ValueWriter.write(value, to: &json)
        case .variable(let variable):
            json.key("Var")
            json.string(variable.rawValue)
        case .not(let operand): unary("!", operand)
        case .negate(let operand): unary("neg", operand)
        case .isEmpty(let operand): unary("isEmpty", operand)
        case .conditional(let condition, let first, let second):
            json.key("if-then-else")
            json.beginObject()
            member("if", condition)
            member("then", first)
            member("else", second)
            json.endObject()
        case .binary(let operation, let left, let right):
            json.key(operation.rawValue)
            json.beginObject()
            member("left", left)
            member("right", right)
            json.endObject()
        case .attribute(let target, let name): attribute(".", target, name)
        case .has(let target, let path): attribute("has", target, path.first ?? "")
        case .like(let target, let pattern):
            json.key("like")
            json.beginObject()
            member("left", target)
            json.key("pattern")
            write(pattern)
            json.endObject()
        case .isType(let target, let type, let container):
            json.key("is")
            json.beginObject()
            member("left", target)
            json.key("entity_type")
            json.string(type)
            if let container { member("in", container) }
            json.endObject()
        case .set(let elements):
            json.key("Set")
            list(elements)
        case .record(let fields):
            json.key("Record")
            json.beginObject()
            for field in fields {
                json.key(field.name)
                write(field.value)
            }
            json.endObject()
        case .call(let function, let arguments):
            json.key(function.rawValue)
            list(arguments)
        case .and, .or: break  // Written above.
        }
        json.endObject()
    }

    private mutating func member(_ name: StaticString, _ expression: Expression) {
        json.key(name)
        write(expression)
    }

    private mutating func unary(_ name: StaticString, _ operand: Expression) {
        json.key(name)
        json.beginObject()
        member("arg", operand)
        json.endObject()
    }

    private mutating func list(_ expressions: [Expression]) {
        json.beginArray()
        for expression in expressions { write(expression) }
        json.endArray()
    }

    private mutating func attribute(_ operation: StaticString, _ target: Expression, _ name: String) {
        json.key(operation)
        json.beginObject()
        member("left", target)
        json.key("attr")
        json.string(name)
        json.endObject()
    }

    /// A chain leans to the left in this form; written without recursion along it.
    private mutating func chain(_ operation: StaticString, _ operands: [Expression]) {
        for _ in operands.dropFirst() {
            json.beginObject()
            json.key(operation)
            json.beginObject()
            json.key("left")
        }
        for (position, operand) in operands.enumerated() {
            if position > 0 { json.key("right") }
            write(operand)
            guard position > 0 else { continue }
            json.endObject()
            json.endObject()
        }
    }

    /// `x has a.b.c` is `x has a && x.a has b && x.a.b has c` in this form.
    private mutating func has(_ target: Expression, _ path: [String]) {
        var steps: [Expression] = []
        var current = target
        for name in path {
            steps.append(Expression(.has(current, [name]), at: target.offset))
            current = Expression(.attribute(current, name), at: target.offset)
        }
        chain("&&", steps)
    }

    private mutating func write(_ pattern: Pattern) {
        json.beginArray()
        for (position, piece) in pattern.pieces.enumerated() {
            if position > 0 { json.string("Wildcard") }
            for scalar in String(decoding: piece, as: UTF8.self).unicodeScalars {
                json.beginObject()
                json.key("Literal")
                json.string(String(scalar))
                json.endObject()
            }
        }
        json.endArray()
    }
}
