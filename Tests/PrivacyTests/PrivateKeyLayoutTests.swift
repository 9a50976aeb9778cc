import Foundation
import Inference
import JSONText
import PatternScanner
import Testing

@testable import Privacy

/// Private keys are found whole however their lines are quoted, escaped or listed, in requests and in answers.
@Suite struct PrivateKeyLayoutTests {
    struct Layout: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let write: @Sendable ([String]) -> String

        init(_ name: String, _ write: @escaping @Sendable ([String]) -> String) {
            testDescription = name
            self.write = write
        }

        /// Something before and behind each line.
        static func lines(_ name: String, _ before: String, _ after: String, opening: String = "") -> Layout {
            Layout(name) { opening + $0.map { before + $0 + after }.joined() }
        }
    }

    static let layouts: [Layout] = [
        .lines("plain", "", "\n"), .lines("CR LF", "", "\r\n"), .lines("Python", "    '", "\\n'\n"),
        .lines("Python, double quotes", "    \"", "\\n\"\n"), .lines("Java", "\"", "\\n\" +\n"),
        .lines("JavaScript's array", "  '", "',\n", opening: "[\n"), .lines("quotation", "> ", "\n"),
        .lines("quotation of a quotation", "> > ", "\n"), .lines("comment of a shell", "# ", "\n"),
        .lines("comment of C", "// ", "\n"), .lines("comment of SQL", "-- ", "\n"),
        .lines("comment of Lisp", ";; ", "\n"),
        .lines("comment of Java", " * ", "\n"), .lines("added in a diff", "+", "\n"),
        .lines("removed in a diff", "-", "\n"),
        .lines("YAML", "    ", "\n"), .lines("breaks of HTML", "", "<br>"), .lines("breaks of XHTML", "", "<br />\n"),
        .lines("rows of HTML", "<tr><td>", "</td></tr>\n"), .lines("character references", "", "&#10;"),
        .lines("escapes", "", "\\n"), .lines("escapes twice", "", "\\\\n"),
        .lines("escapes four times", "", "\\\\\\\\n"),
        .lines("CR LF escaped", "", "\\r\\n"), .lines("hexadecimal escapes", "", "\\x0a"),
        .lines("Unicode's escapes", "", "\\u000a"), .lines("percent", "", "%0A"), .lines("spaces", "", " "),
        .lines("a Markdown table", "| `", "` |\n"), .lines("comma-separated", "\"", "\",\n"),
        .lines("append", "key.append(\"", "\\n\");\n"), .lines("Visual Basic", "\"", "\" & vbCrLf & _\n"),
        .lines("PowerShell", "\"", "`r`n\" +\n"), .lines("C", "\"", "\\n\" \\\n"),
        .lines("echo", "echo '", "' >> key.pem\n"),
        .lines("a log", "2031-05-06T07:08:09.123456Z host app[4711]: INFO o.e.KeyStore - line ", "\n"),
        .lines("a log in JSON", #"{"time":"2031-05-06T07:08:09Z","level":"info","message":""#, "\"}\n"),
        .lines("highlighted HTML", #"<span class="line"><span class="s">"#, "</span></span>\n"),
        .lines("ANSI colours", "\u{1B}[32m", "\u{1B}[0m\n"),
        Layout("numbered") { $0.enumerated().map { "  \($0.offset + 1)| \($0.element)\n" }.joined() },
        Layout("numbered from 1000") { $0.enumerated().map { "\($0.offset + 1_000): \($0.element)\n" }.joined() },
        Layout("cat -n") { $0.enumerated().map { "     \($0.offset + 1)\t\($0.element)\n" }.joined() },
        Layout("a list of Markdown") { $0.enumerated().map { "\($0.offset + 1). `\($0.element)`\n" }.joined() },
        Layout("slashes escaped") { $0.joined(separator: "\\n").replacingOccurrences(of: "/", with: "\\/") },
        Layout("short lines") { lines in
            let body = Array(lines.dropFirst().dropLast().joined())
            let short = stride(from: 0, to: body.count, by: 16).map { String(body[$0..<min($0 + 16, body.count)]) }
            return ([lines[0]] + short + [lines[lines.count - 1]]).joined(separator: "\n")
        },
        Layout("groups of four") { lines in
            let body = Array(lines.dropFirst().dropLast().joined())
            let groups = stride(from: 0, to: body.count, by: 4).map { String(body[$0..<min($0 + 4, body.count)]) }
            return lines[0] + "\n" + groups.joined(separator: " ") + "\n" + lines[lines.count - 1]
        },
        Layout("old encryption") { lines in
            let headers = ["Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-256-CBC,9A1F0C22B7D34E5588776655AABBCCDD", ""]
            return ([lines[0]] + headers + lines.dropFirst()).joined(separator: "\n")
        },
        Layout("Bouncy Castle") { armoured($0, ["Version: BCPG v@1.66"]) },
        Layout("a comment's quote") {
            armoured($0, ["Comment: Alice's key (work), \"new\"; see <https://example.org>"])
        },
        Layout("Sequoia") { lines in
            let name = "Comment: DB6E A7EE 4F9C 2B1D 9E32  91A0 2B9C 7E8A 11F0 5C3D"
            return armoured(lines, [name] + (0..<8).map { "Comment: Juliet Capulet the \($0)th <juliet@example.org>" })
        },
        Layout("Sequoia, quoted") { lines in
            armoured(lines, ["Comment: Zoë <zoe@example.org>"]).split(separator: "\n", omittingEmptySubsequences: false)
                .map { "> \($0)\n" }.joined()
        },
    ]

    private static func armoured(_ lines: [String], _ headers: [String]) -> String {
        let body = lines.dropFirst().dropLast().joined(separator: "\n")
        return "-----BEGIN PGP PRIVATE KEY BLOCK-----\n" + headers.joined(separator: "\n") + "\n\n" + body
            + "\n=8xQN\n-----END PGP PRIVATE KEY BLOCK-----"
    }

    /// A key's lines with its marks.
    private static func key(_ count: Int, seed: UInt64 = 3) -> [String] {
        var random = RestorationTests.Random(state: seed)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        func line(_ length: Int) -> String {
            String((0..<length).map { _ in alphabet.randomElement(using: &random) ?? "A" })
        }
        return ["-----BEGIN RSA PRIVATE KEY-----"] + (0..<count).map { _ in line(64) } + [
            line(22) + "==", "-----END RSA PRIVATE KEY-----",
        ]
    }

    private static let before = "This is what I was given:\n\n"
    private static let after = "\n\nWhat does it mean, and who made it?"

    /// Pieces of a key's lines that stand in a text.
    private static func left(_ lines: [String], in text: String) -> [String] {
        lines.dropFirst().dropLast().flatMap { line in
            [line.prefix(12), line.suffix(10)].map(String.init).filter { text.contains($0) }
        }
    }

    private static func rules(_ classes: Set<DataClass>, own: String? = nil) throws -> AnswerRules {
        var settings = PrivacySettings()
        settings.redactedInAnswers = classes
        let engine = try PrivacyEngine(scanner: Fixtures.scanner, names: Fixtures.names, settings: settings)
        var writer = JSONWriter()
        writer.beginArray()
        writer.string(own ?? "hello")
        writer.endArray()
        let request = try Fixtures.request(writer.bytes)
        return try #require(
            AnswerRules(
                engine: engine, request: request, findings: try engine.inspect(request), restoration: .empty))
    }

    private static func redact(
        _ text: [UInt8], piece: Int, _ rules: AnswerRules, _ encoding: RestorationMap.Encoding = .plain
    ) throws -> String {
        var redactor = StreamRedactor(rules, encoding: encoding)
        var output: [UInt8] = []
        for start in stride(from: 0, to: text.count, by: piece) {
            try text[start..<min(text.count, start + piece)].withUnsafeBytes { try redactor.push($0, into: &output) }
            #expect(redactor.heldBytes <= StreamRedactor.Bounds.held)
        }
        try redactor.finish(into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test(arguments: layouts)
    func `no line of a private key leaves in a request, and the text around it does`(layout: Layout) throws {
        for count in [3, 26] {
            let lines = Self.key(count)
            let text = Self.before + layout.write(lines) + Self.after
            let bytes = [UInt8](text.utf8)
            var rest: [UInt8] = []
            var start = 0
            let findings = try bytes.withUnsafeBytes { try Fixtures.engine.inspect(text: $0) }
            #expect(findings.contains { $0.dataClass == DataClass("secret") })
            for finding in findings {
                rest += bytes[start..<finding.range.lowerBound]
                start = finding.range.upperBound
            }
            let output = String(decoding: rest + bytes[start...], as: UTF8.self)
            #expect(Self.left(lines, in: output).isEmpty, "\(output)")
            #expect(output.hasPrefix(Self.before) && output.hasSuffix(Self.after), "\(output)")
        }
    }

    @Test(arguments: layouts)
    func `no line of a private key leaves in an answer, however it is cut`(layout: Layout) throws {
        let secrets = try Self.rules([DataClass("secret")])
        let all = try Self.rules(AnswerRules.immediateClasses)
        for (rules, counts) in [(secrets, [3, 26]), (all, [9])] {
            for count in counts {
                let lines = Self.key(count)
                let text = [UInt8]((Self.before + layout.write(lines) + Self.after).utf8)
                let whole = try Self.redact(text, piece: text.count, rules)
                #expect(Self.left(lines, in: whole).isEmpty, "\(whole)")
                #expect(whole.hasPrefix(Self.before) && whole.hasSuffix(Self.after), "\(whole)")
                for piece in [1, 100, 513] {
                    #expect(try Self.redact(text, piece: piece, rules) == whole, "\(piece)")
                }
            }
        }
    }

    @Test(arguments: ["plain", "Java", "numbered", "Sequoia", "a log in JSON", "groups of four"])
    func `a private key is taken out alike at every cut`(name: String) throws {
        let layout = try #require(Self.layouts.first { $0.testDescription == name })
        let rules = try Self.rules([DataClass("secret")])
        let text = [UInt8]((Self.before + layout.write(Self.key(5)) + Self.after).utf8)
        let whole = try Self.redact(text, piece: text.count, rules)
        for cut in 0...text.count {
            var redactor = StreamRedactor(rules)
            var output: [UInt8] = []
            try text[..<cut].withUnsafeBytes { try redactor.push($0, into: &output) }
            try text[cut...].withUnsafeBytes { try redactor.push($0, into: &output) }
            try redactor.finish(into: &output)
            #expect(String(decoding: output, as: UTF8.self) == whole, "\(cut)")
        }
    }

    @Test(arguments: layouts)
    func `of a private key without its closing mark no line leaves`(layout: Layout) throws {
        let rules = try Self.rules([DataClass("secret")])
        let lines = Self.key(12)
        let text = layout.write(lines)
        let end = try #require(text.range(of: "-----END")?.lowerBound)
        let cut = [UInt8]((Self.before + text[..<end] + Self.after).utf8)
        let whole = try Self.redact(cut, piece: cut.count, rules)
        #expect(Self.left(lines.dropLast() + [""], in: whole).isEmpty, "\(whole)")
        #expect(whole.hasSuffix("What does it mean, and who made it?"), "\(whole)")
        #expect(try Self.redact(cut, piece: 1, rules) == whole)
        let values = try Fixtures.find(String(decoding: cut, as: UTF8.self)).map(\.1).joined()
        for line in lines.dropFirst().dropLast() where !values.contains(line.prefix(12)) {
            // Written in groups, or with slashes escaped.
            #expect(!String(decoding: cut, as: UTF8.self).contains(line.prefix(12)), "\(line)")
        }
    }

    @Test(arguments: ["plain", "Python", "JavaScript's array", "numbered", "quotation"])
    func `arguments of a tool stay JSON where a key is taken out`(name: String) throws {
        let layout = try #require(Self.layouts.first { $0.testDescription == name })
        let rules = try Self.rules([DataClass("secret")])
        for count in [3, 26] {
            let lines = Self.key(count)
            let end = lines.count
            for used in [end, end - 1, end / 2] {
                var writer = JSONWriter()
                writer.beginObject()
                writer.key("key")
                writer.string(layout.write(Array(lines[..<used])))
                writer.key("lines")
                writer.beginArray()
                for line in lines[..<used] { writer.string(line) }
                writer.endArray()
                writer.key("mode")
                writer.int(384)
                writer.endObject()
                let whole = try Self.redact(writer.bytes, piece: writer.bytes.count, rules, .json)
                #expect(throws: Never.self, "\(whole)") { try JSONDocument(parsing: Array(whole.utf8)) }
                #expect(Self.left(lines, in: whole).isEmpty, "\(whole)")
                #expect(whole.hasSuffix(#""mode":384}"#), "\(whole)")
                for piece in [1, 513] { #expect(try Self.redact(writer.bytes, piece: piece, rules, .json) == whole) }
            }
        }
    }

    @Test func `a key whose lines stand far apart is one in a request as far as its closing mark`() throws {
        let filler = #"","kubernetes":{"labels":""# + String(repeating: "a label of some length ", count: 30) + "\"}}\n"
        let text = Self.key(6).map { #"{"message":""# + $0 + filler }.joined()
        let values = try Fixtures.find(text).filter { $0.0 == DataClass("secret") }.map(\.1)
        #expect(values.count == 1)
        #expect(values.first?.hasSuffix("-----END RSA PRIVATE KEY-----") == true)
    }

    @Test(arguments: [
        "A file begins with `-----BEGIN PRIVATE KEY-----` and ends with `-----END PRIVATE KEY-----`, as RFC 7468 has it.",
        "-----BEGIN PRIVATE KEY-----\n<your key here>\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nyour-private-key-goes-here\n-----END RSA PRIVATE KEY-----",
        "grep -l -- '-----BEGIN RSA PRIVATE KEY-----' *.pem | while read -r name; do openssl pkey -in \"$name\"; done",
    ])
    func `who speaks of the marks says no secret`(text: String) throws {
        #expect(try Fixtures.find(text).isEmpty)
        let bytes = [UInt8](text.utf8)
        for rules in [try Self.rules([DataClass("secret")]), try Self.rules(AnswerRules.immediateClasses)] {
            for piece in [1, bytes.count] { #expect(try Self.redact(bytes, piece: piece, rules) == text) }
        }
    }

    @Test func `the caller's own key comes back in the layout in which it was sent`() throws {
        for layout in Self.layouts.prefix(12) {
            let text = Self.before + layout.write(Self.key(20)) + Self.after
            let rules = try Self.rules([DataClass("secret")], own: text)
            for piece in [1, 64, 4_096] { #expect(try Self.redact([UInt8](text.utf8), piece: piece, rules) == text) }
        }
    }

    @Test func `prose behind a key without its closing mark goes out after a bounded wait`() throws {
        let rules = try Self.rules([DataClass("secret")])
        var redactor = StreamRedactor(rules)
        var output: [UInt8] = []
        let prose = String(repeating: "and so we go on with plain words ", count: 30)
        for byte in (Self.key(12).dropLast().joined(separator: "\n") + "\n" + prose).utf8 {
            try [byte].withUnsafeBytes { try redactor.push($0, into: &output) }
        }
        #expect(output.count > prose.utf8.count - StreamRedactor.Bounds.held)
        try redactor.finish(into: &output)
        #expect(String(decoding: output, as: UTF8.self) == "[SECRET]\n" + prose)
    }

    @Test(arguments: [
        "-----BEGIN PRIVATE KEY-----\nMIIEabcdefghij1234 ", "-----BEGIN PRIVATE KEY-----\nComment: ",
        "-----BEGIN PRIVATE KEY-----\n-----END ", "-----BEGIN PRIVATE KEY----- words and words ",
    ])
    func `time is linear in marks`(piece: String) throws {
        func time(_ count: Int) throws -> Int {
            let bytes = [UInt8](String(repeating: piece, count: count / piece.utf8.count).utf8)
            var least = Int.max
            for _ in 0..<3 {
                let start = Fixtures.threadNanoseconds()
                _ = try bytes.withUnsafeBytes { try Fixtures.engine.inspect(text: $0).count }
                least = min(least, Fixtures.threadNanoseconds() - start)
            }
            return least
        }
        let short = try time(10_000)
        let long = try time(80_000)
        #expect(long < short * 20 + 5_000_000, "\(short) ns, then \(long) ns")
    }
}
