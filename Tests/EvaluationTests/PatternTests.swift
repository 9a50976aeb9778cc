import Testing

@testable import Evaluation

struct PatternTests {
    @Test func `a pattern that is exponential elsewhere takes linear time here`() throws {
        // The number of steps is what is bounded, so that no clock is needed: a backtracking engine would take 2^500.
        let text = String(repeating: "a", count: 500) + "!"
        for source in ["(a+)+$", "^(a|a)*$", "(a|aa)+$", "^(a?){60}a{60}$", "(.*)*x"] {
            #expect(try Pattern(source).firstMatch(in: text) == .none, "\(source)")
        }
    }

    @Test func `too many steps are not taken`() throws {
        let pattern = try Pattern("(?:a?){1000}b")
        let text = PatternText([Unicode.Scalar](repeating: "a", count: 100))
        #expect(pattern.firstMatch(in: text, mostSteps: 10_000) == .tooCostly)
        #expect(pattern.firstMatch(in: text, mostSteps: 10_000_000) == .none)
    }

    @Test(arguments: [
        (#"(?=a)"#, "looking around is not read here (column 1 of the pattern)"),
        (#"a(?<!b)"#, "looking around is not read here (column 2 of the pattern)"),
        (#"(a)\1"#, "back references are not read here (column 4 of the pattern)"),
        (#"(?P=x)"#, "back references are not read here (column 4 of the pattern)"),
        (#"a++"#, "possessive repetitions are not read here (column 3 of the pattern)"),
        (#"*a"#, "nothing to repeat (column 1 of the pattern)"),
        (#"(a"#, "`(` without `)` (column 1 of the pattern)"),
        (#"a)"#, "`)` without `(` (column 2 of the pattern)"),
        (#"[a"#, "`[` without `]` (column 1 of the pattern)"),
        (#"[b-a]"#, "a range that ends before it begins (column 5 of the pattern)"),
        (#"a{2,1}"#, "the least is more than the most (column 2 of the pattern)"),
        (#"a{9999}"#, "more than 1000 repetitions (column 2 of the pattern)"),
        (#"(?:a{1000}){1000}"#, "the repetitions make the pattern too large (column 1 of the pattern)"),
        (#"\q"#, "unknown escape `\\q` (column 1 of the pattern)"),
        (#"a\"#, "a backslash at the end (column 2 of the pattern)"),
        (#"\ud800"#, "expected 4 hexadecimal digits of a character (column 1 of the pattern)"),
    ])
    func `what is not read is an error with its column`(_ source: String, _ error: String) {
        let message: String
        do { message = "\(try Pattern(source).program.count)" } catch { message = "\(error)" }
        #expect(message == error)
    }

    @Test func `the first group's place is told`() throws {
        guard case .match(let match) = try Pattern(#"answer: (\w+)"#).firstMatch(in: "é the answer: forty two") else {
            Issue.record("no match")
            return
        }
        #expect(match.range == 6..<19 && match.firstGroup == 14..<19)
    }

    @Test(arguments: [
        ("(?i)STRASSE", "strasse", true), ("(?i)é", "É", true), (#"\bfoo\b"#, "a foo.", true),
        (#"\bfoo\b"#, "food", false),
        (#"^\d{3}-\d{4}$"#, "555-1234", true), (#"^\d{3}-\d{4}$"#, "555-12345", false), ("a.c", "a\nc", false),
        ("(?s)a.c", "a\nc", true), (#"\u{1F600}"#, "😀", true), ("[^\\W\\d]+", "123", false), ("(?i)[a-z]+", "É", false),
        ("x*", "", true), ("a||b", "z", true), ("(?i:a)b", "Ab", true), ("(?i:a)b", "AB", false), ("{", "{", true),
        (#"\b-"#, "a -", false), (#"\b-"#, "a-", true), (#"\b|x"#, "-", false), (#"(?:\b|-)o"#, "foo", false),
        (#"(?:\b|-)o"#, "f-o", true), (#"\b"#, "-", false), (#"\bö"#, "ö", true), (#"(?i)\bk"#, "\u{212A}", true),
    ])
    func `patterns match what they say`(_ source: String, _ text: String, _ matches: Bool) throws {
        #expect(try Pattern(source).matches(text) == matches)
    }

    @Test func `no text makes the reader or the machine trap`() {
        var dice = Dice(4)
        let pieces = [
            "a", "(", ")", "[", "]", "|", "*", "+", "?", "{1,2}", "{", "}", "\\", "\\b", "^", "$", ".", "(?:", "(?i)",
            "-", "\\d", "\\x4", "(?P<n>",
        ]
        var read = 0
        for _ in 0..<5000 {
            let source = dice.text(of: pieces, upTo: 10)
            guard let pattern = try? Pattern(source) else { continue }
            read += 1
            _ = pattern.firstMatch(in: dice.text(of: ["a", "b", "1", " ", "\n"], upTo: 8))
        }
        #expect(read > 500)
    }
}
