import Cedar
import Testing

/// The JSON form, and translation both ways.
@Suite struct SchemaFormsTests {
    private func errors(_ text: String) -> [String] {
        do {
            _ = try Schema(json: text, source: "s.json")
            return []
        } catch {
            return error.errors.map(\.description)
        }
    }

    @Test func `both forms say the same, there and back`() throws {
        let schema = try Schema(parsing: SchemaTests.whole, source: "s")
        let json = try Schema(json: schema.json, source: "j")
        #expect(json == schema)
        #expect(json.json == schema.json)
        let text = try Schema(parsing: schema.text, source: "t")
        #expect(text == schema)
        #expect(text.text == schema.text)
        #expect(try Schema(parsing: json.text, source: "t") == schema)
        #expect(json.text == schema.text)
    }

    @Test func `the text is laid out, with notes and common types`() throws {
        let text = """
            entity Team;
            entity Status enum ["open", "a \\"b\\""];
            action "view" in [Action::"all", "x"] appliesTo {
              principal: [N::User],
              resource: [Team, Status],
              context: N::Address
            };
            action "all";
            action "x";
            @doc("of users")
            namespace N {
              type Address = {
                @doc("no number")
                street: String,
                "zip code"?: Set<Long>
              };
              @old
              entity User in [Team] = {
                address: Address
              } tags decimal;
            }

            """
        #expect(try Schema(parsing: text, source: "s").text == text)
    }

    @Test func `the JSON has the members of the format`() throws {
        let text =
            "entity A in A {x?: Long, y: Set<B>, z: {}} tags T; type T = ipaddr; @n entity B enum [\"b\"]; "
            + "action a in Action::\"b\" appliesTo {principal: A, resource: A, context: R}; action b; type R = {};"
        let expected = """
            {"":{"commonTypes":{"T":{"type":"EntityOrCommon","name":"ipaddr"},"R":{"type":"Record","attributes":{}}},\
            "entityTypes":{"A":{"memberOfTypes":["A"],"shape":{"type":"Record","attributes":{"x":{"type":\
            "EntityOrCommon","name":"Long","required":false},"y":{"type":"Set","element":{"type":"EntityOrCommon",\
            "name":"B"}},"z":{"type":"Record","attributes":{}}}},"tags":{"type":"EntityOrCommon","name":"T"}},\
            "B":{"enum":["b"],"annotations":{"n":""}}},"actions":{"a":{"memberOf":[{"id":"b","type":"Action"}],\
            "appliesTo":{"principalTypes":["A"],"resourceTypes":["A"],"context":{"type":"R"}}},"b":{}}}}
            """
        #expect(try Schema(parsing: text, source: "s").json == expected)
    }

    @Test func `what only JSON can say is written so that it means the same`() throws {
        let json = """
            {"": {"commonTypes": {"T": {"type": "Long"}, "Shape": {"type": "Record", "attributes": {
                "plain": {"type": "EntityOrCommon", "name": "T"}, "t": {"type": "Entity", "name": "T"}}}},
              "entityTypes": {"T": {}, "decimal": {}, "A": {"shape": {"type": "N::Shape"}, "tags": {"type": "Shape"}}},
              "actions": {"a": {"appliesTo": {"principalTypes": [], "resourceTypes": ["A"]}}}},
             "N": {"commonTypes": {"Shape_": {"type": "Boolean"}, "Shape": {"type": "Record", "attributes": {
                "x": {"type": "Inner"}, "d": {"type": "Extension", "name": "decimal"}, "e": {"type": "String"},
                "in": {"type": "Entity", "name": "T"}, "y": {"type": "EntityOrCommon", "name": "Inner"}}},
                "Inner": {"type": "Long"}}, "entityTypes": {}, "actions": {}}}
            """
        // `N::Shape` may not be declared beside `Shape`.
        #expect(errors(json).contains { $0.contains("hides the type `Shape`") })
        let schema = try Schema(
            json: json.replacing(
                "\"Shape\": {\"type\": \"Record\", \"attributes\": {\n    \"plain\"",
                with: "\"Own\": {\"type\": \"Record\", \"attributes\": {\n    \"plain\""
            )
            .replacing("\"tags\": {\"type\": \"Shape\"}", with: "\"tags\": {\"type\": \"Own\"}"), source: "s")
        let text = schema.text
        #expect(try Schema(parsing: text, source: "t") == schema, "\(text)")
        #expect(text.contains("type T_ = Long"))
        #expect(text.contains("__cedar::decimal"))
        #expect(text.contains("action \"a\";"))
        #expect(try Schema(json: schema.json, source: "j") == schema)
    }

    @Test(arguments: [
        ("[]", "1:1: expected an object, a schema, found an array"),
        ("{\"\": {\"entityTypes\": {}}}", "1:6: `actions` is missing"),
        ("{\"a b\": {\"entityTypes\": {}, \"actions\": {}}}", "1:2: \"a b\" is no name"),
        ("{\"\": {\"entityTypes\": {\"A::B\": {}}, \"actions\": {}}}", "1:23: \"A::B\" is no identifier"),
        ("{\"\": {\"entityTypes\": {\"in\": {}}, \"actions\": {}}}", "1:23: `in` is reserved"),
        (
            "{\"\": {\"entityTypes\": {\"A\": {\"memberOf\": []}}, \"actions\": {}}}",
            "1:29: unknown member \"memberOf\", did you mean `memberOfTypes`?"
        ),
        (
            "{\"\": {\"entityTypes\": {\"A\": {\"shpe\": {}}}, \"actions\": {}}}",
            "1:29: unknown member \"shpe\", did you mean `shape`?"
        ),
        (
            "{\"\": {\"entityTypes\": {\"A\": {\"enum\": [\"a\"], \"tags\": {\"type\": \"Long\"}}}, \"actions\": {}}}",
            "1:44: an entity type with `enum` can't have `tags`"
        ),
        (
            "{\"\": {\"entityTypes\": {\"A\": {\"enum\": []}}, \"actions\": {}}}",
            "1:37: `enum` names no identifier"
        ),
        (
            "{\"\": {\"entityTypes\": {\"A\": {\"tags\": {\"type\": \"Strin\"}}}, \"actions\": {}}}",
            "1:46: unknown type `Strin`, did you mean `String`?"
        ),
        (
            "{\"\": {\"entityTypes\": {\"A\": {\"tags\": {\"type\": \"Set\"}}}, \"actions\": {}}}",
            "1:37: `element` is missing"
        ),
        (
            "{\"\": {\"entityTypes\": {\"A\": {\"tags\": {\"name\": \"Long\"}}}, \"actions\": {}}}",
            "1:37: this type has no `type`"
        ),
        (
            "{\"\": {\"entityTypes\": {\"A\": {\"tags\": {\"type\": \"Extension\", \"name\": \"ipadr\"}}}, \"actions\": {}}}",
            "1:67: unknown extension type `ipadr`, did you mean `ipaddr`?"
        ),
        (
            "{\"\": {\"entityTypes\": {\"A\": {\"shape\": {\"type\": \"Long\"}}}, \"actions\": {}}}",
            "1:38: the entity type has to be a record"
        ),
        (
            "{\"\": {\"entityTypes\": {\"A\": {\"shape\": {\"type\": \"Record\", \"attributes\": {}, "
                + "\"additionalAttributes\": true}}}, \"actions\": {}}}",
            "1:99: records can't have attributes beside those that are declared"
        ),
        (
            "{\"\": {\"entityTypes\": {\"A\": {\"shape\": {\"type\": \"Record\", \"attributes\": {\"x\": "
                + "{\"type\": \"Long\", \"required\": 1}}}}}, \"actions\": {}}}",
            "1:106: expected `true` or `false`, found a number"
        ),
        (
            "{\"\": {\"entityTypes\": {}, \"actions\": {\"a\": {\"attributes\": {\"x\": 1}}}}}",
            "1:58: actions can't have attributes"
        ),
        (
            "{\"\": {\"entityTypes\": {}, \"actions\": {\"a\": {\"appliesTo\": {\"principalTypes\": []}}}}}",
            "1:57: `resourceTypes` is missing"
        ),
        ("{\"\": {}, \"\": {}}", "1:10: the same key appears twice in an object"),
        ("{", "1:2: the text ends inside a JSON value"),
    ])
    func `an error in JSON says where and what`(text: String, message: String) {
        #expect(errors(text).contains("s.json:" + message), "\(errors(text))")
    }

    @Test func `deep nesting in JSON is refused`() {
        let open = "{\"\": {\"entityTypes\": {\"A\": {\"tags\": "
        for depth in [100, 5000, 100_000] {
            let deep =
                String(repeating: "{\"type\": \"Set\", \"element\": ", count: depth) + "{\"type\": \"Long\"}"
                + String(repeating: "}", count: depth)
            #expect(errors(open + deep + "}}, \"actions\": {}}}").contains { $0.contains("nest") })
        }
    }
}
