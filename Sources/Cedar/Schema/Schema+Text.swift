extension Schema {
    /// The schema in Cedar's own syntax, with annotations and common types; declarations of one kind keep their order.
    ///
    /// What only the JSON form can say is written so that it means the same: an action that applies to an empty list is
    /// written without `appliesTo`, and a common type that hides an entity type that something refers to is renamed.
    public var text: String {
        var writer = SchemaTextWriter(syntax)
        return writer.write()
    }
}

/// Writes a schema in Cedar's own syntax, two blanks a level.
private struct SchemaTextWriter {
    private let syntax: SchemaSyntax
    private var result = ""
    private var level = 0
    private var namespace = ""
    /// Where names are seen from: `namespace`, but another one while the shape of a common type from there is written.
    private var place = ""
    /// Full names of what is declared.
    private var commonTypes: Set<String> = []
    private var entityTypes: Set<String> = []
    /// The new full names of common types that can't keep theirs.
    private var renamed: [String: String] = [:]

    init(_ syntax: SchemaSyntax) {
        self.syntax = syntax
        for namespace in syntax.namespaces {
            let prefix = namespace.name.text
            for type in namespace.commonTypes {
                commonTypes.insert(SchemaNames.qualified(type.name.text, in: prefix))
            }
            for type in namespace.entityTypes {
                entityTypes.insert(SchemaNames.qualified(type.name.text, in: prefix))
            }
            if !namespace.actions.isEmpty { entityTypes.insert(SchemaNames.qualified("Action", in: prefix)) }
        }
        for name in commonTypes.intersection(entityTypes).sorted() {
            var other = name + "_"
            while commonTypes.contains(other) || entityTypes.contains(other) || renamed.values.contains(other) {
                other += "_"
            }
            renamed[name] = other
        }
    }

    mutating func write() -> String {
        for namespace in syntax.namespaces {
            self.namespace = namespace.name.text
            place = namespace.name.text
            let isNamed = !namespace.name.text.isEmpty
            if isNamed {
                annotations(namespace.annotations)
                line("namespace \(namespace.name.text) {")
                level += 1
            }
            for type in namespace.commonTypes {
                annotations(type.annotations)
                let full = SchemaNames.qualified(type.name.text, in: self.namespace)
                let name = renamed[full].map { String(SchemaNames.baseName($0)) } ?? type.name.text
                line("type \(name) = \(text(of: type.type));")
            }
            for type in namespace.entityTypes { entityType(type) }
            for action in namespace.actions { self.action(action) }
            if isNamed {
                level -= 1
                line("}")
            }
        }
        return result
    }

    private mutating func line(_ text: String) {
        result += String(repeating: "  ", count: level) + text + "\n"
    }

    private mutating func annotations(_ annotations: [Policy.Annotation]) {
        for annotation in annotations { line(Self.text(of: annotation)) }
    }

    private static func text(of annotation: Policy.Annotation) -> String {
        annotation.value.isEmpty
            ? "@\(annotation.key)" : "@\(annotation.key)(\(CedarString.quoted(annotation.value)))"
    }

    private mutating func entityType(_ type: SchemaSyntax.EntityType) {
        annotations(type.annotations)
        var text = "entity \(type.name.text)"
        switch type.kind {
        case .enumerated(let identifiers):
            text += " enum [\(identifiers.map(CedarString.quoted).joined(separator: ", "))]"
        case .standard(let parents, let shape, let tags):
            if !parents.isEmpty { text += " in \(list(parents))" }
            if let (attributes, home) = shape.flatMap(attributes(of:)), !attributes.isEmpty {
                place = home
                text += " = \(record(attributes))"
                place = namespace
            }
            if let tags { text += " tags \(self.text(of: tags))" }
        }
        line(text + ";")
    }

    private mutating func action(_ action: SchemaSyntax.Action) {
        annotations(action.annotations)
        var text = "action \(CedarString.quoted(action.name.text))"
        if !action.parents.isEmpty {
            let parents = action.parents.map { parent in
                let id = CedarString.quoted(parent.id.text)
                return parent.type.map { "\($0.text)::\(id)" } ?? id
            }
            text += " in [\(parents.joined(separator: ", "))]"
        }
        if let appliesTo = action.appliesTo, !appliesTo.principals.isEmpty, !appliesTo.resources.isEmpty {
            level += 1
            let indent = String(repeating: "  ", count: level)
            text += " appliesTo {\n\(indent)principal: \(list(appliesTo.principals)),\n"
            text += "\(indent)resource: \(list(appliesTo.resources))"
            if let context = appliesTo.context { text += ",\n\(indent)context: \(self.text(of: context))" }
            level -= 1
            text += "\n" + String(repeating: "  ", count: level) + "}"
        }
        line(text + ";")
    }

    private func list(_ names: [SchemaSyntax.Name]) -> String {
        "[\(names.map(\.text).joined(separator: ", "))]"
    }

    /// The attributes of a shape and where their types' names are seen from; the grammar has no names of shapes, so that
    /// they are followed.
    private func attributes(of shape: TypeSyntax) -> ([TypeSyntax.Attribute], String)? {
        var shape = shape
        var place = namespace
        // Names lead to records at last: the schema was resolved. Each step follows another name.
        for _ in 0...commonTypes.count {
            switch shape.kind {
            case .record(let attributes): return (attributes, place)
            case .name(let name, _):
                guard let (type, home) = commonType(name, seenFrom: place) else { return nil }
                shape = type
                place = home
            case .builtIn, .set: return nil
            }
        }
        return nil
    }

    private func commonType(_ name: String, seenFrom place: String) -> (TypeSyntax, String)? {
        for candidate in candidates(name, seenFrom: place) where commonTypes.contains(candidate) {
            for namespace in syntax.namespaces {
                for type in namespace.commonTypes
                where SchemaNames.qualified(type.name.text, in: namespace.name.text) == candidate {
                    return (type.type, namespace.name.text)
                }
            }
        }
        return nil
    }

    private mutating func record(_ attributes: [TypeSyntax.Attribute]) -> String {
        guard !attributes.isEmpty else { return "{}" }
        level += 1
        let indent = String(repeating: "  ", count: level)
        var lines: [String] = []
        for attribute in attributes {
            var text = attribute.annotations.map { indent + Self.text(of: $0) + "\n" }.joined()
            let name = attribute.name.text
            let isPlain = SchemaNames.isIdentifier(name) && !SchemaNames.reserved.contains(name)
            text += indent + (isPlain ? name : CedarString.quoted(name))
            text += (attribute.isRequired ? ": " : "?: ") + self.text(of: attribute.type)
            lines.append(text)
        }
        level -= 1
        return "{\n" + lines.joined(separator: ",\n") + "\n" + String(repeating: "  ", count: level) + "}"
    }

    private mutating func text(of type: TypeSyntax) -> String {
        switch type.kind {
        case .builtIn(let type): return text(of: type)
        case .set(let element): return "Set<\(text(of: element))>"
        case .record(let attributes): return record(attributes)
        case .name(let name, let reference): return text(of: name, reference)
        }
    }

    private func text(of type: Schema.BuiltInType) -> String {
        let isFree = candidates(type.rawValue, seenFrom: namespace).allSatisfy {
            !commonTypes.contains($0) && !entityTypes.contains($0)
        }
        return isFree ? type.rawValue : SchemaNames.internalNamespace + "::" + type.rawValue
    }

    private func candidates(_ name: String, seenFrom place: String) -> [String] {
        place.isEmpty || name.utf8.contains(UInt8(ascii: ":"))
            ? [name] : [SchemaNames.qualified(name, in: place), name]
    }

    /// A name so that it means in this syntax what it meant where it was written.
    private func text(of name: String, _ reference: TypeSyntax.Reference) -> String {
        for candidate in candidates(name, seenFrom: place) {
            let isCommon = reference != .entity && commonTypes.contains(candidate)
            guard isCommon || (reference != .common && entityTypes.contains(candidate)) else { continue }
            let full = isCommon ? renamed[candidate] ?? candidate : candidate
            // As short as it was, where it is seen from the same place.
            return place == namespace && candidate != name ? String(SchemaNames.baseName(full)) : full
        }
        return Schema.BuiltInType(rawValue: name).map { text(of: $0) } ?? name
    }
}
