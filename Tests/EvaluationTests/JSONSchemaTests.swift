import Testing

@testable import Evaluation

struct JSONSchemaTests {
    private func follows(_ schema: String, _ json: String) throws -> Bool {
        try JSONSchema(tree(schema)).violation(in: tree(json)) == nil
    }

    @Test(arguments: [
        (
            #"{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"],"additionalProperties":false}"#,
            #"{"a":1}"#, #"{"a":1,"b":2}"#
        ),
        (#"{"type":"object","required":["a"]}"#, #"{"a":null}"#, "{}"),
        (#"{"type":["string","null"]}"#, "null", "1"), (#"{"type":"integer"}"#, "1.0", "1.5"),
        (#"{"type":"number"}"#, "1e3", #""1""#),
        (#"{"enum":["a",1]}"#, "1.0", "2"), (#"{"const":{"a":1}}"#, #"{"a":1}"#, "{}"),
        (#"{"type":"array","items":{"type":"string"},"minItems":1,"maxItems":2}"#, #"["a"]"#, #"["a",1]"#),
        (#"{"minItems":1}"#, "[1]", "[]"), (#"{"maxItems":1}"#, "[1]", "[1,2]"),
        (#"{"uniqueItems":true}"#, "[1,2]", "[1,1.0]"),
        (#"{"prefixItems":[{"type":"string"}],"items":{"type":"number"}}"#, #"["a",1]"#, #"["a","b"]"#),
        (#"{"minimum":1,"maximum":3}"#, "3", "4"), (#"{"exclusiveMinimum":1}"#, "1.1", "1"),
        (#"{"exclusiveMaximum":1}"#, "0.9", "1"), (#"{"minimum":1}"#, "1", "0"),
        (#"{"multipleOf":0.1}"#, "0.3", "0.35"), (#"{"minLength":2}"#, #""éa""#, #""é""#),
        (#"{"maxLength":1}"#, #""é""#, #""ab""#),
        (#"{"pattern":"^a+$"}"#, #""aa""#, #""ab""#), (#"{"pattern":"b"}"#, #""abc""#, #""a""#),
        (#"{"anyOf":[{"type":"string"},{"minimum":5}]}"#, "6", "4"),
        (#"{"allOf":[{"minimum":1},{"maximum":2}]}"#, "2", "3"),
        (#"{"oneOf":[{"minimum":1},{"maximum":2}]}"#, "3", "2"), (#"{"not":{"type":"string"}}"#, "1", #""a""#),
        (#"{"additionalProperties":{"type":"number"}}"#, #"{"x":1}"#, #"{"x":"1"}"#), ("true", "1", "NOT"),
        (#"{"properties":{"a":false}}"#, "{}", #"{"a":1}"#),
        (
            ##"{"$defs":{"n":{"type":"object","properties":{"next":{"anyOf":[{"$ref":"#/$defs/n"},{"type":"null"}]}},"required":["next"]}},"$ref":"#/$defs/n"}"##,
            #"{"next":{"next":null}}"#, #"{"next":{"next":1}}"#
        ),
        (##"{"type":"array","items":{"$ref":"#"}}"##, "[[],[[]]]", "[[1]]"),
    ])
    func `a schema takes what follows it and nothing else`(_ schema: String, _ good: String, _ bad: String) throws {
        #expect(try follows(schema, good))
        if bad != "NOT" { #expect(try !follows(schema, bad)) }
    }

    @Test(arguments: [
        ("date-time", "2026-02-28T23:59:59Z", "2026-02-29T00:00:00Z"),
        ("date-time", "2024-02-29t00:00:00.5+01:30", "2024-02-29 00:00:00Z"),
        ("time", "23:59:60Z", "24:00:00Z"), ("date", "2000-02-29", "1900-02-29"), ("duration", "P1Y2M3DT4H5M6S", "P"),
        ("duration", "PT5M", "PT"),
        ("duration", "P2W", "P2W1D"), ("email", "a.b@example.org", "a@b@c"), ("email", "a@b", "a b@c"),
        ("hostname", "a-b.c1", "-a.b"),
        ("ipv4", "192.168.0.1", "192.168.00.1"), ("ipv4", "0.0.0.0", "256.0.0.1"), ("ipv6", "::1", "1::2::3"),
        ("ipv6", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7"),
        ("ipv6", "::ffff:1.2.3.4", "::1.2.3"),
        ("uuid", "123e4567-e89b-12d3-a456-426614174000", "123e4567e89b12d3a456426614174000"),
    ])
    func `formats are held to`(_ format: String, _ good: String, _ bad: String) throws {
        let format = try #require(TextFormat(rawValue: format))
        #expect(format.accepts(good) && !format.accepts(bad) && !format.accepts(""))
    }

    @Test(arguments: [
        (
            #"{"type":"strng"}"#,
            "1:9: `type`: expected `null`, `boolean`, `object`, `array`, `number`, `string` or `integer`, did you mean `string`?"
        ),
        (#"{"if":{}}"#, "1:2: JSON Schema keyword `if` is not read here"),
        (#"{"minimun":1}"#, "1:2: JSON Schema keyword `minimun` is not read here, did you mean `minimum`?"),
        (##"{"$ref":"#/$defs/x"}"##, "1:9: `$ref`: there is no `#/$defs/x` in the schema"),
        (
            #"{"$ref":"http://x"}"#,
            "1:9: `$ref`: only places of the same document, such as `#/$defs/item`, are read here"
        ),
        (##"{"$ref":"#"}"##, "1:1: `$ref` of `` leads back to itself"),
        (#"{"pattern":"("}"#, "1:12: `pattern`: `(` without `)` (column 1 of the pattern)"),
        (
            #"{"format":"mail"}"#,
            "1:11: `format`: expected `date-time`, `time`, `date`, `duration`, `email`, `hostname`, `ipv4`, `ipv6` or `uuid`, did you mean `email`?"
        ),
        (#"{"multipleOf":0}"#, "1:15: `multipleOf`: expected a number above 0"),
        (#"{"minItems":-1}"#, "1:13: `minItems`: expected a whole number from 0"),
        ("[]", "1:1: expected a schema: a mapping or a boolean, found a list"),
        (#"{"anyOf":[]}"#, "1:10: expected a list of schemas"),
    ])
    func `a schema that is not read is refused with its place`(_ schema: String, _ error: String) {
        #expect(problems { JSONSchema.check(tree(schema), source: "s", &$0) } == ["s:\(error)"])
    }

    @Test func `a violation names the place in the schema and nothing of the answer`() throws {
        let schema = try JSONSchema(tree(#"{"properties":{"user":{"properties":{"age":{"type":"integer"}}}}}"#))
        #expect(
            schema.violation(in: tree(#"{"user":{"age":"secret"}}"#))
                == "`/properties/user/properties/age/type`: expected integer, found a text")
    }

    @Test func `a schema that asks for endless work is not followed for ever`() throws {
        let schema = try JSONSchema(
            tree(##"{"anyOf":[{"allOf":[{"$ref":"#"},{"$ref":"#"}]},{"allOf":[{"$ref":"#"},{"$ref":"#"}]}]}"##))
        #expect(schema.violation(in: tree("1")) != nil)
        let not = try JSONSchema(tree(##"{"not":{"anyOf":[{"$ref":"#"},{"$ref":"#"}]}}"##))
        #expect(not.violation(in: tree("1")) != nil)
    }

    @Test func `the case's schema counts where the scorer has none, and text around JSON is none`() {
        var test = EvaluationCase(id: "1")
        #expect(value(.schema(nil), "[1]", test) == 1 && value(.schema(nil), "here: [1]", test) == 0)
        test.schema = tree(#"{"type":"object"}"#)
        #expect(value(.schema(nil), "[1]", test) == 0 && value(.schema(nil), " {} ", test) == 1)
        #expect(value(.schema(nil), "```json\n{}\n```", test) == 0)
    }

    @Test func `no schema and no answer make the validator trap`() {
        var dice = Dice(8)
        let pieces = [
            "{", "}", "[", "]", ",", ":", "\"type\"", "\"string\"", "\"items\"", "\"anyOf\"", "\"$ref\"", "\"#\"",
            "\"properties\"", "\"a\"", "1", "-1", "true", "\"minimum\"", "\"enum\"", "null",
        ]
        var read = 0
        for _ in 0..<20_000 {
            guard let value = ValueTree(json: dice.text(of: pieces, upTo: 9)), let schema = try? JSONSchema(value)
            else { continue }
            read += 1
            for answer in ["1", #""a""#, "[1,[]]", #"{"a":1}"#, "null"] { _ = schema.violation(in: tree(answer)) }
        }
        #expect(read > 20)
    }
}
