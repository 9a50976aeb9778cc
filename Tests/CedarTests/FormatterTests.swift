import Cedar
import Testing

@Suite struct FormatterTests {
    private func format(_ text: String, width: Int = 80, indentation: Int = 2) throws -> String {
        var formatter = PolicyFormatter()
        formatter.lineWidth = width
        formatter.indentation = indentation
        let result = try formatter.format(text, source: "p.cedar")
        #expect(try formatter.format(result, source: "again") == result, "formatted once more it stays")
        #expect(
            try PolicySet(parsing: result, source: "").json == PolicySet(parsing: text, source: "").json,
            "it means the same")
        return result
    }

    @Test func `a bare head stands on one line, others have a line for each part`() throws {
        #expect(
            try format("permit(principal,action,resource);forbid( principal is User in ?principal,action,resource,);")
                == """
                permit (principal, action, resource);

                forbid (
                  principal is User in ?principal,
                  action,
                  resource
                );

                """)
    }

    @Test func `conditions break where the line is too short`() throws {
        #expect(
            try format(
                "permit(principal,action,resource)when{context.a&&context.b}unless{!(1==-2)||{a:1}has a};", width: 30)
                    == """
                    permit
                    (principal, action, resource)
                    when
                    { context.a && context.b }
                    unless
                    {
                      !(1 == -2) || { a: 1 } has a
                    };

                    """)
    }

    @Test func `each operand of a broken condition has a line`() throws {
        #expect(
            try format(
                """
                permit(principal,action,resource)when{principal.department=="engineering"&&context.amount+1<resource.limit&&!(resource in Folder::"closed"||false)};
                """) == """
                    permit (principal, action, resource)
                    when
                    {
                      principal.department == "engineering" &&
                      context.amount + 1 < resource.limit &&
                      !(resource in Folder::"closed" || false)
                    };

                    """)
    }

    @Test func `comments stay with what they stand at`() throws {
        #expect(
            try format(
                """
                // about it
                @id("a") // why

                // the rule
                permit(principal, // who
                action, resource) when {
                  // first
                  true && // second
                  // third
                  [1, // one
                  2, // the last comma goes
                  ].contains(1)
                  // end
                }; // done

                // nothing more

                // really
                """) == """
                    // about it
                    @id("a") // why
                    // the rule
                    permit (principal, // who
                      action, resource)
                    when
                    {
                      // first
                      true && // second
                      // third
                      [1, // one
                       2 // the last comma goes
                      ].contains
                        (
                          1
                        )
                    // end
                    }; // done
                    // nothing more
                    // really

                    """)
    }

    @Test func `compact policies keep brackets on their lines, and what blank lines part`() throws {
        var formatter = PolicyFormatter()
        formatter.lineWidth = 40
        formatter.indentation = 4
        formatter.isCompact = true
        let text = """
            // ── A chapter ──

            // About the rule,
            // in two lines.
            @id("a") // why
            // the rule
            permit (principal, action, resource)
            when { context.a && context.b }
            unless {
                context.classes.containsAny([
                    "one", // first
                    "another",
                    // third
                    "and one more"
                ]) ||
                principal in [] ||
                context.classes.contains(
                    "a text that is longer than the line"
                )
            }; // done

            // Examples

            // The end.

            """
        #expect(try formatter.format(text, source: "p") == text)
        let windows = text.replacing("\n", with: "\r\n\r\n").replacing("// why\r\n\r\n", with: "// why\r\n")
        let mended = try formatter.format(windows, source: "p")
        #expect(mended.replacing("rule,\n\n//", with: "rule,\n//") == text)
        #expect(try formatter.format(mended, source: "p") == mended)
    }

    @Test func `white space in strings stays`() throws {
        let text = "permit (principal, action, resource)\nwhen { \"a \n\n  // no comment\" == \"\" };\n"
        #expect(try format(text) == text)
    }

    @Test func `comments alone and nothing at all stay`() throws {
        #expect(try format("//a\r\n\r\n  //b  ") == "//a\n//b\n")
        #expect(try format("") == "")
    }

    @Test func `the indentation can be chosen`() throws {
        #expect(
            try format("permit(principal==User::\"a\",action,resource);", indentation: 4)
                == "permit (\n    principal == User::\"a\",\n    action,\n    resource\n);\n")
    }

    @Test func `what is no policy is refused`() {
        #expect(throws: PolicyErrors.self) { try PolicyFormatter().format("permit (", source: "p") }
    }
}
