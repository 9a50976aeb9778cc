/// Holds a value to a schema, in a bounded number of steps: schemas that refer to themselves can ask for very many.
struct SchemaValidator {
    private let nodes: [SchemaNode]
    private var steps = 0

    static let mostSteps = 2_000_000
    static let deepest = 256

    init(nodes: [SchemaNode]) { self.nodes = nodes }

    /// Why the value does not follow the schema; `nil` where it does.
    mutating func violation(of value: ValueTree, by number: Int, depth: Int) -> String? {
        steps += 1
        let node = nodes[number]
        guard steps <= Self.mostSteps, depth <= Self.deepest else {
            return "`\(node.place)`: too much work to tell"
        }
        if node.isNever { return "`\(node.place)`: nothing may stand there" }
        return kindViolation(value, node) ?? contentViolation(value, node, depth)
            ?? compositionViolation(value, node, depth)
    }

    private func kindViolation(_ value: ValueTree, _ node: SchemaNode) -> String? {
        if let kinds = node.kinds, !kinds.contains(where: { Self.is(value, $0) }) {
            let words = kinds.map(\.rawValue).joined(separator: " or ")
            return "`\(node.place)/type`: expected \(words), found \(value.kindInWords)"
        }
        if let choices = node.choices, !choices.contains(where: { $0.isSameValue(as: value) }) {
            return "`\(node.place)`: expected one of \(choices.count) values"
        }
        return nil
    }

    private mutating func contentViolation(_ value: ValueTree, _ node: SchemaNode, _ depth: Int) -> String? {
        switch value.content {
        case .number: return numberViolation(value, node)
        case .text(let text): return textViolation(text, node)
        case .list(let elements): return listViolation(elements, node, depth)
        case .mapping(let members): return mappingViolation(members, node, depth)
        case .null, .bool: return nil
        }
    }

    private mutating func compositionViolation(_ value: ValueTree, _ node: SchemaNode, _ depth: Int) -> String? {
        if let reference = node.reference, let violation = violation(of: value, by: reference, depth: depth + 1) {
            return violation
        }
        for schema in node.allOf {
            if let violation = violation(of: value, by: schema, depth: depth + 1) { return violation }
        }
        if !node.anyOf.isEmpty {
            var isOne = false
            for schema in node.anyOf where !isOne { isOne = violation(of: value, by: schema, depth: depth + 1) == nil }
            if !isOne { return "`\(node.place)/anyOf`: follows none of \(node.anyOf.count) schemas" }
        }
        if !node.oneOf.isEmpty {
            var count = 0
            for schema in node.oneOf where violation(of: value, by: schema, depth: depth + 1) == nil { count += 1 }
            if count != 1 { return "`\(node.place)/oneOf`: follows \(count) of \(node.oneOf.count) schemas" }
        }
        if let not = node.not, violation(of: value, by: not, depth: depth + 1) == nil, steps <= Self.mostSteps {
            return "`\(node.place)/not`: follows what it must not"
        }
        // Whoever ran out of steps knows nothing.
        return steps > Self.mostSteps ? "`\(node.place)`: too much work to tell" : nil
    }

    private func numberViolation(_ value: ValueTree, _ node: SchemaNode) -> String? {
        let hasBounds =
            node.minimum != nil || node.maximum != nil || node.exclusiveMinimum != nil || node.exclusiveMaximum != nil
            || node.multipleOf != nil
        guard hasBounds else { return nil }
        guard let number = value.double else { return "`\(node.place)`: a number too large" }
        if let least = node.minimum, number < least { return "`\(node.place)/minimum`: less than \(least)" }
        if let most = node.maximum, number > most { return "`\(node.place)/maximum`: more than \(most)" }
        if let bound = node.exclusiveMinimum, number <= bound {
            return "`\(node.place)/exclusiveMinimum`: not above \(bound)"
        }
        if let bound = node.exclusiveMaximum, number >= bound {
            return "`\(node.place)/exclusiveMaximum`: not below \(bound)"
        }
        if let step = node.multipleOf {
            let quotient = number / step
            // 0.3 / 0.1 is not 3 to the last bit.
            guard abs(quotient - quotient.rounded()) <= 1e-9 * max(1, abs(quotient)) else {
                return "`\(node.place)/multipleOf`: no multiple of \(step)"
            }
        }
        return nil
    }

    private func textViolation(_ text: String, _ node: SchemaNode) -> String? {
        let count = node.length == (0, .max) ? 0 : text.unicodeScalars.count
        if count < node.length.least { return "`\(node.place)/minLength`: shorter than \(node.length.least)" }
        if count > node.length.most { return "`\(node.place)/maxLength`: longer than \(node.length.most)" }
        if let pattern = node.pattern, pattern.matches(text) != true {
            return "`\(node.place)/pattern`: does not match"
        }
        if let format = node.format, !format.accepts(text) { return "`\(node.place)/format`: no \(format.rawValue)" }
        return nil
    }

    private mutating func listViolation(_ elements: [ValueTree], _ node: SchemaNode, _ depth: Int) -> String? {
        if elements.count < node.itemCount.least {
            return "`\(node.place)/minItems`: fewer than \(node.itemCount.least)"
        }
        if elements.count > node.itemCount.most { return "`\(node.place)/maxItems`: more than \(node.itemCount.most)" }
        for (index, element) in elements.enumerated() {
            guard let schema = index < node.prefixItems.count ? node.prefixItems[index] : node.items else { continue }
            if let violation = violation(of: element, by: schema, depth: depth + 1) { return violation }
        }
        guard node.isUnique else { return nil }
        for (index, element) in elements.enumerated() {
            for other in elements[..<index] {
                steps += 1
                guard steps <= Self.mostSteps else { return "`\(node.place)`: too much work to tell" }
                if element.isSameValue(as: other) { return "`\(node.place)/uniqueItems`: an element twice" }
            }
        }
        return nil
    }

    private mutating func mappingViolation(_ members: [ValueTree.Member], _ node: SchemaNode, _ depth: Int) -> String? {
        let keys = Set(members.map { Array($0.key.utf8) })
        for name in node.required where !keys.contains(Array(name.utf8)) {
            return "`\(node.place)/required`: `\(name.inMessage)` is missing"
        }
        guard !node.properties.isEmpty || node.additional != nil else { return nil }
        let properties = Dictionary(node.properties.map { (Array($0.name.utf8), $0.node) }) { first, _ in first }
        for member in members {
            let schema = properties[Array(member.key.utf8)]
            if schema == nil, let additional = node.additional, nodes[additional].isNever {
                return "`\(node.place)/additionalProperties`: a member that is not named there"
            }
            guard let schema = schema ?? node.additional else { continue }
            if let violation = violation(of: member.value, by: schema, depth: depth + 1) { return violation }
        }
        return nil
    }

    private static func `is`(_ value: ValueTree, _ kind: SchemaNode.Kind) -> Bool {
        switch (value.content, kind) {
        case (.null, .null), (.bool, .boolean), (.number, .number), (.text, .string), (.list, .array),
            (.mapping, .object):
            true
        case (.number(let text), .integer): DecimalNumber(text)?.isWhole == true
        default: false
        }
    }
}
