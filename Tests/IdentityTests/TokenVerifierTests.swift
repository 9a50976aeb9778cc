import Cryptography
import Inference
import Testing

@testable import Identity

/// One issuer with a key of each kind, made once.
enum TestIssuer {
    static let name = "https://login.example.com/main"
    static let now: Int64 = 1_800_000_000
    static let rsa = Result { try TokenForge(.rsa, kid: "rsa") }
    static let p256 = Result { try TokenForge(.p256, kid: "p256") }
    static let p384 = Result { try TokenForge(.p384, kid: "p384") }
    static let ed25519 = Result { try TokenForge(.ed25519, kid: "ed") }
    static let forges = [rsa, p256, p384, ed25519]

    static func keySet(_ keys: [String]) throws -> JSONWebKeySet {
        try JSONWebKeySet(parsing: Array(#"{"keys":[\#(keys.joined(separator: ","))]}"#.utf8))
    }

    static func verifier(
        _ keys: [String]? = nil, remembered: Int = 10_000, _ change: (inout TokenIssuer) -> Void = { _ in }
    ) throws -> TokenVerifier {
        let set = try keySet(try keys ?? forges.map { try $0.get().jwk() })
        var issuer = try #require(TokenIssuer(issuer: name, audiences: ["sallyport", "other"]))
        change(&issuer)
        return TokenVerifier(
            [.init(issuer, keys: IssuerKeys(issuer: name, fixed: set))], tenants: tenants, remembered: remembered)
    }

    static let tenants = ["developers": "default", "support": "default", "acme": "acme"]

    static func claims(_ changes: [String: String?] = [:]) -> String {
        var claims: [String: String] = [
            "iss": #""\#(name)""#, "aud": #""sallyport""#, "sub": #""alice""#, "exp": "\(now + 300)",
            "iat": "\(now)",
        ]
        for (key, value) in changes { claims[key] = value }
        return "{\(claims.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")) }"
    }
}

extension TokenVerifier {
    func identify(_ token: String, now: Int64 = TestIssuer.now) -> TokenVerdict {
        Array(token.utf8).withUnsafeBytes { identify(presented: $0, now: now) }
    }

    func principal(_ token: String, now: Int64 = TestIssuer.now) -> ProvenIdentity? {
        if case .success(let principal) = identify(token, now: now) { principal } else { nil }
    }
}

struct TokenVerifierTests {
    let verifier: TokenVerifier
    let rsa: TokenForge

    init() throws {
        verifier = try TestIssuer.verifier()
        rsa = try TestIssuer.rsa.get()
    }

    @Test(arguments: 0..<4) func `a token of each kind of key proves its principal`(index: Int) throws {
        let forge = try TestIssuer.forges[index].get()
        let principal = try #require(verifier.principal(try forge.token(TestIssuer.claims())))
        #expect(principal.name == "alice")
        #expect(principal.kind == .user)
        #expect(principal.proof.method == .token)
        #expect(principal.teams == nil)
        #expect(principal.tenant == nil)
        #expect(principal.proof.credential.hasPrefix("jwt:login.example.com:"))
        #expect(principal.proof.credential.utf8.count == "jwt:login.example.com:".utf8.count + 12)
    }

    @Test func `PSS proves a principal, too, and a key for one algorithm serves no other`() throws {
        let token = try rsa.token(TestIssuer.claims(), isPSS: true)
        #expect(verifier.principal(token) != nil)
        let bound = try TestIssuer.verifier([try rsa.jwk(#","alg":"RS256","use":"sig""#)])
        #expect(bound.identify(token) == .failure(.badSignature))
        #expect(bound.principal(try rsa.token(TestIssuer.claims())) != nil)
    }

    @Test(arguments: [
        #""none""#, #""None""#, #""NONE""#, #""nOnE""#, #""""#, #""HS256""#, #""HS384""#, #""HS512""#, #""RS1""#,
        #""rs256""#,
        #""RS256 ""#, #""RS512""#, #""ES256K""#, #""RSA-OAEP""#, #""dir""#, #""EdDSA\u0000""#,
    ])
    func `no other algorithm is taken, whatever the signature`(name: String) throws {
        for kid in ["", #","kid":"rsa""#] {
            let token = try rsa.token(header: #"{"alg":\#(name)\#(kid)}"#, TestIssuer.claims())
            #expect(verifier.identify(token) == .failure(.algorithm))
            let parts = token.split(separator: ".")
            #expect(verifier.identify("\(parts[0]).\(parts[1]).") == .failure(.algorithm), "without a signature")
        }
    }

    @Test(arguments: ["null", "1", "[\"RS256\"]", "{}", "true"])
    func `an algorithm that is no text is refused`(value: String) throws {
        let token = try rsa.token(header: #"{"alg":\#(value),"kid":"rsa"}"#, TestIssuer.claims())
        #expect(verifier.identify(token) == .failure(.malformed))
    }

    @Test func `a public key is no shared secret`() throws {
        // Algorithm confusion: the token is authenticated by HMAC under the public key's text.
        for text in [try rsa.jwk(), "-----BEGIN PUBLIC KEY-----"] {
            let signed =
                Base64URL.encode(Array(#"{"alg":"HS256","kid":"rsa"}"#.utf8)) + "."
                + Base64URL.encode(Array(TestIssuer.claims().utf8))
            let code = HMACSHA256.authenticate(key: SymmetricKey(Array(text.utf8)), Array(signed.utf8))
            #expect(verifier.identify("\(signed).\(Base64URL.encode(code.bytes))") == .failure(.algorithm))
        }
    }

    @Test(arguments: 0..<4, 0..<4) func `a key verifies its own algorithm only`(of: Int, as other: Int) throws {
        guard of != other else { return }
        let (forge, foreign) = (try TestIssuer.forges[of].get(), try TestIssuer.forges[other].get())
        let header = #"{"alg":"\#(foreign.algorithm)","kid":"\#(forge.kid ?? "")"}"#
        #expect(verifier.identify(try forge.token(header: header, TestIssuer.claims())) == .failure(.badSignature))
    }

    @Test func `an issuer's algorithms may be fewer`() throws {
        let verifier = try TestIssuer.verifier { $0.algorithms = [.es256] }
        #expect(verifier.identify(try rsa.token(TestIssuer.claims())) == .failure(.algorithm))
        #expect(verifier.principal(try TestIssuer.p256.get().token(TestIssuer.claims())) != nil)
    }

    @Test func `a token is good until its end and the leeway after it`() throws {
        let token = try rsa.token(TestIssuer.claims())
        #expect(verifier.principal(token, now: TestIssuer.now + 359) != nil)
        #expect(verifier.identify(token, now: TestIssuer.now + 360) == .failure(.expired))
        #expect(verifier.principal(token, now: TestIssuer.now - 60) != nil)
        #expect(verifier.identify(token, now: TestIssuer.now - 61) == .failure(.notYetValid))
        // A token that is remembered is judged by the clock again.
        #expect(verifier.principal(token) != nil)
        #expect(verifier.identify(token, now: TestIssuer.now + 360) == .failure(.expired))
        #expect(verifier.identify(token, now: TestIssuer.now - 61) == .failure(.notYetValid))
    }

    @Test(
        arguments: [
            ("exp", nil, IdentityFailure.claims), ("exp", "null", .claims), ("exp", #""1800000300""#, .claims),
            ("exp", "1e300", .claims), ("exp", "0", .expired), ("exp", "-1", .expired),
            ("exp", "-9223372036854775808", .expired), ("nbf", "1800000061", .notYetValid),
            ("nbf", "9223372036854775807", .notYetValid), ("nbf", "[]", .claims), ("iat", "1800000061", .notYetValid),
            ("iat", #""now""#, .claims), ("aud", nil, .wrongAudience), ("aud", #""Sallyport""#, .wrongAudience),
            ("aud", #""sallyport ""#, .wrongAudience), ("aud", "[]", .wrongAudience),
            ("aud", #"["x"]"#, .wrongAudience),
            ("aud", #"["sallyport",1]"#, .wrongAudience), ("aud", #"{"sallyport":1}"#, .wrongAudience),
            ("aud", "null", .wrongAudience), ("iss", nil, .wrongIssuer),
            ("iss", #""https://login.example.com/""#, .wrongIssuer),
            ("iss", #""https://login.example.com/main/""#, .wrongIssuer), ("iss", "1", .wrongIssuer),
            ("iss", #"["https://login.example.com/main"]"#, .wrongIssuer), ("sub", nil, .claims), ("sub", "1", .claims),
            ("sub", #""""#, .claims), ("sub", #""alice\n""#, .claims), ("sub", #""al ice""#, .claims),
            ("sub", #""älice""#, .claims), ("sub", #""alice\u0000""#, .claims), ("sub", #""alice\"""#, .claims),
        ] as [(String, String?, IdentityFailure)])
    func `a claim that is not as it must be proves nothing`(
        name: String, value: String?, failure: IdentityFailure
    ) throws {
        let token = try rsa.token(TestIssuer.claims([name: value]))
        #expect(verifier.identify(token) == .failure(failure))
    }

    @Test(
        arguments: [
            ("exp", "1800000300.5"), ("exp", "1.8000003e9"), ("exp", "9223372036854775807"), ("nbf", "1800000060"),
            ("nbf", "-9223372036854775808"), ("aud", #"["x","other"]"#), ("iat", nil),
            ("sub", #""spiffe://example.com/a-b_c.d@e+f""#),
        ] as [(String, String?)])
    func `a claim in an unusual but right form proves as well`(name: String, value: String?) throws {
        #expect(verifier.principal(try rsa.token(TestIssuer.claims([name: value]))) != nil)
    }

    @Test func `a lifetime past the allowed one is refused`() throws {
        let verifier = try TestIssuer.verifier { $0.maximumLifetimeSeconds = 300 }
        #expect(verifier.principal(try rsa.token(TestIssuer.claims())) != nil)
        let long = TestIssuer.claims(["exp": "\(TestIssuer.now + 301)"])
        #expect(verifier.identify(try rsa.token(long)) == .failure(.lifetime))
        #expect(verifier.identify(try rsa.token(TestIssuer.claims(["iat": nil]))) == .failure(.claims))
        let ancient = TestIssuer.claims(["iat": "-9223372036854775808"])
        #expect(verifier.identify(try rsa.token(ancient)) == .failure(.lifetime))
    }

    @Test(arguments: [
        #"{"alg":"RS256","kid":"rsa","crit":["exp"],"exp":1}"#, #"{"alg":"RS256","kid":"rsa","crit":[]}"#,
        #"{"alg":"RS256","kid":"rsa","b64":false,"crit":["b64"]}"#, #"{"alg":"RS256","kid":"rsa","b64":true}"#,
        #"{"alg":"RS256","kid":"rsa","cty":"JWT"}"#, #"{"alg":"RS256","kid":"rsa","enc":"A128GCM"}"#,
        #"{"alg":"RS256","kid":"rsa","zip":"DEF"}"#, #"{"alg":"RS256","kid":"rsa","typ":"dpop+jwt"}"#,
        #"{"alg":"RS256","kid":"rsa","typ":"logout+jwt"}"#, #"{"alg":"RS256","kid":"rsa","typ":1}"#,
        #"{"alg":"RS256","kid":"rsa","alg":"RS256"}"#, #"{"alg":"none","kid":"rsa","\u0061lg":"RS256"}"#,
        #"{"kid":"rsa"}"#, #"{"alg":"RS256","kid":1}"#, #"{"alg":"RS256","kid":null}"#, #"["RS256"]"#, #""RS256""#, "{",
        " ", #"{"alg":"RS256","kid":"rsa"} x"#, "\u{FEFF}" + #"{"alg":"RS256","kid":"rsa"}"#,
    ])
    func `a header that is to be read otherwise is refused`(header: String) throws {
        #expect(verifier.identify(try rsa.token(header: header, TestIssuer.claims())) == .failure(.malformed))
    }

    @Test(arguments: ["JWT", "jwt", "at+jwt", "application/at+jwt"])
    func `types of access tokens are taken`(type: String) throws {
        let header = #"{"alg":"RS256","kid":"rsa","typ":"\#(type)"}"#
        #expect(verifier.principal(try rsa.token(header: header, TestIssuer.claims())) != nil)
    }

    @Test func `claims with a name twice are refused`() throws {
        let claims = TestIssuer.claims().dropLast() + #","sub":"admin"}"#
        #expect(verifier.identify(try rsa.token(String(claims))) == .failure(.malformed))
        let escaped = TestIssuer.claims().dropLast() + #","s\u0075b":"admin"}"#
        #expect(verifier.identify(try rsa.token(String(escaped))) == .failure(.malformed))
    }

    @Test(arguments: [
        "../../etc/passwd", "/dev/null", "file:///etc/passwd", "https://evil.example/jwks.json",
        "rsa'; DROP TABLE keys;--",
        "rsa\\u0000", "", " rsa", "RSA", "%72sa", "0",
    ])
    func `a key identifier is a name to compare and nothing else`(kid: String) throws {
        let header = #"{"alg":"RS256","kid":"\#(kid)"}"#
        #expect(verifier.identify(try rsa.token(header: header, TestIssuer.claims())) == .failure(.unknownKey))
    }

    @Test func `a long key identifier is refused`() throws {
        let header = #"{"alg":"RS256","kid":"\#(String(repeating: "k", count: 257))"}"#
        #expect(verifier.identify(try rsa.token(header: header, TestIssuer.claims())) == .failure(.malformed))
    }

    @Test func `keys that a token brings along or points to are not looked at`() throws {
        let evil = try TokenForge(.p256, kid: "evil")
        let jwk = try evil.jwk()
        for (header, failure) in [
            (#"{"alg":"ES256","jwk":\#(jwk)}"#, IdentityFailure.badSignature),
            (#"{"alg":"ES256","kid":"evil","jwk":\#(jwk)}"#, .unknownKey),
            (#"{"alg":"ES256","kid":"p256","jwk":\#(jwk)}"#, .badSignature),
            (#"{"alg":"ES256","kid":"p256","jku":"https://evil.example/jwks"}"#, .badSignature),
            (#"{"alg":"ES256","kid":"p256","x5u":"https://evil.example/c.pem","x5c":["MIIB"]}"#, .badSignature),
        ] {
            #expect(verifier.identify(try evil.token(header: header, TestIssuer.claims())) == .failure(failure))
        }
    }

    @Test func `a token without a key identifier is tried with the keys that fit`() throws {
        let token = try rsa.token(header: #"{"alg":"RS256"}"#, TestIssuer.claims())
        #expect(verifier.principal(token) != nil)
    }

    @Test(arguments: ["=", "\n", " ", "+", "/", ".", "A", "\0"])
    func `a token has no padding and nothing after it`(end: String) throws {
        let token = try rsa.token(TestIssuer.claims())
        #expect(verifier.principal(token) != nil)
        #expect(verifier.principal(token + end) == nil)
        let parts = token.split(separator: ".")
        #expect(verifier.principal("\(parts[0])\(end).\(parts[1]).\(parts[2])") == nil)
        #expect(verifier.principal("\(parts[0]).\(parts[1])\(end).\(parts[2])") == nil)
    }

    @Test func `bits that are left over must be zero`() throws {
        // 64 bytes of a signature leave 4 bits in the last letter; a lax decoder takes 16 letters for one.
        let forge = try TestIssuer.ed25519.get()
        let token = try forge.token(TestIssuer.claims())
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        let good = alphabet.filter { verifier.principal(token.dropLast() + String($0)) != nil }
        #expect(good.map { $0 } == [token.last])
    }

    @Test(arguments: ["", ".", "..", "...", "a.b", "a.b.c", "e30.e30.", "e30.e30.e30.e30.e30", "e30..e30", ".e30.e30"])
    func `what is no token proves nothing`(text: String) {
        guard case .failure = verifier.identify(text) else { return #expect(Bool(false), "\(text)") }
    }

    @Test func `a token past 16 KiB is refused unread`() throws {
        let filler = String(repeating: "x", count: 12_400)
        let token = try rsa.token(TestIssuer.claims(["filler": #""\#(filler)""#]))
        #expect(token.utf8.count > 16 << 10)
        #expect(verifier.identify(token) == .failure(.malformed))
        let smaller = try rsa.token(TestIssuer.claims(["filler": #""\#(filler.prefix(11_000))""#]))
        #expect(verifier.principal(smaller) != nil)
    }

    @Test func `deep claims are refused`() throws {
        let deep = String(repeating: "[", count: 5_000) + String(repeating: "]", count: 5_000)
        #expect(verifier.identify(try rsa.token(TestIssuer.claims(["x": deep]))) == .failure(.malformed))
    }

    @Test func `without an issuer no token is taken`() throws {
        let none = TokenVerifier([], tenants: TestIssuer.tenants)
        #expect(none.identify(try rsa.token(TestIssuer.claims())) == .failure(.malformed))
        #expect(none.isEmpty)
    }

    @Test func `an issuer's key proves nothing of another issuer's principals`() throws {
        let other = try TokenForge(.p256, kid: "p256")
        let mine = try #require(TokenIssuer(issuer: TestIssuer.name, audiences: ["sallyport"]))
        let theirs = try #require(TokenIssuer(issuer: "https://other.example", audiences: ["sallyport"]))
        let verifier = TokenVerifier(
            [
                .init(
                    mine,
                    keys: IssuerKeys(
                        issuer: mine.issuer, fixed: try TestIssuer.keySet([try TestIssuer.p256.get().jwk()]))),
                .init(
                    theirs, keys: IssuerKeys(issuer: theirs.issuer, fixed: try TestIssuer.keySet([try other.jwk()]))),
            ], tenants: TestIssuer.tenants)
        #expect(verifier.identify(try other.token(TestIssuer.claims())) == .failure(.badSignature))
        let own = try other.token(TestIssuer.claims(["iss": #""https://other.example""#]))
        #expect(verifier.principal(own)?.proof.credential.hasPrefix("jwt:other.example:") == true)
    }
}
