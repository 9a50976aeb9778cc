internal import Suggestions

/// Reads the schemas of a document, each once, so that they may refer to each other and to themselves.
struct SchemaBuilder {
    private(set) var nodes: [SchemaNode] = []
    private let document: ValueTree
    private var known: [String: Int] = [:]

    static let deepest = 64
    static let most = 10_000

    private static let describing = [
        "$schema", "$id", "$comment", "title", "description", "default", "examples", "deprecated", "readOnly",
        "writeOnly",
    ]
    private static let keywords = [
        "type", "properties", "required", "additionalProperties", "items", "prefixItems", "minItems", "maxItems",
        "uniqueItems", "enum", "const", "anyOf", "allOf", "oneOf", "not", "$ref", "$defs", "definitions", "minimum",
        "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern", "format",
    ]

    init(_ document: ValueTree) { self.document = document }

    /// The number of the schema at a place, which is read unless it is known.
    mutating func node(for value: ValueTree, place: String = "", depth: Int) throws(JSONSchema.Failure) -> Int {
        if let number = known[place] { return number }
        guard depth <= Self.deepest else { throw failure(value, "schemas nested deeper than \(Self.deepest)") }
        guard nodes.count < Self.most else { throw failure(value, "more than \(Self.most) schemas") }
        let number = nodes.count
        known[place] = number
        nodes.append(SchemaNode())
        var node = SchemaNode()
        node.place = place
        if let bool = value.bool {
            node.isNever = !bool
        } else {
            try read(value, &node, depth)
        }
        nodes[number] = node
        return number
    }

    /// A schema that refers only to itself says nothing, and would be followed for ever.
    func finish() throws(JSONSchema.Failure) {
        for start in nodes.indices {
            var number = start
            for _ in 0...nodes.count {
                guard let next = nodes[number].reference else { break }
                number = next
                if number == start {
                    throw failure(document, "`$ref` of `\(nodes[start].place)` leads back to itself")
                }
            }
        }
    }

    // MARK: - Keywords

    private mutating func read(_ value: ValueTree, _ node: inout SchemaNode, _ depth: Int) throws(JSONSchema.Failure) {
        guard let members = value.members else {
            throw failure(value, "expected a schema: a mapping or a boolean, found \(value.kindInWords)")
        }
        for member in members {
            let (key, value) = (member.key, member.value)
            let place = "\(node.place)/\(key)"
            switch key {
            case "type": node.kinds = try kinds(value)
            case "properties":
                for property in try mapping(value) {
                    let number = try self.node(
                        for: property.value, place: "\(place)/\(property.key.escapedForPointer)", depth: depth + 1)
                    node.properties.append((property.key, number))
                }
            case "$defs", "definitions":
                for definition in try mapping(value) {
                    let name = definition.key.escapedForPointer
                    _ = try self.node(for: definition.value, place: "\(place)/\(name)", depth: depth + 1)
                }
            case "required": node.required = try texts(value)
            case "additionalProperties": node.additional = try self.node(for: value, place: place, depth: depth + 1)
            case "items": node.items = try self.node(for: value, place: place, depth: depth + 1)
            case "not": node.not = try self.node(for: value, place: place, depth: depth + 1)
            case "prefixItems": node.prefixItems = try schemas(value, place, depth)
            case "anyOf": node.anyOf = try schemas(value, place, depth)
            case "allOf": node.allOf = try schemas(value, place, depth)
            case "oneOf": node.oneOf = try schemas(value, place, depth)
            case "$ref": node.reference = try reference(value, depth)
            case "enum":
                guard let elements = value.elements, !elements.isEmpty else {
                    throw failure(value, "`enum`: expected a list of values")
                }
                node.choices = elements
            case "const": node.choices = [value]
            case "pattern": node.pattern = try pattern(value)
            case "format": node.format = try format(value)
            case "uniqueItems":
                guard let bool = value.bool else { throw failure(value, "`uniqueItems`: expected `true` or `false`") }
                node.isUnique = bool
            default: try readNumber(member, &node)
            }
        }
    }

    private func readNumber(_ member: ValueTree.Member, _ node: inout SchemaNode) throws(JSONSchema.Failure) {
        let (key, value) = (member.key, member.value)
        switch key {
        case "minItems": node.itemCount.least = try count(value, key)
        case "maxItems": node.itemCount.most = try count(value, key)
        case "minLength": node.length.least = try count(value, key)
        case "maxLength": node.length.most = try count(value, key)
        case "minimum": node.minimum = try number(value, key)
        case "maximum": node.maximum = try number(value, key)
        case "exclusiveMinimum": node.exclusiveMinimum = try number(value, key)
        case "exclusiveMaximum": node.exclusiveMaximum = try number(value, key)
        case "multipleOf":
            let step = try number(value, key)
            guard step > 0 else { throw failure(value, "`multipleOf`: expected a number above 0") }
            node.multipleOf = step
        default:
            guard !Self.describing.contains(key) else { return }
            throw JSONSchema.Failure(
                position: member.position,
                message: "JSON Schema keyword `\(key.inMessage)` is not read here"
                    + Spelling.question(key, among: Self.keywords))
        }
    }

    private mutating func schemas(_ value: ValueTree, _ place: String, _ depth: Int) throws(JSONSchema.Failure) -> [Int]
    {
        guard let elements = value.elements, !elements.isEmpty else {
            throw failure(value, "expected a list of schemas")
        }
        var numbers: [Int] = []
        for (index, element) in elements.enumerated() {
            numbers.append(try node(for: element, place: "\(place)/\(index)", depth: depth + 1))
        }
        return numbers
    }

    private mutating func reference(_ value: ValueTree, _ depth: Int) throws(JSONSchema.Failure) -> Int {
        guard let text = value.text, text.utf8.first == UInt8(ascii: "#"),
            let pointer = JSONPointer(String(text.dropFirst()))
        else { throw failure(value, "`$ref`: only places of the same document, such as `#/$defs/item`, are read here") }
        guard let target = pointer.value(in: document) else {
            throw failure(value, "`$ref`: there is no `\(text.inMessage)` in the schema")
        }
        return try node(for: target, place: String(text.dropFirst()), depth: depth + 1)
    }

    private func kinds(_ value: ValueTree) throws(JSONSchema.Failure) -> [SchemaNode.Kind] {
        var kinds: [SchemaNode.Kind] = []
        for word in value.elements ?? [value] {
            guard let text = word.text, let kind = SchemaNode.Kind(rawValue: text) else {
                let words = SchemaNode.Kind.allCases.map(\.rawValue)
                let question = Spelling.question(word.text ?? "", among: words)
                throw failure(word, "`type`: expected \(Spelling.alternatives(words))\(question)")
            }
            kinds.append(kind)
        }
        return kinds
    }

    private func pattern(_ value: ValueTree) throws(JSONSchema.Failure) -> Pattern {
        guard let text = value.text else { throw failure(value, "`pattern`: expected a text") }
        do throws(Pattern.Failure) {
            return try Pattern(text)
        } catch {
            throw failure(value, "`pattern`: \(error)")
        }
    }

    private func format(_ value: ValueTree) throws(JSONSchema.Failure) -> TextFormat {
        guard let text = value.text, let format = TextFormat(rawValue: text) else {
            let words = TextFormat.allCases.map(\.rawValue)
            let question = Spelling.question(value.text ?? "", among: words)
            throw failure(value, "`format`: expected \(Spelling.alternatives(words))\(question)")
        }
        return format
    }

    private func count(_ value: ValueTree, _ key: String) throws(JSONSchema.Failure) -> Int {
        guard let count = value.int, count >= 0 else {
            throw failure(value, "`\(key)`: expected a whole number from 0")
        }
        return count
    }

    private func number(_ value: ValueTree, _ key: String) throws(JSONSchema.Failure) -> Double {
        guard let number = value.double else { throw failure(value, "`\(key)`: expected a number") }
        return number
    }

    private func mapping(_ value: ValueTree) throws(JSONSchema.Failure) -> [ValueTree.Member] {
        guard let members = value.members else { throw failure(value, "expected a mapping of schemas") }
        return members
    }

    private func texts(_ value: ValueTree) throws(JSONSchema.Failure) -> [String] {
        var texts: [String] = []
        for element in value.elements ?? [value] {
            guard let text = element.text else { throw failure(element, "`required`: expected a list of names") }
            texts.append(text)
        }
        return texts
    }

    private func failure(_ value: ValueTree, _ message: String) -> JSONSchema.Failure {
        JSONSchema.Failure(position: value.position, message: message)
    }
}

extension String {
    /// As a step of a JSON pointer (RFC 6901 §3).
    fileprivate var escapedForPointer: String {
        var result = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "~": result += "~0"
            case "/": result += "~1"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
