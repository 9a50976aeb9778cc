import LedgerRelay
import Testing
import TransparencyLog

@testable import Gateway

/// The ledger beyond its machine, as the configuration says, and what a person reads who made a mistake there.
@Suite struct RelayConfigurationTests {
    private static let store = "bucket: audit, access_key: { env: ACCESS }, secret_key: { env: SECRET }"

    private func fixture(_ ledger: String) -> ConfigurationFixture {
        var fixture = ConfigurationFixture("sallyport.yaml", ConfigurationFixture.main + "ledger:\n" + ledger)
        fixture.environment["ACCESS"] = "AKIA"
        fixture.environment["SECRET"] = "hush/+="
        fixture.environment["BAD"] = "a,b"
        return fixture
    }

    @Test func `nothing is named, nothing leaves`() throws {
        let relay = try ConfigurationFixture().load().relay
        #expect(relay.isEmpty && relay.copy == nil)
    }

    @Test func `a store needs little, and is asked only when somebody asks for a copy`() throws {
        let relay = try fixture("  sync: { \(Self.store), region: eu-central-1, prefix: /a/b/ }\n").load().relay
        #expect(relay.copy?.location == "s3://audit/a/b" && relay.copyInterval == nil && relay.isEmpty)
        #expect(relay.copy?.endpoint.text == "https://s3.eu-central-1.amazonaws.com:443/")
    }

    @Test func `streams and witnesses are taken with their defaults`() throws {
        let key = try #require(Self.verifier)
        let relay = try fixture(
            """
              streams:
                siem: { kind: syslog, address: siem.example.com, ca_file: ca.pem }
                otel: { kind: otlp, url: "https://otel.example.com:4318/v1/logs", token: { env: SECRET }, header: x-key }
              witnesses:
                list: [ { url: "https://w.example.com", vkey: "\(key)" } ]

            """
        ).load().relay
        #expect(relay.streams.map(\.name) == ["siem", "otel"] && relay.quorum == 1 && !relay.isEmpty)
        guard case .syslog(let syslog) = relay.streams[0].destination else {
            Issue.record("no syslog")
            return
        }
        #expect(syslog.endpoint.text == "https://siem.example.com:6514/" && syslog.facility == 13)
        guard case .openTelemetry(let collector) = relay.streams[1].destination else {
            Issue.record("no collector")
            return
        }
        #expect(collector.header?.name == "x-key" && !"\(collector)".contains("hush"))
    }

    /// Lines of `ledger`, which begin with line 8.
    static let mistakes: [(String, String)] = [
        ("sync: { bukket: x }", "8:9: `ledger.sync.bucket` is missing: expected a bucket's name"),
        ("sync: { \(store), evry: 1m }", "unknown key `evry` in `ledger.sync`, did you mean `every`?"),
        (
            "sync: { \(store), every: 1 }",
            "`ledger.sync.every`: expected a duration such as `30s` or `500ms`, found `1`"
        ),
        (
            "sync: { \(store), endpoint: \"http://s3.example.com\" }",
            "`ledger.sync.endpoint`: `http://s3.example.com:80` is not encrypted"
        ),
        (
            "sync: { \(store), endpoint: \"http://8.8.8.8\", plaintext: true }",
            "`ledger.sync.endpoint`: plaintext to `8.8.8.8` is refused"
        ),
        (
            "sync: { \(store), prefix: \"a b\" }",
            "`ledger.sync.prefix`: expected a prefix of letters, digits, `-`, `_`, `.` and `/`, found `a b`"
        ),
        (
            "sync: { bucket: A, access_key: { env: ACCESS }, secret_key: { env: SECRET } }",
            "`ledger.sync.bucket`: expected a bucket's name of 3 to 63"
        ),
        (
            "sync: { bucket: audit, access_key: { env: NONE }, secret_key: { env: SECRET } }",
            "`ledger.sync.access_key`: environment variable `NONE` is not set"
        ),
        (
            "sync: { bucket: audit, access_key: AKIA, secret_key: { env: SECRET } }",
            "secrets do not stand in configuration files"
        ),
        (
            "sync: { bucket: audit, access_key: { env: BAD }, secret_key: { env: SECRET } }",
            "`ledger.sync.access_key`: expected letters and digits"
        ),
        (
            "streams: { \"a b\": { kind: syslog } }",
            "8:14: `a b`: expected a name of letters, digits, `_`, `-` and `.` for a stream"
        ),
        (
            "streams: { a: { kind: syslogd } }",
            "`ledger.streams.a.kind`: expected `syslog` or `otlp`, found `syslogd`, did you mean `syslog`?"
        ),
        (
            "streams: { a: { kind: syslog } }",
            "`ledger.streams.a.address` is missing: expected an address such as `siem.example.com:6514`"
        ),
        ("streams: { a: { kind: syslog, address: \"tcp://x\" } }", "`ledger.streams.a.address`: expected"),
        (
            "streams: { a: { kind: syslog, address: x, facility: 24 } }",
            "`ledger.streams.a.facility`: expected a whole number from 0 to 23, found `24`"
        ),
        ("streams: { a: { kind: otlp } }", "`ledger.streams.a.url` is missing"),
        (
            "streams: { a: { kind: otlp, url: \"https://x/v1/logs\", header: x-key } }",
            "a header needs its value: `token: {env: NAME}`"
        ),
        (
            "streams: { a: { kind: otlp, url: \"https://x/v1/logs\", settling: 1s } }",
            "unknown key `settling` in `ledger.streams.a`"
        ),
        ("witnesses: { quorum: 1 }", "`ledger.witnesses.list` is missing: expected a list of witnesses"),
        (
            "witnesses: { list: [ { url: \"https://w\", vkey: nonsense } ] }",
            "`ledger.witnesses.list[0].vkey`: verifier key: not of the form name+hash+base64"
        ),
        (
            "witnesses: { quorum: 2, list: [] }",
            "`ledger.witnesses.quorum`: expected a whole number from 0 to 0, found `2`"
        ),
    ]

    @Test(arguments: mistakes)
    func `a mistake is told with its place and without a secret`(line: String, message: String) {
        let errors = fixture("  \(line)\n").errors
        #expect(errors.contains(message) && errors.hasPrefix("etc/sallyport.yaml:8:"), "\(errors)")
        #expect(!errors.contains("hush"))
    }

    @Test func `a log's key is no witness's`() throws {
        let key = try #require(Self.logKey)
        let errors = fixture("  witnesses: { list: [ { url: \"https://w\", vkey: \"\(key)\" } ] }\n").errors
        #expect(errors.contains("expected the key of a witness, which signs cosignatures, found a log's"), "\(errors)")
    }

    private static var verifier: String? { key(.cosignatureV1) }
    private static var logKey: String? { key(.ed25519) }

    private static func key(_ type: NoteSignatureType) -> String? {
        guard let name = NoteKeyName("witness.example/w1") else { return nil }
        return NoteSigner.text(name: name, type: type, seed: [UInt8](repeating: 1, count: 32))
            .flatMap { try? NoteSigner(text: $0) }?.verifier.text
    }
}
