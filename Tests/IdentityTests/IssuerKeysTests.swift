import Testing

@testable import Identity

struct IssuerKeysTests {
    let forge: TokenForge
    let set: JSONWebKeySet
    let keys: IssuerKeys
    let verifier: TokenVerifier
    private static let now = TestIssuer.now

    init() throws {
        forge = try TestIssuer.ed25519.get()
        set = try TestIssuer.keySet([try forge.jwk()])
        keys = IssuerKeys(issuer: TestIssuer.name)
        let issuer = try #require(TokenIssuer(issuer: TestIssuer.name, audiences: ["sallyport"]))
        verifier = TokenVerifier([.init(issuer, keys: keys)], tenants: TestIssuer.tenants)
    }

    private func token(_ now: Int64, header: String? = nil) throws -> String {
        try forge.token(header: header, TestIssuer.claims(["exp": "\(now + 300)", "iat": "\(now)"]))
    }

    @Test func `before there are keys a token waits for them`() throws {
        let token = try token(Self.now)
        #expect(keys.isDue(now: Self.now))
        #expect(verifier.identify(token) == .needsKeys(issuer: TestIssuer.name))
        #expect(keys.beginFetch(now: Self.now))
        #expect(!keys.beginFetch(now: Self.now + 100), "one fetch at a time")
        #expect(verifier.identify(token) == .needsKeys(issuer: TestIssuer.name), "while it is under way")
        #expect(keys.fetched(set, maximumAge: nil, now: Self.now))
        #expect(verifier.principal(token) != nil)
    }

    @Test func `keys that can't be had prove nothing, and are asked for again after a while`() throws {
        let token = try token(Self.now)
        #expect(keys.beginFetch(now: Self.now))
        keys.failed(now: Self.now)
        #expect(verifier.identify(token) == .failure(.keysUnavailable))
        #expect(verifier.identify(token, now: Self.now + 29) == .failure(.keysUnavailable))
        #expect(!keys.isDue(now: Self.now + 29))
        #expect(keys.isDue(now: Self.now + 30))
        #expect(verifier.identify(token, now: Self.now + 30) == .needsKeys(issuer: TestIssuer.name))
    }

    @Test func `an unknown key is asked for, at most once in thirty seconds`() throws {
        #expect(keys.beginFetch(now: Self.now))
        keys.fetched(set, maximumAge: nil, now: Self.now)
        let header = #"{"alg":"EdDSA","kid":"new"}"#
        let unknown = try token(Self.now, header: header)
        #expect(verifier.identify(unknown, now: Self.now + 29) == .failure(.unknownKey))
        #expect(verifier.identify(unknown, now: Self.now + 30) == .needsKeys(issuer: TestIssuer.name))
        #expect(keys.beginFetch(now: Self.now + 30))
        let rotated = try TestIssuer.keySet([try TokenForge(.p256, kid: "new").jwk()])
        #expect(keys.fetched(rotated, maximumAge: nil, now: Self.now + 30))
        #expect(verifier.identify(unknown, now: Self.now + 31) == .failure(.badSignature))
    }

    @Test func `a token without an identifier asks for other keys, too`() throws {
        #expect(keys.beginFetch(now: Self.now))
        keys.fetched(try TestIssuer.keySet([try TokenForge(.ed25519).jwk()]), maximumAge: nil, now: Self.now)
        let nameless = try token(Self.now, header: #"{"alg":"EdDSA"}"#)
        #expect(verifier.identify(nameless, now: Self.now + 29) == .failure(.badSignature))
        #expect(verifier.identify(nameless, now: Self.now + 30) == .needsKeys(issuer: TestIssuer.name))
    }

    @Test func `tokens are verified again once the keys are others`() throws {
        let token = try token(Self.now)
        #expect(keys.beginFetch(now: Self.now))
        keys.fetched(set, maximumAge: nil, now: Self.now)
        #expect(verifier.principal(token) != nil)
        #expect(verifier.rememberedTokens == 1)
        #expect(!keys.fetched(set, maximumAge: nil, now: Self.now + 1), "the same keys")
        #expect(verifier.principal(token) != nil)
        keys.fetched(try TestIssuer.keySet([try TokenForge(.ed25519).jwk()]), maximumAge: nil, now: Self.now + 2)
        #expect(verifier.principal(token) == nil, "the key was taken out of service")
    }

    @Test(
        arguments: [
            (nil, 3_600), (0, 300), (-5, 300), (299, 300), (1_000, 1_000), (86_400, 86_400), (1 << 40, 86_400),
        ] as [(Int64?, Int64)])
    func `keys live as long as their issuer says, within bounds`(age: Int64?, lifetime: Int64) throws {
        #expect(keys.beginFetch(now: Self.now))
        keys.fetched(set, maximumAge: age, now: Self.now)
        let refresh = Self.now + lifetime / 10 * 9
        #expect(!keys.isDue(now: refresh - 1))
        #expect(keys.isDue(now: refresh))
        // The issuer is down: they serve for a day more.
        #expect(keys.beginFetch(now: refresh))
        keys.failed(now: refresh)
        #expect(!keys.isDue(now: refresh + 29))
        #expect(keys.isDue(now: refresh + 30))
        let end = Self.now + lifetime + 86_400
        let token = try token(end)
        #expect(verifier.principal(token, now: end - 1) != nil)
        #expect(verifier.identify(token, now: end) == .needsKeys(issuer: TestIssuer.name))
        #expect(keys.beginFetch(now: end))
        keys.failed(now: end)
        #expect(verifier.identify(token, now: end + 1) == .failure(.keysUnavailable))
    }

    @Test func `a clock that is set back does not forbid fetches`() {
        #expect(keys.beginFetch(now: Self.now))
        keys.failed(now: Self.now)
        #expect(keys.isDue(now: Self.now - 1_000_000))
    }

    @Test func `keys from a file are never fetched, and serve until they are replaced`() throws {
        let fixed = IssuerKeys(issuer: "x", fixed: set)
        #expect(!fixed.isDue(now: .max))
        #expect(!fixed.mayWait(now: .max))
        #expect(!fixed.beginFetch(now: 0))
        #expect(fixed.usable(now: .max - 1) != nil)
        let version = fixed.usableVersion(now: 0)
        fixed.replace(try TestIssuer.keySet([try TokenForge(.p256).jwk()]))
        #expect(fixed.usableVersion(now: 0) != version)
    }
}
