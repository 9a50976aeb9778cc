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

    /// Aliases as people have them.
    static let others = """

          far: { candidates: [{ provider: azure, model: a }] }
          lots: { strategy: weighted, candidates: [{ provider: local, model: qwen3, weight: 9 }, { provider: openai, model: "good" }] }
          one/*: { candidates: [{ provider: openai, model: "*", max_output: 100 }, { provider: azure, model: fixed }] }
          remarks:
            candidates: [
              { provider: local, model: qwen3 }, # at home
              { provider: azure, model: a } ]
          cheap:
            strategy: cheapest
            candidates:
              # near
              - { provider: local, model: qwen3 }   # at home
              # far
              - provider: openai   # the big one
                model: good
                price: { input_usd_per_million: 1, output_usd_per_million: 2 }
              # dear
              - { provider: azure, model: a }
          lines:
            candidates: [
              { provider: local, model: qwen3 },
              { provider: openai,
                model: good }
            ]   # behind
          heavy:
            strategy: weighted
            candidates:
              - { provider: local, model: qwen3, weight: 9 }   # most
              - provider: openai   # some
                model: good
        """

    static let file = ModelsFile(path: "models.yaml", text: text)
    static let all = ModelsFile(path: "models.yaml", text: text + others)

    /// What stands in `after` in place of `before`, and nothing else is another.
    private func expect(_ file: ModelsFile, _ before: String, _ after: String) throws {
        let place = try #require(Self.all.text.firstRange(of: before), "`\(before)`")
        #expect(file.text == Self.all.text[..<place.lowerBound] + after + Self.all.text[place.upperBound...])
    }

    @Test(arguments: [
        (
            "good", "flow", "flow:\n    candidates: [{ provider: local, model: qwen3 }]",
            "flow:\n    candidates: [{ provider: openai, model: good }, { provider: local, model: qwen3 }]"
        ),
        (
            "good", "balanced", "balanced\n    candidates: [{ provider: local, model: qwen3 }]",
            "balanced\n    candidates: [{ provider: openai, model: good }]"
        ),
        (
            "one/new", "flow", "flow:\n    candidates: [{ provider: local",
            "flow:\n    candidates: [{ provider: openai, model: \"new\", max_output: 100 }, { provider: azure, model: fixed }, { provider: local"
        ),
        ("far", "small", "choice\n", "choice\n      - { provider: azure, model: a }\n"),
        (
            "good", "one/*", "\"*\", max_output: 100 }, { provider: azure, model: fixed }",
            "good }, { provider: openai, model: \"*\", max_output: 100 }, { provider: azure, model: fixed }"
        ),
        (
            "far", "one/*", "[{ provider: openai, model: \"*\", max",
            "[{ provider: azure, model: a }, { provider: openai, model: \"*\", max"
        ),
        ("good", "cheap", "      - { provider: local, model: qwen3 }   # at home\n      # far\n", "      # far\n"),
        (
            "good", "lines", "{ provider: local, model: qwen3 },\n      { provider: openai,\n        model: good }",
            "{ provider: openai,\n        model: good },\n      { provider: local, model: qwen3 }"
        ),
        (
            "folded", "brand-new",
            "    candidates:\n      - { provider: local, model: qwen3, weight: 9 }   # most\n      - provider: openai   # some\n        model: good",
            "    candidates:\n      - { provider: local, model: qwen3, weight: 9 }   # most\n      - provider: openai   # some\n        model: good\n  brand-new:\n    candidates:\n      - { provider: local, model: qwen3 }"
        ),
    ])
    func `lists are changed as they are written`(pick: String, alias: String, before: String, after: String) throws {
        let changed = try Self.all.placing(pick, firstIn: alias)
        if alias == "cheap" {
            let text = changed.text
            #expect(
                !text.contains("qwen3 }   # at home\n      # far")
                    && text.contains("# near\n      # far\n      - provider: openai   # the big one\n"))
            #expect(text.contains("output_usd_per_million: 2 }\n      # dear\n  lines:"))
            #expect(
                changed.explanation.contains("alone remains")
                    && changed.explanation.hasSuffix("no longer listed: local/qwen3, azure/a"))
        } else {
            try expect(changed, before, after)
        }
        #expect(try changed.placing(pick, firstIn: alias).text == changed.text, "twice is once")
    }

    @Test(arguments: [
        (
            "flow", "heavy", 5, "- { provider: local, model: qwen3, weight: 9 }",
            "- { provider: local, model: qwen3, weight: 5 }"
        ),
        ("good", "heavy", 5, "- provider: openai   # some\n", "- provider: openai   # some\n        weight: 5\n"),
        ("good", "lots", 0, "model: \"good\" }] }", "model: \"good\", weight: 0 }] }"),
        (
            "far", "heavy", 3, "      - { provider: local, model: qwen3, weight: 9 }   # most",
            "      - { provider: azure, model: a, weight: 3 }\n      - { provider: local, model: qwen3, weight: 9 }   # most"
        ),
    ])
    func `a weight is written where it is asked for`(
        pick: String, alias: String, weight: Int, before: String, after: String
    ) throws {
        let changed = try Self.all.placing(pick, firstIn: alias, weight: weight)
        try expect(changed, before, after)
        #expect(changed.explanation.contains("weight \(weight)"))
        #expect(try changed.placing(pick, firstIn: alias, weight: weight).text == changed.text, "twice is once")
        #expect(throws: ModelsFile.Failure.self, "no weights there") {
            try Self.all.placing("good", firstIn: "small", weight: 1)
        }
    }

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
        ("god", "small", "models.yaml: the pick's model `god` is no alias there, did you mean `good`?"),
        (
            "good", "lots",
            "models.yaml:32:3: `lots` is shared out by weight (local/qwen3 9, openai/good 1): say with --weight"
        ),
        ("lots", "small", "chooses by `weighted`: give each an alias of its own"),
        ("onetwo", "small", "`onetwo` is no alias"),
        ("good", "remarks", "`remarks`: its list is written in a way that can't be changed safely"),
        ("good", "a: b", "a new alias has letters"), ("good", "", "a new alias"), ("good", "null", "a new alias"),
    ])
    func `what cannot be changed safely is refused`(pick: String, alias: String, message: String) {
        #expect {
            try Self.all.placing(pick, firstIn: alias)
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
