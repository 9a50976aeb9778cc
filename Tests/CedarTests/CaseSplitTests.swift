import Cedar
import Testing

/// Whether splitting requests into cases tells the truth about all requests.
struct CaseSplitTests {
    private static let schema = """
        entity Team;
        entity User in [Team] { name: String, level?: Long, manager?: User };
        entity Doc { trust: String, owner: User, limit: Long };
        action read, write appliesTo { principal: [User], resource: [Doc], context: {
            classes: Set<String>, urgent: Bool, count: Long, ip?: ipaddr, purpose?: String, at: datetime,
            more?: { depth: Long }
        } };
        """

    /// Conditions that random policies are made of.
    private static let conditions = [
        #"principal in Team::"a""#, #"principal in [Team::"a", Team::"b"]"#, #"principal == User::"alice""#,
        #"principal has level && principal.level > 3"#, #"principal has level"#,
        #"resource.trust == "internal""#, #"resource.trust like "ex*""#, #"resource.trust like "*al""#,
        #"["internal", "demo"].contains(resource.trust)"#, #"resource.owner == User::"bob""#,
        #"resource.owner.name == "bob""#, #"principal has manager && principal.manager.name == "bob""#,
        #"principal has manager && principal.manager in Team::"a""#, #"context.classes.contains("card")"#,
        #"context.classes.containsAny(["card", "email"])"#, #"context.classes.containsAll(["email", "phone"])"#,
        #"["card", "phone"].containsAll(context.classes)"#, "context.classes.isEmpty()",
        #"context.classes == ["email"]"#, "context.urgent", "context.count > 10", "context.count <= -5",
        "context.count == 11", #"context has ip && context.ip.isInRange(ip("10.0.0.0/8"))"#,
        #"context has ip && context.ip.isInRange(ip("10.1.0.0/16"))"#, "context has ip && context.ip.isLoopback()",
        #"context has purpose && context.purpose like "*test*""#, "context has purpose",
        #"context.at < datetime("2026-01-01")"#, "context has more && context.more.depth >= 2",
        "context.urgent == context.classes.contains(\"card\")",
        #"if context.urgent then context.count > 10 else resource.trust == "internal""#,
    ]

    @Test(arguments: 0..<16)
    func `Requests on which policies differ are exactly those of the classes`(seed: Int) throws {
        var chance = Chance(seed: UInt64(seed))
        let schema = try Schema(parsing: Self.schema, source: "test")
        let texts = (0..<4).map { _ in chance.policy(Self.conditions) }
        let first = try PolicySet(parsing: texts.joined(separator: "\n"), source: "first")
        let second = try PolicySet(
            parsing: (texts.dropLast() + [chance.policy(Self.conditions)]).joined(separator: "\n"), source: "second")
        #expect(Validator(schema).validate(first).isValid && Validator(schema).validate(second).isValid)
        let action = EntityUID(type: "Action", id: "read")
        let environment = try #require(schema.environments([action]).first)
        let split = CaseSplit(schema, environment, policies: [first, second])
        #expect(split.coverage == .exhaustive)
        func difference(_ request: Request, _ entities: Entities) -> String? {
            let one = first.isAuthorized(request, entities: entities).decision
            let other = second.isAuthorized(request, entities: entities).decision
            return one == other ? nil : "\(one) → \(other)"
        }
        let result = split.classify(maximumClasses: 1_000) { difference($0.request, $0.entities) }
        #expect(result.uncovered == 0)
        for found in result.classes {
            #expect(Validator(schema).validate(found.witness.request).isEmpty)
            #expect(difference(found.witness.request, found.witness.entities) == found.label)
            #expect(found.contains(found.witness.request, entities: found.witness.entities))
        }
        for _ in 0..<200 {
            let (request, entities) = chance.request(action)
            let labels = Set(
                result.classes.filter { $0.contains(request, entities: entities) }.map(\.label))
            #expect(labels == Set([difference(request, entities)].compactMap(\.self)), "\(request) \(texts)")
        }
    }

    private func split(_ text: String, limits: CaseSplit.Limits = .init()) throws -> CaseSplit {
        let schema = try Schema(parsing: Self.schema, source: "test")
        let policies = try PolicySet(parsing: text, source: "test")
        let environment = try #require(schema.environments([EntityUID(type: "Action", id: "read")]).first)
        return CaseSplit(schema, environment, policies: [policies], limits: limits)
    }

    private func condition(_ text: String) throws -> CaseSplit {
        try split("permit (principal, action, resource) when { \(text) };")
    }

    @Test(arguments: [
        "context.count + 1 > 10", "context.count > resource.limit", "principal == resource.owner",
        #"context.at.toTime() < duration("8h")"#, "context.classes.contains(resource.trust)",
        #"context.at.offset(duration("1h")) < datetime("2026-01-01")"#, "principal in resource.owner",
        #"User::"bob" in Team::"a""#, #"User::"bob".name == "x""#,
    ])
    func `What cases can't represent is told, and they prove nothing`(text: String) throws {
        guard case .sampled(let reasons) = try condition(text).coverage else {
            Issue.record("`\(text)` is no list of cases")
            return
        }
        #expect(reasons.contains { $0.contains("`\(text)`") })
    }

    @Test func `Two places that may be the same entity prove nothing`() throws {
        let split = try condition(#"principal == User::"bob" && resource.owner == User::"bob""#)
        #expect(split.coverage != .exhaustive)
    }

    @Test func `Too many combinations are a sample, and it is the same every time`() throws {
        let teams = (0..<20).map { #"permit (principal in Team::"t\#($0)", action, resource);"# }
        var limits = CaseSplit.Limits()
        limits.maximumCases = 1_000
        limits.sampledCases = 200
        let one = try split(teams.joined(separator: "\n"), limits: limits)
        let other = try split(teams.joined(separator: "\n"), limits: limits)
        #expect(one.coverage != .exhaustive && one.count == 200)
        #expect((0..<200).allSatisfy { one.requestCase($0)?.entities != nil && same(one, other, $0) })
    }

    private func same(_ one: CaseSplit, _ other: CaseSplit, _ ordinal: Int) -> Bool {
        func words(_ split: CaseSplit) -> [String]? {
            split.requestCase(ordinal)?.description.map { "\($0.place)=\($0.value ?? "")" }
        }
        return words(one) == words(other)
    }

    @Test func `What no policy of the environment looks at makes no cases`() throws {
        let text = """
            permit (principal, action == Action::"write", resource) when { context.count > 3 };
            permit (principal is Team, action, resource) when { context.urgent };
            permit (principal, action, resource) when { context.classes.contains("card") || context.classes.contains("x") };
            """
        #expect(try split(text).count == 4)
    }

    @Test func `Assumptions rule cases out`() throws {
        let schema = try Schema(parsing: Self.schema, source: "test")
        let policies = try PolicySet(
            parsing: "permit (principal, action, resource) when { context.count > 3 };", source: "test")
        let assumption = try StandaloneExpression(parsing: "context.count >= 0 && context.count < 4", source: "test")
        let environment = try #require(schema.environments([EntityUID(type: "Action", id: "read")]).first)
        let split = CaseSplit(schema, environment, policies: [policies], assuming: [assumption.expression])
        let allowed = split.classify { found -> String? in
            policies.isAuthorized(found.request, entities: found.entities).decision == .allow ? "allowed" : nil
        }
        #expect(split.coverage == .exhaustive && allowed.cases > 0 && allowed.labelled == 0)
    }

    @Test func `A class is told in the words of the policies`() throws {
        let schema = try Schema(parsing: Self.schema, source: "test")
        let policies = try PolicySet(
            parsing: """
                permit (principal, action, resource) when { resource.trust == "internal" };
                permit (principal, action, resource) when { context has purpose && context.purpose == "test" };
                forbid (principal in Team::"x", action, resource);
                """, source: "test")
        let environment = try #require(schema.environments([EntityUID(type: "Action", id: "read")]).first)
        let result = CaseSplit(schema, environment, policies: [policies]).classify { found -> String? in
            policies.isAuthorized(found.request, entities: found.entities).decision == .allow ? "allowed" : nil
        }
        let texts = result.classes.map { $0.conditions.map(\.description).joined(separator: " && ") }
        #expect(
            Set(texts) == [
                #"resource.trust == "internal" && !(principal in Team::"x")"#,
                #"context has purpose && context.purpose == "test" && !(principal in Team::"x")"#,
            ])
    }
}

/// Policies and requests by chance, the same for the same seed.
private struct Chance {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1 }

    mutating func below(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 11) % bound
    }

    mutating func pick<Element>(_ list: [Element]) -> Element { list[below(list.count)] }

    mutating func some<Element>(_ list: [Element]) -> [Element] { list.filter { _ in below(3) == 0 } }

    mutating func policy(_ conditions: [String]) -> String {
        let heads = ["principal", #"principal in Team::"b""#, #"principal == User::"alice""#, "principal", "principal"]
        var text = "\(below(3) == 0 ? "forbid" : "permit") (\(pick(heads)), action, resource)"
        for _ in 0..<(1 + below(2)) {
            let terms = (0..<(1 + below(2))).map { _ in "(\(pick(conditions)))" }
            let joined = terms.joined(separator: below(2) == 0 ? " && " : " || ")
            text += " \(below(4) == 0 ? "unless" : "when") { \(below(5) == 0 ? "!(\(joined))" : joined) }"
        }
        return text + ";"
    }

    mutating func request(_ action: EntityUID) -> (Request, Entities) {
        let principal = EntityUID(type: "User", id: pick(["someone", "alice", "bob", "carol"]))
        let resource = EntityUID(type: "Doc", id: "d")
        var owner = EntityUID(type: "User", id: pick(["o", "bob", "alice"]))
        // What the owner is called and what the principal is called are independent only of different people.
        if owner == principal { owner = EntityUID(type: "User", id: "o") }
        var context: [(String, Value)] = [
            ("classes", .set(ValueSet(strings: some(["card", "email", "phone", "other"])))),
            ("urgent", .bool(below(2) == 0)), ("count", .long(pick([0, 10, 11, 12, -5, -6, -4, 999]))),
            ("at", .dateTime(DateTime(milliseconds: 1_767_225_600_000 + Int64(below(3)) - 1))),
        ]
        let address = pick(["10.0.0.1", "10.1.2.3", "10.1.0.0/8", "127.0.0.1", "::1", "11.0.0.0", "10.1.0.0/17", ""])
        if let address = IPAddress(parsing: address) { context.append(("ip", .ipAddress(address))) }
        let purpose = pick(["", "test", "a test b", "no"])
        if !purpose.isEmpty { context.append(("purpose", .string(purpose))) }
        if below(2) == 0 { context.append(("more", .record(["depth": .long(Int64(below(4)))]))) }
        let teams = some(["a", "b", "c"]).map { EntityUID(type: "Team", id: $0) }
        var attributes: [Record.Field] = [.init("name", .string(pick(["bob", "x"])))]
        if below(2) == 0 { attributes.append(.init("level", .long(Int64(2 + below(3))))) }
        let manager = EntityUID(type: "User", id: "manager")
        if below(2) == 0 { attributes.append(.init("manager", .entity(manager))) }
        let trust = pick(["internal", "external", "demo", "ex", "al", "exx", "", "extral"])
        let entities = Entities(closed: [
            Entity(uid: principal, attributes: Record(attributes), parents: teams),
            Entity(
                uid: manager, attributes: ["name": .string(pick(["bob", "z"]))],
                parents: some(["a", "b"]).map { EntityUID(type: "Team", id: $0) }),
            Entity(uid: owner, attributes: ["name": .string(pick(["bob", "y"]))]),
            Entity(
                uid: resource,
                attributes: ["trust": .string(trust), "owner": .entity(owner), "limit": .long(Int64(below(3)))]),
        ])
        return (
            Request(
                principal: principal, action: action, resource: resource,
                context: Record(context.map { Record.Field($0.0, $0.1) })), entities
        )
    }
}
