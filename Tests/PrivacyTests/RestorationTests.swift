import Inference
import JSONText
import Privacy
import Testing

/// Restoring is exact for every text and every way to cut it.
@Suite struct RestorationTests {
    /// SplitMix64: the same inputs in each run.
    struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
            return value ^ value >> 31
        }
    }

    private static let planted = [
        "alice@example.org", "bob@example.org", "4111 1111 1111 1111", "5500000000000004", "DE89370400440532013000",
        "078-05-1123",
        "10.0.0.1", "fe80::1", "+34 612 345 678", "(415) 555-0132", "AKIAQ4T7ZXW3M2PLKJ5D",
        "ghp_9m8cld21o26wdr7f1dxiza14qs0ikig3bpya",
        "-----BEGIN PRIVATE KEY-----\nMIIEabc\n-----END PRIVATE KEY-----", "jürgen@müller.example",
    ]
    private static let noise = [
        " ", "\n", "\"", "\\", "\\n", "_", "EMAIL_", "email_", "SSN_7KQ2", "CARD_CARD_", "IP_", "IP\\_", "PHONE",
        "EMAIL_7KQ2M9XD",
        "SECRET_00000000", "e", "E", "S", "😀", "日本", "é", "a", "zebra", ", ", "{\"", "}", "[EMAIL]", "\u{2028}",
        "\u{0}", "0", "7KQ2M9XD",
        "the quick brown fox ", "/", "@", ":", "-", "+",
    ]

    static func text(_ random: inout Random) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...14, using: &random) {
            text +=
                Int.random(in: 0..<3, using: &random) == 0
                ? planted.randomElement(using: &random) ?? "" : noise.randomElement(using: &random) ?? ""
        }
        return text
    }

    static func request(_ texts: [String]) throws -> InferenceRequest {
        var writer = JSONWriter()
        writer.beginArray()
        for text in texts { writer.string(text) }
        writer.endArray()
        return try Fixtures.request(writer.bytes)
    }

    /// The texts of the treated body, for the model to repeat.
    static func sent(_ treated: TreatedRequest) throws -> [[UInt8]] {
        try JSONDocument(parsing: treated.body).root.elements.map { $0.decodedUTF8() }
    }

    @Test func `whatever is pseudonymised comes back as it was`() throws {
        var random = Random(state: 1)
        var previous = ""
        for round in 0..<3_000 {
            var texts = [Self.text(&random), Self.text(&random)]
            // A text that another request's surrogates stand in.
            if round % 3 == 0 { texts.append(previous) }
            let treated = try Fixtures.treat(Self.request(texts), .pseudonymised)
            let sent = try Self.sent(treated)
            for (text, sent) in zip(texts, sent) {
                let restored = treated.restoration.restored(sent)
                #expect(restored == [UInt8](text.utf8), "round \(round)")
            }
            previous = String(decoding: sent[0], as: UTF8.self)
        }
    }

    @Test func `its own surrogates planted in the next text do not mislead`() throws {
        var random = Random(state: 2)
        for round in 0..<300 {
            let text = Self.text(&random)
            let first = try Fixtures.treat(Self.request([text]), .pseudonymised)
            let echo = String(decoding: try Self.sent(first)[0], as: UTF8.self)
            for variant in [echo, echo.lowercased(), echo + text, text + echo] {
                let treated = try Fixtures.treat(Self.request([text, variant]), .pseudonymised)
                let sent = try Self.sent(treated)
                #expect(treated.restoration.restored(sent[0]) == [UInt8](text.utf8), "round \(round)")
                #expect(treated.restoration.restored(sent[1]) == [UInt8](variant.utf8), "round \(round)")
            }
        }
    }

    @Test func `text that a following surrogate's label completes to another surrogate does not mislead`() throws {
        // A number whose surrogate ends with the letter that `PHONE_…` begins with: one in 32.
        for serial in 1...400 {
            let number = "078-05-\(String(serial + 10_000).dropFirst())"
            let (_, surrogates) = try Self.map(of: number)
            guard surrogates[0].hasSuffix("P") else { continue }
            let texts = [number, "\(surrogates[0].dropLast())+34 612 345 678"]
            let treated = try Fixtures.treat(Self.request(texts), .pseudonymised)
            let sent = try Self.sent(treated)
            #expect(String(decoding: sent[1], as: UTF8.self).hasPrefix(surrogates[0] + "HONE_"))
            #expect(sent[0] != [UInt8](surrogates[0].utf8))
            for (text, sent) in zip(texts, sent) {
                #expect(treated.restoration.restored(sent) == [UInt8](text.utf8))
            }
            return
        }
        Issue.record("no number's surrogate ends with P")
    }

    private static func pieces(_ bytes: [UInt8], at cuts: [Int]) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var start = 0
        for cut in cuts + [bytes.count] {
            pieces.append([UInt8](bytes[start..<cut]))
            start = cut
        }
        return pieces
    }

    private static func stream(
        _ pieces: [[UInt8]], _ map: RestorationMap, _ encoding: RestorationMap.Encoding
    ) -> [UInt8] {
        var restorer = StreamRestorer(map, encoding: encoding)
        var output: [UInt8] = []
        for piece in pieces {
            // What passes untouched must be what push would have given.
            if piece.withUnsafeBytes({ restorer.passes($0) }) {
                output += piece
            } else {
                output += restorer.push(piece)
            }
        }
        return output + restorer.finish()
    }

    @Test(arguments: [RestorationMap.Encoding.plain, .json])
    func `every cut gives the same as the whole`(encoding: RestorationMap.Encoding) throws {
        var random = Random(state: 3)
        for _ in 0..<150 {
            let treated = try Fixtures.treat(Self.request([Self.text(&random), Self.text(&random)]), .pseudonymised)
            var answer = try Self.sent(treated).flatMap { $0 }
            if Bool.random(using: &random) { answer += answer.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 } }
            let whole = treated.restoration.restored(answer, encoding: encoding)
            let wrong = (0...answer.count).filter { cut in
                Self.stream(Self.pieces(answer, at: [cut]), treated.restoration, encoding) != whole
            }
            #expect(wrong.isEmpty, "cuts at \(wrong)")
            #expect(Self.stream(answer.map { [$0] }, treated.restoration, encoding) == whole)
            for _ in 0..<10 {
                let cuts = (0..<5).map { _ in Int.random(in: 0...answer.count, using: &random) }.sorted()
                #expect(Self.stream(Self.pieces(answer, at: cuts), treated.restoration, encoding) == whole)
            }
        }
    }

    private static func map(of values: String...) throws -> (map: RestorationMap, surrogates: [String]) {
        let treated = try Fixtures.treat(request(values), .pseudonymised)
        return (treated.restoration, try sent(treated).map { String(decoding: $0, as: UTF8.self) })
    }

    @Test func `ordinary prose is never held back`() throws {
        let (map, _) = try Self.map(of: "alice@example.org", "4111111111111111", "10.0.0.1")
        var restorer = StreamRestorer(map)
        for word in "The quick brown fox jumps over the lazy dog, please; a snake_case name and 50% of it.".split(
            separator: " ")
        {
            let piece = [UInt8]((" " + word).utf8)
            #expect(restorer.push(piece) == piece)
            #expect(!restorer.isHolding)
        }
    }

    @Test func `only what may still become a surrogate is held`() throws {
        let (map, surrogates) = try Self.map(of: "alice@example.org")
        var restorer = StreamRestorer(map)
        let surrogate = [UInt8](surrogates[0].utf8)
        #expect(restorer.push([UInt8]("mail ".utf8) + surrogate[..<9]) == [UInt8]("mail ".utf8))
        #expect(restorer.isHolding)
        // Another digit than this request's surrogate has: it can't become one any more.
        let other: UInt8 = surrogate[9] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
        #expect(restorer.push([other]) == surrogate[..<9] + [other])
        #expect(!restorer.isHolding)
    }

    @Test func `a surrogate is known in either case and with Markdown's backslash`() throws {
        let (map, surrogates) = try Self.map(of: "alice@example.org")
        for variant in [
            surrogates[0].lowercased(), surrogates[0].prefix(1) + surrogates[0].dropFirst().lowercased(),
            surrogates[0].replacing("_", with: "\\_"),
            "**\(surrogates[0])**",
        ] {
            let restored = String(decoding: map.restored([UInt8]("to \(variant)!".utf8)), as: UTF8.self)
            #expect(restored == "to \(variant.hasPrefix("**") ? "**alice@example.org**" : "alice@example.org")!")
        }
    }

    @Test func `values are escaped inside JSON text`() throws {
        let key = "-----BEGIN PRIVATE KEY-----\nMIIEabc\n-----END PRIVATE KEY-----"
        let (map, surrogates) = try Self.map(of: key)
        let arguments = #"{"key":"\#(surrogates[0])"}"#
        let restored = map.restored([UInt8](arguments.utf8), encoding: .json)
        #expect(try JSONDocument(parsing: restored).root["key"]?.string == key)
    }

    @Test func `the empty map restores nothing and holds nothing`() {
        var restorer = StreamRestorer(.empty)
        #expect(restorer.push([UInt8]("EMAIL_7KQ2M9".utf8)) == [UInt8]("EMAIL_7KQ2M9".utf8))
        #expect(restorer.finish().isEmpty)
    }
}
