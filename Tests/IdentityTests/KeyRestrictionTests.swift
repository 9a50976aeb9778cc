import Inference
import Testing

@testable import Identity

struct KeyRestrictionTests {
    private func record(
        models: [String] = [], from: [String] = [], attributes: [String] = []
    ) throws -> (key: String, record: APIKeyRecord) {
        let key = try #require(APIKey.make(random: APIKeyTests.random))
        let record = try APIKeyRecord(
            key: key, kind: .user, principal: "alice", teams: [], tenant: "acme", created: 100,
            models: models.compactMap(ModelScope.Pattern.init), from: from.compactMap(AddressRange.init),
            attributes: attributes.compactMap(AttributeText.attribute))
        return (key.reveal(), record)
    }

    @Test func `a key is refused from elsewhere`() throws {
        let (key, record) = try record(from: ["10.0.0.0/8", "2001:db8::/32"])
        let table = KeyTable([record])
        for address in ["10.1.2.3", "::ffff:10.1.2.3", "2001:db8::7"] {
            #expect((try? table.identify(presented: key, from: address, now: 150).get()) != nil, "\(address)")
        }
        for address in ["11.1.2.3", "2001:db9::7", "::1", "", "unknown"] {
            #expect(table.identify(presented: key, from: address, now: 150) == .failure(.elsewhere), "\(address)")
        }
        #expect(record.allows(address: "10.0.0.1") && !record.allows(address: ""))
    }

    @Test func `a key without places is good everywhere`() throws {
        let (key, record) = try record()
        #expect((try? KeyTable([record]).identify(presented: key, from: "", now: 150).get()) != nil)
    }

    @Test func `a key's models and attributes go with its identity`() throws {
        let (key, record) = try record(models: ["gpt-*", "demo"], attributes: ["floor=3", "department=finance"])
        let identity = try KeyTable([record]).identify(presented: key, from: "", now: 150).get()
        #expect(identity.models?.allows(ModelID("gpt-6-luna")) == true)
        #expect(identity.models?.allows(ModelID("demo2")) == false)
        #expect(
            identity.attributes == [
                PrincipalAttribute("department", .string("finance")), PrincipalAttribute("floor", .long(3)),
            ])
    }

    @Test func `restrictions are kept in the file and read back`() throws {
        let (_, restricted) = try record(
            models: ["gpt-*", "demo"], from: ["10.0.0.0/8", "::1"],
            attributes: ["floor=-3", "cleared=true", "department=\"3\"", "roles=[a, b]"])
        var register = KeyRegister()
        _ = register.add(restricted)
        let text = String(decoding: register.text, as: UTF8.self)
        #expect(text.contains(#""models":["gpt-*","demo"],"from":["10.0.0.0/8","::1"],"attributes":{"#))
        let again = try KeyRegister(parsing: register.text, source: "keys.jsonl")
        #expect(again.records == [restricted])
        #expect(
            again.records.first?.attributes.map(\.value) == [
                .bool(true), .string("3"), .long(-3), .strings(["a", "b"]),
            ])
    }

    @Test func `a line without restrictions is written as before, and read`() throws {
        let (_, record) = try record()
        var register = KeyRegister()
        _ = register.add(record)
        let text = String(decoding: register.text, as: UTF8.self)
        for name in ["models", "from", "attributes"] { #expect(!text.contains("\"\(name)\"")) }
        #expect(try KeyRegister(parsing: register.text, source: "keys.jsonl").records == [record])
    }

    @Test(arguments: [
        #""models":[]"#, #""models":"demo""#, #""models":["a b"]"#, #""models":["a*b"]"#, #""models":[1]"#,
        #""from":[]"#,
        #""from":["10.1.2.3/8"]"#, #""from":["x"]"#, #""attributes":[]"#, #""attributes":{"name":"x"}"#,
        #""attributes":{"a b":1}"#,
        #""attributes":{"a":null}"#, #""attributes":{"a":1.5}"#, #""attributes":{"a":{}}"#, #""attributes":{"a":[1]}"#,
        #""model":["demo"]"#,
    ])
    func `a restriction that is not understood refuses the file`(member: String) throws {
        let (_, record) = try record()
        var register = KeyRegister()
        _ = register.add(record)
        let line = String(decoding: register.text, as: UTF8.self).replacing(
            #","created":"#, with: ",\(member),\"created\":")
        #expect(throws: KeyRegisterError.self) { try KeyRegister(parsing: Array(line.utf8), source: "keys.jsonl") }
    }

    @Test(arguments: [
        ("department=finance", PrincipalAttribute("department", .string("finance"))),
        ("floor=3", PrincipalAttribute("floor", .long(3))),
        ("floor=-3", PrincipalAttribute("floor", .long(-3))), ("a=\"3\"", PrincipalAttribute("a", .string("3"))),
        ("cleared=true", PrincipalAttribute("cleared", .bool(true))),
        ("a=True", PrincipalAttribute("a", .string("True"))),
        ("roles=[a, b]", PrincipalAttribute("roles", .strings(["a", "b"]))),
        ("roles=[]", PrincipalAttribute("roles", .strings([]))),
        ("a=", PrincipalAttribute("a", .string(""))), ("a=b=c", PrincipalAttribute("a", .string("b=c"))),
        ("a=99999999999999999999", PrincipalAttribute("a", .string("99999999999999999999"))),
    ])
    func `an attribute is read with its type`(text: String, attribute: PrincipalAttribute) throws {
        #expect(AttributeText.attribute(text) == attribute)
        #expect(AttributeText.value(AttributeText.text(attribute.value)) == attribute.value)
    }

    @Test(arguments: [
        "", "=", "a", "=b", "3a=b", "a b=c", "name=x", "tenant=x", "method=x", "credential=x", "a=\u{7}", "ä=b",
    ])
    func `what is no attribute is refused`(text: String) {
        #expect(AttributeText.attribute(text) == nil)
    }

    @Test(arguments: ["", "*a", "a**", "a b", "a\u{0}"])
    func `what is no pattern of models is refused`(text: String) {
        #expect(ModelScope.Pattern(text) == nil)
    }
}
