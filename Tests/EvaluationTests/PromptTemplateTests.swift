import Testing

@testable import Evaluation

struct PromptTemplateTests {
    private let variables = Variables(
        tree(
            #"{"name":"Ada","user":{"city":"Paris","tags":["x","y"]},"n":1.50,"yes":true,"none":null,"evil":"{{name}}","blank":"  b \n"}"#
        )
        .members ?? [])

    private func filled(_ text: String) throws -> String { try PromptTemplate(text).filled(with: variables) }

    @Test(arguments: [
        ("Hi {{name}}!", "Hi Ada!"), ("{{ name }}{{name}}", "AdaAda"), ("{{user.city}} {{user.tags.1}}", "Paris y"),
        ("{{user}}", #"{"city":"Paris","tags":["x","y"]}"#), ("{{n}} {{yes}}", "1.50 true"),
        ("{{evil}}", "{{name}}"), ("{{ '{{' }}name{{\"}}\"}}", "{{name}}"), ("{{blank | trim}}.", "b."),
        ("{{blank.strip()}}.", "b."), ("{ {x} }", "{ {x} }"), ("", ""),
    ])
    func `places are filled with what variables say, and nothing is read twice`(_ text: String, _ wanted: String) throws
    {
        #expect(try filled(text) == wanted)
    }

    @Test(arguments: [
        ("Hi {{nmae}}", "unknown variable `nmae`, did you mean `name`? (line 1, column 4 of the template)"),
        ("a\n {{user.town}}", "`user` has no `town` (line 2, column 2 of the template)"),
        ("{{user.tags.2}}", "`user.tags` has no `2` (line 1, column 1 of the template)"),
        ("{{none}}", "`none` is null (line 1, column 1 of the template)"),
        ("x {{name", "`{{` without `}}` (line 1, column 3 of the template)"),
        ("{{name | upper}}", "unknown filter `upper`: only `trim` is read here (line 1, column 10 of the template)"),
        ("{{}}", "expected a variable's name (line 1, column 3 of the template)"),
        ("{{name + 1}}", "expected `}}` (line 1, column 8 of the template)"),
        (
            "{% if x %}",
            "template statements `{% … %}` and comments `{# … #}` are not read here (line 1, column 1 of the template)"
        ),
        ("{{'x}}", "a quoted text that does not end (line 1, column 3 of the template)"),
    ])
    func `what can't be filled is an error with its place`(_ text: String, _ error: String) {
        #expect(throws: PromptTemplate.Failure.self) { try filled(text) }
        let message: String
        do { message = try filled(text) } catch let failure { message = "\(failure)" }
        #expect(message == error)
    }

    @Test func `no text makes the reader trap, and a text without braces is itself`() {
        var dice = Dice(3)
        let pieces = ["{{", "}}", "{", "}", "name", ".", "|", " trim", "'", "\"", "\n", "é", "%", "#", ".strip()"]
        for _ in 0..<5000 {
            let text = dice.text(of: pieces, upTo: 9)
            let result = try? filled(text)
            if !text.contains("{{"), !text.contains("{%"), !text.contains("{#") { #expect(result == text) }
        }
    }
}
