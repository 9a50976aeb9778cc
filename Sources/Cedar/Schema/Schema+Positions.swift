extension Schema {
    /// Something that a schema declares, to ask where it stands.
    public enum Place: Sendable, Hashable {
        /// An entity type, namespaces included.
        case entityType(String)
        /// An attribute of an entity type: its name, and those inside it where it is a record.
        case attribute(entityType: String, [String])
        /// An action.
        case action(EntityUID)
        /// An attribute of an action's context, the same way.
        case context(EntityUID, [String])
    }

    /// Where in the text something is declared; of an attribute that is not there, where the record is that lacks it, and the
    /// beginning of the text for what is not there at all.
    public func position(of place: Place) -> SourcePosition {
        source.position(at: offset(of: place) ?? 0)
    }

    private func offset(of place: Place) -> Int? {
        switch place {
        case .entityType(let name): return entityType(written: name)?.name.offset
        case .attribute(let name, let path):
            guard let type = entityType(written: name) else { return nil }
            guard case .standard(_, let shape?, _) = type.kind else { return type.name.offset }
            return offset(of: path[...], in: shape) ?? type.name.offset
        case .action(let uid): return action(written: uid)?.name.offset
        case .context(let uid, let path):
            guard let action = action(written: uid) else { return nil }
            guard let context = action.appliesTo?.context else { return action.name.offset }
            return offset(of: path[...], in: context) ?? context.offset
        }
    }

    private func entityType(written name: String) -> SchemaSyntax.EntityType? {
        for namespace in syntax.namespaces {
            for type in namespace.entityTypes where qualified(type.name.text, in: namespace) == name { return type }
        }
        return nil
    }

    private func action(written uid: EntityUID) -> SchemaSyntax.Action? {
        for namespace in syntax.namespaces where qualified("Action", in: namespace) == uid.type {
            for action in namespace.actions where action.name.text == uid.id { return action }
        }
        return nil
    }

    private func qualified(_ name: String, in namespace: SchemaSyntax.Namespace) -> String {
        namespace.name.text.isEmpty ? name : "\(namespace.name.text)::\(name)"
    }

    private func offset(of path: ArraySlice<String>, in type: TypeSyntax) -> Int? {
        guard case .record(let attributes) = resolved(type).kind else { return nil }
        guard let name = path.first else { return resolved(type).offset }
        guard let attribute = attributes.first(where: { $0.name.text == name }) else { return resolved(type).offset }
        return offset(of: path.dropFirst(), in: attribute.type, else: attribute.name.offset)
    }

    private func offset(of path: ArraySlice<String>, in type: TypeSyntax, else here: Int) -> Int {
        path.isEmpty ? here : offset(of: path, in: type) ?? here
    }

    /// What a common type's name stands for. The resolver refused cycles; the bound is for the reader's peace.
    private func resolved(_ type: TypeSyntax) -> TypeSyntax {
        var type = type
        for _ in 0..<64 {
            guard case .name(let name, _) = type.kind else { return type }
            let found = syntax.namespaces.lazy.flatMap { namespace in
                namespace.commonTypes.lazy.filter {
                    [$0.name.text, qualified($0.name.text, in: namespace)].contains(name)
                }
            }.first
            guard let found else { return type }
            type = found.type
        }
        return type
    }
}
