import Cryptography
import Testing

@testable import Identity

struct JSONWebKeySetTests {
    private func parse(_ text: String) throws -> JSONWebKeySet { try JSONWebKeySet(parsing: Array(text.utf8)) }

    private func reason(_ key: String) throws -> String? {
        let good = try TestIssuer.ed25519.get().jwk()
        let set = try TestIssuer.keySet([key, good])
        #expect(set.count == (set.skipped.isEmpty ? 2 : 1))
        return set.skipped.first?.reason
    }

    @Test func `the key of RFC 8037, A.2, is read`() throws {
        let set = try parse(
            #"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}],"more":1}"#)
        #expect(set.count == 1)
        #expect(set.skipped.isEmpty)
    }

    @Test func `keys that can't verify tokens are passed over with a reason`() throws {
        let rsa = try TestIssuer.rsa.get()
        let p256 = try TestIssuer.p256.get()
        let cases: [(String, String)] = [
            ("1", "object"), ("{}", "`kty`"), (#"{"kty":"oct","k":"AAAA"}"#, "secret"), (#"{"kty":"oct"}"#, "`kty`"),
            (try rsa.jwk(#","use":"enc""#), "`use`"), (try rsa.jwk(#","use":1"#), "`use`"),
            (try rsa.jwk(#","key_ops":["sign"]"#), "`key_ops`"), (try rsa.jwk(#","key_ops":"verify""#), "`key_ops`"),
            (try rsa.jwk(#","alg":"RSA-OAEP""#), "`alg`"), (try rsa.jwk(#","alg":"HS256""#), "`alg`"),
            (try rsa.jwk(#","alg":"none""#), "`alg`"), (try rsa.jwk(#","alg":"ES256""#), "type of its `alg`"),
            (try p256.jwk(#","alg":"ES384""#), "type of its `alg`"), (try p256.jwk(#","d":"AAAA""#), "secret"),
            (try TokenForge(.rsa, rsaBits: 1024).jwk(), "2,048"),
            (#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#, "2,048"), (#"{"kty":"RSA","n":"AQAB"}"#, "`e`"),
            (#"{"kty":"RSA","n":"AQA=","e":"AQAB"}"#, "`n`"), (#"{"kty":"EC","crv":"P-521","x":"","y":""}"#, "`crv`"),
            (#"{"kty":"EC","crv":"secp256k1","x":"","y":""}"#, "`crv`"),
            (#"{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}"#, "curve"),
            (#"{"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#, "`crv`"),
            (#"{"kty":"OKP","crv":"Ed25519","x":"11qY"}"#, "curve"), (#"{"kty":"OKP","crv":"Ed25519"}"#, "`x`"),
            (#"{"kty":"OKP","crv":"Ed25519","kid":1,"x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#, "`kid`"),
        ]
        for (key, word) in cases {
            let reason = try #require(try reason(key), "\(key) is used")
            #expect(reason.contains(word), "\(reason)")
        }
        #expect(
            try reason(try rsa.jwk(#","alg":"RS256","use":"sig","key_ops":["verify"],"x5c":["MIIB"],"ext":true"#))
                == nil)
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"keys":{}}"#, #"{"keys":[]}"#, #"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#,
        "{\"keys\":[\n  nul]}",
        #"{"keys":[],"keys":[]}"#,
    ])
    func `a set without a key that can be used is none`(text: String) throws {
        let fault = #expect(throws: JSONWebKeySet.Fault.self) { try parse(text) }
        #expect(fault?.description.contains("c2VjcmV0") == false)
        if text.contains("nul") { #expect(fault?.line == 2) }
    }

    @Test func `a set that is too large is none`() throws {
        let key = try TestIssuer.ed25519.get().jwk()
        #expect(throws: JSONWebKeySet.Fault.self) { try TestIssuer.keySet(Array(repeating: key, count: 257)) }
        #expect(throws: JSONWebKeySet.Fault.self) {
            try TestIssuer.keySet([key, "\"" + String(repeating: "x", count: 256 << 10) + "\""])
        }
    }

    @Test func `of keys with one identifier the one that fits verifies`() throws {
        let forges = try [TokenForge.Kind.p256, .p256, .ed25519].map { try TokenForge($0, kid: "same") }
        let verifier = try TestIssuer.verifier(try forges.map { try $0.jwk() })
        for forge in forges { #expect(verifier.principal(try forge.token(TestIssuer.claims())) != nil) }
        let stranger = try TokenForge(.p256, kid: "same")
        #expect(verifier.identify(try stranger.token(TestIssuer.claims())) == .failure(.badSignature))
    }

    @Test func `not more than four keys are tried for a token`() throws {
        let forges = try (0..<5).map { _ in try TokenForge(.p256, kid: "same") }
        let verifier = try TestIssuer.verifier(try forges.map { try $0.jwk() })
        let proved = try forges.map { verifier.principal(try $0.token(TestIssuer.claims())) != nil }
        #expect(proved == [true, true, true, true, false])
    }
}
