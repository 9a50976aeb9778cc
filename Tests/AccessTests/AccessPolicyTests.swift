import Access
import Inference
import Testing

@Suite struct AccessPolicyTests {
    @Test func `no policy means no permit`() throws {
        let policy = try Fixture.policy("")
        let decision = policy.decide(Fixture.question(), for: Fixture.candidate("internal"))
        #expect(decision.denial?.policies == [])
        #expect(decision.denial?.hadErrors == false)
        #expect(!policy.mayList(Fixture.principal(), Fixture.candidate("internal")))
    }

    @Test func `a permit names request, destination, form and policies`() throws {
        let policy = try Fixture.policy(
            "@id(\"a\") permit (principal, action, resource); @id(\"b\") permit (principal, action, resource);")
        let candidate = Fixture.candidate("external")
        let permit = policy.decide(Fixture.question(), for: candidate).permit
        #expect(permit?.requestID == Fixture.requestID)
        #expect(permit?.destination == candidate.destination)
        #expect(permit?.form == .raw)
        #expect(permit?.policies == ["a", "b"])
    }

    @Test(
        arguments: [
            (["send_raw", "send_pseudonymised", "send_redacted"], SendingForm.raw),
            (["send_pseudonymised", "send_redacted"], .pseudonymised), (["send_redacted"], .redacted),
            (["send_raw", "send_redacted"], .raw), (["list_models"], nil),
        ] as [([String], SendingForm?)])
    func `the first permitted form is used`(actions: [String], form: SendingForm?) throws {
        let list = actions.map { "Action::\"\($0)\"" }.joined(separator: ", ")
        let policy = try Fixture.policy("permit (principal, action in [\(list)], resource);")
        #expect(policy.decide(Fixture.question(), for: Fixture.candidate("external")).form == form)
        #expect(policy.mayList(Fixture.principal(), Fixture.candidate("external")) == actions.contains("list_models"))
    }

    @Test func `a denial names every policy that forbade some form, once`() throws {
        let policy = try Fixture.policy(
            """
            permit (principal, action == Action::"send_raw", resource);
            @id("raw") forbid (principal, action == Action::"send_raw", resource);
            @id("all") forbid (principal, action, resource);
            """)
        #expect(
            policy.decide(Fixture.question(), for: Fixture.candidate("external")).denial?.policies == ["raw", "all"])
    }

    @Test(arguments: [
        "forbid (principal, action, resource) when { context.estimated_tokens + 9223372036854775807 > 0 };",
        "permit (principal, action, resource) when { context.estimated_tokens * 9223372036854775807 > 0 };",
        "forbid (principal, action == Action::\"send_raw\", resource) when { -9223372036854775807 - context.estimated_tokens > 0 };",
    ])
    func `a policy that can't be evaluated denies`(broken: String) throws {
        let policy = try Fixture.policy(
            "@id(\"open\") permit (principal, action, resource);\n@id(\"broken\") \(broken)")
        let denial = policy.decide(Fixture.question(), for: Fixture.candidate("external")).denial
        #expect(denial?.hadErrors == true)
        #expect(denial?.policies == ["broken"])
        #expect(denial?.faults.first?.hasPrefix("policy `broken` at 2:") == true)
    }

    @Test func `a policy that fails for listing denies it`() throws {
        let policy = try Fixture.policy(
            """
            permit (principal, action, resource);
            forbid (principal, action, resource) when { context.estimated_tokens + 9223372036854775807 < 0 || context.hour > 24 };
            """)
        #expect(policy.mayList(Fixture.principal(), Fixture.candidate("external")))
        let failing = try Fixture.policy(
            """
            permit (principal, action, resource);
            forbid (principal, action, resource) when { context.hour + 9223372036854775807 < 0 };
            """)
        #expect(!failing.mayList(Fixture.principal(), Fixture.candidate("external")))
    }

    /// Each condition is true of `Fixture`'s request and false of none of its words.
    @Test(arguments: [
        "principal == User::\"alice\"", "principal is User", "principal in Team::\"support\"",
        "principal in Tenant::\"acme\"", "principal.name == \"alice\"", "principal.tenant == \"acme\"",
        "principal.method == \"api_key\"", "principal.methods == [\"api_key\"]", "principal.credential == \"key_1\"",
        "resource == Model::\"external-provider/model-1\"", "resource is Model",
        "resource in Provider::\"external-provider\"", "resource in Alias::\"chat-external\"",
        "resource in Group::\"eu\"",
        "resource.trust == \"external\"", "!resource.internal", "resource.alias == \"chat-external\"",
        "resource.name == \"model-1\"", "resource.provider == Provider::\"external-provider\"",
        "resource.provider in Group::\"eu\"", "resource.provider.trust == \"external\"",
        "resource has region && resource.region == \"de\"", "resource has retention && resource.retention == \"none\"",
        "context.classes == [\"email\", \"card\", \"unscannable\"]", "context.classes.contains(\"email\")",
        "!context.classes.contains(\"secret\")", "context.counts.email == 3", "context.counts.card == 1",
        "context.counts.secret == 0", "context.counts.unscannable == 2", "context.counts.phone < 1",
        "context.unscannable",
        "context.operation == \"chat\"", "context.dialect == \"openai\"", "context.tools.contains(\"search\")",
        "context.estimated_tokens == 1234", "context has purpose && context.purpose == \"support\"",
        "context has client_ip && context.client_ip.isInRange(ip(\"10.0.0.0/8\"))", "context.hour == 8",
        "context.weekday == 5",
        "context.time == datetime(\"2027-01-15T08:00:00Z\")", "context.time.toTime() >= duration(\"8h\")",
    ])
    func `policies can speak of everything in the vocabulary`(condition: String) throws {
        let policy = try Fixture.policy(
            "permit (principal, action in [Action::\"send_raw\", Action::\"use_tool\"], resource) when { \(condition) };"
        )
        let question = Fixture.question(
            data: Fixture.data([(.email, 3), (.card, 1)], unscannable: 2), tools: ["search", "mail"], tokens: 1234,
            purpose: "support", address: "10.9.8.7")
        let candidate = Fixture.candidate("external", region: "de", retention: "none", groups: ["eu", "paid"])
        #expect(policy.decide(question, for: candidate).form == .raw)
    }

    @Test func `a credential more does not hide how the identity was proved`() throws {
        let principal = Principal(
            kind: .user, name: "alice", teams: [], tenant: "acme", method: .apiKey, credential: "key_1",
            furtherProofs: [Principal.Proof(.certificate, "cert_1")])
        let policy = try Fixture.policy(
            """
            permit (principal, action, resource);
            @id("no-keys") forbid (principal, action, resource) when { principal.method == "api_key" };
            """)
        #expect(policy.decide(Fixture.question(principal), for: Fixture.candidate("external")).form == nil)
        let all = try Fixture.policy(
            """
            permit (principal, action, resource)
            when { principal.methods == ["api_key", "certificate"] && principal.credential == "key_1+cert_1" };
            """)
        #expect(all.decide(Fixture.question(principal), for: Fixture.candidate("external")).form == .raw)
    }

    @Test func `a service is no user and optional words may be missing`() throws {
        let policy = try Fixture.policy(
            """
            permit (principal is Service, action, resource)
            unless { context has purpose || context has client_ip || resource has region || resource has retention };
            """)
        let bot = Fixture.question(Fixture.principal("bot", .service), address: "not an address")
        #expect(policy.decide(bot, for: Fixture.candidate("external")).form == .raw)
        #expect(policy.decide(Fixture.question(), for: Fixture.candidate("external")).form == nil)
    }

    @Test func `a class of data that has no name here is counted too`() throws {
        let policy = try AccessPolicy(
            policyText:
                "permit (principal, action, resource) when { context.counts.passport == 4 && context.counts.email == 0 };",
            source: "test.cedar", counted: CountedClasses([.email, DataClass("passport")]))
        let question = Fixture.question(data: Fixture.data([(DataClass("passport"), 4)]))
        #expect(policy.decide(question, for: Fixture.candidate("external")).form == .raw)
    }

    @Test(arguments: [(0, 0, 4), (86_399, 23, 4), (86_400, 0, 5), (-1, 23, 3), (4 * 86_400, 0, 1), (3 * 86_400, 0, 7)])
    func `hours and days of the week are right on both sides of 1970`(now: Int, hour: Int, weekday: Int) throws {
        let policy = try Fixture.policy(
            "permit (principal, action, resource) when { context.hour == \(hour) && context.weekday == \(weekday) };")
        #expect(policy.decide(Fixture.question(now: Int64(now)), for: Fixture.candidate("x")).form == .raw)
    }

    @Test func `no time traps`() throws {
        let policy = try Fixture.policy("permit (principal, action, resource) when { context.hour >= 0 };")
        for now in [Int64.min, .max, 0] {
            #expect(policy.decide(Fixture.question(now: now), for: Fixture.candidate("x")).form == .raw)
        }
    }
}

@Suite struct AccessPolicyErrorTests {
    private func problems(_ text: String) -> String {
        do {
            _ = try AccessPolicy(policyText: text, source: "policies/access.cedar")
            return ""
        } catch {
            return error.description
        }
    }

    @Test func `a syntax error names file, line and column`() {
        #expect(
            problems("permit (principal, action, resource)\nwhen { contxt.unscannable };")
                == "policies/access.cedar:2:8: unknown variable `contxt`, did you mean `context`?")
    }

    @Test(arguments: [
        (
            "permit (principal, action == Action::\"send_rau\", resource);",
            "1:30: unknown action `Action::\"send_rau\"`, did you mean `Action::\"send_raw\"`?"
        ),
        (
            "permit (principal in Teem::\"a\", action, resource);",
            "1:22: unknown entity type `Teem`, did you mean `Team`?"
        ),
        ("permit (principal is Model, action, resource);", "1:1: no action applies to such principals and resources"),
        (
            "permit (principal, action, resource) when { context.clases.contains(\"card\") };",
            "1:45: unknown attribute `clases` of the context of `Action::\"administer\"`, did you mean `classes`?"
        ),
        (
            "permit (principal, action, resource) when { resource.region == \"eu\" };",
            "1:45: unknown attribute `region` of entity type `Gateway`: only `Model`, `Provider` has it, so say `resource is …` or name actions "
                + "in the head"
        ),
        (
            "permit (principal, action == Action::\"send_raw\", resource) when { resource.provider.region == \"eu\" };",
            "1:67: the attribute `region` of entity type `Provider` may be absent, ask for it with `has` first: guard it with "
                + "`resource.provider has region && …`"
        ),
        (
            "permit (principal, action == Action::\"send_raw\", resource) when { context.tool == \"x\" };",
            "1:67: unknown attribute `tool` of the context of `Action::\"send_raw\"`: only Action::\"use_tool\" has it, so name "
                + "that in the head"
        ),
        (
            "permit (principal, action, resource) when { principal.department == \"x\" };",
            "1:45: unknown attribute `department` of entity type `Service`: what tokens, certificates or principals.yaml say of principals is "
                + "declared in the gateway's own schema"
        ),
        (
            "permit (principal, action, resource) when { context.classes.contains(\"emial\") };",
            "1:70: there is no class of data `emial`, did you mean `email`?"
        ),
        (
            "permit (principal, action, resource) when { [\"card\", \"cards\"].containsAny(context.classes) };",
            "1:54: there is no class of data `cards`, did you mean `card`?"
        ),
        (
            "permit (principal, action, resource) when { resource.trust != \"intern\" };",
            "1:63: there is no level of trust `intern`"
        ),
        (
            "permit (principal, action, resource) when { context.counts.emial > 2 };",
            "1:45: unknown attribute `emial` of `context.counts`, did you mean `email`?"
        ),
        (
            "permit (principal, action, resource) when { context has client_ip && context.client_ip.isInRange(\"10.0.0.0/8\") };",
            "1:98: expected a value of type `ipaddr`, found a value of type `String`: write `ip(\"…\")`"
        ),
        (
            "permit (principal, action, resource) when { context.time > \"2026-01-01\" };",
            "1:60: "
        ),
        (
            "permit (principal == ?principal, action, resource);",
            "1:1: templates are not linked here: write the principal or resource in place of the slot"
        ),
    ])
    func `a word that the gateway never says is an error`(text: String, message: String) {
        let told = problems(text)
        #expect(told.hasPrefix("policies/access.cedar:" + message), "\(told)")
    }

    @Test func `what is wrong for several actions is told once`() {
        #expect(problems("permit (principal, action, resource) when { context.a };").split(separator: "\n").count == 1)
    }

    @Test func `several problems are told at once`() {
        let text =
            "permit (principal, action, resource) when { context.a };\npermit (principal, action, resource) when { context.b };"
        #expect(problems(text).split(separator: "\n").count == 2)
    }
}
