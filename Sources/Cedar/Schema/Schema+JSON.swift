internal import JSONText

extension Schema {
    /// The schema in its JSON form (RFC 8259, without blanks), with annotations and common types; declarations of one kind
    /// keep their order.
    public var json: String {
        var writer = JSONWriter(capacity: 1024)
        writer.beginObject()
        for namespace in syntax.namespaces {
            writer.key(namespace.name.text)
            writer.beginObject()
            writer.annotations(namespace.annotations)
            if !namespace.commonTypes.isEmpty {
                writer.key("commonTypes")
                writer.beginObject()
                for type in namespace.commonTypes {
                    writer.key(type.name.text)
                    writer.type(type.type, annotations: type.annotations)
                }
                writer.endObject()
            }
            writer.key("entityTypes")
            writer.beginObject()
            for type in namespace.entityTypes { writer.entityType(type) }
            writer.endObject()
            writer.key("actions")
            writer.beginObject()
            for action in namespace.actions { writer.action(action) }
            writer.endObject()
            writer.endObject()
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension JSONWriter {
    fileprivate mutating func annotations(_ annotations: [Policy.Annotation]) {
        guard !annotations.isEmpty else { return }
        key("annotations")
        beginObject()
        for annotation in annotations {
            key(annotation.key)
            string(annotation.value)
        }
        endObject()
    }

    fileprivate mutating func names(_ names: [SchemaSyntax.Name]) {
        beginArray()
        for name in names { string(name.text) }
        endArray()
    }

    fileprivate mutating func entityType(_ type: SchemaSyntax.EntityType) {
        key(type.name.text)
        beginObject()
        switch type.kind {
        case .enumerated(let identifiers):
            key("enum")
            beginArray()
            for identifier in identifiers { string(identifier) }
            endArray()
        case .standard(let parents, let shape, let tags):
            if !parents.isEmpty {
                key("memberOfTypes")
                names(parents)
            }
            if let shape {
                key("shape")
                self.type(shape)
            }
            if let tags {
                key("tags")
                self.type(tags)
            }
        }
        annotations(type.annotations)
        endObject()
    }

    fileprivate mutating func action(_ action: SchemaSyntax.Action) {
        key(action.name.text)
        beginObject()
        if !action.parents.isEmpty {
            key("memberOf")
            beginArray()
            for parent in action.parents {
                beginObject()
                key("id")
                string(parent.id.text)
                if let type = parent.type {
                    key("type")
                    string(type.text)
                }
                endObject()
            }
            endArray()
        }
        if let appliesTo = action.appliesTo {
            key("appliesTo")
            beginObject()
            key("principalTypes")
            names(appliesTo.principals)
            key("resourceTypes")
            names(appliesTo.resources)
            if let context = appliesTo.context {
                key("context")
                type(context)
            }
            endObject()
        }
        annotations(action.annotations)
        endObject()
    }

    /// `isRequired` is said only of attributes, and only where it is not the rule.
    fileprivate mutating func type(
        _ type: TypeSyntax, isRequired: Bool = true, annotations notes: [Policy.Annotation] = []
    ) {
        beginObject()
        key("type")
        switch type.kind {
        case .builtIn(.bool): string("Boolean")
        case .builtIn(.long): string("Long")
        case .builtIn(.string): string("String")
        case .builtIn(let type):
            string("Extension")
            key("name")
            string(type.rawValue)
        case .name(let name, .common) where !SchemaNames.keywords.contains(name): string(name)
        case .name(let name, let reference):
            if case .entity = reference { string("Entity") } else { string("EntityOrCommon") }
            key("name")
            string(name)
        case .set(let element):
            string("Set")
            key("element")
            self.type(element)
        case .record(let attributes):
            string("Record")
            key("attributes")
            beginObject()
            for attribute in attributes {
                key(attribute.name.text)
                self.type(attribute.type, isRequired: attribute.isRequired, annotations: attribute.annotations)
            }
            endObject()
        }
        if !isRequired {
            key("required")
            bool(false)
        }
        annotations(notes)
        endObject()
    }
}
