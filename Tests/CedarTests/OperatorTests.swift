import Cedar
import Testing

/// One table a kind of expression. The outcomes are those of the reference implementation (cedar-policy 4.12).
@Suite struct OperatorTests {
    @Test(
        arguments: [
            ("true", .yes), ("false", .no), ("!false", .yes), ("!!true", .yes), ("!!!!true", .yes),
            ("!!!!!true", .refused), ("!1", .fault), ("1", .fault), ("true && true", .yes), ("true && false", .no),
            ("false && 1", .no), ("true && 1", .fault), ("1 && true", .fault), ("true || 1", .yes),
            ("false || 1", .fault),
            ("false || false || true", .yes), ("true && true && false", .no), ("true || false && false", .yes),
            ("(true || false) && false", .no), ("!true || true", .yes),
        ] as [(String, Outcome)])
    func `logic short-circuits and wants booleans`(condition: String, outcome: Outcome) throws {
        #expect(try World.ask(condition) == outcome)
    }

    @Test(
        arguments: [
            ("if true then true else 1", .yes), ("if false then 1 else true", .yes),
            ("if 1 then true else true", .fault),
            ("(if true then 1 else 2) == 1", .yes), ("if true then 1 else 2 == 2", .fault),
            ("true && if true then true else false", .refused), ("if true then true", .refused),
            ("if if true then false else true then false else true", .yes),
        ] as [(String, Outcome)])
    func `a conditional evaluates one branch only`(condition: String, outcome: Outcome) throws {
        #expect(try World.ask(condition) == outcome)
    }

    @Test(
        arguments: [
            ("1 == 1", .yes), ("1 == 2", .no), ("1 == \"1\"", .no), ("1 != true", .yes),
            ("principal == User::\"alice\"", .yes),
            ("principal == Team::\"alice\"", .no), ("[1, 2] == [2, 1, 1]", .yes), ("[1] == [1, 2]", .no),
            ("{a: 1, b: 2} == {b: 2, a: 1}", .yes), ("{a: 1} == {a: 1, b: 2}", .no), ("[] == []", .yes),
            ("{} == {}", .yes),
            ("\"é\" == \"e\u{301}\"", .no), ("\"\\u{212b}\" == \"A\\u{30a}\"", .no), ("\"é\" == \"\\u{e9}\"", .yes),
            ("[\"é\"].contains(\"e\u{301}\")", .no), ("1 == 2 == 3", .refused), ("principal = principal", .refused),
        ] as [(String, Outcome)])
    func `equality compares values byte by byte and never fails`(condition: String, outcome: Outcome) throws {
        #expect(try World.ask(condition) == outcome)
    }

    @Test(
        arguments: [
            ("1 < 2", .yes), ("2 < 2", .no), ("2 <= 2", .yes), ("3 > 2", .yes), ("2 >= 3", .no), ("1 < \"2\"", .fault),
            ("true > false", .fault), ("\"a\" < \"b\"", .fault), ("1 < 2 < 3", .refused),
            ("datetime(\"2024-01-01\") < datetime(\"2024-01-02\")", .yes),
            ("duration(\"1h\") >= duration(\"60m\")", .yes),
            ("datetime(\"2024-01-01\") < duration(\"1h\")", .fault), ("decimal(\"1.0\") < decimal(\"2.0\")", .fault),
        ] as [(String, Outcome)])
    func `order is for longs, moments and lengths of time`(condition: String, outcome: Outcome) throws {
        #expect(try World.ask(condition) == outcome)
    }

    @Test(
        arguments: [
            ("1 + 2 == 3", .yes), ("1 - 2 == -1", .yes), ("2 * 3 == 6", .yes), ("2 + 3 * 4 == 14", .yes),
            ("10 - 3 - 2 == 5", .yes), ("(2 + 3) * 4 == 20", .yes), ("context.n * context.n == 49", .yes),
            ("9223372036854775807 + 1 == 0", .fault), ("-9223372036854775808 - 1 == 0", .fault),
            ("4611686018427387904 * 2 == 0", .fault), ("-9223372036854775808 < 0", .yes),
            ("--9223372036854775808 == 0", .fault), ("-(9223372036854775808) < 0", .refused),
            ("9223372036854775808 > 0", .refused), ("--1 == 1", .yes), ("-----1 == 1", .refused), ("- 1 == -1", .yes),
            ("-\"a\" == 1", .fault), ("1 + true == 2", .fault), ("1 / 2 == 0", .refused), ("1 % 2 == 0", .refused),
            ("!-1 == 1", .refused), ("-!true", .refused), ("-context.n == -7", .yes), ("1 - -1 == 2", .yes),
            ("18446744073709551616 == 1", .refused),
        ] as [(String, Outcome)])
    func `reckoning is in 64 bits and overflow is an error`(condition: String, outcome: Outcome) throws {
        #expect(try World.ask(condition) == outcome)
    }

    @Test(
        arguments: [
            ("principal in User::\"alice\"", .yes), ("principal in Team::\"support\"", .yes),
            ("principal in Company::\"acme\"", .yes), ("principal in Team::\"other\"", .no),
            ("principal in [Team::\"other\", Company::\"acme\"]", .yes), ("principal in []", .no),
            ("action in Action::\"read\"", .yes), ("principal in 1", .fault),
            ("principal in [Team::\"support\", 1]", .fault),
            ("1 in principal", .fault), ("User::\"bob\" in User::\"bob\"", .yes),
            ("User::\"bob\" in Team::\"support\"", .no),
            ("principal in resource.owner", .yes), ("Team::\"support\" in principal", .no),
            ("resource.owner in [principal]", .yes), ("principal in [context.n]", .fault),
            ("principal in [resource.owner, context.n]", .fault),
        ] as [(String, Outcome)])
    func `in follows the hierarchy`(condition: String, outcome: Outcome) throws {
        #expect(try World.ask(condition) == outcome)
    }

    @Test(
        arguments: [
            ("principal is User", .yes), ("principal is Team", .no), ("principal is User in Team::\"support\"", .yes),
            ("principal is Team in 1", .no), ("principal is User in 1", .fault), ("1 is User", .fault),
            ("principal is User in [Team::\"x\", Team::\"support\"]", .yes), ("principal is A::User", .no),
            ("A::B::User::\"x\" is A::B::User", .yes), ("A :: B :: \"x\" is A::B", .yes),
            ("principal is \"User\"", .refused),
            ("principal is User == true", .refused), ("principal is if", .refused),
        ] as [(String, Outcome)])
    func `is asks the type`(condition: String, outcome: Outcome) throws {
        #expect(try World.ask(condition) == outcome)
    }

    @Test(
        arguments: [
            ("principal.age == 30", .yes), ("principal[\"age\"] == 30", .yes), ("principal.missing == 1", .fault),
            ("context.inner.x == 1", .yes), ("resource.owner.name == \"Alice\"", .yes),
            ("context.missing == 1", .fault),
            ("User::\"bob\".age == 1", .fault), ("(1).foo == 1", .fault), ("principal.if == 1", .refused),
            ("{\"if\": 1}[\"if\"] == 1", .yes), ("{if: 1} == 1", .refused), ("{a: 1, a: 2} == 1", .refused),
            ("{\"a b\": 1}[\"a b\"] == 1", .yes), ("{a: 1,}.a == 1", .yes), ("context[1] == 1", .refused),
            ("{1: 1} == 1", .refused), ("principal::\"x\" == principal::\"x\"", .yes), ("{\"é\": 1}[\"é\"] == 1", .yes),
            ("{\"é\": 1}[\"e\u{301}\"] == 1", .fault), ("{\"é\": 1, \"e\u{301}\": 2}[\"é\"] == 1", .yes),
        ] as [(String, Outcome)])
    func `attributes are found in records and known entities`(condition: String, outcome: Outcome) throws {
        #expect(try World.ask(condition) == outcome)
    }

    @Test(
        arguments: [
            ("principal has age", .yes), ("principal has \"age\"", .yes), ("principal has missing", .no),
            ("User::\"bob\" has age", .no), ("1 has age", .fault), ("\"x\" has age", .fault),
            ("context has inner.x", .yes),
            ("context has inner.y", .no), ("context has inner.x.y", .fault), ("context has missing.x.y", .no),
            ("resource has owner.best.owner.age", .yes), ("principal has if", .refused),
            ("principal has age.if", .refused), ("principal has \"a\".b", .refused),
            ("principal has age has age", .refused),
            ("principal has in", .refused), ("context has text && context.text == \"hello\"", .yes),
        ] as [(String, Outcome)])
    func `has asks for attributes step by step`(condition: String, outcome: Outcome) throws {
        #expect(try World.ask(condition) == outcome)
    }

    @Test(
        arguments: [
            ("\"hello\" like \"hello\"", .yes), ("\"hello\" like \"h*o\"", .yes), ("\"hello\" like \"*\"", .yes),
            ("\"\" like \"*\"", .yes), ("\"\" like \"\"", .yes), ("\"hello\" like \"h*x*o\"", .no),
            ("\"a*b\" like \"a\\*b\"", .yes),
            ("\"axb\" like \"a\\*b\"", .no), ("\"aaab\" like \"*ab\"", .yes), ("\"ab\" like \"a\\x2a\"", .yes),
            ("\"abab\" like \"ab*ab\"", .yes), ("\"ab\" like \"ab*ab\"", .no),
            ("\"mississippi\" like \"m*iss*iss*\"", .yes),
            ("\"mississippi\" like \"m*iss*iss*iss*\"", .no), ("context.text like \"*ll*\"", .yes),
            ("1 like \"1\"", .fault),
            ("\"a\" like b", .refused), ("\"a\" like \"\\q\"", .refused), ("\"日本語\" like \"日*語\"", .yes),
        ] as [(String, Outcome)])
    func `like matches whole texts`(condition: String, outcome: Outcome) throws {
        #expect(try World.ask(condition) == outcome)
    }

    @Test(
        arguments: [
            ("[1, 2].contains(1)", .yes), ("[1, 2].contains(\"1\")", .no), ("[1, 2,].contains(2)", .yes),
            ("[[1], [2]].contains([1, 1])", .yes), ("1.contains(1)", .fault), ("resource.tags.contains(\"a\")", .yes),
            ("resource.tags.contains(context.text)", .no), ("[1, 2, 3].containsAll([1, 3])", .yes),
            ("[1].containsAll([1, 3])", .no), ("[1].containsAll([])", .yes), ("[1].containsAll(1)", .fault),
            ("[1, 2].containsAny([2, 9])", .yes), ("[1].containsAny([])", .no), ("[].isEmpty()", .yes),
            ("[1].isEmpty()", .no), ("\"\".isEmpty()", .fault), ("[1].contains()", .refused),
            ("[1].contains(1,)", .yes),
            ("[1].isEmpty(1)", .refused), ("[1,2,3,4,5,6,7,8,9,10].contains(10)", .yes),
            ("[1,2,3,4,5,6,7,8,9,10] == [10,9,8,7,6,5,4,3,2,1]", .yes), ("[1,2,3,4,5,6,7,8,9,10].contains(11)", .no),
            ("[1,2,3,4,5,6,7,8,9,[1,2]].contains([2,1])", .yes),
            ("[1,2,3,4,5,6,7,8,9,\"a\"].contains(\"a\")", .yes), ("[1] [0] == 1", .refused),
        ] as [(String, Outcome)])
    func `sets have no order and no duplicates`(condition: String, outcome: Outcome) throws {
        #expect(try World.ask(condition) == outcome)
    }

    @Test(
        arguments: [
            ("principal.hasTag(\"role\")", .yes), ("principal.hasTag(\"x\")", .no),
            ("User::\"bob\".hasTag(\"role\")", .no),
            ("principal.getTag(\"role\") == \"admin\"", .yes), ("principal.getTag(\"x\") == 1", .fault),
            ("User::\"bob\".getTag(\"role\") == 1", .fault), ("principal.hasTag(1)", .fault),
            ("1.hasTag(\"a\")", .fault),
        ] as [(String, Outcome)])
    func `tags belong to entities`(condition: String, outcome: Outcome) throws {
        #expect(try World.ask(condition) == outcome)
    }

    @Test(
        arguments: [
            ("\"\\n\\r\\t\\\\\\0\\'\\\"\\x41\" == \"\\u{a}\\u{d}\\u{9}\\u{5c}\\u{0}\\u{27}\\u{22}A\"", .yes),
            ("\"\\u{1_0}\" == \"\\u{10}\"", .yes), ("\"\\u{_10}\" == \"\"", .refused), ("\"\\u{}\" == \"\"", .refused),
            ("\"\\u{1111111}\" == \"\"", .refused), ("\"\\u{d800}\" == \"\"", .refused),
            ("\"\\x80\" == \"\"", .refused),
            ("\"\\x4\" == \"\"", .refused), ("\"\\*\" == \"\"", .refused), ("\"\\b\" == \"\"", .refused),
            ("\"\\u{1F600}\" == \"😀\"", .yes), ("\"a\nb\" == \"a\\nb\"", .yes), ("\"a\rb\" == \"\"", .refused),
            ("\"a\r\nb\" == \"\"", .refused),
            ("User::\"\\u{61}lice\" == principal", .yes),
        ] as [(String, Outcome)])
    func `escapes in strings`(condition: String, outcome: Outcome) throws {
        #expect(try World.ask(condition) == outcome)
    }

    @Test(
        arguments: [
            ("foo(1)", .refused), ("principal.foo()", .refused), ("isIpv4(ip(\"1.1.1.1\"))", .refused),
            ("\"1.1.1.1\".ip()", .refused), ("ip(\"1.1.1.1\", \"2\") == 1", .fault), ("contains([1], 1)", .refused),
            ("(1)(2)", .refused), ("User::{a: \"b\"} == principal", .refused), ("?principal == 1", .refused),
            ("__cedar::\"x\" == 1", .refused), ("foo", .refused), ("a::b", .refused), ("", .refused), ("1 2", .refused),
            ("ip(\"1.1.1.1\",).isIpv4()", .yes), ("ip(context.text).isIpv4()", .fault),
        ] as [(String, Outcome)])
    func `what is no function, method or name is refused`(condition: String, outcome: Outcome) throws {
        #expect(try World.ask(condition) == outcome)
    }
}
