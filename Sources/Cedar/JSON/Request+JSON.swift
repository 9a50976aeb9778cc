internal import JSONText

extension Record {
    /// Reads Cedar's JSON form of a context: an object. `source` is the name of the text in messages.
    ///
    /// With a schema and an action of it, entities and values of extension types need no escapes where the schema says that
    /// they stand there.
    public init(
        json text: String, source name: String, schema: Schema? = nil, action: EntityUID? = nil
    ) throws(PolicyErrors) {
        let shape = JSONShape(contextOf: action, in: schema)
        self = try JSONSource(text, name: name).read { (root) throws(JSONFault) in try ValueReader.record(root, shape) }
    }
}

extension JSONShape {
    fileprivate init(contextOf action: EntityUID?, in schema: Schema?) {
        guard let action, let declared = schema?.action(action) else {
            self = .any
            return
        }
        self.init(declared.context)
    }
}

extension Request {
    /// Reads `{"principal": …, "action": …, "resource": …, "context": {…}}`; `context` may be missing.
    ///
    /// Entities are written as policies write them (`"User::\"alice\""`) or as `{"type": …, "id": …}`. With a schema the
    /// context is read as its action says; whether the request conforms to it is `Validator`'s to say.
    public init(json text: String, source name: String, schema: Schema? = nil) throws(PolicyErrors) {
        self = try JSONSource(text, name: name).read { (root) throws(JSONFault) in try Request(root, schema) }
    }

    init(_ json: JSONValue, _ schema: Schema?) throws(JSONFault) {
        let object = try json.object("a request with `principal`, `action`, `resource` and `context`")
        let action = try Self.uid(try object.member("action"))
        let shape = JSONShape(contextOf: action, in: schema)
        self.init(
            principal: try Self.uid(try object.member("principal")), action: action,
            resource: try Self.uid(try object.member("resource")),
            context: try object["context"].map { (json) throws(JSONFault) in try ValueReader.record(json, shape) }
                ?? [:])
    }

    private static func uid(_ json: JSONValue) throws(JSONFault) -> EntityUID {
        guard json.kind == .string else { return try ValueReader.uid(json) }
        let text = try json.text("an entity")
        guard let uid = EntityUID(parsing: text) else {
            throw json.fault("expected an entity such as `User::\"alice\"`")
        }
        return uid
    }
}

extension EntityUID {
    /// Parses `Type::"id"` as a policy writes it; `nil` for anything else.
    public init?(parsing text: String) {
        var parser = Parser(source: SourceText(name: "", text: text), limits: PolicySet.Limits())
        guard let uid = parser.parseEntity() else { return nil }
        self = uid
    }
}
