internal import Cedar
internal import Suggestions

/// Whether a house's schema says what the gateway supplies: everything of it, with the same types; and beyond it only optional
/// attributes of principals and counts of classes that there are.
struct SchemaAgreement {
    private(set) var problems: [PolicyError] = []

    private let house: Schema
    private let gateway: Schema
    private let counted: [String]

    private static let extensible = [Vocabulary.user, Vocabulary.service, Vocabulary.team]

    /// `counted` are the classes of data that there are.
    init(house: Schema, gateway: Schema, counted: [String]) {
        self.house = house
        self.gateway = gateway
        self.counted = counted
        for type in gateway.entityTypes { check(type) }
        for action in gateway.actions { check(action) }
        let types = gateway.entityTypes.map(\.name)
        for type in house.entityTypes where gateway.entityType(type.name) == nil {
            report(
                .entityType(type.name),
                "the gateway has no entities of type `\(type.name)`" + Spelling.question(type.name, among: types))
        }
        let actions = gateway.actions.map(\.uid.id)
        for action in house.actions where gateway.action(action.uid) == nil {
            report(
                .action(action.uid),
                "the gateway never asks for `\(action.uid)`" + Spelling.question(action.uid.id, among: actions))
        }
        problems.sort { ($0.position.line, $0.position.column) < ($1.position.line, $1.position.column) }
    }

    private mutating func check(_ type: Schema.EntityType) {
        guard let own = house.entityType(type.name) else {
            return report(.entityType(type.name), "`entity \(type.name)` is missing, which the gateway supplies")
        }
        if own.parents != type.parents {
            let parents = type.parents.isEmpty ? "in nothing" : "in [\(type.parents.joined(separator: ", "))]"
            report(.entityType(type.name), "what the gateway supplies as `\(type.name)` is \(parents)")
        }
        if own.tags != nil { report(.entityType(type.name), "the gateway supplies no tags") }
        if own.identifiers != nil { report(.entityType(type.name), "the gateway's `\(type.name)` may have any name") }
        compare(own.attributes, type.attributes, of: type.name, isExtensible: Self.extensible.contains(type.name)) {
            .attribute(entityType: type.name, $0)
        }
    }

    private mutating func check(_ action: Schema.Action) {
        guard let own = house.action(action.uid) else {
            return report(.action(action.uid), "`action \(action.uid.id)` is missing, which the gateway asks for")
        }
        if !own.parents.isEmpty { report(.action(action.uid), "the gateway's actions are in no group") }
        if own.principals != action.principals || own.resources != action.resources {
            report(
                .action(action.uid),
                "the gateway asks whether a principal of [\(action.principals.joined(separator: ", "))] may "
                    + "`\(action.uid.id)` a resource of [\(action.resources.joined(separator: ", "))]")
        }
        compare(own.context, action.context, of: "context") { .context(action.uid, $0) }
    }

    /// Compares records of attributes; `place` tells where an attribute stands.
    private mutating func compare(
        _ own: Schema.RecordType, _ supplied: Schema.RecordType, of owner: String, isExtensible: Bool = false,
        _ place: ([String]) -> Schema.Place
    ) {
        for attribute in supplied.attributes {
            let name = "\(owner).\(attribute.name)"
            guard let written = own[attribute.name] else {
                report(place([]), "`\(Self.text(attribute))` is missing here, which the gateway supplies")
                continue
            }
            if name == "context.counts", case .record(let counts) = written.type {
                compareCounts(counts, place)
            } else if written.type != attribute.type {
                report(
                    place([attribute.name]),
                    "`\(name)` is of type `\(written.type)` here, the gateway supplies `\(attribute.type)`")
            }
            if written.isRequired != attribute.isRequired {
                report(
                    place([attribute.name]),
                    attribute.isRequired
                        ? "`\(name)` is always there: take the `?` away"
                        : "`\(name)` need not be there: write `\(attribute.name)?`")
            }
        }
        for attribute in own.attributes where supplied[attribute.name] == nil {
            let known = supplied.attributes.map(\.name)
            guard isExtensible else {
                report(
                    place([attribute.name]),
                    "the gateway supplies no `\(owner).\(attribute.name)`"
                        + Spelling.question(attribute.name, among: known))
                continue
            }
            if attribute.isRequired {
                report(
                    place([attribute.name]),
                    "`\(owner).\(attribute.name)` must be optional, as not everybody has it: write `\(attribute.name)?`"
                        + Spelling.question(attribute.name, among: known))
            }
            if DeclaredVocabulary.AttributeType(attribute.type) == nil {
                report(
                    place([attribute.name]),
                    "`\(owner).\(attribute.name)` must be of type `String`, `Long`, `Bool` or `Set<String>`")
            }
        }
    }

    /// A class that is left out is not counted; one that is there must exist.
    private mutating func compareCounts(_ own: Schema.RecordType, _ place: ([String]) -> Schema.Place) {
        for attribute in own.attributes {
            if !counted.contains(attribute.name) {
                report(
                    place(["counts", attribute.name]),
                    "there is no class of data `\(attribute.name)`" + Spelling.question(attribute.name, among: counted))
            }
            if attribute.type != .long || !attribute.isRequired {
                report(place(["counts", attribute.name]), "counts are written `\(attribute.name): Long`")
            }
        }
    }

    private static func text(_ attribute: Schema.RecordType.Attribute) -> String {
        // A hundred counts are not for a message.
        let type = attribute.name == "counts" ? "Counts" : attribute.type.description
        return "\(attribute.name)\(attribute.isRequired ? "" : "?"): \(type)"
    }

    /// Several actions share a context, and an error in it is one error.
    private mutating func report(_ place: Schema.Place, _ message: String) {
        let error = PolicyError(source: house.source.name, position: house.position(of: place), message: message)
        if !problems.contains(error) { problems.append(error) }
    }
}

extension DeclaredVocabulary.AttributeType {
    /// A type of the schema language, if principals' attributes can have it.
    init?(_ type: Schema.ValueType) {
        switch type {
        case .string: self = .string
        case .long: self = .long
        case .bool: self = .bool
        case .set(.string): self = .strings
        default: return nil
        }
    }
}

extension DeclaredVocabulary {
    /// What a schema declares that agrees with the gateway's.
    init(_ house: Schema, gateway: Schema) {
        func further(_ type: String) -> [String: AttributeType] {
            let supplied = gateway.entityType(type)?.attributes
            let attributes = house.entityType(type)?.attributes.attributes.filter { supplied?[$0.name] == nil } ?? []
            return Dictionary(
                attributes.compactMap { attribute in AttributeType(attribute.type).map { (attribute.name, $0) } },
                uniquingKeysWith: { first, _ in first })
        }
        var counts: [Record.Field] = []
        if case .record(let record)? = house.action(AccessAction.sendRaw.uid)?.context["counts"]?.type {
            counts = record.attributes.map { Record.Field($0.name, .long(0)) }
        }
        zeros = Record(counts)
        userAttributes = further(Vocabulary.user)
        serviceAttributes = further(Vocabulary.service)
    }
}
