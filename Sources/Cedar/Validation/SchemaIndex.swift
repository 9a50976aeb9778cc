/// A schema in the form that checking runs through.
final class SchemaIndex: Sendable {
    struct EntityType: Sendable {
        let attributes: CheckedRecord
        let tags: CheckedType?
        let ancestors: Set<String>
        /// The only identifiers, if the type is enumerated.
        let identifiers: ValueSet?
    }

    /// A class, so that handing one on costs one reference count.
    final class Action: Sendable {
        let declaration: Schema.Action
        let context: CheckedType

        init(_ declaration: Schema.Action) {
            self.declaration = declaration
            context = .record(CheckedRecord(declaration.context))
        }
    }

    /// By name, namespaces included; types of actions are not among them.
    let entityTypes: [String: EntityType]
    /// In the schema's order.
    let actions: [Action]
    private let actionPositions: [EntityUID: Int]
    /// For each type of actions the types of the actions above.
    private let actionTypesAbove: [String: Set<String>]

    init(_ schema: Schema) {
        entityTypes = Dictionary(
            schema.entityTypes.map { type in
                (
                    type.name,
                    EntityType(
                        attributes: CheckedRecord(type.attributes), tags: type.tags.map { CheckedType($0) },
                        ancestors: Set(type.ancestors), identifiers: type.identifiers.map { ValueSet(strings: $0) })
                )
            }, uniquingKeysWith: { first, _ in first })
        actions = schema.actions.map { Action($0) }
        actionPositions = Dictionary(
            schema.actions.enumerated().map { ($1.uid, $0) }, uniquingKeysWith: { first, _ in first })
        var above: [String: Set<String>] = [:]
        for action in schema.actions {
            above[action.uid.type, default: []].formUnion(action.ancestors.map(\.type))
        }
        actionTypesAbove = above
    }

    func action(_ uid: EntityUID) -> Action? { actionPositions[uid].map { actions[$0] } }

    /// Whether a policy may speak of the type; what is called `Action` always passes, since unknown actions are reported
    /// by name.
    func isKnown(entityType name: String) -> Bool {
        SchemaNames.isActionType(name) || entityTypes[name] != nil
    }

    /// Whether an entity of the one type can be one of the other, or below.
    func canBe(_ type: String, in other: String) -> Bool {
        type == other || entityTypes[type]?.ancestors.contains(other) == true
            || actionTypesAbove[type]?.contains(other) == true
    }

    /// What is known of an attribute of any entity of the types: what they have in common.
    func attribute(_ name: String, of types: [String]) -> CheckedRecord.Attribute? {
        guard types.count != 1 else { return entityTypes[types[0]]?.attributes[name] }
        var result: CheckedRecord.Attribute?
        for type in types {
            guard let attribute = entityTypes[type]?.attributes[name] else { return nil }
            guard let sofar = result else {
                result = attribute
                continue
            }
            guard let bound = sofar.type.leastUpperBound(attribute.type, .permissive) else { return nil }
            result = CheckedRecord.Attribute(
                name: name, type: bound, isRequired: sofar.isRequired && attribute.isRequired)
        }
        return result
    }

    /// Whether an entity of some of the types may have the attribute.
    func mayHave(_ name: String, _ types: [String]) -> Bool {
        types.contains { entityTypes[$0]?.attributes[name] != nil }
    }

}
