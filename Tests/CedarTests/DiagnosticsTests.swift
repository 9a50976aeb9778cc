import Cedar
import Testing

@Suite struct DiagnosticsTests {
    @Test(arguments: [
        (
            "permit (principal, action, resource) when { principle.x };",
            "1:45: unknown variable `principle`, did you mean `principal`?"
        ),
        (
            "permit (principal, action, resource) when { [1].contain(1) };",
            "1:49: unknown method `contain`, did you mean `contains`?"
        ),
        (
            "permit (principal, action, resource) when { decimel(\"1.0\") == 1 };",
            "1:45: unknown function `decimel`, did you mean `decimal`?"
        ),
        (
            "permt (principal, action, resource);",
            "1:1: expected `permit` or `forbid`, found `permt`, did you mean `permit`?"
        ),
        (
            "permit (principal, action, resource) whn { true };",
            "1:38: expected `when`, `unless` or `;`, found `whn`, did you mean `when`?"
        ),
        (
            "permit (principle, action, resource);",
            "1:9: expected `principal`, found `principle`, did you mean `principal`?"
        ),
        ("permit (principal, action, resource) when {};", "1:38: the braces of `when` are empty"),
        ("permit (principal, action, resource)", "1:37: expected `when`, `unless` or `;`, found the end of the text"),
        (
            "permit (principal, action, resource) when { true }",
            "1:51: expected `when`, `unless` or `;`, found the end of the text"
        ),
        ("permit (principal = User::\"a\", action, resource);", "1:19: equality is written `==`"),
        ("permit (principal: User, action, resource);", "1:18: types are written `principal is Type`"),
        (
            "permit (principal == ?resource, action, resource);",
            "1:22: expected an entity or `?principal`, found `?resource`"
        ),
        (
            "permit (principal, action == ?principal, resource);",
            "1:30: expected an entity, found `?principal`, slots can't stand for actions"
        ),
        (
            "permit (principal == ?principal, action, resource) when { ?principal };",
            "1:59: expected an expression, found `?principal`, slots stand in the heads of templates only"
        ),
        (
            "permit (principal, action == User::\"a\", resource);",
            "1:30: expected an entity of type `Action`, found `User::\"a\"`"
        ),
        (
            "permit (principal in [User::\"a\"], action, resource);",
            "1:22: expected an entity, found `[`, only actions can be asked for in a list here"
        ),
        ("permit (principal is User == User::\"a\", action, resource);", "1:27: `is` and `==` can't be used together"),
        ("permit (principal, action is A, resource);", "1:27: `is` can't be asked of an action"),
        ("permit (principal in A::\"a\" is User, action, resource);", "1:29: `is` stands before `in`"),
        ("@id(\"a\") @id(\"b\") permit (principal, action, resource);", "1:11: the annotation `@id` stands twice"),
        ("permit (principal, action, resource) when { \"a\\qb\" == 1 };", "1:47: unknown escape `\\q`"),
        ("permit (principal, action, resource) when { \"ab };", "1:45: this string does not end"),
        ("permit (principal, action, resource) when { 1 # 2 };", "1:47: unexpected character \"#\""),
        ("permit (principal, action, resource)\nwhen {\n  1 < 2 < 3\n};", "3:9: comparisons in a row need parentheses"),
        ("permit (principal, action, resource) when { 1 / 2 == 0 };", "1:47: there is no `/` in the language"),
        ("permit (principal, action, resource) when { \"é\" == ü };", "1:52: unexpected character \"ü\""),
        (
            "permit (principal, action, resource) when { {a: 1, a: 2} == 1 };",
            "1:52: the name \"a\" stands twice in the record"
        ),
        (
            "permit (principal, action, resource) when { 99999999999999999999 == 1 };",
            "1:45: the number `99999999999999999999` does not fit into 64 bits"
        ),
    ])
    func `an error says where and what`(text: String, message: String) {
        #expect(World.messages(text).first == "p.cedar:" + message)
    }

    @Test func `several errors are reported at once, in order`() {
        let text = """
            permit (principal, action, resource) when { contxt.a && resorce.b };
            forbid (principal action, resource);
            permit (principal, action, resource) when { true };
            forbid (principal, action, resource) when { [1].contains() };
            """
        #expect(
            World.messages(text) == [
                "p.cedar:1:45: unknown variable `contxt`, did you mean `context`?",
                "p.cedar:1:57: unknown variable `resorce`, did you mean `resource`?",
                "p.cedar:2:19: expected `,`, found `action`",
                "p.cedar:4:49: `contains` takes 1 argument, found 0",
            ])
    }

    @Test func `two policies can't share an id`() {
        let text = "@id(\"a\") permit (principal, action, resource);\n@id(\"a\") forbid (principal, action, resource);"
        #expect(World.messages(text) == ["p.cedar:2:1: another policy has the id `a` already, at 1:1"])
    }

    @Test func `the number of errors is bounded`() {
        let text = String(repeating: "permit (principal, action, resource) when { foo };\n", count: 500)
        #expect(World.messages(text).count == 50)
    }

    @Test func `nesting is bounded`() {
        for (open, close) in [("(", ")"), ("[", "]"), ("{a: ", "}"), ("if true then true else (", ")")] {
            let deep = String(repeating: open, count: 20_000) + "1" + String(repeating: close, count: 20_000)
            let messages = World.messages("permit (principal, action, resource) when { \(deep) };")
            #expect(messages.first?.hasSuffix("expressions nest deeper than 128") == true)
        }
        for chain in [" + 1", " - 1", " * 1"] {
            let long = "1" + String(repeating: chain, count: 20_000)
            #expect(!World.messages("permit (principal, action, resource) when { \(long) == 1 };").isEmpty)
        }
        let attributes = "context" + String(repeating: ".a", count: 20_000)
        #expect(!World.messages("permit (principal, action, resource) when { \(attributes) };").isEmpty)
    }

    @Test func `long chains of and and or are no nesting`() throws {
        let chain = Array(repeating: "true", count: 20_000).joined(separator: " && ")
        #expect(try World.ask(chain) == .yes)
        #expect(try World.ask(chain.replacing("true &&", with: "false ||")) == .yes)
    }

    @Test func `deep but bounded expressions run`() throws {
        let deep = String(repeating: "!(", count: 60) + "true" + String(repeating: ")", count: 60)
        #expect(try World.ask(deep) == .yes)
        #expect(try World.ask("1" + String(repeating: " + 1", count: 100) + " == 101") == .yes)
    }

    @Test func `a text that is too long is refused`() {
        var limits = PolicySet.Limits()
        limits.maximumBytes = 10
        #expect(throws: PolicyErrors.self) {
            try PolicySet(parsing: "permit (principal, action, resource);", source: "p", limits: limits)
        }
    }
}
