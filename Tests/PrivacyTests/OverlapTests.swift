import Inference
import PatternScanner
import Privacy
import Testing

@Suite("Findings in the same place") struct OverlapTests {
    private func engine(_ change: (inout PrivacySettings) -> Void) throws -> PrivacyEngine {
        var settings = PrivacySettings()
        change(&settings)
        return try PrivacyEngine(
            scanner: PatternScanner(settings: settings), names: Fixtures.names, settings: settings)
    }

    private static let secretsWithOthersInside = [
        "password=Tr0ub4dor-192.168.10.20-xyzzyQ9", "Authorization: Basic YWxpY2VAZXhhbXBsZS5jb206aHVudGVyMg==",
        #"DB_PASSWORD="hunter2-alice@acme-payments.io-S3cr3t!""#,
    ]

    @Test(arguments: secretsWithOthersInside) func `a secret stays one, whatever stands inside it`(text: String) throws
    {
        let engine = try engine { _ in }
        let found = try Fixtures.find(text, engine)
        #expect(found.map(\.0) == [.secret])
        for part in ["Tr0ub4dor", "xyzzyQ9", "YWxp", "hunter2", "S3cr3t"] where text.contains(part) {
            #expect(found[0].1.contains(part))
        }
    }

    @Test(arguments: secretsWithOthersInside) func `a class that blocks is not lost to another one`(text: String) throws
    {
        let engine = try engine { $0.treatments = [.secret: .block] }
        let request = try Fixtures.request([UInt8](asBody(text).utf8))
        #expect(engine.blocked(try engine.inspect(request)) == [.secret])
    }

    @Test func `a blocking class inside a secret refuses the request as well`() throws {
        let engine = try engine { $0.treatments = [.ipAddress: .block] }
        let request = try Fixtures.request([UInt8](asBody(Self.secretsWithOthersInside[0]).utf8))
        #expect(engine.blocked(try engine.inspect(request)).contains(.ipAddress))
    }

    @Test func `an own pattern around an address keeps its class, and policy knows of it`() throws {
        let engine = try engine {
            $0.patterns = [.init(dataClass: DataClass("case_note"), expression: "case [0-9]+ .*end")]
        }
        let request = try Fixtures.request(#"["case 77 alice@example.com end"]"#)
        #expect(try engine.inspect(request).summary.byClass.contains { $0.dataClass == DataClass("case_note") })
    }

    @Test(arguments: secretsWithOthersInside) func `what is merged is masked whole`(text: String) throws {
        let engine = try engine {
            $0.treatments = [.secret: .mask, .ipAddress: .mask, .email: .mask]
        }
        let request = try Fixtures.request([UInt8](asBody(text).utf8))
        let findings = try engine.inspect(request)
        let treated = try engine.treat(
            request, findings: findings, requestID: Fixtures.identifier, form: .pseudonymised,
            destination: Fixtures.destination, tenantKey: Fixtures.tenantKey())
        let body = String(decoding: treated.body, as: UTF8.self)
        for part in ["Tr0ub4dor", "192.168", "xyzzyQ9", "YWxp", "hunter2", "alice", "S3cr3t"] {
            #expect(!body.contains(part))
        }
    }

    @Test func `an allowed value releases nothing that stands around it`() throws {
        let engine = try engine { $0.allowed = ["192.168.*", "*@acme-payments.io"] }
        for text in Self.secretsWithOthersInside {
            #expect(try Fixtures.find(text, engine).map(\.0) == [.secret], "\(text)")
        }
        #expect(try Fixtures.find("415-555-0132 alice@acme-payments.io 192.168.10.20", engine).map(\.0) == [.phone])
    }

    @Test func `in the redacted form a mask is the class`() throws {
        let engine = try engine { $0.treatments = [.card: .mask] }
        let request = try Fixtures.request(#"["card 4242 4242 4242 4242"]"#)
        let treated = try engine.treat(
            request, findings: engine.inspect(request), requestID: Fixtures.identifier, form: .redacted,
            destination: Fixtures.destination, tenantKey: Fixtures.tenantKey())
        #expect(treated.body == Array(#"["card [CARD]"]"#.utf8))
    }

    /// A text as the only string of a body.
    private func asBody(_ text: String) -> String {
        #"[""# + text.replacing(#"\"#, with: #"\\"#).replacing(#"""#, with: #"\""#) + #""]"#
    }
}
