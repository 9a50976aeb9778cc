import Inference
import PatternScanner
import Privacy
import Testing

@Suite struct OwnPatternTests {
    private static func scan(_ patterns: [CandidatePattern], _ bytes: [UInt8]) throws -> [CandidateMatch] {
        let scanner = try PatternScanner(patterns: patterns)
        var matches: [CandidateMatch] = []
        try bytes.withUnsafeBytes { try scanner.scan($0, into: &matches) }
        return matches
    }

    @Test func `literals are taken as they stand and in either case if asked`() throws {
        let matches = try Self.scan(
            [
                CandidatePattern(id: 3, expression: "a.b", form: .literal),
                CandidatePattern(id: 4, expression: "xy", form: .literal, isCaseless: true),
            ], [UInt8]("a.b axb Xy XY A.B".utf8))
        #expect(
            matches == [
                CandidateMatch(pattern: 3, end: 3), CandidateMatch(pattern: 4, end: 10),
                CandidateMatch(pattern: 4, end: 13),
            ])
    }

    @Test func `spanning expressions tell their starts`() throws {
        let matches = try Self.scan(
            [CandidatePattern(id: 5, expression: "k[0-9]{2}", form: .spanningExpression)], [UInt8]("..k12 k3 k456".utf8)
        )
        #expect(
            matches == [CandidateMatch(pattern: 5, end: 5, start: 2), CandidateMatch(pattern: 5, end: 12, start: 9)])
    }

    @Test func `characters beyond ASCII count as one where the pattern has some, in malformed text too`() throws {
        let pattern = CandidatePattern(id: 6, expression: "ä.x", form: .spanningExpression)
        var bytes = [UInt8]("äöx ".utf8)
        bytes += [0xFF, 0xC3] + [UInt8]("äéx".utf8) + [0xE2, 0x82]
        #expect(
            try Self.scan([pattern], bytes) == [
                CandidateMatch(pattern: 6, end: 5, start: 0), CandidateMatch(pattern: 6, end: 13, start: 8),
            ])
    }

    @Test(arguments: [
        ("(", "pattern `(` does not compile: missing close parenthesis for group started at index 0"),
        ("[0-9]*", "pattern `[0-9]*` does not compile: it matches empty text, so it would match everywhere"),
        ("(a)\\1", "pattern `(a)\\1` does not compile: "), ("(?=a)b", "pattern `(?=a)b` does not compile: "),
        (
            "[a-z]{900,1000}[0-9].{800,900}q",
            "pattern `[a-z]{900,1000}[0-9].{800,900}q` does not compile: "
        ),
    ])
    func `a pattern that can't be had is refused by name and reason`(expression: String, reason: String) throws {
        var settings = PrivacySettings()
        settings.patterns = [
            .init(dataClass: DataClass("fine"), expression: "fine[0-9]"),
            .init(dataClass: DataClass("ticket"), expression: expression),
        ]
        let error = #expect(throws: PatternScannerError.self) { try PatternScanner(settings: settings) }
        #expect(error?.description.hasPrefix(reason) == true, "\(error?.description ?? "none")")
    }

    @Test func `a list that can't be had is refused without its words`() {
        var settings = PrivacySettings()
        settings.terms = [.init(dataClass: DataClass("project"), words: ["---"])]
        let error = #expect(throws: PatternScannerError.self) { try PatternScanner(settings: settings) }
        #expect(error?.description == "word 1 of term list 1 has no letter and no digit")
    }

    @Test func `patterns of all forms together are each found`() throws {
        var settings = PrivacySettings()
        settings.terms = [.init(dataClass: DataClass("project"), words: ["falcon"])]
        settings.patterns = [.init(dataClass: DataClass("ticket"), expression: "T-[0-9]")]
        let scanner = try PatternScanner(settings: settings)
        var matches: [CandidateMatch] = []
        try [UInt8]("falcon T-1 ghp_".utf8).withUnsafeBytes { try scanner.scan($0, into: &matches) }
        #expect(matches.map(\.end) == [15, 6, 10])
        #expect(matches.map(\.start) == [nil, nil, 7])
    }
}
