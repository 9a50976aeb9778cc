import Cryptography
import Inference
import Testing

@testable import Identity

struct TokenFloodTests {
    private static let flood = 100_000

    @Test func `a hundred thousand forged tokens that share a prefix leave nothing behind`() throws {
        let forge = try TestIssuer.ed25519.get()
        let verifier = try TestIssuer.verifier([try forge.jwk()])
        let good = try forge.token(TestIssuer.claims())
        let dot = try #require(good.lastIndex(of: "."))
        let prefix = Array(good[...dot].utf8)
        var signature = try #require(Base64URL.decode(String(good[good.index(after: dot)...])))
        var refused = 0
        for number in 0..<Self.flood {
            withUnsafeBytes(of: number) { signature.replaceSubrange(8..<16, with: $0) }
            let token = prefix + Array(Base64URL.encode(signature).utf8)
            let verdict = token.withUnsafeBytes { verifier.identify(presented: $0, now: TestIssuer.now) }
            if verdict == .failure(.badSignature) { refused += 1 }
        }
        #expect(refused == Self.flood)
        #expect(verifier.rememberedTokens == 0)
        #expect(verifier.principal(good) != nil)
    }

    @Test func `good tokens are remembered up to a bound, however many share a prefix`() throws {
        let forge = try TestIssuer.ed25519.get()
        let verifier = try TestIssuer.verifier([try forge.jwk()], remembered: 100)
        var names: Set<String> = []
        for number in 0..<1_000 {
            let token = try forge.token(TestIssuer.claims(["jti": #""\#(number)""#]))
            let first = try #require(verifier.principal(token))
            #expect(verifier.principal(token) == first)
            #expect(verifier.rememberedTokens <= 100)
            names.insert(first.proof.credential)
        }
        #expect(names.count == 1_000)
        #expect(verifier.rememberedTokens > 50)
    }

    @Test func `no change to a token proves anything, and none traps`() throws {
        var random = SplitMix(state: 0x5A11_4907)
        for index in 0..<4 {
            let forge = try TestIssuer.forges[index].get()
            let verifier = try TestIssuer.verifier()
            let good = Array(try forge.token(TestIssuer.claims()).utf8)
            let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n\u{0}\"{}".utf8)
            for _ in 0..<3_000 {
                var token = good
                for _ in 0...random.below(3) {
                    guard !token.isEmpty else { break }
                    let place = random.below(token.count)
                    switch random.below(5) {
                    case 0: token[place] = letters[random.below(letters.count)]
                    case 1: token.remove(at: place)
                    case 2: token.insert(letters[random.below(letters.count)], at: place)
                    case 3: token.removeSubrange(place...)
                    default: token.swapAt(place, random.below(token.count))
                    }
                }
                guard token != good else { continue }
                let verdict = token.withUnsafeBytes { verifier.identify(presented: $0, now: TestIssuer.now) }
                if case .success = verdict {
                    Issue.record("\(String(decoding: token, as: UTF8.self)) proves something")
                }
            }
            #expect(good.withUnsafeBytes { verifier.identify(presented: $0, now: TestIssuer.now) }.isSuccess)
        }
    }

    @Test func `no JSON in header or claims traps`() throws {
        var random = SplitMix(state: 1)
        let forge = try TestIssuer.ed25519.get()
        let verifier = try TestIssuer.verifier([try forge.jwk()]) { issuer in
            issuer.claims.teams = ClaimPath(["groups", "all"])
            issuer.claims.attributes = [.init(name: "a", claim: ClaimPath("a"), kind: .long)]
            issuer.maximumLifetimeSeconds = 1_000
        }
        let values = [
            "null", "true", "0", "-0", "1e400", "-1e-400", "9223372036854775807", "-9223372036854775808", "1e18", "[]",
            "{}",
            #""""#, #""\ud800""#, #""\u0000""#, #"["x",[]]"#, #"{"all":[1]}"#, #"{"all":"support"}"#, "1800000300.25",
        ]
        let names = ["exp", "nbf", "iat", "aud", "iss", "sub", "jti", "groups", "a", "alg", "kid", "typ", "crit"]
        for _ in 0..<2_000 {
            var claims: [String: String?] = [:]
            for _ in 0...random.below(3) {
                claims[names[random.below(names.count)]] = values[random.below(values.count)]
            }
            let kid = values[random.below(values.count)]
            let header = random.below(3) == 0 ? #"{"alg":"EdDSA","kid":\#(kid)}"# : nil
            _ = verifier.identify(try forge.token(header: header, TestIssuer.claims(claims)))
        }
    }
}

extension TokenVerdict {
    var isSuccess: Bool { if case .success = self { true } else { false } }
}

/// A small generator, so that each run tries the same.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
