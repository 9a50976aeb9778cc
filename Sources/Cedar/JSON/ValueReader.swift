internal import JSONText
internal import Suggestions

/// What a schema says of a place, as far as it changes how JSON is read there.
indirect enum JSONShape {
    /// Nothing: entities and values of extension types need their escapes.
    case any
    /// An entity, also without its escape.
    case entity
    /// A value of an extension type, also as the bare argument of the function that makes it.
    case call(ExtensionFunction)
    /// A set of such values.
    case set(JSONShape)
    /// A record whose attributes have shapes.
    case record((String) -> JSONShape)

    init(_ type: Schema.ValueType) {
        switch type {
        case .bool, .long, .string: self = .any
        case .set(let element): self = .set(JSONShape(element))
        case .record(let record): self = JSONShape(record)
        case .entity: self = .entity
        case .extension(.decimal): self = .call(.decimal)
        case .extension(.ipAddress): self = .call(.ip)
        case .extension(.dateTime): self = .call(.datetime)
        case .extension(.duration): self = .call(.duration)
        }
    }

    init(_ record: Schema.RecordType) { self = .record { name in record[name].map { JSONShape($0.type) } ?? .any } }

    func attribute(_ name: String) -> JSONShape {
        if case .record(let shapes) = self { shapes(name) } else { .any }
    }
}

/// Reads Cedar's JSON form of values: booleans, whole numbers, strings, arrays as sets, objects as records, and the escapes
/// `{"__entity": {"type": …, "id": …}}` and `{"__extn": {"fn": …, "arg": …}}` (or `args` for several).
///
/// Stricter than the reference implementation in one thing: an object with an escape and other members is refused, where
/// the reference reads a record or passes over the others.
enum ValueReader {
    static func value(_ json: JSONValue, _ shape: JSONShape = .any) throws(JSONFault) -> Value {
        switch json.kind {
        case .null: throw json.fault("`null` is no value")
        case .true: return .bool(true)
        case .false: return .bool(false)
        case .number:
            guard let number = json.int else { throw json.fault("expected a whole number of 64 bits") }
            return .long(Int64(number))
        case .string:
            let text = try json.text("a value")
            guard case .call(let function) = shape else { return .string(text) }
            return try call(function, [.string(text)], at: json)
        case .array:
            var element = JSONShape.any
            if case .set(let inner) = shape { element = inner }
            var values: [Value] = []
            values.reserveCapacity(json.count)
            for child in json.elements { values.append(try value(child, element)) }
            return .set(ValueSet(values))
        case .object:
            if let inner = try escape("__entity", of: json) { return .entity(try plainUID(inner)) }
            if let inner = try escape("__extn", of: json) { return try call(inner) }
            if json["__expr"] != nil { throw json.fault("`__expr` is no longer a part of the format") }
            switch shape {
            case .entity: return .entity(try plainUID(json))
            case .call where json["fn"] != nil: return try call(json)
            default: return .record(try record(json, shape))
            }
        }
    }

    static func record(_ json: JSONValue, _ shape: JSONShape = .any) throws(JSONFault) -> Record {
        var fields: [Record.Field] = []
        for (name, child) in try json.object("a record").namedMembers() {
            fields.append(Record.Field(name, try value(child, shape.attribute(name))))
        }
        return Record(fields)
    }

    /// The name of an entity, with or without its escape.
    static func uid(_ json: JSONValue) throws(JSONFault) -> EntityUID {
        try plainUID(try escape("__entity", of: try json.object("an entity, `{\"type\": …, \"id\": …}`")) ?? json)
    }

    private static func plainUID(_ json: JSONValue) throws(JSONFault) -> EntityUID {
        let object = try json.object("an entity, `{\"type\": …, \"id\": …}`")
        let type = try object.member("type")
        return EntityUID(type: try typeName(type), id: try object.member("id").text("an entity's identifier"))
    }

    /// The name of a type of entities.
    static func typeName(_ json: JSONValue) throws(JSONFault) -> String {
        let name = try json.text("the type of an entity")
        guard Identifier.isTypeName(name) else { throw json.fault("`\(name.prefix(64))` is no name of a type") }
        return name
    }

    private static func escape(_ name: String, of json: JSONValue) throws(JSONFault) -> JSONValue? {
        guard let inner = json[name] else { return nil }
        guard json.count == 1 else { throw json.fault("`\(name)` stands alone in its object") }
        return inner
    }

    private static func call(_ json: JSONValue) throws(JSONFault) -> Value {
        let name = try json.object("a function and its argument").member("fn")
        let text = try name.text("the name of a function")
        guard let function = ExtensionFunction(rawValue: text) else {
            let known = ExtensionFunction.allCases.map(\.rawValue)
            throw name.fault("unknown function `\(text.prefix(64))`" + Spelling.question(text, among: known))
        }
        var arguments: [Value] = []
        if let argument = json["arg"] {
            arguments.append(try value(argument))
        } else {
            for argument in try json.member("args").list("arguments") { arguments.append(try value(argument)) }
        }
        return try call(function, arguments, at: json)
    }

    private static func call(_ function: ExtensionFunction, _ arguments: [Value], at json: JSONValue) throws(JSONFault)
        -> Value
    {
        do throws(ExtensionFunction.Failure) {
            return try function.call(arguments)
        } catch {
            throw json.fault(error.message)
        }
    }
}
