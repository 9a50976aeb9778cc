import Inference
import JSONText
import NameModel
import PatternScanner
import Testing

@testable import Privacy

/// Classes that may be any words are taken out of answers, too, wherever a stream is cut.
@Suite struct WordyAnswerTests {
    private static let classes = [
        "person", "place", "street_address", "postcode", "us_zip", "date", "date_of_birth", "age", "coordinates",
        "ticket",
        "email",
    ].map { DataClass($0) }

    private static let engine: PrivacyEngine? = {
        var settings = PrivacySettings()
        settings.patterns = [
            .init(dataClass: DataClass("ticket"), expression: "\\bTKT [a-z]{4,8}\\b"),
            .init(dataClass: DataClass("kept"), expression: "\\bKPT [a-z]{4,8}\\b"),
        ]
        settings.classes.formUnion(classes + [DataClass("kept")])
        settings.redactedInAnswers = Set(classes)
        return try? PrivacyEngine(
            scanner: PatternScanner(settings: settings), names: NameTagger(model: NameModel.bytes), settings: settings)
    }()

    private static func request(_ text: String) throws -> InferenceRequest {
        var writer = JSONWriter()
        writer.beginArray()
        writer.string(text)
        writer.endArray()
        return InferenceRequest(
            dialect: .openAI, operation: .chat, model: ModelID("demo"), isStreaming: true, wantsStreamUsage: false,
            documents: [.init(json: try JSONDocument(parsing: writer.bytes), parent: nil)],
            texts: [.init(document: 0, node: 1, place: .user)], unscannable: [], tools: [], estimatedInputTokens: 1,
            maximumOutputTokens: nil)
    }

    private static func redact(_ answer: String, piece: Int = .max, prompt: String = "hello") throws -> String {
        let engine = try #require(engine)
        let request = try request(prompt)
        let rules = try #require(
            AnswerRules(
                engine: engine, request: request, findings: try engine.inspect(request), restoration: .empty))
        var text = AnswerText(.empty, rules: rules)
        var output: [UInt8] = []
        let bytes = Array(answer.utf8)
        var start = 0
        while start < bytes.count {
            let end = piece < bytes.count - start ? start + piece : bytes.count
            try bytes[start..<end].withUnsafeBytes { try text.push($0, into: &output) }
            start = end
        }
        try text.finish(into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test(arguments: [
        ("Please write to 24 Clarke Avenue, Springfield, IL 62704 today.", "Clarke"),
        ("She was born on 12 March 1980 and likes tea.", "1980"),
        ("He is 34 years old and well.", "34"),
        ("The meeting is on 2024-03-31 in the morning.", "03-31"),
        ("It lies at 52.5200° N, 13.4050° E near the river.", "13.4050"),
        ("See TKT abcdef for more.", "abcdef"),
        ("My zip code is 90210, as I said.", "90210"),
        ("I spoke with Maria Keller about it yesterday.", "Keller"),
    ])
    func `a value of words is taken out of an answer`(answer: String, value: String) throws {
        #expect(!(try Self.redact(answer)).contains(value))
        for piece in [1, 3, 7] { #expect(try Self.redact(answer, piece: piece) == Self.redact(answer)) }
    }

    @Test func `a value far inside a long answer is taken out, and what is around it stays`() throws {
        let prose = String(repeating: "the lamp on the table gives a warm and quiet light ", count: 30)
        let answer = prose + "see TKT abcdef there " + prose
        let expected = prose + "see [TERM] there " + prose
        #expect(try Self.redact(answer) == expected)
        for piece in [1, 5, 64, 511, 512, 513] { #expect(try Self.redact(answer, piece: piece) == expected) }
    }

    @Test func `what the caller sent stays, in parts too`() throws {
        let prompt = "My name is Maria Keller and I live at 24 Clarke Avenue, Springfield, IL 62704."
        let answer = "Dear Maria, dear Maria Keller of 24 Clarke Avenue, Springfield, IL 62704: all is well."
        #expect(try Self.redact(answer, prompt: prompt) == answer)
    }

    @Test func `a pattern that is not asked for stays`() throws {
        #expect(try Self.redact("see KPT abcdef there") == "see KPT abcdef there")
    }
}
