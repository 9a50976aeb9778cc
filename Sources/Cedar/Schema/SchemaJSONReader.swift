internal import JSONText
internal import Suggestions

/// Reads a schema's JSON form, and collects every error on its way.
struct SchemaJSONReader {
    var problems: SchemaProblems
    private let limits: Schema.Limits

    init(source: SourceText, limits: Schema.Limits) {
        problems = SchemaProblems(source: source)
        self.limits = limits
    }

    /// An object of namespaces by their names.
    mutating func read(_ root: JSONValue) -> SchemaSyntax {
        var schema = SchemaSyntax()
        guard isObject(root, "a schema") else { return schema }
        for (key, value) in root.members {
            let name = SchemaSyntax.Name(text: key.string ?? "", offset: key.range.lowerBound)
            if !name.text.isEmpty { checkPath(name) }
            guard isObject(value, "a namespace") else { continue }
            checkKeys(
                value, ["annotations", "commonTypes", "entityTypes", "actions"], needed: ["entityTypes", "actions"])
            var namespace = SchemaSyntax.Namespace(name: name, annotations: annotations(value))
            for (key, type) in members(value["commonTypes"], "types by their names") {
                checkIdentifier(key)
                guard isObject(type, "a type") else { continue }
                guard let syntax = self.type(type, extra: ["annotations"], depth: 1) else { continue }
                namespace.commonTypes.append(
                    SchemaSyntax.CommonType(name: key, annotations: annotations(type), type: syntax))
            }
            for (key, type) in members(value["entityTypes"], "entity types by their names") {
                checkIdentifier(key)
                if let type = entityType(key, type) { namespace.entityTypes.append(type) }
            }
            for (key, action) in members(value["actions"], "actions by their names") {
                if let action = self.action(key, action) { namespace.actions.append(action) }
            }
            schema.namespaces.append(namespace)
        }
        return schema
    }

    private mutating func entityType(_ name: SchemaSyntax.Name, _ value: JSONValue) -> SchemaSyntax.EntityType? {
        guard isObject(value, "an entity type") else { return nil }
        let standard = ["memberOfTypes", "shape", "tags"]
        checkKeys(value, standard + ["enum", "annotations"])
        guard let choices = value["enum"] else {
            let shape = value["shape"].flatMap { type($0, extra: [], depth: 1) }
            let tags = value["tags"].flatMap { type($0, extra: [], depth: 1) }
            return SchemaSyntax.EntityType(
                name: name, annotations: annotations(value),
                kind: .standard(parents: paths(value["memberOfTypes"]), shape: shape, tags: tags))
        }
        for (key, _) in value.members where standard.contains(key.string ?? "") {
            report("an entity type with `enum` can't have `\(key.string ?? "")`", at: key)
        }
        let identifiers = strings(choices)
        if identifiers.isEmpty { report("`enum` names no identifier", at: choices) }
        return SchemaSyntax.EntityType(
            name: name, annotations: annotations(value), kind: .enumerated(identifiers))
    }

    private mutating func action(_ name: SchemaSyntax.Name, _ value: JSONValue) -> SchemaSyntax.Action? {
        guard isObject(value, "an action") else { return nil }
        checkKeys(value, ["attributes", "appliesTo", "memberOf", "annotations"])
        if let attributes = present(value["attributes"]), attributes.kind != .object || attributes.count > 0 {
            report("actions can't have attributes", at: attributes)
        }
        var parents: [SchemaSyntax.Action.Parent] = []
        for parent in elements(present(value["memberOf"]), "actions") {
            guard isObject(parent, "an action") else { continue }
            checkKeys(parent, ["id", "type"], needed: ["id"])
            guard let id = parent["id"], let text = string(id, "the name of an action") else { continue }
            let type = present(parent["type"]).flatMap { path($0) }
            parents.append(
                SchemaSyntax.Action.Parent(
                    type: type, id: SchemaSyntax.Name(text: text, offset: id.range.lowerBound)))
        }
        var appliesTo: SchemaSyntax.Action.AppliesTo?
        if let value = present(value["appliesTo"]), isObject(value, "what the action applies to") {
            let needed = ["principalTypes", "resourceTypes"]
            checkKeys(value, needed + ["context"], needed: needed)
            appliesTo = SchemaSyntax.Action.AppliesTo(
                principals: paths(value["principalTypes"]), resources: paths(value["resourceTypes"]),
                context: value["context"].flatMap { type($0, extra: [], depth: 1) })
        }
        return SchemaSyntax.Action(
            name: name, annotations: annotations(value), parents: parents, appliesTo: appliesTo)
    }

    // MARK: - Types

    /// `extra` are members that its place allows beside those of the type.
    private mutating func type(_ value: JSONValue, extra: [String], depth: Int) -> TypeSyntax? {
        guard depth <= limits.maximumDepth else {
            report("types nest deeper than \(limits.maximumDepth)", at: value)
            return nil
        }
        guard isObject(value, "a type") else { return nil }
        guard let kind = value["type"] else {
            report("this type has no `type`", at: value)
            return nil
        }
        guard let name = string(kind, "the name of a type") else { return nil }
        let offset = value.range.lowerBound
        switch name {
        case "String": return plain(.builtIn(.string), value, extra)
        case "Long": return plain(.builtIn(.long), value, extra)
        case "Boolean": return plain(.builtIn(.bool), value, extra)
        case "Set":
            checkKeys(value, ["type", "element"] + extra, needed: ["element"])
            guard let element = value["element"], let type = type(element, extra: [], depth: depth + 1) else {
                return nil
            }
            return TypeSyntax(kind: .set(type), offset: offset)
        case "Record":
            checkKeys(value, ["type", "attributes", "additionalAttributes"] + extra, needed: ["attributes"])
            if let open = value["additionalAttributes"], open.bool != false {
                report("records can't have attributes beside those that are declared", at: open)
            }
            return TypeSyntax(kind: .record(attributes(value["attributes"], depth: depth)), offset: offset)
        case "Entity", "EntityOrCommon", "Extension":
            checkKeys(value, ["type", "name"] + extra, needed: ["name"])
            guard let name = value["name"].flatMap({ path($0) }) else { return nil }
            return named(name, kind: name.text.isEmpty ? "" : kind.string ?? "")
        default:
            checkKeys(value, ["type"] + extra)
            guard let path = path(kind) else { return nil }
            return TypeSyntax(kind: .name(path.text, .common), offset: path.offset)
        }
    }

    private mutating func plain(_ kind: TypeSyntax.Kind, _ value: JSONValue, _ extra: [String]) -> TypeSyntax {
        checkKeys(value, ["type"] + extra)
        return TypeSyntax(kind: kind, offset: value.range.lowerBound)
    }

    private mutating func named(_ name: SchemaSyntax.Name, kind: String) -> TypeSyntax? {
        switch kind {
        case "Entity": return TypeSyntax(kind: .name(name.text, .entity), offset: name.offset)
        case "EntityOrCommon": return TypeSyntax(kind: .name(name.text, .entityOrCommon), offset: name.offset)
        default:
            let prefix = SchemaNames.internalNamespace + "::"
            let base = name.text.hasPrefix(prefix) ? String(name.text.dropFirst(prefix.count)) : name.text
            guard Schema.ExtensionType(rawValue: base) != nil, let type = Schema.BuiltInType(rawValue: base) else {
                problems.report(
                    "unknown extension type `\(name.text)`"
                        + Spelling.question(name.text, among: Schema.ExtensionType.allCases.map(\.rawValue)),
                    at: name.offset)
                return nil
            }
            return TypeSyntax(kind: .builtIn(type), offset: name.offset)
        }
    }

    private mutating func attributes(_ value: JSONValue?, depth: Int) -> [TypeSyntax.Attribute] {
        var result: [TypeSyntax.Attribute] = []
        for (name, type) in members(value, "attributes by their names") {
            guard let syntax = self.type(type, extra: ["required", "annotations"], depth: depth + 1) else { continue }
            var isRequired = true
            if let required = type["required"] {
                if let value = required.bool { isRequired = value } else { expected("`true` or `false`", at: required) }
            }
            result.append(
                TypeSyntax.Attribute(
                    name: name, annotations: annotations(type), isRequired: isRequired, type: syntax))
        }
        return result
    }

    private mutating func annotations(_ value: JSONValue) -> [Policy.Annotation] {
        var result: [Policy.Annotation] = []
        for (name, value) in members(value["annotations"], "annotations by their names") {
            if !SchemaNames.isIdentifier(name.text) {
                problems.report("\(CedarString.quoted(name.text)) is no name of an annotation", at: name.offset)
            }
            let text = value.isNull ? "" : string(value, "the value of the annotation")
            result.append(Policy.Annotation(key: name.text, value: text ?? ""))
        }
        return result
    }

    // MARK: - Names

    private mutating func checkIdentifier(_ name: SchemaSyntax.Name) {
        if !SchemaNames.isIdentifier(name.text) {
            problems.report("\(CedarString.quoted(name.text)) is no identifier", at: name.offset)
        } else if SchemaNames.reserved.contains(name.text) {
            problems.report("`\(name.text)` is reserved", at: name.offset)
        }
    }

    private mutating func checkPath(_ name: SchemaSyntax.Name) {
        guard let parts = SchemaNames.parts(ofPath: name.text) else {
            problems.report("\(CedarString.quoted(name.text)) is no name", at: name.offset)
            return
        }
        for part in parts where SchemaNames.reserved.contains(String(part)) {
            problems.report("`\(part)` is reserved", at: name.offset)
        }
    }

    private mutating func path(_ value: JSONValue) -> SchemaSyntax.Name? {
        guard let text = string(value, "a name") else { return nil }
        let name = SchemaSyntax.Name(text: text, offset: value.range.lowerBound)
        checkPath(name)
        return name
    }

    private mutating func paths(_ value: JSONValue?) -> [SchemaSyntax.Name] {
        var result: [SchemaSyntax.Name] = []
        for element in elements(value, "names") {
            if let name = path(element) { result.append(name) }
        }
        return result
    }

    private mutating func strings(_ value: JSONValue) -> [String] {
        var result: [String] = []
        for element in elements(value, "strings") {
            if let text = string(element, "a string") { result.append(text) }
        }
        return result
    }

    // MARK: - JSON

    /// `null` counts as absent where the reference says so.
    private func present(_ value: JSONValue?) -> JSONValue? { value?.isNull == true ? nil : value }

    private mutating func isObject(_ value: JSONValue, _ what: String) -> Bool {
        if value.kind == .object { return true }
        expected("an object, \(what)", at: value)
        return false
    }

    private mutating func members(_ value: JSONValue?, _ what: String) -> [(SchemaSyntax.Name, JSONValue)] {
        guard let value, isObject(value, what) else { return [] }
        return value.members.map { key, value in
            (SchemaSyntax.Name(text: key.string ?? "", offset: key.range.lowerBound), value)
        }
    }

    private mutating func elements(_ value: JSONValue?, _ what: String) -> [JSONValue] {
        guard let value else { return [] }
        guard value.kind == .array else {
            expected("an array, \(what)", at: value)
            return []
        }
        return Array(value.elements)
    }

    private mutating func string(_ value: JSONValue, _ what: String) -> String? {
        guard let text = value.string else {
            expected("a string, \(what)", at: value)
            return nil
        }
        return text
    }

    private mutating func checkKeys(_ value: JSONValue, _ known: [String], needed: [String] = []) {
        var missing = needed
        for (key, _) in value.members {
            let name = key.string ?? ""
            missing.removeAll { $0 == name }
            if !known.contains(name) {
                report(
                    "unknown member \(CedarString.quoted(name))" + Spelling.question(name, among: known), at: key)
            }
        }
        for name in missing { report("`\(name)` is missing", at: value) }
    }

    private mutating func expected(_ what: String, at value: JSONValue) {
        let found =
            switch value.kind {
            case .object: "an object"
            case .array: "an array"
            case .string: "a string"
            case .number: "a number"
            case .true, .false: "a boolean"
            case .null: "`null`"
            }
        report("expected \(what), found \(found)", at: value)
    }

    private mutating func report(_ message: String, at value: JSONValue) {
        problems.report(message, at: value.range.lowerBound)
    }
}
