import Drift
import Testing

@Suite struct `What is known of a text` {
    @Test func `texts about the same are mostly in one cluster, and nothing of them is kept`() throws {
        let weather = "the weather in %d is rainy with strong winds and temperatures of several degrees below normal"
        let clusters = try (0..<20).map { number in
            try #require(TextSketch(Array(weather.replacing("%d", with: "\(number)").utf8))).cluster
        }
        #expect(Set(clusters).count == 1)
        #expect(MemoryLayout<TextSketch>.size == 16)
    }

    @Test func `a text without letters has none`() {
        #expect(TextSketch([]) == nil)
        #expect(TextSketch(Array("123 456".utf8)) == nil)
    }

    @Test(arguments: [
        ("What is the capital of France and how do you get there?", "english"),
        ("Wie komme ich bitte zu dem Bahnhof und was kostet das?", "german"),
        ("Quelle est la capitale et comment est-ce que je peux y aller pour pas cher avec vous", "french"),
        ("¿Cuál es la capital del país y cómo se llega por tren?", "spanish"),
        ("Qual è la capitale della nazione e come si arriva per treno con gli amici", "italian"),
        ("Какая столица Франции?", "cyrillic"), ("法国的首都是什么", "han"), ("フランスの首都はどこですか", "japanese"),
        ("프랑스의 수도는 무엇입니까", "korean"), ("ما هي عاصمة فرنسا", "arabic"),
    ])
    func `languages are told apart`(text: String, language: String) {
        var features = RequestFeatures(time: 0)
        features.setPrompt(Array(text.utf8))
        #expect(features[.promptLanguage].map { RequestFeatures.languages[Int($0)] } == language)
    }

    @Test func `a text that is no UTF-8, or cut in a character, does no harm`() {
        var features = RequestFeatures(time: 0)
        for cut in 0..<12 { features.setAnswer(Array("日本語日本".utf8.prefix(cut))) }
        features.setAnswer([0xFF, 0xFE, 0x80, 0x61])
        #expect(features[.answerTopic] != nil)
    }

    @Test(arguments: [
        ("gpt-4o-2024-08-06", true), ("models/x:1@2", true), ("", false), ("a b", false), ("\u{1B}[31m", false),
    ])
    func `a provider's word is kept only where it is a name`(text: String, isKept: Bool) {
        #expect((RequestFeatures.name(text) == text) == isKept)
    }
}
