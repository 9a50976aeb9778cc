import Cedar
import Testing

/// A small generator, so that a failing case can be repeated.
struct Random: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

/// The parser and the evaluator never trap, whatever the text.
@Suite struct RobustnessTests {
    private static let pieces = [
        "permit", "forbid", "principal", "action", "resource", "context", "when", "unless", "if", "then", "else", "in",
        "is", "has", "like", "true", "false", "(", ")", "{", "}", "[", "]", ",", ";", ".", ":", "::", "==", "!=", "<",
        "<=",
        ">", ">=", "&&", "||", "!", "-", "+", "*", "@", "?principal", "\"a\"", "\"\\u{41}*\"", "\"", "\\", "1",
        "9223372036854775808", "User", "Action", "User::\"alice\"", "Action::\"view\"", "ip", "decimal", "contains",
        "containsAll", "isEmpty", "getTag", "age", "=", "/", "%", "é", "\u{0}", "//", "\n", "?", "__cedar", "id",
    ]
    private static let seeds = [
        "@id(\"a\") permit (principal in Team::\"x\", action in [Action::\"a\", Action::\"b\"], resource is Photo) when { context has a.b && principal.age > 3 };",
        "forbid (principal is User in Team::\"x\", action, resource) unless { if context.flag then [1, -2].contains(context.n) else {a: \"b*\"} has a };",
        "permit (principal, action == Action::\"view\", resource) when { ip(\"10.0.0.0/8\").isInRange(context.ip) || \"a\" like \"*\\*\" };",
    ]

    private func exercise(_ text: String, _ entities: Entities) {
        guard let policies = try? PolicySet(parsing: text, source: "fuzz") else { return }
        _ = policies.isAuthorized(
            Request(principal: World.alice, action: World.view, resource: World.photo, context: World.context),
            entities: entities)
    }

    @Test func `random tokens do not trap`() throws {
        var random = Random(seed: 1)
        let entities = try World.entities()
        for _ in 0..<4_000 {
            let count = Int.random(in: 1...40, using: &random)
            let text = (0..<count).map { _ in Self.pieces.randomElement(using: &random) ?? "" }
            exercise(text.joined(separator: Bool.random(using: &random) ? " " : ""), entities)
            exercise("permit(principal,action,resource) when {" + text.joined(separator: " ") + "};", entities)
        }
    }

    @Test func `mutated policies do not trap`() throws {
        var random = Random(seed: 2)
        let entities = try World.entities()
        for round in 0..<6_000 {
            var bytes = Array(Self.seeds[round % Self.seeds.count].utf8)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let position = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[position] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: position)
                case 2: bytes.insert(contentsOf: (Self.pieces.randomElement(using: &random) ?? "").utf8, at: position)
                default:
                    let end = Int.random(in: position..<bytes.count, using: &random)
                    bytes.insert(contentsOf: Array(bytes[position...end]), at: position)
                }
                if bytes.isEmpty { bytes = [0] }
            }
            exercise(String(decoding: bytes, as: UTF8.self), entities)
        }
    }

    @Test func `every prefix of a policy is refused with a place inside the text`() {
        for seed in Self.seeds {
            for length in 1..<seed.count {
                let messages = World.messages(String(seed.prefix(length)))
                #expect(!messages.isEmpty)
            }
        }
    }

    @Test func `patterns agree with a plain matcher`() throws {
        var random = Random(seed: 3)
        func plain(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool {
            guard let first = pattern.first else { return text.isEmpty }
            if first == "*" {
                return (text.startIndex...text.endIndex).contains { plain(pattern.dropFirst(), text[$0...]) }
            }
            return text.first == first && plain(pattern.dropFirst(), text.dropFirst())
        }
        for _ in 0..<3_000 {
            let pattern = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                "ab**é".randomElement(using: &random) ?? "a"
            }
            let text = (0..<Int.random(in: 0...8, using: &random)).map { _ in "abé".randomElement(using: &random) ?? "a"
            }
            let outcome = try World.ask("\"\(String(text))\" like \"\(String(pattern))\"")
            #expect(outcome == (plain(pattern[...], text[...]) ? .yes : .no), "\(String(text)) like \(String(pattern))")
        }
    }
}
