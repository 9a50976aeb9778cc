import Cedar
import Testing

@Suite struct ValidatorTests {
    static let schema = """
        entity Team in Company;
        entity Company { name: String };
        entity User in Team = {
            age: Long, nick?: String, boss?: User, home: { street: String, number?: Long }, roles: Set<String>,
            ip: ipaddr, since: datetime, idle: duration, limit: decimal, team: Team,
        } tags String;
        entity Bot in Team = { age: Long };
        entity Photo in Album = { owner: User, public: Bool } tags Set<Long>;
        entity Album;
        entity Status enum ["open", "shut"];
        action read;
        action view, "edit" in read appliesTo {
            principal: [User, Bot], resource: Photo, context: { now: datetime, note?: String, from: User },
        };
        action list appliesTo { principal: User, resource: [Album, Status], context: {} };
        """

    static func report(_ text: String, _ mode: Validator.Mode = .strict) throws -> ValidationReport {
        let schema = try Schema(parsing: schema, source: "s")
        return Validator(schema).validate(try PolicySet(parsing: text, source: "p.cedar"), mode: mode)
    }

    static func ask(_ condition: String, _ mode: Validator.Mode = .strict) throws -> ValidationReport {
        try report(
            "permit (principal is User, action == Action::\"view\", resource)\nwhen { \(condition) };", mode)
    }

    @Test(arguments: [
        "principal.age > 3", "principal has nick && principal.nick == \"x\"",
        "if principal has nick then principal.nick == \"x\" else false",
        "!(principal has nick) || true", "principal has boss.nick && principal.boss.nick like \"a*\"",
        "principal has boss && principal.boss has nick && principal.boss.nick == \"x\"",
        "(principal has nick && principal.age > 1 || principal has nick) && principal.nick == \"x\"",
        "principal.hasTag(\"a\") && principal.getTag(\"a\") == \"b\"",
        "principal.hasTag(context.from.home.street) && principal.getTag(context.from.home.street) == \"b\"",
        "resource.hasTag(\"x\") && resource.getTag(\"x\").contains(1)",
        "principal in Team::\"a\" && principal in Company::\"b\"", "principal in [Team::\"a\", Team::\"b\"]",
        "principal is User in Team::\"a\"", "resource in Album::\"a\"", "principal == User::\"a\"",
        "action == Action::\"view\"", "action in Action::\"read\"", "action in [Action::\"read\", Action::\"list\"]",
        "principal.roles.contains(\"a\") && principal.roles.containsAny([\"a\"]) && !principal.roles.isEmpty()",
        "principal.ip.isInRange(ip(\"10.0.0.0/8\")) && principal.limit.lessThan(decimal(\"1.0\"))",
        "principal.since.offset(duration(\"1h\")) < context.now && principal.idle <= duration(\"2d\")",
        "principal.since.durationSince(context.now).toHours() + 1 == -2 * principal.age",
        "{a: 1, b: {c: [true, false]}}.b.c.contains(true)", "[principal, context.from].contains(principal)",
        "resource.owner.home has number && resource.owner.home.number == 1",
        "principal has home.number && principal.home.number > 0",
        "principal has age && principal has \"age\"", "context has note && context.note == \"\"",
        "principal.team == Team::\"a\"", "Status::\"open\" == Status::\"shut\" || true",
        // What can't be reached is not checked.
        "false && principal.nothing", "true || principal.nothing", "if true then true else principal.nothing",
        "principal is Bot && principal.nothing", "1 == 2 && principal.nothing",
        "principal has nothing && principal.nothing", "principal.team.hasTag(\"x\") && principal.nothing",
        "principal in Album::\"a\" && principal.nothing", "action == Action::\"list\" && principal.nothing",
        "(true || false) == false && principal.nothing",
    ])
    func `a sound condition passes`(condition: String) throws {
        let report = try Self.ask(condition)
        #expect(report.isValid, "\(report)")
        #expect(try Self.ask(condition, .permissive).isValid)
    }

    @Test(arguments: [
        ("principal.agee > 3", "2:8: unknown attribute `agee` of entity type `User`, did you mean `age`?"),
        (
            "principal.nick == \"x\"",
            "2:8: the attribute `nick` of entity type `User` may be absent, ask for it with `has` first"
        ),
        (
            "principal has nick || principal.nick == \"x\"",
            "2:30: the attribute `nick` of entity type `User` may be absent, ask for it with `has` first"
        ),
        (
            "!(principal has nick) || principal.nick == \"x\"",
            "2:33: the attribute `nick` of entity type `User` may be absent, ask for it with `has` first"
        ),
        (
            "(principal has nick || principal.age > 1) && principal.nick == \"x\"",
            "2:53: the attribute `nick` of entity type `User` may be absent, ask for it with `has` first"
        ),
        (
            "context.from has nick && principal.nick == \"x\"",
            "2:33: the attribute `nick` of entity type `User` may be absent, ask for it with `has` first"
        ),
        (
            "context.note == \"x\"",
            "2:8: the attribute `note` of the context of `Action::\"view\"` may be absent, ask for it with `has` first"
        ),
        (
            "context.nwo < context.now",
            "2:8: unknown attribute `nwo` of the context of `Action::\"view\"`, did you mean `now`?"
        ),
        ("principal.home.sreet == \"\"", "2:8: unknown attribute `sreet` of a record, did you mean `street`?"),
        (
            "principal.getTag(\"a\") == \"b\"",
            "2:8: this tag of entity type `User` may be absent, ask for it with `hasTag` first"
        ),
        (
            "principal.hasTag(\"a\") && principal.getTag(\"b\") == \"b\"",
            "2:33: this tag of entity type `User` may be absent, ask for it with `hasTag` first"
        ),
        ("principal.age == \"x\"", "2:8: the types `Long` and `String` can't be compared"),
        ("principal.age", "2:8: expected a boolean, found a value of type `Long`"),
        (
            "principal.age + \"a\" == 1",
            "2:24: expected a long, found a value of type `String`, strings can't be joined"
        ),
        ("principal.age < \"a\"", "2:24: expected a value of type `Long`, found one of `String`"),
        ("\"a\" < principal.since", "2:8: expected a value of type `datetime`, found one of `String`"),
        ("\"a\" < \"b\"", "2:14: expected a long, a datetime or a duration, found a value of type `String`"),
        ("principal.roles.contains(1)", "2:8: the types `String` and `Long` can't be compared"),
        (
            "principal.roles.containsAll(\"a\")",
            "2:36: expected a set, found a value of type `String`, use `like` for strings"
        ),
        ("principal.contains(\"a\")", "2:8: expected a set, found a value of type `User`, use `in` for entities"),
        (
            "principal.roles has a",
            "2:8: expected an entity or a record, found a value of type `Set<String>`, use `contains` for sets"
        ),
        ("principal.age has a", "2:8: expected an entity or a record, found a value of type `Long`"),
        ("principal has age.x", "2:8: expected an entity or a record before `x`, found a value of type `Long`"),
        ("principal like \"a\"", "2:8: expected a string, found a value of type `User`"),
        ("principal.age is User", "2:8: expected an entity, found a value of type `Long`"),
        ("principal in \"a\"", "2:21: expected an entity or a set of entities, found a value of type `String`"),
        ("principal in Taem::\"a\"", "2:21: unknown entity type `Taem`, did you mean `Team`?"),
        ("principal is Usr", "2:8: unknown entity type `Usr`, did you mean `User`?"),
        ("action == Action::\"veiw\"", "2:18: unknown action `Action::\"veiw\"`, did you mean `Action::\"view\"`?"),
        (
            "Status::\"opne\" == Status::\"open\"",
            "2:8: the entity type `Status` has no `Status::\"opne\"`, did you mean `open`?"
        ),
        ("[] == [1]", "2:8: the members of `[]` have no type"),
        ("[1, \"a\"].isEmpty()", "2:8: the members of a set have the types `Long` and `String`"),
        (
            "(if context.from == principal then 1 else \"a\") == 1",
            "2:9: the branches of `if` have the types `Long` and `String`"
        ),
        ("ip(\"1.2.3\").isIpv4()", "2:8: `ip` can't read the text \"1.2.3\""),
        ("ip(principal.home.street).isIpv4()", "2:8: `ip` has to be given a literal, so that it can't fail"),
        ("ip(\"::1\", \"::2\").isIpv4()", "2:8: `ip` takes one argument, found 2"),
        (
            "principal.ip.isInRange(principal.limit)",
            "2:31: expected a value of type `ipaddr`, found a value of type `decimal`"
        ),
    ])
    func `an error says where and what`(condition: String, message: String) throws {
        let report = try Self.ask(condition)
        #expect(report.errors.map(\.description).contains("p.cedar:" + message), "\(report)")
        #expect(!report.isValid)
        #expect(!report.isValid(policy: "policy0"))
        #expect(report.isValid(policy: "policy1"))
    }

    @Test(arguments: [
        "[] == principal.roles", "[1, 2] == [] || true", "principal == \"x\" || true", "principal.age == \"x\" || true",
        "(if context.from == principal then 1 else 2) == \"a\" || true", "principal.roles.contains(1)",
        "[principal, resource].contains(principal)", "ip(principal.home.street).isIpv4()",
        "(if context.from == principal then principal else resource) == principal",
        "(if context.from == principal then {a: 1, b: 2} else {a: 2}).a == 1",
        "(if context.from == principal then {a: 1, b: 2} else {a: 2}) has b || true",
    ])
    func `permissive checking takes what can't fail`(condition: String) throws {
        #expect(try Self.ask(condition, .permissive).isValid)
        #expect(try !Self.ask(condition).isValid)
    }

    @Test(arguments: [
        "(if context.from == principal then 1 else \"a\") == 1", "[1, \"a\"].isEmpty()", "principal.nick == \"x\"",
        "(if context.from == principal then {a: 1} else {b: 2}).a == 1", "ip(\"x\").isIpv4()", "principal.agee > 3",
        "(if context.from == principal then principal else resource).age == 1",
        "(if context.from == principal then {a: 1, b: 2} else {a: 2}) has b && principal.nothing",
        "(if context.from == principal then principal else resource) has nick && principal.nothing",
    ])
    func `permissive checking refuses what can fail`(condition: String) throws {
        #expect(try !Self.ask(condition, .permissive).isValid)
    }

    @Test(
        arguments: [
            ("principal, action, resource", []),
            ("principal is User, action == Action::\"view\", resource in Album::\"a\"", []),
            ("principal in Team::\"a\", action in [Action::\"read\", Action::\"list\"], resource", []),
            ("principal, action in Action::\"read\", resource is Photo in Album::\"a\"", []),
            ("principal == Usr::\"a\", action, resource", [.unknownEntityType, .noApplicableAction]),
            ("principal is Usr, action, resource", [.unknownEntityType, .noApplicableAction]),
            ("principal, action == Action::\"veiw\", resource", [.unknownAction, .noApplicableAction]),
            ("principal, action == Action::\"read\", resource", [.noApplicableAction]),
            ("principal is Bot, action == Action::\"list\", resource", [.noApplicableAction]),
            ("principal, action == Action::\"list\", resource is Photo", [.noApplicableAction]),
            ("principal, action, resource == Status::\"opne\"", [.unknownIdentifier]),
            ("principal in Album::\"a\", action, resource", [.noApplicableAction]),
            ("principal, action in [], resource", [.noApplicableAction, .emptySet]),
        ] as [(String, [ValidationFinding.Kind])])
    func `the head is checked`(head: String, kinds: [ValidationFinding.Kind]) throws {
        let report = try Self.report("permit (\(head));")
        #expect(Set(report.findings.map(\.kind)) == Set(kinds), "\(report)")
    }

    @Test func `a group where a member is wanted is noticed`() throws {
        let report = try Self.report(
            "permit (principal == Team::\"a\", action == Action::\"view\", resource == Album::\"b\");")
        #expect(
            report.errors.map(\.description) == [
                "p.cedar:1:1: no action applies to such principals and resources, did you mean `principal in Team::\"a\"` "
                    + "and `resource in Album::\"b\"`?"
            ])
    }

    @Test func `a policy that can never apply is a warning`() throws {
        for condition in ["false", "principal is Album", "principal.age == 1 && principal has nothing", "1 == 2"] {
            let report = try Self.ask(condition)
            #expect(report.isValid)
            #expect(
                report.description == "p.cedar:1:1: warning: this policy can never apply", "\(condition): \(report)")
        }
        #expect(try Self.ask("principal.age == 1").findings.isEmpty)
        #expect(try Self.report("permit (principal, action, resource) unless { true };").warnings.count == 1)
    }

    @Test func `a condition is checked in every environment`() throws {
        let text =
            "permit (principal, action == Action::\"view\", resource) when { principal.limit.lessThan(decimal(\"1.0\")) };"
        let report = try Self.report(text)
        #expect(report.errors.map(\.message) == ["unknown attribute `limit` of entity type `Bot`"])
        #expect(
            try Self.report(text.replacing("{ principal", with: "{ principal is User && principal")).isValid)
    }

    @Test func `findings come in the order of the text, each once`() throws {
        let text = """
            permit (principal, action, resource) when { principal.x };
            @id("second")
            permit (principal, action == Action::"view", resource) when { resource.y && context.z };
            """
        let findings = try Self.report(text).findings
        #expect(findings.map(\.policy) == ["policy0", "policy0", "second", "second"])
        #expect(findings.map(\.position.description) == ["1:45", "1:45", "3:63", "3:77"])
        #expect(Set(findings).count == findings.count)
    }

    @Test func `templates are checked for what their slots may hold`() throws {
        let good = "permit (principal in ?principal, action == Action::\"view\", resource == ?resource) "
        #expect(try Self.report(good + "when { resource.public };").findings.isEmpty)
        #expect(try !Self.report(good + "when { resource.nothing };").isValid)
        #expect(
            try Self.report("permit (principal is Album in ?principal, action, resource);").errors.map(\.kind)
                == [.noApplicableAction])
        let set = try PolicySet(parsing: "@id(\"t\") " + good + "when { resource.public };", source: "p")
        let validator = Validator(try Schema(parsing: Self.schema, source: "s"))
        let photo = EntityUID(type: "Photo", id: "a")
        let linked = try set.linking([
            TemplateLink(
                template: "t", id: "good", values: [.principal: EntityUID(type: "Team", id: "a"), .resource: photo]),
            TemplateLink(
                template: "t", id: "never", values: [.principal: EntityUID(type: "Album", id: "a"), .resource: photo]),
            TemplateLink(
                template: "t", id: "unknown",
                values: [.principal: EntityUID(type: "Nobody", id: "a"), .resource: photo]),
        ])
        let report = validator.validate(linked)
        #expect(report.isValid(policy: "t") && report.isValid(policy: "good"))
        #expect(report.errors.filter { $0.policy == "never" }.map(\.kind) == [.noApplicableAction])
        #expect(
            Set(report.errors.filter { $0.policy == "unknown" }.map(\.kind)) == [
                .unknownEntityType, .noApplicableAction,
            ])
    }

    @Test func `nesting costs no more than its size`() throws {
        // Each level mentions the one below once; if some operator checked its operand twice, this would never end.
        var condition = "principal"
        for _ in 0..<30 { condition = "(if (\(condition)) is User in Team::\"a\" then principal else context.from)" }
        #expect(try Self.ask(condition + " == principal").isValid)
        condition = "principal"
        for _ in 0..<30 {
            condition = "(if (\(condition)) has boss.boss then context.from else principal)"
        }
        #expect(try Self.ask(condition + " == principal").isValid)
        let wide = Array(repeating: "principal has nick && principal.nick == \"x\"", count: 3000).joined(
            separator: " && ")
        #expect(try Self.ask(wide).isValid)
    }
}
