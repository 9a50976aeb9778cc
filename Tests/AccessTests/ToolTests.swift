import Access
import Inference
import Testing

@Suite struct ToolTests {
    private static let open = "@id(\"open\") permit (principal, action, resource);\n"

    private func decide(_ policies: String, tools: [String], trust: String = "external") throws -> AccessDecision {
        try Fixture.policy(policies).decide(Fixture.question(tools: tools), for: Fixture.candidate(trust))
    }

    @Test func `a request with tools needs a permit for them, one without does not`() throws {
        let sending = "permit (principal, action == Action::\"send_raw\", resource);"
        #expect(try decide(sending, tools: []).form == .raw)
        let denial = try decide(sending, tools: ["a", "b"]).denial
        #expect(denial?.tool == "a")
        #expect(denial?.policies == [])
        #expect(denial?.hadErrors == false)
    }

    @Test(arguments: [["shell"], ["search", "shell"], ["shell", "search"], ["a", "b", "c", "shell", "d"]])
    func `one tool that is denied denies the candidate, by name of its policies`(tools: [String]) throws {
        let policies =
            Self.open + """
                @id("no-shell") forbid (principal, action == Action::"use_tool", resource)
                when { context.tool == "shell" } unless { resource.trust == "internal" };
                """
        let denial = try decide(policies, tools: tools).denial
        #expect(denial?.tool == "shell")
        #expect(denial?.policies == ["no-shell"])
        #expect(try decide(policies, tools: tools, trust: "internal").form == .raw)
        #expect(try decide(policies, tools: ["search"]).form == .raw)
    }

    @Test func `a policy that looks at the tool through another word tells tools apart too`() throws {
        for condition in ["context[\"tool\"] like \"*ell\"", "[\"shell\"].contains(context.tool)"] {
            let policies =
                Self.open + "forbid (principal, action == Action::\"use_tool\", resource) when { \(condition) };"
            #expect(try decide(policies, tools: ["search", "shell"]).denial?.tool == "shell")
        }
    }

    @Test func `more tools than anyone defines are denied where each would have to be asked for`() throws {
        let tools = (0..<1_025).map { "tool\($0)" }
        let policies =
            Self.open + "forbid (principal, action == Action::\"use_tool\", resource) when { context.tool == \"x\" };"
        #expect(try decide(policies, tools: Array(tools.dropLast())).form == .raw)
        #expect(try decide(policies, tools: tools).denial?.hadErrors == true)
        #expect(try decide(Self.open, tools: tools).form == .raw)
    }

    @Test func `a policy that fails for a tool denies`() throws {
        let policies =
            Self.open + """
                @id("broken") forbid (principal, action == Action::"use_tool", resource)
                when { context.estimated_tokens + 9223372036854775807 > 0 };
                """
        let denial = try decide(policies, tools: ["a"]).denial
        #expect(denial?.hadErrors == true)
        #expect(denial?.policies == ["broken"])
        #expect(try decide(policies, tools: []).form == .raw)
    }
}

@Suite struct ExplanationTests {
    @Test func `each action, each policy and the values it saw are told`() throws {
        let policy = try Fixture.defaultPolicy()
        let question = Fixture.question(
            data: Fixture.data([(.email, 2), (.secret, 1)]), tools: ["search"], purpose: "support", address: "10.1.2.3")
        let explanation = policy.explain(question, for: Fixture.candidate("external", region: "eu"))
        #expect(explanation.decision == policy.decide(question, for: Fixture.candidate("external", region: "eu")))
        #expect(
            explanation.actions.map(\.decision.action) == [.sendRaw, .sendPseudonymised, .sendRedacted, .useTool])
        #expect(explanation.actions.map(\.decision.isAllowed) == [false, false, true, true])
        let pseudonymised = explanation.actions[1]
        #expect(pseudonymised.decision.policies == ["secrets-only-redacted"])
        let permit = try #require(pseudonymised.rules.first { $0.rule.id == "others-see-pseudonyms" })
        #expect(permit.outcome == .applies)
        #expect(permit.values == [.init(path: "context.unscannable", text: "false")])
        let forbid = try #require(pseudonymised.rules.first { $0.rule.id == "secrets-only-redacted" })
        #expect(forbid.outcome == .applies)
        #expect(
            forbid.values == [
                .init(path: "context.classes", text: "[\"email\", \"secret\"]"),
                .init(path: "resource.trust", text: "\"external\""),
            ])
        let cards = try #require(pseudonymised.rules.first { $0.rule.id == "cards-stay-inside" })
        #expect(cards.outcome == .doesNotApply)
        for value: AccessExplanation.Value in [
            .init(path: "principal", text: "User::\"alice\""),
            .init(path: "principal in", text: "[Team::\"support\", Tenant::\"acme\"]"),
            .init(path: "resource", text: "Model::\"external-provider/model-1\""),
            .init(path: "resource.region", text: "\"eu\""), .init(path: "context.counts.email", text: "2"),
            .init(path: "context.client_ip", text: "ip(\"10.1.2.3\")"),
            .init(path: "context.time", text: "datetime(\"2027-01-15T08:00:00Z\")"),
            .init(path: "context.purpose", text: "\"support\""),
        ] {
            #expect(explanation.values.contains(value), "\(value)")
        }
        #expect(!explanation.values.contains { $0.path == "context.counts.card" })
    }

    @Test func `what is absent and what failed is told`() throws {
        let policy = try Fixture.policy(
            """
            permit (principal, action == Action::"send_raw", resource)
            when { resource has region && resource.region == "eu" };
            forbid (principal, action == Action::"send_redacted", resource)
            when { context.estimated_tokens + 9223372036854775807 > 0 };
            """)
        let explanation = policy.explain(Fixture.question(), for: Fixture.candidate("external"))
        #expect(explanation.actions[0].rules.first?.values == [.init(path: "resource.region", text: nil)])
        #expect(explanation.actions[2].rules.first?.outcome == .failed("4:8: overflow in `+`"))
        #expect(explanation.actions[2].decision.faults.count == 1)
    }
}
