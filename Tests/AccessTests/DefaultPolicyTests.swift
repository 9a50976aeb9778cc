import Access
import Inference
import Testing

/// What `policies/access.cedar` promises.
@Suite struct DefaultPolicyTests {
    private let policy: AccessPolicy

    init() throws { policy = try Fixture.defaultPolicy() }

    @Test func `every policy has an id of its own`() {
        #expect(
            policy.policyIDs == [
                "list-models", "internal-models-see-everything", "others-see-pseudonyms", "others-see-redacted",
                "unscannable-parts-allowed", "secrets-only-redacted", "cards-stay-inside", "health-stays-inside",
                "marked-stays-inside", "tools-allowed", "suspended", "administrators-administer",
            ])
    }

    @Test func `our own models see the text as it is`() {
        for data in [
            Fixture.data(), Fixture.data([(.email, 2), (.secret, 1)]), Fixture.data(unscannable: 1),
            Fixture.data([(.card, 1), (DataClass("health"), 1), (DataClass("inside_only"), 1)]),
        ] {
            let decision = policy.decide(Fixture.question(data: data), for: Fixture.candidate("internal"))
            #expect(decision.form == .raw)
            #expect(decision.permit?.policies == ["internal-models-see-everything"])
        }
    }

    @Test(arguments: ["external", "demo", "anything else", ""])
    func `everybody else sees pseudonyms`(trust: String) {
        for data in [Fixture.data(), Fixture.data([(.email, 2), (.iban, 1)])] {
            let decision = policy.decide(Fixture.question(data: data), for: Fixture.candidate(trust))
            #expect(decision.form == .pseudonymised)
            #expect(decision.permit?.policies == ["others-see-pseudonyms"])
        }
    }

    @Test(arguments: ["external", "demo"])
    func `secrets go out only redacted`(trust: String) {
        let data = Fixture.data([(.email, 1), (.secret, 1)])
        let decision = policy.decide(Fixture.question(data: data), for: Fixture.candidate(trust))
        #expect(decision.form == .redacted)
        #expect(decision.permit?.policies == ["others-see-redacted"])
    }

    @Test(
        arguments: ["external", "demo"],
        [
            ("card", "cards-stay-inside"), ("card_security_code", "cards-stay-inside"),
            ("card_expiry", "cards-stay-inside"), ("health", "health-stays-inside"), ("us_mbi", "health-stays-inside"),
            ("us_npi", "health-stays-inside"), ("us_dea", "health-stays-inside"), ("uk_nhs", "health-stays-inside"),
            ("de_health_insurance", "health-stays-inside"), ("de_lanr", "health-stays-inside"),
            ("de_bsnr", "health-stays-inside"), ("au_medicare", "health-stays-inside"),
            ("nz_nhi", "health-stays-inside"), ("inside_only", "marked-stays-inside"),
        ])
    func `card and health data and what is marked go outside in no form`(trust: String, found: (String, String)) {
        for data in [
            Fixture.data([(DataClass(found.0), 1)]), Fixture.data([(DataClass(found.0), 1)], unscannable: 1),
        ] {
            let decision = policy.decide(Fixture.question(data: data), for: Fixture.candidate(trust))
            #expect(decision.denial?.policies == [found.1])
            #expect(decision.denial?.hadErrors == false)
        }
    }

    @Test func `every policy that refuses says why`() {
        for rule in policy.rules where rule.effect == .forbid { #expect(rule.reason?.isEmpty == false, "\(rule.id)") }
        #expect(
            policy.refusal("no", ["others-see-redacted", "suspended"])
                == "no: others-see-redacted, suspended (this account is suspended)")
    }

    @Test func `tools may be used everywhere`() {
        let question = Fixture.question(tools: ["search", "run_command"])
        for trust in ["internal", "external"] {
            #expect(policy.decide(question, for: Fixture.candidate(trust)).permit != nil)
        }
    }

    @Test func `administrators administer, unless they are suspended`() {
        func may(_ teams: [String]) -> ActionDecision {
            policy.mayAdminister(Fixture.principal(teams: teams), function: "reload", now: 0)
        }
        #expect(may(["administrators"]).isAllowed)
        #expect(may(["administrators"]).policies == ["administrators-administer"])
        #expect(may(["support"]).isAllowed == false)
        #expect(may(["administrators", "suspended"]).policies == ["suspended"])
        #expect(may(["administrators", "suspended"]).isAllowed == false)
    }

    @Test func `pictures may go out, and with secrets beside them only redacted`() {
        let external = Fixture.candidate("external")
        let picture = policy.decide(Fixture.question(data: Fixture.data(unscannable: 2)), for: external)
        #expect(picture.form == .pseudonymised)
        #expect(picture.permit?.policies == ["unscannable-parts-allowed"])
        let both = policy.decide(Fixture.question(data: Fixture.data([(.secret, 1)], unscannable: 1)), for: external)
        #expect(both.form == .redacted)
    }

    @Test func `without the permit for pictures they are denied`() throws {
        let text = """
            permit (principal, action == Action::"send_pseudonymised", resource) unless { context.unscannable };
            """
        let decision = try Fixture.policy(text).decide(
            Fixture.question(data: Fixture.data(unscannable: 1)), for: Fixture.candidate("external"))
        #expect(decision.denial?.policies == [])
    }

    @Test func `the suspended may do nothing`() {
        for principal in [
            Fixture.principal(teams: ["suspended"]),
            Fixture.principal("bot", .service, teams: ["support", "suspended"]),
        ] {
            for trust in ["internal", "external", "demo"] {
                let candidate = Fixture.candidate(trust)
                let decision = policy.decide(Fixture.question(principal), for: candidate)
                #expect(decision.denial?.policies == ["suspended"])
                #expect(decision.denial?.destination == candidate.destination)
                #expect(decision.denial?.hadErrors == false)
                #expect(!policy.mayList(principal, candidate))
            }
        }
    }

    @Test func `whoever is identified may list models`() {
        for trust in ["internal", "external", "demo"] {
            #expect(policy.mayList(Fixture.principal(), Fixture.candidate(trust)))
            #expect(policy.mayList(Fixture.principal("bot", .service, teams: []), Fixture.candidate(trust)))
        }
    }
}
