internal import Suggestions

extension Validator {
    /// Everything in which a request is not what the schema says; empty if it conforms.
    ///
    /// The action has to be declared and to apply to the types of principal and resource, and the context has to have the
    /// action's attributes and no others.
    public func validate(_ request: Request) -> [ConformanceError] {
        var check = ConformanceCheck(index: index)
        check.entity(request.principal, at: "principal")
        check.entity(request.resource, at: "resource")
        guard let action = index.action(request.action) else {
            check.reportUnknownAction(request.action, at: "action")
            return check.errors
        }
        let declaration = action.declaration
        if index.entityTypes[request.principal.type] != nil {
            check.applies(
                request.principal.type, among: declaration.principals, .principalNotApplicable, "principal",
                declaration.uid)
        }
        if index.entityTypes[request.resource.type] != nil {
            check.applies(
                request.resource.type, among: declaration.resources, .resourceNotApplicable, "resource",
                declaration.uid)
        }
        check.record(request.context, declaration.context, at: "context")
        return check.errors
    }

    /// Everything in which entities are not what the schema says; empty if all conform. Who is above whom counts at any
    /// distance.
    public func validate(_ entities: Entities) -> [ConformanceError] {
        entities.all.flatMap { node in
            validate(
                node.uid, attributes: node.attributes, tags: node.tags, ancestors: node.ancestors.elements,
                mustHave: { $0.ancestors })
        }
    }

    /// Everything in which one entity is not what the schema says; empty if it conforms. `parents` are taken as they are,
    /// directly above or farther.
    public func validate(_ entity: Entity) -> [ConformanceError] {
        validate(
            entity.uid, attributes: entity.attributes, tags: entity.tags, ancestors: entity.parents,
            mustHave: { $0.parents })
    }

    private func validate(
        _ uid: EntityUID, attributes: Record, tags: Record, ancestors: [EntityUID],
        mustHave needed: (Schema.Action) -> [EntityUID]
    ) -> [ConformanceError] {
        var check = ConformanceCheck(index: index)
        let place = uid.description
        if SchemaNames.isActionType(uid.type) {
            guard let action = index.action(uid) else {
                check.reportUnknownAction(uid, at: place)
                return check.errors
            }
            check.record(attributes, .empty, at: place)
            check.tags(tags, nil, at: place)
            check.parents(ancestors, of: action.declaration, needed: needed(action.declaration), at: place)
            return check.errors
        }
        check.entity(uid, at: place)
        guard let type = schema.entityType(uid.type) else { return check.errors }
        check.record(attributes, type.attributes, at: place)
        check.tags(tags, type.tags, at: place)
        check.parents(ancestors, of: type, at: place)
        return check.errors
    }
}

/// Compares values with types, and collects every difference.
private struct ConformanceCheck {
    let index: SchemaIndex
    private(set) var errors: [ConformanceError] = []
    /// Enough to mend them; values can be large.
    private static let maximumErrors = 50

    init(index: SchemaIndex) { self.index = index }

    private mutating func report(_ kind: ConformanceError.Kind, _ message: String, at place: String) {
        guard errors.count < Self.maximumErrors else { return }
        errors.append(ConformanceError(kind: kind, place: place, message: message))
    }

    // MARK: - Names

    /// The type has to be declared, and so has the identifier where all are.
    mutating func entity(_ uid: EntityUID, at place: String) {
        guard let type = index.entityTypes[uid.type] else {
            report(
                .unknownEntityType,
                "unknown entity type `\(uid.type)`"
                    + Spelling.question(uid.type, among: index.entityTypes.keys.sorted()), at: place)
            return
        }
        guard let identifiers = type.identifiers, !identifiers.contains(string: uid.id) else { return }
        report(.unknownIdentifier, "the entity type `\(uid.type)` does not have this identifier", at: place)
    }

    mutating func reportUnknownAction(_ uid: EntityUID, at place: String) {
        let known = index.actions.map(\.declaration.uid).filter { $0.type == uid.type }.map(\.id)
        let near = Spelling.closest(to: uid.id, among: known).map { EntityUID(type: uid.type, id: $0) }
        report(
            .unknownAction, "unknown action `\(uid)`" + (near.map { ", did you mean `\($0)`?" } ?? ""), at: place)
    }

    mutating func applies(
        _ type: String, among applicable: [String], _ kind: ConformanceError.Kind, _ place: String,
        _ action: EntityUID
    ) {
        guard !applicable.contains(type) else { return }
        let wanted =
            applicable.isEmpty
            ? "to nothing" : "to `\(applicable.joined(separator: "`, `"))`"
        report(kind, "`\(action)` does not apply to a \(place) of type `\(type)`, only \(wanted)", at: place)
    }

    // MARK: - Values

    mutating func record(_ record: Record, _ type: Schema.RecordType, at place: String) {
        for attribute in type.attributes where attribute.isRequired && record[attribute.name] == nil {
            report(.missingAttribute, "the attribute `\(attribute.name)` is missing", at: place)
        }
        for field in record.fields {
            guard let attribute = type[field.name] else {
                report(
                    .unknownAttribute,
                    "unknown attribute `\(field.name)`"
                        + Spelling.question(field.name, among: type.attributes.map(\.name)), at: place)
                continue
            }
            value(field.value, attribute.type, at: "\(place).\(field.name)")
        }
    }

    /// Recursion is bounded by the height of the schema's types.
    private mutating func value(_ value: Value, _ type: Schema.ValueType, at place: String) {
        switch (value, type) {
        case (.bool, .bool), (.long, .long), (.string, .string), (.decimal, .extension(.decimal)),
            (.ipAddress, .extension(.ipAddress)), (.dateTime, .extension(.dateTime)),
            (.duration, .extension(.duration)):
            break
        case (.entity(let uid), .entity(let name)) where uid.type == name:
            if !SchemaNames.isActionType(name) {
                entity(uid, at: place)
            } else if index.action(uid) == nil {
                reportUnknownAction(uid, at: place)
            }
        case (.set(let set), .set(let element)):
            for member in set.elements { self.value(member, element, at: place) }
        case (.record(let record), .record(let type)): self.record(record, type, at: place)
        default: report(.unexpectedType, "expected a value of type `\(type)`, found \(value.typeName)", at: place)
        }
    }

    mutating func tags(_ tags: Record, _ type: Schema.ValueType?, at place: String) {
        guard let type else {
            if !tags.fields.isEmpty { report(.unexpectedTag, "there are no tags here", at: place) }
            return
        }
        for tag in tags.fields { value(tag.value, type, at: "\(place) tag \(CedarString.quoted(tag.name))") }
    }

    // MARK: - Hierarchy

    mutating func parents(_ parents: [EntityUID], of type: Schema.EntityType, at place: String) {
        for parent in parents {
            guard type.ancestors.contains(parent.type) else {
                report(
                    .unexpectedParent, "an entity of type `\(parent.type)` can't be above one of `\(type.name)`",
                    at: place)
                continue
            }
            entity(parent, at: place)
        }
    }

    /// The hierarchy of actions has to be the schema's.
    mutating func parents(
        _ parents: [EntityUID], of action: Schema.Action, needed: [EntityUID], at place: String
    ) {
        for parent in parents where !action.ancestors.contains(parent) {
            report(.unexpectedParent, "`\(parent)` is not above `\(action.uid)` in the schema", at: place)
        }
        for parent in needed where !parents.contains(parent) {
            report(.missingParent, "`\(parent)` is above `\(action.uid)` in the schema", at: place)
        }
    }
}
