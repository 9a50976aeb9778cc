internal import JSONText

/// What entities, actions and contexts there are: the vocabulary that policies, requests and entities are checked against.
///
/// A schema is read from Cedar's own syntax (`.cedarschema`) or from its JSON form, and can be written in both. Names are
/// resolved as Cedar 4 does: a name without namespace means what its own namespace declares, else what stands outside of
/// all namespaces, else a type of the language; common types go before entity types of the same name.
public struct Schema: Sendable {
    /// Bounds that keep a hostile or broken text from costing more than it is worth.
    public struct Limits: Sendable {
        /// Bytes of text.
        public var maximumBytes = 8 << 20
        /// How deep types may nest once the names of common types are resolved.
        public var maximumDepth = 64
        /// Parts of all types together once the names of common types are resolved.
        public var maximumParts = 1 << 20

        /// The default bounds.
        public init() {}
    }

    /// The entity types, sorted by name; those of actions are not among them.
    public let entityTypes: [EntityType]
    /// The actions, sorted by name.
    public let actions: [Action]
    /// The text that it came from.
    public let source: SourceText

    /// What was written, for writing it again.
    let syntax: SchemaSyntax
    private let entityTypeIndex: [String: Int]
    private let actionIndex: [EntityUID: Int]

    /// Reads Cedar's own schema syntax; `source` is the name of the text in messages, a path usually.
    ///
    /// Throws everything that is wrong with the text at once. Unlike the reference, an attribute declared twice in one
    /// record is an error, not the last one's victory.
    public init(
        parsing text: String, source name: String, limits: Limits = Limits()
    ) throws(PolicyErrors) {
        let source = SourceText(name: name, text: text)
        var parser = SchemaParser(source: source, limits: limits)
        let syntax = parser.parse()
        try parser.problems.throwIfAny()
        try self.init(syntax, source: source, limits: limits)
    }

    /// Reads the JSON form; `source` is the name of the text in messages, a path usually.
    ///
    /// Throws everything that is wrong with the text at once.
    public init(json text: String, source name: String, limits: Limits = Limits()) throws(PolicyErrors) {
        let source = SourceText(name: name, text: text)
        let document: JSONDocument
        do throws(JSONSyntaxError) {
            // A level of a type takes up to two levels of JSON.
            document = try JSONDocument(
                parsing: source.bytes,
                limits: JSONLimits(maximumBytes: limits.maximumBytes, maximumDepth: 2 * limits.maximumDepth + 16))
        } catch {
            throw PolicyErrors([
                PolicyError(
                    source: name, position: SourcePosition(line: error.line, column: error.column),
                    message: error.reasonText)
            ])
        }
        var reader = SchemaJSONReader(source: source, limits: limits)
        let syntax = reader.read(document.root)
        try reader.problems.throwIfAny()
        try self.init(syntax, source: source, limits: limits)
    }

    private init(_ syntax: SchemaSyntax, source: SourceText, limits: Limits) throws(PolicyErrors) {
        var resolver = SchemaResolver(syntax, source: source, limits: limits)
        resolver.resolve()
        try resolver.problems.throwIfAny()
        self.syntax = syntax
        self.source = source
        entityTypes = resolver.entityTypes.sorted { bytesPrecede($0.name, $1.name) }
        actions = resolver.actions.sorted { bytesPrecede($0.uid.description, $1.uid.description) }
        entityTypeIndex = Dictionary(
            entityTypes.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        actionIndex = Dictionary(actions.enumerated().map { ($1.uid, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The entity type of that name, namespaces included.
    public func entityType(_ name: String) -> EntityType? { entityTypeIndex[name].map { entityTypes[$0] } }

    /// The action of that name.
    public func action(_ uid: EntityUID) -> Action? { actionIndex[uid].map { actions[$0] } }
}

extension Schema: Equatable {
    /// Whether both mean the same: the same entity types and actions with the same types of attributes, tags and contexts.
    /// The order of declarations, annotations and the names of common types don't count.
    public static func == (left: Schema, right: Schema) -> Bool {
        left.entityTypes == right.entityTypes && left.actions == right.actions
    }
}

extension JSONSyntaxError {
    /// The reason without the place.
    fileprivate var reasonText: String {
        let text = description
        let place = "\(line):\(column): "
        return text.hasPrefix(place) ? String(text.dropFirst(place.count)) : text
    }
}
