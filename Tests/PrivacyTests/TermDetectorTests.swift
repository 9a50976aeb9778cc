import Inference
import PatternScanner
import Testing

@testable import Privacy

/// Words and patterns of one's own.
@Suite struct TermDetectorTests {
    private static let project = DataClass("project")

    private static func find(
        _ text: String, terms: [PrivacySettings.TermList] = [], patterns: [PrivacySettings.TermPattern] = []
    ) throws -> [(DataClass, String)] {
        var settings = PrivacySettings(classes: [.email])
        settings.terms = terms
        settings.patterns = patterns
        let engine = try PrivacyEngine(scanner: PatternScanner(settings: settings), settings: settings)
        return try Fixtures.find(text, engine)
    }

    private static func words(_ text: String, _ words: [String], isCaseSensitive: Bool = false) throws -> [String] {
        let list = PrivacySettings.TermList(dataClass: project, words: words, isCaseSensitive: isCaseSensitive)
        return try find(text, terms: [list]).map(\.1)
    }

    @Test func `a word is found whole and in any case`() throws {
        let text = "Falcon met FALCON, falcons, (falcon) a_falcon falcon9 \\nfalcon Falco falcon's"
        #expect(try Self.words(text, ["Falcon"]) == ["Falcon", "FALCON", "falcon", "falcon", "falcon"])
    }

    @Test func `case counts where the list says so`() throws {
        #expect(try Self.words("Falcon FALCON falcon", ["Falcon"], isCaseSensitive: true) == ["Falcon"])
    }

    @Test(arguments: [
        ("Ärger, ÄRGER und ärger, Verärgert", "Ärger", ["Ärger", "ÄRGER", "ärger"]),
        ("cafés, café; decafé", "café", ["café"]),
        ("проект Сокол и соколы, СОКОЛ", "сокол", ["Сокол", "СОКОЛ"]),
        ("e\u{301}te\u{301} et e\u{301}te\u{301}s", "e\u{301}te\u{301}", ["e\u{301}te\u{301}"]),
        ("我们的猎鹰项目很好", "猎鹰项目", ["猎鹰项目"]),
        ("プロジェクトハヤブサの話", "ハヤブサ", ["ハヤブサ"]),
        ("프로젝트 송골매를 봐", "송골매", ["송골매"]),
        ("falconé éfalcon falcon", "falcon", ["falcon"]),
        ("C++ and C++11 or .NET, a.NET", "C++", ["C++"]),
        (
            "Project Blue Heron; project  blue heron, PROJECT BLUE HERON.", "project blue heron",
            [
                "Project Blue Heron", "PROJECT BLUE HERON",
            ]
        ),
    ])
    func `words end where letters of any script end`(text: String, word: String, found: [String]) throws {
        #expect(try Self.words(text, [word]) == found)
    }

    @Test func `ten thousand words are each found`() throws {
        let list = (0..<10_000).map { "customer\($0 * 7_919 % 1_000_003)x" }
        let chosen = stride(from: 0, to: 10_000, by: 501).map { list[$0] }
        #expect(try Self.words("We serve " + chosen.joined(separator: ", ") + " and customer.", list) == chosen)
    }

    @Test func `a list's class is the catalogue's or one of one's own`() throws {
        let found = try Self.find(
            "falcon osprey heron a@example.org",
            terms: [
                .init(dataClass: Self.project, words: ["falcon"]),
                .init(dataClass: DataClass("person"), words: ["osprey"]),
                .init(dataClass: DataClass("bird"), words: ["heron"]),
            ])
        #expect(found.map(\.0) == [Self.project, DataClass("person"), DataClass("bird"), .email])
    }

    @Test func `own classes stand in order of appearance, each once`() {
        var settings = PrivacySettings()
        settings.terms = [
            .init(dataClass: Self.project, words: ["a"]), .init(dataClass: .email, words: ["b"]),
            .init(dataClass: DataClass("bird"), words: ["c"]),
        ]
        settings.patterns = [
            .init(dataClass: DataClass("ticket"), expression: "x"), .init(dataClass: Self.project, expression: "y"),
        ]
        #expect(settings.ownClasses == [Self.project, DataClass("bird"), DataClass("ticket")])
    }

    @Test(arguments: [("", 0), (String(repeating: "a", count: 201), 201)])
    func `a word of no bytes or too many is refused by its place, not by its text`(word: String, bytes: Int) {
        #expect(throws: TermDictionaryError.wordLength(list: 0, word: 1, bytes: bytes)) {
            try TermDictionary([.init(dataClass: Self.project, words: ["falcon", word])])
        }
    }

    @Test func `a word without a letter or digit is refused`() {
        #expect(throws: TermDictionaryError.noLetters(list: 0, word: 0)) {
            try TermDictionary([.init(dataClass: Self.project, words: [" - "])])
        }
    }

    // MARK: Patterns

    private static func spans(_ text: String, _ expression: String) throws -> [String] {
        try find(text, patterns: [.init(dataClass: DataClass("ticket"), expression: expression)]).map(\.1)
    }

    @Test(arguments: [
        ("see PRJ-12, PRJ-12345 and prj-1", "PRJ-[0-9]+", ["PRJ-12", "PRJ-12345"]),
        ("a1b22", "[0-9]+", ["1", "22"]),
        ("größe ÄB12 äb34", "[äÄ][bB]\\d\\d", ["ÄB12", "äb34"]),
        ("naïve", "na.", ["naï"]),
        ("x=KX-1 y=kx-2", "(?i)\\bkx-\\d\\b", ["KX-1", "kx-2"]),
    ])
    func `a pattern is found in full length`(text: String, expression: String, found: [String]) throws {
        #expect(try Self.spans(text, expression) == found)
    }

    @Test func `a pattern's score is held against its class's threshold`() throws {
        let faint = PrivacySettings.TermPattern(dataClass: DataClass("ticket"), expression: "T-[0-9]", score: 30)
        #expect(try Self.find("T-1", patterns: [faint]).isEmpty)
    }

    @Test(arguments: ["a|ab", "(x+x+)+y", "[0-9a-z]*q", ".{1,40}z"])
    func `time is linear whatever the pattern`(expression: String) throws {
        var settings = PrivacySettings(classes: [.email])
        settings.undoesEvasion = false
        settings.patterns = [.init(dataClass: Self.project, expression: expression)]
        settings.terms = [.init(dataClass: Self.project, words: ["a", "x", "xxxx"])]
        let engine = try PrivacyEngine(scanner: PatternScanner(settings: settings), settings: settings)
        func time(_ count: Int) throws -> Int {
            let bytes = [UInt8](String(repeating: "xxxxxxxxa ", count: count / 10).utf8)
            var least = Int.max
            for _ in 0..<2 {
                let start = Fixtures.threadNanoseconds()
                _ = try bytes.withUnsafeBytes { try engine.inspect(text: $0).count }
                least = min(least, Fixtures.threadNanoseconds() - start)
            }
            return least
        }
        let short = try time(10_000)
        let long = try time(80_000)
        #expect(long < short * 20 + 5_000_000, "\(short) ns, then \(long) ns")
    }
}
