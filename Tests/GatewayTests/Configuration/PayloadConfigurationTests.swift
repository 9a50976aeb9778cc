import Cryptography
import Inference
import Testing

@testable import Gateway

/// The section `payloads` of `policies/privacy.yaml`, and the vault's settings in `sallyport.yaml`.
struct PayloadConfigurationTests {
    private func load(_ text: String) throws -> PayloadSettings {
        try ConfigurationFixture("policies/privacy.yaml", text).load().payloads
    }

    private func errors(_ file: String, _ text: String, _ environment: [String: String] = [:]) -> [String] {
        var fixture = ConfigurationFixture(file, text)
        fixture.environment.merge(environment) { $1 }
        do {
            _ = try fixture.load()
            return []
        } catch {
            return "\(error)".split(separator: "\n").map(String.init)
        }
    }

    private func principal(_ name: String, teams: [String] = [], tenant: String = "default") -> Principal {
        Principal(kind: .user, name: name, teams: teams, tenant: tenant, method: .apiKey, credential: "key_1")
    }

    private let destination = Destination(provider: ProviderID("demo"), model: "demo")

    @Test(arguments: ["", "payloads:\n", "payloads: { keep_for: 90d }\n"])
    func `without rules nothing is kept`(_ text: String) throws {
        let settings = try load(text)
        #expect(settings.rules.isEmpty)
        #expect(settings.parts(ModelID("demo"), destination, .raw, principal("a")).isEmpty)
    }

    @Test func `every setting is taken`() throws {
        let settings = try load("payloads: { keep_for: 90d, answer_bytes: 1MiB, rules: [{}] }\n")
        #expect(settings.keepMilliseconds == Int64(90) * 86_400_000)
        #expect(settings.answerBytes == 1 << 20)
        #expect(settings.parts(ModelID("x"), destination, .raw, principal("a")) == [.request, .answer])
    }

    @Test func `the first rule that fits decides, and fits where all of its lists do`() throws {
        let settings = try load(
            """
            payloads:
              rules:
                - { principals: [quiet], seal: [] }
                - { models: ["gpt-*"], forms: [raw], seal: [request, original] }
                - { tenants: [default], providers: [demo], seal: [request] }

            """)
        func parts(_ model: String, _ form: SendingForm, _ name: String, _ tenant: String = "default") -> Set<
            PayloadSettings.Part
        > {
            settings.parts(ModelID(model), destination, form, principal(name, tenant: tenant))
        }
        #expect(parts("gpt-9", .raw, "quiet").isEmpty)
        #expect(parts("gpt-9", .raw, "loud") == [.request, .original])
        #expect(parts("gpt-9", .redacted, "loud") == [.request])
        #expect(parts("other", .raw, "loud", "elsewhere").isEmpty)
    }

    @Test(arguments: [
        ("payloads: { rule: [] }\n", "unknown key `rule` in `payloads`, did you mean `rules`?"),
        ("payloads: { rules: [{ providers: [dmo] }] }\n", "unknown provider `dmo`, did you mean `demo`?"),
        ("payloads: { rules: [{ teams: [nobodies] }] }\n", "unknown team `nobodies`"),
        ("payloads: { rules: [{ models: [] }] }\n", "expected at least one"),
        ("payloads: { rules: [{ models: [\"a*b\"] }] }\n", "with `*` only as its end"),
        ("payloads: { rules: [{ forms: [pseudonymized] }] }\n", "did you mean `pseudonymised`?"),
        ("payloads: { rules: [{ seal: [answer] }] }\n", "expected `request` as well"),
        ("payloads: { rules: [{ seal: [requests] }] }\n", "did you mean `request`?"),
        ("payloads: { keep_for: 1s }\n", "expected a duration from"),
    ])
    func `what is wrong is told with its place`(_ text: String, _ message: String) {
        let errors = errors("policies/privacy.yaml", text)
        #expect(errors.count == 1)
        #expect(
            errors.first?.contains(message) == true && errors.first?.contains("privacy.yaml:1:") == true, "\(errors)")
    }

    @Test func `the policies' hash covers what is kept`() throws {
        let first = try ConfigurationFixture("policies/privacy.yaml", "payloads: { rules: [{}] }\n").load()
        let second = try ConfigurationFixture("policies/privacy.yaml", "payloads: { rules: [{ seal: [] }] }\n").load()
        #expect(first.policySet != second.policySet)
    }

    private static let digits = String(repeating: "0f", count: 32)

    @Test func `the vault's key is a file, a variable or a public half`() throws {
        func key(_ text: String) throws -> VaultKeySettings {
            var fixture = ConfigurationFixture("sallyport.yaml", ConfigurationFixture.main + "ledger: { \(text) }\n")
            fixture.environment["VAULT_KEY"] = Self.digits
            return try fixture.load().ledger.vaultKey
        }
        #expect(try key("vault: v") == .file("etc/var/vault.key"))
        #expect(try key("vault_key: { file: k }") == .file("etc/k"))
        #expect(try key("vault_key: { env: VAULT_KEY }") == .secret(try #require(Secret(Self.digits))))
        #expect(!"\(try key("vault_key: { env: VAULT_KEY }"))".contains(Self.digits))
        guard
            case .publicKey(let place) = try key(
                "vault_key: { public_key: p.pem, private_key: 'pkcs11:object=a', digest: sha1 }")
        else {
            Issue.record("no public key")
            return
        }
        #expect(place.file == "etc/p.pem" && place.privateKey == "pkcs11:object=a" && place.digest == .sha1)
    }

    @Test(arguments: [
        ("vault_key: secret", "expected `{file: path}`, `{env: NAME}` or"),
        ("vault_key: { file: a, env: B }", "expected one of"),
        ("vault_key: { env: VAULT_KEY }", "expected 64 hexadecimal digits"),
        ("vault_key: { env: NONE }", "environment variable `NONE` is not set"),
        ("vault_key: { public_key: a, digest: md5 }", "expected `sha256` or `sha1`"),
        ("vault_key: { publik_key: a }", "unknown key `publik_key`"),
    ])
    func `what is wrong with the vault's key is told, and never the key`(_ text: String, _ message: String) {
        let errors = errors(
            "sallyport.yaml", ConfigurationFixture.main + "ledger: { \(text) }\n", ["VAULT_KEY": "0123456789"])
        #expect(errors.contains { $0.contains(message) }, "\(errors)")
        #expect(!errors.contains { $0.contains("0123456789") })
    }
}
