import Cryptography
import Inference
import JSONText
import NameModel
import PatternScanner
import PrivacyTesting
import Testing

@testable import Privacy

/// What fuzzing found, and a short run of it: `make fuzz` runs it for longer.
@Suite struct FuzzFindingsTests {
    @Test func `texts that nobody would write break no promise`() throws {
        let fuzz = try Self.fuzz()
        for seed in 1...25 as ClosedRange<UInt64> {
            let violations = try fuzz.violations(seed: seed)
            #expect(violations.isEmpty, "seed \(seed)")
        }
    }

    @Test(arguments: ["(", "#####", "---", "of ", "日", "-----BEGIN ", "eyJ", "1 ", "a@"])
    func `what is repeated takes linear time`(unit: String) throws {
        let violations = try Self.fuzz().superlinear(
            Array(unit.utf8), bytes: 32_000, time: Fixtures.threadNanoseconds)
        #expect(violations.isEmpty)
    }

    private static func fuzz() throws -> PrivacyFuzz {
        try PrivacyFuzz(key: Fixtures.tenantKey(), names: NameTagger(model: NameModel.bytes)) {
            try PatternScanner(settings: $0)
        }
    }

    // MARK: Answers

    private static func rules() throws -> AnswerRules {
        var settings = PrivacySettings(classes: AnswerRules.immediateClasses)
        settings.redactedInAnswers = AnswerRules.immediateClasses
        let engine = try PrivacyEngine(scanner: PatternScanner(settings: settings), settings: settings)
        let request = try Fixtures.request("[]")
        return try #require(
            AnswerRules(
                engine: engine, request: request, findings: engine.inspect(request), restoration: .empty))
    }

    private static func redact(
        _ text: [UInt8], piece: Int, encoding: RestorationMap.Encoding = .plain, mostHeld: Int = .max
    ) throws -> [UInt8] {
        var redactor = StreamRedactor(try rules(), encoding: encoding)
        var output: [UInt8] = []
        var start = 0
        while start < text.count {
            let end = min(text.count, start + piece)
            try text[start..<end].withUnsafeBytes { try redactor.push($0, into: &output) }
            #expect(redactor.heldBytes <= mostHeld)
            start = end
        }
        try redactor.finish(into: &output)
        return output
    }

    @Test(arguments: [
        String(repeating: "(", count: 5_000), String(repeating: "-.", count: 3_000),
        "of" + String(repeating: " ", count: 5_000), String(repeating: "'", count: 5_000),
    ])
    func `runs of signs and spaces are held no longer than other text`(text: String) throws {
        let bytes = [UInt8](text.utf8)
        #expect(try Self.redact(bytes, piece: 64, mostHeld: StreamRedactor.Bounds.held) == bytes)
    }

    @Test(arguments: [
        // A closing mark that begins before the limit of its length and ends behind it.
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END " + String(repeating: "x", count: 45) + "----- and more",
        "-----BEGIN " + String(repeating: "x", count: 49) + " PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- on",
    ])
    func `private keys with odd marks are the same at every cut`(text: String) throws {
        for shift in 0...8 {
            var text = text
            text.insert(contentsOf: String(repeating: "x", count: shift), at: text.index(text.startIndex, offsetBy: 11))
            let bytes = [UInt8](text.utf8)
            let whole = try Self.redact(bytes, piece: bytes.count)
            for piece in 1...3 { #expect(try Self.redact(bytes, piece: piece) == whole, "\(shift)") }
        }
    }

    @Test(arguments: ["ß", "日", "😀"])
    func `a value that is cut for length takes no half of a character`(letter: String) throws {
        for count in 0..<8 {
            let url = "https://example.net/" + String(repeating: "x", count: count)
            let text = "curl -u admin:Tr0ub4dor&3 " + url + String(repeating: letter, count: 700)
            let output = try Self.redact([UInt8](text.utf8), piece: 32)
            #expect(String(validating: output, as: UTF8.self) != nil, "\(count)")
        }
    }

    @Test func `a private key without a closing mark takes no half of a character`() throws {
        for count in 0..<3 {
            let letters = String(repeating: "x", count: count) + String(repeating: "日", count: 40)
            let text = "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END " + letters
            let output = try Self.redact([UInt8](text.utf8), piece: 16)
            #expect(String(validating: output, as: UTF8.self) != nil, "\(count)")
        }
    }

    @Test func `of a number in JSON that is out in part nothing more is said`() throws {
        var text = RedactedText(.json)
        var output: [UInt8] = []
        let bytes = [UInt8](#"{"a":4111111111111111,"b":4111111111111111}"#.utf8)
        try bytes.withUnsafeBufferPointer { buffer in
            let base = try #require(buffer.baseAddress)
            text.pass(base, 0..<7, into: &output)
            text.redact(base, 7..<12, .card, into: &output)
            text.redact(base, 12..<21, .phone, into: &output)
            text.pass(base, 21..<26, into: &output)
            text.redact(base, 26..<30, .card, into: &output)
            text.redact(base, 30..<42, .phone, into: &output)
            text.pass(base, 42..<43, into: &output)
        }
        #expect(String(decoding: output, as: UTF8.self) == #"{"a":41,"b":"[CARD]"}"#)
        #expect(throws: Never.self) { try JSONDocument(parsing: output) }
    }

    // MARK: Requests

    @Test func `stand-ins that JSON would escape come back from JSON inside a text`() throws {
        var settings = PrivacySettings(classes: [DataClass("coordinates")])
        settings.treatments = [DataClass("coordinates"): .realistic]
        let engine = try PrivacyEngine(scanner: Fixtures.scanner, settings: settings)
        let body = #"[{"arguments":"{\"at\":\"coordinates 48°51'29.5\\\"N 2°17'40.2\\\"E\"}"}]"#
        let request = try Fixtures.request(body)
        let findings = try engine.inspect(request)
        #expect(!findings.isEmpty)
        let treated = try engine.treat(
            request, findings: findings, requestID: Fixtures.identifier, form: .pseudonymised,
            destination: Fixtures.destination, tenantKey: Fixtures.tenantKey())
        let document = try JSONDocument(parsing: treated.body)
        let arguments = try #require(document.root.elements.map { $0 }.first?["arguments"]).node
        let restored = document.replacing(treated.restoration.restore(in: document, jsonTexts: [arguments]))
        #expect(treated.body != request.body.bytes)
        #expect(String(decoding: restored, as: UTF8.self) == body)
    }

    @Test func `a stand-in right behind another comes back from a whole body as from a stream`() throws {
        var builder = RestorationMap.Builder()
        builder.add(literal: Array("Anna Lund".utf8), value: Array("Maria Keller".utf8))
        builder.add(literal: Array("a.lund7@example.com".utf8), value: Array("maria@example.org".utf8))
        let map = builder.build()
        let document = try JSONDocument(parsing: Array(#"["a.lund7@example.comAnna Lund"]"#.utf8))
        let whole = document.replacing(map.restore(in: document))
        #expect(String(decoding: whole, as: UTF8.self) == #"["maria@example.orgMaria Keller"]"#)
        #expect(map.restored(document.bytes) == whole)
    }

    @Test(arguments: ["b", "f", "n", "r", "t"])
    func `a stand-in right behind an escape of JSON inside a text comes back`(escape: String) throws {
        var builder = RestorationMap.Builder()
        builder.add(literal: Array("Northgate".utf8), value: Array("IL".utf8))
        let map = builder.build()
        let document = try JSONDocument(parsing: Array(#"[{"arguments":"{\"at\":\"EM\\\#(escape)Northgate\"}"}]"#.utf8))
        let arguments = try #require(document.root.elements.map { $0 }.first?["arguments"]).node
        let restored = document.replacing(map.restore(in: document, jsonTexts: [arguments]))
        #expect(String(decoding: restored, as: UTF8.self) == #"[{"arguments":"{\"at\":\"EM\\\#(escape)IL\"}"}]"#)
    }

    @Test(arguments: ["\u{200D}", "é", "日"])
    func `findings lie on borders of characters where a detector's window ends`(letter: String) throws {
        let settings = PrivacySettings(
            classes: Set(SensitiveClass.allCases.map(\.dataClass)).subtracting([
                DataClass("person"), DataClass("place"),
            ]))
        let engine = try PrivacyEngine(scanner: Fixtures.scanner, settings: settings)
        for count in 0..<12 {
            let text = String(repeating: letter, count: 60 + count) + "e.org/x" + String(repeating: "a", count: count)
            let bytes = [UInt8](text.utf8)
            for finding in try bytes.withUnsafeBytes({ try engine.inspect(text: $0) }) {
                for place in [finding.range.lowerBound, finding.range.upperBound] where place < bytes.count {
                    #expect(bytes[place] & 0xC0 != 0x80, "\(finding.dataClass) with \(count)")
                }
            }
        }
    }

    @Test(arguments: [
        "YWxpY2VAZXhhbXBsZS5vcmc=", "ａｌｉｃｅ＠ｅｘａｍｐｌｅ．ｏｒｇ", "a\u{200B}lice@example.org", "alice%40example.org",
    ])
    func `what is found in disguise is explained where it stands`(text: String) throws {
        let bytes = [UInt8](("x " + text).utf8)
        try bytes.withUnsafeBytes { buffer in
            let found = try Fixtures.engine.inspect(text: buffer)
            let taken = try Fixtures.engine.explain(text: buffer).filter { $0.outcome == .taken }.map(\.range)
            #expect(!found.isEmpty)
            #expect(found.allSatisfy { taken.contains($0.range) })
        }
    }
}

@Suite("A command's password in JSON") struct CommandPasswordInJSONTests {
    @Test func `the password ends where its string does`() throws {
        let text = #"{"run":"mysql -uroot -pS3cr3tPass","card":4111,"x":"mysql -uroot -pS3cr3tPass\",\n"}"#
        #expect(try Fixtures.values(text, of: .secret) == ["S3cr3tPass", "S3cr3tPass"])
    }
}
