import Evaluation
import EvaluationRunner
import Testing

struct YAMLTreeTests {
    private func errors(_ text: String) -> String {
        var problems = SuiteProblems()
        _ = YAMLTree.parse(text, source: "s.yaml", &problems)
        do throws(SuiteErrors) {
            try problems.finish()
            return ""
        } catch {
            return error.description
        }
    }

    @Test func `values keep their kinds and their places`() throws {
        var problems = SuiteProblems()
        let tree = try #require(
            YAMLTree.parse("a: 1.50\nb: \"1\"\nc: [yes, true, ~]\nd: { e: x }\n", source: "s.yaml", &problems))
        #expect(tree["a"]?.double == 1.5 && tree["b"]?.text == "1")
        let list = try #require(tree["c"]?.elements)
        #expect(list[0].text == "yes" && list[1].bool == true && list[2].isNull)
        #expect(tree["d"]?["e"]?.position == ValueTree.Position(line: 4, column: 9))
    }

    @Test(arguments: [
        ("a: [1\n", "s.yaml:2:"), ("a: 1\na: 2\n", "the same key stands twice: `a`"),
        ("[1]: 2\n", "expected a text as key"),
        (String(repeating: "[", count: 70) + String(repeating: "]", count: 70), "nested deeper"),
    ])
    func `what is no tree is told with its place`(_ text: String, _ words: String) {
        #expect(errors(text).contains(words), "\(errors(text))")
    }
}
