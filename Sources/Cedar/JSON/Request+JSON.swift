internal import JSONText

extension Record {
    /// Reads Cedar's JSON form of a context: an object. `source` is the name of the text in messages.
    public init(json text: String, source name: String) throws(PolicyErrors) {
        self = try JSONSource(text, name: name).read { (root) throws(JSONFault) in try ValueReader.record(root) }
    }
}

extension Request {
    /// Reads `{"principal": …, "action": …, "resource": …, "context": {…}}`; `context` may be missing.
    ///
    /// Entities are written as policies write them (`"User::\"alice\""`) or as `{"type": …, "id": …}`.
    public init(json text: String, source name: String) throws(PolicyErrors) {
        self = try JSONSource(text, name: name).read { (root) throws(JSONFault) in try Request(root) }
    }

    init(_ json: JSONValue) throws(JSONFault) {
        let object = try json.object("a request with `principal`, `action`, `resource` and `context`")
        self.init(
            principal: try Self.uid(try object.member("principal")), action: try Self.uid(try object.member("action")),
            resource: try Self.uid(try object.member("resource")),
            context: try object["context"].map { (json) throws(JSONFault) in try ValueReader.record(json) } ?? [:])
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
