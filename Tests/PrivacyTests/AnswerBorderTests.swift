import Foundation
import Inference
import JSONText
import PatternScanner
import Testing

@testable import Privacy

/// Where values of an answer touch something else: the request's surrogates, the sign of a number, base64, the most that is held.
@Suite struct AnswerBorderTests {
    private static func rules(
        _ classes: Set<DataClass> = AnswerRules.immediateClasses, own: [String] = ["hello"],
        _ restoration: RestorationMap = .empty
    ) throws -> AnswerRules {
        var settings = PrivacySettings()
        settings.redactedInAnswers = classes
        let engine = try PrivacyEngine(scanner: Fixtures.scanner, names: Fixtures.names, settings: settings)
        var writer = JSONWriter()
        writer.beginArray()
        for text in own { writer.string(text) }
        writer.endArray()
        let request = try Fixtures.request(writer.bytes)
        return try #require(
            AnswerRules(
                engine: engine, request: request, findings: try engine.inspect(request), restoration: restoration))
    }

    private static func redact(
        _ text: String, at cuts: [Int] = [], _ rules: AnswerRules, _ encoding: RestorationMap.Encoding = .plain
    ) throws -> String {
        let bytes = [UInt8](text.utf8)
        var redactor = StreamRedactor(rules, encoding: encoding)
        var output: [UInt8] = []
        var start = 0
        for cut in cuts + [bytes.count] {
            try bytes[start..<cut].withUnsafeBytes { try redactor.push($0, into: &output) }
            #expect(redactor.heldBytes <= StreamRedactor.Bounds.held)
            start = cut
        }
        try redactor.finish(into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// The output, the same at every cut and byte by byte.
    private static func redactEverywhere(
        _ text: String, _ rules: AnswerRules, _ encoding: RestorationMap.Encoding = .plain
    ) throws -> String {
        let whole = try redact(text, rules, encoding)
        let count = text.utf8.count
        #expect(try redact(text, at: Array(0..<count), rules, encoding) == whole, "\(text), byte by byte")
        for cut in 0...count { #expect(try redact(text, at: [cut], rules, encoding) == whole, "\(text) at \(cut)") }
        return whole
    }

    // MARK: Surrogates

    private static let surrogates: (map: RestorationMap, code: String) = {
        var builder = RestorationMap.Builder()
        let code = SurrogateSyntax.code(.email, hash: 0x5EED_1234_9ABC_DEF7)
        builder.add(code: code, value: [UInt8]("bob@corp.example".utf8))
        builder.add(literal: [UInt8]("keyed.user@example.com".utf8), value: [UInt8]("alice@corp.example".utf8))
        return (builder.build(), String(decoding: SurrogateSyntax.text(of: code), as: UTF8.self))
    }()

    @Test(arguments: [
        ("password=Zx81kqPw93LmvT.%", "Zx81kqPw93LmvT"),
        ("Authorization: Bearer abcdef1234567890ABCDEFxyz.%", "abcdef1234567890ABCDEFxyz"),
        ("write to %.jane@acme.com now", "jane@acme"), ("x jane.%@acme.com", "acme.com"),
        ("token: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0.%", "eyJzdWIi"),
        ("api_key = 'q8Zt3LmVx90PwYk2.%'", "q8Zt3LmVx90PwYk2"),
    ])
    func `what touches one of the request's surrogates is taken out around it`(pattern: String, part: String) throws {
        let rules = try Self.rules([DataClass("secret"), DataClass("email")], Self.surrogates.map)
        for surrogate in [Self.surrogates.code, "keyed.user@example.com"] {
            let text = pattern.replacingOccurrences(of: "%", with: surrogate)
            let output = try Self.redactEverywhere(text, rules)
            #expect(!output.contains(part), "\(output)")
            #expect(output.contains("["), "\(output)")
            let other = try Self.redact(pattern.replacingOccurrences(of: "%", with: "FOO_7KQ2M9XD"), rules)
            #expect(!other.contains(part), "\(other)")
        }
    }

    @Test(arguments: ["to % now", "<%>", "(%).", "\"%\"", "%, %", "**%**", "a=%;"])
    func `surrogates stay with their punctuation`(pattern: String) throws {
        let rules = try Self.rules(AnswerRules.immediateClasses, Self.surrogates.map)
        for surrogate in [Self.surrogates.code, "keyed.user@example.com"] {
            let text = pattern.replacingOccurrences(of: "%", with: surrogate)
            #expect(try Self.redactEverywhere(text, rules) == text)
        }
    }

    // MARK: Numbers in JSON

    @Test(arguments: [
        (#"{"n":-4111111111111111}"#, #"{"n":"[CARD]"}"#), (#"{"n":[-4111111111111111,-7]}"#, #"{"n":["[CARD]",-7]}"#),
        (#"-4111111111111111"#, #""[CARD]""#), (#"{"n": -5500000000000004 , "m":-1}"#, #"{"n": "[CARD]" , "m":-1}"#),
        (#"{"n":-1.5e-7,"m":-0}"#, #"{"n":-1.5e-7,"m":-0}"#), (#"["-4111111111111111"]"#, #"["-[CARD]"]"#),
    ])
    func `a number goes with its sign`(text: String, expected: String) throws {
        #expect(try Self.redactEverywhere(text, try Self.rules(), .json) == expected)
    }

    @Test func `numbers of which a part is taken out stay numbers`() throws {
        for number in [
            "-4111111111111111", "0.4111111111111111", "1.5e-4111111", "-12E+345678", "1234567.25", "-0.5e1",
        ] {
            let text = [UInt8](#"{"a":\#(number),"b":[\#(number)]}"#.utf8)
            for first in 0..<text.count {
                for end in first + 1...text.count {
                    var sink = RedactedText(.json)
                    var output: [UInt8] = []
                    text.withUnsafeBufferPointer { buffer in
                        guard let base = buffer.baseAddress else { return }
                        sink.pass(base, 0..<first, into: &output)
                        sink.redact(base, first..<end, .card, into: &output)
                        sink.pass(base, end..<text.count, into: &output)
                    }
                    sink.finish(into: &output)
                    let written = String(decoding: output, as: UTF8.self)
                    #expect(throws: Never.self, "\(number) \(first)..<\(end): \(written)") {
                        do throws(JSONSyntaxError) { _ = try JSONDocument(parsing: output) } catch {
                            if error.reason != .duplicateKey { throw error }
                        }
                    }
                }
            }
        }
    }

    // MARK: Base64

    /// Pictures and sound: bytes by chance in base64.
    private static func picture(_ count: Int, seed: UInt64) -> String {
        var random = RestorationTests.Random(state: seed)
        return Data((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }).base64EncodedString()
    }

    @Test(arguments: ["/eyJ", "+eyJ", "/eyJhbGci", "+ewog", "/ZXlK", "/eyJ0eXAi.eyJ", "://a:"])
    func `what begins as a web token in base64 of anything else is none`(opening: String) throws {
        let rules = try Self.rules([DataClass("secret")])
        for seed in 1...3 as ClosedRange<UInt64> {
            var text = Self.picture(3_000, seed: seed)
            let place = text.index(text.startIndex, offsetBy: 1_000 + Int(seed) * 130)
            text.replaceSubrange(place..<text.index(place, offsetBy: opening.count), with: opening)
            guard !opening.contains(":"), !opening.contains(".") else { continue }
            for cuts in [[], Array(stride(from: 0, to: text.count, by: 700))] {
                #expect(try Self.redact(text, at: cuts, rules) == text)
            }
        }
    }

    @Test func `base64 of pictures goes out as it came`() throws {
        let text = Self.picture(60_000, seed: 8)
        #expect(try Self.redact(text, try Self.rules()) == text)
        let wordy = try Self.rules([DataClass("secret"), DataClass("person"), DataClass("date")])
        let parts = ["zzX+Lnncm/VKE", "WI+Lu/8MMw", "9QF+sAT/B+7y", "rEa/Nbscr/7CX"]
        let picture = String(text.prefix(3_000))
        for part in parts {
            let text = picture + part + picture
            #expect(try Self.redact(text, wordy) == text)
            #expect(try Fixtures.values(text, of: DataClass("person")).isEmpty)
            #expect(try Fixtures.values(text, of: DataClass("date")).isEmpty)
        }
    }

    @Test func `a web token stays one behind other signs`() throws {
        let rules = try Self.rules([DataClass("secret")])
        let claims = String(repeating: "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4ifQ", count: 30)
        let token = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." + claims + ".SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
        for before in ["", "https://a.example.net/login?token=", "x=", String(repeating: "a/", count: 140)] {
            let text = "see \(before)\(token) and more"
            let whole = try Self.redact(text, rules)
            #expect(!whole.contains("NTY3ODkwIiwib"), "\(whole)")
            #expect(whole.hasSuffix(" and more"))
            #expect(try Self.redact(text, at: Array(0..<text.utf8.count), rules) == whole)
        }
    }

    // MARK: Passwords in URLs

    private static func password(_ count: Int) -> String {
        var random = RestorationTests.Random(state: UInt64(count))
        let alphabet = Array("ABCDEFGHJKMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789")
        return String((0..<count).map { _ in alphabet.randomElement(using: &random) ?? "x" })
    }

    @Test(arguments: [8, 200, 251, 300, 400, 600, 1_500])
    func `a password of any length in a URL is found`(count: Int) throws {
        let password = Self.password(count)
        let text = "Use postgres://admin:\(password)@db.internal:5432/app and so on."
        let values = try Fixtures.find(text).map(\.1)
        #expect(values.contains { $0.hasPrefix("admin:" + password) })
        for rules in [try Self.rules([DataClass("secret")]), try Self.rules()] {
            for before in ["", String(repeating: "word12 ", count: 60)] {
                let text = before + text
                let whole = try Self.redact(text, rules)
                for start in stride(from: 0, to: count - 8, by: 8) {
                    #expect(!whole.contains(password.dropFirst(start).prefix(8)), "\(whole)")
                }
                #expect(whole.hasSuffix("and so on."))
                #expect(try Self.redact(text, at: Array(0..<text.utf8.count), rules) == whole)
            }
        }
    }

    @Test func `signs in a long password do not end it`() throws {
        let part = "Tr0ub4dor&3!$x;y,z(1)*~"
        let text = "amqp://svc:" + String(repeating: part, count: 40) + "@mq.internal/v"
        for rules in [try Self.rules([DataClass("secret")]), try Self.rules()] {
            let whole = try Self.redact(text, rules)
            #expect(!whole.contains("Tr0ub4dor"), "\(whole)")
            #expect(whole.hasSuffix("/v"))
            #expect(try Self.redact(text, at: Array(0..<text.utf8.count), rules) == whole)
        }
    }

    @Test func `the caller's own long password in a URL comes back`() throws {
        let text = "Use postgres://admin:\(Self.password(900))@db.internal:5432/app and so on."
        let rules = try Self.rules([DataClass("secret")], own: [text])
        for cuts in [[], Array(0..<text.utf8.count)] { #expect(try Self.redact(text, at: cuts, rules) == text) }
    }

    @Test func `long URLs without a password go out`() throws {
        let rules = try Self.rules([DataClass("secret")])
        let path = String(repeating: "a-b_c%20d.e/", count: 90)
        for text in [
            "https://example.net/\(path)", "https://example.net:8443/\(path)", "https://[2001:db8::1]:8443/\(path)",
        ] {
            #expect(try Self.redact(text, rules) == text)
        }
    }
}
