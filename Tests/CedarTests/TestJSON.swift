import Cedar

/// A small JSON reader for the conformance corpus: exact integers, and quick enough in a debug build for its size.
enum TestJSON {
    case null
    case bool(Bool)
    case integer(Int64)
    case string(String)
    case array([TestJSON])
    case object([(key: String, value: TestJSON)])

    struct Failure: Error {
        let offset: Int
    }

    static func parse(_ bytes: ArraySlice<UInt8>) throws -> TestJSON {
        var reader = Reader(bytes: Array(bytes))
        let value = try reader.value()
        reader.skipSpace()
        guard reader.position == reader.bytes.count else { throw Failure(offset: reader.position) }
        return value
    }

    subscript(_ key: String) -> TestJSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

    var string: String? { if case .string(let text) = self { text } else { nil } }

    var elements: [TestJSON] { if case .array(let elements) = self { elements } else { [] } }

    var members: [(key: String, value: TestJSON)] { if case .object(let members) = self { members } else { [] } }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        mutating func skipSpace() {
            while position < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[position]) { position += 1 }
        }

        mutating func value() throws -> TestJSON {
            skipSpace()
            guard position < bytes.count else { throw Failure(offset: position) }
            switch bytes[position] {
            case UInt8(ascii: "{"):
                var members: [(key: String, value: TestJSON)] = []
                try list(end: UInt8(ascii: "}")) { reader in
                    reader.skipSpace()
                    let key = try reader.text()
                    reader.skipSpace()
                    guard reader.take(UInt8(ascii: ":")) else { throw Failure(offset: reader.position) }
                    members.append((key, try reader.value()))
                }
                return .object(members)
            case UInt8(ascii: "["):
                var elements: [TestJSON] = []
                try list(end: UInt8(ascii: "]")) { elements.append(try $0.value()) }
                return .array(elements)
            case UInt8(ascii: "\""): return .string(try text())
            case UInt8(ascii: "t"): return try word("true", .bool(true))
            case UInt8(ascii: "f"): return try word("false", .bool(false))
            case UInt8(ascii: "n"): return try word("null", .null)
            default:
                let start = position
                while position < bytes.count,
                    bytes[position] == UInt8(ascii: "-") || (48...57).contains(bytes[position])
                {
                    position += 1
                }
                guard let number = Int64(String(decoding: bytes[start..<position], as: UTF8.self)) else {
                    throw Failure(offset: start)
                }
                return .integer(number)
            }
        }

        mutating func list(end: UInt8, _ element: (inout Reader) throws -> Void) throws {
            position += 1
            skipSpace()
            if take(end) { return }
            repeat {
                try element(&self)
                skipSpace()
            } while take(UInt8(ascii: ","))
            guard take(end) else { throw Failure(offset: position) }
        }

        mutating func take(_ byte: UInt8) -> Bool {
            guard position < bytes.count, bytes[position] == byte else { return false }
            position += 1
            return true
        }

        mutating func word(_ word: String, _ value: TestJSON) throws -> TestJSON {
            guard bytes[position...].starts(with: word.utf8) else { throw Failure(offset: position) }
            position += word.utf8.count
            return value
        }

        mutating func text() throws -> String {
            guard take(UInt8(ascii: "\"")) else { throw Failure(offset: position) }
            var content: [UInt8] = []
            while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
                guard bytes[position] == UInt8(ascii: "\\") else {
                    content.append(bytes[position])
                    position += 1
                    continue
                }
                position += 2
                guard position <= bytes.count else { throw Failure(offset: position) }
                switch bytes[position - 1] {
                case UInt8(ascii: "n"): content.append(0x0A)
                case UInt8(ascii: "r"): content.append(0x0D)
                case UInt8(ascii: "t"): content.append(0x09)
                case UInt8(ascii: "b"): content.append(0x08)
                case UInt8(ascii: "f"): content.append(0x0C)
                case UInt8(ascii: "u"):
                    var unit = try hexadecimal()
                    if (0xD800..<0xDC00).contains(unit), position + 6 <= bytes.count {
                        position += 2
                        unit = 0x10000 + (unit - 0xD800) << 10 + (try hexadecimal() - 0xDC00)
                    }
                    guard let scalar = Unicode.Scalar(unit) else { throw Failure(offset: position) }
                    content.append(contentsOf: Array(String(Character(scalar)).utf8))
                default: content.append(bytes[position - 1])
                }
            }
            guard take(UInt8(ascii: "\"")) else { throw Failure(offset: position) }
            return String(decoding: content, as: UTF8.self)
        }

        mutating func hexadecimal() throws -> UInt32 {
            guard position + 4 <= bytes.count,
                let value = UInt32(String(decoding: bytes[position..<(position + 4)], as: UTF8.self), radix: 16)
            else { throw Failure(offset: position) }
            position += 4
            return value
        }
    }
}

// Cedar's JSON forms of values and entities.
extension TestJSON {
    /// A value; `nil` for an extension type that we don't know.
    var cedarValue: Value? {
        switch self {
        case .null: return nil
        case .bool(let value): return .bool(value)
        case .integer(let value): return .long(value)
        case .string(let value): return .string(value)
        case .array(let elements):
            let values = elements.compactMap(\.cedarValue)
            return values.count == elements.count ? .set(ValueSet(values)) : nil
        case .object:
            if let entity = self["__entity"] { return entity.cedarUID.map(Value.entity) }
            if let call = self["__extn"] { return call.cedarExtension }
            // The handwritten tests lean on their schema to read these as entities; no record of the corpus looks so.
            if members.map(\.key).sorted() == ["id", "type"], let uid = cedarUID { return .entity(uid) }
            return cedarRecord.map(Value.record)
        }
    }

    var cedarRecord: Record? {
        let fields = members.compactMap { member in member.value.cedarValue.map { Record.Field(member.key, $0) } }
        return fields.count == members.count ? Record(fields) : nil
    }

    var cedarUID: EntityUID? {
        if let inner = self["__entity"] { return inner.cedarUID }
        guard let type = self["type"]?.string, let id = self["id"]?.string else { return nil }
        return EntityUID(type: type, id: id)
    }

    private var cedarExtension: Value? {
        let arguments = self["args"]?.elements ?? [self["arg"] ?? .null]
        guard let argument = arguments.first else { return nil }
        switch self["fn"]?.string {
        case "decimal": return argument.string.flatMap { Decimal(parsing: $0) }.map(Value.decimal)
        case "ip": return argument.string.flatMap { IPAddress(parsing: $0) }.map(Value.ipAddress)
        case "datetime": return argument.string.flatMap { DateTime(parsing: $0) }.map(Value.dateTime)
        case "duration": return argument.string.flatMap { TimeSpan(parsing: $0) }.map(Value.duration)
        case "offset":
            guard arguments.count == 2, case .dateTime(let moment)? = argument.cedarValue,
                case .duration(let span)? = arguments[1].cedarValue
            else { return nil }
            return moment.offset(by: span).map(Value.dateTime)
        default: return nil
        }
    }

    var cedarEntities: [Entity]? {
        var result: [Entity] = []
        for element in elements {
            guard let uid = element["uid"]?.cedarUID, let attributes = (element["attrs"] ?? .object([])).cedarRecord,
                let tags = (element["tags"] ?? .object([])).cedarRecord
            else { return nil }
            let parents = (element["parents"]?.elements ?? []).compactMap(\.cedarUID)
            result.append(Entity(uid: uid, attributes: attributes, parents: parents, tags: tags))
        }
        return result
    }
}
