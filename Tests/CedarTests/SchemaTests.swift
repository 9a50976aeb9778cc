import Cedar
import Testing

@Suite struct SchemaTests {
    static func errors(_ text: String) -> [String] {
        do {
            _ = try Schema(parsing: text, source: "s.cedarschema")
            return []
        } catch {
            return error.errors.map(\.description)
        }
    }

    static let whole = """
        @doc("the vocabulary")
        namespace Acme::Chat {
            type Address = { street: String, "zip code"?: String };
            @label entity Team in [Org];
            entity Org, Vendor;
            entity User in Team = {
                @doc("in years") age?: Long,
                "full name": String,
                address: Address,
                friends: Set<User>,
                from: __cedar::ipaddr,
                since: datetime,
                limit: decimal,
                idle: duration,
                last?: Action,
            } tags Set<String>;
            entity Status enum ["open", "shut"];
            action read, "write all" in [anything, Admin::Action::"all"] appliesTo {
                principal: [User],
                resource: [Team, Org],
                context: { purpose?: String, where: Address },
            };
            action anything;
        }
        namespace Admin {
            action all;
        }
        entity Outside { status: Acme::Chat::Status };
        """

    @Test func `a schema is read whole`() throws {
        let schema = try Schema(parsing: Self.whole, source: "s")
        #expect(
            schema.entityTypes.map(\.name) == [
                "Acme::Chat::Org", "Acme::Chat::Status", "Acme::Chat::Team", "Acme::Chat::User", "Acme::Chat::Vendor",
                "Outside",
            ])
        let user = try #require(schema.entityType("Acme::Chat::User"))
        #expect(user.parents == ["Acme::Chat::Team"])
        #expect(user.ancestors == ["Acme::Chat::Org", "Acme::Chat::Team"])
        #expect(user.tags == .set(.string))
        #expect(user.attributes["age"]?.isRequired == false)
        #expect(user.attributes["full name"]?.type == .string)
        #expect(user.attributes["address"]?.type.description == "{street: String, \"zip code\"?: String}")
        #expect(user.attributes["friends"]?.type == .set(.entity("Acme::Chat::User")))
        #expect(user.attributes["from"]?.type == .extension(.ipAddress))
        #expect(user.attributes["since"]?.type == .extension(.dateTime))
        #expect(user.attributes["limit"]?.type == .extension(.decimal))
        #expect(user.attributes["idle"]?.type == .extension(.duration))
        #expect(user.attributes["last"]?.type == .entity("Acme::Chat::Action"))
        #expect(schema.entityType("Acme::Chat::Status")?.identifiers == ["open", "shut"])
        #expect(schema.entityType("Outside")?.attributes["status"]?.type == .entity("Acme::Chat::Status"))
        #expect(schema.entityType("Acme::Chat::Team")?.annotations.map(\.key) == ["label"])
        let write = try #require(schema.action(EntityUID(type: "Acme::Chat::Action", id: "write all")))
        #expect(write.principals == ["Acme::Chat::User"])
        #expect(write.resources == ["Acme::Chat::Org", "Acme::Chat::Team"])
        #expect(
            write.ancestors == [
                EntityUID(type: "Acme::Chat::Action", id: "anything"), EntityUID(type: "Admin::Action", id: "all"),
            ])
        #expect(write.context["purpose"]?.isRequired == false)
        #expect(schema.action(EntityUID(type: "Admin::Action", id: "all"))?.principals == [])
    }

    @Test(arguments: [
        "", "// nothing", "entity A;", "entity A in [];", "entity A in [A];", "entity A in [B]; entity B in A;",
        "entity A {} tags Long;", "entity A {x: Long,};", "entity A {\"in\": Long, __cedar: Long};",
        "entity entity; entity type; entity namespace; entity action {namespace: entity};",
        "entity Bool; entity A {x: Bool};", "type decimal = Long; entity A {x: decimal};",
        "entity A; type A = Long; entity B {x: A};", "entity A enum [\"a\", \"a\"];", "@in(\"x\") @b entity A;",
        "@x namespace N {}", "action a attributes {};", "action \"in\";", "action a in Action::\"b\"; action b;",
        "namespace N {action a in Action::\"b\";} action b;", "namespace N {action a in b;} action b;",
        "entity A; action a appliesTo {context: {}, resource: A, principal: [A, A],};",
        "entity A {x: Action}; action a;", "type T = Set<{a: Long}>; entity A {t: T};",
        "entity A = {\"a\\nb\": Long, \"\\u{1F600}\"?: Long};",
    ])
    func `what the reference takes is taken`(text: String) {
        #expect(Self.errors(text) == [])
    }

    @Test(arguments: [
        ("entty A;", "1:1: expected `entity`, `action`, `type` or `namespace`, found `entty`, did you mean `entity`?"),
        ("{}", "1:1: expected `entity`, `action`, `type` or `namespace`, found `{`, is this a schema in JSON?"),
        ("entity A", "1:9: expected `;`, found the end of the text"),
        ("entity A B;", "1:10: expected `;`, found `B`"),
        ("entity A tag Long;", "1:10: expected `;`, found `tag`, did you mean `tags`?"),
        ("entity A = Long;", "1:12: expected `{`, found `Long`"),
        ("entity A {x Long};", "1:13: expected `:`, found `Long`"),
        ("entity A {x: Lnog};", "1:14: unknown type `Lnog`, did you mean `Long`?"),
        ("entity A {x: Boolean};", "1:14: unknown type `Boolean`, did you mean `Bool`?"),
        ("entity A {x: __cedar::Foo};", "1:14: unknown type `__cedar::Foo`"),
        ("entity A {x: Set<Long};", "1:22: expected `>`, found `}`"),
        ("entity A {x: Long, y: Long, x: String};", "1:29: the attribute \"x\" stands twice"),
        ("entity A {in: Long};", "1:11: `in` is reserved, write it in quotes"),
        ("entity A {\"a\\qb\": Long};", "1:13: unknown escape `\\q`"),
        ("entity if;", "1:8: `if` is reserved"),
        ("entity __cedar;", "1:8: `__cedar` is reserved"),
        ("namespace a::__cedar {}", "1:11: `__cedar` is reserved"),
        ("entity Action;", "1:8: `Action` is the type of actions, no other can be called so"),
        ("type Long = String;", "1:6: `Long` is reserved, no type can be called so"),
        ("entity A; entity A;", "1:18: the entity type `A` is declared already, at 1:8"),
        ("type T = Long; type T = Bool;", "1:21: the type `T` is declared already, at 1:6"),
        ("action a, a;", "1:11: the action `Action::\"a\"` is declared already, at 1:8"),
        ("namespace N {} namespace N {}", "1:26: the namespace `N` is declared already, at 1:11"),
        ("entity A; namespace N {entity A;}", "1:31: `N::A` hides the type `A` that stands outside of all namespaces"),
        (
            "action a; namespace N {action a;}",
            "1:31: the action \"a\" of `N` hides `Action::\"a\"`, which stands outside of all namespaces"
        ),
        ("entity User in Taem; entity Team;", "1:16: unknown entity type `Taem`, did you mean `Team`?"),
        ("entity A in Action; action a;", "1:13: expected an entity type, found `Action`, the type of actions"),
        ("entity A in T; type T = A;", "1:13: expected an entity type, found `T`, the name of another type"),
        ("namespace N {entity T;} entity B {t: T};", "1:38: unknown type `T`, did you mean `N::T`?"),
        ("action a in veiw; action view;", "1:13: unknown action \"veiw\", did you mean `view`?"),
        (
            "action a in Action::\"veiw\"; action view;",
            "1:13: unknown action `Action::\"veiw\"`, did you mean `Action::\"view\"`?"
        ),
        ("action a in [a];", "1:8: the action `Action::\"a\"` stands above itself"),
        ("type A = Set<B>; type B = {a: A};", "1:6: a type can't contain itself: `A` → `B` → `A`"),
        ("action a attributes {x: Long};", "1:22: actions can't have attributes"),
        ("entity A; action a appliesTo {principal: A};", "1:18: the action \"a\" applies to no `resource`"),
        (
            "entity A; action a appliesTo {principal: [], resource: A};",
            "1:42: `principal` names no type, leave `appliesTo` out for what can't be asked for"
        ),
        ("entity A; action a appliesTo {resource: A, principal: A, resource: A};", "1:58: `resource` stands twice"),
        (
            "entity A; action a appliesTo {principle: A, resource: A};",
            "1:31: expected `principal`, `resource` or `context`, found `principle`, did you mean `principal`?"
        ),
        (
            "entity A; action a appliesTo {principal: A, resource: A, context: Long};",
            "1:67: the context has to be a record"
        ),
        ("@a @a entity A;", "1:5: the annotation `@a` stands twice"),
        ("entity A enum [];", "1:16: expected an identifier in quotes, found `]`"),
        ("namespace A {namespace B {}}", "1:14: expected `entity`, `action`, `type` or `}`, found `namespace`"),
        ("entity A \"x", "1:10: this string does not end"),
    ])
    func `an error says where and what`(text: String, message: String) {
        #expect(Self.errors(text).contains("s.cedarschema:" + message), "\(Self.errors(text))")
    }

    @Test func `several errors are reported at once, in order`() {
        let text = """
            entity A { x: Lnog };
            entity B in Nowhere { y: { z: ; } };
            namespace N {
                entity C = Long;
                actoin d;
                entity E { e: Strnig };
            }
            entity F { f: Bol };
            """
        #expect(
            Self.errors(text) == [
                "s.cedarschema:2:31: expected a type, found `;`",
                "s.cedarschema:4:16: expected `{`, found `Long`",
                "s.cedarschema:5:5: expected `entity`, `action`, `type` or `}`, found `actoin`, did you mean `action`?",
            ])
        #expect(
            Self.errors("entity A { x: Lnog };\nentity B in Nowhere { y: Strnig };").map { $0.prefix(17) } == [
                "s.cedarschema:1:1", "s.cedarschema:2:1", "s.cedarschema:2:2",
            ])
    }

    @Test func `the number of errors is bounded`() {
        #expect(Self.errors(String(repeating: "entity ;", count: 1000)).count == 50)
    }

    @Test func `deep nesting is refused`() {
        let deep = String(repeating: "Set<", count: 5000) + "Long" + String(repeating: ">", count: 5000)
        #expect(Self.errors("entity A {x: \(deep)};").contains { $0.contains("nest deeper than 64") })
        let records = String(repeating: "{a: ", count: 5000) + "Long" + String(repeating: "}", count: 5000)
        #expect(Self.errors("entity A {x: \(records)};").contains { $0.contains("nest deeper than 64") })
        let chain =
            (0..<5000).map { "type T\($0) = {a: T\($0 + 1)};" }.joined() + "type T5000 = Long; entity A {x: T0};"
        #expect(Self.errors(chain).contains { $0.contains("nest deeper than 64") })
        let short = (0..<60).map { "type T\($0) = {a: T\($0 + 1)};" }.joined() + "type T60 = Long; entity A {x: T0};"
        #expect(Self.errors(short) == [])
        // Resolved already when it is named from far inside.
        let inside = String(repeating: "Set<", count: 40) + "T30" + String(repeating: ">", count: 40)
        #expect(Self.errors(short + "entity B {x: \(inside)};").contains { $0.contains("nest deeper than 64") })
    }

    @Test func `a type that would unfold without bound is refused`() {
        let bombs = (0..<40).map { "type T\($0) = {a: T\($0 + 1), b: T\($0 + 1)};" }.joined()
        #expect(
            Self.errors(bombs + "type T40 = Long; entity A {x: T0};").contains {
                $0.contains("more than 1048576 parts")
            })
        let many = (0..<100).map { "entity A\($0) {x: T};" }.joined()
        let wide = "type T = {" + (0..<20_000).map { "a\($0): Long" }.joined(separator: ",") + "};"
        #expect(Self.errors(wide + many).contains { $0.contains("more than 1048576 parts") })
    }

    @Test func `names of attributes are compared byte by byte`() throws {
        let schema = try Schema(parsing: "entity A {\"\u{E9}\": Long, \"e\u{301}\": String};", source: "s")
        #expect(schema.entityType("A")?.attributes["\u{E9}"]?.type == .long)
        #expect(schema.entityType("A")?.attributes["e\u{301}"]?.type == .string)
    }

    @Test func `the order of declarations, annotations and names of common types do not count`() throws {
        let one = try Schema(parsing: "type T = Long; entity A {x: T, y: Long}; @a entity B in [A, B];", source: "s")
        let other = try Schema(parsing: "entity B in [B, A]; entity A {y: Long, x: Long};", source: "t")
        #expect(one == other)
        for text in [
            "entity B in [B, A]; entity A {y?: Long, x: Long};", "entity B in [B, A]; entity A {y: Long};",
            "entity B in A; entity A {y: Long, x: Long};", "entity B in [B, A]; entity A {y: Long, x: Long} tags Long;",
            "entity B in [B, A]; entity A {y: Long, x: Long}; action a;",
        ] {
            #expect(try Schema(parsing: text, source: "u") != one, "\(text)")
        }
    }
}
