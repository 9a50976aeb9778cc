internal import Cedar
public import Inference

/// A destination that a model alias may stand for, as policies see it. Made when the configuration is read, and kept.
public struct Candidate: Sendable {
    /// The name that callers use.
    public let alias: ModelID
    /// Where it leads.
    public let destination: Destination
    /// How far the provider is trusted: `internal` (our own machines), `demo` (the built-in demonstration model) or
    /// `external`; any other word is treated by the default policies as `external` is.
    public let trust: String
    /// Where the provider computes, such as `eu`, if the configuration says so.
    public let region: String?
    /// How long the provider keeps what it gets, such as `none` or `30d`, if the configuration says so.
    public let retention: String?
    /// Whether the provider is our own.
    public let isInternal: Bool
    /// Groups of the provider, for policies.
    public let groups: [String]

    /// `Model::"provider/model"`.
    let uid: EntityUID
    /// The model and its provider.
    let described: [Entity]
    /// The same, with everything above them worked out.
    let entities: Entities

    /// Describes a candidate.
    public init(
        alias: ModelID, destination: Destination, trust: String, region: String? = nil, retention: String? = nil,
        isInternal: Bool, groups: [String] = []
    ) {
        self.alias = alias
        self.destination = destination
        self.trust = trust
        self.region = region
        self.retention = retention
        self.isInternal = isInternal
        self.groups = groups
        uid = EntityUID(type: Vocabulary.model, id: destination.description)
        let provider = EntityUID(type: Vocabulary.provider, id: destination.provider.rawValue)
        let groupUIDs = groups.map { EntityUID(type: Vocabulary.group, id: $0) }
        var properties = [Record.Field("internal", .bool(isInternal))]
        if let region { properties.append(Record.Field("region", .string(region))) }
        if let retention { properties.append(Record.Field("retention", .string(retention))) }
        properties.append(Record.Field("trust", .string(trust)))
        let names = [
            Record.Field("alias", .string(alias.rawValue)), Record.Field("name", .string(destination.model)),
            Record.Field("provider", .entity(provider)),
        ]
        described = [
            Entity(
                uid: uid, attributes: Record(properties + names),
                parents: [provider, EntityUID(type: Vocabulary.alias, id: alias.rawValue)] + groupUIDs),
            Entity(uid: provider, attributes: Record(properties), parents: groupUIDs),
        ]
        entities = Entities(closed: described)
    }
}
