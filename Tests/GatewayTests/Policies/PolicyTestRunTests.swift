import Access
import Inference
import Testing

@testable import Gateway

struct PolicyTestRunTests {
    private static let defaults =
        "defaults: { principal: { user: alice, teams: [developers] }, model: small }\ncases:\n"

    private static func run(_ cases: String, cedar: String = PolicyFixture.cedar, privacy: String = "") throws
        -> PolicyTestRun
    {
        let workbench = try PolicyFixture.workbench(cedar: cedar, privacy: privacy)
        return try PolicyTestRun(try PolicyFixture.cases(defaults + cases, workbench), workbench)
    }

    @Test(arguments: [
        ("{ candidates: { house/qwen: raw, openai/gpt: pseudonymised } }", true),
        ("{ candidates: { openai/gpt: { form: pseudonymised, policies: [outside-pseudonyms] } } }", true),
        ("{ candidates: { openai/gpt: { form: pseudonymised, policies: [] } } }", false),
        ("{ candidates: { house/qwen: pseudonymised, openai/gpt: pseudonymised } }", false),
        ("raw", false), ("denied", false),
    ])
    func `a case passes if each candidate is answered as expected`(_ expect: String, _ passes: Bool) throws {
        let run = try Self.run("  - { name: a, data: { email: 1 }, expect: \(expect) }")
        #expect(run.verdicts.map(\.passes) == [passes])
        #expect(run.failures == (passes ? 0 : 1))
    }

    @Test func `a denial passes only by the policies that are named`() throws {
        let run = try Self.run(
            """
              - { name: a, model: gpt, data: { card: 1 }, expect: { denied: true, policies: [cards-stay] } }
              - { name: b, model: gpt, data: { card: 1 }, expect: { denied: true, policies: [secrets-redacted] } }
              - { name: c, model: gpt, data: { card: 1, secret: 1 }, expect: { denied: true, policies: [cards-stay] } }
            """)
        #expect(run.verdicts.map(\.passes) == [true, false, false])
        #expect(run.verdicts[2].checks[0].answer.summary == "denied by secrets-redacted, cards-stay")
    }

    @Test func `what a text holds is what the detectors find in it`() throws {
        let run = try Self.run(
            """
              - { name: a, model: gpt, text: "charge 4242 4242 4242 4242", expect: { denied: true, policies: [cards-stay] } }
              - { name: b, model: gpt, text: "hello", expect: pseudonymised }
            """)
        #expect(run.verdicts.map(\.passes) == [true, true])
    }

    @Test func `data that privacy forbids is denied before policies are asked`() throws {
        let run = try Self.run(
            """
              - { name: a, data: { iban: 1 }, expect: denied }
              - { name: b, text: "my iban is DE89 3704 0044 0532 0130 00", expect: denied }
              - { name: c, data: { iban: 1 }, expect: { denied: true, policies: [cards-stay] } }
            """, privacy: "classes: { iban: { treatment: block } }")
        #expect(run.verdicts.map(\.passes) == [true, true, false])
        #expect(run.verdicts[0].checks[0].answer.summary == "denied by privacy.yaml")
    }

    @Test func `a model that is only supposed is asked about like a configured one`() throws {
        let run = try Self.run(
            """
              - { name: a, model: { trust: internal }, data: { card: 1 }, expect: { form: raw, policies: [in-house-raw] } }
              - { name: b, model: { trust: external, region: eu }, data: { card: 1 }, expect: denied }
            """)
        #expect(run.verdicts.map(\.passes) == [true, true])
    }

    @Test func `functions of the gateway are asked about without a model`() throws {
        let cedar =
            PolicyFixture.cedar + """

                @id("administrators")
                permit (principal in Team::"developers", action == Action::"administer", resource);
                """
        let run = try Self.run(
            """
              - { name: a, operation: administer, expect: { permitted: true, policies: [administrators] } }
              - { name: b, principal: { user: bob }, operation: administer, function: policies, expect: denied }
            """, cedar: cedar)
        #expect(run.verdicts.map(\.passes) == [true, true])
        #expect(run.covered == ["administrators"])
    }

    @Test func `a policy that decides no case is named`() throws {
        let workbench = try PolicyFixture.workbench()
        let run = try Self.run(
            """
              - { name: a, data: { secret: 1 }, expect: { candidates: { openai/gpt: redacted } } }
              - { name: b, operation: list_models, expect: permitted }
            """)
        #expect(run.verdicts.map(\.passes) == [true, true])
        #expect(run.uncovered(of: workbench.access).map(\.id) == ["outside-pseudonyms", "cards-stay", "suspended"])
    }
}
