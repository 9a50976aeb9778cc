import PatternScanner
import Privacy
import Testing

@Suite struct PatternScannerTests {
    @Test func `every place where a pattern ends is reported in order`() throws {
        let scanner = try PatternScanner(patterns: [
            CandidatePattern(id: 7, expression: "ab[0-9]{2}"), CandidatePattern(id: 9, expression: "xyz"),
        ])
        var matches: [CandidateMatch] = []
        try [UInt8]("..ab12xyz ab99 abz1".utf8).withUnsafeBytes { try scanner.scan($0, into: &matches) }
        #expect(
            matches == [
                CandidateMatch(pattern: 7, end: 6), CandidateMatch(pattern: 9, end: 9),
                CandidateMatch(pattern: 7, end: 14),
            ])
    }

    @Test func `a pattern that does not compile is named`() {
        #expect(throws: PatternScannerError.self) {
            try PatternScanner(patterns: [CandidatePattern(id: 0, expression: "(")])
        }
    }

    @Test func `an empty text has no matches`() throws {
        var matches: [CandidateMatch] = []
        try PatternScanner().scan(UnsafeRawBufferPointer(start: nil, count: 0), into: &matches)
        #expect(matches.isEmpty)
    }

    @Test func `many threads may scan at once`() async throws {
        let scanner = try PatternScanner(patterns: [CandidatePattern(id: 1, expression: "needle")])
        let text = [UInt8](String(repeating: "hay ", count: 2_000).utf8) + [UInt8]("needle".utf8)
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<32 {
                group.addTask {
                    var matches: [CandidateMatch] = []
                    for _ in 0..<50 { try text.withUnsafeBytes { try scanner.scan($0, into: &matches) } }
                    return matches.count
                }
            }
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(counts == [Int](repeating: 50, count: 32))
    }

    @Test func `all patterns of the detectors compile`() throws {
        #expect(CandidatePattern.all.count > 15)
        _ = try PatternScanner()
    }
}
