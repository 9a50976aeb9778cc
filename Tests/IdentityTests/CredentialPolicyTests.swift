import Inference
import Testing

@testable import Identity

struct CredentialPolicyTests {
    private func identity(
        _ method: Principal.Method, _ name: String = "alice", kind: Principal.Kind = .user, teams: [String]? = nil,
        tenant: String? = nil, attributes: [PrincipalAttribute] = [], models: ModelScope? = nil
    ) -> CredentialPolicy.Verdict {
        let identity = ProvenIdentity(
            kind: kind, name: name, teams: teams, tenant: tenant, attributes: attributes, models: models,
            proof: Principal.Proof(method, "\(method.rawValue)-1"))
        return (method, .success(identity))
    }

    private func scope(_ patterns: String...) -> ModelScope { ModelScope(patterns.compactMap(ModelScope.Pattern.init)) }

    private let any = CredentialPolicy(.any, [.apiKey, .token, .certificate])
    private let both = CredentialPolicy(.all, [.certificate, .apiKey])

    @Test func `one valid credential will do where any does`() {
        for method in [Principal.Method.apiKey, .token, .certificate] {
            #expect((try? any.identity(of: [identity(method)]).get())?.proof.method == method)
        }
        #expect(any.identity(of: []) == .failure(.missing))
    }

    @Test func `an invalid credential beside a valid one fails, in either order`() {
        for failure in [IdentityFailure.unknown, .expired, .revoked] {
            #expect(any.identity(of: [(.apiKey, .failure(failure)), identity(.certificate)]) == .failure(failure))
            #expect(any.identity(of: [identity(.apiKey), (.certificate, .failure(failure))]) == .failure(failure))
            #expect(both.identity(of: [identity(.apiKey), (.certificate, .failure(failure))]) == .failure(failure))
        }
    }

    @Test func `a method that does not count proves nothing and spoils nothing`() {
        let keys = CredentialPolicy.keysAlone
        #expect(keys.identity(of: [identity(.certificate)]) == .failure(.missing))
        #expect((try? keys.identity(of: [identity(.apiKey), (.token, .failure(.unknown))]).get()) != nil)
    }

    @Test func `all must be there where all are wanted`() {
        #expect(both.identity(of: [identity(.apiKey)]) == .failure(.incomplete))
        #expect(both.identity(of: [identity(.certificate)]) == .failure(.incomplete))
        #expect(both.identity(of: [identity(.apiKey), identity(.token)]) == .failure(.incomplete))
        #expect(both.identity(of: []) == .failure(.missing))
        let whole = try? both.identity(of: [identity(.certificate), identity(.apiKey)]).get()
        #expect(whole?.proof == Principal.Proof(.apiKey, "api_key-1"))
        #expect(whole?.furtherProofs == [Principal.Proof(.certificate, "certificate-1")])
    }

    @Test func `credentials of two principals prove neither`() {
        for policy in [any, both] {
            #expect(
                policy.identity(of: [identity(.apiKey, "alice"), identity(.certificate, "bob")])
                    == .failure(.conflicting))
            #expect(
                policy.identity(of: [identity(.apiKey, kind: .user), identity(.certificate, kind: .service)])
                    == .failure(.conflicting))
        }
    }

    @Test func `tenants and attributes must agree`() {
        let department = PrincipalAttribute("department", .string("finance"))
        let other = PrincipalAttribute("department", .string("law"))
        #expect(
            both.identity(of: [identity(.apiKey, tenant: "a"), identity(.certificate, tenant: "b")])
                == .failure(.conflicting))
        #expect(
            both.identity(of: [
                identity(.apiKey, attributes: [department]), identity(.certificate, attributes: [other]),
            ])
                == .failure(.conflicting))
        let whole = try? both.identity(of: [
            identity(.apiKey, attributes: [department]),
            identity(.certificate, tenant: "b", attributes: [department, PrincipalAttribute("floor", .long(3))]),
        ]).get()
        #expect(whole?.tenant == "b")
        #expect(whole?.attributes == [department, PrincipalAttribute("floor", .long(3))])
    }

    @Test(
        arguments: [
            (["a", "b"], ["b", "c"], ["b"]), (["a"], [], []), (nil, ["a"], ["a"]), (["a"], nil, ["a"]), (nil, nil, nil),
        ] as [([String]?, [String]?, [String]?)])
    func `of teams those count that both name`(one: [String]?, two: [String]?, joined: [String]?) {
        let whole = try? both.identity(of: [identity(.apiKey, teams: one), identity(.certificate, teams: two)]).get()
        #expect(whole != nil)
        #expect(whole?.teams == joined)
    }

    @Test func `of models those count that both name`() throws {
        let whole = try both.identity(of: [
            identity(.apiKey, models: scope("gpt-*", "demo")),
            identity(.certificate, models: scope("gpt-6*", "claude")),
        ]).get()
        let models = try #require(whole.models)
        #expect(models.allows(ModelID("gpt-6-luna")))
        for name in ["gpt-5", "demo", "claude", "gpt-"] { #expect(!models.allows(ModelID(name))) }
        let one = try both.identity(of: [identity(.apiKey, models: scope("demo")), identity(.certificate)]).get()
        #expect(one.models == scope("demo"))
    }
}
