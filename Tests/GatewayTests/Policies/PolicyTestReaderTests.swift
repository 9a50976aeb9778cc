import Inference
import Testing

@testable import Gateway

struct PolicyTestReaderTests {
    @Test func `a case says everything that policies see`() throws {
        let yaml = """
            cases:
              - name: everything
                principal: { service: bot, teams: [developers], attributes: { level: 3, cleared: true, site: "7", at: [a, b] } }
                model: openai/gpt
                operation: responses
                data: { email: 2, unscannable: 1, card: 0 }
                tools: [clock]
                purpose: billing/q3
                client_ip: 10.0.0.7
                estimated_tokens: 5000
                at: 2026-11-23T10:00:00Z
                expect: { form: pseudonymised, policies: [outside-pseudonyms] }
            """
        let test = try #require(try PolicyFixture.cases(yaml, PolicyFixture.workbench()).first)
        let sketch = test.sketch
        #expect(test.name == "everything")
        #expect(test.position.line == 2)
        #expect(sketch.principal.kind == .service)
        #expect(sketch.principal.name == "bot")
        #expect(sketch.principal.teams == ["developers"])
        #expect(sketch.principal.tenant == "default")
        #expect(
            sketch.principal.attributes == [
                PrincipalAttribute("at", .strings(["a", "b"])), PrincipalAttribute("cleared", .bool(true)),
                PrincipalAttribute("level", .long(3)), PrincipalAttribute("site", .string("7")),
            ])
        #expect(sketch.model == ModelID("openai/gpt"))
        #expect(sketch.question == .send(.responses))
        #expect(sketch.data.byClass.map(\.dataClass) == [.email, .unscannable])
        #expect(sketch.data.unscannable == 1)
        #expect(sketch.tools == ["clock"])
        #expect(sketch.purpose == Purpose("billing/q3"))
        #expect(sketch.clientAddress == "10.0.0.7")
        #expect(sketch.estimatedTokens == 5000)
        #expect(sketch.time == 1_795_428_000)
        #expect(
            test.expectation
                == .each(.init(outcome: .form(.pseudonymised), policies: ["outside-pseudonyms"], tool: nil)))
    }

    @Test func `defaults stand behind the cases of their file`() throws {
        let yaml = """
            defaults:
              principal: { user: alice, teams: [acme] }
              model: gpt
              data: { email: 1 }
              expect: pseudonymised
            cases:
              - name: as it is
              - { name: a text of its own, text: "my card is 4242 4242 4242 4242", expect: denied }
            """
        let cases = try PolicyFixture.cases(yaml, PolicyFixture.workbench())
        #expect(cases.map(\.sketch.principal.tenant) == ["acme", "acme"])
        #expect(cases[0].sketch.data.byClass.map(\.dataClass) == [.email])
        #expect(cases[1].sketch.data.byClass.map(\.dataClass) == [.card])
        #expect(cases[1].expectation == .each(.init(outcome: .denied, policies: nil, tool: nil)))
        #expect(cases[0].sketch.time == 1_767_614_400, "the usual Monday noon")
    }

    @Test func `a model whose provider has no key is there`() throws {
        let yaml = """
            cases: [{ name: a, principal: { user: alice }, model: claude, expect: pseudonymised }]
            """
        let workbench = try PolicyFixture.workbench()
        let test = try #require(try PolicyFixture.cases(yaml, workbench).first)
        let answers = try workbench.answers(to: test.sketch)
        #expect(answers.map { "\($0.destination)" } == ["anthropic/claude"])
    }

    static let mistakes: [(case: String, error: String)] = [
        ("model: gtp, expect: raw", "`cases[0].model`: unknown model `gtp`, did you mean `gpt`?"),
        ("model: gpt, modle: gpt, expect: raw", "unknown key `modle` in `cases[0]`, did you mean `model`?"),
        ("model: gpt, expect: rwa", "`cases[0].expect`: unknown outcome `rwa`, did you mean `raw`?"),
        ("model: gpt, expect: { form: denied }", "`cases[0].expect.form`: unknown outcome `denied`"),
        ("model: gpt, expect: { denied: false }", "`cases[0].expect.denied`: expected `true`, or nothing at all"),
        ("model: gpt, expect: { form: raw, denied: true }", "expected either `form`, `denied: true` or `candidates`"),
        (
            "model: gpt, expect: { denied: true, policies: [card-stay] }",
            "unknown policy `card-stay`, did you mean `cards-stay`?"
        ),
        ("model: gpt, data: { emial: 1 }, expect: raw", "unknown class of data `emial`, did you mean `email`?"),
        ("model: gpt, data: { email: 1 }, text: hello, expect: raw", "expected either `data` or `text`"),
        ("model: gpt, purpose: two words, expect: raw", "`cases[0].purpose`: expected one word of at most 64"),
        ("model: gpt, client_ip: 10.0.0, expect: raw", "`cases[0].client_ip`: expected an IP address, found `10.0.0`"),
        ("model: gpt, at: noon, expect: raw", "`cases[0].at`: expected a moment in UTC"),
        ("model: gpt, operation: chatt, expect: raw", "unknown operation `chatt`, did you mean `chat`?"),
        ("model: gpt, operation: count_tokens, expect: raw", "no provider of `gpt` serves `count_tokens`"),
        (
            "model: small, expect: { candidates: { openai/gtp: raw } }",
            "unknown candidate `openai/gtp`, did you mean `openai/gpt`?"
        ),
        ("model: gpt, expect: permitted", "unknown outcome `permitted`"),
        ("model: { trust: inside }, expect: raw", "`cases[0].model.trust`: expected `internal`, `external` or `demo`"),
        ("model: gpt, operation: list_models, expect: raw", "unknown outcome `raw`"),
        ("model: gpt", "`cases[0].expect` is missing"),
        ("expect: raw", "`cases[0].model` is missing"),
    ]

    @Test(arguments: mistakes)
    func `what is wrong is told with its place and what was meant`(_ mistake: (case: String, error: String)) throws {
        let errors = try PolicyFixture.errors(
            "cases:\n  - name: a\n    principal: { user: alice }\n"
                + mistake.case.split(separator: ", ", omittingEmptySubsequences: false).reduce(into: [String]()) {
                    // A comma within braces belongs to them.
                    if let last = $0.last, last.count(where: { $0 == "{" }) > last.count(where: { $0 == "}" }) {
                        $0[$0.count - 1] += ", \($1)"
                    } else {
                        $0.append(String($1))
                    }
                }.map { "    \($0)\n" }.joined())
        #expect(errors.contains(mistake.error), "\(errors)")
        #expect(errors.hasPrefix("tests/a.yaml:"), "\(errors)")
        #expect(!errors.contains("\n"), "one mistake is one error: \(errors)")
    }

    @Test func `principals must be of teams that are there`() throws {
        func errors(_ principal: String) throws -> String {
            try PolicyFixture.errors("cases: [{ name: a, principal: \(principal), model: gpt, expect: raw }]")
        }
        #expect(try errors("{ user: alice, teams: [develpers] }").contains("did you mean `developers`?"))
        #expect(try errors("{ user: alice, service: bot }").contains("expected either `user` or `service`"))
        #expect(try errors("{ user: alice, teams: [acme, developers] }").contains("different tenants"))
        #expect(try errors("{ user: alice, tenant: acme, attributes: { a: { b: c } } }").contains("expected a text"))
    }

    @Test func `two cases of a name are refused`() throws {
        let errors = try PolicyFixture.errors(
            """
            defaults: { principal: { user: alice }, model: gpt, expect: raw }
            cases: [{ name: a }, { name: a }]
            """)
        #expect(errors == "tests/a.yaml:2:22: `cases[1]`: a case is already called `a`")
    }

    @Test func `a mistake in the defaults is told once`() throws {
        let errors = try PolicyFixture.errors(
            """
            defaults: { principal: { user: alice, team: x }, model: gpt, expect: raw, nmae: b }
            cases: [{ name: a }, { name: b }]
            """)
        #expect(errors.split(separator: "\n").count == 2, "\(errors)")
    }
}
