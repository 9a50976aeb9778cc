import Suggestions
import Testing

@Suite struct SpellingTests {
    @Test(
        arguments: [
            ("adress", "address"), ("prot", "port"), ("PORT", "port"), ("ports", "port"), ("add", "address"),
            ("opnai", nil), ("x", nil), ("", nil), ("7", nil),
        ] as [(String, String?)])
    func `the nearest word is suggested, if it is near`(word: String, suggestion: String?) {
        #expect(Spelling.closest(to: word, among: ["address", "port"]) == suggestion)
    }

    @Test func `a word that is too long for a slip has no neighbour, however near`() {
        let long = String(repeating: "a", count: 65)
        #expect(Spelling.closest(to: long, among: [long]) == nil)
    }

    @Test func `numbers have no neighbours`() {
        #expect(Spelling.closest(to: "1.1", among: ["1.2", "1.3"]) == nil)
    }

    @Test(arguments: [([], "nothing"), (["a"], "`a`"), (["a", "b", "c"], "`a`, `b` or `c`")] as [([String], String)])
    func `alternatives read as a sentence`(words: [String], text: String) {
        #expect(Spelling.alternatives(words) == text)
    }
}
