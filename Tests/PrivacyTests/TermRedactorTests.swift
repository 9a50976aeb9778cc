import Inference
import JSONText
import PatternScanner
import Testing

@testable import Privacy

/// Words of settings' lists are taken out of answers, wherever a stream is cut.
@Suite struct TermRedactorTests {
    private static let project = DataClass("project")

    private static let engine: PrivacyEngine = {
        var settings = PrivacySettings()
        settings.terms = [
            .init(dataClass: project, words: ["Blue Heron", "Blue", "X-17", "Ärzte", "C++", "Blue Heron Rising Sun"]),
            .init(dataClass: project, words: ["Rose"], isCaseSensitive: true),
            .init(dataClass: DataClass("other"), words: ["Kestrel"]),
        ]
        settings.classes.formUnion(settings.ownClasses)
        settings.redactedInAnswers = [project, DataClass("email")]
        settings.allowed = ["x-17"]
        do { return try PrivacyEngine(scanner: PatternScanner(settings: settings), settings: settings) } catch {
            fatalError("\(error)")
        }
    }()

    private static func rules(own: [String] = []) throws -> AnswerRules {
        var writer = JSONWriter()
        writer.beginArray()
        for text in own { writer.string(text) }
        writer.endArray()
        let request = try Fixtures.request(writer.bytes)
        return try #require(
            AnswerRules(
                engine: engine, request: request, findings: try engine.inspect(request), restoration: .empty))
    }

    private static func redact(
        _ text: String, cuts: [Int] = [], _ rules: AnswerRules, _ encoding: RestorationMap.Encoding = .plain
    ) throws -> String {
        let bytes = Array(text.utf8)
        var answer = AnswerText(.empty, rules: rules, encoding: encoding)
        var output: [UInt8] = []
        var start = 0
        for cut in cuts + [bytes.count] {
            try bytes[start..<cut].withUnsafeBytes { try answer.push($0, into: &output) }
            start = cut
        }
        try answer.finish(into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    static let cases: [(text: String, expected: String)] = [
        ("ask blue heron about it", "ask [TERM] about it"), ("Blue Heron Rising", "[TERM] Rising"),
        ("Blue Heron Rising Sun.", "[TERM]."), ("Blue", "[TERM]"),
        ("blueish Blues TrueBlue", "blueish Blues TrueBlue"),
        ("die ÄRZTE, die Ärzte! Ärztehaus", "die [TERM], die [TERM]! Ärztehaus"), ("C++ and C+", "[TERM] and C+"),
        ("Rose rose", "[TERM] rose"), ("X-17 is allowed", "X-17 is allowed"), ("a Kestrel flies", "a Kestrel flies"),
        (#""\nBlue\tHeron""#, #""\n[TERM]\tHeron""#), ("eve@example.net of Blue Heron", "[EMAIL] of [TERM]"),
        ("日本Blue Heron日本", "日本[TERM]日本"), ("Blue Her", "[TERM] Her"), ("", ""),
    ]

    @Test(arguments: cases.indices)
    func `a word is taken out wherever the text is cut`(_ index: Int) throws {
        let (text, expected) = Self.cases[index]
        let rules = try Self.rules()
        #expect(try Self.redact(text, rules) == expected)
        let count = text.utf8.count
        for first in 0...count {
            #expect(try Self.redact(text, cuts: [first], rules) == expected, "cut at \(first)")
            for second in first...count {
                #expect(try Self.redact(text, cuts: [first, second], rules) == expected, "cut at \(first), \(second)")
            }
        }
        #expect(try Self.redact(text, cuts: Array(0..<count), rules) == expected, "byte by byte")
    }

    @Test func `random texts give the same however they are cut, and hold no word`() throws {
        var random = RestorationTests.Random(state: 9)
        let rules = try Self.rules()
        let parts = [
            "Blue", " ", "Heron", "blue heron", " Rising", " Sun", "Ä", "rzte", "C+", "x", "\\n", "\"", ".",
            "Rose",
        ]
        for _ in 0..<2_000 {
            let text = (0..<Int.random(in: 1...12, using: &random)).map { _ in
                parts.randomElement(using: &random) ?? ""
            }.joined()
            let whole = try Self.redact(text, rules)
            let count = text.utf8.count
            let cuts = (0..<4).map { _ in Int.random(in: 0...count, using: &random) }.sorted()
            #expect(try Self.redact(text, cuts: cuts, rules) == whole, "\(text) at \(cuts)")
            #expect(try Self.redact(text, cuts: Array(0..<count), rules) == whole, "\(text)")
            let again = try Self.engine.inspect(Fixtures.request("[\(Self.quoted(whole))]"))
            #expect(!again.items.contains { $0.dataClass == Self.project }, "\(whole) of \(text)")
        }
    }

    private static func quoted(_ text: String) -> String {
        "\"" + String(decoding: JSONEscape.escaped(Array(text.utf8)), as: UTF8.self) + "\""
    }

    @Test func `what the caller itself sent comes back, also as a part of what it sent`() throws {
        let rules = try Self.rules(own: ["We call it Blue Heron.", "write to rose@blue.example.org"])
        let output = try Self.redact("Blue Heron, BLUE, Ärzte", rules)
        #expect(output == "Blue Heron, BLUE, [TERM]", "\(output)")
    }

    @Test func `arguments of tools stay JSON`() throws {
        let rules = try Self.rules()
        let text = #"{"Blue Heron":"the Rose","n":[1,"X"]}"#
        let expected = #"{"[TERM]":"the [TERM]","n":[1,"X"]}"#
        #expect(try Self.redact(text, rules, .json) == expected)
        #expect(try Self.redact(text, cuts: Array(0..<text.utf8.count), rules, .json) == expected)
    }

    @Test func `prose that becomes no word is not held`() throws {
        var redactor = TermRedactor(try Self.rules(), try #require(Self.engine.answerTerms), encoding: .plain)
        var output: [UInt8] = []
        for piece in ["the ", "quick ", "fox ", "jumps. "] {
            Array(piece.utf8).withUnsafeBytes { redactor.push($0, into: &output) }
        }
        #expect(String(decoding: output, as: UTF8.self) == "the quick fox jumps. ")
    }

    @Test func `every class that settings know can be taken out of answers`() {
        var settings = Self.engine.settings
        #expect(AnswerRules.supports(Self.project, in: settings))
        #expect(!AnswerRules.supports(DataClass("unheard_of"), in: settings))
        #expect(AnswerRules.supports(DataClass("person"), in: settings))
        settings.patterns = [.init(dataClass: DataClass("ticket"), expression: "B[0-9]+")]
        #expect(AnswerRules.supports(DataClass("ticket"), in: settings))
    }
}
