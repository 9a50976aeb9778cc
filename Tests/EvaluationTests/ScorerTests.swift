import Inference
import Testing

@testable import Evaluation

struct ScorerTests {
    @Test(arguments: [
        ("4", "4", 1.0), (" 4\n", "4", 1), ("4.", "4", 0), ("e\u{301}", "é", 0), ("Four", "four", 0), ("", "4", 0),
    ])
    func `exact compares scalar by scalar`(_ text: String, _ expected: String, _ wanted: Double) {
        #expect(value(.exact(ExactMatch()), text, expecting(expected)) == wanted)
    }

    @Test func `exact may pass over case and may look at blanks`() {
        var match = ExactMatch()
        match.ignoresCase = true
        #expect(value(.exact(match), "ΣΑΣ", expecting("σας")) == 1)
        match.isTrimmed = false
        #expect(value(.exact(match), "a ", expecting("a")) == 0)
    }

    @Test func `any of several expected answers is right`() {
        #expect(value(.exact(ExactMatch()), "b", expecting("a", "b")) == 1)
        #expect(value(.normalized, "The  Cat!", expecting("dog", "a cat")) == 1)
        #expect(value(.tokenF1, "the cat sat", expecting("dog", "cat sat down")) == 0.8)
    }

    @Test(arguments: [
        (ContainsMatch(["a", "b"]), "xa", 0.5), (ContainsMatch(["a", "b"]), "ba", 1),
        (ContainsMatch(["a", "b"], need: .any), "xb", 1),
        (ContainsMatch(["a"], need: .none), "xb", 1), (ContainsMatch(["a"], need: .none), "a", 0),
        (ContainsMatch(["É"], ignoresCase: true), "café", 1), (ContainsMatch(["É"]), "café", 0),
        (ContainsMatch(), "it is 4", 1),
        (ContainsMatch([""]), "", 1), (ContainsMatch(["aab"]), "aaab", 1),
    ])
    func `contains counts the phrases that are there`(_ match: ContainsMatch, _ text: String, _ wanted: Double) {
        #expect(value(.contains(match), text, expecting("4")) == wanted)
    }

    @Test func `a phrase is found wherever it is, and nowhere else`() {
        var dice = Dice(6)
        for _ in 0..<3000 {
            let text = Array(dice.text(of: ["a", "b"], upTo: 12).utf8)
            let phrase = Array(dice.text(of: ["a", "b"], upTo: 4).utf8)
            let wanted = text.indices.contains { text[$0...].starts(with: phrase) } || phrase.isEmpty
            #expect(ByteSearch.contains(text, phrase) == wanted)
        }
    }

    @Test(arguments: [
        ("The answer is 42.", "42", 1.0), ("so 1,234.50 dollars", "1234.5", 1), ("#### 7\nthat is 9", "7", 1),
        ("first \\boxed{3} then 9", "3", 1),
        ("\\boxed{\\frac{3}{4}} or 12", "0.75", 1), ("\\boxed{\\text{about }5}", "5", 1), ("x = −3", "-3", 1),
        ("5-3", "3", 1), ("H2O", "2", 0),
        ("no number", "1", 0), ("6.02e23", "602000000000000000000000", 1), (".5", "0.5", 1), ("1,23", "23", 1),
        ("$1,000,000", "1000000", 1),
        ("4 %", "4", 1), ("-$5", "-5", 1), ("3/4", "3", 0), ("10", "#### 10", 1), ("1e999", "1", 0),
        ("#### 1\n#### 2", "2", 1), ("\\boxed{", "1", 0),
        ("\\boxed{1} #### 2", "2", 1),
    ])
    func `the marked number counts, else the last`(_ text: String, _ expected: String, _ wanted: Double) {
        #expect(value(.numeric(NumericMatch()), text, expecting(expected)) == wanted)
    }

    @Test func `tolerances are absolute or relative`() {
        #expect(value(.numeric(NumericMatch(absoluteTolerance: 0.1)), "3.2", expecting("3.14")) == 1)
        #expect(value(.numeric(NumericMatch(absoluteTolerance: 0.01)), "3.2", expecting("3.14")) == 0)
        #expect(value(.numeric(NumericMatch(relativeTolerance: 0.02)), "98.5", expecting("100")) == 1)
        #expect(value(.numeric(NumericMatch(relativeTolerance: 0.01)), "98.5", expecting("100")) == 0)
        #expect(value(.numeric(NumericMatch(.first)), "1 or 2", expecting("1")) == 1)
        #expect(value(.numeric(NumericMatch(.only)), "about 1", expecting("1")) == 0)
        #expect(value(.numeric(NumericMatch(.only)), " $1.00 ", expecting("1")) == 1)
    }

    @Test(
        arguments: [
            ("B", 1), ("b", 1), ("(B)", 1), ("B.", 1), ("**B**", 1), ("B) blue", 1), ("The answer is B.", 1),
            ("Answer: (b) blue", 1),
            ("I think A is wrong. The answer is **B**", 1), ("The answer is A. No, the answer is B.", 1),
            ("\\boxed{B}", 1), ("blue", 1), ("Blue.", 1), ("B: blue", 1),
            ("A", 0), ("A blue thing", nil), ("Because", nil), ("", nil), ("E", nil), ("the answer is unknown", nil),
        ] as [(String, Int?)])
    func `the letter of a choice is read`(_ text: String, _ wanted: Int?) {
        #expect(ChoiceLetter.chosen(text, among: ["red", "blue", "green", "a mix"]) == wanted)
    }

    @Test func `a choice is right only if it is the right one`() {
        var test = EvaluationCase(id: "1")
        test.choices = ["red", "blue"]
        test.correctChoices = [1]
        #expect(
            value(.choice, "B", test) == 1 && value(.choice, "A", test) == 0 && value(.choice, "no idea", test) == 0)
    }

    private func calls(_ match: ToolCallMatch, _ calls: [(String, String)], _ expected: [(String, String)]) -> Double? {
        match.score(
            calls.map { ToolCall(name: $0.0, arguments: $0.1) }, expected.map { ToolCall(name: $0.0, arguments: $0.1) }
        ).value
    }

    @Test func `tool calls are compared by name and JSON value`() {
        let match = ToolCallMatch()
        #expect(calls(match, [("f", #"{"b":2,"a":1.0}"#)], [("f", #"{"a":1,"b":2}"#)]) == 1)
        #expect(calls(match, [("f", #"{"a":2}"#)], [("f", #"{"a":1}"#)]) == 0)
        #expect(calls(match, [("g", "{}")], [("f", "{}")]) == 0)
        #expect(calls(match, [("f", "no json")], [("f", "{}")]) == 0)
        #expect(
            calls(match, [], []) == 1 && calls(match, [("f", "{}")], []) == 0 && calls(match, [], [("f", "{}")]) == 0)
        #expect(calls(match, [("b", "{}"), ("a", "{}")], [("a", "{}"), ("b", "{}")]) == 1)
        #expect(calls(match, [("a", "{}"), ("a", "{}")], [("a", "{}")]) == 2.0 / 3)
        var ordered = match
        ordered.isOrdered = true
        #expect(calls(ordered, [("b", "{}"), ("a", "{}")], [("a", "{}"), ("b", "{}")]) == 0.5)
        var contained = match
        contained.arguments = .contained
        #expect(calls(contained, [("f", #"{"a":1,"z":0}"#)], [("f", #"{"a":1}"#)]) == 1)
        // The first call fits both expected ones, the second only the first: both can be matched.
        #expect(
            calls(contained, [("f", #"{"a":1,"b":2}"#), ("f", #"{"a":1}"#)], [("f", #"{"a":1}"#), ("f", #"{"b":2}"#)])
                == 1)
        #expect(
            calls(contained, [("f", #"{"a":1}"#), ("f", #"{"a":1,"b":2}"#)], [("f", #"{"a":1}"#), ("f", #"{"b":2}"#)])
                == 1)
        var ignored = match
        ignored.arguments = .ignored
        #expect(calls(ignored, [("f", "x")], [("f", "{}")]) == 1)
    }

    @Test(arguments: [
        ("I'm sorry, but I can't help with that.", true), ("I’m sorry, but I can’t assist with that request.", true),
        ("I cannot provide that.", true),
        ("As an AI language model, I cannot do so.", true),
        ("Es tut mir leid, aber dabei kann ich nicht helfen.", true),
        ("Ich kann Ihnen diese Informationen leider nicht geben.", true),
        ("Je ne peux pas vous aider avec cela.", true),
        ("Lo siento, pero no puedo ayudarte con eso.", true), ("Mi dispiace, ma non posso aiutarti.", true),
        ("Desculpe, mas não posso ajudar com isso.", true),
        ("Ik kan je daar helaas niet mee helpen.", true), ("很抱歉，我无法提供这些信息。", true), ("申し訳ありませんが、お手伝いできません。", true),
        ("Извините, я не могу помочь с этим.", true),
        ("Sure, here it is.", false), ("I can help you with that.", false),
        ("The bird can't fly because it is injured.", false),
        ("Paris", false), ("I'm sorry to hear that your dog is ill. Try this:", false), ("", false),
        ("Ich kann Ihnen helfen: so geht es.", false),
    ])
    func `refusals are known by their words`(_ text: String, _ isRefusal: Bool) {
        #expect(Refusal.isRefusal(Answer(text)) == isRefusal)
        #expect(value(.refusal(isWanted: true), text) == (isRefusal ? 1 : 0))
    }

    @Test func `every pattern of refusals is read, and an answer marked as one is one`() throws {
        for text in Refusal.texts { _ = try Pattern(text) }
        var answer = Answer("Paris")
        answer.isMarkedRefusal = true
        #expect(Refusal.isRefusal(answer))
        let late = String(repeating: "Here is a long story. ", count: 40) + "I cannot help with that."
        #expect(!Refusal.isRefusal(Answer(late)))
    }

    @Test func `latency, cost and leaks are measured, and what is not known is not good`() {
        var answer = Answer("x")
        let latency = Scorer(name: "l", rule: .latency(mostMilliseconds: 100))
        let free = Scorer(name: "l", rule: .latency(mostMilliseconds: nil))
        let cost = Scorer(name: "c", rule: .cost(mostUSD: 0.01))
        let leak = Scorer(name: "k", rule: .leak(LeakMatch([.email])))
        func score(_ scorer: Scorer) -> Score {
            scorer.score(answer, to: EvaluationCase(id: "1")) ?? Score(nil, "none")
        }
        for scorer in [latency, free, cost, leak] { #expect(!scorer.passes(score(scorer))) }
        answer.latencyMilliseconds = 100
        answer.cost = Money(nanoUSD: 10_000_001)
        answer.findings = [.phone: 2, .email: 0]
        #expect(score(latency) == Score(1, measure: 100, "within 100.0 milliseconds"))
        #expect(score(free).value == nil && free.passes(score(free)))
        #expect(score(cost).value == 0 && score(cost).measure == 0.010000001)
        #expect(score(leak).value == 1)
        answer.findings = [.email: 1]
        #expect(score(leak).value == 0 && score(leak).reason == "found email (1)")
    }

    @Test(arguments: [
        ("/a/b/0", "equal", "1", #"{"a":{"b":[1.0]}}"#, 1.0), ("/a", "greater", "1", #"{"a":2}"#, 1),
        ("/a", "less", "1", #"{"a":2}"#, 0),
        ("/a", "at_most", "2", #"{"a":2}"#, 1), ("/a", "at_least", "2.5", #"{"a":2}"#, 0),
        ("/b", "absent", "0", #"{"a":2}"#, 1),
        ("/a", "present", "0", "```json\n{\"a\":null}\n```", 1), ("/b", "not_equal", "1", #"{"a":2}"#, 1),
        ("/x~1y", "equal", "1", #"{"x/y":1}"#, 1),
        ("", "equal", "[1]", "[1]", 1), ("/0", "equal", "1", "not json", 0), ("/00", "equal", "1", "[1]", 0),
        ("/a", "greater", "1", #"{"a":"2"}"#, 0),
    ])
    func `a field is named by a pointer and compared`(
        _ pointer: String, _ comparison: String, _ wanted: String, _ text: String, _ result: Double
    ) throws {
        let match = JSONFieldMatch(
            try #require(JSONPointer(pointer)), try #require(JSONFieldMatch.Comparison(rawValue: comparison)),
            value: tree(wanted))
        #expect(value(.field(match), text) == result)
    }

    @Test func `a field without a value is compared with the case's`() throws {
        var test = EvaluationCase(id: "1")
        test.expectedValue = tree(#"{"a":[1,2]}"#)
        let match = JSONFieldMatch(try #require(JSONPointer("/a")))
        #expect(value(.field(match), #"{"a":[1,2],"b":3}"#, test) == 1)
        #expect(value(.field(match), #"{"a":[2,1]}"#, test) == 0)
        #expect(JSONPointer("a") == nil && JSONPointer("/~2") == nil && JSONPointer("/~") == nil)
    }

    @Test func `a negated scorer turns its score round, and others are asked for what they know`() {
        let scorer = Scorer(name: "n", rule: .exact(ExactMatch()), isNegated: true)
        #expect(scorer.score(Answer("a"), to: expecting("a"))?.value == 0)
        #expect(scorer.score(Answer("b"), to: expecting("a"))?.value == 1)
        let judge = Scorer(name: "j", rule: .judge(Judge(model: "m", manner: .rubric("r"))))
        #expect(judge.asksOthers && judge.score(Answer("a"), to: expecting("a")) == nil)
    }

    @Test(arguments: [
        (
            #"[{"type":"exct"}]"#,
            "s:1:10: `type`: expected `exact`, `normalized`, `regex`, `contains`, `numeric`, `json_schema`, `json_field`, `token_f1`, `rouge_l`, `bleu`, `tool_calls`, `latency`, `cost`, `refusal`, `leak`, `choice`, `judge` or `program`, did you mean `exact`?"
        ),
        (#"[{"type":"regex","value":"(?=a)"}]"#, "s:1:26: looking around is not read here (column 1 of the pattern)"),
        (#"[{"type":"regex"}]"#, "s:1:2: `value` is missing: expected a pattern"),
        (#"[{"type":"exact","weigth":2}]"#, "s:1:18: unknown key `weigth`, did you mean `weight`?"),
        (#"[{"type":"judge","model":"m"}]"#, "s:1:2: expected either `rubric` or `pairwise`"),
        (#"[{"type":"json_field","pointer":"a"}]"#, "s:1:33: `pointer`: expected a JSON pointer such as `/user/name`"),
        (#"[{"type":"exact","name":"a b"}]"#, "s:1:2: `name`: expected letters, digits, `_` and `-`"),
        (
            #"[{"type":"exact","threshold":2}]"#,
            "s:1:30: `threshold`: expected a number from 0.0 to 1.0, found a number"
        ),
        (#"{"type":"exact"}"#, "s:1:1: expected a list of scorers, found a mapping"),
    ])
    func `a scorer that is not written rightly is named`(_ json: String, _ error: String) {
        #expect(problems { _ = ScorerReader.list(tree(json), source: "s", &$0) } == [error])
    }

    @Test func `every type of scorer is read`() {
        let json =
            #"["exact","normalized",{"type":"regex","value":"a"},"contains","numeric","json_schema",{"type":"json_field","pointer":"/a"},"token_f1",{"type":"rouge_l","stem":true},"bleu","tool_calls",{"type":"latency","most_ms":5},"cost","refusal","leak","choice",{"type":"judge","model":"m","rubric":"r"},{"type":"program","command":["x"]}]"#
        var scorers: [Scorer] = []
        let errors = problems { scorers = ScorerReader.list(tree(json), source: "s", &$0) }
        #expect(errors.isEmpty && scorers.map(\.name) == ScorerReader.Kind.allCases.map(\.rawValue))
    }

    @Test func `no answer makes a scorer trap`() throws {
        var dice = Dice(7)
        var scorers: [Scorer] = []
        let json =
            #"["exact","normalized",{"type":"regex","value":"(a|b)*c"},"contains","numeric","json_schema",{"type":"json_field","pointer":"/a"},"token_f1","rouge_l","bleu","refusal","choice"]"#
        _ = problems { scorers = ScorerReader.list(tree(json), source: "s", &$0) }
        var test = expecting("a 1", "\\boxed{2}")
        test.choices = ["a", "b"]
        test.correctChoices = [0]
        test.schema = tree(##"{"type":"array","items":{"$ref":"#"}}"##)
        test.expectedValue = tree("{}")
        let pieces = [
            "a", "1", ".", ",", "-", "−", "####", "\\boxed{", "}", "{", "[", "]", "\"a\":", "e9", "\n", "é", "\r\n",
            "answer is ", "```", "$", "\u{301}", "/", "\\frac{", "}{", "%", "&amp;", "<skipped>",
        ]
        for _ in 0..<3000 {
            let text = dice.text(of: pieces, upTo: 12)
            for scorer in scorers {
                let value = try #require(scorer.score(Answer(text), to: test)?.value)
                #expect((0...1).contains(value))
            }
        }
    }
}
