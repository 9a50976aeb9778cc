import Cedar

/// Everything that is tried with one seed.
struct FuzzAttempt {
    let text: String
    private(set) var isAccepted = false
    private var generator: FuzzText

    private static let schemaText = """
        namespace N { type T = { a: Long, b?: Set<String> }; entity E in [E] = { t: T } tags String; action x; }
        entity Team in [Team]; entity User in [Team] = { name: String, n: Long, owner?: User, r: { a: Bool, b?: N::T } } tags Long;
        entity Doc in [Doc] { owner: User, name: String, when: datetime, ip?: ipaddr, price?: decimal };
        entity Kind enum ["a", "b"];
        action all; action view in [all] appliesTo { principal: User, resource: Doc, context: { n: Long, r: { a: Bool } } };
        """
    private static let entityText = """
        [{"uid": {"type": "User", "id": "a"}, "attrs": {"name": "A", "n": 9223372036854775807, "owner": {"__entity": {"type": "User",
        "id": "a"}}, "r": {"a": true}, "ip": {"__extn": {"fn": "ip", "arg": "10.0.0.1"}}}, "parents": [{"type": "Team", "id": "t"}], "tags": {"a": 1}},
        {"uid": {"type": "Doc", "id": "é"}, "attrs": {"owner": {"__entity": {"type": "User", "id": "a"}}, "name": "d", "when": {"__extn":
        {"fn": "offset", "args": [{"__extn": {"fn": "datetime", "arg": "2020-01-01"}}, {"__extn": {"fn": "duration", "arg": "1h"}}]}}}, "parents": []},
        {"uid": {"type": "Action", "id": "view"}, "attrs": {}, "parents": [{"type": "Action", "id": "all"}]}]
        """
    private static let requestText = """
        {"principal": "User::\\"a\\"", "action": {"type": "Action", "id": "view"}, "resource": "Doc::\\"\\u{e9}\\"", "context": {"n": 1, "r": {"a": true}}}
        """

    init(seed: UInt64) {
        generator = FuzzText(seed: seed)
        let text = generator.policies()
        self.text = generator.below(2) == 0 ? text : generator.mutated(text)
    }

    /// What went wrong; whatever traps does not return.
    mutating func violations() -> [String] {
        var found: [String] = []
        let schema = try? Schema(
            parsing: generator.below(3) == 0 ? generator.mutated(Self.schemaText) : Self.schemaText, source: "s")
        if let schema {
            if (try? Schema(json: schema.json, source: "s")) != schema {
                found.append("the schema's JSON form says something else")
            }
            _ = try? Schema(json: generator.mutated(schema.json), source: "s")
        }
        let entityText = generator.below(3) == 0 ? generator.mutated(Self.entityText) : Self.entityText
        let described = try? Entity.list(json: entityText, source: "e")
        _ = try? Entity.list(json: entityText, source: "e", schema: schema)
        let entities = (try? Entities(described ?? [])) ?? .none
        if let described,
            (try? Entity.list(json: Entity.json(described), source: "e")).map(Entity.json) != Entity.json(described)
        {
            found.append("the entities' JSON form says something else")
        }
        let requestText = generator.below(3) == 0 ? generator.mutated(Self.requestText) : Self.requestText
        let request =
            (try? Request(json: requestText, source: "r", schema: schema))
            ?? Request(
                principal: EntityUID(type: "User", id: "a"), action: EntityUID(type: "Action", id: "view"),
                resource: EntityUID(type: "Doc", id: "é"))
        if let schema { _ = Validator(schema).validate(request) }
        if let policies = read(&found) { tryOut(policies, schema, entities, request, &found) }
        _ = try? StandaloneExpression(parsing: text, source: "x").evaluate(request, entities: entities)
        return found
    }

    private mutating func read(_ found: inout [String]) -> PolicySet? {
        let policies: PolicySet
        do {
            policies = try PolicySet(parsing: text, source: "p")
        } catch {
            if error.errors.contains(where: { $0.position.line < 1 || $0.position.column < 1 }) {
                found.append("an error has no place")
            }
            return nil
        }
        isAccepted = true
        let json = policies.json
        _ = try? PolicySet(json: generator.mutated(json), source: "j")
        do {
            let formatted = try PolicyFormatter().format(text, source: "p")
            if try PolicyFormatter().format(formatted, source: "f") != formatted {
                found.append("formatted twice it differs:\n\(formatted)")
            }
            if try PolicySet(parsing: formatted, source: "f").json != json {
                found.append("formatted it means something else:\n\(formatted)")
            }
            if try PolicySet(json: json, source: "j").json != json {
                found.append("the JSON form says something else: \(json)")
            }
            if try PolicySet(parsing: policies.text, source: "t").json != PolicySet(json: json, source: "j").json {
                found.append("printed it means something else: \(policies.text)")
            }
        } catch {
            found.append("not read back: \(error)")
        }
        let links = policies.templates.enumerated().map { number, template in
            TemplateLink(
                template: template.id, id: "link\(number)",
                values: Dictionary(uniqueKeysWithValues: template.slots.map { ($0, EntityUID(type: "User", id: "a")) }))
        }
        do {
            return try policies.linking(links)
        } catch {
            found.append("not linked: \(error)")
            return policies
        }
    }

    private func tryOut(
        _ policies: PolicySet, _ schema: Schema?, _ entities: Entities, _ request: Request, _ found: inout [String]
    ) {
        let response = policies.isAuthorized(request, entities: entities)
        if let again = try? PolicySet(json: policies.json, source: "j") {
            let other = again.isAuthorized(request, entities: entities)
            if other.decision != response.decision || Set(other.determining) != Set(response.determining)
                || Set(other.errors.map(\.policy)) != Set(response.errors.map(\.policy))
            {
                found.append("read from JSON it decides otherwise")
            }
        }
        guard let schema else { return }
        for mode in Validator.Mode.allCases { _ = Validator(schema).validate(policies, mode: mode).description }
    }
}
