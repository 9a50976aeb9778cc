import Access
import Inference
import Testing

/// `policies/access.cedarschema`: what a house may write there, and what it is told.
@Suite struct SchemaTests {
    private static let counted = CountedClasses([.email, .card, DataClass("project_name")])

    private static func problems(_ schema: String) -> String {
        do {
            _ = try AccessPolicy(
                policyText: "", source: "access.cedar", schemaText: schema, schemaSource: "access.cedarschema",
                counted: counted)
            return ""
        } catch {
            return error.description
        }
    }

    /// The shipped schema with fewer counts, so that its lines stay when the catalogue grows.
    private static func schema(_ changes: [(String, String)] = []) throws -> String {
        var text = try Fixture.shipped("access.cedarschema")
        let counts = try #require(text.firstMatch(of: /type Counts = \{[^}]*\};/)).range
        text.replaceSubrange(counts, with: "type Counts = { email: Long };")
        for (old, new) in changes {
            try #require(text.contains(old))
            text = text.replacing(old, with: new, maxReplacements: 1)
        }
        return text
    }

    @Test func `the shipped schema is what the gateway supplies`() throws {
        #expect(try Self.problems(Self.schema()) == "")
    }

    @Test(arguments: [
        ("    credential: String,\n", "    credential: String,\n    department?: String,\n    clearance?: Long,\n"),
        ("    credential: String,\n", "    credential: String,\n    admin?: Bool, projects?: Set<String>,\n"),
        ("entity Team;", "entity Team { floor?: Long };"), ("{ email: Long }", "{ email: Long, project_name: Long }"),
        ("{ email: Long }", "{}"),
    ])
    func `a house may add attributes of principals and counts of its own`(old: String, new: String) throws {
        #expect(try Self.problems(Self.schema([(old, new)])) == "")
    }

    @Test(arguments: [
        (
            "entity Team;", "entity Team; entity Teams;",
            "the gateway has no entities of type `Teams`, did you mean `Team`?"
        ),
        ("    tenant: String,\n", "", "`tenant: String` is missing here, which the gateway supplies"),
        (
            "    trust: String,\n    internal: Bool,\n    // Where",
            "    trust: Long,\n    internal: Bool,\n    // Where",
            "`Model.trust` is of type `Long` here, the gateway supplies `String`"
        ),
        ("    region?: String,", "    region: String,", "`Model.region` need not be there: write `region?`"),
        ("    name: String,", "    name?: String,", "`Service.name` is always there: take the `?` away"),
        (
            "    retention?: String,", "    retention?: String, owner?: String,",
            "the gateway supplies no `Model.owner`"
        ),
        (
            "    credential: String,\n", "    credential: String, level: Long,\n",
            "`Service.level` must be optional, as not everybody has it: write `level?`"
        ),
        (
            "    credential: String,\n", "    credential: String, from?: ipaddr,\n",
            "`Service.from` must be of type `String`, `Long`, `Bool` or `Set<String>`"
        ),
        ("in [Team, Tenant]", "in [Team]", "what the gateway supplies as `Service` is in [Team, Tenant]"),
        (
            "action list_models appliesTo", "action list_models in [other] appliesTo",
            "the gateway's actions are in no group"
        ),
        ("    resource: [Gateway],", "    resource: [Model],", "may `administer` a resource of [Gateway]"),
        ("    weekday: Long,", "    weekday: Long, minute: Long,", "the gateway supplies no `context.minute`"),
        ("    purpose?: String,", "    purpose: String,", "`context.purpose` need not be there: write `purpose?`"),
        ("    tool: String,", "", "`tool: String` is missing here, which the gateway supplies"),
        ("{ email: Long }", "{ emial: Long }", "there is no class of data `emial`, did you mean `email`?"),
        ("{ email: Long }", "{ email: String }", "counts are written `email: Long`"),
    ])
    func `anything else is told with its place`(old: String, new: String, message: String) throws {
        let text = try Self.schema(
            [(old, new)] + (new.contains("in [other]") ? [("// May this", "action other;\n// May")] : []))
        let told = Self.problems(text)
        #expect(told.contains(message), "\(told)")
        for line in told.split(separator: "\n") {
            #expect(line.firstMatch(of: #/^access\.cedarschema:[0-9]+:[0-9]+: /#) != nil, "\(line)")
        }
    }

    @Test func `the place of an attribute is its own line, through the names of common types`() throws {
        let text = try Self.schema([("    weekday: Long,", "    weekday: String,")])
        let line = try #require(
            text.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0 == "    weekday: String," })
        #expect(
            Self.problems(text)
                == "access.cedarschema:\(line + 1):5: `context.weekday` is of type `String` here, the gateway supplies `Long`"
        )
    }

    @Test func `an error of syntax is told, and with it what is wrong with the policies' own syntax`() {
        do {
            _ = try AccessPolicy(
                policyText: "permit (", source: "access.cedar", schemaText: "entity ;",
                schemaSource: "access.cedarschema")
            Issue.record("expected errors")
        } catch {
            #expect(error.problems.map(\.source).contains("access.cedar"))
            #expect(error.problems.first?.source == "access.cedarschema")
        }
    }

    @Test func `a policy that can never apply is told, and loads`() throws {
        let policy = try Fixture.policy("forbid (principal is User, action, resource) when { principal is Service };")
        #expect(policy.warnings.count == 1)
        #expect(policy.warnings.first?.hasPrefix("test.cedar:1:1: ") == true)
    }

    // MARK: - Attributes of principals

    private static func principal(_ attributes: [PrincipalAttribute], _ kind: Principal.Kind = .user) -> Principal {
        Principal(
            kind: kind, name: "alice", teams: [], tenant: "acme", method: .token, credential: "c",
            attributes: attributes)
    }

    private static func policy(_ condition: String) throws -> AccessPolicy {
        try AccessPolicy(
            policyText: "permit (principal, action, resource) when { \(condition) };", source: "access.cedar",
            schemaText: schema([
                (
                    "    credential: String,\n",
                    "    credential: String, department?: String, level?: Long, cleared?: Bool, projects?: Set<String>,\n"
                )
            ]), counted: counted)
    }

    @Test func `declared attributes reach policies`() throws {
        let policy = try Self.policy(
            """
            principal has department && principal.department == "sales" && principal has level && principal.level > 2
            && principal has cleared && principal.cleared && principal has projects && principal.projects.contains("x")
            """)
        let attributes: [PrincipalAttribute] = [
            PrincipalAttribute("cleared", .bool(true)), PrincipalAttribute("department", .string("sales")),
            PrincipalAttribute("level", .long(3)), PrincipalAttribute("projects", .strings(["x", "y"])),
        ]
        for kind in [Principal.Kind.user, .service] {
            #expect(
                policy.decide(Fixture.question(Self.principal(attributes, kind)), for: Fixture.candidate("x")).form
                    == .raw)
        }
        #expect(policy.decide(Fixture.question(Self.principal([])), for: Fixture.candidate("x")).form == nil)
    }

    @Test func `what is not declared does not reach policies, and never replaces what was proved`() throws {
        let policy = try Self.policy("principal.name == \"alice\" && principal.tenant == \"acme\"")
        let attributes = [
            PrincipalAttribute("name", .string("root")), PrincipalAttribute("tenant", .string("other")),
            PrincipalAttribute("unheard_of", .long(1)),
        ]
        let question = Fixture.question(Self.principal(attributes))
        #expect(policy.decide(question, for: Fixture.candidate("x")).form == .raw)
        #expect(
            !policy.explain(question, for: Fixture.candidate("x")).values.contains { $0.path.contains("unheard_of") })
    }

    @Test func `all ways in which an identity was proved reach policies`() throws {
        let policy = try Fixture.policy(
            "permit (principal, action, resource) when { principal.methods.contains(\"certificate\") };")
        func decide(_ further: [Principal.Proof]) -> AccessDecision {
            let principal = Principal(
                kind: .user, name: "alice", teams: [], tenant: "acme", method: .apiKey, credential: "c",
                furtherProofs: further)
            return policy.decide(Fixture.question(principal), for: Fixture.candidate("x"))
        }
        #expect(decide([]).form == nil)
        #expect(decide([Principal.Proof(.certificate, "cert_1")]).form == .raw)
    }

    @Test func `a declared attribute of another type denies`() throws {
        let policy = try Self.policy("true")
        let principal = Self.principal([PrincipalAttribute("level", .string("3"))])
        let denial = policy.decide(Fixture.question(principal), for: Fixture.candidate("x")).denial
        #expect(denial?.hadErrors == true)
        #expect(denial?.faults == ["the principal's attribute `level` is a string, the schema says `Long`"])
        #expect(!policy.mayList(principal, Fixture.candidate("x")))
        #expect(!policy.mayAdminister(principal, function: "reload", now: 0).isAllowed)
    }

    @Test func `a class of the house's own is counted where the schema counts it`() throws {
        let data = Fixture.data([(DataClass("project_name"), 2)])
        let policy = try AccessPolicy(
            policyText: "permit (principal, action, resource) when { context.counts.project_name == 2 };",
            source: "access.cedar",
            schemaText: Self.schema([("{ email: Long }", "{ email: Long, project_name: Long }")]), counted: Self.counted
        )
        #expect(policy.decide(Fixture.question(data: data), for: Fixture.candidate("x")).form == .raw)
        let named = try AccessPolicy(
            policyText: "permit (principal, action, resource) when { context.classes == [\"project_name\"] };",
            source: "access.cedar", schemaText: Self.schema(), counted: Self.counted)
        #expect(named.decide(Fixture.question(data: data), for: Fixture.candidate("x")).form == .raw)
    }
}
