import Inference
import Testing

@testable import Identity

struct CertificateRulesTests {
    private func names(
        uris: [String] = [], dns: [String] = [], emails: [String] = [], subject: String = ""
    ) -> CertificateNames {
        CertificateNames(
            subject: subject, uris: uris, dnsNames: dns, emails: emails,
            fingerprint: String(repeating: "0123456789abcdef", count: 4), notAfter: 2_000)
    }

    private func rule(
        _ pattern: CertificatePattern?, user: String? = nil, service: String? = nil, teams: [String]? = nil,
        attributes: [(name: String, value: CertificateRule.AttributeValue)] = []
    ) throws -> CertificateRule {
        CertificateRule(
            try #require(pattern), kind: user == nil ? .service : .user,
            name: try #require(NameTemplate(user ?? service ?? "")), teams: teams?.compactMap(NameTemplate.init),
            tenant: nil,
            attributes: attributes)
    }

    private let workload = "spiffe://example.org/team/{team}/app/{name}"

    @Test func `a SPIFFE ID names a service and its team`() throws {
        let department = try #require(NameTemplate("{team}-department"))
        let rules = CertificateRules([
            try rule(
                CertificatePattern(.spiffe, workload), service: "app-{name}", teams: ["{team}"],
                attributes: [("department", .template(department)), ("floor", .constant(.long(3)))])
        ])
        let identity = try #require(
            try rules.identify(names(uris: ["spiffe://example.org/team/billing/app/Invoices.1"]))?.get())
        #expect(identity.kind == .service)
        #expect(identity.name == "app-Invoices.1")
        #expect(identity.teams == ["billing"])
        #expect(identity.tenant == nil)
        #expect(
            identity.attributes == [
                PrincipalAttribute("department", .string("billing-department")), PrincipalAttribute("floor", .long(3)),
            ])
        #expect(identity.proof == Principal.Proof(.certificate, "cert_0123456789abcdef"))
    }

    @Test func `a certificate proves nobody after its last second, however long its connection lasts`() throws {
        let rules = CertificateRules([try rule(CertificatePattern(.spiffe, workload), service: "{name}")])
        let certificate = names(uris: ["spiffe://example.org/team/billing/app/x"])
        #expect(try rules.identify(certificate, now: 2_000)?.get().name == "x")
        #expect(rules.identify(certificate, now: 2_001) == .failure(.expired))
        #expect(rules.identify(names(dns: ["x.org"]), now: 2_001) == nil, "it was nobody's before")
    }

    @Test(arguments: [
        "spiffe://example.org/team/billing", "spiffe://example.org/team/billing/app/x/y",
        "spiffe://example.com/team/billing/app/x",
        "spiffe://example.org.evil.com/team/billing/app/x", "spiffe://Example.org/team/billing/app/x",
        "SPIFFE://example.org/team/billing/app/x", "spiffe://example.org/Team/billing/app/x",
        "spiffe://example.org/team//app/x",
        "spiffe://example.org/team/billing/app/x/", "spiffe://example.org/team/billing/app/x?y",
        "spiffe://example.org/team/billing/app/x#y",
        "spiffe://example.org:443/team/billing/app/x", "spiffe://me@example.org/team/billing/app/x",
        "spiffe://example.org/team/../app/x", "spiffe://example.org/team/./app/x",
        "spiffe://example.org/team/bill%69ng/app/x",
        "spiffe:///team/billing/app/x", "spiffe://example.org", "spiffe://example.org/",
        "https://example.org/team/billing/app/x",
        "spiffe://\u{301}example.org/team/billing/app/x", "spiffe://example.org/\u{301}team/billing/app/x",
        "spiffe://example.org/team/bílling/app/x", "spiffe://example.org/team/billing/app/x y",
        "spiffe://example.org/team/billing/app/" + String(repeating: "x", count: 2048), "",
    ])
    func `an ID that is another or none does not fit`(uri: String) throws {
        let pattern = try #require(CertificatePattern(.spiffe, workload))
        #expect(pattern.captured(of: names(uris: [uri])) == nil)
    }

    @Test func `a certificate with several URIs has no SPIFFE ID`() throws {
        let pattern = try #require(CertificatePattern(.spiffe, workload))
        let good = "spiffe://example.org/team/billing/app/x"
        #expect(pattern.captured(of: names(uris: [good])) == ["team": "billing", "name": "x"])
        #expect(pattern.captured(of: names(uris: [good, "spiffe://example.org/team/law/app/x"])) == nil)
        #expect(pattern.captured(of: names(uris: [good, "https://example.org"])) == nil)
        #expect(pattern.captured(of: names(uris: [good, good])) == nil)
        #expect(pattern.captured(of: names(dns: [good], subject: "CN=\(good)")) == nil)
    }

    @Test func `a star fits one segment and keeps nothing`() throws {
        let pattern = try #require(CertificatePattern(.spiffe, "spiffe://example.org/ns/*/sa/{name}"))
        #expect(pattern.captured(of: names(uris: ["spiffe://example.org/ns/prod/sa/web"])) == ["name": "web"])
        #expect(pattern.captured(of: names(uris: ["spiffe://example.org/ns/a/b/sa/web"])) == nil)
        let exact = try #require(CertificatePattern(.spiffe, "spiffe://example.org/web"))
        #expect(exact.captured(of: names(uris: ["spiffe://example.org/web"])) == [:])
        #expect(exact.captured(of: names(uris: ["spiffe://example.org/web2"])) == nil)
    }

    @Test(arguments: [
        (CertificatePattern.Kind.spiffe, "spiffe://Example.org/a"), (.spiffe, "spiffe://example.org"),
        (.spiffe, "spiffe://example.org/a/"),
        (.spiffe, "spiffe://*/a"), (.spiffe, "spiffe://example.org/a*"), (.spiffe, "spiffe://example.org/{a}/{a}"),
        (.spiffe, "spiffe://example.org/{}"), (.spiffe, "spiffe://example.org/x{a}"), (.spiffe, "example.org/a"),
        (.uri, ""), (.uri, "a b"),
        (.dns, "localhost"), (.dns, "a..b"), (.dns, "a*.example.org"), (.dns, ""), (.dns, "{a}.{a}.org"),
        (.email, "maria"),
        (.email, "@example.org"), (.email, "maria@"), (.email, "{a}@{a}"),
    ])
    func `a pattern that is none is refused`(kind: CertificatePattern.Kind, text: String) {
        #expect(CertificatePattern(kind, text) == nil)
    }

    @Test func `DNS names fit label by label, in any case`() throws {
        let pattern = try #require(CertificatePattern(.dns, "{name}.Batch.example.org"))
        #expect(pattern.captured(of: names(dns: ["Nightly.batch.EXAMPLE.org"])) == ["name": "nightly"])
        for other in [
            "batch.example.org", "a.b.batch.example.org", "*.batch.example.org", ".batch.example.org",
            "nightly.batch.example.org.", "nightly.batch.ex\u{E4}mple.org", "\u{212A}.batch.example.org",
        ] {
            #expect(pattern.captured(of: names(dns: [other])) == nil, "\(other)")
        }
        #expect(pattern.captured(of: names(dns: ["other.org", "a.batch.example.org"])) == ["name": "a"])
        #expect(
            pattern.captured(of: names(dns: ["a.batch.example.org", "b.batch.example.org"])) == nil, "which of the two?"
        )
        #expect(pattern.captured(of: names(uris: ["a.batch.example.org"])) == nil)
    }

    @Test func `e-mail addresses fit by their parts`() throws {
        let pattern = try #require(CertificatePattern(.email, "{name}@example.org"))
        #expect(pattern.captured(of: names(emails: ["maria@EXAMPLE.org"])) == ["name": "maria"])
        for other in [
            "maria@example.com", "maria@sub.example.org", "maria@example.org.evil.com", "@example.org", "maria",
        ] {
            #expect(pattern.captured(of: names(emails: [other])) == nil, "\(other)")
        }
        #expect(pattern.captured(of: names(emails: ["a@evil.com@example.org"])) == nil, "somebody at which of the two?")
        let bank = try #require(CertificatePattern(.email, "{name}@bank.org"))
        #expect(bank.captured(of: names(emails: ["maria@ban\u{212A}.org"])) == nil, "the sign of the kelvin is no K")
        #expect(
            try #require(CertificatePattern(.email, "Maria@example.org")).captured(
                of: names(emails: ["maria@example.org"])) == nil)
    }

    @Test(arguments: [
        ("CN=billing,O=Example", true), ("O=Example,CN=billing", true), ("CN=billing+O=Example", true),
        ("cn=billing, o=Example,C=DE", true),
        ("CN=billing,O=Example\\, Inc.", false), ("CN=billing,OU=Example", false), ("CN=billing", false), ("", false),
        ("CN=billing,O=Example,CN=admin", false), ("CN=x\\,CN=billing,O=Example", false),
        ("CN=billing2,O=Example", false),
        ("CN=billing,O=Example,", false), ("CN=b\\69lling,O=Example", true), ("CN=billing\\00,O=Example", false),
        ("CN=\"billing\",O=Example", false), ("O=CN\\=billing,CN=Example", false),
    ])
    func `a subject fits attribute by attribute, not as text`(subject: String, fits: Bool) throws {
        let pattern = try #require(CertificatePattern(subject: [("CN", "billing"), ("O", "Example")]))
        #expect((pattern.captured(of: names(subject: subject)) != nil) == fits)
    }

    @Test func `the subject's attributes are captured`() throws {
        let pattern = try #require(CertificatePattern(subject: [("CN", "{name}"), ("OU", "{team}"), ("O", "*")]))
        #expect(pattern.captured(of: names(subject: "CN=maria,OU=law,O=Any")) == ["name": "maria", "team": "law"])
        #expect(CertificatePattern(subject: []) == nil)
        #expect(CertificatePattern(subject: [("C N", "x")]) == nil)
        #expect(CertificatePattern(subject: [("CN", "{a}"), ("O", "{a}")]) == nil)
    }

    @Test func `the first rule that fits decides, and without one there is no identity`() throws {
        let rules = CertificateRules([
            try rule(CertificatePattern(.spiffe, "spiffe://example.org/app/admin"), user: "root"),
            try rule(CertificatePattern(.spiffe, "spiffe://example.org/app/{name}"), service: "{name}"),
            try rule(CertificatePattern(.dns, "{name}.example.org"), service: "dns-{name}"),
        ])
        #expect(try rules.identify(names(uris: ["spiffe://example.org/app/admin"]))?.get().name == "root")
        #expect(
            try rules.identify(names(uris: ["spiffe://example.org/app/x"], dns: ["y.example.org"]))?.get().name == "x")
        #expect(try rules.identify(names(dns: ["y.example.org"]))?.get().name == "dns-y")
        #expect(try rules.identify(names(dns: ["y.example.org"]))?.get().teams == nil, "no word on teams")
        #expect(rules.identify(names(dns: ["y.example.com"], subject: "CN=root")) == nil)
        #expect(CertificateRules([]).identify(names(uris: ["spiffe://example.org/app/x"])) == nil)
    }

    @Test func `a name that may not be one of ours is a failure, not the next rule's matter`() throws {
        let rules = CertificateRules([
            try rule(CertificatePattern(subject: [("CN", "{name}")]), user: "{name}"),
            try rule(CertificatePattern(subject: [("CN", "*")]), user: "anybody"),
        ])
        #expect(rules.identify(names(subject: "CN=Maria Keller")) == .failure(.certificateNames))
        #expect(
            rules.identify(names(subject: "CN=\(String(repeating: "x", count: 129))")) == .failure(.certificateNames))
        #expect((try? rules.identify(names(subject: "CN=maria"))?.get())?.name == "maria")
        let teams = CertificateRules([try rule(CertificatePattern(subject: [("CN", "{t}")]), user: "a", teams: ["{t}"])]
        )
        #expect(teams.identify(names(subject: "CN=a b")) == .failure(.certificateNames))
    }
}

extension CertificateRules {
    /// Long before the certificate's end.
    fileprivate func identify(_ names: CertificateNames) -> Result<ProvenIdentity, IdentityFailure>? {
        identify(names, now: 0)
    }
}
