import Inference
import JSONText
import Privacy
import Testing

/// `restore(pseudonymise(x)) == x` for whatever a caller may write.
@Suite struct TreatmentPropertyTests {
    private static let reversible: [[DataClass: Treatment]] = {
        let all = [
            "email", "phone", "card", "iban", "ssn", "ip_address", "secret", "date_of_birth", "street_address",
            "mac_address",
        ]
        .map { DataClass($0) }
        let realistic = Dictionary(uniqueKeysWithValues: all.map { ($0, Treatment.realistic) })
        let mixed = Dictionary(
            uniqueKeysWithValues: all.enumerated().map { ($1, $0 % 2 == 0 ? Treatment.realistic : .surrogate) })
        return [[:], realistic, mixed]
    }()

    private static let values = [
        "alice@example.org", "bob@example.org", "4111 1111 1111 1111", "5500000000000004", "DE89370400440532013000",
        "078-05-1123", "10.0.0.1", "fe80::1", "+34 612 345 678", "(415) 555-0132", "AKIAQ4T7ZXW3M2PLKJ5D",
        "-----BEGIN PRIVATE KEY-----\nMIIEabc\n-----END PRIVATE KEY-----", "jürgen@müller.example", "10.0.0.2",
        "10.0.0.12",
    ]

    private static let fragments = [
        " ", "\n", "\t", "\"", "\\", "\\n", "_", "\\_", "**", "`", "~", "-", "EMAIL", "email", "Card_", "IP ", "SSN-",
        "PHONE\\_",
        "EMAIL_7KQ2M9XD", "ip_00000000", "7KQ2M9XD", "\\u005f", "%5F", "&#95;", "\u{AD}", "\u{200B}", "\u{2011}", "＿",
        "e", "S", "0",
        "9999", "203.0.113.", "198.51.100.7", "555-01", "@example.com", "a.b@", "2001:db8:", "😀", "日本", "é", "\u{0}",
        "\u{2028}",
        "the quick brown fox ", "}", "{\"", "[EMAIL]", "x", "Z",
    ]

    /// Text of values, fragments, and what earlier requests were sent as, whole, cut, in capitals, escaped.
    private static func text(_ random: inout RestorationTests.Random, _ echoes: [String]) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...9, using: &random) {
            switch Int.random(in: 0..<8, using: &random) {
            case 0...2: text += values.randomElement(using: &random) ?? ""
            case 3 where !echoes.isEmpty: text += mangled(echoes.randomElement(using: &random) ?? "", &random)
            default: text += fragments.randomElement(using: &random) ?? ""
            }
        }
        return text
    }

    private static func mangled(_ text: String, _ random: inout RestorationTests.Random) -> String {
        switch Int.random(in: 0..<7, using: &random) {
        case 0: text.lowercased()
        case 1: text.uppercased()
        case 2: String(text.prefix(Int.random(in: 0...text.count, using: &random)))
        case 3: String(text.suffix(Int.random(in: 0...text.count, using: &random)))
        case 4: text.replacing("_", with: ["\\_", " ", "**_**", "-", "\n"].randomElement(using: &random) ?? "")
        default: text
        }
    }

    /// Surrogates and stand-ins among what was sent.
    private static func replacements(_ sent: [[UInt8]]) -> [String] {
        sent.flatMap { bytes in
            String(decoding: bytes, as: UTF8.self)
                .matches(
                    of:
                        /[A-Z]{2,8}_[0-9A-Z]{8}|[a-z]+\.[a-z]+\d+@example\.com|9999[\d ]{10,16}|(?:\d{1,3}\.){3}\d+|\+34 [\d ]{11}/
                )
                .map { String($0.output) }
        }
    }

    @Test func `ten thousand texts come back as they were, with every reversible treatment`() throws {
        var random = RestorationTests.Random(state: 42)
        let engines = try Self.reversible.map { try TreatmentFormTests.engine($0) }
        let key = try Fixtures.tenantKey()
        var echoes: [String] = []
        var restored = 0
        for round in 0..<3_400 {
            var texts = (0..<3).map { _ in Self.text(&random, echoes) }
            let inner = Self.text(&random, echoes)
            var writer = JSONWriter()
            writer.beginArray()
            for text in texts { writer.string(text) }
            writer.beginObject()
            writer.key(Self.text(&random, echoes))
            writer.int(1)
            writer.key("arguments")
            var nested = JSONWriter()
            nested.beginArray()
            nested.string(inner)
            nested.endArray()
            writer.string(String(decoding: nested.bytes, as: UTF8.self))
            writer.endObject()
            writer.endArray()
            let request = try Fixtures.request(writer.bytes)
            let engine = engines[round % engines.count]
            let treated = try engine.treat(
                request, findings: engine.inspect(request), requestID: Fixtures.identifier, form: .pseudonymised,
                destination: Fixtures.destination, tenantKey: key)
            let root = try JSONDocument(parsing: treated.body).root
            let elements = root.elements.map { $0 }
            let sent = elements.prefix(3).map { $0.decodedUTF8() }
            let arguments = try #require(elements.last?["arguments"])
            let sentInner = try JSONDocument(parsing: arguments.decodedUTF8()).root.elements.map { $0.decodedUTF8() }
            texts.append(inner)
            for (text, sent) in zip(texts, sent + sentInner) {
                restored += 1
                if treated.restoration.restored(sent) != [UInt8](text.utf8) {
                    Issue.record(
                        "round \(round): \(text.debugDescription) was sent as \(String(decoding: sent, as: UTF8.self).debugDescription)"
                    )
                }
            }
            // The name, and arguments as a model writes them: JSON in a text.
            let document = try JSONDocument(parsing: treated.body)
            let argumentNode = try #require(document.root.elements.map { $0 }.last?["arguments"]).node
            let whole = document.replacing(treated.restoration.restore(in: document, jsonTexts: [argumentNode]))
            #expect(whole == request.body.bytes, "round \(round)")
            echoes = Array((echoes + Self.replacements(sent + sentInner)).suffix(40))
        }
        #expect(restored >= 10_000)
    }

    @Test func `known surrogates of a value, however many, are no way to another's`() throws {
        // Whoever sees what is sent collects a value's surrogates, and writes them all beside the value.
        var known: [String] = []
        for round in 0..<6 {
            let body = "[\"alice@example.org\", \"\(known.joined(separator: " "))\"]"
            let treated = try Fixtures.treat(Fixtures.request(body), .pseudonymised)
            let surrogate = try #require(
                try JSONDocument(parsing: treated.body).root.elements.compactMap(\.string).first)
            #expect(!known.contains(surrogate), "round \(round)")
            #expect(treated.restoration.restored(treated.body) == [UInt8](body.utf8))
            known.append(surrogate)
        }
    }
}
