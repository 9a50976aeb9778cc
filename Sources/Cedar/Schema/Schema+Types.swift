extension Schema {
    /// The type of a value.
    public indirect enum ValueType: Sendable, Hashable {
        /// True or false.
        case bool
        /// A 64-bit signed integer.
        case long
        /// A text.
        case string
        /// A set whose members all have one type.
        case set(ValueType)
        /// Named values.
        case record(RecordType)
        /// The name of an entity of this type, or of an action.
        case entity(String)
        /// A value of an extension.
        case `extension`(ExtensionType)
    }

    /// The extension types, by their names in schemas.
    public enum ExtensionType: String, Sendable, Hashable, CaseIterable {
        /// A number with four decimal places.
        case decimal
        /// An address or a range of addresses.
        case ipAddress = "ipaddr"
        /// A moment.
        case dateTime = "datetime"
        /// A length of time.
        case duration
    }

    /// The attributes of an entity type, a context or a record; a value has no others.
    public struct RecordType: Sendable, Hashable {
        /// One attribute.
        public struct Attribute: Sendable, Hashable {
            /// The name, any text; compared byte by byte.
            public let name: String
            /// What the value is.
            public let type: ValueType
            /// Whether it is always there.
            public let isRequired: Bool

            /// Whether name, type and being required are the same.
            public static func == (left: Attribute, right: Attribute) -> Bool {
                left.isRequired == right.isRequired && sameBytes(left.name, right.name) && left.type == right.type
            }

            /// Hashes the name; the type follows it in almost all cases.
            public func hash(into hasher: inout Hasher) { hashBytes(name, into: &hasher) }
        }

        /// In the order of their names' bytes, each name once.
        public let attributes: [Attribute]

        /// No attributes.
        static let empty = RecordType([])

        /// Each name once, in any order.
        init(_ attributes: [Attribute]) { self.attributes = attributes.sorted { bytesPrecede($0.name, $1.name) } }

        /// The attribute of that name.
        public subscript(_ name: String) -> Attribute? {
            var low = 0
            var high = attributes.count
            while low < high {
                let middle = (low + high) / 2
                if bytesPrecede(attributes[middle].name, name) { low = middle + 1 } else { high = middle }
            }
            return low < attributes.count && sameBytes(attributes[low].name, name) ? attributes[low] : nil
        }
    }

    /// A type of entities.
    public struct EntityType: Sendable {
        /// The name, namespaces included.
        public let name: String
        /// The types that entities directly above may have, sorted.
        public let parents: [String]
        /// The types that entities above may have at any distance, sorted; a type can be above itself.
        public let ancestors: [String]
        /// The attributes.
        public let attributes: RecordType
        /// What all tags are, if there may be tags.
        public let tags: ValueType?
        /// The only identifiers that there are, in the order of the text; `nil` if any will do.
        public let identifiers: [String]?
        /// Notes on the declaration.
        public let annotations: [Policy.Annotation]
    }

    /// An action or a group of actions.
    public struct Action: Sendable {
        /// The name.
        public let uid: EntityUID
        /// The actions directly above, sorted.
        public let parents: [EntityUID]
        /// The actions above at any distance, sorted.
        public let ancestors: [EntityUID]
        /// The types of those who may ask for it, sorted; none for what can't be asked for.
        public let principals: [String]
        /// The types of what it may be asked of, sorted.
        public let resources: [String]
        /// What a request brings as context.
        public let context: RecordType
        /// Notes on the declaration.
        public let annotations: [Policy.Annotation]
    }
}

extension Schema.EntityType: Equatable {
    /// Whether both mean the same; annotations don't count, nor does the order of identifiers.
    public static func == (left: Schema.EntityType, right: Schema.EntityType) -> Bool {
        left.name == right.name && left.parents == right.parents && left.attributes == right.attributes
            && left.tags == right.tags && (left.identifiers == nil) == (right.identifiers == nil)
            && ValueSet(strings: left.identifiers ?? []) == ValueSet(strings: right.identifiers ?? [])
    }
}

extension Schema.Action: Equatable {
    /// Whether both mean the same; annotations don't count.
    public static func == (left: Schema.Action, right: Schema.Action) -> Bool {
        left.uid == right.uid && left.parents == right.parents && left.principals == right.principals
            && left.resources == right.resources && left.context == right.context
    }
}

extension Schema.ValueType: CustomStringConvertible {
    /// As a schema writes it, on one line.
    public var description: String {
        switch self {
        case .bool: return "Bool"
        case .long: return "Long"
        case .string: return "String"
        case .set(let element): return "Set<\(element)>"
        case .record(let record):
            let attributes = record.attributes.map {
                let name = SchemaNames.isIdentifier($0.name) ? $0.name : CedarString.quoted($0.name)
                return "\(name)\($0.isRequired ? "" : "?"): \($0.type)"
            }
            return "{\(attributes.joined(separator: ", "))}"
        case .entity(let name): return name
        case .extension(let type): return type.rawValue
        }
    }
}
