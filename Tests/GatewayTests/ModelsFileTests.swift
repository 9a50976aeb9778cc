import Testing

@testable import Gateway

@Suite struct ModelsFileTests {
    static let text = """
        # Head
        aliases:
          # the small one
          small:
            strategy: ordered   # as listed
            candidates:
              # first choice
              - { provider: local, model: qwen3, price: { input_usd_per_million: 0 } }   # at home
              - { provider: openai, model: "good", price: unknown }  # remark of good
          good:
            candidates:
              - { provider: openai, model: good }
          other:
            candidates:
              - { provider: openai, model: "{odd}" }
          many:
            candidates:
              - { provider: openai, model: a }
              - { provider: azure, model: a }
          balanced:
            strategy: balanced
            candidates: [{ provider: local, model: qwen3 }]
          flow:
            candidates: [{ provider: local, model: qwen3 }]
          folded:
            candidates:
              - provider: local
                model: qwen3

        # Tail
        """

    static let file = ModelsFile(path: "models.yaml", text: text)

    @Test func `a candidate that is there moves to the front with its remark and its own price`() throws {
        let changed = try Self.file.placing("good", firstIn: "small")
        let line = "      - { provider: openai, model: \"good\", price: unknown }  # remark of good\n"
        let first = "      - { provider: local, model: qwen3, price: { input_usd_per_million: 0 } }   # at home\n"
        let before = try #require(Self.text.firstRange(of: first + line))
        #expect(changed.text == Self.text[..<before.lowerBound] + line + first + Self.text[before.upperBound...])
        #expect(try changed.placing("good", firstIn: "small").text == changed.text, "twice is once")
    }

    @Test func `a new candidate is written before the first, and the rest stays to the letter`() throws {
        let changed = try Self.file.placing("other", firstIn: "small")
        let line = "      - { provider: openai, model: \"{odd}\" }\n"
        let removed = changed.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset != 7 }.map(\.element).joined(separator: "\n")
        #expect(changed.text.contains("# first choice\n" + line) && removed == Self.text)
        #expect(
            Self.file.diff(to: changed).hasPrefix("--- a/models.yaml\n+++ b/models.yaml\n@@ -5,6 +5,7 @@\n")
                && Self.file.diff(to: changed).contains("\n+" + line))
    }

    @Test func `all candidates of a pick are taken over, in their order`() throws {
        let text = try Self.file.placing("many", firstIn: "small").text
        #expect(
            text.contains(
                "choice\n      - { provider: openai, model: a }\n      - { provider: azure, model: a }\n      - { pro"))
    }

    @Test func `an alias that is not there is written behind the last`() throws {
        let text = try Self.file.placing("good", firstIn: "brand-new").text
        #expect(
            text.hasSuffix(
                "model: qwen3\n  brand-new:\n    candidates:\n      - { provider: openai, model: good }\n\n# Tail"))
    }

    @Test func `a list of another layout may follow`() throws {
        let text = try Self.file.placing("good", firstIn: "folded").text
        #expect(
            text.contains("      - { provider: openai, model: good }\n      - provider: local\n        model: qwen3\n"))
    }

    @Test func `the pick's own alias stays as it is`() throws {
        #expect(try Self.file.placing("good", firstIn: "good").text == Self.text)
    }

    @Test(arguments: [
        ("god", "small", "models.yaml: the pick's model `god` is no alias of its own there, did you mean `good`?"),
        ("good", "balanced", "models.yaml:21:15: `balanced` does not try"),
        ("good", "flow", "only a list of a line each"),
        ("folded", "new-one", "only candidates in braces"),
        ("good", "a: b", "a new alias has letters"), ("good", "", "a new alias"), ("good", "null", "a new alias"),
    ])
    func `what cannot be changed safely is refused`(pick: String, alias: String, message: String) {
        #expect {
            try Self.file.placing(pick, firstIn: alias)
        } throws: {
            "\($0)".contains(message)
        }
    }

    @Test(arguments: [
        "", "aliases:", "aliases: 1", "a: [", "aliases:\n  x: 1",
        "aliases: { good: { candidates: [ { provider: a } ] } }",
        "aliases:\n  good:\n    candidates: []\n",
    ])
    func `a file of another shape is refused`(text: String) {
        #expect(throws: ModelsFile.Failure.self) {
            try ModelsFile(path: "m", text: text).placing("good", firstIn: "small")
        }
    }
}
