import Cedar
import Testing

/// Broken and hostile schemas are refused with an error, never a trap.
@Suite struct SchemaRobustnessTests {
    private static let pieces = [
        "entity", "action", "type", "namespace", "in", "enum", "tags", "appliesTo", "principal", "resource", "context",
        "Set", "Long", "A", "B", "__cedar", "Action", "\"a\"", "\"\\u{e9}\"", "\"", "{", "}", "[", "]", "<", ">", "(",
        ")",
        "::", ":", ";", ",", "=", "?", "?x", "@", "@x", ".", "1", "é", "\u{0}", "//", "\n",
    ]

    private static func piece(_ random: inout Random) -> String { pieces.randomElement(using: &random) ?? "" }

    @Test func `random tokens do not trap`() {
        var random = Random(seed: 7)
        var taken = 0
        for _ in 0..<3000 {
            let text = (0..<Int.random(in: 0..<24, using: &random)).map { _ in Self.piece(&random) }.joined(
                separator: " ")
            if (try? Schema(parsing: text, source: "s")) != nil { taken += 1 }
            _ = try? Schema(json: text, source: "s")
        }
        // Most of it is nonsense, but not all: the empty text alone comes often.
        #expect((1..<1000).contains(taken))
    }

    @Test func `mutated schemas do not trap, and what is taken can be written and read again`() throws {
        var random = Random(seed: 11)
        let forms = [
            Array(SchemaTests.whole.utf8), Array(try Schema(parsing: SchemaTests.whole, source: "s").json.utf8),
        ]
        var taken = 0
        for round in 0..<1500 {
            var bytes = forms[round % 2]
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes.remove(at: place)
                case 1: bytes[place] = UInt8(Int.random(in: 0..<256, using: &random))
                case 2: bytes.insert(contentsOf: Array(Self.piece(&random).utf8), at: place)
                default: bytes.removeSubrange(place..<min(place + Int.random(in: 0..<20, using: &random), bytes.count))
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            let schema = round % 2 == 0 ? try? Schema(parsing: text, source: "s") : try? Schema(json: text, source: "s")
            guard let schema else { continue }
            taken += 1
            #expect(try Schema(parsing: schema.text, source: "t") == schema)
            #expect(try Schema(json: schema.json, source: "t") == schema)
        }
        #expect(taken > 50)
    }
}
