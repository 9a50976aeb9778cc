import Foundation
import Inference
import JSONText
import PatternScanner
import Testing

@testable import Privacy

/// What the model added is taken out of an answer, wherever it is cut.
@Suite struct StreamRedactorTests {
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
            return value ^ value >> 31
        }
    }

    private static let engine: PrivacyEngine? = {
        var settings = PrivacySettings()
        settings.redactedInAnswers = AnswerRules.immediateClasses
        return try? PrivacyEngine(scanner: PatternScanner(), settings: settings)
    }()

    private static func rules(
        own: [String] = [], restoration: RestorationMap = .empty, classes: SensitiveClassSet? = nil
    ) throws -> AnswerRules {
        var all = SensitiveClassSet()
        for sensitiveClass in SensitiveClass.allCases
        where AnswerRules.immediateClasses.contains(sensitiveClass.dataClass) {
            all.insert(sensitiveClass)
        }
        let values = own.map { Array($0.utf8).withUnsafeBytes { AnswerRules.plain($0) } }
        return AnswerRules(
            engine: try #require(engine), classes: classes ?? all, own: Set(values), restoration: restoration)
    }

    private static func redact(
        _ text: [UInt8], at cuts: [Int] = [], _ rules: AnswerRules, _ encoding: RestorationMap.Encoding = .plain
    ) throws -> [UInt8] {
        var redactor = StreamRedactor(rules, encoding: encoding)
        var output: [UInt8] = []
        var start = 0
        for cut in cuts + [text.count] {
            try text[start..<cut].withUnsafeBytes { try redactor.push($0, into: &output) }
            #expect(redactor.heldBytes <= StreamRedactor.Bounds.held)
            start = cut
        }
        try redactor.finish(into: &output)
        return output
    }

    private static func redact(_ text: String, _ rules: AnswerRules) throws -> String {
        String(decoding: try redact([UInt8](text.utf8), rules), as: UTF8.self)
    }

    private static let body = String(repeating: "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n", count: 24)
    static let token =
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4ifQ"
        + ".SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
    private static let longToken =
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ" + String(repeating: "zdWIiOiIxMjM0NTY3ODkw", count: 40)
        + ".SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"

    /// Values, their label, and a part of each that must never be seen.
    static let planted: [(value: String, label: String)] = [
        ("alice@example.org", "[EMAIL]"), ("jürgen.müller@firma.de", "[EMAIL]"), ("4111 1111 1111 1111", "[CARD]"),
        ("5500000000000004", "[CARD]"), ("DE89 3704 0044 0532 0130 00", "[IBAN]"), ("GB29NWBK60161331926819", "[IBAN]"),
        ("078-05-1123", "[SSN]"), ("192.168.17.4", "[IP]"), ("fe80::1ff:fe23:4567:890a", "[IP]"),
        ("+34 612 345 678", "[PHONE]"), ("(415) 555-0132", "[PHONE]"), ("AKIAQ4T7ZXW3M2PLKJ5D", "[SECRET]"),
        ("ghp_9m8cld21o26wdr7f1dxiza14qs0ikig3bpya", "[SECRET]"), (token, "[SECRET]"), (longToken, "[SECRET]"),
        ("-----BEGIN PRIVATE KEY-----\n\(body)-----END PRIVATE KEY-----", "[SECRET]"),
        ("-----BEGIN EC PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n-----END EC PRIVATE KEY-----", "[SECRET]"),
    ]

    private static let prose = [
        "The quick brown fox ", "is at ", "of ", "in ", "Please write to ", "Call ", "My card: ", "a. ", "日本語の文章、",
        "Привет, ", "naïve café ", "\n", "\n\n", "- ", "**Note:** ", "\"", "`code` ", "e.g. ", "😀 ", "version 1.2.3 ",
        "order 12345 ", "12:30 ", "foo(bar[1]) = x; ", "x ", "-- ", "----- ", "eyes ", "ey", "https://example.com/a ",
        "— ", "“so” ", "IBAN ", "AB ", "$5 ", "50% ", "snake_case_name ", "iPhone ", "(", ") ", ", ", "\u{200B}", "\\n",
    ]

    /// A text with values in it, each between spaces or full stops as people write them.
    private static func text(_ random: inout Random) -> (text: String, values: [String]) {
        var text = ""
        var values: [String] = []
        for _ in 0..<Int.random(in: 1...12, using: &random) {
            if Int.random(in: 0..<4, using: &random) == 0, let value = planted.randomElement(using: &random)?.value {
                text += " " + value + (Bool.random(using: &random) ? " " : ". ")
                values.append(value)
            } else {
                text += prose.randomElement(using: &random) ?? ""
            }
        }
        return (text, values)
    }

    @Test(arguments: planted.indices)
    func `a value that the model added becomes its class`(index: Int) throws {
        let (value, label) = Self.planted[index]
        let rules = try Self.rules()
        #expect(try Self.redact("Here it is: \(value) as you asked.", rules) == "Here it is: \(label) as you asked.")
        #expect(try Self.redact(value, rules) == label)
        #expect(try Self.redact("Of \(value)\nand so on", rules) == "Of \(label)\nand so on")
    }

    @Test(arguments: [RestorationMap.Encoding.plain, .json])
    func `the output is the same at every cut`(encoding: RestorationMap.Encoding) throws {
        var random = Random(state: 11)
        let rules = try Self.rules(own: ["bob@example.org"])
        for round in 0..<120 {
            let bytes = [UInt8](Self.text(&random).text.utf8)
            let whole = try Self.redact(bytes, rules, encoding)
            #expect(try Self.redact(bytes, at: Array(0..<bytes.count), rules, encoding) == whole, "round \(round)")
            for _ in 0..<12 {
                let cuts = (0..<5).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
                #expect(try Self.redact(bytes, at: cuts, rules, encoding) == whole, "round \(round), cuts \(cuts)")
            }
            guard round < 20, bytes.count < 600 else { continue }
            for cut in 0...bytes.count {
                #expect(try Self.redact(bytes, at: [cut], rules, encoding) == whole, "round \(round), cut \(cut)")
            }
        }
    }

    @Test func `where only secrets are looked for the output is the same at every cut, and holds less`() throws {
        var random = Random(state: 15)
        var secrets = SensitiveClassSet()
        secrets.insert(.secret)
        let rules = try Self.rules(classes: secrets)
        #expect(rules.isSecretsOnly)
        for round in 0..<100 {
            let (text, values) = Self.text(&random)
            let bytes = [UInt8](text.utf8)
            let whole = try Self.redact(bytes, rules)
            #expect(try Self.redact(bytes, at: Array(0..<bytes.count), rules) == whole, "round \(round)")
            let cuts = (0..<7).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
            #expect(try Self.redact(bytes, at: cuts, rules) == whole, "round \(round)")
            let output = String(decoding: whole, as: UTF8.self)
            for value in values where Self.planted.contains(where: { $0.value == value && $0.label == "[SECRET]" }) {
                #expect(!output.contains(value.prefix(24).dropFirst(2)), "\(text)")
            }
        }
        var redactor = StreamRedactor(rules)
        var output: [UInt8] = []
        let text = "It is 12:30 on the 5th of May, order 12345 and then some more of it"
        for byte in text.utf8 {
            try [byte].withUnsafeBytes { try redactor.push($0, into: &output) }
            #expect(redactor.heldBytes <= 24)
        }
    }

    @Test func `arbitrary bytes come out the same at every cut`() throws {
        var random = Random(state: 12)
        let rules = try Self.rules()
        let alphabet = [UInt8]("ab1 @.:-\n\"\\-----BEGIN eyJ.é日٣４".utf8) + [0xFF, 0xC3, 0xE2, 0x80]
        for round in 0..<150 {
            let bytes = (0..<Int.random(in: 0...1_400, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            let whole = try Self.redact(bytes, rules)
            #expect(try Self.redact(bytes, at: Array(0..<bytes.count), rules) == whole, "round \(round)")
            let cuts = (0..<7).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
            #expect(try Self.redact(bytes, at: cuts, rules) == whole, "round \(round)")
        }
    }

    /// The text as the engine alone redacts it, seeing all of it at once.
    private static func whole(_ text: String, _ rules: AnswerRules) throws -> String {
        let bytes = [UInt8](text.utf8)
        var output: [UInt8] = []
        var start = 0
        for finding in try bytes.withUnsafeBytes({ try rules.engine.inspect(text: $0) })
        where rules.classes.contains(finding.sensitiveClass) {
            output += bytes[start..<finding.range.lowerBound]
            output += [UInt8("\u{5B}".utf8.first ?? 0)]
            start = finding.range.upperBound
        }
        return String(decoding: output + bytes[start...], as: UTF8.self)
    }

    @Test func `no part of a value is given out that the engine finds in the whole text`() throws {
        var random = Random(state: 13)
        let rules = try Self.rules()
        var planted = 0
        var missed: [String] = []
        for _ in 0..<600 {
            let (text, values) = Self.text(&random)
            let output = try Self.redact(text, rules)
            let whole = try Self.whole(text, rules)
            planted += values.count
            for value in Set(values) {
                let part = value.prefix(24).dropFirst(2)
                if output.contains(part), !whole.contains(part), let place = text.firstRange(of: value) {
                    missed.append(
                        String(text[..<place.upperBound].suffix(150)) + "|" + text[place.upperBound...].prefix(60))
                }
            }
        }
        #expect(planted > 500)
        #expect(missed.isEmpty)
    }

    @Test func `prose goes out at once but for the word in hand and two short ones`() throws {
        let rules = try Self.rules()
        var redactor = StreamRedactor(rules)
        var output: [UInt8] = []
        let text =
            "The quick brown fox jumps over the lazy dog; it's a well-known sentence, isn't it? (Yes.) **Bold** words."
        for byte in text.utf8 {
            try [byte].withUnsafeBytes { try redactor.push($0, into: &output) }
            #expect(redactor.heldBytes <= 24)
        }
        try redactor.finish(into: &output)
        #expect(String(decoding: output, as: UTF8.self) == text)
    }

    @Test func `what the caller sent itself stays, however the model writes it`() throws {
        let rules = try Self.rules(own: ["4111 1111 1111 1111", "Alice@Example.org", Self.planted[16].value])
        for own in ["4111-1111-1111-1111", "4111111111111111", "alice@example.org", Self.planted[16].value] {
            #expect(try Self.redact("so: \(own).", rules) == "so: \(own).")
        }
        #expect(try Self.redact("so: bob@example.org.", rules) == "so: [EMAIL].")
    }

    @Test func `this request's surrogates and stand-ins pass, and what the model added beside them does not`() throws {
        var builder = RestorationMap.Builder()
        builder.add(literal: [UInt8]("keyed.user@example.com".utf8), value: [UInt8]("alice@example.org".utf8))
        let code = SurrogateSyntax.code(.card, hash: 99)
        builder.add(code: code, value: [UInt8]("4111 1111 1111 1111".utf8))
        let map = builder.build()
        let rules = try Self.rules(restoration: map)
        let surrogate = String(decoding: SurrogateSyntax.text(of: code), as: UTF8.self)
        let text = "To keyed.user@example.com with \(surrogate), not eve@example.net."
        var answer = AnswerText(map, rules: rules)
        var output: [UInt8] = []
        for byte in text.utf8 { try [byte].withUnsafeBytes { try answer.push($0, into: &output) } }
        try answer.finish(into: &output)
        #expect(
            String(decoding: output, as: UTF8.self)
                == "To alice@example.org with 4111 1111 1111 1111, not [EMAIL].")
    }

    @Test(arguments: [
        (#"{"to":"eve@example.net","n":1}"#, #"{"to":"[EMAIL]","n":1}"#),
        (#"{"card":4111111111111111,"n":[1,2]}"#, #"{"card":"[CARD]","n":[1,2]}"#),
        (#"{"text":"a\nbob@example.org\n"}"#, #"{"text":"a\n[EMAIL]\n"}"#),
        (#"{"text":"\u00e9 +34 612 345 678\u00e9"}"#, #"{"text":"\u00e9 [PHONE]\u00e9"}"#),
        (
            #"{"key":"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n-----END PRIVATE KEY-----\n","n":1}"#,
            #"{"key":"[SECRET]\n","n":1}"#
        ),
        (#"{"key":"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq","n":1}"#, #"{"key":"[SECRET]","n":1}"#),
    ])
    func `JSON stays JSON`(text: String, expected: String) throws {
        let rules = try Self.rules()
        let output = try Self.redact([UInt8](text.utf8), rules, .json)
        #expect(String(decoding: output, as: UTF8.self) == expected)
        #expect(throws: Never.self) { try JSONDocument(parsing: output) }
    }

    @Test func `random JSON stays JSON`() throws {
        var random = Random(state: 14)
        let rules = try Self.rules()
        for round in 0..<150 {
            var writer = JSONWriter()
            writer.beginObject()
            for index in 0..<Int.random(in: 1...5, using: &random) {
                writer.key("m\(index)")
                if index % 3 == 2 { writer.int(4_111_111_111_111_111) } else { writer.string(Self.text(&random).text) }
            }
            writer.endObject()
            let output = try Self.redact(writer.bytes, rules, .json)
            #expect(throws: Never.self, "round \(round)") { try JSONDocument(parsing: output) }
        }
    }

    @Test func `a value of any length in one run is held back to its end`() throws {
        let rules = try Self.rules()
        for length in [520, 1_000, 5_000] {
            let token = "eyJhbGciOiJIUzI1NiJ9." + String(repeating: "a1B2c3D4", count: length / 8)
            let output = try Self.redact("token \(token) and more", rules)
            #expect(!output.contains("a1B2c3D4a1B2"), "\(length)")
            #expect(output.hasSuffix(" and more"))
        }
    }

    @Test(arguments: [
        ("Use password=Tr0ub4dor-192.168.10.20-xyzzyQ9 please", ["Tr0ub4dor", "xyzzyQ9"]),
        ("Authorization: Basic YWxpY2VAZXhhbXBsZS5jb206aHVudGVyMg==", ["YWxpY2VAZXhhbXBs"]),
        (#"DB_PASSWORD="hunter2-alice@initech.org-S3cr3t!""#, ["hunter2", "S3cr3t"]),
        ("postgres://app:Xk29-4111111111111111-qqZ7@db.internal/main", ["Xk29", "qqZ7"]),
    ])
    func `a secret is taken out even where other classes find something in it`(text: String, parts: [String]) throws {
        var secrets = SensitiveClassSet()
        secrets.insert(.secret)
        let output = try Self.redact(text, try Self.rules(classes: secrets))
        #expect(output.contains("[SECRET]"))
        for part in parts { #expect(!output.contains(part), "\(output)") }
    }

    @Test func `what is taken out with nothing else in sight is known again as the caller's own`() throws {
        let texts = [
            "Use password=Tr0ub4dor-192.168.10.20-xyzzyQ9 please",
            "Authorization: Basic YWxpY2VAZXhhbXBsZS5jb206aHVudGVyMg==",
            #"DB_PASSWORD="hunter2-alice@example.com-S3cr3t!""#,
        ]
        var settings = PrivacySettings()
        settings.redactedInAnswers = [DataClass("secret")]
        let engine = try PrivacyEngine(scanner: Fixtures.scanner, settings: settings)
        for text in texts {
            var writer = JSONWriter()
            writer.beginArray()
            writer.string(text)
            writer.endArray()
            let request = try Fixtures.request(writer.bytes)
            let rules = try #require(
                AnswerRules(
                    engine: engine, request: request, findings: try engine.inspect(request), restoration: .empty))
            #expect(try Self.redact(text, rules) == text)
        }
    }

    @Test(arguments: [
        ("token: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIi", "token: [SECRET]"),
        ("token: eyJhbGciOiJIUzI1NiJ9.eyJz", "token: [SECRET]"),
        ("eyJhbGciOiJSUzI1NiIsImtpZCI6ImtleS0xMjM0NTYiLCJ0eXAi", "[SECRET]"),
        ("`eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0`\n", "`[SECRET]`\n"),
        ("it says eyJhbGciOiJIUzI1NiJ9", "it says eyJhbGciOiJIUzI1NiJ9"),
    ])
    func `a web token that the text leaves unfinished is taken out`(text: String, expected: String) throws {
        var secrets = SensitiveClassSet()
        secrets.insert(.secret)
        for rules in [try Self.rules(), try Self.rules(classes: secrets)] {
            #expect(try Self.redact(text, rules) == expected)
            let bytes = [UInt8](text.utf8)
            #expect(
                String(decoding: try Self.redact(bytes, at: Array(0..<bytes.count), rules), as: UTF8.self) == expected)
        }
    }

    @Test func `the caller's own unfinished web token stays`() throws {
        let rules = try Self.rules(own: [Self.token])
        let text = "It begins with " + Self.token.prefix(70)
        #expect(try Self.redact(text, rules) == text)
    }

    // MARK: Long values of the caller's own

    private static let key = "-----BEGIN PRIVATE KEY-----\n\(body)-----END PRIVATE KEY-----"

    @Test(arguments: [key, longToken])
    func `a long value of the caller's own comes back, however it is cut`(value: String) throws {
        let rules = try Self.rules(own: [value])
        let text = "so: \(value)\nand alice@example.org."
        let expected = "so: \(value)\nand [EMAIL]."
        let bytes = [UInt8](text.utf8)
        #expect(try Self.redact(text, rules) == expected)
        for step in [1, 7, 64, 500] {
            let output = try Self.redact(bytes, at: Array(stride(from: 0, to: bytes.count, by: step)), rules)
            #expect(String(decoding: output, as: UTF8.self) == expected, "\(step)")
        }
        let half = "so: " + value.prefix(value.count / 2)
        #expect(try Self.redact(half, rules) == half)
    }

    @Test func `a long key of the caller's own comes back inside JSON`() throws {
        let rules = try Self.rules(own: [Self.key])
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("key")
        writer.string(Self.key + "\n")
        writer.key("to")
        writer.string("alice@example.org")
        writer.endObject()
        let text = String(decoding: writer.bytes, as: UTF8.self)
        for cuts in [[], Array(0..<writer.bytes.count)] {
            let output = try Self.redact(writer.bytes, at: cuts, rules, .json)
            #expect(
                String(decoding: output, as: UTF8.self)
                    == text.replacingOccurrences(of: "alice@example.org", with: "[EMAIL]"))
        }
    }

    @Test func `a key that begins as the caller's own is taken out from where it is another`() throws {
        let rules = try Self.rules(own: [Self.key])
        let other = String(repeating: "Zk9XyQ7wLm3Pt5Rv8Bn2Hc4Jd6Gf1Ks0Wa\n", count: 20)
        let text = "-----BEGIN PRIVATE KEY-----\n" + Self.body.prefix(800) + other + "-----END PRIVATE KEY-----\nend"
        let bytes = [UInt8](text.utf8)
        let whole = String(decoding: try Self.redact(bytes, rules), as: UTF8.self)
        #expect(!whole.contains("Zk9XyQ"))
        #expect(whole.contains("[SECRET]") && whole.hasSuffix("\nend"))
        let pieces = try Self.redact(bytes, at: Array(0..<bytes.count), rules)
        #expect(String(decoding: pieces, as: UTF8.self) == whole)
        // Another key's beginning alone is not enough of an agreement.
        let another = "-----BEGIN PRIVATE KEY-----\n" + other + "-----END PRIVATE KEY-----\nend"
        #expect(try Self.redact(another, rules) == "[SECRET]\nend")
    }

    @Test(arguments: [#"\u00e9"#, #"\b"#, #"\\u"#, #"\n"#, #"""#, #"x\u0041"#])
    func `JSON stays JSON where a key turns out to be another`(turn: String) throws {
        let rules = try Self.rules(own: [Self.key])
        let half = String(Self.key.prefix(800)).replacingOccurrences(of: "\n", with: #"\n"#)
        let text = #"{"key":"\#(half)\#(turn)\#(turn == #"""# ? #","m":1,"z":""# : "")Zk9XyQ7wLm3Pt5Rv8Bn2Hc4J","n":1}"#
        let bytes = [UInt8](text.utf8)
        #expect(throws: Never.self) { try JSONDocument(parsing: bytes) }
        let whole = try Self.redact(bytes, rules, .json)
        #expect(throws: Never.self) { try JSONDocument(parsing: whole) }
        #expect(turn == #"""# || !String(decoding: whole, as: UTF8.self).contains("Zk9XyQ"))
        #expect(try Self.redact(bytes, at: Array(0..<bytes.count), rules, .json) == whole)
    }

    // MARK: Bounds

    @Test(arguments: [".", "-", "(.", "a.", "…"])
    func `runs of signs in one-byte pieces are held within the bound, in linear time`(unit: String) throws {
        let rules = try Self.rules()
        func nanoseconds(_ count: Int) throws -> Int {
            let bytes = [UInt8](String(repeating: unit, count: count / unit.utf8.count).utf8)
            var redactor = StreamRedactor(rules)
            var output: [UInt8] = []
            let start = Fixtures.threadNanoseconds()
            var most = 0
            for byte in bytes {
                try [byte].withUnsafeBytes { try redactor.push($0, into: &output) }
                most = max(most, redactor.heldBytes)
            }
            try redactor.finish(into: &output)
            #expect(most <= StreamRedactor.Bounds.held)
            return Fixtures.threadNanoseconds() - start
        }
        let short = try nanoseconds(2_000)
        let long = try nanoseconds(8_000)
        // Four times the text; quadratic work would be sixteen times.
        #expect(long < short * 9, "\(short) ns, \(long) ns")
    }

    @Test func `rules are made only where settings name a class that can be found`() throws {
        let request = try Fixtures.request(#"["mail alice@example.org"]"#)
        func rules(_ classes: Set<DataClass>) throws -> AnswerRules? {
            var settings = PrivacySettings()
            settings.redactedInAnswers = classes
            let engine = try PrivacyEngine(scanner: Fixtures.scanner, names: Fixtures.names, settings: settings)
            return AnswerRules(
                engine: engine, request: request, findings: try engine.inspect(request), restoration: .empty)
        }
        #expect(try rules([]) == nil)
        #expect(try rules([DataClass("person")]) == nil)
        let one = try #require(try rules([DataClass("email")]))
        #expect(
            try Self.redact("to alice@example.org, eve@example.net, 4111 1111 1111 1111", one)
                == "to alice@example.org, [EMAIL], 4111 1111 1111 1111")
        #expect("\(one)" == "AnswerRules(1 own values)")
    }

    @Test func `long texts of digits and signs take linear time`() throws {
        let rules = try Self.rules()
        for unit in ["1 ", "@", "a@", "-----BEGIN ", "eyJ", ":", "\"", "\\", "AB ", "1", "日"] {
            let text = [UInt8](String(repeating: unit, count: 60_000 / unit.utf8.count).utf8)
            // The thread's own time: other tests run beside this one. A step for every byte looked at again would take hours.
            let begun = Fixtures.threadNanoseconds()
            _ = try Self.redact(text, rules)
            #expect(Fixtures.threadNanoseconds() - begun < 60_000_000_000, "\(unit)")
        }
    }
}
