import Inference

@testable import Gateway

/// A configuration with a few policies, two providers and an alias of two candidates, for asking policies.
enum PolicyFixture {
    static let cedar = """
        @id("in-house-raw") @reason("our own machines")
        permit (principal, action == Action::"send_raw", resource) when { resource.trust == "internal" };
        @id("outside-pseudonyms")
        permit (principal, action == Action::"send_pseudonymised", resource);
        @id("outside-redacted")
        permit (principal, action == Action::"send_redacted", resource);
        @id("secrets-redacted")
        forbid (principal, action in [Action::"send_raw", Action::"send_pseudonymised"], resource)
        when { context.classes.contains("secret") } unless { resource.trust == "internal" };
        @id("cards-stay")
        forbid (principal, action, resource)
        when { context.counts.card > 0 } unless { resource.trust == "internal" };
        @id("suspended")
        forbid (principal in Team::"suspended", action, resource);
        @id("list")
        permit (principal, action == Action::"list_models", resource);
        """

    static func workbench(cedar: String = cedar, privacy: String = "") throws -> PolicyWorkbench {
        var fixture = ConfigurationFixture()
        fixture.files["etc/sallyport.yaml"] = """
            tls: { certificates: [{ chain: certs/server.pem, key: certs/server.key }] }
            providers:
              house: { kind: openai, base_url: "http://127.0.0.1:9/v1", plaintext: true, trust: internal }
              openai: { kind: openai, api_key: { env: OPENAI_API_KEY } }
              anthropic: { kind: anthropic, api_key: { env: ANTHROPIC_API_KEY }, when: key_present }
            """
        fixture.files["etc/policies/models.yaml"] = """
            aliases:
              small:
                candidates: [{ provider: house, model: qwen }, { provider: openai, model: gpt }]
              claude: { candidates: [{ provider: anthropic, model: claude }] }
              gpt: { candidates: [{ provider: openai, model: gpt }] }
              any/*: { candidates: [{ provider: openai, model: "*" }] }
            """
        fixture.files["etc/policies/principals.yaml"] =
            "teams: { developers: {}, suspended: {}, acme: { tenant: acme } }\n"
        fixture.files["etc/policies/access.cedar"] = cedar
        fixture.files["etc/policies/privacy.yaml"] = privacy
        let files = fixture.files
        return try PolicyWorkbench(
            ConfigurationLoader.load(path: "etc/sallyport.yaml", environment: [:], assumesSecrets: true) {
                path throws(ConfigurationFileError) in
                guard let text = files[path] else { throw ConfigurationFileError(reason: "no such file or directory") }
                return Array(text.utf8)
            })
    }

    /// Reads cases; throws what is wrong with them.
    static func cases(_ yaml: String, _ workbench: PolicyWorkbench) throws -> [PolicyTestCase] {
        try PolicyTestReader.read(["tests/a.yaml"], for: workbench) { _ throws(ConfigurationFileError) in
            Array(yaml.utf8)
        }
    }

    /// What is wrong with cases, one error a line; empty if nothing is.
    static func errors(_ yaml: String, privacy: String = "") throws -> String {
        do {
            _ = try cases(yaml, workbench(privacy: privacy))
            return ""
        } catch let error as ConfigurationErrors {
            return error.description
        }
    }
}
