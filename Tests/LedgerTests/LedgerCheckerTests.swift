import Cryptography
import Ledger
import Testing

@Suite struct LedgerCheckerTests {
    private static func lines() throws -> [[UInt8]] {
        try LedgerSamples.log(LedgerSamples.all.map(\.entry)).lines
    }

    /// The first problem of these lines and where.
    private static func check(
        _ lines: [[UInt8]], after head: LedgerHead? = nil
    ) -> (line: Int, problem: LedgerProblem)? {
        var checker = LedgerChecker(after: head)
        for (index, line) in lines.enumerated() {
            do throws(LedgerProblem) {
                try checker.check(line)
            } catch {
                return (index, error)
            }
        }
        return nil
    }

    private static func replacing(_ text: String, _ other: String, in line: [UInt8]) -> [UInt8] {
        let whole = String(decoding: line, as: UTF8.self)
        guard let range = whole.firstRange(of: text) else { return line }
        return Array((whole[..<range.lowerBound] + other + whole[range.upperBound...]).utf8)
    }

    @Test func `an untouched log has no problem, from its beginning or from a known line`() throws {
        let lines = try Self.lines()
        #expect(Self.check(lines) == nil)
        #expect(Self.check(Array(lines[3...]), after: try LedgerChecker.head(at: lines[2])) == nil)
    }

    @Test func `a changed line is found by the line after it`() throws {
        var lines = try Self.lines()
        lines[1] = Self.replacing(#""output":120"#, #""output":121"#, in: lines[1])
        let found = try #require(Self.check(lines))
        #expect(found.line == 2)
        #expect(
            found.problem
                == .link(expected: SHA256.hash(lines[1]).hex, found: SHA256.hash(try Self.lines()[1]).hex))
    }

    @Test func `lines missing, doubled or swapped are found`() throws {
        let lines = try Self.lines()
        #expect(Self.check(Array(lines[1...]))?.problem == .sequence(expected: 0, found: 1))
        #expect(Self.check([lines[0], lines[2]])?.problem == .sequence(expected: 1, found: 2))
        #expect(Self.check([lines[0], lines[0]])?.problem == .sequence(expected: 1, found: 0))
        #expect(Self.check([lines[0], lines[2], lines[1]])?.problem == .sequence(expected: 1, found: 2))
    }

    @Test func `what is no entry is told by what is missing`() throws {
        let line = try Self.lines()[0]
        func problem(_ line: [UInt8]) -> LedgerProblem? { Self.check([line])?.problem }
        #expect(problem(Self.replacing(#""v":3"#, #""v":2"#, in: line)) == .version(found: 2))
        #expect(problem(Self.replacing(#""v":3"#, #""w":3"#, in: line)) == .member("v"))
        #expect(problem(Self.replacing(#""seq":0"#, #""seq":-1"#, in: line)) == .member("seq"))
        #expect(problem(Self.replacing(#""seq":0"#, #""seq":"0""#, in: line)) == .member("seq"))
        #expect(problem(Self.replacing(#""prev":"0"#, #""prev":"x"#, in: line)) == .member("prev"))
        #expect(problem([UInt8](repeating: 0x20, count: 70_000)) == .tooLong(bytes: 70_000))
        guard case .notJSON = problem(Array(line.dropLast())) else {
            Issue.record("a cut line is taken for JSON")
            return
        }
    }

    @Test func `a recorded head is compared with the line it speaks of`() throws {
        let lines = try Self.lines()
        var checker = LedgerChecker()
        try checker.check(lines[0])
        try checker.compare(with: LedgerHead(sequence: 0, digest: SHA256.hash(lines[0])))
        try checker.compare(with: LedgerHead(sequence: 5, digest: SHA256.hash("another line")))
        #expect(throws: LedgerProblem.self) {
            try checker.compare(with: LedgerHead(sequence: 0, digest: SHA256.hash("another line")))
        }
    }

    @Test func `a head reads as it prints`() throws {
        let head = LedgerHead(sequence: 41, digest: SHA256.hash("x"))
        #expect(LedgerHead(head.description) == head)
        for text in ["", "41", ":", "41:", "x:\(head.digest)", "41:\(head.digest)0", "-1:\(head.digest)"] {
            #expect(LedgerHead(text) == nil)
        }
    }
}
