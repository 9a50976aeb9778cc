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
                "unscannable-parts-allowed", "secrets-only-redacted", "suspended",
            ])
    }

    @Test func `our own models see the text as it is`() {
        for data in [Fixture.data(), Fixture.data([(.email, 2), (.secret, 1)]), Fixture.data(unscannable: 1)] {
            let decision = policy.decide(Fixture.question(data: data), for: Fixture.candidate("internal"))
            #expect(decision.form == .raw)
            #expect(decision.permit?.policies == ["internal-models-see-everything"])
        }
    }

    @Test(arguments: ["external", "demo", "anything else", ""])
    func `everybody else sees pseudonyms`(trust: String) {
        for data in [Fixture.data(), Fixture.data([(.email, 2), (.card, 1)])] {
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
