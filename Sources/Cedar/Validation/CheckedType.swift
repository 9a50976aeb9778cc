/// The types that the checker reckons with: those of schemas, and finer ones that expressions have.
indirect enum CheckedType: Sendable, Hashable {
    /// No value has it; the members of `[]` do.
    case never
    /// Always true.
    case `true`
    /// Always false.
    case `false`
    case bool
    case long
    case string
    case set(CheckedType)
    case record(CheckedRecord)
    /// An entity of one of these types, sorted, at least one; actions count as entities of their type.
    case entity([String])
    case `extension`(Schema.ExtensionType)

    init(_ type: Schema.ValueType) {
        switch type {
        case .bool: self = .bool
        case .long: self = .long
        case .string: self = .string
        case .set(let element): self = .set(CheckedType(element))
        case .record(let record): self = .record(CheckedRecord(record))
        case .entity(let name): self = .entity([name])
        case .extension(let type): self = .extension(type)
        }
    }

    static func literal(_ value: Bool) -> CheckedType { value ? .true : .false }

    var isBool: Bool {
        switch self {
        case .never, .true, .false, .bool: true
        default: false
        }
    }

    var isSet: Bool {
        switch self {
        case .never, .set: true
        default: false
        }
    }

    var isEntity: Bool {
        switch self {
        case .never, .entity: true
        default: false
        }
    }

    var isEntityOrRecord: Bool {
        if case .record = self { return true }
        return isEntity
    }

    /// Whether `<` and its kin compare it.
    var isOrdered: Bool {
        switch self {
        case .long, .extension(.dateTime), .extension(.duration): true
        default: false
        }
    }
}

/// A record's type while checking.
struct CheckedRecord: Sendable, Hashable {
    struct Attribute: Sendable, Hashable {
        let name: String
        let type: CheckedType
        let isRequired: Bool

        static func == (left: Attribute, right: Attribute) -> Bool {
            left.isRequired == right.isRequired && sameBytes(left.name, right.name) && left.type == right.type
        }

        func hash(into hasher: inout Hasher) { hashBytes(name, into: &hasher) }
    }

    /// In the order of their names' bytes, each name once.
    let attributes: [Attribute]
    /// Whether there may be attributes of which nothing is known; only what two records have in common has such a type.
    let isOpen: Bool

    /// Each name once, in any order.
    init(_ attributes: [Attribute], isOpen: Bool = false) {
        self.attributes = attributes.sorted { bytesPrecede($0.name, $1.name) }
        self.isOpen = isOpen
    }

    init(_ record: Schema.RecordType) {
        attributes = record.attributes.map {
            Attribute(name: $0.name, type: CheckedType($0.type), isRequired: $0.isRequired)
        }
        isOpen = false
    }

    subscript(_ name: String) -> Attribute? {
        var low = 0
        var high = attributes.count
        while low < high {
            let middle = (low + high) / 2
            if bytesPrecede(attributes[middle].name, name) { low = middle + 1 } else { high = middle }
        }
        return low < attributes.count && sameBytes(attributes[low].name, name) ? attributes[low] : nil
    }

    func hasSameNames(as other: CheckedRecord) -> Bool {
        attributes.count == other.attributes.count
            && zip(attributes, other.attributes).allSatisfy { sameBytes($0.name, $1.name) }
    }
}

extension CheckedType: CustomStringConvertible {
    var description: String { described(maximumAttributes: 8) }

    /// As messages show it; long records are cut.
    private func described(maximumAttributes: Int) -> String {
        switch self {
        case .never: return "Never"
        case .true: return "True"
        case .false: return "False"
        case .bool: return "Bool"
        case .long: return "Long"
        case .string: return "String"
        case .set(let element): return "Set<\(element.described(maximumAttributes: maximumAttributes / 2))>"
        case .entity(let names): return names.joined(separator: " or ")
        case .extension(let type): return type.rawValue
        case .record(let record):
            var parts = record.attributes.prefix(maximumAttributes).map {
                let name = SchemaNames.isIdentifier($0.name) ? $0.name : CedarString.quoted($0.name)
                return "\(name)\($0.isRequired ? "" : "?"): "
                    + $0.type.described(maximumAttributes: maximumAttributes / 2)
            }
            if record.isOpen || record.attributes.count > maximumAttributes { parts.append("…") }
            return "{\(parts.joined(separator: ", "))}"
        }
    }
}
