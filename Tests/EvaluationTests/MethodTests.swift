import JSONText
import Testing

@testable import Evaluation

struct MethodTests {
    private func suite(_ count: Int = 6, examples: [EvaluationCase] = []) -> Suite {
        let words = [
            "red apple pie", "green apple tart", "blue whale song", "whale watching tour", "train time table",
            "bus time table",
        ]
        let cases = (0..<count).map { index in
            var test = expecting("a\(index)")
            test.id = "c\(index)"
            test.variables["q"] = ValueTree(.text(words[index % words.count]))
            return test
        }
        var problems = SuiteProblems()
        let prompt = Prompt(
            tree(#"[{"role":"system","content":"S"},{"role":"user","content":"{{q}}"}]"#), source: "s", &problems)
        return Suite(
            name: "s", prompt: prompt, cases: cases, scorers: [Scorer(name: "exact", rule: .exact(ExactMatch()))],
            examples: examples, source: "s", &problems)
    }

    private func texts(_ method: Method, case index: Int = 0, seed: UInt64 = 1, passages: [Passage] = []) throws
        -> [String]
    {
        let suite = suite()
        let request = try RequestBuilder(suite, methods: [method], seed: seed)
            .requests(for: suite.cases[index], candidate: Candidate(model: "m", method: method), passages: passages)
        return request[0].messages.map { "\($0.role.rawValue):\($0.text)" }
    }

    @Test func `zero-shot asks the case as it stands`() throws {
        #expect(try texts(Method()) == ["system:S", "user:red apple pie"])
    }

    @Test func `a method's system prompt takes the place of the suite's`() throws {
        var method = Method(name: "m")
        method.systemPrompt = try PromptTemplate("About {{q}}.")
        #expect(try texts(method) == ["system:About red apple pie.", "user:red apple pie"])
    }

    @Test func `fixed examples are the first that are not the case itself`() throws {
        var method = Method(name: "m")
        method.examples = FewShot(count: 2, choice: .fixed)
        #expect(
            try texts(method) == [
                "system:S", "user:green apple tart", "assistant:a1", "user:blue whale song", "assistant:a2",
                "user:red apple pie",
            ])
        #expect(try texts(method, case: 3)[1] == "user:red apple pie")
    }

    @Test func `the nearest examples are chosen, the nearest last`() throws {
        var method = Method(name: "m")
        method.examples = FewShot(count: 1, choice: .nearest)
        #expect(try texts(method)[1] == "user:green apple tart")
        #expect(try texts(method, case: 3)[1] == "user:blue whale song")
        method.examples = FewShot(count: 99, choice: .nearest)
        let all = try texts(method, case: 4)
        #expect(all.count == 12 && all[9] == "user:bus time table" && !all.dropLast().contains("user:train time table"))
    }

    @Test func `random examples are the same for a seed, others for another, and never the case itself`() throws {
        var method = Method(name: "m")
        method.examples = FewShot(count: 3, choice: .random)
        var seen: Set<[String]> = []
        for seed in UInt64(0)..<200 {
            let chosen = try texts(method, case: 2, seed: seed)
            #expect(try texts(method, case: 2, seed: seed) == chosen)
            #expect(Set(chosen).count == chosen.count && chosen.filter { $0 == "user:blue whale song" }.count == 1)
            seen.insert(chosen)
        }
        #expect(seen.count > 30)
    }

    @Test func `an example that asks the same as the case is not shown`() throws {
        var twin = expecting("the answer")
        twin.id = "twin"
        twin.variables["q"] = ValueTree(.text("red apple pie"))
        let suite = suite(examples: [twin])
        var method = Method(name: "m")
        method.examples = FewShot(count: 1, choice: .fixed)
        let builder = RequestBuilder(suite, methods: [method], seed: 1)
        #expect(
            try builder.requests(for: suite.cases[0], candidate: Candidate(model: "m", method: method))[0].messages
                .count == 2)
        #expect(
            try builder.requests(for: suite.cases[1], candidate: Candidate(model: "m", method: method))[0].messages
                .count == 4)
    }

    @Test func `passages stand before the question`() throws {
        var method = Method(name: "m")
        method.retrieval = Retrieval(count: 1, index: "docs")
        let passages = [Passage(source: "a.md", text: "Apples."), Passage(source: "b.md", text: "No.")]
        let text = try texts(method, passages: passages)[1]
        #expect(
            text
                == "user:Use these passages where they help; they may be beside the point.\n\n[1] a.md\nApples.\n\nred apple pie"
        )
        #expect(try texts(Method(), passages: passages) == ["system:S", "user:red apple pie"])
    }

    @Test func `votes differ by their seeds alone`() throws {
        let suite = suite()
        var method = Method(name: "m")
        method.votes = 3
        let builder = RequestBuilder(suite, methods: [method], seed: 7)
        let requests = try builder.requests(for: suite.cases[0], candidate: Candidate(model: "m", method: method))
        let seeds = requests.compactMap(\.seed)
        #expect(
            requests.map(\.vote) == [0, 1, 2] && Set(seeds).count == 3
                && seeds.allSatisfy { (0..<1 << 31).contains($0) })
        let others = try builder.requests(for: suite.cases[1], candidate: Candidate(model: "m", method: method))
        #expect(Set(others.compactMap(\.seed)).isDisjoint(with: seeds))
        #expect(try builder.requests(for: suite.cases[0], candidate: Candidate(model: "m"))[0].seed == nil)
    }

    @Test func `a request's body is what the chat API takes`() throws {
        var sampling = Sampling()
        sampling.temperature = 0.5
        sampling.maximumTokens = 10
        sampling.stop = ["\n"]
        sampling.others = ["reasoning_effort": #""low""#]
        let request = EvaluationRequest(
            model: "m", messages: [PromptMessage(role: .user, parts: [.text("a"), .image("data:,")])],
            tools: [ToolDefinition(name: "f", summary: "d", parameters: tree(#"{"type":"object"}"#))],
            schema: tree(#"{"type":"string"}"#),
            sampling: sampling, seed: 3, vote: 0)
        #expect(
            String(decoding: request.chatBody, as: UTF8.self)
                == #"{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"data:,"}}]}],"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}}],"response_format":{"type":"json_schema","json_schema":{"name":"answer","schema":{"type":"string"}}},"temperature":0.5,"max_tokens":10,"stop":["\n"],"seed":3,"reasoning_effort":"low"}"#
        )
    }

    @Test func `candidates are models times methods, each once`() throws {
        let methods = [Method(), Method(name: "few")]
        func names(_ list: [String]) throws -> [String] {
            try CandidateNames.read(list, models: ["a", "b"], methods: methods).map(\.name)
        }
        #expect(try names(["a", "b/few"]) == ["a/zero-shot", "b/few"])
        #expect(try names(["*/*", "a"]) == ["a/zero-shot", "a/few", "b/zero-shot", "b/few"])
        #expect(
            try names(["*/few", "org/model", "org/model/few"]) == [
                "a/few", "b/few", "org/model/zero-shot", "org/model/few",
            ])
        #expect(throws: CandidateNames.Failure(message: "unknown method `fwe`, did you mean `few`?")) {
            try names(["a/fwe"])
        }
        #expect(throws: CandidateNames.Failure.self) { try CandidateNames.read(["*"], models: [], methods: methods) }
    }

    @Test(arguments: [
        (["Paris", "paris.", "Rome"], "Paris", VoteTally.Comparison.normalized, 0, 2),
        (["x", "b", "a", "b", "a"], "-", .normalized, 1, 2),
        (["is 4", "5", "#### 4"], "4", .number, 0, 2), (["none", "the answer is B", "A", "B"], "-", .choice, 1, 2),
        (["?", "!"], "-", .number, 0, 0),
    ])
    func `the answer that most agree on wins`(
        _ answers: [String], _ expected: String, _ comparison: VoteTally.Comparison, _ index: Int, _ votes: Int
    ) throws {
        let winner = try #require(VoteTally.winner(answers, by: comparison, choices: ["red", "blue"]))
        #expect(winner.index == index && winner.votes == votes)
        #expect(VoteTally.winner([], by: comparison) == nil)
        if comparison != .choice {
            #expect(VoteTally.comparison(for: expecting(expected)) == comparison || expected == "-")
        }
    }

    @Test func `BM25 is the formula, and rare words count more`() {
        let index = BM25(["a b b", "a c", "a d e f"])
        // ln(1 + (3 − 1 + 0.5) / (1 + 0.5)) · 2 · 2.2 / (2 + 1.2 · (0.25 + 0.75 · 3 / 3))
        #expect(abs(index.scores(for: "b")[0] - 0.9808292530117262 * 4.4 / 3.2) < 1e-12)
        #expect(index.scores(for: "b")[1] == 0 && index.nearest(to: "c a", count: 2) == [1, 0])
        #expect(index.nearest(to: "zzz", count: 9) == [0, 1, 2] && BM25([]).nearest(to: "a", count: 1).isEmpty)
        #expect(BM25.words("Über 東京 x_1") == ["über", "東", "京", "x_1"].map { Array($0.utf8) })
    }

    @Test(arguments: [
        (#"{"a b":{}}"#, "s:1:2: a method's name: expected letters, digits, `_` and `-`"),
        (
            #"{"m":{"examples":{"choice":"nearst","count":1}}}"#,
            "s:1:28: `choice`: expected `fixed`, `random` or `nearest`, did you mean `nearest`?"
        ),
        (#"{"m":{"votes":3,"temperature":0}}"#, "s:1:6: `votes` at a `temperature` of 0 are all the same"),
        (#"{"m":{"parameters":{"model":"x"}}}"#, "s:1:21: `model` can't stand among other parameters"),
        (#"{"m":{"retrieve":{"count":3}}}"#, "s:1:18: `index` is missing: expected the folder to search"),
        (#"{"m":{"sytem":"x"}}"#, "s:1:7: unknown key `sytem`, did you mean `system`?"),
    ])
    func `a method that is not written rightly is named`(_ json: String, _ error: String) {
        #expect(problems { _ = MethodReader.methods(tree(json), source: "s", &$0) } == [error])
    }
}
