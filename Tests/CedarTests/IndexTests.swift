import Cedar
import Testing

/// The index never changes an answer: a set decides as the sum of its policies alone do.
@Suite struct IndexTests {
    private static func uid(_ type: String, _ number: Int) -> EntityUID { EntityUID(type: type, id: "\(number)") }

    private static func head(_ name: String, _ type: String, _ random: inout Random) -> String {
        let uid = uid(type, .random(in: 0..<6, using: &random))
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return "\(name) == \(uid)"
        case 1: return "\(name) in \(uid)"
        case 2: return "\(name) is \(type)"
        case 3: return "\(name) is Other"
        case 4: return "\(name) is \(type) in \(uid)"
        default: return name
        }
    }

    private static func action(_ random: inout Random) -> String {
        let actions = (0..<Int.random(in: 0...4, using: &random)).map { _ in
            uid("Action", .random(in: 0..<6, using: &random)).description
        }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return "action"
        case 1: return "action == \(actions.first ?? "Action::\"0\"")"
        default: return "action in [\(actions.joined(separator: ", "))]"
        }
    }

    @Test(arguments: [3, 40]) func `a set decides as its policies do one by one`(count: Int) throws {
        var random = Random(seed: UInt64(count))
        for _ in 0..<40 {
            let texts = (0..<count).map { number in
                let effect = Int.random(in: 0..<8, using: &random) == 0 ? "forbid" : "permit"
                let condition = ["", "when { context.x }", "when { 1 }", "unless { true }"].randomElement(
                    using: &random)
                return
                    "@id(\"p\(number)\") \(effect) (\(Self.head("principal", "P", &random)), \(Self.action(&random)), \(Self.head("resource", "R", &random))) \(condition ?? "");"
            }
            let all = try PolicySet(parsing: texts.joined(separator: "\n"), source: "all")
            let alone = try texts.map { try PolicySet(parsing: $0, source: "one") }
            // In each type 0 is in 1 and 2, 1 is in 3, 2 is in 3, 3 is in 4.
            let entities = try Entities(
                ["P", "R", "Action"].flatMap { type in
                    [(0, [1, 2]), (1, [3]), (2, [3]), (3, [4])].map { number, parents in
                        Entity(uid: Self.uid(type, number), parents: parents.map { Self.uid(type, $0) })
                    }
                })
            for _ in 0..<20 {
                let request = Request(
                    principal: Self.uid("P", .random(in: 0..<6, using: &random)),
                    action: Self.uid("Action", .random(in: 0..<6, using: &random)),
                    resource: Self.uid("R", .random(in: 0..<6, using: &random)), context: ["x": .bool(true)])
                let response = all.isAuthorized(request, entities: entities)
                var permits: [String] = []
                var forbids: [String] = []
                var errors: [String] = []
                for (policy, set) in zip(all.policies, alone) {
                    let one = set.isAuthorized(request, entities: entities)
                    errors += one.errors.map(\.policy)
                    if policy.effect == .permit { permits += one.determining } else { forbids += one.determining }
                }
                #expect(response.errors.map(\.policy) == errors)
                #expect(response.determining == (forbids.isEmpty ? permits : forbids))
            }
        }
    }
}
