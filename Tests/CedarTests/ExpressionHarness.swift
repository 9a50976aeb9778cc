import Cedar

/// What a condition comes to.
enum Outcome: Equatable, CustomStringConvertible {
    case yes
    case no
    /// The policy fails when it is evaluated.
    case fault
    /// The text is no policy.
    case refused

    var description: String {
        switch self {
        case .yes: "true"
        case .no: "false"
        case .fault: "an evaluation error"
        case .refused: "refused by the parser"
        }
    }
}

/// Asks conditions of a small world: `User::"alice"` in `Team::"support"` in `Company::"acme"`, with attributes and a tag.
enum World {
    static let alice = EntityUID(type: "User", id: "alice")
    static let view = EntityUID(type: "Action", id: "view")
    static let photo = EntityUID(type: "Photo", id: "p1")

    static func entities() throws -> Entities {
        try Entities([
            Entity(
                uid: alice, attributes: ["age": .long(30), "name": .string("Alice"), "best": .entity(photo)],
                parents: [EntityUID(type: "Team", id: "support")], tags: ["role": .string("admin")]),
            Entity(
                uid: EntityUID(type: "Team", id: "support"), parents: [EntityUID(type: "Company", id: "acme")]),
            Entity(uid: photo, attributes: ["owner": .entity(alice), "tags": .set([.string("a"), .string("b")])]),
            Entity(uid: view, parents: [EntityUID(type: "Action", id: "read")]),
        ])
    }

    static let context: Record = [
        "n": .long(7), "text": .string("hello"), "flag": .bool(true), "inner": .record(["x": .long(1)]),
        "ip": IPAddress(parsing: "10.1.2.3").map(Value.ipAddress) ?? .bool(false),
    ]

    static func ask(_ condition: String) throws -> Outcome {
        let policies: PolicySet
        do {
            policies = try PolicySet(
                parsing: "permit (principal, action, resource) when { \(condition) };", source: "test")
        } catch {
            return .refused
        }
        let response = policies.isAuthorized(
            Request(principal: alice, action: view, resource: photo, context: context), entities: try entities())
        if !response.errors.isEmpty { return .fault }
        return response.decision == .allow ? .yes : .no
    }

    static func messages(_ text: String) -> [String] {
        do {
            _ = try PolicySet(parsing: text, source: "p.cedar")
            return []
        } catch {
            return error.errors.map(\.description)
        }
    }
}
