internal import JSONText

/// Writes Cedar's JSON form of values, with escapes for entities and values of extension types.
enum ValueWriter {
    static func write(_ value: Value, to json: inout JSONWriter) {
        switch value {
        case .bool(let value): json.bool(value)
        case .long(let value): json.int64(value)
        case .string(let text): json.string(text)
        case .entity(let uid):
            json.beginObject()
            json.key("__entity")
            write(uid, to: &json)
            json.endObject()
        case .set(let set):
            json.beginArray()
            for element in set.elements { write(element, to: &json) }
            json.endArray()
        case .record(let record): write(record, to: &json)
        case .decimal(let value): call("decimal", value.description, to: &json)
        case .ipAddress(let value): call("ip", value.description, to: &json)
        case .duration(let value): call("duration", value.description, to: &json)
        case .dateTime(let value):
            guard let text = value.text else {
                return offset(value.milliseconds, to: &json)
            }
            call("datetime", text, to: &json)
        }
    }

    static func write(_ record: Record, to json: inout JSONWriter) {
        json.beginObject()
        for field in record.fields {
            json.key(field.name)
            write(field.value, to: &json)
        }
        json.endObject()
    }

    static func write(_ uid: EntityUID, to json: inout JSONWriter) {
        json.beginObject()
        json.key("type")
        json.string(uid.type)
        json.key("id")
        json.string(uid.id)
        json.endObject()
    }

    private static func call(_ function: StaticString, _ argument: String, to json: inout JSONWriter) {
        json.beginObject()
        json.key("__extn")
        json.beginObject()
        json.key("fn")
        json.string(function)
        json.key("arg")
        json.string(argument)
        json.endObject()
        json.endObject()
    }

    /// A moment that no date can be written for: so many milliseconds after 1970.
    private static func offset(_ milliseconds: Int64, to json: inout JSONWriter) {
        json.beginObject()
        json.key("__extn")
        json.beginObject()
        json.key("fn")
        json.string("offset")
        json.key("args")
        json.beginArray()
        call("datetime", "1970-01-01", to: &json)
        call("duration", TimeSpan(milliseconds: milliseconds).description, to: &json)
        json.endArray()
        json.endObject()
        json.endObject()
    }
}

extension Value {
    /// Cedar's JSON form.
    public var json: String {
        var json = JSONWriter()
        ValueWriter.write(self, to: &json)
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
