import Foundation
import Inference
import Testing

@testable import Privacy

@Suite struct ShadowHiddenTextTests {
    static let secret = "Mail alice@example.com or call."

    static func hidden(in text: [UInt8]) -> [HiddenText] {
        text.withUnsafeBufferPointer { HiddenText.all(in: $0, TextSurvey($0)) }
    }

    static func hidden(in text: String) -> [HiddenText] { hidden(in: [UInt8](text.utf8)) }

    static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    static func pairs(_ text: String, _ separator: String) -> String {
        text.utf8.map { String(format: "%02x", $0) }.joined(separator: separator)
    }

    static func hex(_ text: String) -> String { text.utf8.map { String(format: "%02x", $0) }.joined() }

    /// A text, the run in it, and what the run hides.
    struct Row: Sendable, CustomTestStringConvertible {
        let before: String
        let run: String
        let after: String
        let hidden: String
        let encoding: HiddenText.Encoding
        init(_ before: String, _ run: String, _ after: String, _ hidden: String, _ encoding: HiddenText.Encoding) {
            self.before = before
            self.run = run
            self.after = after
            self.hidden = hidden
            self.encoding = encoding
        }
        var testDescription: String { before + run + after }
    }

    static let long = String(repeating: "Some words, then alice@example.com. ", count: 9)

    static let rows = [
        Row("", base64(secret), "", secret, .base64), Row("token=", base64(secret), " end", secret, .base64),
        Row("", "MTIzLTQ1LTY3ODk", "", "123-45-6789", .base64),
        Row("(", base64("a@b-c.example"), ")", "a@b-c.example", .base64),
        Row("(", "data:text/plain;base64," + base64(secret), "\"", secret, .base64),
        Row("https://example.com/u/", base64(secret).replacing("=", with: ""), "", secret, .base64),
        Row(
            "id_", base64("?>?>?>~~~~ok?>").replacing("+", with: "-").replacing("/", with: "_"), ".", "?>?>?>~~~~ok?>",
            .base64),
        Row("Grüße: ", base64("Jürgen Müller, Köln"), ".", "Jürgen Müller, Köln", .base64),
        Row(
            "-----\n", Data(long.utf8).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed]),
            "\n", long, .base64),
        Row("x: ", Data(long.utf8).base64EncodedString(options: [.lineLength76Characters]), "\r\n", long, .base64),
        Row("", hex(secret), "", secret, .hexadecimal), Row("0x", hex(secret).uppercased(), ";", secret, .hexadecimal),
        Row("id_", hex(secret), "-1", secret, .hexadecimal),
        // Short ones, of values alone.
        Row("", "ODAzMzEyMg", "", "8033122", .base64), Row("is ", base64("6940579"), ".", "6940579", .base64),
        Row("", hex("80331"), "", "80331", .hexadecimal), Row("a ", hex("AB12CD"), " b", "AB12CD", .hexadecimal),
        Row("at ", base64("EC1A 1BB"), "", "EC1A 1BB", .base64),
        // With something between the bytes.
        Row("", pairs(secret, " "), "", secret, .hexadecimal),
        Row("x: ", pairs(secret, ":"), ".", secret, .hexadecimal),
        Row("no 7 ", pairs(secret, "-").uppercased(), ")", secret, .hexadecimal),
        Row("[", "0x" + pairs(secret, ", 0x"), "]", secret, .hexadecimal),
        Row("Grüße ", pairs("Jürgen Müller", " "), "", "Jürgen Müller", .hexadecimal),
        Row("00000000: ", "3431 3131 2031 3131 3120 3131", "  4", "4111 1111 11", .hexadecimal),
        Row("", pairs(secret, " ").replacing("65 20 6f", with: "65\n20 6f"), "\n", secret, .hexadecimal),
        // The URL around it goes with it.
        Row("img ", "data:text/plain;charset=utf-8;base64," + base64(secret), " .", secret, .base64),
    ]

    @Test(arguments: rows) func `a run that hides text is decoded and mapped whole`(_ row: Row) throws {
        let found = Self.hidden(in: row.testDescription)
        let first = try #require(found.first)
        #expect(found.count == 1)
        #expect(String(decoding: first.bytes, as: UTF8.self) == row.hidden)
        #expect(first.encoding == row.encoding)
        // A prefix such as `0x` belongs to the run.
        let start = row.before == "0x" ? 0 : row.before.utf8.count
        #expect(first.range == start..<(row.before + row.run).utf8.count)
    }

    @Test(arguments: [base64(base64(secret)), hex(base64(secret)), base64(hex(secret)), hex(hex(secret))])
    func `one level is decoded at a time, in its place`(run: String) throws {
        let text = [UInt8]("see \(run) there".utf8)
        let once = try #require(text.withUnsafeBufferPointer { ShadowText.decodingHidden(in: $0) })
        let twice = try #require(once.bytes.withUnsafeBufferPointer { ShadowText.decodingHidden(in: $0) })
        #expect(String(decoding: twice.bytes, as: UTF8.self) == "see \(Self.secret) there")
        #expect(once.originalRange(ofShadow: twice.originalRange(ofShadow: 9..<12)) == 4..<(4 + run.utf8.count))
    }

    @Test func `hidden texts are decoded in their places`() throws {
        let run = Self.base64("M456B7890")
        let text = [UInt8]("passport \(run), \(Self.hex(Self.secret)).".utf8)
        let shadow = try #require(text.withUnsafeBufferPointer { ShadowText.decodingHidden(in: $0) })
        #expect(String(decoding: shadow.bytes, as: UTF8.self) == "passport M456B7890, \(Self.secret).")
        #expect(shadow.disguises == [.base64, .hexadecimal])
        #expect(shadow.originalRange(ofShadow: 10..<13) == 9..<(9 + run.utf8.count))
        #expect(shadow.originalRange(ofShadow: 25..<30) == (11 + run.utf8.count)..<(text.count - 1))
        #expect([UInt8]("nothing here".utf8).withUnsafeBufferPointer { ShadowText.decodingHidden(in: $0) } == nil)
    }

    @Test(arguments: [1, 2, 3]) func `values are found in two levels of encodings, not in three`(level: Int) throws {
        let run = (0..<level).reduce("write to alice@example.com now") { text, _ in Self.base64(text) }
        #expect(try Fixtures.find("see \(run) there").map(\.0) == (level < 3 ? [.email] : []))
    }

    @Test func `a token is found although a part of it decodes to text`() throws {
        let token =
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
        #expect(try Fixtures.find(Self.base64("key \(token) here")).map(\.0) == [.secret])
    }

    @Test func `several runs are found in order`() {
        let text = "a \(Self.base64(Self.secret)) b \(Self.hex(Self.secret)) c/\(Self.base64(Self.secret))"
        let found = Self.hidden(in: text)
        #expect(found.count == 3)
        #expect(zip(found, found.dropFirst()).allSatisfy { $0.range.upperBound <= $1.range.lowerBound })
    }

    static let nothing = [
        "internationalization AbstractSingletonProxyFactoryBean calculateTotalAmountForCustomer some_snake_case_identifier_name",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "550e8400-e29b-41d4-a716-446655440000",
        "4111111111111111 DE89370400440532013000 +491701234567890",
        "https://example.com/api/v1/users/profile-settings/notifications",
        "================================ -------------------------------- ________________________________",
        "customer Password1 HTTPServer2 iPhone15 abcdEFGH 3132333 Q1Q2Q3Q4 A1B2C3D4 20261123",
        "52:54:00:12:34:56 12:30:45",
        "ages 32 45 51 60 28 33 and 12 34 56 78 90 12", "a+b x+=1 C++11 bob.stone+x@example.org +49 30 90182055",
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "SGVsbG8=",
        "",
    ]

    @Test(arguments: [
        ("q=4111+1111+1111+1111&x=1", "q=4111 1111 1111 1111&x=1"), ("DE+136695976", "DE 136695976"),
        ("to=Jürgen+Müller", "to=Jürgen Müller"),
    ]) func `plus signs of forms are spaces`(text: String, spaced: String) throws {
        let shadow = [UInt8](text.utf8).withUnsafeBufferPointer { ShadowText.decodingHidden(in: $0) }
        #expect(String(decoding: try #require(shadow).bytes, as: UTF8.self) == spaced)
    }

    @Test(arguments: nothing) func `what is no text stays`(_ text: String) {
        #expect(Self.hidden(in: text).isEmpty)
    }

    @Test func `an image is not decoded beyond its first bytes`() {
        var state: UInt64 = 88_172_645_463_325_252
        let image = Data((0..<300_000).map { _ in ShadowPropertyTests.step(&state) })
        let found = Self.hidden(in: image.base64EncodedString())
        #expect(found.reduce(0) { $0 + $1.bytes.count } < 1_000)
    }

    @Test func `text that turns into something else is kept as far as it goes`() throws {
        var bytes = [UInt8](Self.secret.utf8)
        bytes += (0..<200).map { UInt8($0 % 31) | 0x80 }
        let found = Self.hidden(in: Data(bytes).base64EncodedString())
        let first = try #require(found.first)
        #expect(String(decoding: first.bytes, as: UTF8.self).hasPrefix(Self.secret))
        #expect(first.range == 0..<Data(bytes).base64EncodedString().utf8.count)
    }
}
