import Cedar
import Testing

@Suite struct PolicyTests {
    private func decide(_ text: String) throws -> Response {
        try PolicySet(parsing: text, source: "test").isAuthorized(
            Request(principal: World.alice, action: World.view, resource: World.photo, context: World.context),
            entities: World.entities())
    }

    @Test func `nothing is allowed by default`() throws {
        let response = try decide("")
        #expect(response.decision == .deny)
        #expect(response.determining.isEmpty && response.errors.isEmpty)
    }

    @Test func `a forbid beats every permit`() throws {
        let response = try decide(
            """
            @id("open") permit (principal, action, resource);
            @id("shut") forbid (principal, action, resource);
            """)
        #expect(response.decision == .deny)
        #expect(response.determining == ["shut"])
    }

    @Test func `a failing policy is skipped and reported with its place`() throws {
        let response = try decide(
            """
            @id("open") permit (principal, action, resource);
            @id("broken") forbid (principal, action, resource)
            when { context.nothing };
            """)
        #expect(response.decision == .allow)
        #expect(response.determining == ["open"])
        #expect(
            response.errors.map(\.description) == ["policy `broken` at 3:8: no attribute `nothing` here"])
    }

    @Test func `every determining policy is named in the order of the text`() throws {
        let response = try decide(
            """
            permit (principal, action in [Action::"read", Action::"view"], resource);
            @id("two") permit (principal, action == Action::"view", resource);
            permit (principal, action == Action::"edit", resource);
            permit (principal, action in Action::"read", resource);
            permit (principal, action, resource);
            """)
        #expect(response.determining == ["policy0", "two", "policy3", "policy4"])
    }

    @Test(arguments: [
        ("principal == User::\"alice\", action, resource", true),
        ("principal == User::\"bob\", action, resource", false),
        ("principal in Team::\"support\", action, resource", true),
        ("principal in Company::\"acme\", action, resource", true),
        ("principal in Team::\"x\", action, resource", false), ("principal is User, action, resource", true),
        ("principal is Team, action, resource", false),
        ("principal is User in Team::\"support\", action, resource", true),
        ("principal is User in Team::\"x\", action, resource", false),
        ("principal, action == Action::\"view\", resource", true),
        ("principal, action == Action::\"read\", resource", false),
        ("principal, action in Action::\"read\", resource", true),
        ("principal, action in [], resource", false),
        ("principal, action in [Action::\"edit\", Action::\"view\"], resource", true),
        ("principal, action, resource == Photo::\"p1\"", true), ("principal, action, resource in Album::\"a\"", false),
        ("principal, action, resource is Photo", true), ("principal, action, resource,", true),
    ])
    func `heads choose by principal, action and resource`(head: String, isAllowed: Bool) throws {
        #expect(try decide("permit (\(head));").decision == (isAllowed ? .allow : .deny))
    }

    @Test(arguments: [
        ("when { true } when { true }", true), ("when { true } when { false }", false), ("unless { false }", true),
        ("unless { true }", false), ("when { true } unless { false } when { 1 == 1 }", true),
    ])
    func `all conditions must hold`(conditions: String, isAllowed: Bool) throws {
        #expect(
            try decide("permit (principal, action, resource) \(conditions);").decision == (isAllowed ? .allow : .deny))
    }

    @Test func `annotations are kept and name the policy`() throws {
        let set = try PolicySet(
            parsing: "@id(\"a\\u{21}\") @note @if(\"x\") permit(principal,action,resource);", source: "test")
        #expect(set.policies[0].id == "a!")
        #expect(set.policies[0].annotations.map(\.key) == ["id", "note", "if"])
        #expect(set.policies[0].annotations.map(\.value) == ["a!", "", "x"])
    }

    @Test func `comments and white space are nothing`() throws {
        let text = "// a ; b\npermit // \"\n(principal,action,\u{2003}resource)\u{FEFF};"
        // A byte-order mark is no white space.
        #expect(World.messages(text) == ["p.cedar:3:29: unexpected character \"\u{FEFF}\""])
        #expect(World.messages(text.replacing("\u{FEFF}", with: "") + "// end").isEmpty)
    }
}

@Suite struct EntitiesTests {
    private func uid(_ id: String) -> EntityUID { EntityUID(type: "E", id: id) }

    @Test func `a cycle is refused`() {
        #expect(throws: Entities.Failure.cycle(uid("a"))) {
            try Entities([Entity(uid: uid("a"), parents: [uid("b")]), Entity(uid: uid("b"), parents: [uid("a")])])
        }
    }

    @Test func `two descriptions of one entity are refused`() {
        #expect(throws: Entities.Failure.duplicate(uid("a"))) {
            try Entities([Entity(uid: uid("a")), Entity(uid: uid("a"))])
        }
    }

    @Test func `a long chain and a wide one are worked out`() throws {
        let chain = (0..<500).map { Entity(uid: uid("\($0)"), parents: [uid("\($0 + 1)")]) }
        let policies = try PolicySet(parsing: "permit (principal in E::\"500\", action, resource);", source: "test")
        let request = Request(principal: uid("0"), action: uid("x"), resource: uid("y"))
        #expect(policies.isAuthorized(request, entities: try Entities(chain)).decision == .allow)
        #expect(policies.isAuthorized(request, entities: try Entities(chain.dropLast())).decision == .deny)
    }

    @Test func `layers are searched one after the other`() throws {
        let first = Entities(closed: [Entity(uid: uid("a"), attributes: ["x": .long(1)], parents: [uid("top")])])
        let second = Entities(closed: [
            Entity(uid: uid("a"), attributes: ["x": .long(2)]), Entity(uid: uid("b"), attributes: ["x": .long(3)]),
        ])
        let third = Entities(closed: [Entity(uid: uid("c"), attributes: ["x": .long(4)])])
        let policies = try PolicySet(
            parsing: """
                permit (principal in E::"top", action, resource)
                when { principal.x == 1 && resource.x == 3 && E::"c".x == 4 };
                """, source: "test")
        let request = Request(principal: uid("a"), action: uid("x"), resource: uid("b"))
        for entities in [
            first.layered(over: second.layered(over: third)), first.layered(over: second).layered(over: third),
        ] {
            #expect(policies.isAuthorized(request, entities: entities).decision == .allow)
        }
        #expect(policies.isAuthorized(request, entities: second.layered(over: first)).decision == .deny)
    }

    @Test func `of record fields with one name the last counts`() {
        let record = Record([.init("b", .long(1)), .init("a", .long(2)), .init("b", .long(3))])
        #expect(record.fields.map(\.name) == ["a", "b"])
        #expect(record["b"] == .long(3))
        let long = Record((0..<100).map { .init("k\($0)", .long(Int64($0))) })
        #expect((0..<100).allSatisfy { long["k\($0)"] == .long(Int64($0)) })
        #expect(long["k"] == nil && long["zz"] == nil)
    }
}
