import Inference
import Privacy
import RemoteAnalyzer
import Testing
import Upstream

@testable import Gateway

/// The section `analyzer` of `policies/privacy.yaml`.
struct AnalyzerConfigurationTests {
    private static let address = "url: https://analyzer.test/analyze"

    private func load(_ text: String) throws -> GatewayConfiguration {
        var fixture = ConfigurationFixture("policies/privacy.yaml", text)
        fixture.environment["ANALYZER_TOKEN"] = "s3cret"
        return try fixture.load()
    }

    @Test(arguments: ["", "analyzer:\n"])
    func `without the section nobody is asked`(_ text: String) throws {
        #expect(try load(text).analyzer == nil)
    }

    @Test func `an address is enough`() throws {
        let settings = try #require(try load("analyzer: { \(Self.address) }\n").analyzer)
        #expect(settings.url == "https://analyzer.test/analyze")
        #expect(settings.deadlineMilliseconds == 500 && settings.language == "en" && settings.scoreThreshold == 50)
        #expect(settings.failuresToOpen == 5 && settings.openMilliseconds == 10_000)
        #expect(settings.authorization == nil && settings.authorities == nil && !settings.allowsPlaintext)
        #expect(settings.entities == EntityMap())
    }

    @Test func `every setting is taken`() throws {
        let settings = try #require(
            try load(
                """
                analyzer:
                  url: http://10.0.0.7:5002/analyze
                  plaintext: true
                  ca_file: ca.pem
                  token: { env: ANALYZER_TOKEN }
                  deadline: 2s
                  language: de
                  threshold: 30
                  connections: 3
                  bytes_per_call: 16KiB
                  texts_per_call: 1
                  bytes_per_request: 1MiB
                  circuit: { failures: 2, pause: 30s }
                  entities: { BADGE: us_npi, LOCATION: off }
                  unknown_entities: off

                """
            ).analyzer)
        #expect(settings.url == "http://10.0.0.7:5002/analyze" && settings.allowsPlaintext)
        #expect(settings.authorities == "etc/policies/ca.pem")
        #expect(settings.authorization?.name == "authorization")
        #expect(!"\(settings)".contains("s3cret"))
        #expect(settings.deadlineMilliseconds == 2_000 && settings.language == "de" && settings.scoreThreshold == 30)
        #expect(settings.connections == 3 && settings.bytesPerCall == 16 << 10 && settings.textsPerCall == 1)
        #expect(settings.bytesPerAnalysis == 1 << 20)
        #expect(settings.failuresToOpen == 2 && settings.openMilliseconds == 30_000)
        #expect(settings.entities["BADGE"] == DataClass("us_npi"))
        #expect(settings.entities["LOCATION"] == nil)
        #expect(settings.entities["PERSON"] == DataClass("person"))
        #expect(settings.entities["NEVER_HEARD_OF"] == nil)
    }

    @Test func `names that would be passed over are told`() throws {
        #expect(try load("analyzer: { \(Self.address) }\n").notes.contains { $0.contains("`person`, `place`") })
        let both = "classes: { person: on, place: on }\nanalyzer: { \(Self.address) }\n"
        #expect(try load(both).notes.allSatisfy { !$0.contains("passed over") })
        let mapped = "analyzer: { \(Self.address), entities: { PERSON: custom, LOCATION: off, ADDRESS: off } }\n"
        #expect(try load(mapped).notes.allSatisfy { !$0.contains("passed over") })
    }

    static let mistakes: [(String, String)] = [
        ("{}", "`analyzer.url` is missing"),
        ("{ url: http://analyzer.test/ }", "is not encrypted"),
        ("{ url: http://192.0.2.1/, plaintext: true }", "neither loopback nor private"),
        ("{ url: \"https://a:b@c/\" }", "may not carry user information"),
        ("{ \(address), deadlin: 1s }", "did you mean `deadline`?"),
        ("{ \(address), deadline: 0ms }", "expected a duration from 1ms to 5m"),
        ("{ \(address), token: s3cret }", "secrets do not stand in configuration files"),
        ("{ \(address), token: { env: NOT_SET } }", "environment variable `NOT_SET` is not set"),
        ("{ \(address), entities: { BADGE: emial } }", "unknown class `emial`, did you mean `email`?"),
        ("{ \(address), unknown_entities: costum }", "unknown class `costum`, did you mean `custom`?"),
        ("{ \(address), threshold: 101 }", "expected a whole number from 0 to 100"),
        ("{ \(address), circuit: { failures: 0 } }", "expected a whole number from 1 to 1000"),
    ]

    @Test(arguments: mistakes)
    func `a mistake is told`(section: String, message: String) {
        let errors = ConfigurationFixture("policies/privacy.yaml", "analyzer: \(section)\n").errors
        #expect(errors.contains("etc/policies/privacy.yaml:1:") && errors.contains(message), "\(errors)")
        #expect(!errors.contains("s3cret"))
    }
}
