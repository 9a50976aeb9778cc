internal import JSONText
internal import Suggestions

extension PolicySet {
    /// Reads Cedar's JSON form of policies: `{"staticPolicies": {…}, "templates": {…}, "templateLinks": […]}` with policies
    /// by their names, or one policy or template alone (its name is `policy0`, or what its `id` annotation says).
    ///
    /// `source` is the name of the text in messages; places of evaluation errors are places in this text. Throws
    /// everything that is wrong with the text, one error a policy.
    public init(json text: String, source name: String, limits: Limits = Limits()) throws(PolicyErrors) {
        guard text.utf8.count <= limits.maximumBytes else {
            let message = "the text has \(text.utf8.count) bytes, more than \(limits.maximumBytes)"
            let start = SourcePosition(line: 1, column: 1)
            throw PolicyErrors([PolicyError(source: name, position: start, message: message)])
        }
        // Long chains of `&&` nest in this form, and are read without recursion.
        let json = try JSONSource(text, name: name, maximumDepth: 1 << 17)
        var reader = PolicyReader(limits: limits)
        do throws(JSONFault) {
            try reader.read(json.root)
        } catch {
            reader.faults.append(error)
        }
        guard reader.faults.isEmpty else { throw json.errors(Array(reader.faults.prefix(limits.maximumErrors))) }
        let plain = PolicySet(policies: reader.policies, templates: reader.templates, source: json.source)
        self = try plain.linking(reader.links, in: json)
    }

    /// Links one by one, so that the error names the place of the link.
    private func linking(_ links: [(link: TemplateLink, offset: Int)], in json: JSONSource) throws(PolicyErrors)
        -> PolicySet
    {
        do throws(TemplateLinkError) {
            return try linking(links.map(\.link))
        } catch {
            let offset = links.first { $0.link == error.link }?.offset ?? 0
            throw json.errors([JSONFault(offset: offset, message: error.description)])
        }
    }
}

extension TemplateLink {
    /// Reads links from the file that the official command keeps: an array of
    /// `{"template_id": …, "link_id": …, "args": {"?principal": "User::\"a\""}}`, or with the names of Cedar's JSON form of
    /// policy sets (`templateId`, `newId`, `values`). `source` is the name of the text in messages.
    public static func list(json text: String, source name: String) throws(PolicyErrors) -> [TemplateLink] {
        try JSONSource(text, name: name).read { (root) throws(JSONFault) in
            var links: [TemplateLink] = []
            for element in try root.list("links") {
                links.append(
                    element["template_id"] != nil
                        ? try TemplateLink(element, template: "template_id", id: "link_id", values: "args")
                        : try TemplateLink(element, template: "templateId", id: "newId", values: "values"))
            }
            return links
        }
    }

    init(_ json: JSONValue, template: String, id: String, values: String) throws(JSONFault) {
        let object = try json.object("a link of a template")
        try object.onlyMembers([template, id, values])
        var filled: [Policy.Slot: EntityUID] = [:]
        for (name, value) in try object.member(values).object("entities by slot").namedMembers() {
            guard let slot = Policy.Slot(rawValue: name) else {
                throw value.fault("unknown slot `\(name.prefix(64))`, there are `?principal` and `?resource`")
            }
            if value.kind == .string {
                guard let uid = EntityUID(parsing: try value.text("an entity")) else {
                    throw value.fault("expected an entity such as `User::\"alice\"`")
                }
                filled[slot] = uid
            } else {
                filled[slot] = try ValueReader.uid(value)
            }
        }
        self.init(
            template: try object.member(template).text("the name of a template"),
            id: try object.member(id).text("the name of the policy"), values: filled)
    }
}

/// Reads policies, templates and links from their JSON form.
private struct PolicyReader {
    let limits: PolicySet.Limits
    var policies: [Policy] = []
    var templates: [Policy] = []
    var links: [(link: TemplateLink, offset: Int)] = []
    var faults: [JSONFault] = []

    mutating func read(_ root: JSONValue) throws(JSONFault) {
        let set = ["staticPolicies", "templates", "templateLinks"]
        let object = try root.object("policies")
        guard set.contains(where: { object[$0] != nil }) else {
            let policy = try Policy(json: root, id: nil, limits: limits)
            if policy.isTemplate { templates.append(policy) } else { policies.append(policy) }
            return
        }
        try object.onlyMembers(set)
        var names: Set<ByteKey> = []
        for (name, value) in try object["staticPolicies"]?.object("policies by name").namedMembers() ?? [] {
            if let policy = policy(value, name, &names) {
                if policy.isTemplate { faults.append(value.fault("a static policy has no slots")) }
                policies.append(policy)
            }
        }
        for (name, value) in try object["templates"]?.object("templates by name").namedMembers() ?? [] {
            if let policy = policy(value, name, &names) {
                if !policy.isTemplate { faults.append(value.fault("a template has a slot in its head")) }
                templates.append(policy)
            }
        }
        for element in try object["templateLinks"]?.list("links of templates") ?? [] {
            let link = try TemplateLink(element, template: "templateId", id: "newId", values: "values")
            links.append((link, element.offset))
        }
    }

    private mutating func policy(_ json: JSONValue, _ name: String, _ names: inout Set<ByteKey>) -> Policy? {
        if !names.insert(ByteKey(name)).inserted {
            faults.append(json.fault("another policy has the id `\(name)` already"))
        }
        do throws(JSONFault) {
            return try Policy(json: json, id: name, limits: limits)
        } catch {
            faults.append(error)
            return nil
        }
    }
}

extension Policy {
    /// Reads one policy or template.
    fileprivate init(json: JSONValue, id: String?, limits: PolicySet.Limits) throws(JSONFault) {
        let object = try json.object("a policy")
        try object.onlyMembers(["effect", "principal", "action", "resource", "conditions", "annotations"])
        let effectValue = try object.member("effect")
        let effectName = try effectValue.text("`permit` or `forbid`")
        guard let effect = Effect(rawValue: effectName) else {
            throw effectValue.fault(
                "expected `permit` or `forbid`, found `\(effectName.prefix(64))`"
                    + Spelling.question(effectName, among: ["permit", "forbid"]))
        }
        var heads = Parser.ScopeEntities()
        let principal = try HeadReader.entityScope(try object.member("principal"), .principal, &heads)
        let action = try HeadReader.actionScope(try object.member("action"), &heads)
        let resource = try HeadReader.entityScope(try object.member("resource"), .resource, &heads)
        var conditions: [Condition] = []
        for element in try object.member("conditions").list("conditions") {
            let condition = try element.object("a condition with `kind` and `body`")
            try condition.onlyMembers(["kind", "body"])
            let kindValue = try condition.member("kind")
            let kind = try kindValue.text("`when` or `unless`")
            guard kind == "when" || kind == "unless" else { throw kindValue.fault("expected `when` or `unless`") }
            var reader = ExpressionReader(maximumDepth: limits.maximumDepth)
            conditions.append(
                Condition(isUnless: kind == "unless", body: try reader.expression(try condition.member("body"))))
        }
        var annotations: [Annotation] = []
        for (name, value) in try object["annotations"]?.object("annotations").namedMembers() ?? [] {
            guard Identifier.isIdentifier(name) else { throw value.fault("the name of an annotation is an identifier") }
            annotations.append(
                Annotation(key: name, value: value.isNull ? "" : try value.text("the annotation's text")))
        }
        let annotated = annotations.first { sameBytes($0.key, "id") && !$0.value.isEmpty }?.value
        self.init(
            id: id ?? annotated ?? "policy0", effect: effect, annotations: annotations, principal: principal,
            action: action, resource: resource, conditions: conditions, offset: json.offset,
            scopeEntities: heads.entities, scopeTypes: heads.types, link: nil)
    }
}
