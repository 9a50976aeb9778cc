import Foundation
import Inference
import Limits
import NIOCore
import Privacy
import Routing
import SecureTransport
import Testing
import Upstream

@testable import Gateway

struct ConfigurationLoaderTests {
    private static let main = ConfigurationFixture.main

    private func load(_ addition: String = "", file: String = "sallyport.yaml") throws -> GatewayConfiguration {
        try ConfigurationFixture(file, file == "sallyport.yaml" ? Self.main + addition : addition).load()
    }

    private func provider(_ lines: String) throws -> ProviderSettings {
        try #require(try load("  other:\n    kind: openai\n" + lines).provider(ProviderID("other")))
    }

    // MARK: The main file

    @Test func `every default is in place`() throws {
        let configuration = try load()
        #expect(configuration.source == "etc/sallyport.yaml")
        #expect(configuration.listen == .init(address: "127.0.0.1", port: 8443))
        #expect(configuration.admin == .init(address: "127.0.0.1", port: 8444))
        #expect(
            configuration.tls
                == TLSConfiguration(certificates: [
                    .init(certificate: "etc/certs/server.pem", key: "etc/certs/server.key")
                ]))
        #expect(configuration.limits.bodyBytes == 32 << 20)
        #expect(configuration.limits.bodiesInFlight == 1 << 30)
        #expect(configuration.limits.inspectionTimeout == .seconds(30))
        #expect(configuration.drainMilliseconds == 30_000)
        #expect(configuration.eventLoops == nil)
        #expect(configuration.logLevel == .info)
        #expect(
            configuration.ledger
                == .init(
                    directory: "etc/var/ledger", durability: .power, name: nil, signingKey: "etc/var/ledger.key",
                    remembered: "etc/var/ledger.seen", checkpointInterval: 1_000,
                    vault: "etc/var/vault",
                    vaultKey: .file("etc/var/vault.key")))
        #expect(configuration.keys == .init(file: "etc/var/keys.jsonl", masterKey: "etc/var/master.key"))
        #expect(configuration.requestLimits == RequestLimits())
        #expect(configuration.privacy == PrivacySettings())
        #expect(configuration.principals == PrincipalDirectory(defaultTenant: "default", tenants: [:]))
        #expect(
            configuration.accessPolicy
                == .init(source: "etc/policies/access.cedar", text: "permit (principal, action, resource);"))
        #expect(configuration.notes.isEmpty)
    }

    @Test func `every setting of the main file is taken`() throws {
        let configuration = try load(
            """
            listen: { address: "::", port: 443 }
            admin: { address: "::1", port: 0 }
            limits:
              header_bytes: 16384
              header_count: 50
              body_bytes: 64MiB
              header_timeout: 1s
              body_timeout: 2s
              idle_timeout: 3m
              connections: 10
              requests_in_flight: 20
              bodies_in_flight: 128MiB
              inspection_timeout: 4s
              drain_timeout: 500ms
            event_loops: 3
            log_level: debug
            ledger: { directory: /var/lib/ledger, durability: process, name: example.com/gateway-1, signing_key: l.key, remembered: /mnt/other/seen, checkpoint_interval: 500ms }
            keys: { file: k, master: m }

            """)
        #expect(configuration.listen == .init(address: "::", port: 443))
        #expect(configuration.admin == .init(address: "::1", port: 0))
        #expect(configuration.limits.headerBytes == 16_384)
        #expect(configuration.limits.headerCount == 50)
        #expect(configuration.limits.bodyBytes == 64 << 20)
        #expect(configuration.limits.headerTimeout == .seconds(1))
        #expect(configuration.limits.bodyTimeout == .seconds(2))
        #expect(configuration.limits.idleTimeout == .minutes(3))
        #expect(configuration.limits.connections == 10)
        #expect(configuration.limits.requestsInFlight == 20)
        #expect(configuration.limits.bodiesInFlight == 128 << 20)
        #expect(configuration.limits.inspectionTimeout == .seconds(4))
        #expect(configuration.drainMilliseconds == 500)
        #expect(configuration.eventLoops == 3)
        #expect(configuration.logLevel == .debug)
        #expect(
            configuration.ledger
                == .init(
                    directory: "/var/lib/ledger", durability: .process, name: "example.com/gateway-1",
                    signingKey: "etc/l.key", remembered: "/mnt/other/seen", checkpointInterval: 500,
                    vault: "etc/var/vault",
                    vaultKey: .file("etc/var/vault.key")))
        #expect(configuration.keys == .init(file: "etc/k", masterKey: "etc/m"))
    }

    @Test func `half of the cores serve, at least one`() {
        #expect([1, 2, 3, 4, 64].map { GatewayConfiguration.defaultEventLoops(cores: $0) } == [1, 1, 1, 2, 32])
    }

    @Test func `a configuration in the current folder has its files there`() throws {
        let fixture = ConfigurationFixture()
        let configuration = try ConfigurationLoader.load(path: "sallyport.yaml", environment: fixture.environment) {
            path throws(ConfigurationFileError) in
            guard let text = fixture.files["etc/" + path] else { throw ConfigurationFileError(reason: "none") }
            return Array(text.utf8)
        }
        #expect(configuration.ledger.directory == "var/ledger")
    }

    @Test func `certificates are grouped by host names, and client certificates asked for`() throws {
        let text = """
            tls:
              certificates:
                - { chain: a.pem, key: a.key }
                - { chain: b.pem, key: b.key, hosts: [x.example, "*.y.example"] }
                - { chain: c.pem, key: c.key }
                - { chain: d.pem, key: d.key, hosts: [x.example, "*.y.example"] }
              client_certificates: { mode: optional, ca: /ca.pem, crl: crl.pem }
              minimum_version: "1.3"
              ticket_rotation: 2h
              handshake_timeout: 5s
            providers: { demo: { kind: demo } }
            """
        let tls = try ConfigurationFixture("sallyport.yaml", text).load().tls
        var expected = TLSConfiguration(certificates: [
            .init(certificate: "etc/a.pem", key: "etc/a.key"), .init(certificate: "etc/c.pem", key: "etc/c.key"),
        ])
        expected.hosts = [
            .init(
                names: ["x.example", "*.y.example"],
                certificates: [
                    .init(certificate: "etc/b.pem", key: "etc/b.key"),
                    .init(certificate: "etc/d.pem", key: "etc/d.key"),
                ])
        ]
        expected.clientCertificates = .optional(.init(certificates: "/ca.pem", revocationLists: "etc/crl.pem"))
        expected.minimumVersion = .tls13
        expected.ticketKeyPeriodSeconds = 7200
        expected.handshakeTimeLimitMilliseconds = 5000
        #expect(tls == expected)
    }

    // MARK: Providers

    @Test func `a provider has its defaults`() throws {
        let provider = try provider("")
        #expect(provider.kind == .openAI)
        #expect(provider.dialect == .openAI)
        #expect(provider.baseURL == "https://api.openai.com/v1")
        #expect(provider.trust == .external)
        #expect(provider.isRoutable)
        #expect(provider.apiKey == nil)
        #expect(provider.asksForStreamUsage)
        #expect(!provider.allowsPlaintext)
        #expect(provider.timeouts == UpstreamTimeouts())
        #expect(provider.tls == UpstreamTLS())
        #expect(provider.httpVersion == .automatic)
        #expect(provider.proxy == nil)
        let demo = try #require(try load().provider(ProviderID("demo")))
        #expect(demo.dialect == nil)
        #expect(demo.trust == .external)
        let anthropic = try #require(try load("  a: { kind: anthropic }\n").provider(ProviderID("a")))
        #expect(anthropic.baseURL == "https://api.anthropic.com")
        #expect(anthropic.dialect == .anthropic)
    }

    @Test func `every setting of a provider is taken`() throws {
        let pin = "sha256//" + String(repeating: "A", count: 43) + "="
        let provider = try provider(
            """
                base_url: https://models.example/v1
                api_key: { env: OPENAI_API_KEY }
                region: eu
                trust: internal
                retention: none
                groups: [eu, approved]
                ca_file: ca.pem
                client_certificate: { chain: c.pem, key: c.key }
                pinned_public_key: \(pin)
                proxy: http://proxy:3128
                http_version: 1.1
                connect_timeout: 1s
                first_byte_timeout: 2s
                idle_timeout: 3s
                total_timeout: 4s
                stream_usage: off

            """)
        #expect(provider.baseURL == "https://models.example/v1")
        #expect(provider.apiKey?.reveal() == "sk-test")
        #expect(provider.region == "eu")
        #expect(provider.trust == .internal)
        #expect(provider.retention == "none")
        #expect(provider.groups == ["eu", "approved"])
        #expect(
            try provider.tls
                == UpstreamTLS(
                    authorities: "etc/ca.pem", clientCertificate: .init(certificate: "etc/c.pem", key: "etc/c.key"),
                    pinnedPublicKeys: [pin]))
        #expect(provider.proxy?.description == "proxy:3128")
        #expect(provider.httpVersion == .http1)
        #expect(provider.timeouts == UpstreamTimeouts(connect: 1000, firstByte: 2000, idle: 3000, total: 4000))
        #expect(!provider.asksForStreamUsage)
        _ = try provider.endpoint(url: provider.baseURL + "/chat/completions", headers: [])
    }

    @Test(arguments: ["127.0.0.1", "[::1]", "localhost", "10.1.2.3", "172.16.0.1", "192.168.1.1", "[fd00::1]"])
    func `plaintext may go to loopback and private addresses`(host: String) throws {
        let provider = try provider("    base_url: http://\(host):8081/v1\n    plaintext: true\n")
        #expect(provider.allowsPlaintext)
    }

    @Test(arguments: [("", GatewayConfiguration.Durability.process), ("durability: power", .power)])
    func `what is spent outlives a power cut where that is said`(
        _ text: String, _ durability: GatewayConfiguration.Durability
    ) throws {
        let fixture = ConfigurationFixture("sallyport.yaml", Self.main + "limit_state: { \(text) }\n")
        #expect(try fixture.load().limitState.durability == durability)
        let wrong = ConfigurationFixture("sallyport.yaml", Self.main + "limit_state: { durability: ful }\n")
        #expect(wrong.errors.contains("`limit_state.durability`"))
    }

    @Test func `providers keep the order of the file`() throws {
        #expect(try load("  a: { kind: demo }\n").providers.map(\.id.rawValue) == ["demo", "openai", "a"])
    }

    @Test func `a secret is read from a file, without the end of its line`() throws {
        var fixture = ConfigurationFixture(
            "sallyport.yaml", Self.main + "  other: { kind: openai, api_key: { file: secrets/key } }\n")
        fixture.files["etc/secrets/key"] = "sk-from-file\r\n"
        #expect(try fixture.load().provider(ProviderID("other"))?.apiKey?.reveal() == "sk-from-file")
    }

    @Test func `a secret does not print`() throws {
        let provider = try provider("    api_key: { env: OPENAI_API_KEY }\n")
        var dumped = ""
        dump(provider, to: &dumped)
        dump(try load(), to: &dumped)
        #expect(!dumped.contains("sk-test"))
        #expect(!"\(provider) \(String(reflecting: provider))".contains("sk-test"))
    }

    @Test func `without its key a provider waits, and its models are not there`() throws {
        var fixture = ConfigurationFixture(
            "sallyport.yaml", Self.main + "  late: { kind: anthropic, api_key: { env: LATE }, when: key_present }\n")
        fixture.files["etc/policies/models.yaml"] = """
            aliases:
              only: { candidates: [{ provider: late, model: m }] }
              both: { candidates: [{ provider: late, model: m }, { provider: demo, model: d }] }
            """
        let configuration = try fixture.load()
        #expect(
            configuration.notes == [
                "provider `late`: environment variable `LATE` is not set, so its models are not routable"
            ])
        #expect(configuration.provider(ProviderID("late"))?.isRoutable == false)
        #expect(configuration.routing.resolve(ModelID("only")) == nil)
        #expect(
            configuration.routing.resolve(ModelID("both"))?.candidates.map(\.destination.provider.rawValue) == ["demo"])

        fixture.environment["LATE"] = "sk-ant"
        let later = try fixture.load()
        #expect(later.notes.isEmpty)
        #expect(later.routing.resolve(ModelID("only")) != nil)
        #expect(later.routing.resolve(ModelID("both"))?.candidates.count == 2)
    }

    // MARK: Policies

    @Test func `an alias is read with everything`() throws {
        let configuration = try load(
            """
            aliases:
              small:
                strategy: cheapest
                candidates:
                  - provider: openai
                    model: gpt-5-mini
                    price: { input_usd_per_million: 0.25, output_usd_per_million: 2 }
                    context_window: 272000
                    max_output: 128000
                  - { provider: demo, model: 4.10 }
              oai/*: { candidates: [{ provider: openai, model: "*" }] }
              "*": { strategy: fastest, candidates: [{ provider: demo, model: "*" }] }
            """, file: "policies/models.yaml")
        let small = try #require(configuration.routing.resolve(ModelID("small")))
        #expect(small.strategy == .cheapest)
        let mini = Destination(provider: ProviderID("openai"), model: "gpt-5-mini")
        #expect(
            small.candidates == [
                RouteCandidate(
                    destination: mini, price: TokenPrice(input: 250, output: 2000), contextWindow: 272_000,
                    maximumOutput: 128_000),
                RouteCandidate(destination: Destination(provider: ProviderID("demo"), model: "4.10")),
            ])
        #expect(
            configuration.routing.resolve(ModelID("oai/x"))?.candidates.first?.destination.description == "openai/x")
        #expect(configuration.routing.resolve(ModelID("y"))?.strategy == .fastest)
        #expect(configuration.routing.listed.map(\.model.rawValue) == ["small"])
    }

    @Test func `limits are read for keys, principals and teams`() throws {
        var fixture = ConfigurationFixture(
            "policies/limits.yaml",
            """
            default: { requests_per_minute: 600, burst: 60 }
            keys: { key_0123456789ab: { requests_per_minute: 0 } }
            principals: { alice: { requests_per_minute: 30 } }
            teams: { support: { requests_per_minute: 90, burst: 3 } }
            """)
        fixture.files["etc/policies/principals.yaml"] = "teams: { support: {} }"
        func rate(_ perMinute: Int, _ burst: Int?) throws -> MinuteRate {
            try #require(MinuteRate(perMinute: perMinute, burst: burst))
        }
        #expect(
            try fixture.load().requestLimits
                == RequestLimits(
                    eachKey: try rate(600, 60), keys: ["key_0123456789ab": try rate(0, nil)],
                    principals: ["alice": try rate(30, 30)], teams: ["support": try rate(90, 3)]))
    }

    @Test func `limits on tokens, places and money are read for whom they bind`() throws {
        let text = """
            default: { requests_per_minute: 600, usd_per_day: 0.5 }
            principals: { alice: { tokens_per_minute: 50000000, token_burst: 7 } }
            providers: { demo: { requests_per_minute: 60, concurrent: 3, queue_ms: 5000, queue_length: 2 } }
            """
        let configuration = try load(text, file: "policies/limits.yaml")
        #expect(
            configuration.attemptLimits
                == AttemptLimits(
                    eachKey: AttemptRule(perDay: Money(nanoUSD: 500_000_000)),
                    principals: [
                        "alice": AttemptRule(
                            tokens: MinuteRate(perMinute: 50_000_000, burst: 7, maximum: MinuteRate.mostTokens))
                    ],
                    providers: [
                        "demo": AttemptRule(
                            requests: MinuteRate(perMinute: 60), concurrent: 3,
                            queue: QueueRule(milliseconds: 5_000, length: 2))
                    ]))
        #expect(configuration.requestLimits == RequestLimits(eachKey: MinuteRate(perMinute: 600)))
        #expect(configuration.limitState.file == "etc/var/limits.sqlite")
    }

    @Test func `models and providers are each tenant's where the file says so, and only they`() throws {
        let text = "providers: { demo: { requests_per_minute: 60, per_tenant: true } }"
        let limits = try load(text, file: "policies/limits.yaml").attemptLimits
        let rule = AttemptRule(requests: MinuteRate(perMinute: 60), isPerTenant: true)
        #expect(limits == AttemptLimits(providers: ["demo": rule]))
        #expect(throws: (any Error).self) {
            try load(
                "principals: { alice: { requests_per_minute: 60, per_tenant: true } }", file: "policies/limits.yaml")
        }
    }

    @Test func `a class that is off is not looked for`() throws {
        let privacy = try load("classes: { email: off, phone: on }\nthreshold: 30\n", file: "policies/privacy.yaml")
            .privacy
        #expect(privacy.classes == PrivacySettings().classes.subtracting([.email]))
        #expect(privacy.threshold == 30)
    }

    @Test func `a team has its tenant or the default one`() throws {
        let text = "default_tenant: house\nteams: { support: {}, sales: , acme: { tenant: acme } }\n"
        let principals = try load(text, file: "policies/principals.yaml").principals
        #expect(principals.tenants == ["support": "house", "sales": "house", "acme": "acme"])
        #expect(try principals.tenant(ofTeams: []) == "house")
        #expect(try principals.tenant(ofTeams: ["support", "sales"]) == "house")
        #expect(try principals.tenant(ofTeams: ["acme"]) == "acme")
        #expect { try principals.tenant(ofTeams: ["acme", "sales"]) } throws: {
            "\($0)" == "teams `acme` and `sales` belong to different tenants: a principal belongs to one"
        }
        #expect { try principals.tenant(ofTeams: ["suport"]) } throws: {
            "\($0)" == "unknown team `suport`, did you mean `support`?"
        }
        #expect { try principals.tenant(ofTeams: ["x"]) } throws: {
            "\($0)" == "unknown team `x`: `policies/principals.yaml` lists the teams"
        }
    }
}

/// The files that come with Sallyport.
struct ShippedConfigurationTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    private func load(_ environment: [String: String] = [:]) throws -> GatewayConfiguration {
        try ConfigurationLoader.load(path: Self.root + "/sallyport.yaml", environment: environment)
    }

    @Test func `without any key they serve the demonstration model alone`() throws {
        let configuration = try load()
        #expect(configuration.routing.listed.map(\.model.rawValue) == ["demo"])
        #expect(
            configuration.notes == [
                "provider `openai`: environment variable `OPENAI_API_KEY` is not set, so its models are not routable",
                "provider `anthropic`: environment variable `ANTHROPIC_API_KEY` is not set, so its models are not routable",
                "provider `gemini`: environment variable `GEMINI_API_KEY` is not set, so its models are not routable",
                "provider `bedrock`: environment variable `AWS_BEARER_TOKEN_BEDROCK` is not set, so its models are not routable",
            ])
    }

    @Test func `with keys they serve priced models of all providers`() throws {
        let configuration = try load([
            "OPENAI_API_KEY": "sk-a", "ANTHROPIC_API_KEY": "sk-b", "GEMINI_API_KEY": "c",
            "AWS_BEARER_TOKEN_BEDROCK": "b",
        ])
        let providers = Set(configuration.routing.listed.flatMap(\.candidates).map(\.destination.provider.rawValue))
        #expect(providers == ["demo", "openai", "anthropic", "bedrock", "gemini"])
        #expect(
            configuration.routing.listed.flatMap(\.candidates).allSatisfy {
                $0.price != nil && $0.price?.rates.input ?? -1 >= 0
            })
        #expect(configuration.notes.isEmpty)
    }

    @Test func `the settings they state are the defaults, as their head says`() throws {
        let stated = try load()
        let bare = try ConfigurationFixture().load()
        func relative(_ path: String, _ folder: String) -> String {
            path.replacing(folder + "/", with: "", maxReplacements: 1)
        }
        #expect(stated.listen == bare.listen)
        #expect(stated.admin == bare.admin)
        #expect("\(stated.limits)" == "\(bare.limits)")
        #expect(stated.drainMilliseconds == bare.drainMilliseconds)
        #expect(stated.logLevel == bare.logLevel)
        #expect(relative(stated.ledger.directory, Self.root) == relative(bare.ledger.directory, "etc"))
        #expect(stated.ledger.durability == bare.ledger.durability)
        #expect(stated.ledger.name == bare.ledger.name)
        #expect(relative(stated.ledger.signingKey, Self.root) == relative(bare.ledger.signingKey, "etc"))
        #expect(relative(stated.ledger.remembered, Self.root) == relative(bare.ledger.remembered, "etc"))
        #expect(stated.ledger.checkpointInterval == bare.ledger.checkpointInterval)
        #expect(relative(stated.keys.file, Self.root) == relative(bare.keys.file, "etc"))
        #expect(relative(stated.keys.masterKey, Self.root) == relative(bare.keys.masterKey, "etc"))
        var tls = stated.tls
        tls.certificates = bare.tls.certificates
        #expect(tls == bare.tls)
        #expect(stated.privacy == bare.privacy)
        #expect(stated.principals.defaultTenant == bare.principals.defaultTenant)
        #expect(stated.accessPolicy.source == Self.root + "/policies/access.cedar")
    }
}
