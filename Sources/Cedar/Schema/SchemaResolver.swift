internal import Suggestions

/// Finds what every name of a schema means, and works out who is above whom.
struct SchemaResolver {
    var problems: SchemaProblems
    private(set) var entityTypes: [Schema.EntityType] = []
    private(set) var actions: [Schema.Action] = []

    let limits: Schema.Limits
    let syntax: SchemaSyntax
    /// Common types by their full names.
    var commonTypes: [String: Common] = [:]
    /// Full names of entity types with where they are declared.
    private(set) var declaredEntities: [String: Int] = [:]
    /// Full names of the types of actions.
    private(set) var actionTypes: Set<String> = []
    private var declaredActions: [EntityUID: Int] = [:]
    /// Parts of all types so far.
    var parts = 0
    /// Common types that are being resolved now, outermost first.
    var path: [String] = []

    struct Common {
        let type: TypeSyntax
        let namespace: String
        let offset: Int
        /// What it came to; `.some(nil)` if that failed.
        var resolved: ResolvedType??
    }

    /// A type with its size, so that names used many times can't make it grow without bound.
    struct ResolvedType {
        let type: Schema.ValueType
        /// Levels.
        let height: Int
        /// Nodes, names resolved.
        let parts: Int
    }

    init(_ syntax: SchemaSyntax, source: SourceText, limits: Schema.Limits) {
        self.syntax = syntax
        self.limits = limits
        problems = SchemaProblems(source: source)
    }

    mutating func resolve() {
        declare()
        refuseShadowing()
        for name in commonTypes.keys.sorted() { _ = common(name, at: 0, depth: 0) }
        for namespace in syntax.namespaces {
            for type in namespace.entityTypes { resolve(type, in: namespace.name.text) }
            for action in namespace.actions { resolve(action, in: namespace.name.text) }
        }
        closeEntityTypes()
        closeActions()
    }

    // MARK: - Declarations

    private mutating func declare() {
        var namespaces: [String: Int] = [:]
        for namespace in syntax.namespaces {
            let prefix = namespace.name.text
            if let first = namespaces.updateValue(namespace.name.offset, forKey: prefix) {
                reportTwice("the namespace `\(prefix)`", first: first, at: namespace.name.offset)
            }
            refuseInternal(namespace.name)
            for type in namespace.commonTypes { declare(type, in: prefix) }
            for type in namespace.entityTypes { declare(type.name, in: prefix) }
            for action in namespace.actions { declare(action, in: prefix) }
        }
    }

    private mutating func declare(_ type: SchemaSyntax.CommonType, in namespace: String) {
        refuseInternal(type.name)
        let name = SchemaNames.qualified(type.name.text, in: namespace)
        if SchemaNames.keywords.contains(type.name.text) {
            problems.report("`\(type.name.text)` is reserved, no type can be called so", at: type.name.offset)
        }
        if let first = commonTypes[name] {
            reportTwice("the type `\(name)`", first: first.offset, at: type.name.offset)
            return
        }
        commonTypes[name] = Common(
            type: type.type, namespace: namespace, offset: type.name.offset, resolved: nil)
    }

    private mutating func declare(_ entityType: SchemaSyntax.Name, in namespace: String) {
        refuseInternal(entityType)
        let name = SchemaNames.qualified(entityType.text, in: namespace)
        if entityType.text == "Action" {
            problems.report("`Action` is the type of actions, no other can be called so", at: entityType.offset)
        }
        if let first = declaredEntities[name] {
            reportTwice("the entity type `\(name)`", first: first, at: entityType.offset)
            return
        }
        declaredEntities[name] = entityType.offset
    }

    private mutating func declare(_ action: SchemaSyntax.Action, in namespace: String) {
        let uid = EntityUID(type: SchemaNames.qualified("Action", in: namespace), id: action.name.text)
        actionTypes.insert(uid.type)
        if let first = declaredActions[uid] {
            reportTwice("the action `\(uid)`", first: first, at: action.name.offset)
            return
        }
        declaredActions[uid] = action.name.offset
    }

    private mutating func reportTwice(_ what: String, first: Int, at offset: Int) {
        problems.report("\(what) is declared already, at \(problems.source.position(at: first))", at: offset)
    }

    private mutating func refuseInternal(_ name: SchemaSyntax.Name) {
        let parts = SchemaNames.parts(ofPath: name.text) ?? []
        if parts.contains(where: { $0 == SchemaNames.internalNamespace }) {
            problems.report("`\(SchemaNames.internalNamespace)` is reserved", at: name.offset)
        }
    }

    /// What stands outside of all namespaces can't be declared again inside of one (Cedar RFC 70).
    private mutating func refuseShadowing() {
        for namespace in syntax.namespaces where !namespace.name.text.isEmpty {
            for name in namespace.commonTypes.map(\.name) + namespace.entityTypes.map(\.name)
            where declaredEntities[name.text] != nil || commonTypes[name.text] != nil {
                problems.report(
                    "`\(namespace.name.text)::\(name.text)` hides the type `\(name.text)` that stands outside of all "
                        + "namespaces", at: name.offset)
            }
            for action in namespace.actions {
                let outside = EntityUID(type: "Action", id: action.name.text)
                guard declaredActions[outside] != nil else { continue }
                problems.report(
                    "the action \(CedarString.quoted(action.name.text)) of `\(namespace.name.text)` hides `\(outside)`, "
                        + "which stands outside of all namespaces", at: action.name.offset)
            }
        }
    }

    // MARK: - Entity types and actions

    private mutating func resolve(_ declaration: SchemaSyntax.EntityType, in namespace: String) {
        var parents: Set<String> = []
        var attributes = Schema.RecordType.empty
        var tags: Schema.ValueType?
        var identifiers: [String]?
        switch declaration.kind {
        case .enumerated(let choices): identifiers = choices
        case .standard(let above, let shape, let tagType):
            for parent in above {
                if let name = entityType(parent, in: namespace) { parents.insert(name) }
            }
            if let shape { attributes = record(shape, in: namespace, of: "the entity type") }
            if let tagType, let type = resolve(tagType, in: namespace, depth: 1), use(type, at: tagType.offset) {
                tags = type.type
            }
        }
        entityTypes.append(
            Schema.EntityType(
                name: SchemaNames.qualified(declaration.name.text, in: namespace), parents: parents.sorted(),
                ancestors: [], attributes: attributes, tags: tags, identifiers: identifiers,
                annotations: declaration.annotations))
    }

    private mutating func resolve(_ declaration: SchemaSyntax.Action, in namespace: String) {
        var parents: Set<EntityUID> = []
        for parent in declaration.parents {
            if let uid = action(parent, in: namespace) { parents.insert(uid) }
        }
        var principals: Set<String> = []
        var resources: Set<String> = []
        var context = Schema.RecordType.empty
        if let appliesTo = declaration.appliesTo {
            principals = Set(appliesTo.principals.compactMap { entityType($0, in: namespace) })
            resources = Set(appliesTo.resources.compactMap { entityType($0, in: namespace) })
            if let type = appliesTo.context { context = record(type, in: namespace, of: "the context") }
            if principals.isEmpty || resources.isEmpty {
                // It can't be asked for, whatever else was said; JSON can say that in more than one way.
                (principals, resources, context) = ([], [], .empty)
            }
        }
        actions.append(
            Schema.Action(
                uid: EntityUID(type: SchemaNames.qualified("Action", in: namespace), id: declaration.name.text),
                parents: Self.sorted(parents), ancestors: [], principals: principals.sorted(),
                resources: resources.sorted(), context: context, annotations: declaration.annotations))
    }

    /// What an entity type's name means; types of actions won't do.
    private mutating func entityType(_ name: SchemaSyntax.Name, in namespace: String) -> String? {
        for candidate in candidates(name.text, in: namespace) where declaredEntities[candidate] != nil {
            return candidate
        }
        if SchemaNames.isActionType(name.text) {
            problems.report("expected an entity type, found `\(name.text)`, the type of actions", at: name.offset)
            return nil
        }
        if candidates(name.text, in: namespace).contains(where: { commonTypes[$0] != nil }) {
            problems.report(
                "expected an entity type, found `\(name.text)`, the name of another type", at: name.offset)
            return nil
        }
        problems.report(
            "unknown entity type `\(name.text)`"
                + question(name.text, among: declaredEntities.keys.sorted(), seenFrom: namespace),
            at: name.offset)
        return nil
    }

    private mutating func action(_ parent: SchemaSyntax.Action.Parent, in namespace: String) -> EntityUID? {
        let type = parent.type?.text ?? "Action"
        let uids = candidates(type, in: namespace).map { EntityUID(type: $0, id: parent.id.text) }
        if let uid = uids.first(where: { declaredActions[$0] != nil }) { return uid }
        let written = parent.type == nil ? CedarString.quoted(parent.id.text) : "`\(uids[0])`"
        let question: String
        if parent.type == nil {
            let near = declaredActions.keys.filter { uid in uids.contains { $0.type == uid.type } }
            question = Spelling.question(parent.id.text, among: near.map(\.id).sorted())
        } else {
            question = Spelling.question(uids[0].description, among: declaredActions.keys.map(\.description).sorted())
        }
        problems.report("unknown action \(written)\(question)", at: parent.type?.offset ?? parent.id.offset)
        return nil
    }

    /// The full names that a name may stand for, the best first.
    func candidates(_ name: String, in namespace: String) -> [String] {
        if namespace.isEmpty || name.utf8.contains(UInt8(ascii: ":")) { return [name] }
        return [SchemaNames.qualified(name, in: namespace), name]
    }

    /// `, did you mean …?` for a full name that the name may have meant: the same in another namespace, or one spelt alike.
    func question(
        _ name: String, among fullNames: [String], or builtIns: [String] = [], seenFrom namespace: String
    ) -> String {
        if let other = fullNames.first(where: { $0.hasSuffix("::" + name) }) { return ", did you mean `\(other)`?" }
        let prefix = namespace + "::"
        // As one would write them here.
        let written = fullNames.map {
            !namespace.isEmpty && $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : $0
        }
        return Spelling.question(name, among: (builtIns + written).filter { $0 != name })
    }

    // MARK: - Hierarchies

    private mutating func closeEntityTypes() {
        let parents = Dictionary(entityTypes.map { ($0.name, $0.parents) }, uniquingKeysWith: { first, _ in first })
        entityTypes = entityTypes.map { type in
            var seen: Set<String> = []
            var open = type.parents
            while let name = open.popLast() {
                if seen.insert(name).inserted { open.append(contentsOf: parents[name] ?? []) }
            }
            return Schema.EntityType(
                name: type.name, parents: type.parents, ancestors: seen.sorted(), attributes: type.attributes,
                tags: type.tags, identifiers: type.identifiers, annotations: type.annotations)
        }
    }

    private mutating func closeActions() {
        let parents = Dictionary(actions.map { ($0.uid, $0.parents) }, uniquingKeysWith: { first, _ in first })
        actions = actions.map { action in
            var seen: Set<EntityUID> = []
            var open = action.parents
            while let uid = open.popLast() {
                if seen.insert(uid).inserted { open.append(contentsOf: parents[uid] ?? []) }
            }
            if seen.contains(action.uid) {
                problems.report(
                    "the action `\(action.uid)` stands above itself", at: declaredActions[action.uid] ?? 0)
            }
            return Schema.Action(
                uid: action.uid, parents: action.parents, ancestors: Self.sorted(seen), principals: action.principals,
                resources: action.resources, context: action.context, annotations: action.annotations)
        }
    }

    private static func sorted(_ uids: Set<EntityUID>) -> [EntityUID] {
        uids.sorted { bytesPrecede($0.description, $1.description) }
    }
}
