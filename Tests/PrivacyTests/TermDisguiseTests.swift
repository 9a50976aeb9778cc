import Inference
import JSONText
import PatternScanner
import Testing

@testable import Privacy

/// Words of settings' lists are taken out of answers however they are escaped or disguised.
@Suite struct TermDisguiseTests {
    private static let engine: PrivacyEngine = {
        var settings = PrivacySettings()
        settings.terms = [
            .init(
                dataClass: DataClass("project"),
                words: ["Zürich Plan", "Blue Heron", "A/B", "C++", "Blue", "日本計画", "R&D"])
        ]
        settings.classes.formUnion(settings.ownClasses)
        settings.redactedInAnswers = [DataClass("project")]
        do { return try PrivacyEngine(scanner: PatternScanner(settings: settings), settings: settings) } catch {
            fatalError("\(error)")
        }
    }()

    private static func rules(own: String = "hello") throws -> AnswerRules {
        var writer = JSONWriter()
        writer.beginArray()
        writer.string(own)
        writer.endArray()
        let request = try Fixtures.request(writer.bytes)
        return try #require(
            AnswerRules(
                engine: engine, request: request, findings: try engine.inspect(request), restoration: .empty))
    }

    private static func redact(
        _ text: String, at cuts: [Int] = [], _ rules: AnswerRules, _ encoding: RestorationMap.Encoding
    ) throws -> String {
        let bytes = Array(text.utf8)
        var redactor = TermRedactor(rules, try #require(engine.answerTerms), encoding: encoding)
        var output: [UInt8] = []
        var start = 0
        for cut in cuts + [bytes.count] {
            bytes[start..<cut].withUnsafeBytes { redactor.push($0, into: &output) }
            start = cut
        }
        redactor.finish(into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    private static let cases: [(text: String, expected: String)] = [
        (#"the Z\u00fcrich Plan is"#, "the [TERM] is"), (#"the Z\u00DCRICH PLAN is"#, "the [TERM] is"),
        (#"Blue\u0020Heron."#, "[TERM]."), (#"an A\/B test"#, "an [TERM] test"), (#"Bl\u0075e"#, "[TERM]"),
        (#"\u0042lue \u0048eron!"#, "[TERM]!"), (#"Z\\u00fcrich Plan"#, "[TERM]"), (#"x\u0020Blue"#, #"x\u0020[TERM]"#),
        (#"x\u0079Blue"#, #"x\u0079Blue"#), (#"\nBlue\n"#, #"\n[TERM]\n"#), ("Z&uuml;rich Plan", "[TERM]"),
        ("Z&#252;rich Plan", "[TERM]"), ("Z%C3%BCrich%20Plan", "[TERM]"), (#"Z\xc3\xbcrich Plan"#, "[TERM]"),
        ("R&amp;D and R&D", "[TERM] and [TERM]"), ("Blue\u{AD} He\u{200B}ron", "[TERM]"), ("Ｂｌｕｅ Ｈｅｒｏｎ", "[TERM]"),
        ("Blue\u{A0}Heron", "[TERM]"), ("Вluе Heron", "[TERM]"), (#"\u65e5\u672c\u8a08\u753b"#, "[TERM]"),
        (#"C\u002b\u002B"#, "[TERM]"), (#"\u"#, #"\u"#), (#"\u004"#, #"\u004"#), ("50% of AT&T", "50% of AT&T"),
        ("Bluеish", "Bluеish"), (#"Bl\ue"#, #"Bl\ue"#), ("Привет, Blue", "Привет, [TERM]"),
    ]

    @Test(arguments: cases.indices, [RestorationMap.Encoding.plain, .json])
    func `a word in disguise is taken out wherever the text is cut`(
        index: Int, encoding: RestorationMap.Encoding
    ) throws {
        var (text, expected) = Self.cases[index]
        if encoding == .json { (text, expected) = ("\"\(text)\"", "\"\(expected)\"") }
        let rules = try Self.rules()
        #expect(try Self.redact(text, rules, encoding) == expected)
        let count = text.utf8.count
        for first in 0...count {
            #expect(try Self.redact(text, at: [first], rules, encoding) == expected, "cut at \(first)")
            for second in first...count {
                #expect(try Self.redact(text, at: [first, second], rules, encoding) == expected, "\(first), \(second)")
            }
        }
        #expect(try Self.redact(text, at: Array(0..<count), rules, encoding) == expected, "byte by byte")
    }

    @Test func `random texts of escapes give the same however they are cut`() throws {
        var random = RestorationTests.Random(state: 19)
        let rules = try Self.rules()
        let parts = [
            "Blue", " ", "Heron", "Z", #"\u00fc"#, "rich Plan", #"\u0020"#, "&", "amp;", "%", "20", #"\"#, "/", "u00",
            "B",
            "lue", "ü", "\u{200B}", "Ｂ", "е", #"\x"#, "C3", "#252;", "A", #"\ud83d"#, #"\ude00"#, "日", "x",
        ]
        for _ in 0..<3_000 {
            let text = (0..<Int.random(in: 1...14, using: &random)).map { _ in
                parts.randomElement(using: &random) ?? ""
            }.joined()
            let whole = try Self.redact(text, rules, .plain)
            let count = text.utf8.count
            let cuts = (0..<4).map { _ in Int.random(in: 0...count, using: &random) }.sorted()
            #expect(try Self.redact(text, at: cuts, rules, .plain) == whole, "\(text) at \(cuts)")
            #expect(try Self.redact(text, at: Array(0..<count), rules, .plain) == whole, "\(text)")
        }
    }

    @Test func `the caller's own word comes back in disguise`() throws {
        let rules = try Self.rules(own: "We speak of the Zürich Plan.")
        for text in [#"Z\u00fcrich Plan"#, "Zürich Plan", "Z&uuml;rich Plan"] {
            #expect(try Self.redact(text, rules, .plain) == text)
        }
    }

    @Test(arguments: [
        "B\u{200B}", "\\", "&", "%42", "\\u0042", "B\u{200B}\u{200B}\u{200B}\u{200B}", "Ｂ", "日", "Blu",
        "B" + String(repeating: "\u{200B}", count: 40),
    ])
    func `what is held and the time it takes are bounded`(unit: String) throws {
        func nanoseconds(_ count: Int) throws -> Int {
            let bytes = [UInt8](String(repeating: unit, count: count / unit.utf8.count).utf8)
            let rules = try Self.rules()
            var least = Int.max
            for _ in 0..<3 {
                var redactor = TermRedactor(rules, try #require(Self.engine.answerTerms), encoding: .plain)
                var output: [UInt8] = []
                var taken = 0
                let start = Fixtures.threadNanoseconds()
                for byte in bytes {
                    [byte].withUnsafeBytes { redactor.push($0, into: &output) }
                    taken += 1
                    #expect(taken - output.count <= 512)
                }
                redactor.finish(into: &output)
                least = min(least, Fixtures.threadNanoseconds() - start)
            }
            return least
        }
        let short = try nanoseconds(2_000)
        let long = try nanoseconds(8_000)
        #expect(long < short * 9, "\(short) ns, \(long) ns")
    }
}
