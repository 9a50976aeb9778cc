internal import Cedar
internal import Inference

/// What a house's schema declares beyond what every gateway supplies.
struct DeclaredVocabulary: Sendable {
    /// A type that an attribute of a principal can have.
    enum AttributeType: Hashable, Sendable {
        case string, long, bool, strings

        /// In the schema's words.
        var name: String {
            switch self {
            case .string: "String"
            case .long: "Long"
            case .bool: "Bool"
            case .strings: "Set<String>"
            }
        }
    }

    /// Zero of each class that `context.counts` has.
    let zeros: Record
    /// The optional attributes of users that the house added, by name.
    let userAttributes: [String: AttributeType]
    /// The same of services.
    let serviceAttributes: [String: AttributeType]

    /// The attributes of a principal that the schema declares, in the order of their names, and in words those of them that have
    /// another type.
    func admitted(_ principal: Principal) -> (fields: [Record.Field], faults: [String]) {
        let declared = principal.kind == .user ? userAttributes : serviceAttributes
        var fields: [Record.Field] = []
        var faults: [String] = []
        for attribute in principal.attributes {
            guard let type = declared[attribute.name] else { continue }
            switch (attribute.value, type) {
            case (.string(let text), .string): fields.append(Record.Field(attribute.name, .string(text)))
            case (.long(let number), .long): fields.append(Record.Field(attribute.name, .long(number)))
            case (.bool(let value), .bool): fields.append(Record.Field(attribute.name, .bool(value)))
            case (.strings(let texts), .strings):
                fields.append(Record.Field(attribute.name, .set(ValueSet(strings: texts))))
            default:
                faults.append(
                    "the principal's attribute `\(attribute.name)` is \(attribute.value.typeName), the schema says `\(type.name)`"
                )
            }
        }
        return (Record(fields).fields, faults)
    }
}

extension PrincipalAttribute.Value {
    /// The type's name in messages; never the value.
    fileprivate var typeName: String {
        switch self {
        case .string: "a string"
        case .long: "a long"
        case .bool: "a boolean"
        case .strings: "a set of strings"
        }
    }
}
