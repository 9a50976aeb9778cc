import Inference
import Testing

@testable import Evaluation

struct SuiteTests {
    private func lines(_ text: String) -> (cases: [EvaluationCase], errors: [String]) {
        var cases: [EvaluationCase] = []
        let errors = problems { cases = CaseReader.jsonLines(Array(text.utf8), source: "c.jsonl", &$0) }
        return (cases, errors)
    }

    @Test func `a row says everything that a case has`() throws {
        let row = #"""
            {"id":"q1","variables":{"x":1},"messages":[{"role":"system","content":"S"},{"role":"user","content":[{"type":"text","text":"{{x}}?"},{"type":"image_url","image_url":{"url":"data:,"}}]}],"expected":["a",2],"expected_json":{"k":1},"expected_calls":[{"name":"f","arguments":{"a":1}}],"choices":["red","blue"],"answer":"B","tags":["t","u"],"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}}],"schema":{"type":"string"}}
            """#
        let (cases, errors) = lines(row)
        #expect(errors.isEmpty)
        let test = try #require(cases.first)
        #expect(test.id == "q1" && test.expected == ["a", "2"] && test.tags == ["t", "u"])
        #expect(test.expectedValue?["k"]?.int == 1 && test.correctChoices == [1])
        #expect(test.expectedCalls == [ToolCall(name: "f", arguments: #"{"a":1}"#)])
        #expect(test.tools.map(\.name) == ["f"] && test.tools.first?.summary == "d")
        let messages = try #require(try test.prompt?.filled(with: test.templateVariables))
        #expect(messages.map(\.role) == [.system, .user])
        #expect(messages.last?.parts == [.text("1?"), .image("data:,")])
        #expect(test.templateVariables["lettered_choices"]?.text == "A. red\nB. blue")
    }

    @Test(arguments: [
        (#"{"id":"a","expcted":"x"}"#, "c.jsonl:1:11: unknown key `expcted`, did you mean `expected`?"),
        ("\n\n[1]", "c.jsonl:3:1: expected a JSON object, found a list"),
        (#"{"a":}"#, "c.jsonl:1:6: expected a JSON value"),
        (
            #"{"messages":[{"role":"usr","content":"x"}]}"#,
            "c.jsonl:1:22: `role`: expected `system`, `developer`, `user`, `assistant` or `tool`, did you mean `user`?"
        ),
        (#"{"messages":[{"role":"user"}]}"#, "c.jsonl:1:14: `content` is missing: expected a text or a list of parts"),
        (#"{"messages":"{{x"}"#, "c.jsonl:1:13: `{{` without `}}` (line 1, column 1 of the template)"),
        (
            #"{"choices":["a","b"],"answer":"C"}"#,
            "c.jsonl:1:31: expected a letter up to `B`, a number from 0 or one of the choices"
        ),
        (#"{"answer":"C"}"#, "c.jsonl:1:11: `answer` needs `choices`; else say `expected`"),
        (#"{"tags":[{}]}"#, "c.jsonl:1:10: `tags`: expected a text, found a mapping"),
        (
            #"{"schema":{"typ":"string"}}"#,
            "c.jsonl:1:12: JSON Schema keyword `typ` is not read here, did you mean `type`?"
        ),
    ])
    func `a bad row is named by line and column`(_ row: String, _ error: String) {
        #expect(lines(row).errors == [error])
    }

    @Test func `a CSV file's columns mean what a row's keys mean, and the others are variables`() throws {
        let text =
            "id,question,expected,expected_2,tags,choices,answer\nq1,\"2+2, please\",4,four,math; easy,\"[\"\"3\"\",\"\"4\"\"]\",B\nq2,x,,,,,\n"
        var cases: [EvaluationCase] = []
        let errors = problems { cases = CaseReader.csv(Array(text.utf8), source: "c.csv", &$0) }
        #expect(errors.isEmpty && cases.count == 2)
        #expect(cases[0].id == "q1" && cases[0].variables["question"]?.text == "2+2, please")
        #expect(
            cases[0].expected == ["4", "four"] && cases[0].tags == ["math", "easy"] && cases[0].correctChoices == [1])
        #expect(cases[1].expected.isEmpty && cases[1].tags.isEmpty && cases[1].position.line == 3)
        let bad = problems { _ = CaseReader.csv(Array("id,schema\n1,{x\n".utf8), source: "c.csv", &$0) }
        #expect(bad == ["c.csv:2:3: `schema`: expected JSON"])
    }

    private static let file = tree(
        #"{"name":"s","prompt":"Q: {{q}}","cases":"c.csv","scorers":["exact",{"type":"contains","value":"x","name":"has-x"}],"methods":{"short":{"system":"Be short."}},"models":["m1","m2"]}"#
    )

    @Test func `a suite's file and the files that it names make a suite`() throws {
        var suite: Suite?
        var asked: [String] = []
        let errors = problems { problems in
            let file = SuiteFile(Self.file, source: "s.yaml", &problems)
            #expect(file.methods.map(\.name) == ["zero-shot", "short"] && file.models == ["m1", "m2"])
            suite = file.suite(&problems) { path in
                asked.append(path)
                return .bytes(Array("q,expected\n1+1,2\n".utf8))
            }
        }
        #expect(errors.isEmpty && asked == ["c.csv"])
        let made = try #require(suite)
        #expect(made.cases.count == 1 && made.scorers.map(\.name) == ["exact", "has-x"])
        #expect(try made.messages(for: made.cases[0]).map(\.text) == ["Q: 1+1"])
    }

    @Test(arguments: [
        ("q\n1\n", ["c.csv:2:1: scorer `exact`: the case has no `expected`"]),
        (
            "p,expected\n1,2\n",
            ["c.csv:2:1: unknown variable `q`, did you mean `p`? (line 1, column 4 of the template)"]
        ),
        ("id,q,expected\na,1,2\na,1,2\n", ["c.csv:3:1: a case is already called `a`"]),
        ("q,expected\n", ["s.yaml:1:1: the suite has no cases"]),
    ])
    func `what does not fit together is told before anything runs`(_ csv: String, _ wanted: [String]) {
        let errors = problems { problems in
            _ = SuiteFile(Self.file, source: "s.yaml", &problems).suite(&problems) { _ in .bytes(Array(csv.utf8)) }
        }
        #expect(errors == wanted)
    }

    @Test func `a file that can't be read is told where it is named`() {
        let errors = problems { problems in
            _ = SuiteFile(Self.file, source: "s.yaml", &problems).suite(&problems) { _ in .failure("no such file") }
        }
        #expect(errors == ["s.yaml:1:41: can't read `c.csv`: no such file"])
    }

    @Test func `all errors are collected and twenty of them shown`() {
        let rows = String(repeating: "[]\n", count: 1500)
        var collected = SuiteProblems()
        _ = CaseReader.jsonLines(Array(rows.utf8), source: "c.jsonl", &collected)
        do throws(SuiteErrors) {
            try collected.finish()
            Issue.record("no error")
        } catch {
            #expect(error.count == 1500 && error.errors.count == 1000)
            let shown = error.description.split(separator: "\n")
            #expect(shown.count == 21 && shown.last == "and 1480 more")
        }
    }

    @Test func `errors come file by file and line by line`() {
        var collected = SuiteProblems()
        for (file, line) in [("b", 9), ("a", 2), ("b", 1), ("a", 1)] {
            collected.report(file, ValueTree.Position(line: line, column: 1), "x")
        }
        let errors = problems { $0 = collected }
        #expect(errors == ["b:1:1: x", "b:9:1: x", "a:1:1: x", "a:2:1: x"])
    }

    @Test func `numbers are compared by value, texts by scalars, mappings in any order`() {
        #expect(tree("[1,1.0,10e-1,0.1e1]").elements?.allSatisfy { $0.isSameValue(as: tree("1")) } == true)
        #expect(tree(#"{"a":1,"b":[2]}"#).isSameValue(as: tree(#"{"b":[2.0],"a":1}"#)))
        #expect(!tree(#""\u00e9""#).isSameValue(as: tree(#""e\u0301""#)))
        #expect(!tree("9007199254740993").isSameValue(as: tree("9007199254740992")))
        #expect(!tree("1").isSameValue(as: tree("true")) && !tree(#"{"a":1}"#).isSameValue(as: tree(#"{"b":1}"#)))
        #expect(tree("-0").isSameValue(as: tree("0.00")) && tree("1e2").int == 100 && tree("1.5").int == nil)
        #expect(tree("1e99").int == nil && tree("1e400").double == nil)
    }

    @Test(arguments: [
        ("12", true), ("-1.5e3", true), ("01", false), ("yes", false), ("1_000", false), ("", false), ("0x1F", false),
    ])
    func `a plain YAML scalar is a number only as JSON writes them`(_ text: String, _ isNumber: Bool) {
        #expect((ValueTree(plainScalar: text).double != nil) == isNumber)
    }
}

struct LayoutTests {
    @Test func `samples of OpenAI's evals are read as they stand`() throws {
        let text = #"""
            {"input":[{"role":"system","content":"S {{x}}"},{"role":"user","content":"Q"}],"ideal":"A"}
            {"input":"Q2","ideal":["A","B"],"topic":"t"}
            """#
        var cases: [EvaluationCase] = []
        let errors = problems { cases = OpenAIEvalsLayout.cases(Array(text.utf8), source: "e.jsonl", &$0) }
        #expect(errors.isEmpty && cases.map(\.expected) == [["A"], ["A", "B"]])
        #expect(try cases[0].prompt?.filled(with: cases[0].variables).map(\.text) == ["S {{x}}", "Q"])
        #expect(cases[1].variables["topic"]?.text == "t")
        let bad = problems { _ = OpenAIEvalsLayout.cases(Array(#"{"input":"Q"}"#.utf8), source: "e.jsonl", &$0) }
        #expect(bad == ["e.jsonl:1:1: `ideal` is missing: expected a text or several"])
    }

    private func harness(_ task: String, _ rows: String) -> (cases: [EvaluationCase], errors: [String]) {
        var cases: [EvaluationCase] = []
        let errors = problems { problems in
            guard let layout = HarnessLayout(tree(task), source: "t.yaml", &problems) else { return }
            cases = layout.cases(Array(rows.utf8), source: "d.jsonl", &problems)
        }
        return (cases, errors)
    }

    @Test func `multiple choice of the harness becomes a question for a letter`() throws {
        let task =
            #"{"doc_to_text":"Question: {{question.strip()}}\nAnswer:","doc_to_choice":"{{choices.text}}","doc_to_target":"{{answerKey}}","output_type":"multiple_choice"}"#
        let row =
            #"{"id":"Mercury_1","question":" Which? ","choices":{"text":["ice","fire"],"label":["A","B"]},"answerKey":"B"}"#
        let (cases, errors) = harness(task, row)
        #expect(errors.isEmpty)
        let test = try #require(cases.first)
        #expect(test.id == "Mercury_1" && test.choices == ["ice", "fire"] && test.correctChoices == [1])
        let text = try test.prompt?.filled(with: test.variables).first?.text
        #expect(
            text == "Question: Which?\nAnswer:\n\nA. ice\nB. fire\n\nAnswer with the letter of the right choice alone.")
    }

    @Test(arguments: [
        (
            #"{"doc_to_text":"{{q}}","doc_to_choice":["no","yes"],"doc_to_target":"label"}"#, #"{"q":"x","label":1}"#,
            [1], [String]()
        ),
        (
            #"{"doc_to_text":"{{q}}","doc_to_choice":["{{a}}","{{b}}"],"doc_to_target":"{{b}}"}"#,
            #"{"q":"x","a":"u","b":"v"}"#, [1], []
        ),
        (
            #"{"doc_to_text":"q","doc_to_choice":"endings","doc_to_target":0}"#, #"{"q":"x","endings":["u","v"]}"#, [0],
            []
        ),
        (
            #"{"doc_to_text":"q","doc_to_target":"{{answer}} #","output_type":"generate_until"}"#,
            #"{"q":"x","answer":"4"}"#, [], ["4 #"]
        ),
        (#"{"doc_to_text":"q","doc_to_target":"answers"}"#, #"{"q":"x","answers":["4","four"]}"#, [], ["4", "four"]),
    ])
    func `targets of the harness are numbers, letters, words or templates`(
        _ task: String, _ row: String, _ correct: [Int], _ expected: [String]
    ) {
        let (cases, errors) = harness(task, row)
        #expect(errors.isEmpty && cases.first?.correctChoices == correct && cases.first?.expected == expected)
    }

    @Test(arguments: [
        (
            #"{"doc_to_text":"{{q}}","doc_to_target":"a","output_type":"loglikelihood"}"#, #"{"q":"x","a":"y"}"#,
            "t.yaml:1:58: `output_type`: only `multiple_choice` or `generate_until` can be asked of chat models"
        ),
        (
            #"{"doc_to_text":"{{q}}{% if x %}","doc_to_target":"a"}"#, "",
            "t.yaml:1:16: template statements `{% … %}` and comments `{# … #}` are not read here (line 1, column 6 of the template)"
        ),
        (
            #"{"doc_to_text":"q","doc_to_target":"a"}"#, #"{"q":"x"}"#,
            "d.jsonl:1:1: `a` is missing: expected the right answer"
        ),
        (
            #"{"doc_to_text":"q","doc_to_choice":"c","doc_to_target":"a"}"#, #"{"q":"x","c":["u"],"a":3}"#,
            "d.jsonl:1:24: expected a letter up to `A`, a number from 0 or one of the choices"
        ),
    ])
    func `what of the harness can't be read is named`(_ task: String, _ row: String, _ error: String) {
        #expect(harness(task, row).errors == [error])
    }

    private func promptfoo(_ json: String) -> (layout: PromptfooLayout?, errors: [String]) {
        var layout: PromptfooLayout?
        let errors = problems { layout = PromptfooLayout(tree(json), source: "p.yaml", judge: "j", &$0) }
        return (layout, errors)
    }

    @Test func `tests of promptfoo become cases with scorers of their own`() throws {
        let (layout, errors) = promptfoo(
            #"{"prompts":["Say {{w}} in {{lang}}"],"providers":["openai:x"],"defaultTest":{"vars":{"lang":"fr"},"assert":[{"type":"latency","threshold":500}]},"tests":[{"vars":{"w":["a","b"]},"assert":[{"type":"equals","value":"{{w}}!"},{"type":"not-icontains","value":"SORRY","weight":2},{"type":"equals","value":{"k":1}}]}]}"#
        )
        #expect(errors.isEmpty)
        let made = try #require(layout)
        #expect(made.cases.map(\.id) == ["1", "1.2"] && made.prompts.count == 1)
        let second = made.cases[1]
        #expect(try made.prompts[0].filled(with: second.variables).first?.text == "Say b in fr")
        #expect(second.scorers.map(\.name) == ["latency", "equals", "not-icontains", "equals-2"])
        #expect(second.scorers.map(\.weight) == [1, 1, 2, 1])
        #expect(second.scorers[1].score(Answer("b!"), to: second)?.value == 1)
        #expect(second.scorers[1].score(Answer("a!"), to: second)?.value == 0)
        #expect(second.scorers[2].score(Answer("I am Sorry"), to: second)?.value == 0)
        #expect(second.scorers[3].score(Answer(#"{ "k": 1.0 }"#), to: second)?.value == 1)
    }

    @Test(arguments: [
        (
            #"{"tests":[{"assert":[{"type":"javascript","value":"1"}]}]}"#,
            "p.yaml:1:30: assertion `javascript` is not read here"
        ),
        (
            #"{"tests":[{"assert":[{"type":"icontain","value":"1"}]}]}"#,
            "p.yaml:1:30: assertion `icontain` is not read here, did you mean `icontains`?"
        ),
        (#"{"tests":[{"assert":[{"type":"contains"}]}]}"#, "p.yaml:1:30: `value` is missing"),
        (
            #"{"tests":[{"vars":{"a":[1,2]},"assert":[{"type":"regex","value":"("}]}]}"#,
            "p.yaml:1:65: `(` without `)` (column 1 of the pattern)"
        ),
        (
            #"{"tests":[{"vars":{"a":"file://x"}}]}"#,
            "p.yaml:1:24: variables in other files are not read here: put the value in"
        ),
        (#"{"tests":[{"var":{"a":1}}]}"#, "p.yaml:1:12: unknown key `var`, did you mean `vars`?"),
    ])
    func `what of promptfoo can't be read is named once`(_ json: String, _ error: String) {
        #expect(promptfoo(json).errors == [error])
    }

    @Test func `no bytes make a reader trap`() {
        var dice = Dice(5)
        let pieces = [
            "{", "}", "[", "]", "\"", ":", ",", "\"input\"", "\"ideal\"", "\"vars\"", "\"tests\"", "\"assert\"",
            "\"type\"", "\"equals\"", "\"value\"", "1", "null", "{{", "}}", "\n", "é", "\"answer\"", "\"choices\"",
            "\"messages\"", "\"role\"",
        ]
        for _ in 0..<3000 {
            let text = dice.text(of: pieces, upTo: 14)
            var collected = SuiteProblems()
            _ = CaseReader.jsonLines(Array(text.utf8), source: "x", &collected)
            _ = CaseReader.csv(Array(text.utf8), source: "x", &collected)
            _ = OpenAIEvalsLayout.cases(Array(text.utf8), source: "x", &collected)
            if let value = ValueTree(json: text) {
                _ = PromptfooLayout(value, source: "x", judge: "j", &collected)
                _ = SuiteFile(value, source: "x", &collected)
            }
        }
    }
}
