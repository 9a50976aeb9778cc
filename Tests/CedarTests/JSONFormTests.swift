import Cedar
import Testing

/// Policies, entities, requests and values in their JSON forms; faults name their place.
@Suite struct JSONFormTests {
    private static let head =
        #""effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"}"#

    private func message(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return (error as? PolicyErrors)?.errors.first?.description ?? "\(error)"
        }
    }

    @Test(arguments: [
        (#"{"Value":null}"#, "`null` is no value"), (#"{"Vlue":1}"#, "unknown operator `Vlue`, did you mean `Value`?"),
        (#"{"Var":"principle"}"#, "unknown variable `principle`, did you mean `principal`?"),
        (#"{"Value":1,"Var":"context"}"#, "an expression is an object with one member, the operator"),
        (#"{"Slot":"?principal"}"#, "slots stand in the heads of templates only"),
        (#"{"!":{"arg":{"Value":true},"x":1}}"#, "unknown member `x`"),
        (#"{"&&":{"left":{"Value":true}}}"#, "the member `right` is missing"),
        (#"{"is":{"left":{"Var":"principal"},"entity_type":"a b"}}"#, "`a b` is no name of a type"),
        (#"{"isIpv4":[]}"#, "`isIpv4` takes 1 arguments, not 0"),
        (#"{"Value":1.5}"#, "expected a whole number of 64 bits"),
        (#"{"Value":{"__entity":{"type":"U","id":"a"},"x":1}}"#, "`__entity` stands alone in its object"),
    ])
    func `a broken expression is refused`(body: String, reason: String) {
        let text = "{\"staticPolicies\":{\"p\":{\(Self.head),\"conditions\":[{\"kind\":\"when\",\"body\":\(body)}]}}}"
        let found = message { _ = try PolicySet(json: text, source: "p.json") }
        #expect(found?.hasPrefix("p.json:1:") == true && found?.hasSuffix(reason) == true, "\(found ?? "accepted")")
    }

    @Test func `faults stand at their line and column, one for each policy`() {
        let text = """
            {"staticPolicies": {
              "a": {"effect": "permit"},
              "b": {"effect": "allow"}
            }}
            """
        do {
            _ = try PolicySet(json: text, source: "p.json")
            Issue.record("accepted")
        } catch {
            #expect(
                error.errors.map(\.description) == [
                    "p.json:2:8: the member `principal` is missing",
                    "p.json:3:19: expected `permit` or `forbid`, found `allow`",
                ])
        }
    }

    @Test func `templates and links are read and written`() throws {
        let template = Self.head.replacing(
            #""principal":{"op":"All"}"#, with: #""principal":{"op":"==","slot":"?principal"}"#)
        let text = """
            {"staticPolicies":{},"templates":{"t":{\(template),"conditions":[]}},"templateLinks":[{"templateId":"t","newId":"l","values":{"?principal":{"type":"User","id":"alice"}}}]}
            """
        let policies = try PolicySet(json: text, source: "p.json")
        #expect(policies.json == text)
        let response = policies.isAuthorized(
            Request(principal: World.alice, action: World.view, resource: World.photo), entities: .none)
        #expect(response.determining == ["l"])
        let missing = text.replacing(#""?principal":{"type":"User","id":"alice"}"#, with: "")
        #expect(
            message { _ = try PolicySet(json: missing, source: "p.json") }?.hasSuffix(
                "link `l`: no entity for the slot `?principal` of template `t`") == true)
        let misplaced = text.replacing(
            "staticPolicies\":{}", with: "staticPolicies\":{\"s\":{\(template),\"conditions\":[]}}")
        #expect(
            message { _ = try PolicySet(json: misplaced, source: "p") }?.hasSuffix("a static policy has no slots")
                == true)
    }

    @Test func `long chains need no stack, deep nesting is refused`() throws {
        let chain = Array(repeating: "true", count: 20_000).joined(separator: " && ")
        let policies = try PolicySet(parsing: "permit (principal, action, resource) when { \(chain) };", source: "p")
        #expect(try PolicySet(json: policies.json, source: "p.json").json == policies.json)
        let open = String(repeating: #"{"!":{"arg":"#, count: 200)
        let deep = open + #"{"Value":true}"# + String(repeating: "}}", count: 200)
        let text = "{\(Self.head),\"conditions\":[{\"kind\":\"when\",\"body\":\(deep)}]}"
        #expect(message { _ = try PolicySet(json: text, source: "p") }?.hasSuffix("nest deeper than 128") == true)
        let array = String(repeating: "[", count: 40_000) + String(repeating: "]", count: 40_000)
        #expect(message { _ = try Record(json: "{\"a\":\(array)}", source: "c") } != nil)
    }

    @Test(arguments: [
        ("[{}]", "1:2: the member `uid` is missing"),
        (#"[{"uid":{"type":"U","id":"a"},"attrs":{}}]"#, "1:2: the member `parents` is missing"),
        (
            #"[{"uid":"U::\"a\"","attrs":{},"parents":[]}]"#,
            "1:9: expected an object (an entity, `{\"type\": …, \"id\": …}`), found a string"
        ),
        (
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"x":{"__extn":{"fn":"ipp","arg":"1"}}},"parents":[]}]"#,
            "1:60: unknown function `ipp`, did you mean `ip`?"
        ),
        (
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"x":{"__expr":"1"}},"parents":[]}]"#,
            "1:44: `__expr` is no longer a part of the format"
        ),
        (
            #"[{"uid":{"type":"Action","id":"a"},"attrs":{},"parents":[{"type":"U","id":"a"}]}]"#,
            "1:58: `U::\"a\"` is no action, but stands above the action `Action::\"a\"`"
        ),
        (
            #"[{"uid":{"type":"U","id":"a"},"attrs":{},"parents":[{"type":"U","id":"a"}]}]"#,
            "1:1: the entity `U::\"a\"` stands above itself"
        ),
    ])
    func `a broken entity is refused`(text: String, reason: String) {
        #expect(message { _ = try Entities(json: text, source: "e.json") } == "e.json:" + reason)
    }

    @Test func `an entity twice the same way counts once, otherwise it is an error`() throws {
        let one = #"{"uid":{"type":"U","id":"a"},"attrs":{"n":1},"parents":[]}"#
        #expect(try Entity.list(json: "[\(one),\(one)]", source: "e").count == 1)
        let other = one.replacing("1}", with: "2}")
        #expect(
            message { _ = try Entity.list(json: "[\(one),\(other)]", source: "e") }?.hasSuffix(
                "stands twice, in different ways") == true)
    }

    @Test func `a schema makes escapes needless and refuses what it does not know`() throws {
        let schema = try Schema(
            parsing:
                "entity Team; entity User in [Team] { boss?: User, since: datetime, nets: Set<ipaddr> } tags decimal; action view appliesTo { principal: User, resource: User, context: { from: ipaddr } };",
            source: "s")
        let text = """
            [{"uid": {"type": "User", "id": "a"}, "attrs": {"boss": {"type": "User", "id": "b"}, "since": "2024-01-01", "nets": ["10.0.0.0/8",
            {"fn": "ip", "arg": "::1"}]}, "parents": [], "tags": {"x": "1.5"}}]
            """
        let entity = try #require(try Entity.list(json: text, source: "e", schema: schema).first)
        #expect(
            entity.attributes.description
                == "{ boss: User::\"b\", nets: [ip(\"10.0.0.0/8\"), ip(\"::1\")], since: datetime(\"2024-01-01T00:00:00.000Z\") }"
        )
        #expect(entity.tags.description == "{ x: decimal(\"1.5\") }")
        let wrong = text.replacing("\"boss\"", with: "\"bos\"")
        #expect(
            message { _ = try Entity.list(json: wrong, source: "e", schema: schema) }?.hasPrefix("e:1:2: User::\"a\"")
                == true)
        let request = try Request(
            json:
                #"{"principal":"User::\"a\"","action":"Action::\"view\"","resource":"User::\"a\"","context":{"from":"1.2.3.4"}}"#,
            source: "r", schema: schema)
        #expect(request.context["from"] == IPAddress(parsing: "1.2.3.4").map(Value.ipAddress))
    }

    @Test(arguments: [
        "true", "-9223372036854775808", "\"a\\n\\\"\\\\é\"", "User::\"x\\u{7f}\"", "[1, [\"a\"], {}]",
        "{ \"a b\": 1, \"if\": 2, n: -3 }",
        "ip(\"10.0.0.0/8\")", "ip(\"::\")", "ip(\"1:2:3:4:5:6:7:8\")", "ip(\"fe80::1:0:0:1/64\")", "decimal(\"-0.5\")",
        "decimal(\"-922337203685477.5808\")", "decimal(\"12.3456\")", "duration(\"-1ms\")",
        "datetime(\"1969-12-31T23:59:59.999Z\")",
        "datetime(\"0000-01-01T00:00:00.000Z\")", "datetime(\"9999-12-31T23:59:59.999Z\")",
        "datetime(\"1970-01-01\").offset(duration(\"253402300800000ms\"))",
    ])
    func `values are written as they are read`(text: String) throws {
        let value = try StandaloneExpression(parsing: text, source: "x").evaluate(nil, entities: .none)
        #expect(value.description == text)
        let record = try Record(json: "{\"v\":\(value.json)}", source: "json")
        #expect(record["v"] == value)
    }

    @Test(arguments: [
        ("1 - (2 - 3)", "1 - (2 - 3)"), ("(1 - 2) - 3", "1 - 2 - 3"), ("-(1)", "-(1)"), ("- -1", "-(-1)"),
        ("!(!true)", "!(!true)"),
        ("(true && false) || (true || false)", "true && false || (true || false)"),
        ("(if true then 1 else 2) == 1", "(if true then 1 else 2) == 1"),
        ("{\"in\": 1}[\"in\"]", "{ \"in\": 1 }[\"in\"]"), ("(-1).a", "(-1).a"),
        ("\"*\" like \"\\**\"", "\"*\" like \"\\**\""),
        ("\"*\" like \"*\\u{5b2}\\u{301}*\"", "\"*\" like \"*\u{5b2}\u{301}*\""),
        ("(1 has a) has b.c", "(1 has a) has b.c"),
        (
            "[1].contains(1) && ip(\"::1\").isInRange(ip(\"::/0\"))",
            "[1].contains(1) && ip(\"::1\").isInRange(ip(\"::/0\"))"
        ),
    ])
    func `expressions are written with the parentheses that they need`(text: String, written: String) throws {
        let expression = try StandaloneExpression(parsing: text, source: "x").expression
        #expect(expression.description.utf8.elementsEqual(written.utf8), "\(expression)")
        let again = try StandaloneExpression(parsing: written, source: "x").expression.description
        #expect(again.utf8.elementsEqual(written.utf8))
    }

    @Test func `an expression without a request has no variables`() throws {
        let expression = try StandaloneExpression(parsing: "1 + principal.n", source: "x")
        do {
            _ = try expression.evaluate(nil, entities: .none)
            Issue.record("evaluated")
        } catch {
            #expect(error.description == "1:5: `principal` has no value without a request")
        }
    }

    @Test func `names that the text would not give stand as annotations`() throws {
        let policy = "{\(Self.head),\"conditions\":[]}"
        let policies = try PolicySet(
            json: "{\"staticPolicies\":{\"policy0\":\(policy),\"mine\":\(policy)}}", source: "p")
        let again = try PolicySet(parsing: policies.text, source: "p")
        #expect(again.policies.map(\.id) == ["policy0", "mine"])
        #expect(again.policies[1].annotations.map(\.key) == ["id"])
    }
}
