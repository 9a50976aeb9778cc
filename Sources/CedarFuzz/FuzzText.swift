/// A small generator, so that a failing seed can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x2545_F491_4F6C_DD1D }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

/// Makes texts of policies after the grammar, with faults here and there.
struct FuzzText {
    var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

    mutating func pick(_ options: [String]) -> String { options.randomElement(using: &random) ?? "" }

    mutating func policies() -> String {
        (0...below(3)).map { _ in policy() }.joined(separator: pick(["\n", " ", "// c\n", "\n// a\n\n// b\n"]))
    }

    private mutating func policy() -> String {
        let note = pick(["", "", "", "@id(\"a\")", "@note", "@id(\"x\") // y\n@b(\"\\n\")"])
        let conditions = (0..<below(3)).map { _ in "\(pick(["when", "unless"])) { \(expression(below(7))) }" }
        let space = pick([" ", "\n", " // c\n", "\t"])
        return
            "\(note)\(pick(["permit", "forbid"]))\(space)(\(head("principal")),\(space)\(action()), \(head("resource"))\(pick(["", "", ","])))\(conditions.joined(separator: space));"
    }

    private mutating func head(_ name: String) -> String {
        let target = pick(["User::\"a\"", "Team::\"t\"", "?\(name)", "Doc::\"\\u{e9}\""])
        return pick([
            name, name, "\(name) == \(target)", "\(name) in \(target)", "\(name) is User",
            "\(name) is Doc in \(target)",
        ])
    }

    private mutating func action() -> String {
        pick([
            "action", "action == Action::\"view\"", "action in Action::\"all\"", "action in []",
            "action in [Action::\"view\", Action::\"all\"]",
        ])
    }

    /// Sometimes much deeper than is allowed.
    private mutating func expression(_ depth: Int) -> String {
        if depth == 6, below(10) == 0 { return deep() }
        guard depth > 0 else { return leaf() }
        let inner = depth - 1
        switch below(16) {
        case 0: return "(\(expression(inner)))"
        case 1: return "!\(expression(inner))"
        case 2: return "-\(expression(inner))"
        case 3: return "\(expression(inner)) \(pick(["&&", "||", "&& // c\n"])) \(expression(inner))"
        case 4:
            let signs = ["==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*"]
            return "(\(expression(inner))) \(pick(signs)) (\(expression(inner)))"
        case 5: return "if \(expression(inner)) then \(expression(inner)) else \(expression(inner))"
        case 6: return "\(expression(inner)).\(pick(["a", "name", "owner", "n"]))"
        case 7: return "\(expression(inner))[\(pick(["\"a\"", "\"x y\"", "\"\""]))]"
        case 8: return "(\(expression(inner))) has \(pick(["a", "a.b.c", "\"x y\"", "owner.name"]))"
        case 9: return "(\(expression(inner))) like \(pick(["\"*\"", "\"a*\\*b\"", "\"\"", "\"\\x2a\""]))"
        case 10: return "(\(expression(inner))) is User\(pick(["", " in Team::\"t\"", " in (\(leaf()))"]))"
        case 11:
            let methods = [
                "contains", "containsAll", "containsAny", "hasTag", "getTag", "isInRange", "lessThan", "offset",
                "durationSince",
            ]
            return "(\(expression(inner))).\(pick(methods))(\(expression(inner)))"
        case 12:
            let methods = ["isEmpty", "isIpv4", "isLoopback", "toDate", "toTime", "toDays", "toMilliseconds"]
            return "(\(expression(inner))).\(pick(methods))()"
        case 13: return "[" + (0..<below(4)).map { _ in expression(inner) }.joined(separator: ", ") + "]"
        case 14:
            return "{"
                + (0..<below(4)).map { "\(pick(["a", "\"b\"", "\"x y\"", "k\($0)"])): \(expression(inner))" }.joined(
                    separator: ", ") + "}"
        default: return leaf()
        }
    }

    private mutating func deep() -> String {
        let (open, close) =
            [
                ("(", ")"), ("[", "]"), ("{a: ", "}"), ("!(", ")"), ("if true then true else ", ""), ("1 + ", ""),
                ("-(", ")"),
            ]
            .randomElement(using: &random) ?? ("(", ")")
        let count = [20, 60, 100, 125, 127, 128, 129, 500, 5000].randomElement(using: &random) ?? 20
        return String(repeating: open, count: count) + leaf() + String(repeating: close, count: count)
            + (below(4) == 0 ? String(repeating: ".a", count: below(200)) : "")
    }

    private mutating func leaf() -> String {
        pick([
            "true", "false", "0", "1", "-1", "9223372036854775807", "-9223372036854775808", "\"\"", "\"a\"",
            "\"\\u{1F600}\\0\"",
            "principal", "action", "resource", "context", "User::\"a\"", "principal.name", "context.n", "context.r.a",
            "resource.owner",
            "ip(\"10.0.0.0/8\")", "ip(\"::1\")", "ip(\"x\")", "decimal(\"1.5\")", "decimal(\"-922337203685477.5808\")",
            "datetime(\"2020-01-01\")", "datetime(\"9999-12-31T23:59:59.999Z\")",
            "duration(\"-9223372036854775808ms\")",
            "duration(\"1d2h\")", "[]", "{}", "[1, \"a\", principal]",
        ])
    }

    private static let pieces = [
        "permit", "(", ")", "{", "}", "[", "]", ",", ";", ".", "::", ":", "==", "=", "&&", "||", "!", "-", "+", "*",
        "@", "?principal",
        "\"", "\\", "\"a\"", "9223372036854775808", "principal", "in", "is", "has", "like", "if", "then", "else",
        "__cedar",
        "//", "\n", "\r", "\r\n", "\u{0}", "é", "\u{2028}", "😀", "__entity", "__extn", "null", "1e9", "\\ud800", "Set",
        "type", "entity",
        "appliesTo", "namespace", "enum", "?", "Long", "tags",
    ]

    /// A text with a few small faults; bytes may end inside a character.
    mutating func mutated(_ text: String) -> String {
        var bytes = Array(text.utf8)
        for _ in 0..<(1 + below(4)) {
            let position = below(bytes.count + 1)
            switch below(5) {
            case 0: bytes.insert(contentsOf: pick(Self.pieces).utf8, at: position)
            case 1 where position < bytes.count: bytes.remove(at: position)
            case 2 where position < bytes.count: bytes[position] = UInt8(below(256))
            case 3: bytes.removeSubrange(position..<min(bytes.count, position + below(20)))
            default:
                let end = min(bytes.count, position + below(30))
                bytes.insert(contentsOf: Array(bytes[position..<end]), at: position)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
