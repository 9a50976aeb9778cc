internal import JSONText
internal import Suggestions

/// Reads expressions from their JSON form: an object with one member, whose name is the operator.
struct ExpressionReader {
    private let maximumDepth: Int
    private var depth = 0

    init(maximumDepth: Int) { self.maximumDepth = maximumDepth }

    mutating func expression(_ json: JSONValue) throws(JSONFault) -> Expression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= maximumDepth else { throw tooDeep(json) }
        let (name, body) = try single(json)
        return try node(try kind(name, body, at: json), at: json)
    }

    private func single(_ json: JSONValue) throws(JSONFault) -> (name: String, body: JSONValue) {
        let object = try json.object("an expression")
        guard object.count == 1, let member = try object.namedMembers().first else {
            throw json.fault("an expression is an object with one member, the operator")
        }
        return (member.name, member.value)
    }

    private mutating func kind(_ name: String, _ body: JSONValue, at json: JSONValue) throws(JSONFault)
        -> Expression.Kind
    {
        switch name {
        case "Value": return try literal(body, depth: depth)
        case "Var":
            let name = try body.text("a variable")
            guard let variable = Expression.Variable(rawValue: name) else {
                throw body.fault(
                    "unknown variable `\(name.prefix(64))`"
                        + Spelling.question(name, among: Expression.Variable.allCases.map(\.rawValue)))
            }
            return .variable(variable)
        case "Slot": throw body.fault("slots stand in the heads of templates only")
        case "!": return .not(try operand(body))
        case "neg": return .negate(try operand(body))
        case "isEmpty": return .isEmpty(try operand(body))
        case "&&": return .and(try chain(name, json))
        case "||": return .or(try chain(name, json))
        case ".":
            try body.onlyMembers(["left", "attr"])
            return .attribute(try expression(try body.member("left")), try attribute(body))
        case "has":
            try body.onlyMembers(["left", "attr"])
            return .has(try expression(try body.member("left")), [try attribute(body)])
        case "like":
            try body.onlyMembers(["left", "pattern"])
            return .like(try expression(try body.member("left")), try pattern(try body.member("pattern")))
        case "is":
            try body.onlyMembers(["left", "entity_type", "in"])
            let left = try expression(try body.member("left"))
            let type = try ValueReader.typeName(try body.member("entity_type"))
            guard let container = body["in"], !container.isNull else { return .isType(left, type, in: nil) }
            return .isType(left, type, in: try expression(container))
        case "if-then-else":
            try body.object("a conditional").onlyMembers(["if", "then", "else"])
            return .conditional(
                try expression(try body.member("if")), try expression(try body.member("then")),
                try expression(try body.member("else")))
        case "Set": return .set(try expressions(try body.list("elements")))
        case "Record":
            var fields: [(name: String, value: Expression)] = []
            for (name, value) in try body.object("a record").namedMembers() {
                fields.append((name, try expression(value)))
            }
            return .record(fields)
        default: return try operation(name, body, at: json)
        }
    }

    private mutating func operation(_ name: String, _ body: JSONValue, at json: JSONValue) throws(JSONFault)
        -> Expression.Kind
    {
        if let operation = Expression.BinaryOperator(rawValue: name) {
            try body.object("two operands").onlyMembers(["left", "right"])
            return .binary(
                operation, try expression(try body.member("left")), try expression(try body.member("right")))
        }
        guard let function = ExtensionFunction(rawValue: name) else {
            let known =
                [
                    "Value", "Var", "if-then-else", "isEmpty", "contains", "containsAll", "containsAny", "getTag",
                    "hasTag",
                ]
                + ExtensionFunction.allCases.map(\.rawValue)
            throw json.fault("unknown operator `\(name.prefix(64))`" + Spelling.question(name, among: known))
        }
        let arguments = try body.list("arguments")
        guard function.isConstructor || !arguments.isEmpty else {
            throw body.fault("`\(name)` takes \(function.arity) arguments, not 0")
        }
        return .call(function, try expressions(arguments))
    }

    /// The operands of a chain, which leans to the left in this form; without recursion along it.
    private mutating func chain(_ name: String, _ json: JSONValue) throws(JSONFault) -> [Expression] {
        var rights: [JSONValue] = []
        var current = json
        while current.kind == .object, current.count == 1, let body = current[name] {
            try body.object("two operands").onlyMembers(["left", "right"])
            rights.append(try body.member("right"))
            current = try body.member("left")
        }
        return try [expression(current)] + expressions(rights.reversed())
    }

    private mutating func expressions(_ list: [JSONValue]) throws(JSONFault) -> [Expression] {
        var result: [Expression] = []
        result.reserveCapacity(list.count)
        for element in list { result.append(try expression(element)) }
        return result
    }

    private mutating func operand(_ body: JSONValue) throws(JSONFault) -> Expression {
        try body.object("one operand").onlyMembers(["arg"])
        return try expression(try body.member("arg"))
    }

    private func attribute(_ body: JSONValue) throws(JSONFault) -> String {
        try body.member("attr").text("the name of an attribute")
    }

    private func pattern(_ json: JSONValue) throws(JSONFault) -> Pattern {
        var builder = Pattern.Builder()
        for element in try json.list("the pieces of a pattern") {
            if element.kind == .string, element.equals("Wildcard") {
                builder.appendWildcard()
                continue
            }
            try element.object("`\"Wildcard\"` or a literal").onlyMembers(["Literal"])
            for scalar in try element.member("Literal").text("a piece of text").unicodeScalars {
                builder.append(scalar)
            }
        }
        return builder.finish()
    }

    /// A value written out, which may hold sets, records and escapes.
    private func literal(_ json: JSONValue, depth: Int) throws(JSONFault) -> Expression.Kind {
        guard depth <= maximumDepth else { throw tooDeep(json) }
        switch json.kind {
        case .array:
            var elements: [Expression] = []
            for element in json.elements {
                elements.append(try node(try literal(element, depth: depth + 1), at: element))
            }
            return .set(elements)
        case .object:
            if json["__entity"] != nil { return .literal(try ValueReader.value(json)) }
            if json["__extn"] != nil { return try call(json, depth: depth) }
            var fields: [(name: String, value: Expression)] = []
            for (name, value) in try json.namedMembers() {
                fields.append((name, try node(try literal(value, depth: depth + 1), at: value)))
            }
            return .record(fields)
        default: return .literal(try ValueReader.value(json))
        }
    }

    /// `{"__extn": …}`, as the call that it stands for; the value is made when it is asked for.
    private func call(_ json: JSONValue, depth: Int) throws(JSONFault) -> Expression.Kind {
        guard json.count == 1 else { throw json.fault("`__extn` stands alone in its object") }
        let body = try json.member("__extn").object("a function and its argument")
        let name = try body.member("fn")
        guard let function = ExtensionFunction(rawValue: try name.text("the name of a function")) else {
            throw name.fault("unknown function")
        }
        var arguments: [JSONValue] = []
        if let argument = body["arg"] {
            arguments = [argument]
        } else {
            arguments = try body.member("args").list("arguments")
        }
        guard arguments.count == function.arity else {
            throw body.fault("`\(function.rawValue)` takes \(function.arity) arguments, not \(arguments.count)")
        }
        var values: [Expression] = []
        for argument in arguments { values.append(try node(try literal(argument, depth: depth + 1), at: argument)) }
        return .call(function, values)
    }

    private func node(_ kind: Expression.Kind, at json: JSONValue) throws(JSONFault) -> Expression {
        let expression = Expression(kind, at: json.offset)
        guard expression.height <= maximumDepth else { throw tooDeep(json) }
        return expression
    }

    private func tooDeep(_ json: JSONValue) -> JSONFault { json.fault("expressions nest deeper than \(maximumDepth)") }
}
