/// A value of the policy language.
public enum Value: Sendable, Hashable {
    /// True or false.
    case bool(Bool)
    /// A 64-bit signed integer.
    case long(Int64)
    /// A text; compared byte by byte.
    case string(String)
    /// The name of an entity.
    case entity(EntityUID)
    /// A set of values of any types.
    case set(ValueSet)
    /// Named values.
    case record(Record)
    /// A number with four decimal places, made by `decimal("…")`.
    case decimal(Decimal)
    /// An address or a range of addresses, made by `ip("…")`.
    case ipAddress(IPAddress)
    /// A moment, made by `datetime("…")`.
    case dateTime(DateTime)
    /// A length of time, made by `duration("…")`.
    case duration(TimeSpan)

    /// Whether both are of the same type and equal; values of different types are unequal, never an error.
    public static func == (left: Value, right: Value) -> Bool {
        switch (left, right) {
        case (.bool(let left), .bool(let right)): left == right
        case (.long(let left), .long(let right)): left == right
        case (.string(let left), .string(let right)): sameBytes(left, right)
        case (.entity(let left), .entity(let right)): left == right
        case (.set(let left), .set(let right)): left == right
        case (.record(let left), .record(let right)): left == right
        case (.decimal(let left), .decimal(let right)): left == right
        case (.ipAddress(let left), .ipAddress(let right)): left == right
        case (.dateTime(let left), .dateTime(let right)): left == right
        case (.duration(let left), .duration(let right)): left == right
        default: false
        }
    }

    /// Hashes in agreement with `==`.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .bool(let value): hasher.combine(value)
        case .long(let value): hasher.combine(value)
        case .string(let value): hashBytes(value, into: &hasher)
        case .entity(let value): hasher.combine(value)
        case .set(let value): hasher.combine(value)
        case .record(let value): hasher.combine(value)
        case .decimal(let value): hasher.combine(value)
        case .ipAddress(let value): hasher.combine(value)
        case .dateTime(let value): hasher.combine(value)
        case .duration(let value): hasher.combine(value)
        }
    }

    /// The type's name in messages; never the value.
    var typeName: String {
        switch self {
        case .bool: "a boolean"
        case .long: "a long"
        case .string: "a string"
        case .entity(let uid): "an entity of type `\(uid.type)`"
        case .set: "a set"
        case .record: "a record"
        case .decimal: "a decimal"
        case .ipAddress: "an IP address"
        case .dateTime: "a datetime"
        case .duration: "a duration"
        }
    }
}

/// A set of values: no order, no duplicates.
public struct ValueSet: Sendable, Hashable, ExpressibleByArrayLiteral {
    /// The values, each once, in the order of their first appearance.
    public let elements: [Value]
    /// Only for sets too large for a linear search.
    private let index: Set<Value>?

    /// Makes a set; duplicates count once.
    public init(_ values: [Value]) {
        if values.count <= 8 {
            var unique: [Value] = []
            unique.reserveCapacity(values.count)
            for value in values where !unique.contains(value) { unique.append(value) }
            elements = unique
            index = nil
        } else {
            var seen = Set<Value>(minimumCapacity: values.count)
            elements = values.filter { seen.insert($0).inserted }
            index = seen
        }
    }

    /// Makes a set of texts.
    public init(strings: [String]) { self.init(strings.map(Value.string)) }

    /// Makes a set from a literal.
    public init(arrayLiteral elements: Value...) { self.init(elements) }

    /// Whether the value is in the set.
    public func contains(_ value: Value) -> Bool {
        index?.contains(value) ?? elements.contains(value)
    }

    /// Whether the text is in the set.
    func contains(string: String) -> Bool {
        if let index { return index.contains(.string(string)) }
        for element in elements {
            if case .string(let text) = element, sameBytes(text, string) { return true }
        }
        return false
    }

    /// Whether every value of the other set is in this one.
    public func isSuperset(of other: ValueSet) -> Bool { other.elements.allSatisfy(contains) }

    /// Whether no value is in both sets.
    public func isDisjoint(with other: ValueSet) -> Bool { !other.elements.contains(where: contains) }

    /// Whether both hold the same values.
    public static func == (left: ValueSet, right: ValueSet) -> Bool {
        left.elements.count == right.elements.count && left.isSuperset(of: right)
    }

    /// Hashes the values whatever their order.
    public func hash(into hasher: inout Hasher) {
        var sum = 0
        for element in elements { sum ^= element.hashValue }
        hasher.combine(elements.count)
        hasher.combine(sum)
    }
}

/// Named values: the type of records, contexts and an entity's attributes.
public struct Record: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    /// One named value.
    public struct Field: Sendable, Hashable {
        /// The name, any text; compared byte by byte.
        public let name: String
        /// The value.
        public let value: Value

        /// Names a value.
        public init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }

        /// Whether name and value are the same.
        public static func == (left: Field, right: Field) -> Bool {
            sameBytes(left.name, right.name) && left.value == right.value
        }

        /// Hashes name and value.
        public func hash(into hasher: inout Hasher) {
            hashBytes(name, into: &hasher)
            hasher.combine(value)
        }
    }

    /// The fields in the order of their names' bytes, each name once.
    public let fields: [Field]

    /// Makes a record; of fields with the same name the last one counts. Cheapest when the fields come sorted.
    public init(_ fields: [Field]) {
        if zip(fields, fields.dropFirst()).allSatisfy({ bytesPrecede($0.name, $1.name) }) {
            self.fields = fields
            return
        }
        var sorted: [Field] = []
        sorted.reserveCapacity(fields.count)
        let order = fields.indices.sorted { left, right in
            if bytesPrecede(fields[left].name, fields[right].name) { return true }
            return sameBytes(fields[left].name, fields[right].name) && left < right
        }
        for index in order {
            if let last = sorted.last, sameBytes(last.name, fields[index].name) { sorted.removeLast() }
            sorted.append(fields[index])
        }
        self.fields = sorted
    }

    /// Makes a record of fields that stand in the order of their names' bytes already, each name once; the caller vouches
    /// for it (a debug build looks).
    public init(sorted fields: [Field]) {
        assert(
            zip(fields, fields.dropFirst()).allSatisfy { bytesPrecede($0.name, $1.name) },
            "the fields of a record are sorted")
        self.fields = fields
    }

    /// The record with other fields in place of those of the same name, or beside them.
    public func merging(_ others: [Field]) -> Record {
        var merged = fields
        for other in others {
            var position = 0
            while position < merged.count, bytesPrecede(merged[position].name, other.name) { position += 1 }
            if position < merged.count, sameBytes(merged[position].name, other.name) {
                merged[position] = other
            } else {
                merged.insert(other, at: position)
            }
        }
        return Record(sorted: merged)
    }

    /// Makes a record from a literal; of fields with the same name the last one counts.
    public init(dictionaryLiteral elements: (String, Value)...) { self.init(elements.map { Field($0.0, $0.1) }) }

    /// The value of that name.
    public subscript(_ name: String) -> Value? {
        guard let index = index(of: name) else { return nil }
        return fields[index].value
    }

    /// Where the field of that name stands.
    @inline(__always)
    func index(of name: String) -> Int? {
        // Linear while it is short (a comparison of lengths settles most), by halves when it is long.
        if fields.count <= 16 {
            for index in 0..<fields.count where sameBytes(fields[index].name, name) { return index }
            return nil
        }
        var low = 0
        var high = fields.count
        while low < high {
            let middle = (low + high) / 2
            if bytesPrecede(fields[middle].name, name) { low = middle + 1 } else { high = middle }
        }
        return low < fields.count && sameBytes(fields[low].name, name) ? low : nil
    }
}
