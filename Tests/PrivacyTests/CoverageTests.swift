import Inference
import Privacy
import Testing

@Suite("The coverage receipt") struct CoverageTests {
    private func coverage(_ body: String) throws -> Coverage {
        try Fixtures.engine.inspect(Fixtures.request(body)).summary.coverage
    }

    @Test func `a text as it stands is scanned, one with disguises is decoded`() throws {
        let coverage = try coverage(#"["plain text here", "mail alice%40example.com", "４１１１"]"#)
        #expect(coverage.count(.scanned) == 1 && coverage.count(.decoded) == 2)
    }

    @Test(arguments: [
        "-----BEGIN PGP MESSAGE-----\\n\\nhQEMA\\n-----END PGP MESSAGE-----", "$ANSIBLE_VAULT;1.1;AES256",
        "-----BEGIN AGE ENCRYPTED FILE-----", "U2FsdGVkX1+abc",
    ]) func `what is encrypted is unscannable`(text: String) throws {
        let coverage = try coverage(#"["look: \#(text)"]"#)
        #expect(coverage.lines.contains { $0.verdict == .unscannable && $0.reason == "encrypted" })
        #expect(try Fixtures.engine.inspect(Fixtures.request(#"["look: \#(text)"]"#)).summary.unscannable == 1)
    }

    @Test func `the header sums all places and tells the reasons`() {
        let coverage = Coverage([
            .init(place: .user, verdict: .scanned, count: 2), .init(place: .system, verdict: .scanned, count: 1),
            .init(place: .user, verdict: .unscannable, reason: "image", count: 1),
            .init(place: .other, verdict: .skipped, reason: "protocol", count: 4),
            .init(place: .user, verdict: .unscannable, reason: "image", count: 1),
        ])
        #expect(coverage.header == "scanned=3, decoded=0, unscannable=2;image=2, skipped=4;protocol=4")
        #expect(coverage.lines.count == 4)
    }

    @Test func `an allowed value is no finding`() throws {
        var settings = PrivacySettings()
        settings.allowed = ["Support@example.com", "*@example.org", "+49 30*"]
        let engine = try PrivacyEngine(scanner: Fixtures.scanner, names: Fixtures.names, settings: settings)
        let text = "support@EXAMPLE.com x@example.org y@example.net +49 30 90182055"
        #expect(try Fixtures.find(text, engine).map(\.1) == ["y@example.net"])
    }

    @Test func `a foreign span outside the text fails the inspection`() throws {
        let request = try Fixtures.request(#"["short"]"#)
        let outside = ForeignSpan(range: 2..<9, dataClass: .email, score: 90)
        #expect(throws: InspectionError.foreignRange) { try Fixtures.engine.inspect(request, merging: [[outside]]) }
        #expect(throws: InspectionError.foreignTexts) { try Fixtures.engine.inspect(request, merging: []) }
        let inside = ForeignSpan(range: 0..<5, dataClass: .email, score: 90)
        #expect(try Fixtures.engine.inspect(request, merging: [[inside]]).items.map(\.range) == [0..<5])
    }

    @Test func `explain tells what was taken, rejected and too weak, and why`() throws {
        let text = [UInt8]("card 4242 4242 4242 4242, nhs 943 476 5918, 912803456".utf8)
        let considered = try text.withUnsafeBytes { try Fixtures.engine.explain(text: $0) }
        #expect(considered.contains { $0.dataClass == .card && $0.outcome == .taken })
        #expect(considered.contains { $0.dataClass.rawValue == "uk_nhs" && $0.outcome == .rejected })
        #expect(considered.contains { $0.dataClass.rawValue == "us_passport" && $0.outcome == .belowThreshold })
    }
}
