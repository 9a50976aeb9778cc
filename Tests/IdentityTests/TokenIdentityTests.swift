import Inference
import Testing

@testable import Identity

struct TokenIdentityTests {
    private func principal(
        _ claims: [String: String?], _ change: (inout TokenClaims) -> Void
    ) throws -> Result<ProvenIdentity, IdentityFailure> {
        let forge = try TestIssuer.ed25519.get()
        let verifier = try TestIssuer.verifier([try forge.jwk()]) { change(&$0.claims) }
        switch verifier.identify(try forge.token(TestIssuer.claims(claims))) {
        case .success(let principal): return .success(principal)
        case .failure(let failure): return .failure(failure)
        case .needsKeys: throw IdentityFailure.keysUnavailable
        }
    }

    @Test func `only teams that are listed count, each once`() throws {
        let groups = #"["support","admins","developers","support","Developers"," support","développeurs"]"#
        let principal = try principal(["groups": groups]) { $0.teams = ClaimPath("groups") }.get()
        #expect(principal.teams == ["support", "developers"])
        #expect(principal.tenant == nil, "it is the one of the teams")
    }

    @Test(arguments: [#""support""#, #"["support"]"#]) func `one team may be a text or a list`(claim: String) throws {
        #expect(try principal(["groups": claim]) { $0.teams = ClaimPath("groups") }.get().teams == ["support"])
    }

    @Test(arguments: [nil, "null", "[]"] as [String?]) func `without teams a principal has none`(claim: String?) throws
    {
        #expect(try principal(["groups": claim]) { $0.teams = ClaimPath("groups") }.get().teams == [])
    }

    @Test(arguments: ["1", "true", "{}", #"["support",1]"#, #"[["support"]]"#, #"[null]"#])
    func `a list of teams that is none refuses the token`(claim: String) throws {
        #expect(try principal(["groups": claim]) { $0.teams = ClaimPath("groups") } == .failure(.claims))
    }

    @Test func `teams are found under other names, with prefixes and inside objects`() throws {
        let claim = #"{"roles":["gw-0f1e","gw-support","0f1e","developers"]}"#
        let principal = try principal(["realm_access": claim]) { claims in
            claims.teams = ClaimPath(["realm_access", "roles"])
            claims.teamsPrefix = "gw-"
            claims.teamNames = ["0f1e": "developers"]
        }.get()
        #expect(principal.teams == ["developers", "support"])
    }

    @Test func `an issuer with a tenant of its own puts nobody into another`() throws {
        let principal = try principal(["groups": #"["support","acme"]"#]) { claims in
            claims.teams = ClaimPath("groups")
            claims.tenant = "acme"
        }.get()
        #expect(principal.tenant == "acme")
        #expect(principal.teams == ["acme"])
    }

    @Test func `the name comes from another claim with a prefix`() throws {
        let change: (inout TokenClaims) -> Void = { claims in
            claims.principal = ClaimPath("email")
            claims.prefix = "main/"
        }
        #expect(try principal(["email": #""a@example.com""#], change).get().name == "main/a@example.com")
        #expect(try principal([:], change) == .failure(.claims))
        let long = String(repeating: "a", count: 124)
        #expect(try principal(["email": #""\#(long)""#], change) == .failure(.claims))
    }

    @Test(arguments: ["false", #""false""#, "0", "null", "[]", #""TRUE\u0000""#])
    func `an e-mail address that its issuer has not verified is nobody's name`(word: String) throws {
        let change: (inout TokenClaims) -> Void = { $0.principal = ClaimPath("email") }
        let claims = ["email": #""ceo@example.com""#, "email_verified": word]
        #expect(try principal(claims, change) == .failure(.claims))
        #expect(try principal(claims) { $0.principal = ClaimPath("sub") }.get().name != "ceo@example.com")
    }

    @Test(arguments: ["true", #""true""#, nil])
    func `an e-mail address that is verified, or of whose verification nothing is said, is a name`(word: String?) throws
    {
        let claims = ["email": #""ceo@example.com""#, "email_verified": word]
        #expect(try principal(claims) { $0.principal = ClaimPath("email") }.get().name == "ceo@example.com")
    }

    @Test func `a team's name is compared byte by byte`() throws {
        // Composed and decomposed letters are the same to texts of Swift, and need not be to the issuer.
        let groups = #"["S\u0065\u0301cu","\u212Aeepers"]"#
        let principal = try principal(["groups": groups]) { claims in
            claims.teams = ClaimPath("groups")
            claims.teamNames = ["S\u{E9}cu": "developers", "Keepers": "support"]
        }.get()
        #expect(principal.teams == [])
    }

    @Test func `programs are told from people by a marker`() throws {
        let change: (inout TokenClaims) -> Void = { claims in
            claims.services = TokenClaims.Marker(claim: ClaimPath("idtyp"), value: "app")
        }
        #expect(try principal(["idtyp": #""app""#], change).get().kind == .service)
        #expect(try principal(["idtyp": #""user""#], change).get().kind == .user)
        #expect(try principal([:], change).get().kind == .user)
        #expect(try principal(["idtyp": "[]"], change) == .failure(.claims))
        #expect(try principal([:]) { $0.kind = .service }.get().kind == .service)
    }

    @Test func `attributes have the types that are told, or refuse the token`() throws {
        let level = try #require(ClaimPath(["profile", "level"]))
        let change: (inout TokenClaims) -> Void = { claims in
            claims.attributes = [
                .init(name: "clearance", claim: level, kind: .long),
                .init(name: "contractor", claim: ClaimPath("contractor"), kind: .bool),
                .init(name: "department", claim: ClaimPath("dept"), kind: .string),
                .init(name: "sites", claim: ClaimPath("sites"), kind: .strings),
            ]
        }
        let all = [
            "profile": #"{"level":3}"#, "contractor": "true", "dept": #""R\u0026D""#, "sites": #"["berlin","paris"]"#,
        ]
        #expect(
            try principal(all, change).get().attributes == [
                PrincipalAttribute("clearance", .long(3)), PrincipalAttribute("contractor", .bool(true)),
                PrincipalAttribute("department", .string("R&D")),
                PrincipalAttribute("sites", .strings(["berlin", "paris"])),
            ])
        #expect(try principal([:], change).get().attributes == [])
        for (name, wrong) in [
            ("profile", #"{"level":"3"}"#), ("profile", #"{"level":3.5}"#), ("contractor", #""false""#), ("dept", "1"),
            ("sites", "[1]"), ("profile", #"{"level":9223372036854775808}"#),
        ] {
            #expect(try principal(all.merging([name: wrong]) { $1 }, change) == .failure(.claims), "\(name): \(wrong)")
        }
    }

    @Test func `a credential's name tells tokens apart and is no part of them`() throws {
        let one = try principal(["jti": #""one""#]) { _ in }.get().proof.credential
        #expect(
            try principal(["jti": #""one""#, "iat": "\(TestIssuer.now - 1)"]) { _ in }.get().proof.credential == one)
        #expect(try principal(["jti": #""two""#]) { _ in }.get().proof.credential != one)
        #expect(try principal([:]) { _ in }.get().proof.credential != one)
    }
}
