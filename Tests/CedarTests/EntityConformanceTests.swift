import Cedar
import Testing

/// Requests and entities as seen by a schema.
@Suite struct EntityConformanceTests {
    private let validator: Validator
    private let alice = EntityUID(type: "User", id: "alice")
    private let photo = EntityUID(type: "Photo", id: "p")
    private let view = EntityUID(type: "Action", id: "view")
    private let now: Value
    private let user: Record

    init() throws {
        validator = Validator(try Schema(parsing: ValidatorTests.schema, source: "s"))
        now = .dateTime(try #require(DateTime(parsing: "2026-01-01")))
        user = [
            "age": .long(3), "home": .record(["street": .string("x")]), "roles": .set([]),
            "ip": .ipAddress(try #require(IPAddress(parsing: "::1"))), "since": now,
            "idle": .duration(try #require(TimeSpan(parsing: "1h"))),
            "limit": .decimal(try #require(Decimal(parsing: "1.0"))), "team": .entity(EntityUID(type: "Team", id: "t")),
        ]
    }

    private func errors(
        _ principal: EntityUID? = nil, _ action: EntityUID? = nil, _ resource: EntityUID? = nil,
        with fields: [Record.Field] = []
    ) -> [String] {
        let context = Record(sorted: [
            Record.Field("from", .entity(alice)), Record.Field("now", now),
        ]).merging(fields)
        return validator.validate(
            Request(
                principal: principal ?? alice, action: action ?? view, resource: resource ?? photo, context: context)
        ).map(\.description)
    }

    @Test func `a request conforms`() {
        #expect(errors() == [])
        #expect(errors(with: [Record.Field("note", .string("x"))]) == [])
    }

    @Test func `a request's names are checked`() {
        #expect(
            errors(EntityUID(type: "Usr", id: "a")) == ["principal: unknown entity type `Usr`, did you mean `User`?"])
        #expect(errors(nil, nil, EntityUID(type: "Action", id: "a")) == ["resource: unknown entity type `Action`"])
        #expect(
            errors(nil, EntityUID(type: "Action", id: "veiw"))
                == ["action: unknown action `Action::\"veiw\"`, did you mean `Action::\"view\"`?"])
        #expect(
            errors(EntityUID(type: "Team", id: "a")) == [
                "principal: `Action::\"view\"` does not apply to a principal of type `Team`, only to `Bot`, `User`"
            ])
        #expect(
            errors(nil, nil, EntityUID(type: "Album", id: "a")) == [
                "resource: `Action::\"view\"` does not apply to a resource of type `Album`, only to `Photo`"
            ])
        #expect(
            errors(nil, EntityUID(type: "Action", id: "read")).first
                == "principal: `Action::\"read\"` does not apply to a principal of type `User`, only to nothing")
        let status = EntityUID(type: "Status", id: "opne")
        let list = Request(
            principal: alice, action: EntityUID(type: "Action", id: "list"), resource: status, context: [:])
        #expect(
            validator.validate(list).map(\.description) == [
                "resource: the entity type `Status` does not have this identifier"
            ])
    }

    @Test func `a request's context is checked`() {
        let short = Request(principal: alice, action: view, resource: photo, context: ["from": .entity(photo)])
        #expect(
            validator.validate(short).map(\.description) == [
                "context: the attribute `now` is missing",
                "context.from: expected a value of type `User`, found an entity of type `Photo`",
            ])
        #expect(
            errors(with: [Record.Field("nota", .string("x"))])
                == ["context: unknown attribute `nota`, did you mean `note`?"])
        #expect(
            errors(with: [Record.Field("note", .long(1))])
                == ["context.note: expected a value of type `String`, found a long"])
    }

    @Test func `entities conform`() throws {
        let entities = try Entities([
            Entity(
                uid: alice, attributes: user, parents: [EntityUID(type: "Team", id: "t")], tags: ["x": .string("y")]),
            Entity(uid: EntityUID(type: "Team", id: "t"), parents: [EntityUID(type: "Company", id: "c")]),
            Entity(uid: EntityUID(type: "Status", id: "open")),
            Entity(uid: view, parents: [EntityUID(type: "Action", id: "read")]),
            Entity(uid: EntityUID(type: "Action", id: "read")),
        ])
        #expect(validator.validate(entities).isEmpty)
        #expect(
            validator.validate(entities.layered(over: try Entities([Entity(uid: EntityUID(type: "X", id: ""))]))).count
                == 1)
        // What is hidden by a layer above does not count.
        let hidden = try Entities([Entity(uid: alice)])
        #expect(validator.validate(entities.layered(over: hidden)).isEmpty)
        #expect(!validator.validate(hidden.layered(over: entities)).isEmpty)
    }

    @Test func `an entity's differences are named`() {
        func kinds(_ entity: Entity) -> [ConformanceError.Kind] { validator.validate(entity).map(\.kind) }
        let team = EntityUID(type: "Team", id: "t")
        #expect(kinds(Entity(uid: alice, attributes: user)) == [])
        #expect(kinds(Entity(uid: EntityUID(type: "Nobody", id: ""))) == [.unknownEntityType])
        #expect(kinds(Entity(uid: EntityUID(type: "Status", id: "x"))) == [.unknownIdentifier])
        #expect(
            kinds(Entity(uid: EntityUID(type: "Status", id: "open"), attributes: ["a": .long(1)])) == [
                .unknownAttribute
            ])
        #expect(kinds(Entity(uid: alice)).allSatisfy { $0 == .missingAttribute })
        #expect(kinds(Entity(uid: alice)).count == 8)
        #expect(
            kinds(Entity(uid: alice, attributes: user.merging([Record.Field("x", .long(1))]))) == [.unknownAttribute])
        let home: Value = .record(["street": .long(1), "number": .string("1"), "z": .bool(true)])
        #expect(
            validator.validate(Entity(uid: alice, attributes: user.merging([Record.Field("home", home)]))).map(
                \.description)
                == [
                    "User::\"alice\".home.number: expected a value of type `Long`, found a string",
                    "User::\"alice\".home.street: expected a value of type `String`, found a long",
                    "User::\"alice\".home: unknown attribute `z`",
                ])
        let mixed: Value = .set([.string("a"), .long(1)])
        #expect(
            kinds(Entity(uid: alice, attributes: user.merging([Record.Field("roles", mixed)]))) == [.unexpectedType])
        #expect(kinds(Entity(uid: team, tags: ["a": .string("")])) == [.unexpectedTag])
        #expect(kinds(Entity(uid: alice, attributes: user, tags: ["a": .long(1)])) == [.unexpectedType])
        #expect(kinds(Entity(uid: alice, attributes: user, parents: [photo])) == [.unexpectedParent])
        #expect(
            kinds(Entity(uid: alice, attributes: user, parents: [EntityUID(type: "Company", id: "c")])) == [])
    }

    @Test func `actions are what the schema says`() {
        func kinds(_ entity: Entity) -> [ConformanceError.Kind] { validator.validate(entity).map(\.kind) }
        let read = EntityUID(type: "Action", id: "read")
        #expect(kinds(Entity(uid: view, parents: [read])) == [])
        #expect(kinds(Entity(uid: view)) == [.missingParent])
        #expect(kinds(Entity(uid: read, parents: [view])) == [.unexpectedParent])
        #expect(kinds(Entity(uid: view, attributes: ["a": .long(1)], parents: [read])) == [.unknownAttribute])
        #expect(kinds(Entity(uid: view, parents: [read], tags: ["a": .long(1)])) == [.unexpectedTag])
        #expect(kinds(Entity(uid: EntityUID(type: "Action", id: "x"))) == [.unknownAction])
    }
}
